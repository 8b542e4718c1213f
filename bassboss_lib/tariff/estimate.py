"""From answers to the whole population: predict for everybody, then correct by those who answered.

The rehearsal predicts for all customers; the survey says how wrong it is. The estimate is the sum of predictions plus
the weighted sum of what the answers differ by (difference estimator), or the same after a weighted regression on the
prediction and other known totals (GREG; Särndal, Swensson and Wretman 1992). Variances are those of the residuals, by
stratum, each from the line fitted without it, with Student's t. Degrees of freedom are Satterthwaite's (1946):
where a few answers of one stratum carry the variance, they alone tell how well it is known.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from bassboss_lib.errors import GateRefused

__all__ = [
    "LEVEL",
    "Band",
    "Regression",
    "difference_mean",
    "greg_mean",
    "regression",
    "sampling_error",
    "student",
    "weighted_mean",
]

LEVEL = 0.90
"""Nominal coverage of a survey's intervals."""


@dataclass(frozen=True)
class Band:
    """A figure with its standard error, its 90 % interval and P10, P50, P90."""

    value: float
    error: float
    low: float
    high: float
    p10: float
    p50: float
    p90: float


def student(value: float, error: float, degrees: float) -> Band:
    """Give the band of a figure with a standard error and its degrees of freedom."""
    from scipy.stats import norm, t

    law = t(degrees) if np.isfinite(degrees) else norm()
    half, decile = (float(law.ppf(one)) * error for one in ((1 + LEVEL) / 2, 0.9))
    return Band(value, error, value - half, value + half, value - decile, value, value + decile)


def weighted_mean(y: ArrayLike, weights: ArrayLike, strata: ArrayLike, population: int) -> Band:
    """Give the mean by weights alone (Hájek), without the rehearsal: what the correction is compared with.

    Raises
    ------
    GateRefused
        If fewer than two answered.
    """
    answers, w = _answers(y, weights)
    mean = float(w @ answers / w.sum())
    return _stratified(mean, (answers - mean) * w / w.sum(), np.asarray(strata), len(w) / population)


def difference_mean(
    y: ArrayLike, predicted: ArrayLike, weights: ArrayLike, strata: ArrayLike, everybody: ArrayLike
) -> Band:
    """Give the mean over the population by the difference estimator.

    Parameters
    ----------
    y, predicted, weights, strata : array, one per answer
        What was observed, what the rehearsal predicts for the same customer, the weight (sums to about the
        population), and the stratum of the design.
    everybody : array
        The prediction for every customer of the population.

    Raises
    ------
    GateRefused
        If fewer than two answered.

    Examples
    --------
    >>> difference_mean([1.0, 0.0], [0.5, 0.5], [2, 2], [0, 0], [0.5, 0.5, 0.3, 0.3]).value
    0.4
    """
    answers, w = _answers(y, weights)
    totals = np.asarray(everybody, dtype=np.float64)
    gap = answers - np.asarray(predicted, dtype=np.float64)
    mean_gap = float(w @ gap / w.sum())
    value = float(totals.mean()) + mean_gap
    return _stratified(value, (gap - mean_gap) * w / w.sum(), np.asarray(strata), len(w) / len(totals))


def greg_mean(
    y: ArrayLike, x: ArrayLike, weights: ArrayLike, *, strata: ArrayLike, means: ArrayLike, population: int
) -> Band:
    """Give the mean over the population by the general regression estimator.

    Parameters
    ----------
    y : array (answers,)
    x : array (answers, k)
        What is known of everybody: the prediction, margins; a constant is added.
    weights, strata : array (answers,)
    means : array (k,)
        Means of ``x`` over the population.
    population : int
        Its customers.

    Raises
    ------
    GateRefused
        If fewer answered than coefficients are to be fitted, plus two.

    Examples
    --------
    >>> greg_mean([1, 3, 5, 7], [[0], [1], [2], [3]], [5, 5, 5, 5], strata=[0] * 4, means=[2.5], population=20).value
    6.0
    """
    answers, w = _answers(y, weights)
    design = np.column_stack([np.ones(len(answers)), np.asarray(x, dtype=np.float64).reshape(len(answers), -1)])
    if len(answers) < design.shape[1] + 2:
        raise GateRefused(f"{len(answers)} answers for {design.shape[1]} coefficients", remedy="use fewer margins")
    goal = np.append(1.0, np.asarray(means, dtype=np.float64))
    fitted = regression(design, w, goal)
    value = float(np.round(fitted.weights @ answers, 12))
    return _stratified(value, fitted.errors(answers), strata, len(w) / population)


