"""Who gets which form of care: the best matching within capacities and a budget, exact in whole customers.

Customers for whom everything that counts is alike (segment, forms that suit, earlier cares) are one group, so a million
customers are some thousand groups. How many of each group get which form is an integer programme: each customer at most
one form, each form, channel and the whole list within its capacity, all together within the budget. Who of a group it
is, chance decides: nobody in it is better suited, and so every assignment has a known probability.
"""

from dataclasses import dataclass, field

import numpy as np

from bassboss_lib.errors import GateRefused

__all__ = ["Limits", "groups_of", "match", "spread"]

FEW, WHOLE, GAP = 100, 1e-6, 1e-9
"""Groups up to which the whole programme is solved in whole customers; what counts as whole; relative gap allowed."""


@dataclass(frozen=True)
class Limits:
    """What a month can carry.

    Parameters
    ----------
    forms : ndarray of int
        Tasks that each form can have at most.
    channels : ndarray of int
        Place of each form's channel.
    channel_most : ndarray of int
        Tasks that each channel carries at most.
    size : int
        Tasks in all.
    cost : ndarray of float
        Cost of one task of each form.
    budget : float
        Cost in all; infinite if there is none.
    """

    forms: np.ndarray
    channels: np.ndarray
    channel_most: np.ndarray
    size: int
    cost: np.ndarray
    budget: float = field(default=float("inf"))

    def less(self, used: np.ndarray) -> "Limits":
        """Give what is left once some tasks of each form are taken."""
        by_channel = np.bincount(self.channels, weights=used, minlength=len(self.channel_most)).astype(int)
        return Limits(
            np.maximum(self.forms - used, 0),
            self.channels,
            np.maximum(self.channel_most - by_channel, 0),
            max(self.size - int(used.sum()), 0),
            self.cost,
            max(self.budget - float(used @ self.cost), 0.0),
        )

    def scaled(self, factor: float) -> "Limits":
        """Give the limits of matching where a share of those matched is kept back as controls."""
        forms, channels = (np.floor(one * factor + 1e-9).astype(int) for one in (self.forms, self.channel_most))
        size, budget = int(self.size * factor + 1e-9), self.budget * factor
        return Limits(forms, self.channels, channels, size, self.cost, budget)


