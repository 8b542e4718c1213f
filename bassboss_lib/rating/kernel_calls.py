# ruff: noqa: PLR0917 - a kernel takes its arguments by place
"""The direct kernel's steps for one call: debit bundles, round what is left, price its pieces, post a row."""

import numpy as np
from numba import njit

from bassboss_lib.rating.kernel import add_cost, call_cost, cost_of, count_month, posted, rounded, take
from bassboss_lib.rating.kernel_types import FAST, INNER
from bassboss_lib.rating.places import (
    ATOM,
    BEYOND,
    CAPPED,
    COST,
    FIRST_RATE,
    MODE,
    ON_MONTH,
    PARTS,
    PER_BILL,
    PER_CALL,
    RATES,
    ROUND_PER,
    ROUND_TO,
    SIZE,
    STEPPED,
)

__all__ = ["post", "price_pieces", "round_rest", "use_bundles"]


@njit(**INNER)
def use_bundles(
    plans: np.ndarray,
    pools: np.ndarray,
    pools_of: np.ndarray,
    plan: int,
    klass: int,
    member: int,
    count: int,
    cut: np.ndarray,
    left: np.ndarray,
) -> int:
    """Debit bundles piece by piece; give all units that none covers."""
    beyond_all = 0
    for piece in range(count):
        beyond = take(plans, pools, pools_of, plan, klass, cut[ATOM, piece], member, cut[SIZE, piece], left)
        cut[BEYOND, piece] = beyond
        beyond_all += beyond
    return beyond_all


@njit(**FAST)
def round_rest(surplus: int, count: int, cut: np.ndarray) -> None:
    """Add what rounding adds to the last piece that no bundle covers whole."""
    piece = count - 1
    while cut[BEYOND, piece] == 0:
        piece -= 1
    cut[BEYOND, piece] += surplus
    cut[SIZE, piece] += surplus


@njit(**INNER)
def price_pieces(
    plans: np.ndarray,
    rates: np.ndarray,
    tiers: np.ndarray,
    rules: np.ndarray,
    rate_of: np.ndarray,
    plan: int,
    klass: int,
    day: int,
    count: int,
    cut: np.ndarray,
    state: np.ndarray,
) -> int:
    """Price the pieces, neighbours under the same rate together; give what the call adds to the bill, in fen."""
    total, at, piece = 0, 0, 0
    while piece < count:
        rate = rate_of[plan, klass, cut[ATOM, piece]]
        covered, beyond = 0, 0
        while piece < count and rate_of[plan, klass, cut[ATOM, piece]] == rate:
            covered += cut[SIZE, piece] - cut[BEYOND, piece]
            beyond += cut[BEYOND, piece]
            piece += 1
        total += _price(plans, rates, tiers, rules, plan, rate, day, at, covered, beyond, state)
        at += beyond
    return total


@njit(**INNER)
def _price(
    plans: np.ndarray,
    rates: np.ndarray,
    tiers: np.ndarray,
    rules: np.ndarray,
    plan: int,
    rate: int,
    day: int,
    at: int,
    covered: int,
    beyond: int,
    state: np.ndarray,
) -> int:
    """Price one part of a call; give what it adds to the bill, in fen."""
    if rate < 0 or (beyond == 0 and rates[rate, STEPPED] < ON_MONTH):
        return 0
    line = rate - plans[plan, FIRST_RATE]
    if rates[rate, STEPPED] < ON_MONTH and rates[rate, CAPPED] == 0 and rules[ROUND_PER] == PER_CALL:
        # The usual case, in short: what a call costs in whole fen is what it adds to the bill.
        steps = rounded(cost_of(rates, tiers, rate, at, beyond), rates[rate, PARTS] * rules[ROUND_TO], rules[MODE])
        state[line, COST] += steps * rates[rate, PARTS] * rules[ROUND_TO]
        return steps * rules[ROUND_TO]
    before = posted(plans, rates, rules, plan, rate, state)
    if rates[rate, STEPPED] >= ON_MONTH:
        count_month(rates, tiers, rate, line, covered, beyond, state)
    else:
        add_cost(rates, rate, line, day, call_cost(rates, rules, rate, cost_of(rates, tiers, rate, at, beyond)), state)
    return posted(plans, rates, rules, plan, rate, state) - before


@njit(**FAST)
def post(
    plans: np.ndarray,
    rates: np.ndarray,
    rules: np.ndarray,
    plan: int,
    row: int,
    state: np.ndarray,
    cost_fen: np.ndarray,
) -> None:
    """Write what each rate costs the row; with rounding per bill, what all use costs."""
    if rules[ROUND_PER] == PER_BILL:
        cost_fen[row, 0] = posted(plans, rates, rules, plan, plans[plan, FIRST_RATE], state)
        return
    for number in range(plans[plan, RATES]):
        cost_fen[row, number] = posted(plans, rates, rules, plan, plans[plan, FIRST_RATE] + number, state)
