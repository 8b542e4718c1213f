import numpy as np
import pytest

from bassboss_lib.learning.lines import Line, Sums, fit_line, knots, ranked


def parts(x: np.ndarray, y: np.ndarray, count: int = 4) -> list[Sums]:
    return [Sums.of(x[n::count], y[n::count], np.ones(len(y[n::count]))) for n in range(count)]


def test_sums_of_parts_are_sums_of_all_and_know_the_error_of_a_line() -> None:
    random = np.random.default_rng(0)
    x, y, weight = random.normal(size=(50, 3)), random.normal(size=50), random.random(50)
    line = Line(0.5, np.array([1.0, -2.0, 0.0]))
    both = Sums.of(x[:20], y[:20], weight[:20]) + Sums.of(x[20:], y[20:], weight[20:])
    wanted = float(weight @ (y - line.at(x)) ** 2 / weight.sum())
    assert both.error(line) == pytest.approx(wanted)
    assert Sums.of(x, y, weight).error(line) == pytest.approx(wanted)


def test_where_nothing_helps_the_line_is_level() -> None:
    random = np.random.default_rng(3)
    line = fit_line(parts(random.normal(size=(2000, 30)), 1 + random.normal(size=2000)))
    assert np.abs(line.slopes).max() < 0.05
    assert line.level == pytest.approx(1, abs=0.1)


def test_a_free_column_has_the_slope_of_least_squares_where_nothing_else_is_taken() -> None:
    random = np.random.default_rng(2)
    x = random.normal(size=(2000, 12))
    y = 0.2 * x[:, 0] + random.normal(size=2000)
    line = fit_line(parts(x, y), free=1)
    assert line.slopes[0] == pytest.approx(np.polyfit(x[:, 0], y, 1)[0], abs=0.02)
    assert abs(line.slopes[0]) > abs(fit_line(parts(x, y)).slopes[0])


def test_a_column_without_spread_and_two_that_are_the_same_do_no_harm() -> None:
    random = np.random.default_rng(4)
    one = random.normal(size=2000)
    x = np.column_stack([one, one, np.full(2000, 7.0), random.normal(size=2000)])
    line = fit_line(parts(x, one + random.normal(size=2000)))
    assert line.slopes[:2].sum() == pytest.approx(1, abs=0.15)
    assert line.slopes[2] == 0


def test_ranks_are_the_same_for_any_unit_and_nothing_known_is_the_middle() -> None:
    column = np.array([1.0, 2.0, 4.0, 8.0, np.nan])
    assert ranked(column, knots(column)).tolist() == ranked(column**3, knots(column**3)).tolist()
    assert ranked(column, knots(column))[-1] == 0
    assert ranked(column, knots(np.array([np.nan]))).tolist() == [0.0] * 5
