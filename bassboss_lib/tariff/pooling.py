"""Small segments borrow strength: beta-binomial pooling, empirical Bayes.

A segment of five answers says little by itself and the mean of all says nothing of it. The beta law of the segments'
true shares is fitted by maximum likelihood; each segment's share is drawn to its mean, the more the fewer answered.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from bassboss_lib.errors import GateRefused

__all__ = ["Pooled", "pool"]

MOST = 1e5
"""Prior strength at which segments count as equal."""


@dataclass(frozen=True)
class Pooled:
    """The fitted law, Beta(mean · strength, (1 − mean) · strength), and each segment.

    ``segments``: successes, trials, raw, pooled, low, high (90 %).
    """

    mean: float
    strength: float
    segments: pd.DataFrame


def pool(successes: ArrayLike, trials: ArrayLike) -> Pooled:
    """Pool the shares of segments; successes may be fractions where answers carry weights or probabilities.

    Raises
    ------
    GateRefused
        If no segment has an answer.

    Examples
    --------
    >>> pool([5, 5], [10, 10]).segments["pooled"].round(3).tolist()
    [0.5, 0.5]
    """
    hits, n = np.asarray(successes, dtype=np.float64), np.asarray(trials, dtype=np.float64)
    if not n.sum() > 0:
        raise GateRefused("nobody answered", where="segments", remedy="wait for more answers")
    mean, strength = _fit(hits, n)
    from scipy.stats import beta

    law = beta(mean * strength + hits, (1 - mean) * strength + n - hits)
    raw = np.divide(hits, n, out=np.full(len(n), np.nan), where=n > 0)
    columns = {
        "successes": hits,
        "trials": n,
        "raw": raw,
        "pooled": law.mean(),
        "low": law.ppf(0.05),
        "high": law.ppf(0.95),
    }
    return Pooled(mean, strength, pd.DataFrame(columns))


def _fit(hits: np.ndarray, n: np.ndarray) -> tuple[float, float]:
    """Maximise the marginal likelihood over log-odds of the mean and log strength, half a hit away from the corners."""
    from scipy.optimize import minimize
    from scipy.special import betaln, digamma, expit

    start = (hits.sum() + 0.5) / (n.sum() + 1)

    def loss(at: np.ndarray) -> tuple[float, np.ndarray]:
        mean, strength = float(expit(at[0])), float(np.exp(at[1]))
        a, b = mean * strength, (1 - mean) * strength
        likelihood = np.sum(betaln(a + hits, b + n - hits) - betaln(a, b))
        shared = digamma(strength) - digamma(strength + n)
        by_a = np.sum(digamma(a + hits) - digamma(a) + shared)
        by_b = np.sum(digamma(b + n - hits) - digamma(b) + shared)
        slope = np.array([(by_a - by_b) * a * (1 - mean) + 0.5 - mean, by_a * a + by_b * b])
        return float(-likelihood - 0.5 * (np.log(mean) + np.log1p(-mean))), -slope

    bounds = [(-12.0, 12.0), (np.log(0.1), np.log(MOST))]
    ends = [
        minimize(loss, [np.log(start / (1 - start)), np.log(first)], jac=True, method="L-BFGS-B", bounds=bounds)
        for first in (3.0, 100.0)
    ]
    best = min(ends, key=lambda end: float(end.fun))
    return float(expit(best.x[0])), float(np.exp(best.x[1]))
