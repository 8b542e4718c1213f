import numpy as np
import pandas as pd
import pytest
from scipy.optimize import approx_fprime

from bassboss_lib.care.kinds import Kinds, Prior, share
from tests.care.welcomed import FORMS, SEGMENTS, told

PRIOR = Prior(0.6, 0.8)


def kinds(*seeds: int, count: int = 3000) -> Kinds:
    return Kinds(told(*seeds, count=count), SEGMENTS, FORMS, PRIOR)


def test_the_slope_is_that_of_the_log_posterior() -> None:
    given = kinds(1, 2, count=200)
    at = given.mean + np.random.default_rng(1).normal(0, 0.3, len(given.mean))
    slope = given._loss(at)[1]
    assert approx_fprime(at, lambda one: given._loss(one)[0], 1e-6) == pytest.approx(slope, abs=2e-3)


def test_at_the_mode_nothing_is_steep_any_more_and_no_start_finds_a_better_one() -> None:
    given = kinds(1, count=1500)
    mode = given.mode()
    value, slope = given._loss(mode)
    assert np.abs(slope).max() < 0.01
    rng = np.random.default_rng(2)
    assert all(given._loss(mode + rng.normal(0, 0.05, len(mode)))[0] > value for _ in range(20))


def test_kinds_are_told_apart_by_what_customers_accept() -> None:
    given = kinds(1, 2, 3)
    weights, levels, unwelcome = given.parts(given.mode())
    sd = given.trait_sd(given.mode())
    assert weights[0] == pytest.approx(1.5, abs=3 * sd[0])
    assert weights[1] == pytest.approx(-1.0, abs=3 * sd[1])
    assert 0.02 < sd[1] < 0.2
    accepts = share(levels[: len(FORMS)] + levels[len(FORMS) :].reshape(3, len(FORMS)))
    assert accepts[0, [0, 1, 3]] == pytest.approx([0.8] * 3, abs=0.07)
    assert accepts[1, [0, 1, 3]] == pytest.approx([0.4] * 3, abs=0.07)
    assert float(share(unwelcome)) == pytest.approx(0.1, abs=0.07)


def test_nothing_seen_is_the_prior() -> None:
    given = Kinds(told(1).iloc[:0], SEGMENTS, FORMS, PRIOR)
    mode = given.mode()
    assert mode == pytest.approx(given.mean)
    assert given.trait_sd(mode) == pytest.approx([1.0] + [1.5] * 8)
    assert given.by_customer(given.likelier(mode)).tolist() == []


def test_rows_in_another_order_give_the_same_to_the_last_digits() -> None:
    rows = told(1, 2, count=800)
    shuffled = rows.sample(frac=1, random_state=3)
    first, second = (Kinds(one, SEGMENTS, FORMS, PRIOR).mode() for one in (rows, shuffled))
    assert second == pytest.approx(first, abs=1e-3)


def test_earlier_answers_are_those_of_campaigns_before() -> None:
    rows = pd.DataFrame(
        {"campaign": ["2", "1", "3", "1"], "segment_id": "S01", "care_form": "F01", "handled": 3},
        index=pd.Index(["a", "a", "a", "b"], name="pseudonym"),
    )
    given = Kinds(rows, SEGMENTS, FORMS, PRIOR)
    assert given.earlier(np.array([1.0, 2.0, 4.0, 8.0])).tolist() == [2.0, 0.0, 3.0, 0.0]
    assert given.by_customer(np.array([1.0, 2.0, 4.0, 8.0])).tolist() == [7.0, 8.0]
