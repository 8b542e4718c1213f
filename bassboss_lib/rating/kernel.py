# ruff: noqa: PLR0917 - a kernel takes its arguments by place
"""The direct kernel: every event under its row's plan, in order, in exact integers. Nothing but loops, compiled.

It does what the reference engine says, over the arrays of `compiled`: the same rules, the same names. Amounts are parts
of a fen until they are posted. It holds no lock while it runs, and needs nothing from before the
first row of an owner, so that blocks of owners can be rated side by side.
"""

import numpy as np
from numba import njit

from bassboss_lib.rating.kernel_types import FAST, INNER
from bassboss_lib.rating.moments import DAY_S, EPOCH, FIRST_DAY
from bassboss_lib.rating.places import (
    AFTER,
    ATOM,
    BLOCK,
    BLOCK_CAP,
    CAP_AMOUNT,
    CAP_DAY,
    CAP_MONTH,
    CAPPED,
    CHARGED,
    CONNECT,
    COST,
    DAY,
    DOWN,
    END,
    EXTRA,
    FIRST,
    FIRST_POOL,
    FIRST_RATE,
    HALF_UP,
    MODE,
    MOST,
    OF_PERCENT,
    ON_CALL,
    ON_MONTH,
    PARTS,
    PER_BILL,
    PER_CALL,
    PERCENT,
    POLICIED,
    POOL_UNITS,
    POOLS,
    POSITION,
    PRICE,
    RATES,
    ROLLOVER,
    ROUND_PER,
    ROUND_TO,
    SHARED,
    SIZE,
    SPLIT,
    START,
    STEPPED,
    TIER_AFTER,
    TIER_FIRST,
    TIER_PRICE,
    TO,
    TODAY,
    UP,
    VOLUME,
)

__all__ = [
    "add_cost",
    "atom",
    "billed",
    "call_cost",
    "cost_of",
    "count_month",
    "open_month",
    "pieces",
    "posted",
    "rounded",
    "span",
    "take",
]

CALENDAR_FROM = (FIRST_DAY - EPOCH).days


@njit(**FAST)
def rounded(number: int, parts: int, mode: int) -> int:
    """Round an amount not below zero to whole ``parts``, and give their number."""
    if mode == HALF_UP:
        return (2 * number + parts) // (2 * parts)
    whole = number // parts
    rest = number - whole * parts
    if mode == DOWN:
        return whole
    if mode == UP:
        return whole + (1 if rest > 0 else 0)
    return whole + (1 if 2 * rest > parts or (2 * rest == parts and whole & 1) else 0)


@njit(**INNER)
def _up(units: int, first: int, after: int) -> int:
    if units <= 0:
        return 0
    if units <= first:
        return first
    return first + (units - first + after - 1) // after * after if after > 1 else units


@njit(**INNER)
def billed(rates: np.ndarray, tiers: np.ndarray, rate: int, units: int) -> int:
    """Round a call up to the increments of its rate."""
    if rates[rate, STEPPED] != ON_CALL:
        return _up(units, rates[rate, FIRST], rates[rate, AFTER])
    begin = 0
    for number in range(rates[rate, START], rates[rate, END]):
        if units <= tiers[number, TO]:
            return begin + _up(units - begin, tiers[number, TIER_FIRST], tiers[number, TIER_AFTER])
        begin = tiers[number, TO]
    return begin


@njit(**FAST)
def span(rates: np.ndarray, tiers: np.ndarray, rate: int, units: int) -> int:
    """Give what the first units of a call, or of the month, cost: the running total of a graduated price."""
    total, begin = 0, 0
    for number in range(rates[rate, START], rates[rate, END]):
        end = min(units, tiers[number, TO])
        if end <= begin:
            break
        count = end - begin
        if rates[rate, STEPPED] != ON_CALL:
            count = _up(count, tiers[number, TIER_FIRST], tiers[number, TIER_AFTER])
        if tiers[number, BLOCK] > 0:
            full = count // tiers[number, BLOCK]
            rest = (count - full * tiers[number, BLOCK]) * tiers[number, TIER_PRICE]
            total += full * min(tiers[number, BLOCK] * tiers[number, TIER_PRICE], tiers[number, BLOCK_CAP]) + min(
                rest, tiers[number, BLOCK_CAP]
            )
        else:
            total += count * tiers[number, TIER_PRICE]
        begin = end
    return total


@njit(**FAST)
def _volume_price(rates: np.ndarray, tiers: np.ndarray, rate: int, units: int) -> int:
    number = rates[rate, START]
    while units > tiers[number, TO]:
        number += 1
    return tiers[number, TIER_PRICE]


