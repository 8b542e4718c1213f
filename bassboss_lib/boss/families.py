"""Families that share one plan: who pays, who is along, and what of the bill is whose.

The members of a household on a plan that is rated by group use up its bundles together, call by call in the order of
time. Each gets a bill of his own: his calls, and his part of the fee. The first of them in network, who signed, pays
the plan itself.
"""

from dataclasses import dataclass

import numpy as np

from bassboss_lib.boss import pricelist
from bassboss_lib.rating.bills import Bills
from bassboss_lib.rating.quantities import fen

__all__ = ["Families", "families", "fees", "shared_plans"]


@dataclass(frozen=True)
class Families:
    """Who is rated with whom: ``payer`` (row of whom each one's calls are rated with), ``member`` (place there)."""

    payer: np.ndarray
    member: np.ndarray

    @property
    def any(self) -> bool:
        """Whether anybody is along with somebody else."""
        return bool((self.member > 0).any())


def shared_plans() -> np.ndarray:
    """Tell which plans of the price list are rated by group."""
    return np.array([plan.scope == "group" for plan in pricelist.catalogue().plans])


def families(plan: np.ndarray, household: np.ndarray, served: np.ndarray) -> Families:
    """Put those together who live together on the same shared plan.

    Parameters
    ----------
    plan, household : ndarray of int
        Of each customer, in the order of serials.
    served : ndarray of bool
        Who can use the service in the month; nobody else is along.

    Examples
    --------
    >>> shared = int(np.flatnonzero(shared_plans())[0])
    >>> found = families(np.array([shared, 0, shared, shared]), np.array([5, 5, 5, 6]), np.ones(4, bool))
    >>> found.payer.tolist(), found.member.tolist()
    ([0, 1, 0, 3], [0, 0, 1, 0])
    """
    payer, member = np.arange(len(plan)), np.zeros(len(plan), dtype=np.int64)
    rows = np.flatnonzero(shared_plans()[plan] & served)
    order = rows[np.lexsort((rows, plan[rows], household[rows]))]
    begins = np.append(True, (np.diff(household[order]) != 0) | (np.diff(plan[order]) != 0))[: len(order)]
    first = np.maximum.accumulate(np.where(begins, np.arange(len(order)), 0))
    payer[order], member[order] = order[first], np.arange(len(order)) - first
    return Families(payer, member)


def fees(plan: np.ndarray, billed: np.ndarray, bills: Bills, found: Families) -> tuple[np.ndarray, np.ndarray]:
    """Give each customer's fee, and what the closing of the bill took off, in fen; whoever is along pays his part.

    Parameters
    ----------
    plan : ndarray of int
        Of each customer.
    billed : ndarray of int
        Rows of those with a row in ``bills``.
    bills : Bills
        Of families as wholes.
    """
    fee, off = np.zeros((2, len(plan)), dtype=np.int64)
    fee[billed] = bills.fee_fen
    off[billed] = bills.total_fen - bills.fee_fen - bills.use_fen
    along = np.flatnonzero(found.member > 0)
    part = _part_fen()[plan[along]]
    fee[along] = part
    np.subtract.at(fee, found.payer[along], part)
    return fee, off


def _part_fen() -> np.ndarray:
    """Give what each plan asks for a member."""
    asked = [plan.fee.per_member if plan.fee else None for plan in pricelist.catalogue().plans]
    return np.array([0 if one is None else int(fen(one)) for one in asked])
