import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bassboss_lib.errors import GateRefused
from bassboss_lib.tariff.estimate import band_of_draws, difference_mean, greg_mean, rao_wu, weighted_mean
from tests.tariff.surveys import simulate


def test_a_mean_by_hand() -> None:
    said = weighted_mean([0, 1, 1, 0], [25, 25, 25, 25], [0, 0, 0, 0], 100)
    assert said.value == 0.5
    assert said.error == pytest.approx(np.sqrt(0.25 / 3 * 0.96))
    assert said.high - said.value == pytest.approx(2.3534 * said.error, rel=1e-4)  # t, 3 degrees
    assert said.p90 - said.p50 == pytest.approx(1.6377 * said.error, rel=1e-4)


def test_a_perfect_prediction_has_no_error_and_a_shifted_one_is_corrected() -> None:
    everybody = np.linspace(0, 1, 1000)
    rows = np.arange(0, 1000, 50)
    exact = difference_mean(everybody[rows], everybody[rows], np.full(20, 50), np.zeros(20), everybody)
    assert (exact.value, exact.error) == (pytest.approx(0.5), 0.0)
    shifted = difference_mean(everybody[rows], everybody[rows] + 0.2, np.full(20, 50), np.zeros(20), everybody + 0.2)
    assert shifted.value == pytest.approx(0.5)


def test_the_regression_finds_the_line_whoever_was_drawn() -> None:
    x = np.array([0.0, 1.0, 5.0, 7.0])
    said = greg_mean(2 + 3 * x, x[:, None], [1, 9, 3, 2], strata=[0, 0, 1, 1], means=[4.0], population=1000)
    assert said.value == pytest.approx(14.0)
    assert said.error == pytest.approx(0.0, abs=1e-9)
    with pytest.raises(GateRefused, match="3 answers for 2 coefficients"):
        greg_mean([1, 2, 3], [[1], [2], [3]], [1, 1, 1], strata=[0, 0, 0], means=[2], population=10)


def test_nobody_and_one_answer_are_refused_and_all_yes_is_an_answer() -> None:
    for answers in ([], [1]):
        with pytest.raises(GateRefused, match="no interval"):
            weighted_mean(answers, np.ones(len(answers)), np.zeros(len(answers)), 10)
    said = weighted_mean([1, 1, 1], [1, 1, 1], [0, 0, 0], 10)
    assert (said.value, said.low, said.high) == (1.0, 1.0, 1.0)


def test_strata_of_one_answer_join_and_a_census_has_no_error() -> None:
    lone = weighted_mean([0, 1, 0, 1, 1], [1] * 5, [0, 0, 0, 0, 9], 1000)
    together = weighted_mean([0, 1, 0, 1, 1], [1] * 5, [0, 0, 0, 0, 0], 1000)
    assert lone == together
    assert weighted_mean([0, 1, 0], [1, 1, 1], [0, 0, 0], 3).error == 0.0


def test_replicates_spread_as_the_linearised_error() -> None:
    rng = np.random.default_rng(1)
    strata = np.repeat([0, 1, 2], [60, 90, 150])
    y, w = rng.normal(strata, 1.0), np.array([5.0, 2.0, 9.0])[strata]
    replicated = rao_wu(w, strata, replicates=3_000, seed=3) @ y / w.sum()
    parts = [w[strata == h] @ (y[strata == h] - y[strata == h].mean()) ** 2 * w[strata == h][0] for h in range(3)]
    expected = np.sqrt(sum(part * n / (n - 1) for part, n in zip(parts, (60, 90, 150), strict=True))) / w.sum()
    assert replicated.std() == pytest.approx(expected, rel=0.05)
    assert replicated.mean() == pytest.approx(y @ w / w.sum(), abs=0.02)


@given(st.integers(0, 1_000), st.integers(2, 30))
def test_replicate_weights_keep_each_stratum_of_equal_weights(seed: int, size: int) -> None:
    drawn = rao_wu(np.full(size, 3.0), np.zeros(size), replicates=4, seed=seed)
    assert drawn.sum(axis=1) == pytest.approx(np.full(4, 3.0 * size))
    assert (drawn >= 0).all()


def test_a_band_of_draws_is_wider_with_few_degrees() -> None:
    drawn = np.random.default_rng(0).normal(size=500)
    assert band_of_draws(0.0, drawn, degrees=4).high > band_of_draws(0.0, drawn).high
    assert band_of_draws(0.0, [1.0]).error == 0.0


def _covered(replicates: int) -> dict[str, float]:
    runs = [simulate(seed) for seed in range(replicates)]
    return {name: float(np.mean([run[name] for run in runs])) for name in runs[0]}


@pytest.mark.truth
def test_ninety_percent_intervals_cover_in_300_surveys() -> None:
    said = _covered(300)
    assert 0.86 <= said["take_up_covered"] <= 0.94
    assert 0.86 <= said["revenue_covered"] <= 0.94
    assert abs(said["take_up_bias"]) < 0.004
    assert abs(said["unadjusted_bias"]) > 0.01


@pytest.mark.slow
def test_ninety_percent_intervals_cover_in_2000_surveys() -> None:
    said = _covered(2_000)
    assert 0.88 <= said["take_up_covered"] <= 0.92
    assert 0.88 <= said["revenue_covered"] <= 0.92
