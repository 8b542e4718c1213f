"""Groups of near points: k-means and Gaussian mixtures under one face, as numbers that can be written as text.

Both say of every point and group how badly the point fits (minus twice the log-likelihood, up to a constant); k-means
is the mixture whose groups are all equally large and equally wide. So "nine times as likely there" means the same for
both, and hysteresis and outliers need to know nothing of the method.
"""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal

import numpy as np

__all__ = ["METHODS", "Clusters", "Method", "fit_clusters", "labels_of", "single_thread"]

Method = Literal["kmeans", "mixture"]
METHODS: tuple[Method, ...] = ("kmeans", "mixture")
STARTS = 4
VARIANCE_MIN = 1e-2
BLOCK_ROWS = 100_000


@dataclass(frozen=True)
class Clusters:
    """Groups: centres, variances along each dimension, shares.

    Parameters
    ----------
    method : {"kmeans", "mixture"}
        How they were found.
    centres, variances : ndarray, (groups, dimensions)
        In the units of `Space.points`.
    shares : ndarray, (groups,)
        How common each is taken to be.
    """

    method: Method
    centres: np.ndarray
    variances: np.ndarray
    shares: np.ndarray

    @property
    def count(self) -> int:
        """How many groups there are."""
        return len(self.centres)

    def misfit(self, points: np.ndarray) -> np.ndarray:
        """Give minus twice the log-likelihood of each point in each group, (points, groups), up to a constant."""
        parts = [self._misfit(points[start : start + BLOCK_ROWS]) for start in range(0, len(points), BLOCK_ROWS)]
        return np.concatenate(parts) if parts else np.empty((0, self.count))

    def _misfit(self, points: np.ndarray) -> np.ndarray:
        found = np.empty((len(points), self.count))
        for group in range(self.count):
            away = (points - self.centres[group]) ** 2 / self.variances[group]
            found[:, group] = away.sum(axis=1)
        return found + np.log(self.variances).sum(axis=1) - 2.0 * np.log(self.shares)

    def distance(self, points: np.ndarray, labels: np.ndarray) -> np.ndarray:
        """Give how far each point lies from the centre of its group, in standard deviations of the group."""
        away = (points - self.centres[labels]) ** 2 / self.variances[labels]
        return np.sqrt(away.mean(axis=1)) if points.shape[1] else np.zeros(len(points))

    def take(self, order: np.ndarray) -> "Clusters":
        """Give the groups in another order."""
        return Clusters(self.method, self.centres[order], self.variances[order], self.shares[order])


def labels_of(clusters: Clusters, points: np.ndarray) -> np.ndarray:
    """Give the best group of each point."""
    return clusters.misfit(points).argmin(axis=1)


def fit_clusters(
    points: np.ndarray, method: Method, count: int, *, seed: int = 0, start: np.ndarray | None = None
) -> Clusters:
    """Find groups.

    Parameters
    ----------
    points : ndarray, (points, dimensions)
        At least ``count`` of them differ.
    start : ndarray, optional
        Centres to begin at, such as those of last month; else several random beginnings, of which the best is taken.

    Examples
    --------
    >>> points = np.array([[0.0], [0.1], [5.0], [5.1]])
    >>> sorted(fit_clusters(points, "kmeans", 2).centres.ravel().round(2).tolist())
    [0.05, 5.05]
    """
    with single_thread(), warnings.catch_warnings():
        from sklearn.exceptions import ConvergenceWarning

        warnings.simplefilter("ignore", ConvergenceWarning)  # agreement judges what came out
        return _kmeans(points, count, seed, start) if method == "kmeans" else _mixture(points, count, seed, start)


def _kmeans(points: np.ndarray, count: int, seed: int, start: np.ndarray | None) -> Clusters:
    from sklearn.cluster import KMeans

    init = "k-means++" if start is None else start
    found = KMeans(count, init=init, n_init=STARTS if start is None else 1, random_state=seed).fit(points)
    centres = np.asarray(found.cluster_centers_, dtype=np.float64)
    within = max(float(found.inertia_) / max(points.size, 1), VARIANCE_MIN)
    equal = np.full(count, 1.0 / count)
    return Clusters("kmeans", centres, np.full(centres.shape, within), equal)


def _mixture(points: np.ndarray, count: int, seed: int, start: np.ndarray | None) -> Clusters:
    from sklearn.mixture import GaussianMixture

    means = _kmeans(points, count, seed, None).centres if start is None else start
    found = GaussianMixture(
        count, covariance_type="spherical", means_init=means, random_state=seed, max_iter=200, reg_covar=VARIANCE_MIN
    ).fit(points)  # one radius a group: with one for each dimension the weights of dimensions would mean nothing
    radii = np.repeat(found.covariances_[:, None], points.shape[1], axis=1)
    return Clusters("mixture", found.means_, radii, np.maximum(found.weights_, 1e-9))


@contextmanager
def single_thread() -> Iterator[None]:
    """Compute on one thread: sums on several come out in another order, and so would the groups."""
    from threadpoolctl import threadpool_limits

    with threadpool_limits(limits=1):
        yield
