"""Was the model right? Rates read on untreated customers, each counted for all those it stands for.

A listed customer who stays may have stayed because of the call: on treated customers every customer saved looks like a
miss of the model. Untreated customers are a random sample within strata (all who were not candidates; of candidates
the controls), so each stands for the inverse of its probability of being left untreated (Hájek's estimator). The
customers of a month are a finite population and most of them are seen, so the intervals shrink with the share seen.
"""

from dataclasses import dataclass

import numpy as np

from bassboss_lib.campaigns.effects import wilson
from bassboss_lib.learning.estimates import LEVEL, Estimate

__all__ = ["Untreated", "auc", "left_alone", "rate", "ratio_of_rates", "standing", "untreated"]


@dataclass(frozen=True)
class Untreated:
    """Untreated customers as a sample of a finite population, drawn by chance.

    Parameters
    ----------
    rows : ndarray of int
        Places of the untreated in the population.
    stratum : ndarray of int
        Stratum of each of them, from 0.
    weight : ndarray of float
        How many customers each of them stands for.
    """

    rows: np.ndarray
    stratum: np.ndarray
    weight: np.ndarray

    def variance(self, z: np.ndarray) -> float:
        """Give the variance of the weighted sum of ``z``: strata drawn without replacement."""
        n = np.bincount(self.stratum).astype(float)
        apart = z - (np.bincount(self.stratum, weights=z) / np.maximum(n, 1))[self.stratum]
        unseen = self.weight * np.maximum(self.weight - 1, 0) * (n / np.maximum(n - 1, 1))[self.stratum]
        return float(unseen @ apart**2)


def untreated(treated: np.ndarray, stratum: np.ndarray, known: np.ndarray) -> Untreated:
    """Set up the sample of untreated customers where one draw decided.

    Parameters
    ----------
    treated : ndarray of bool
        Whether each customer of the population was listed.
    stratum : ndarray
        Within a stratum chance alone decided who was listed; all who could not be listed are strata of their own.
    known : ndarray of bool
        Whether the outcome is known.
    """
    names = np.asarray(stratum, dtype=str)
    return standing(left_alone(names, np.asarray(treated, bool)), names, known)


def standing(weight: np.ndarray, stratum: np.ndarray, known: np.ndarray) -> Untreated:
    """Set up the sample of untreated customers where several draws decided, one after another.

    Parameters
    ----------
    weight : ndarray of float
        How many customers each of the population stands for; 0 for the treated.
    stratum : ndarray
        Of the draw that decided last.
    known : ndarray of bool
        Whether the outcome is known; the untreated of a stratum whose outcome is known stand for the others.
    """
    _, codes = np.unique(np.asarray(stratum, dtype=str), return_inverse=True)
    there, seen = weight > 0, (weight > 0) & np.asarray(known, bool)
    codes = joined(codes, np.bincount(codes[seen], minlength=codes.max(initial=0) + 1))
    size = np.bincount(codes[there], weights=weight[there], minlength=codes.max(initial=0) + 1)
    rows = np.flatnonzero(seen)
    shown = np.bincount(codes[rows], weights=weight[rows], minlength=len(size))
    return Untreated(rows, codes[rows], weight[rows] * (size[codes[rows]] / shown[codes[rows]]))


def left_alone(stratum: np.ndarray, treated: np.ndarray) -> np.ndarray:
    """Give for how many customers of a draw each of those stands whom it left alone; 0 for the treated.

    Parameters
    ----------
    stratum : ndarray of str
        Within which chance decided; strata in which fewer than two are left are joined to their neighbours.
    treated : ndarray of bool
        By this draw.

    Examples
    --------
    >>> left_alone(np.array(list("aaaabb")), np.array([True, True, False, False, False, False])).tolist()
    [0.0, 0.0, 2.0, 2.0, 1.0, 1.0]
    """
    _, codes = np.unique(stratum, return_inverse=True)
    codes = joined(codes, np.bincount(codes[~treated], minlength=codes.max(initial=0) + 1))
    size, left = np.bincount(codes), np.bincount(codes[~treated], minlength=codes.max(initial=0) + 1)
    return np.where(treated, 0.0, (size / np.maximum(left, 1))[codes])