@njit(**INNER)
def atom(atom_of: np.ndarray, day_kinds: np.ndarray, moment: int) -> int:
    """Give the atom that a moment belongs to."""
    day = moment // DAY_S
    return atom_of[day_kinds[day - CALENDAR_FROM], (moment - day * DAY_S) // 60]


@njit(**FAST)
def open_month(plans: np.ndarray, pools: np.ndarray, plan: int, members: int, follows: bool, left: np.ndarray) -> None:
    """Begin a month: hand on what may roll over, and add the month's units."""
    base, count = plans[plan, FIRST_POOL], plans[plan, POOLS]
    last = left.shape[1] - 1
    for member in range(members):
        for pool in range(count):
            row = member * count + pool
            for age in range(last, 0, -1):
                kept = follows and age <= pools[base + pool, ROLLOVER]
                left[row, last - age] = left[row, last - age + 1] if kept else 0
            left[row, last] = pools[base + pool, POOL_UNITS]


@njit(**INNER)
def take(
    plans: np.ndarray,
    pools: np.ndarray,
    pools_of: np.ndarray,
    plan: int,
    klass: int,
    now: int,
    member: int,
    units: int,
    left: np.ndarray,
) -> int:
    """Debit units from the bundles of a cell, in order; give those that no bundle covers."""
    base, count = plans[plan, FIRST_POOL], plans[plan, POOLS]
    for place in range(pools_of.shape[3]):
        pool = pools_of[plan, klass, now, place]
        if pool < 0 or units == 0:
            break
        row = (0 if pools[pool, SHARED] else member) * count + pool - base
        for month in range(left.shape[1]):
            used = min(units, left[row, month])
            left[row, month] -= used
            units -= used
    return units


@njit(**FAST)
def posted(plans: np.ndarray, rates: np.ndarray, rules: np.ndarray, plan: int, rate: int, state: np.ndarray) -> int:
    """Give what a rate has put on the bill so far, in fen; with rounding per bill, what all have."""
    parts, to = rates[rate, PARTS], rules[ROUND_TO]
    if rules[ROUND_PER] != PER_BILL:
        return rounded(_capped(plans, rates, plan, rate, state), parts * to, rules[MODE]) * to
    total = 0
    for number in range(plans[plan, RATES]):
        total += _capped(plans, rates, plan, plans[plan, FIRST_RATE] + number, state)
    return rounded(total, parts * to, rules[MODE]) * to


@njit(**FAST)
def _capped(plans: np.ndarray, rates: np.ndarray, plan: int, rate: int, state: np.ndarray) -> int:
    cost = state[rate - plans[plan, FIRST_RATE], COST]
    if rates[rate, CAPPED] == CAP_MONTH:
        return min(cost, rates[rate, CAP_AMOUNT])
    return cost


@njit(**INNER)
def cost_of(rates: np.ndarray, tiers: np.ndarray, rate: int, at: int, units: int) -> int:
    """Give the cost of a part of a call that begins ``at`` charged units into it."""
    cost = (
        units * rates[rate, PRICE]
        if rates[rate, STEPPED] == 0
        else span(rates, tiers, rate, at + units) - span(rates, tiers, rate, at)
    )
    if at == 0:
        cost += rates[rate, CONNECT]
    cost = min(cost, rates[rate, MOST])
    if rates[rate, PERCENT] > 0:
        cost += cost // rates[rate, OF_PERCENT] * rates[rate, PERCENT]
    return cost + rates[rate, EXTRA]


@njit(**INNER)
def call_cost(rates: np.ndarray, rules: np.ndarray, rate: int, cost: int) -> int:
    """Round the cost of a call where calls are rounded."""
    if rules[ROUND_PER] == PER_CALL:
        unit = rates[rate, PARTS] * rules[ROUND_TO]
        cost = rounded(cost, unit, rules[MODE]) * unit
    return cost


@njit(**FAST)
def add_cost(rates: np.ndarray, rate: int, line: int, day: int, cost: int, state: np.ndarray) -> None:
    """Add the cost of a call, as far as the day's or the month's cap leaves room."""
    if rates[rate, CAPPED] == CAP_DAY:
        if state[line, DAY] != day:
            state[line, DAY], state[line, TODAY] = day, 0
        cost = min(cost, rates[rate, CAP_AMOUNT] - state[line, TODAY])
        state[line, TODAY] += cost
    state[line, COST] += cost
    if rates[rate, CAPPED] == CAP_MONTH:
        state[line, COST] = min(state[line, COST], rates[rate, CAP_AMOUNT])


@njit(**FAST)
def count_month(
    rates: np.ndarray, tiers: np.ndarray, rate: int, line: int, covered: int, beyond: int, state: np.ndarray
) -> None:
    """Move a rate's steps of the month on, and set what it has cost."""
    start = state[line, POSITION] + (covered if rates[rate, STEPPED] == ON_MONTH else 0)
    state[line, POSITION] = start + beyond
    state[line, CHARGED] += beyond
    if rates[rate, POLICIED] == VOLUME:
        state[line, COST] = _volume_price(rates, tiers, rate, start + beyond) * state[line, CHARGED]
    elif beyond > 0:
        state[line, COST] += span(rates, tiers, rate, start + beyond) - span(rates, tiers, rate, start)


@njit(**INNER)
def pieces(
    rules: np.ndarray,
    voice: np.ndarray,
    atom_of: np.ndarray,
    day_kinds: np.ndarray,
    klass: int,
    moment: int,
    units: int,
    cut: np.ndarray,
) -> int:
    """Cut a call where the band changes, if calls are split; give the number of pieces."""
    cut[ATOM, 0], cut[SIZE, 0] = atom(atom_of, day_kinds, moment), units
    if not (rules[SPLIT] and voice[klass]):
        return 1
    count, at = 0, 0
    cut[SIZE, 0] = 0
    while at < units:
        now = atom(atom_of, day_kinds, moment + at)
        length = min(60 - (moment + at) % 60, units - at)
        if now != cut[ATOM, count]:
            count += 1
            cut[ATOM, count], cut[SIZE, count] = now, 0
        cut[SIZE, count] += length
        at += length
    return count + 1
