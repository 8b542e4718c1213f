import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.stats.proportion import confint_proportions_2indep

from bassboss_lib.campaigns import adjusted_difference, compare, difference_in_rates, effect_reached
from bassboss_lib.errors import CallError


def two_arms(n1: int, n0: int) -> np.ndarray:
    return np.array([True] * n1 + [False] * n0)


def counted(x1: int, n1: int, x0: int, n0: int) -> np.ndarray:
    return np.array([1.0] * x1 + [0.0] * (n1 - x1) + [1.0] * x0 + [0.0] * (n0 - x0))


@pytest.mark.parametrize(("x1", "n1", "x0", "n0"), [(56, 70, 48, 80), (9, 200, 30, 180), (400, 2000, 150, 500)])
def test_without_strata_it_is_newcombes_interval(x1: int, n1: int, x0: int, n0: int) -> None:
    found = difference_in_rates(counted(x1, n1, x0, n0), compare(two_arms(n1, n0), np.zeros(n1 + n0)))
    low, high = confint_proportions_2indep(x1, n1, x0, n0, method="newcomb", compare="diff")
    assert found.value == pytest.approx(x1 / n1 - x0 / n0)
    assert (found.low, found.high) == pytest.approx((low, high), abs=0.002)


def test_strata_weigh_by_their_candidates_and_not_by_their_controls() -> None:
    treated = np.array([True] * 90 + [False] * 10 + [True] * 50 + [False] * 50)
    y = np.array([1.0] * 9 + [0.0] * 81 + [1.0] * 5 + [0.0] * 5 + [1.0] * 25 + [0.0] * 25 + [1.0] * 5 + [0.0] * 45)
    found = difference_in_rates(y, compare(treated, np.repeat(["a", "b"], 100)))
    assert found.value == pytest.approx(0.5 * (0.1 - 0.5) + 0.5 * (0.5 - 0.1))


def test_a_stratum_without_controls_joins_its_neighbour() -> None:
    treated = np.array([True] * 5 + [True] * 5 + [False] * 5)
    arms = compare(treated, np.repeat(["a", "b", "b"], 5))
    assert len(arms.weight) == 1
    assert arms.weight.sum() == pytest.approx(1)


def test_one_control_is_too_few() -> None:
    with pytest.raises(CallError, match="too few customers"):
        compare(np.array([True, True, False]), np.zeros(3))


def test_adjustment_takes_out_what_was_known() -> None:
    random = np.random.default_rng(0)
    before, treated = random.normal(100, 30, 2000), random.random(2000) < 0.5
    y = before + 5 * treated + random.normal(0, 5, 2000)
    arms = compare(treated, np.zeros(2000))
    plain, adjusted = adjusted_difference(y, arms), adjusted_difference(y, arms, before)
    assert adjusted.low < 5 < adjusted.high
    assert (adjusted.high - adjusted.low) < 0.35 * (plain.high - plain.low)


def test_the_effect_among_the_reached_is_the_effect_over_the_share_reached() -> None:
    treated = two_arms(1000, 1000)
    y = counted(100, 1000, 160, 1000)
    reached = np.array([True] * 600 + [False] * 1400)
    arms = compare(treated, np.zeros(2000))
    found = effect_reached(y, reached, arms)
    assert found is not None
    assert found.value == pytest.approx(-0.06 / 0.6)
    assert found.low < found.value < found.high < 0


def test_what_was_known_before_is_no_effect_among_the_reached() -> None:
    random = np.random.default_rng(1)
    before, treated = random.normal(100, 30, 2000), random.random(2000) < 0.5
    reached = treated & (random.random(2000) < 0.5)
    y = before + 5 * reached + random.normal(0, 3, 2000)
    arms = compare(treated, np.zeros(2000))
    plain, adjusted = effect_reached(y, reached, arms), effect_reached(y, reached, arms, before)
    assert plain is not None
    assert adjusted is not None
    assert adjusted.low < 5 < adjusted.high
    assert (adjusted.high - adjusted.low) < 0.35 * (plain.high - plain.low)


def test_nothing_is_said_of_the_reached_if_nobody_was() -> None:
    arms = compare(two_arms(100, 100), np.zeros(200))
    assert effect_reached(counted(10, 100, 20, 100), np.zeros(200, bool), arms) is None


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(1, 4))
def test_the_order_of_rows_changes_nothing(seed: int, strata: int) -> None:
    random = np.random.default_rng(seed)
    treated, stratum = np.resize([True, False], 80), random.integers(0, strata, 80)
    y, turned = (random.random(80) < 0.3).astype(float), random.permutation(80)
    one = difference_in_rates(y, compare(treated, stratum))
    other = difference_in_rates(y[turned], compare(treated[turned], stratum[turned]))
    assert (one.value, one.low, one.high) == pytest.approx((other.value, other.low, other.high))
    assert one.low <= one.value <= one.high
