"""Straight lines with few terms: weighted least squares with a price on every slope (the lasso [1]_), from sums alone.

Where signal is faint, as it is in effects, a line of few strong terms says more than trees that fit the noise. The
price is the one with which lines fitted without a part of the rows say most of that part; if no term helps, none is
taken, and the line is level. Columns are measured in ranks, so that no single customer pulls a line.

.. [1] R. Tibshirani, "Regression shrinkage and selection via the lasso", J. Royal Statistical Society B 58 (1996).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

__all__ = ["Line", "Sums", "fit_line", "knots", "ranked"]

KNOTS = 100
PRICES, CHEAPEST = 25, 0.02
SWEEPS, CLOSE = 200, 1e-6


def knots(column: np.ndarray) -> list[float]:
    """Give what `ranked` needs of a column: its quantiles; none if nothing is known of it."""
    known = column[np.isfinite(column)]
    return np.quantile(known, np.linspace(0, 1, KNOTS)).tolist() if len(known) else []


def ranked(column: np.ndarray, at: Sequence[float]) -> np.ndarray:
    """Give a column by its rank, as a normal number: 0 in the middle and where nothing is known.

    Parameters
    ----------
    at : sequence of float
        `knots` of the column that was learnt from.

    Examples
    --------
    >>> ranked(np.array([0.0, 50.0, 1000.0, np.nan]), knots(np.arange(101.0))).round(2).tolist()
    [-2.58, 0.0, 2.58, 0.0]
    """
    from scipy.special import ndtri

    if not len(at):
        return np.zeros(len(column))
    place = (np.searchsorted(at, column, "left") + np.searchsorted(at, column, "right")) / 2 / len(at)
    return np.where(np.isfinite(column), ndtri(np.clip(place, 0.005, 0.995)), 0.0)


@dataclass(frozen=True)
class Line:
    """A level and one slope per column."""

    level: float
    slopes: np.ndarray

    def at(self, x: np.ndarray) -> np.ndarray:
        """Give the line's height at each row of ``x``."""
        return self.level + x @ self.slopes


@dataclass(frozen=True)
class Sums:
    """What a line has to know of rows; those of two sets of rows add up."""

    weight: float
    x: np.ndarray
    y: float
    xx: np.ndarray
    xy: np.ndarray
    yy: float

    @classmethod
    def of(cls, x: np.ndarray, y: np.ndarray, weight: np.ndarray) -> "Sums":
        """Sum up rows."""
        heavy = x * weight[:, None]
        return cls(
            float(weight.sum()), heavy.sum(axis=0), float(weight @ y), x.T @ heavy, heavy.T @ y, float(weight @ y**2)
        )

    def __add__(self, other: "Sums") -> "Sums":
        return Sums(
            self.weight + other.weight, self.x + other.x, self.y + other.y, self.xx + other.xx, self.xy + other.xy,
            self.yy + other.yy,
        )  # fmt: skip

    def error(self, line: Line) -> float:
        """Give the mean squared distance of the rows from a line."""
        a, b = line.level, line.slopes
        total = self.yy - 2 * (a * self.y + b @ self.xy) + a * a * self.weight + 2 * a * (b @ self.x) + b @ self.xx @ b
        return float(total / self.weight)


def fit_line(parts: Sequence[Sums], free: int = 0) -> Line:
    """Fit a line to all parts, at the price of slopes at which lines fitted without a part say most of it.

    Parameters
    ----------
    parts : sequence of Sums
        Parts of the rows, such that what is alike in customers lies in one part.
    free : int
        The first so many columns are known to matter, and have no price.

    Examples
    --------
    >>> random = np.random.default_rng(0)
    >>> x = random.normal(size=(4000, 20))
    >>> y = 1 + 0.5 * x[:, 3] + random.normal(size=4000)
    >>> line = fit_line([Sums.of(x[n::4], y[n::4], np.ones(1000)) for n in range(4)])
    >>> round(line.level), int(np.abs(line.slopes).argmax()), round(float(line.slopes[3]), 1)
    (1, 3, 0.5)
    """
    whole = _added(parts)
    prices = _prices(whole, free)
    errors = np.zeros(len(prices))
    for place, part in enumerate(parts):
        others = _added([*parts[:place], *parts[place + 1 :]])
        errors += [part.error(line) * part.weight for line in _lines(others, prices, free)]
    return _lines(whole, prices[: int(np.argmin(errors)) + 1], free)[-1]


def _added(parts: Sequence[Sums]) -> Sums:
    total = parts[0]
    for part in parts[1:]:
        total = total + part
    return total


def _centred(sums: Sums) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Give correlations among columns, covariances with the outcome per spread, and spreads (1 where there is none)."""
    mean = sums.x / sums.weight
    spread = np.sqrt(np.maximum(np.diag(sums.xx) / sums.weight - mean**2, 0))
    flat = spread < 1e-9
    spread = np.where(flat, 1.0, spread)
    among = (sums.xx / sums.weight - np.outer(mean, mean)) / np.outer(spread, spread)
    with_y = (sums.xy / sums.weight - mean * sums.y / sums.weight) / spread
    among[flat], among[:, flat], with_y[flat] = 0.0, 0.0, 0.0
    return among, with_y, spread


def _prices(sums: Sums, free: int) -> np.ndarray:
    """Give prices from the one at which no term is worth it downwards."""
    among, with_y, _ = _centred(sums)
    left = with_y - among @ _descended(among, with_y, _each(np.inf, len(with_y), free), np.zeros(len(with_y)))
    return float(np.abs(left[free:]).max(initial=1e-12)) * np.geomspace(1.0, CHEAPEST, PRICES)


def _each(price: float, columns: int, free: int) -> np.ndarray:
    return np.where(np.arange(columns) < free, 0.0, price)


def _lines(sums: Sums, prices: np.ndarray, free: int) -> list[Line]:
    """Fit one line per price, each beginning where the dearer one ended."""
    among, with_y, spread = _centred(sums)
    slopes, found = np.zeros(len(with_y)), []
    for price in prices:
        slopes = _descended(among, with_y, _each(float(price), len(slopes), free), slopes)
        own = slopes / spread
        found.append(Line(float((sums.y - own @ sums.x) / sums.weight), own))
    return found


def _descended(among: np.ndarray, with_y: np.ndarray, price: np.ndarray, start: np.ndarray) -> np.ndarray:
    """Minimise slopes·among·slopes / 2 − with_y·slopes + price·|slopes|, one slope after the other."""
    slopes, left = start.copy(), with_y - among @ start
    usable = np.flatnonzero(np.diag(among) > 0)
    for _ in range(SWEEPS):
        most = 0.0
        for place in usable:
            pull = left[place] + slopes[place]
            new = max(abs(pull) - price[place], 0.0) * (1.0 if pull > 0 else -1.0)
            change = new - slopes[place]
            if change:
                left -= among[:, place] * change
                slopes[place], most = new, max(most, abs(change))
        if most < CLOSE:
            break
    return slopes
