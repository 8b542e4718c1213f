"""How good a ranking and its probabilities are, each figure with its interval.

The area under the curve has DeLong's interval. The others are read from the same stratified bootstrap:
positives and negatives are drawn apart, so that the base rate, which lift divides by, stays what it is. A
replicate is a vector of counts over the rows sorted once, which makes five hundred of them cheap. Equal
scores are ordered by the rows' keys, that is, by the order in which rows are given.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike

from bassboss_lib.learning.calibration import calibration_line
from bassboss_lib.learning.estimates import LEVEL, Estimate, percentiles, share

__all__ = ["Ranked", "auc_delong", "difference", "evaluate"]

REPLICATES = 500


@dataclass(frozen=True)
class Ranked:
    """Rows from the highest score to the lowest; what every figure is read from.

    `ends` holds the last row of each group of equal scores, `positions` leads from here back to the
    rows as given.
    """

    y: np.ndarray
    p: np.ndarray
    ends: np.ndarray
    positions: np.ndarray

    @classmethod
    def of(cls, y: ArrayLike, p: ArrayLike) -> "Ranked":
        """Sort rows by score; equal scores keep the order in which they come."""
        labels, scores = np.asarray(y, dtype=np.float64), np.asarray(p, dtype=np.float64)
        order = np.argsort(-scores, kind="stable")
        ends = np.flatnonzero(np.append(np.diff(scores[order]) != 0, True))
        return cls(labels[order], scores[order], ends, order)

    @cached_property
    def losses(self) -> np.ndarray:
        """Negative log-likelihood of each row."""
        return -np.where(self.y == 1, np.log(self.p), np.log1p(-self.p))

    @cached_property
    def errors(self) -> np.ndarray:
        """Squared error of each row."""
        return (self.y - self.p) ** 2


class Counted:
    """Ranked rows, each counted so many times; sums from the top that several figures share."""

    def __init__(self, ranked: Ranked, counts: np.ndarray) -> None:
        self.ranked, self.counts = ranked, counts
        self.rows, self.positives = np.cumsum(counts), np.cumsum(counts * ranked.y)
        self.size, self.positive = self.rows[-1], self.positives[-1]


Metric = Callable[[Counted], float]


def auc(rows: Counted) -> float:
    """Give the share of pairs (positive, negative) in the right order; a tie is half a pair."""
    positives = rows.positives[rows.ranked.ends]
    negatives = rows.rows[rows.ranked.ends] - positives
    above = positives - np.diff(positives, prepend=0) / 2
    return float(above @ np.diff(negatives, prepend=0) / (positives[-1] * negatives[-1]))


def pr_auc(rows: Counted) -> float:
    """Give the average precision: mean over positives of the precision down to their score."""
    positives = rows.positives[rows.ranked.ends]
    precision = positives / np.maximum(rows.rows[rows.ranked.ends], 1)
    return float(np.diff(positives, prepend=0) @ precision / positives[-1])


def log_loss(rows: Counted) -> float:
    """Give the mean negative log-likelihood."""
    return float(rows.counts @ rows.ranked.losses / rows.size)


def brier(rows: Counted) -> float:
    """Give the mean squared error of the probabilities."""
    return float(rows.counts @ rows.ranked.errors / rows.size)


def lift(share: float) -> Metric:
    """Give the metric "rate among the top share over the rate of all"."""

    def at(rows: Counted) -> float:
        size = np.ceil(round(share * rows.size, 6))
        row = int(np.searchsorted(rows.rows, size))
        beyond = (rows.rows[row] - size) * rows.ranked.y[row]  # a row counted twice may stand on the border
        return float((rows.positives[row] - beyond) / size / (rows.positive / rows.size))

    return at


METRICS: Mapping[str, Metric] = {
    "auc": auc,
    "pr_auc": pr_auc,
    "lift_1pct": lift(0.01),
    "lift_5pct": lift(0.05),
    "lift_10pct": lift(0.10),
    "log_loss": log_loss,
    "brier": brier,
}


BOOTSTRAPPED = tuple(name for name in METRICS if name != "auc")


def evaluate(
    y: ArrayLike,
    p: ArrayLike,
    *,
    base_rate: float | None = None,
    weight: ArrayLike | None = None,
    seed: int = 0,
    replicates: int = REPLICATES,
) -> dict[str, Estimate]:
    """Give every figure of a set of rows with its interval.

    Parameters
    ----------
    y, p : array
        Labels (0, 1) and probabilities in (0, 1), rows in key order; both classes must occur.
    base_rate : float, optional
        Share of positives that "saying the same of everybody" says, known before the rows; else
        that of the rows.
    weight : array, optional
        How many customers each row stands for, such as the inverse of its probability of having been left untreated.
    seed, replicates : int
        Of the bootstrap; 0 replicates leaves the intervals at the value itself.

    Returns
    -------
    dict
        auc, pr_auc, lift_1pct, lift_5pct, lift_10pct, log_loss, brier, log_loss_constant, base_rate,
        calibration_slope, calibration_intercept.

    Examples
    --------
    >>> figures = evaluate([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8], replicates=0)
    >>> figures["auc"].value, round(figures["pr_auc"].value, 3), figures["lift_10pct"].value
    (0.75, 0.833, 2.0)
    """
    ranked = Ranked.of(y, np.clip(np.asarray(p, dtype=np.float64), 1e-12, 1 - 1e-12))
    count = np.ones(len(ranked.y)) if weight is None else np.asarray(weight, dtype=np.float64)[ranked.positions]
    rate = _weighted_share(ranked.y, count)
    constant = rate.value if base_rate is None else base_rate
    once = Counted(ranked, count)
    drawn = [
        [METRICS[name](rows) for name in BOOTSTRAPPED]
        for rows in (Counted(ranked, counts * count) for counts in _draws(ranked.y, seed, replicates))
    ]
    spread = dict(zip(BOOTSTRAPPED, np.array(drawn).reshape(-1, len(BOOTSTRAPPED)).T, strict=True))
    figures = {name: percentiles(metric(once), spread.get(name, ())) for name, metric in METRICS.items()}
    flat = log_loss(Counted(replace(ranked, p=np.full(len(ranked.y), constant)), once.counts))
    figures["log_loss_constant"] = Estimate(flat, flat, flat)
    figures["base_rate"] = rate
    if replicates:
        apart = None if weight is None else count
        figures |= {"auc": auc_delong(ranked, apart)} | calibration_line(ranked.y, ranked.p, weight=apart)
    return figures


def _weighted_share(y: np.ndarray, count: np.ndarray) -> Estimate:
    """Give the share of positives with Wilson's interval at the number of customers that the weights are worth."""
    if (count == 1).all():
        return share(int(y.sum()), len(y))
    from statsmodels.stats.proportion import proportion_confint

    value, worth = float(np.average(y, weights=count)), float(count.sum() ** 2 / (count**2).sum())
    low, high = proportion_confint(value * worth, worth, alpha=1 - LEVEL, method="wilson")
    return Estimate(value, float(low), float(high))