def joined(codes: np.ndarray, seen: np.ndarray) -> np.ndarray:
    """Join strata with fewer than two untreated customers to the one before, the first to the one after."""
    target, last, held = np.zeros(len(seen), int), 0, 0.0
    for place, count in enumerate(seen):
        if held >= 2 and count >= 2:
            last, held = last + 1, 0.0
        target[place], held = last, held + count
    return target[codes]


def rate(sample: Untreated, part: np.ndarray, whole: np.ndarray) -> Estimate:
    """Give the weighted sum of ``part`` over that of ``whole``, in [0, 1], with Wilson's interval.

    Parameters
    ----------
    part, whole : ndarray
        Per untreated customer, in the order of ``sample.rows``; 0 or 1, ``part`` not above ``whole``.

    Examples
    --------
    >>> who = untreated(np.arange(10) < 5, np.repeat(["a", "b"], 5), np.ones(10, bool))
    >>> rate(who, np.array([1, 0, 0, 0, 1.0]), np.ones(5)).value
    0.4
    """
    weight = sample.weight
    total = float(weight @ whole)
    if total <= 0:
        return Estimate(float("nan"), float("nan"), float("nan"))
    value = float(weight @ part) / total
    variance = sample.variance((part - value * whole) / total)
    if value in (0.0, 1.0):
        unseen = 1 - float(np.sum(whole > 0)) / total
        size = float(np.sum(whole > 0)) / max(unseen, 1e-9)
        return Estimate(value, *wilson(value, size))
    if variance <= 0:
        return Estimate(value, value, value)
    return Estimate(value, *wilson(value, value * (1 - value) / variance))


def ratio_of_rates(sample: Untreated, hit: Estimate, base: Estimate, parts: tuple[np.ndarray, ...]) -> Estimate:
    """Give ``hit`` over ``base`` (lift), both rates of the same sample; the interval is symmetric in logs.

    Parameters
    ----------
    parts : tuple of ndarray
        Part and whole of ``hit``, then part and whole of ``base``.
    """
    from scipy.stats import norm

    weight, (one, all_one, two, all_two) = sample.weight, parts
    if not (hit.value > 0 and base.value > 0):
        return Estimate(hit.value / base.value if base.value else float("nan"), 0.0, float("inf"))
    pull = (one - hit.value * all_one) / (weight @ one) - (two - base.value * all_two) / (weight @ two)
    half = float(norm.ppf((1 + LEVEL) / 2)) * np.sqrt(sample.variance(pull))
    value = hit.value / base.value
    return Estimate(value, float(value * np.exp(-half)), float(value * np.exp(half)))


def auc(sample: Untreated, y: np.ndarray, score: np.ndarray) -> Estimate:
    """Give the weighted area under the curve: DeLong's variance on placements, interval on the log-odds.

    Parameters
    ----------
    y, score : ndarray
        Outcome (0, 1) and score of the untreated, in the order of ``sample.rows``.
    """
    from scipy.stats import norm

    weight, positive = sample.weight, np.asarray(y) == 1
    above = _placement(score[positive], score[~positive], weight[~positive])
    below = 1 - _placement(score[~positive], score[positive], weight[positive])
    w1, w0 = weight[positive], weight[~positive]
    area = float(w1 @ above / w1.sum())
    pull = np.zeros(len(score))
    pull[positive], pull[~positive] = (above - area) / w1.sum(), (below - area) / w0.sum()
    # A superpopulation's variance: the area speaks of the model on customers like these, not of these alone.
    variance = float(np.sum((weight * pull) ** 2))
    if not 0 < area < 1 or variance == 0:
        return Estimate(area, area, area)
    half = float(norm.ppf((1 + LEVEL) / 2)) * np.sqrt(variance) / (area * (1 - area))
    odds = np.log(area / (1 - area))
    return Estimate(area, float(1 / (1 + np.exp(half - odds))), float(1 / (1 + np.exp(-half - odds))))


def _placement(of: np.ndarray, among: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """Give, per score, the weighted share of ``among`` below it; a tie counts half."""
    order = np.argsort(among, kind="stable")
    cumulated = np.concatenate([[0.0], np.cumsum(weight[order])])
    low, high = (np.searchsorted(among[order], of, side=side) for side in ("left", "right"))
    return (cumulated[low] + cumulated[high]) / 2 / cumulated[-1]