@dataclass(frozen=True)
class Regression:
    """A regression estimator put to a sample: ``weights`` times answers estimate the population's mean.

    ``solve`` times answers are the coefficients; ``kept`` is the share of an answer's variance that the line, which was
    fitted with it, leaves in its residual.
    """

    x: np.ndarray
    weights: np.ndarray
    solve: np.ndarray
    kept: np.ndarray

    def errors(self, y: np.ndarray) -> np.ndarray:
        """Give each answer's part in the error: its weighted residual from the line fitted without it (HC3).

        An answer of much weight draws the line to itself; its residual from that line would tell too little.
        """
        return (y - self.x @ (self.solve @ y)) / self.kept * self.weights


def regression(x: np.ndarray, weights: np.ndarray, goal: np.ndarray) -> Regression:
    """Calibrate weights of answers to means ``goal`` of what is known of everybody (``x`` of those who answered)."""
    root, share = np.sqrt(weights), weights / weights.sum()
    solve = np.linalg.pinv(x * root[:, None]) * root
    lift = np.linalg.lstsq((x * share[:, None]).T @ x, goal - share @ x, rcond=None)[0]
    leverage = np.einsum("ij,ji->i", x, solve)
    return Regression(x, share * (1 + x @ lift), solve, 1 - np.clip(leverage, 0.0, 0.9))


def _answers(y: ArrayLike, weights: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
    answers, w = np.asarray(y, dtype=np.float64), np.asarray(weights, dtype=np.float64)
    if len(answers) < 2 or not w.sum() > 0:
        what = f"{len(answers)} answers: no interval can be given"
        raise GateRefused(what, where="survey", kept="the feedback", remedy="wait for more, or ask again")
    return answers, w


def _stratified(value: float, parts: np.ndarray, strata: ArrayLike, fraction: float) -> Band:
    """Give the band of a sum of parts drawn within strata."""
    return student(value, *sampling_error(parts, strata, fraction))


def sampling_error(parts: ArrayLike, strata: ArrayLike, fraction: ArrayLike = 0.0) -> tuple[float, float]:
    """Give the standard error of a sum of parts drawn within strata, and Satterthwaite's degrees of freedom.

    Parameters
    ----------
    fraction : float, or array with one entry per part
        Share of the population, or of the part's stratum, that was drawn.

    Examples
    --------
    >>> sampling_error([1.0, -1.0, 1.0, -1.0], [0, 0, 0, 0], 0.75)[1]
    3.0
    >>> sampling_error([9.0, -9.0, 0.1, -0.1], [0, 0, 1, 1])[1] < 1.1
    True
    """
    given = np.asarray(parts, dtype=np.float64)
    variances, degrees = _variances(given, np.asarray(strata), np.broadcast_to(fraction, given.shape))
    return float(np.sqrt(variances.sum())), degrees


def _variances(parts: np.ndarray, strata: np.ndarray, fractions: np.ndarray) -> tuple[np.ndarray, float]:
    """Give the variance that each stratum brings, and the degrees of freedom; lone answers are taken together."""
    code = np.unique(strata, return_inverse=True)[1]
    sizes = np.bincount(code)
    if np.any(sizes == 1):
        code = np.where(sizes[code] == 1, len(sizes), code)
        if np.sum(sizes == 1) == 1:
            code = np.where(code == len(sizes), int(np.argmax(sizes)), code)
        code = np.unique(code, return_inverse=True)[1]
        sizes = np.bincount(code)
    sums = np.bincount(code, parts)
    free = np.maximum(sizes - 1, 1)
    left = np.maximum(1 - np.bincount(code, fractions) / sizes, 0.0)
    variances = np.bincount(code, (parts - (sums / sizes)[code]) ** 2) * sizes / free * left
    whole = float(np.sum(variances**2 / free))
    return variances, float(variances.sum() ** 2 / whole) if whole > 0 else float(free.sum())
