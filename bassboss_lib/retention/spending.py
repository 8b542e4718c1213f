"""What a list may cost: the expected cost of each call, the longest list within a budget, and what bounds any list.

Before anything is known of answers, a call is counted as if everybody were reached and accepted; what campaigns teach
(`Guidance`) makes that cheaper. The list is ordered by gain less the price of money times cost (`campaigns.capacity`),
and then made as long as capacity and budget allow; controls and exploration are drawn as ever, so that the next
evaluation stays possible. What that costs is the gap between the list and the best one without them.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from bassboss_lib.campaigns import Assigned, catalogue
from bassboss_lib.campaigns.capacity import WithinCapacity, within
from bassboss_lib.errors import CallError

__all__ = ["Guidance", "Spent", "best_within", "expected_costs", "longest", "spent"]


@dataclass(frozen=True)
class Guidance:
    """What past campaigns say of the next call.

    Parameters
    ----------
    gain : Series, optional
        Expected profit of calling each customer, fen, by pseudonym, where an effect model has earned its place; else
        customers are ranked by value at stake.
    offers : mapping
        Reason → offer proven to be better than the catalogue's first.
    reach : float
        Share of calls that reach.
    accept : mapping
        Offer → probability of acceptance once reached; 1 where nothing is known.
    """

    gain: pd.Series | None = None
    offers: Mapping[str, str] = field(default_factory=dict)
    reach: float = 1.0
    accept: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Spent:
    """What a list is expected to bring and to cost, fen.

    Parameters
    ----------
    gain, cost : float
        Of the listed.
    best : float
        Gain of the best list of this size within the budget that keeps no controls and explores nothing.
    bound : float
        Gain that no list within capacity and budget can exceed (linear programme).
    budget : float, optional
        None where there is no limit.
    by_effect : bool
        Whether gain is expected profit; else it is value at stake.
    """

    gain: float
    cost: float
    best: float
    bound: float
    budget: float | None
    by_effect: bool


def expected_costs(offers: pd.Series, guidance: Guidance) -> np.ndarray:
    """Give what calling each customer is expected to cost, fen.

    Parameters
    ----------
    offers : Series of str
        Offer recommended to each customer.

    Examples
    --------
    >>> expected_costs(pd.Series(["O06", "O01"]), Guidance(reach=0.5, accept={"O01": 0.4})).tolist()
    [1050.0, 1400.0]
    """
    known = catalogue()
    accepted = offers.map(lambda offer: guidance.accept.get(offer, 1.0) * known.costs[offer]).to_numpy(float)
    return known.contact_cost_fen + guidance.reach * accepted


def best_within(gain: np.ndarray, cost: np.ndarray, size: int, budget: float | None) -> WithinCapacity:
    """Choose the best list without controls and exploration; its price of money orders the real one."""
    return within(gain, cost, size, float(cost.sum()) if budget is None else budget)


def longest(assigned: Callable[[int], Assigned], cost: pd.Series, size: int, budget: float | None) -> Assigned:
    """Give the assignments of the longest list, up to a size, whose expected cost the budget pays for.

    Parameters
    ----------
    assigned : callable
        From a size of the list to its assignments.
    cost : Series
        Expected cost of calling each customer, by pseudonym.

    Raises
    ------
    CallError
        If the budget does not pay for anybody, once controls are kept.
    """
    found = assigned(size)
    if budget is None or _cost(found, cost) <= budget:
        return found
    low, high = 0, size
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if _cost(assigned(middle), cost) <= budget else (low, middle)
    kept = assigned(max(low, 1))
    if not low or not kept.counts()["listed"]:
        what = f"a budget of {budget / 100:,.2f} yuan does not pay for a list"
        raise CallError(what, where="budget_yuan", kept="nothing listed", remedy="raise it, or give 0 for no limit")
    return kept


def _cost(found: Assigned, cost: pd.Series) -> float:
    return float(cost[found.rows.index[found.rows["arm"] == "listed"]].sum())


def spent(listed: pd.DataFrame, best: WithinCapacity, budget: float | None, *, by_effect: bool) -> Spent:
    """Sum up a list (``worth``, ``cost``) beside the best one and the bound."""
    gain, cost = float(listed["worth"].sum()), float(listed["cost"].sum())
    return Spent(gain, cost, best.gain, best.bound, budget, by_effect)
