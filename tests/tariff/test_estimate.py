import numpy as np
import pytest

from bassboss_lib.errors import GateRefused
from bassboss_lib.tariff.estimate import difference_mean, greg_mean, regression, sampling_error, weighted_mean
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


def test_a_few_heavy_answers_leave_few_degrees() -> None:
    rng = np.random.default_rng(1)
    strata = np.repeat([0, 1], [5, 300])
    parts = np.where(strata == 0, rng.normal(0, 50, 305), rng.normal(0, 1, 305))
    error, degrees = sampling_error(parts, strata)
    assert 4.0 <= degrees < 6.0
    assert error == pytest.approx(np.sqrt(5 * parts[:5].var(ddof=1) + 300 * parts[5:].var(ddof=1)))
    assert sampling_error(parts, strata, 0.36)[0] == pytest.approx(0.8 * error)


def test_residuals_are_those_of_the_line_fitted_without_the_answer() -> None:
    rng = np.random.default_rng(2)
    x, w = np.column_stack([np.ones(12), rng.normal(size=12)]), rng.uniform(1, 5, 12)
    y = rng.normal(size=12)
    fitted = regression(x, w, np.array([1.0, 0.3]))
    assert fitted.weights @ x == pytest.approx([1.0, 0.3])
    rest = np.arange(12) != 4
    root = np.sqrt(w[rest])
    without = np.linalg.lstsq(x[rest] * root[:, None], y[rest] * root, rcond=None)[0]
    assert fitted.errors(y)[4] == pytest.approx(fitted.weights[4] * (y[4] - x[4] @ without))


def test_a_stratum_asked_whole_has_no_error() -> None:
    parts, strata = np.array([1.0, -1.0, 2.0, -2.0]), np.array([0, 0, 1, 1])
    assert sampling_error(parts, strata, np.array([0.0, 0.0, 1.0, 1.0]))[0] == pytest.approx(2.0)


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
