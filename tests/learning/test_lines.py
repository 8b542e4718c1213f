import numpy as np
import pytest

from bassboss_lib.learning.lines import Line, fit_line, knots, ranked


def fitted(x: np.ndarray, y: np.ndarray, free: int = 0) -> Line:
    return fit_line(x, y, np.ones(len(y)), np.arange(len(y)) % 4, free)


def test_where_nothing_helps_the_line_is_level() -> None:
    random = np.random.default_rng(3)
    line = fitted(random.normal(size=(2000, 30)), 1 + random.normal(size=2000))
    assert np.abs(line.slopes).max() < 0.05
    assert line.level == pytest.approx(1, abs=0.1)


def test_a_free_column_has_the_slope_of_least_squares_where_nothing_else_is_taken() -> None:
    random = np.random.default_rng(2)
    x = random.normal(size=(2000, 12))
    y = 0.2 * x[:, 0] + random.normal(size=2000)
    line = fitted(x, y, free=1)
    assert line.slopes[0] == pytest.approx(np.polyfit(x[:, 0], y, 1)[0], abs=0.02)
    assert abs(line.slopes[0]) > abs(fitted(x, y).slopes[0])


def test_a_column_without_spread_and_two_that_are_the_same_do_no_harm() -> None:
    random = np.random.default_rng(4)
    one = random.normal(size=2000)
    x = np.column_stack([one, one, np.full(2000, 7.0), random.normal(size=2000)])
    line = fitted(x, one + random.normal(size=2000))
    assert line.slopes[:2].sum() == pytest.approx(1, abs=0.15)
    assert line.slopes[2] == 0


def test_ranks_are_the_same_for_any_unit_and_nothing_known_is_the_middle() -> None:
    column = np.array([1.0, 2.0, 4.0, 8.0, np.nan])
    assert ranked(column, knots(column)).tolist() == ranked(column**3, knots(column**3)).tolist()
    assert ranked(column, knots(column))[-1] == 0
    assert ranked(column, knots(np.array([np.nan]))).tolist() == [0.0] * 5


def test_a_row_of_weight_two_counts_as_two_rows() -> None:
    random = np.random.default_rng(5)
    x, fold = random.normal(size=(600, 4)), np.arange(600) % 3
    y = x[:, 0] - x[:, 2] + random.normal(size=600)
    weight = random.integers(1, 3, 600)
    once = fit_line(x, y, weight.astype(float), fold, free=1)
    twice = fit_line(*(np.repeat(one, weight, axis=0) for one in (x, y, np.ones(600), fold)), free=1)
    assert once.slopes == pytest.approx(twice.slopes, abs=1e-6)
    assert once.level == pytest.approx(twice.level)
