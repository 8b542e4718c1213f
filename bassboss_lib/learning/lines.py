"""Straight lines with few terms: weighted least squares with a price on every slope (the lasso [1]_).

Where signal is faint, as it is in effects, a line of few strong terms says more than trees that fit the noise. The
price is the one with which lines fitted without a part of the rows say most of that part; if no term helps, none is
taken, and the line is level. Columns are measured in ranks, so that no single customer pulls a line.

.. [1] R. Tibshirani, "Regression shrinkage and selection via the lasso", J. Royal Statistical Society B 58 (1996).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

__all__ = ["Line", "fit_line", "knots", "ranked"]

KNOTS = 100
PRICES, CHEAPEST = 25, 0.02
SWEEPS_MOST = 50_000
"""A reason is the sum of its pairs with offers; among such columns descent is slow, and cheap."""


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


def fit_line(x: np.ndarray, y: np.ndarray, weight: np.ndarray, fold: np.ndarray, free: int = 0) -> Line:
    """Fit a line at the price of slopes at which lines fitted without a fold say most of that fold.

    Parameters
    ----------
    fold : ndarray of int
        Folds of the rows, at least two, such that what is alike in customers lies in one.
    free : int
        The first so many columns are known to matter, and have no price.

    Examples
    --------
    >>> random = np.random.default_rng(0)
    >>> x = random.normal(size=(4000, 20))
    >>> y = 1 + 0.5 * x[:, 3] + random.normal(size=4000)
    >>> line = fit_line(x, y, np.ones(4000), np.arange(4000) % 4)
    >>> round(line.level), int(np.abs(line.slopes).argmax()), round(float(line.slopes[3]), 1)
    (1, 3, 0.5)
    """
    from sklearn.linear_model import LassoCV
    from sklearn.model_selection import PredefinedSplit

    mean, level = np.average(x, axis=0, weights=weight), float(np.average(y, weights=weight))
    spread = np.sqrt(np.average((x - mean) ** 2, axis=0, weights=weight))
    spread[spread < 1e-9] = np.inf  # a column that is the same everywhere has no slope
    scaled, target = (x - mean) / spread, y - level
    # What the free columns say is taken out of all else first: then they need no price (Frisch, Waugh and Lovell).
    own = scaled[:, :free]
    told = _least_squares(own, np.column_stack([scaled[:, free:], target]), weight)
    rest, target = scaled[:, free:] - own @ told[:, :-1], target - own @ told[:, -1]
    search = LassoCV(eps=CHEAPEST, alphas=PRICES, fit_intercept=False, max_iter=SWEEPS_MOST, cv=PredefinedSplit(fold))
    priced = search.fit(rest, target, sample_weight=weight).coef_
    slopes = np.concatenate([told[:, -1] - told[:, :-1] @ priced, priced]) / spread
    return Line(level - float(slopes @ mean), slopes)


def _least_squares(x: np.ndarray, y: np.ndarray, weight: np.ndarray) -> np.ndarray:
    root = np.sqrt(weight)[:, None]
    return np.linalg.lstsq(x * root, y * root, rcond=None)[0]
