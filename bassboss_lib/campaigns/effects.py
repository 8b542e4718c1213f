"""What contact changed, with intervals: comparisons of customers listed and customers kept as controls by chance.

Strata are those of the draw; each counts as many customers as it has candidates, so that a stratum with more controls
does not weigh more. Three estimators: the difference of rates (intention to treat; Newcombe's hybrid score interval
[1]_ over strata), the difference of means adjusted for what was known before (Lin's regression [2]_, robust variance),
and the effect among the reached (ratio of both effects of the assignment, with Fieller's interval, which holds when few
were reached).

.. [1] R. G. Newcombe, "Interval estimation for the difference between independent proportions", Statistics in
   Medicine 17 (1998), method 10; over strata by "square and add" as in X. Yan, X. G. Su, Stat. Biopharm. Res. 2 (2010).
.. [3] P. Hall, "On the removal of skewness by transformation", J. Royal Statistical Society B 54 (1992).
.. [2] W. Lin, "Agnostic notes on regression adjustments to experimental data", Annals of Applied Statistics 7 (2013).
"""

from dataclasses import dataclass

import numpy as np

from bassboss_lib.errors import CallError
from bassboss_lib.learning.estimates import LEVEL, Estimate

__all__ = ["Arms", "adjusted_difference", "compare", "difference_in_rates", "effect_reached", "wilson"]

MIN_PER_ARM = 2


@dataclass(frozen=True)
class Arms:
    """Who was assigned what: the same customers in all parts, strata without both arms joined to their neighbours.

    Parameters
    ----------
    treated : ndarray of bool
        True if listed, False if control.
    stratum : ndarray of int
        Stratum of each customer, from 0.
    weight : ndarray of float
        Share of each stratum among all candidates.
    """

    treated: np.ndarray
    stratum: np.ndarray
    weight: np.ndarray

    def means(self, y: np.ndarray, treated: bool) -> tuple[float, float, np.ndarray]:
        """Give the weighted mean of an arm, the variance of that mean, and each customer's share in it."""
        inside = self.treated == treated
        n = np.bincount(self.stratum[inside], minlength=len(self.weight)).astype(float)
        total = np.bincount(self.stratum[inside], weights=y[inside], minlength=len(self.weight))
        square = np.bincount(self.stratum[inside], weights=y[inside] ** 2, minlength=len(self.weight))
        mean = total / n
        spread = np.maximum(square - n * mean**2, 0) / np.maximum(n - 1, 1)
        return float(self.weight @ mean), float(self.weight**2 @ (spread / n)), n


def compare(treated: np.ndarray, stratum: np.ndarray) -> Arms:
    """Set up a comparison; strata in which an arm has fewer than two customers are joined to the next one.

    Raises
    ------
    CallError
        If an arm has fewer than two customers at all.
    """
    told, codes = np.unique(np.asarray(stratum, dtype=str), return_inverse=True)
    treated = np.asarray(treated, dtype=bool)
    if min(treated.sum(), (~treated).sum()) < MIN_PER_ARM:
        raise CallError("too few customers to compare", where="listed and control", remedy="wait for more feedback")
    arms = np.stack([np.bincount(codes[treated == arm], minlength=len(told)) for arm in (True, False)])
    joined, current, held = np.zeros(len(told), int), 0, np.zeros(2)
    for place in range(len(told)):
        joined[place] = current
        held += arms[:, place]
        if (held >= MIN_PER_ARM).all():
            current, held = current + 1, np.zeros(2)
    joined[joined == current] = max(current - 1, 0) if held.any() or current else 0
    merged = joined[codes]
    count = np.bincount(merged)
    return Arms(treated, merged, count / count.sum())


def wilson(rate: float, size: float, level: float = LEVEL) -> tuple[float, float]:
    """Give Wilson's interval of a rate that is as precise as ``size`` independent customers.

    Examples
    --------
    >>> [round(end, 4) for end in wilson(0.5, 100)]
    [0.4038, 0.5962]
    """
    from scipy.stats import norm

    z2 = float(norm.ppf((1 + level) / 2)) ** 2
    middle = (rate + z2 / (2 * size)) / (1 + z2 / size)
    half = np.sqrt(z2 * (rate * (1 - rate) / size + z2 / (4 * size**2))) / (1 + z2 / size)
    return float(max(middle - half, 0.0)), float(min(middle + half, 1.0))


def difference_in_rates(y: np.ndarray, arms: Arms, level: float = LEVEL) -> Estimate:
    """Give the rate among the listed minus that among the controls (intention to treat).

    Parameters
    ----------
    y : ndarray of 0 and 1
        What happened to each customer of ``arms``.
    level : float
        Of the interval.

    Examples
    --------
    >>> arms = compare(np.array([True] * 100 + [False] * 100), np.zeros(200))
    >>> seen = difference_in_rates(np.array([1] * 10 + [0] * 90 + [1] * 20 + [0] * 80), arms)
    >>> round(seen.value, 2), round(seen.low, 3), round(seen.high, 3)
    (-0.1, -0.2, 0.0)
    """
    y = np.asarray(y, dtype=float)
    (one, low1, high1), (zero, low0, high0) = (_rate(y, arms, treated, level) for treated in (True, False))
    gap = one - zero
    below = np.hypot(one - low1, high0 - zero)
    above = np.hypot(high1 - one, zero - low0)
    return Estimate(gap, float(gap - below), float(gap + above))


def _rate(y: np.ndarray, arms: Arms, treated: bool, level: float) -> tuple[float, float, float]:
    """Give a weighted rate with Wilson's limits at the size that its variance is worth."""
    rate, variance, n = arms.means(y, treated)
    size = rate * (1 - rate) / variance if variance > 0 else float(n.sum())
    return (rate, *wilson(rate, size, level))


