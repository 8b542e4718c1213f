import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bassboss_lib.errors import GateRefused
from bassboss_lib.learning import calibration_line, calibration_table, prior_correction
from bassboss_lib.learning.calibration import Calibrator, fit_calibrator, log_odds


def drawn(slope: float, intercept: float, rows: int = 20000) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(0)
    raw = random.normal(-1, 1.5, rows)
    return raw, (random.random(rows) < 1 / (1 + np.exp(-(slope * raw + intercept)))).astype(int)


def test_the_line_is_found() -> None:
    raw, y = drawn(0.7, -0.5)
    found = fit_calibrator(raw, y)
    assert found.slope == pytest.approx(0.7, abs=0.03)
    assert found.intercept == pytest.approx(-0.5, abs=0.05)


def test_scores_that_separate_the_classes_stay_finite() -> None:
    raw = np.concatenate([np.full(50, -4.0), np.full(50, 4.0)])
    found = fit_calibrator(raw, np.repeat([0, 1], 50))
    assert 0 < found.probability(np.array([-4.0]))[0] < found.probability(np.array([4.0]))[0] < 1


def test_scores_against_the_label_are_refused() -> None:
    raw, y = drawn(1.0, 0.0, 2000)
    with pytest.raises(GateRefused, match="do not rise with the label"):
        fit_calibrator(-raw, y)


@given(st.lists(st.floats(-30, 30), min_size=2, max_size=20))
def test_calibration_keeps_the_order(raw: list[float]) -> None:
    assert (np.diff(Calibrator(0.8, -2.0).probability(np.sort(raw))) >= 0).all()


@given(st.floats(0.001, 0.999), st.floats(0.01, 0.99), st.floats(0.01, 0.99))
def test_prior_correction_there_and_back(p: float, trained: float, population: float) -> None:
    there = prior_correction(np.array([p]), trained, population)
    assert prior_correction(there, population, trained)[0] == pytest.approx(p)


def test_prior_correction_gives_the_population_rate_back() -> None:
    # Of 1,000 with odds 1:1 in a sample of half positives, 1.96 in 100 are positive in the population.
    assert prior_correction(np.array([0.5]), 0.5, 0.0196)[0] == pytest.approx(0.0196)


def test_line_of_true_probabilities_is_one_and_zero() -> None:
    raw, y = drawn(1.0, 0.0)
    line = calibration_line(y, 1 / (1 + np.exp(-raw)))
    assert line["calibration_slope"].low < 1 < line["calibration_slope"].high
    assert line["calibration_intercept"].low < 0 < line["calibration_intercept"].high


def test_line_of_extreme_probabilities_is_flat() -> None:
    raw, y = drawn(0.5, 0.0)
    assert calibration_line(y, 1 / (1 + np.exp(-raw)))["calibration_slope"].value == pytest.approx(0.5, abs=0.03)


def test_table_has_bins_of_equal_count() -> None:
    p = np.array([0.1, 0.2, 0.3, 0.4])
    table = calibration_table(np.array([0, 1, 0, 1]), p, bins=2)
    assert table["rows"].tolist() == [2, 2]
    assert table["predicted"].tolist() == pytest.approx([0.15, 0.35])
    assert table["observed"].tolist() == [0.5, 0.5]
    assert (table["low"] > 0).all()
    assert (table["high"] < 1).all()


def test_log_odds_are_finite_at_the_ends() -> None:
    assert np.isfinite(log_odds(np.array([0.0, 1.0]))).all()


def test_json_gives_the_same_line_back() -> None:
    line = Calibrator(0.1 + 0.2, -1 / 3)
    assert Calibrator.from_json(line.to_json()) == line