def groups_of(*keys: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Number the groups of customers that are alike in every key.

    Parameters
    ----------
    *keys : ndarray
        One or two dimensional, a row per customer, whole numbers or booleans.

    Returns
    -------
    tuple of ndarray
        Group of each customer, and the first customer of each group.

    Examples
    --------
    >>> group, first = groups_of(np.array([1, 0, 1]), np.array([[True], [True], [True]]))
    >>> group.tolist(), first.tolist()
    ([1, 0, 1], [1, 0])
    """
    whole = np.column_stack([np.asarray(one, np.int64) for one in keys])
    code = np.zeros(len(whole), np.int64)
    for column in whole.T:  # numbers of groups stay small, so the products never overflow
        values, place = np.unique(column, return_inverse=True)
        _, code = np.unique(code * len(values) + place, return_inverse=True)
    _, first = np.unique(code, return_index=True)
    return code, first


def match(worth: np.ndarray, sizes: np.ndarray, limits: Limits) -> np.ndarray:
    """Give how many customers of each group get each form, so that the worth of all is greatest.

    Parameters
    ----------
    worth : ndarray of shape (groups, forms)
        Expected benefit of a form for one customer of a group; NaN where the form does not suit. What brings nothing
        is never chosen.
    sizes : ndarray of int
        Customers of each group.
    limits : Limits
        Capacities and budget.

    Returns
    -------
    ndarray of int, shape (groups, forms)

    Raises
    ------
    GateRefused
        If the solver finds no matching.

    Examples
    --------
    >>> limits = Limits(np.array([1, 5]), np.array([0, 0]), np.array([9]), 9, np.array([1.0, 1.0]))
    >>> match(np.array([[5.0, 4.0], [3.0, np.nan]]), np.array([1, 1]), limits).tolist()
    [[0, 1], [1, 0]]
    """
    counts = np.zeros(worth.shape, int)
    if limits.size <= 0 or not (np.nan_to_num(worth, nan=-1.0) > 0).any():
        return counts
    relaxed = _programme(worth, sizes, limits, whole=False)
    open_still = np.ones(len(sizes), bool)
    if len(sizes) > FEW:  # a corner of the relaxed programme is whole but for as many groups as there are limits
        open_still = (np.abs(relaxed - np.round(relaxed)) > WHOLE).any(axis=1)
        counts[~open_still] = np.round(relaxed[~open_still]).astype(int)
    if open_still.any():
        left = limits.less(counts.sum(axis=0))
        counts[open_still] = _programme(worth[open_still], sizes[open_still], left, whole=True)
    return counts


def _programme(worth: np.ndarray, sizes: np.ndarray, limits: Limits, *, whole: bool) -> np.ndarray:
    """Solve the programme, in whole customers or relaxed."""
    from scipy.optimize import Bounds, LinearConstraint, linprog, milp

    solved = np.zeros(worth.shape, int if whole else float)
    group, form = np.nonzero(np.nan_to_num(worth, nan=-1.0) > 0)
    if not len(group):
        return solved
    gain, top = worth[group, form], np.minimum(sizes[group], limits.forms[form]).astype(float)
    rows, most = _constraints(group, form, sizes, limits)
    if whole:
        integer, bounds = np.ones(len(group), np.int64), Bounds(0, top)
        held = LinearConstraint(rows, ub=most)
        x = milp(-gain, integrality=integer, bounds=bounds, constraints=held, options={"mip_rel_gap": GAP}).x
    else:
        x = linprog(-gain, A_ub=rows, b_ub=most, bounds=[(0.0, one) for one in top.tolist()], method="highs-ds").x
    if x is None:
        raise GateRefused("no matching was found", where="care", kept="nothing listed", remedy="check the capacities")
    solved[group, form] = np.round(x).astype(int) if whole else x
    return solved


def _constraints(group: np.ndarray, form: np.ndarray, sizes: np.ndarray, limits: Limits) -> tuple:
    """Give one row per group, form, channel, for the size and for the budget, with what each may hold."""
    from scipy.sparse import csr_matrix, vstack

    column, one = np.arange(len(group)), np.ones(len(group))
    blocks = [
        (one, group, sizes.astype(float)),
        (one, form, limits.forms.astype(float)),
        (one, limits.channels[form], limits.channel_most.astype(float)),
        (one, np.zeros(len(group), int), np.array([float(limits.size)])),
    ]
    if np.isfinite(limits.budget):
        blocks.append((limits.cost[form], np.zeros(len(group), int), np.array([limits.budget])))
    parts = [csr_matrix((value, (row, column)), shape=(len(most), len(group))) for value, row, most in blocks]
    return vstack(parts), np.concatenate([most for _, _, most in blocks])


def spread(counts: np.ndarray, group: np.ndarray, u: np.ndarray) -> np.ndarray:
    """Let chance decide who of each group gets which form.

    Parameters
    ----------
    counts : ndarray of int, shape (groups, forms)
        Of `match`.
    group : ndarray of int
        Group of each customer; a negative number is in none.
    u : ndarray
        One uniform number per customer, drawn for this purpose alone.

    Returns
    -------
    ndarray of int
        Place of each customer's form, -1 for none.

    Examples
    --------
    >>> spread(np.array([[1, 1]]), np.array([0, 0, 0]), np.array([0.9, 0.1, 0.5])).tolist()
    [-1, 0, 1]
    """
    chosen = np.full(len(group), -1)
    order = np.lexsort((u, group))
    order = order[group[order] >= 0]
    starts = np.searchsorted(group[order], np.arange(len(counts)))
    place = np.arange(len(order)) - starts[group[order]]
    ends = np.cumsum(counts, axis=1)
    taken = (place[:, None] >= ends[group[order]]).sum(axis=1)
    chosen[order] = np.where(taken < counts.shape[1], taken, -1)
    return chosen
