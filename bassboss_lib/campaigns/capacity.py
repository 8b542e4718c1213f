"""Whom to call within a capacity of calls and a budget: greedy, with the bound that no list can exceed.

The best list is a linear programme with two constraints. Its dual has one price, that of money: with price l a customer
is worth gain − l · cost, and the best so many of those worth something bound what any list can bring. The price at
which the budget is just kept gives the greedy list; the gap between both is printed and is seldom more than one
customer's gain.
"""

from dataclasses import dataclass

import numpy as np

__all__ = ["WithinCapacity", "within"]

STEPS = 60


@dataclass(frozen=True)
class WithinCapacity:
    """A list within capacity and budget.

    Parameters
    ----------
    chosen : ndarray of bool
        Who is called.
    gain, cost : float
        What the list is expected to bring and to cost, fen.
    bound : float
        What no list within the same limits can exceed (linear programme), fen.
    price : float
        Price of money: what one fen more of budget would bring; 0 where the budget is not used up.
    """

    chosen: np.ndarray
    gain: float
    cost: float
    bound: float
    price: float = 0.0


def within(gain: np.ndarray, cost: np.ndarray, capacity: int, budget: float) -> WithinCapacity:
    """Choose whom to call.

    Parameters
    ----------
    gain : ndarray
        Expected gain of calling each customer, fen; who is not worth a call is never chosen.
    cost : ndarray
        Expected cost of calling each customer, fen, not negative.
    capacity : int
        Calls at most.
    budget : float
        Cost at most, fen.

    Examples
    --------
    >>> found = within(np.array([9.0, 8.0, 5.0, -1.0]), np.array([6.0, 3.0, 3.0, 0.0]), capacity=2, budget=7.0)
    >>> found.chosen.tolist(), found.gain, round(found.bound, 2)
    ([False, True, True, False], 13.0, 14.33)
    """
    low, high = 0.0, float(np.max(np.divide(gain, cost, out=np.zeros_like(gain), where=cost > 0), initial=0.0)) + 1.0
    bound = _dual(gain, cost, capacity, budget, 0.0)
    if cost[_best(gain, cost, capacity, 0.0)].sum() > budget:
        for _ in range(STEPS):
            price = (low + high) / 2
            bound = min(bound, _dual(gain, cost, capacity, budget, price))
            low, high = (price, high) if cost[_best(gain, cost, capacity, price)].sum() > budget else (low, price)
    else:
        high = 0.0
    chosen = _filled(gain, cost, capacity, budget, high)
    return WithinCapacity(chosen, float(gain[chosen].sum()), float(cost[chosen].sum()), bound, high)


def _best(gain: np.ndarray, cost: np.ndarray, capacity: int, price: float) -> np.ndarray:
    """Give the places of the best customers at a price of money, best first."""
    worth = gain - price * cost
    order = np.argsort(-worth, kind="stable")[:capacity]
    return order[worth[order] > 0]


def _dual(gain: np.ndarray, cost: np.ndarray, capacity: int, budget: float, price: float) -> float:
    best = _best(gain, cost, capacity, price)
    return float(price * budget + (gain[best] - price * cost[best]).sum())


def _filled(gain: np.ndarray, cost: np.ndarray, capacity: int, budget: float, price: float) -> np.ndarray:
    """Take the best at the price that keeps the budget, then fill what is left with whoever still fits."""
    chosen = np.zeros(len(gain), bool)
    spent, count = 0.0, 0
    for place in np.argsort(-(gain - price * cost), kind="stable"):
        if count == capacity:
            break
        if gain[place] > 0 and spent + cost[place] <= budget:
            chosen[place], spent, count = True, spent + cost[place], count + 1
    return chosen
