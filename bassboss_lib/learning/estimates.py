"""A figure is never alone: it comes with the interval in which it may lie."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

__all__ = ["LEVEL", "Estimate", "fold_mean", "percentiles", "share"]

LEVEL = 0.95


@dataclass(frozen=True)
class Estimate:
    """A figure with its 95 % interval."""

    value: float
    low: float
    high: float


def percentiles(value: float, replicates: ArrayLike) -> Estimate:
    """Give a figure with the percentile interval of its replicates; without any, the figure alone."""
    drawn = np.asarray(replicates, dtype=np.float64)
    if len(drawn) == 0:
        return Estimate(value, value, value)
    low, high = np.quantile(drawn, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return Estimate(value, float(low), float(high))


def fold_mean(values: ArrayLike, test_share: float) -> Estimate:
    """Give the mean over repeated folds; Nadeau and Bengio's interval, as folds share training rows.

    Parameters
    ----------
    values : array
        One figure per fold.
    test_share : float
        Rows of a test fold over rows of its training part.
    """
    from scipy.stats import t

    figures = np.asarray(values, dtype=np.float64)
    mean = float(figures.mean())
    if len(figures) < 2:
        return Estimate(mean, mean, mean)
    scale = np.sqrt((1 / len(figures) + test_share) * figures.var(ddof=1))
    half = float(t.ppf((1 + LEVEL) / 2, len(figures) - 1) * scale)
    return Estimate(mean, mean - half, mean + half)


def share(count: int, rows: int) -> Estimate:
    """Give a share with its Wilson interval.

    Examples
    --------
    >>> share(0, 10).value, round(share(0, 10).high, 3)
    (0.0, 0.278)
    """
    from statsmodels.stats.proportion import proportion_confint

    low, high = proportion_confint(count, rows, alpha=1 - LEVEL, method="wilson")
    return Estimate(count / rows, float(low), float(high))
