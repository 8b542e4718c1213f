"""Segments that last: the numbers of last month are given to this month's groups, and nobody changes on noise.

Groups are found anew every month. The optimal assignment of their centres to last month's centres says which group is
which segment. A group that is like none of them gets a number that was never used; a segment that no group continues
is gone for good. A customer changes segment only when another one has become several times as likely.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

__all__ = ["OUTLIERS", "Kept", "announcements", "match", "migration", "settle"]

OUTLIERS = "S00"
"""Customers who are like no segment."""

HALF = 0.5
"""A centre that moved farther than half the way to the nearest other one is another segment; most members decide
whether a segment was split or merged."""

ODDS = 20.0
"""How many times as likely another segment must be before a customer changes to it."""

SLACK = 1.1
"""How far beyond the fence, or within it, a customer must be before being called an outlier, or no more."""


@dataclass(frozen=True)
class Kept:
    """Which number each group carries.

    Parameters
    ----------
    numbers : tuple of str
        Of the groups, in their order.
    gone : tuple of str
        Numbers of last month that no group continues.
    highest : int
        The highest number ever given; never given again.
    """

    numbers: tuple[str, ...]
    gone: tuple[str, ...]
    highest: int


def match(centres: np.ndarray, earlier: np.ndarray, numbers: Sequence[str], highest: int) -> Kept:
    """Give this month's groups the numbers of last month's, by the assignment with the smallest sum of distances.

    Parameters
    ----------
    centres, earlier : ndarray, (groups, dimensions)
        This month's and last month's centres, in the same units.
    numbers : sequence of str
        Last month's numbers, in the order of ``earlier``.
    highest : int
        The highest number ever given.

    Examples
    --------
    >>> match(np.array([[9.1], [0.0], [4.0]]), np.array([[0.1], [9.0]]), ["S01", "S02"], 2)
    Kept(numbers=('S02', 'S01', 'S03'), gone=(), highest=3)
    """
    from scipy.optimize import linear_sum_assignment

    far = np.linalg.norm(centres[:, None] - earlier[None], axis=2)
    reach = HALF * _nearest_other(earlier)
    groups, olds = linear_sum_assignment(far)
    given = {
        int(group): numbers[int(old)] for group, old in zip(groups, olds, strict=True) if far[group, old] <= reach[old]
    }
    named = []
    for group in range(len(centres)):
        if group not in given:
            highest += 1
        named.append(given.get(group, f"S{highest:02d}"))
    return Kept(tuple(named), tuple(one for one in numbers if one not in given.values()), highest)


def _nearest_other(centres: np.ndarray) -> np.ndarray:
    if len(centres) < 2:
        return np.full(len(centres), np.inf)
    far = np.linalg.norm(centres[:, None] - centres[None], axis=2)
    np.fill_diagonal(far, np.inf)
    return far.min(axis=1)


def settle(misfit: np.ndarray, away: np.ndarray, fence: float, before: np.ndarray) -> np.ndarray:
    """Give each customer a group, with hysteresis.

    Parameters
    ----------
    misfit : ndarray, (customers, groups)
        Of `Clusters.misfit`.
    away : ndarray, (customers,)
        Distance to the best group, in its standard deviations.
    fence : float
        Beyond this distance a customer is an outlier.
    before : ndarray of int
        Group of last month; -1 outlier, -2 not known then, or in a segment that is gone.

    Returns
    -------
    ndarray of int
        Group of each customer, -1 for outliers.

    Examples
    --------
    >>> misfit = np.array([[1.0, 0.5], [9.0, 0.5]])  # the second customer is now far more likely to be in group 1
    >>> settle(misfit, np.zeros(2), 3.0, np.array([0, 0])).tolist()
    [0, 1]
    """
    best = misfit.argmin(axis=1)
    rows = np.arange(len(misfit))
    known = before >= 0
    lead = misfit[rows, np.where(known, before, best)] - misfit[rows, best]
    label = np.where(known & (lead <= 2.0 * np.log(ODDS)), before, best)
    limit = fence * np.select([before == -1, before >= 0], [1 / SLACK, SLACK], 1.0)
    return np.where(away > limit, -1, label)


def migration(before: pd.Series, now: pd.Series) -> pd.DataFrame:
    """Count who went from which segment to which: one row per pair that occurs.

    Parameters
    ----------
    before, now : Series
        Segment number by pseudonym; only customers of both months count.

    Returns
    -------
    DataFrame
        source, target, customers; ordered by source and target.

    Examples
    --------
    >>> migration(pd.Series({"a": "S01", "b": "S01"}), pd.Series({"a": "S01", "b": "S02", "c": "S02"})).values.tolist()
    [['S01', 'S01', 1], ['S01', 'S02', 1]]
    """
    both = pd.DataFrame({"source": before, "target": now}).dropna()
    counts = both.groupby(["source", "target"]).size().rename("customers")
    return counts.reset_index()


def announcements(kept: Kept, moves: pd.DataFrame, earlier: Sequence[str]) -> list[dict[str, str | float]]:
    """Say which segments are new and which are gone, and where their members came from or went.

    Parameters
    ----------
    kept : Kept
        What `match` gave.
    moves : DataFrame
        Of `migration`.
    earlier : sequence of str
        Last month's numbers.

    Returns
    -------
    list of dict
        ``kind`` (split, new, merged, gone), ``segment``, ``other`` (the segment split or merged into; else empty),
        ``share`` (of its members that came from, or went to, the other).
    """
    found = []
    for number in kept.numbers:
        if number not in earlier:
            other, share = _most(moves, "target", number, "source")
            found.append(_announced(("split", "new"), number, other, share))
    for number in kept.gone:
        other, share = _most(moves, "source", number, "target")
        found.append(_announced(("merged", "gone"), number, other, share))
    return found


def _announced(kinds: tuple[str, str], number: str, other: str, share: float) -> dict[str, str | float]:
    clear = share >= HALF and other != OUTLIERS
    return {"kind": kinds[0 if clear else 1], "segment": number, "other": other if clear else "", "share": share}


def _most(moves: pd.DataFrame, by: str, number: str, other: str) -> tuple[str, float]:
    """Give the segment with which most members are shared, and their share."""
    shared = moves[moves[by] == number].sort_values(["customers", other], ascending=[False, True], kind="stable")
    if shared.empty:
        return "", 0.0
    return str(shared[other].iloc[0]), float(shared["customers"].iloc[0] / shared["customers"].sum())
