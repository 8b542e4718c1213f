"""From answers to the whole population: predict for everybody, then correct by those who answered.

The rehearsal predicts for all customers; the survey says how wrong it is. The estimate is the sum of predictions plus
the weighted sum of what the answers differ by (difference estimator), or the same after a weighted regression on the
prediction and other known totals (GREG; Särndal, Swensson and Wretman 1992). Variances are those of the residuals, by
stratum, with Student's t; what is not linear takes Rao and Wu's rescaled bootstrap (1988). Degrees of freedom are
Satterthwaite's (1946): where a few answers of one stratum carry the variance, they alone tell how well it is known.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from bassboss_lib.errors import GateRefused

__all__ = [
    "LEVEL",
    "Band",
    "band_of_draws",
    "degrees_of",
    "difference_mean",
    "greg_mean",
    "greg_parts",
    "rao_wu",
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


def band_of_draws(value: float, draws: ArrayLike, degrees: float = np.inf) -> Band:
    """Give a figure with the band of its replicates: their spread, widened by Student's t.

    Examples
    --------
    >>> band_of_draws(2.0, [1.0, 2.0, 3.0]).error
    1.0
    """
    drawn = np.asarray(draws, dtype=np.float64)
    return student(value, float(drawn.std(ddof=1)) if len(drawn) > 1 else 0.0, degrees)


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
    value, parts = greg_parts(answers, design, w, goal)
    return _stratified(float(np.round(value, 12)), parts, np.asarray(strata), len(w) / population)


def greg_parts(y: np.ndarray, x: np.ndarray, weights: np.ndarray, goal: np.ndarray) -> tuple[float, np.ndarray]:
    """Give the regression estimate of a mean, and each answer's part in its error.

    Residuals are those of a line fitted without the answer itself: an answer of much weight draws the line to it, and
    its residual on that line would tell too little.
    """
    root = np.sqrt(weights)
    q = np.linalg.qr(x * root[:, None])[0]
    leverage = np.clip(np.einsum("ij,ij->i", q, q), 0.0, 0.9)
    beta = np.linalg.lstsq(x * root[:, None], y * root, rcond=None)[0]
    share = weights / weights.sum()
    lift = np.linalg.lstsq((x * share[:, None]).T @ x, goal - share @ x, rcond=None)[0]
    residual = y - x @ beta
    return float(goal @ beta + share @ residual), residual / (1 - leverage) * share * (1 + x @ lift)


def _answers(y: ArrayLike, weights: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
    answers, w = np.asarray(y, dtype=np.float64), np.asarray(weights, dtype=np.float64)
    if len(answers) < 2 or not w.sum() > 0:
        what = f"{len(answers)} answers: no interval can be given"
        raise GateRefused(what, where="survey", kept="the feedback", remedy="wait for more, or ask again")
    return answers, w


def _stratified(value: float, parts: np.ndarray, strata: np.ndarray, fraction: float) -> Band:
    """Give the band of a sum of parts drawn within strata."""
    variances, degrees = _variances(parts, strata)
    return student(value, float(np.sqrt(variances.sum() * max(1 - fraction, 0.0))), degrees)


def degrees_of(parts: ArrayLike, strata: ArrayLike) -> float:
    """Give Satterthwaite's degrees of freedom of a sum of parts drawn within strata.

    Examples
    --------
    >>> degrees_of([1.0, -1.0, 1.0, -1.0], [0, 0, 0, 0]), degrees_of([9.0, -9.0, 0.1, -0.1], [0, 0, 1, 1]) < 1.1
    (3.0, True)
    """
    return _variances(np.asarray(parts, dtype=np.float64), np.asarray(strata))[1]


def _variances(parts: np.ndarray, strata: np.ndarray) -> tuple[np.ndarray, float]:
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
    variances = np.bincount(code, (parts - (sums / sizes)[code]) ** 2) * sizes / free
    whole = float(np.sum(variances**2 / free))
    return variances, float(variances.sum() ** 2 / whole) if whole > 0 else float(free.sum())


def rao_wu(
    weights: ArrayLike, strata: ArrayLike, *, replicates: int = 200, seed: int = 0, fractions: ArrayLike = 0.0
) -> np.ndarray:
    """Give replicate weights: within each stratum n − 1 answers are drawn again and rescaled.

    Parameters
    ----------
    fractions : array (answers,), optional
        Share of each answer's stratum that answered: where much of it did, replicates vary less.

    Returns
    -------
    array (replicates, answers)
        Estimates under them vary as the estimate does from sample to sample.

    Examples
    --------
    >>> rao_wu([2.0, 2.0], [0, 0], replicates=2, seed=1).sum(axis=1).tolist()
    [4.0, 4.0]
    """
    given, code = np.asarray(weights, dtype=np.float64), np.unique(strata, return_inverse=True)[1]
    random = np.random.default_rng(seed)
    factor = np.ones((replicates, len(given)))
    for stratum in range(code.max() + 1):
        rows = np.flatnonzero(code == stratum)
        n = len(rows)
        if n > 1:
            factor[:, rows] = random.multinomial(n - 1, np.full(n, 1 / n), size=replicates) * (n / (n - 1))
    return given * (1 + np.sqrt(1 - np.asarray(fractions, dtype=np.float64)) * (factor - 1))
