"""How many customers of each stratum to ask: the integer allocation of least variance, for a target that is stated.

The target is the take-up, the revenue, or a mix of both, since what is best for one is worse for the other. The
allocation is exact in integers (Wright 2012): after the minimum of each stratum the next question goes where it takes
most variance away. So there is nothing to round and to repair afterwards.
"""

import heapq
from math import ceil, sqrt

import numpy as np
from numpy.typing import ArrayLike

from bassboss_lib.errors import CallError

__all__ = ["allocate", "mixed_spread", "size_for", "standard_error"]


def allocate(
    sizes: ArrayLike, spreads: ArrayLike, n: int, *, minimum: int = 2, maximum: ArrayLike | None = None
) -> np.ndarray:
    """Share ``n`` questions among strata so that the variance of the estimated mean is least.

    Parameters
    ----------
    sizes : array of int, one per stratum
        Customers in the stratum.
    spreads : array of float
        Standard deviation of the target within the stratum; any unit.
    n : int
        Customers to be asked in all.
    minimum : int
        Least per stratum; a stratum that is smaller is asked whole.
    maximum : int, or array with one entry per stratum
        Most per stratum.

    Returns
    -------
    array of int
        Sums to ``n``; never above the stratum's size.

    Raises
    ------
    CallError
        If the minima exceed ``n``, or ``n`` exceeds what strata and maxima allow.

    Examples
    --------
    >>> allocate([1000, 1000], [1.0, 3.0], 40).tolist()
    [10, 30]
    """
    counts, deviations = np.asarray(sizes, dtype=np.int64), np.asarray(spreads, dtype=np.float64)
    upper = np.minimum(counts, counts if maximum is None else maximum)
    asked = np.minimum(upper, minimum)
    if not asked.sum() <= n <= upper.sum():
        what = f"{n:,} customers cannot be asked: the strata allow {asked.sum():,} to {upper.sum():,}"
        raise CallError(what, where="sample size", remedy="change the size, or the minimum or maximum per stratum")
    importance = counts * deviations if np.any(counts * deviations > 0) else counts.astype(np.float64)
    waiting = [_bid(importance, asked, h) for h in range(len(counts)) if asked[h] < upper[h]]
    heapq.heapify(waiting)
    for _ in range(n - int(asked.sum())):
        h = heapq.heappop(waiting)[2]
        asked[h] += 1
        if asked[h] < upper[h]:
            heapq.heappush(waiting, _bid(importance, asked, h))
    return asked


def _bid(importance: np.ndarray, asked: np.ndarray, h: int) -> tuple[float, int, int]:
    """Order strata by the variance that one more question takes away; then the one asked least, then the first."""
    already = int(asked[h])
    gain = float(importance[h]) ** 2 / (already * (already + 1)) if already else float("inf")
    return (-gain, already, h)


def standard_error(sizes: ArrayLike, spreads: ArrayLike, asked: ArrayLike) -> float:
    """Give the standard error of a stratified mean, with the correction for a finite population.

    Examples
    --------
    >>> standard_error([100], [1.0], [100])
    0.0
    """
    counts, deviations = np.asarray(sizes, dtype=np.float64), np.asarray(spreads, dtype=np.float64)
    n = np.asarray(asked, dtype=np.float64)
    left = np.where(n > 0, 1 / np.maximum(n, 1) - 1 / np.maximum(counts, 1), 1.0)
    return float(np.sqrt(np.sum((counts / counts.sum() * deviations) ** 2 * left)))


def size_for(
    sizes: ArrayLike, spreads: ArrayLike, half_width: float, *, level: float = 0.90, response_rate: float = 1.0
) -> int:
    """Give how many customers to ask so that the interval of the mean is ``± half_width``.

    Parameters
    ----------
    half_width : float
        In the unit of the spreads: 0.02 for ± 2 points of take-up.
    level : float
        Of the interval.
    response_rate : float
        Share of those asked who answer; the sample grows by it.

    Examples
    --------
    >>> size_for([1_000_000], [0.5], 0.05, level=0.95)
    384
    """
    from scipy.stats import norm

    if not (half_width > 0 and 0 < response_rate <= 1):
        what = f"half width {half_width}, response rate {response_rate}"
        raise CallError(what, where="sample size", remedy="a half width above 0 and a response rate in (0, 1]")
    counts, deviations = np.asarray(sizes, dtype=np.float64), np.asarray(spreads, dtype=np.float64)
    share = counts / counts.sum()
    variance = (half_width / norm.ppf((1 + level) / 2)) ** 2
    needed = (share @ deviations) ** 2 / (variance + (share @ deviations**2) / counts.sum())
    return min(ceil(needed / response_rate), int(counts.sum()))


def mixed_spread(sizes: ArrayLike, take_up: ArrayLike, revenue: ArrayLike, weight: float) -> np.ndarray:
    """Mix two targets: ``weight`` 1 is take-up alone, 0 revenue alone.

    Each is first divided by the standard error that its own best allocation would have, so that points of take-up
    and fen of revenue can be weighed at all.

    Examples
    --------
    >>> mixed_spread([10, 10], [1.0, 1.0], [0.0, 200.0], 1.0).tolist()
    [1.0, 1.0]
    """
    share = np.asarray(sizes, dtype=np.float64) / np.sum(sizes)
    parts = []
    for part, spread in ((weight, take_up), (1 - weight, revenue)):
        deviations = np.asarray(spread, dtype=np.float64)
        best = float(share @ deviations)
        parts.append(part * (deviations / best) ** 2 if best else np.zeros(len(share)))
    return np.asarray([sqrt(one) for one in np.sum(parts, axis=0)])