def difference(
    y: ArrayLike,
    p: ArrayLike,
    other: ArrayLike,
    metric: str,
    *,
    weight: ArrayLike | None = None,
    seed: int = 0,
    replicates: int = REPLICATES,
) -> Estimate:
    """Give a figure of ``p`` minus that of ``other`` on the same rows, with its paired bootstrap interval.

    Parameters
    ----------
    y, p, other : array
        Labels (0, 1) and two probabilities, rows in key order.
    metric : str
        A name of `METRICS`.
    weight : array, optional
        How many customers each row stands for, such as the inverse of its probability of being left untreated.

    Examples
    --------
    >>> difference([0, 1, 0, 1], [0.1, 0.9, 0.2, 0.8], [0.1, 0.9, 0.2, 0.8], "auc")
    Estimate(value=0.0, low=0.0, high=0.0)
    """
    first, second, measure = Ranked.of(y, p), Ranked.of(y, other), METRICS[metric]
    labels = np.asarray(y, dtype=np.float64)
    stands_for = np.ones(len(labels)) if weight is None else np.asarray(weight, dtype=np.float64)

    def gap(drawn: np.ndarray) -> float:
        counts = drawn * stands_for
        return measure(Counted(first, counts[first.positions])) - measure(Counted(second, counts[second.positions]))

    return percentiles(gap(np.ones(len(labels))), [gap(counts) for counts in _draws(labels, seed, replicates)])


def auc_delong(ranked: Ranked, count: np.ndarray | None = None) -> Estimate:
    """Give the area under the curve with DeLong's interval, on the log-odds so that it stays in (0, 1).

    ``count`` says how many customers each ranked row stands for; placements and variance are weighted then.
    """
    from scipy.stats import norm

    positive = ranked.y == 1
    weight = np.ones(len(ranked.y)) if count is None else count
    w1, w0 = weight[positive] / weight[positive].sum(), weight[~positive] / weight[~positive].sum()
    above = _placement(ranked.p[positive], ranked.p[~positive], w0)
    below = 1 - _placement(ranked.p[~positive], ranked.p[positive], w1)
    area = float(w1 @ above)
    variance = _variance(above, w1) + _variance(below, w0)
    if area in (0.0, 1.0) or variance == 0:
        return Estimate(area, area, area)
    half = norm.ppf((1 + LEVEL) / 2) * np.sqrt(variance) / (area * (1 - area))
    odds = np.log(area / (1 - area))
    return Estimate(area, float(1 / (1 + np.exp(half - odds))), float(1 / (1 + np.exp(-half - odds))))


def _placement(of: np.ndarray, among: np.ndarray, share: np.ndarray) -> np.ndarray:
    """Give, per score, the share of ``among`` below it; a tie counts half."""
    order = np.argsort(among, kind="stable")
    cumulated = np.concatenate([[0.0], np.cumsum(share[order])])
    low, high = (np.searchsorted(among[order], of, side=side) for side in ("left", "right"))
    return (cumulated[low] + cumulated[high]) / 2


def _variance(values: np.ndarray, share: np.ndarray) -> float:
    """Give the variance of the weighted mean of ``values``; with equal shares, that of a plain mean."""
    if len(values) < 2:
        return 0.0
    pull = share * (values - share @ values)
    return float(pull @ pull * len(values) / (len(values) - 1))


def _draws(y: np.ndarray, seed: int, replicates: int) -> Iterator[np.ndarray]:
    """Counts per row of each replicate, classes drawn apart."""
    random = np.random.default_rng(seed)
    classes = [np.flatnonzero(y == label) for label in (0, 1)]
    for _ in range(replicates):
        counts = np.zeros(len(y))
        for rows in classes:
            counts[rows] = np.bincount(random.integers(0, len(rows), len(rows)), minlength=len(rows))
        yield counts
