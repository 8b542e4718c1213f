"""How many groups, found how: as many as come back when other customers are drawn, and as are of use to a business.

For every method and number the groups are found again on bootstrap samples. Agreement is the mean adjusted Rand index
between them and the groups of the whole sample. Of those that agree well enough, are large enough and lie apart about
as clearly as any, the one with most groups is taken: it says most that is not chance.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from bassboss_lib.progress import report
from bassboss_lib.segments.clusters import METHODS, Clusters, Method, fit_clusters, labels_of, single_thread

__all__ = ["Limits", "agreement", "candidates", "chosen"]

SILHOUETTE_ROWS = 2500
NEARLY_BEST = 0.98
"""Of the best separation: less of a difference is noise, and then more groups say more."""


@dataclass(frozen=True)
class Limits:
    """What a business can work with, and what counts as stable.

    Parameters
    ----------
    most, fewest : int
        Segments.
    share_min : float
        Share of customers of the smallest segment.
    agreement_min : float
        Mean adjusted Rand index over bootstrap samples.
    samples : int
        Bootstrap samples for each candidate.
    rows : int
        Customers on whom candidates are compared.
    """

    most: int = 12
    fewest: int = 3
    share_min: float = 0.03
    agreement_min: float = 0.85
    samples: int = 5
    rows: int = 5000


def agreement(points: np.ndarray, found: Clusters, *, samples: int, seed: int = 0) -> float:
    """Give how well groups agree with those found on bootstrap samples of the same points (mean adjusted Rand).

    Examples
    --------
    >>> points = np.repeat([[0.0], [9.0]], 20, axis=0)
    >>> agreement(points, fit_clusters(points, "kmeans", 2), samples=3)
    1.0
    """
    from sklearn.metrics import adjusted_rand_score

    labels, rng = labels_of(found, points), np.random.default_rng(seed)
    scores = []
    for sample in range(samples):
        drawn = points[rng.integers(0, len(points), len(points))]
        if len(np.unique(drawn, axis=0)) < found.count:
            scores.append(0.0)
            continue
        again = fit_clusters(drawn, found.method, found.count, seed=seed + 1 + sample)
        scores.append(float(adjusted_rand_score(labels, labels_of(again, points))))
    return float(np.mean(scores))


def candidates(
    points: np.ndarray,
    limits: Limits,
    *,
    seed: int = 0,
    counts: Sequence[int] = (),
    methods: Sequence[Method] = METHODS,
) -> pd.DataFrame:
    """Try every method and number of groups.

    Parameters
    ----------
    points : ndarray
        Customers on whom candidates are compared.
    counts : sequence of int
        Numbers of groups; empty for all that the limits allow.

    Returns
    -------
    DataFrame
        One row per candidate: method, count, agreement, separation (mean silhouette), share_min (of the smallest
        group), fit (whether it passes the limits).
    """
    numbers = [one for one in counts or range(limits.fewest, limits.most + 1) if one < len(np.unique(points, axis=0))]
    tried = [(method, count) for method in methods for count in numbers]
    rows = []
    for place, (method, count) in enumerate(tried):
        report("segments", place, len(tried))
        rows.append(_tried(points, method, count, limits, seed))
    frame = pd.DataFrame(rows, columns=["method", "count", "agreement", "separation", "share_min"])
    passes = (frame["agreement"] >= limits.agreement_min) & (frame["share_min"] >= limits.share_min)
    return frame.assign(fit=passes & (frame["separation"] > 0))


def _tried(points: np.ndarray, method: Method, count: int, limits: Limits, seed: int) -> tuple:
    found = fit_clusters(points, method, count, seed=seed)
    labels = labels_of(found, points)
    smallest = np.bincount(labels, minlength=count).min() / len(points)
    agreed = agreement(points, found, samples=limits.samples, seed=seed)
    return method, count, agreed, _separation(points, labels), float(smallest)


def _separation(points: np.ndarray, labels: np.ndarray) -> float:
    from sklearn.metrics import silhouette_score

    step = max(1, -(-len(points) // SILHOUETTE_ROWS))
    shown, groups = points[::step], labels[::step]
    if len(np.unique(groups)) < 2:
        return 0.0
    with single_thread():
        return float(silhouette_score(shown, groups))


def chosen(tried: pd.DataFrame) -> tuple[Method, int]:
    """Choose of the candidates that pass: those that lie apart nearly best, of these most groups, then agreement.

    Where none passes, the one that agrees best is taken, and the page says so.

    Examples
    --------
    >>> tried = pd.DataFrame({"method": "kmeans", "count": [3, 4, 5], "agreement": [0.99, 0.9, 0.6],
    ...                       "separation": 0.2, "share_min": 0.1, "fit": [True, True, False]})
    >>> chosen(tried)
    ('kmeans', 4)
    """
    passing = tried[tried["fit"]]
    if passing.empty:
        best = tried.sort_values(["agreement", "separation"], ascending=False, kind="stable").iloc[0]
    else:
        clear = passing[passing["separation"] >= NEARLY_BEST * passing["separation"].max()]
        best = clear.sort_values(["count", "agreement"], ascending=False, kind="stable").iloc[0]
    return best["method"], int(best["count"])