def adjusted_difference(y: np.ndarray, arms: Arms, known: np.ndarray | None = None) -> Estimate:
    """Give the mean among the listed minus that among the controls, adjusted for what was known before.

    Each arm has its own regression on the centred columns within strata, so the adjustment can only help in large
    samples, and the variance (HC2) does not trust the regression. Money is skewed (a few dear customers make most of a
    difference), so the interval follows Hall's transformation [3]_ for skewed summands.

    Parameters
    ----------
    y : ndarray
        Outcome, such as revenue in fen.
    known : ndarray of shape (customers, columns), optional
        What was known before the draw, such as the score and last months' revenue.
    """
    from scipy.stats import t

    y = np.asarray(y, dtype=float)
    x = np.empty((len(y), 0)) if known is None else np.asarray(known, dtype=float).reshape(len(y), -1)
    x = x - arms.weight @ _by_stratum(x, arms) if x.shape[1] else x
    one, zero = (_predicted(y, x, arms, treated) for treated in (True, False))
    variance, gap = one.variance + zero.variance, one.mean - zero.mean
    if variance <= 0:
        return Estimate(gap, gap, gap)
    free = variance**2 / (one.variance**2 / one.free + zero.variance**2 / zero.free)
    skew = (one.third - zero.third) / variance**1.5
    ends = [_unskewed(float(t.ppf(end, free)), skew) * np.sqrt(variance) for end in ((1 + LEVEL) / 2, (1 - LEVEL) / 2)]
    return Estimate(gap, float(gap - ends[0]), float(gap - ends[1]))


def _unskewed(quantile: float, skew: float) -> float:
    """Turn a quantile into that of a studentised mean whose summands are skewed (Hall's cubic transformation)."""
    if abs(skew) < 1e-6:
        return quantile
    return float(3 / skew * (np.cbrt(1 + skew * (quantile - skew / 6)) - 1))


def _by_stratum(x: np.ndarray, arms: Arms) -> np.ndarray:
    count = np.bincount(arms.stratum)
    sums = [np.bincount(arms.stratum, weights=column) for column in x.T]
    return np.stack(sums, axis=1) / count[:, None]


@dataclass(frozen=True)
class _Mean:
    """An arm's mean for all candidates, the second and third cumulant of it, and the degrees of freedom left."""

    mean: float
    variance: float
    third: float
    free: float


def _predicted(y: np.ndarray, x: np.ndarray, arms: Arms, treated: bool) -> _Mean:
    inside = arms.treated == treated
    stratum, dummies = arms.stratum[inside], np.eye(len(arms.weight))
    design = np.hstack([dummies[stratum], x[inside]])
    target = np.concatenate([arms.weight, np.zeros(x.shape[1])])  # covariates stand at the mean of all candidates
    inverse = np.linalg.pinv(design.T @ design)
    residual = y[inside] - design @ (inverse @ (design.T @ y[inside]))
    leverage = np.einsum("ij,jk,ik->i", design, inverse, design)
    share = design @ (inverse @ target)
    pull = share * residual / np.sqrt(np.maximum(1 - leverage, 1e-6))
    mean = float(target @ (inverse @ (design.T @ y[inside])))
    free = max(float(inside.sum() - design.shape[1]), 1.0)
    return _Mean(mean, float(np.sum(pull**2)), float(np.sum(pull**3)), free)


def effect_reached(y: np.ndarray, reached: np.ndarray, arms: Arms, known: np.ndarray | None = None) -> Estimate | None:
    """Give the effect among the reached: the effect of being listed, over the share that listing reached.

    Fieller's interval is the set of ratios that the data do not refute. None if it is not bounded, that is, if too few
    were reached to say anything.

    Parameters
    ----------
    y : ndarray
        Outcome of each customer.
    reached : ndarray of bool
        Whether contact took place (是否处理 2 or 3).
    known : ndarray of shape (customers, columns), optional
        What was known before the draw; what it explains of the outcome, whatever the arm, is no matter of contact.
    """
    from scipy.stats import norm

    y, reached = _unexplained(np.asarray(y, dtype=float), known), np.asarray(reached, dtype=float)
    moments = [_moments(y, reached, arms, treated) for treated in (True, False)]
    effect, share = (moments[0][place] - moments[1][place] for place in (0, 1))
    var_y, var_d, cov = (moments[0][place] + moments[1][place] for place in (2, 3, 4))
    z2 = float(norm.ppf((1 + LEVEL) / 2)) ** 2
    a, b, c = share**2 - z2 * var_d, effect * share - z2 * cov, effect**2 - z2 * var_y
    if a <= 0:
        return None
    root = np.sqrt(max(b**2 - a * c, 0.0))
    return Estimate(float(effect / share), float((b - root) / a), float((b + root) / a))


def _unexplained(y: np.ndarray, known: np.ndarray | None) -> np.ndarray:
    if known is None:
        return y
    design = np.column_stack([np.ones(len(y)), known])
    return y - design @ (np.linalg.pinv(design.T @ design) @ (design.T @ y))


def _moments(y: np.ndarray, d: np.ndarray, arms: Arms, treated: bool) -> tuple[float, float, float, float, float]:
    mean_y, var_y, _ = arms.means(y, treated)
    mean_d, var_d, _ = arms.means(d, treated)
    _, var_sum, _ = arms.means(y + d, treated)
    return mean_y, mean_d, var_y, var_d, (var_sum - var_y - var_d) / 2
