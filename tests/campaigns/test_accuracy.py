import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from bassboss_lib.campaigns import auc, rate, ratio_of_rates, untreated


def test_each_untreated_customer_stands_for_its_stratum() -> None:
    treated = np.array([True] * 8 + [False] * 2 + [False] * 10)
    sample = untreated(treated, np.repeat(["list", "none"], 10), np.ones(20, bool))
    assert sample.weight.tolist() == [5.0] * 2 + [1.0] * 10


def test_a_rate_that_is_seen_whole_has_no_interval() -> None:
    sample = untreated(np.zeros(50, bool), np.zeros(50), np.ones(50, bool))
    found = rate(sample, np.resize([1.0, 0, 0, 0, 0], 50), np.ones(50))
    assert (found.value, found.low, found.high) == pytest.approx((0.2, 0.2, 0.2))


def test_listed_customers_who_were_saved_do_not_count_against_the_model() -> None:
    treated = np.array([True] * 80 + [False] * 20)
    y = np.array([0.0] * 80 + [1.0] * 10 + [0.0] * 10)  # the call saved everybody; half would have left
    sample = untreated(treated, np.zeros(100), np.ones(100, bool))
    assert rate(sample, y[sample.rows], np.ones(20)).value == 0.5


def test_unknown_outcomes_are_represented_by_the_known() -> None:
    sample = untreated(np.zeros(10, bool), np.zeros(10), np.arange(10) < 5)
    assert sample.weight.tolist() == [2.0] * 5


def test_strata_with_one_untreated_customer_are_joined() -> None:
    stratum = np.array(["a"] * 3 + ["b"] * 5 + ["c"] * 4)
    treated = np.array([True, True, True] + [True] * 4 + [False] + [True, True, False, False])
    sample = untreated(treated, stratum, np.ones(12, bool))
    assert np.bincount(sample.stratum).min() >= 2
    assert sample.weight.sum() == pytest.approx(12)


def test_lift_is_the_ratio_with_an_interval_around_it() -> None:
    random = np.random.default_rng(0)
    n = 2000
    z = (np.arange(n) < 400).astype(float)
    y = (random.random(n) < np.where(z == 1, 0.3, 0.05)).astype(float)
    sample = untreated(np.arange(n) % 3 == 0, np.where(z == 1, "list", "none"), np.ones(n, bool))
    s, one, t = y[sample.rows], np.ones(len(sample.rows)), z[sample.rows]
    hit, base = rate(sample, s * t, t), rate(sample, s, one)
    found = ratio_of_rates(sample, hit, base, (s * t, t, s, one))
    assert found.value == pytest.approx(hit.value / base.value)
    assert found.low < y[z == 1].mean() / y.mean() < found.high


def test_the_weighted_area_is_the_area_of_repeated_rows() -> None:
    random = np.random.default_rng(1)
    treated = np.array(([True] * 2 + [False]) * 100 + [False] * 300)
    stratum = np.repeat(["list", "none"], 300)
    y, score = (random.random(600) < 0.3).astype(float), np.round(random.random(600), 2)
    sample = untreated(treated, stratum, np.ones(600, bool))
    repeats = sample.weight.round().astype(int)
    wanted = roc_auc_score(np.repeat(y[sample.rows], repeats), np.repeat(score[sample.rows], repeats))
    found = auc(sample, y[sample.rows], score[sample.rows])
    assert found.value == pytest.approx(wanted)
    assert found.low < found.value < found.high
