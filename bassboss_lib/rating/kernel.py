# ruff: noqa: PLR0917 - a kernel takes its arguments by place
"""The direct kernel: every event under its row's plan, in order, in exact integers. Nothing but loops, compiled.

It does what the reference engine says, over the arrays of `compiled`: the same rules, the same names. Amounts are parts of
a fen until they are posted. It holds no lock while it runs, and needs nothing from before the
first row of an owner, so that blocks of owners can be rated side by side.
"""

from typing import Any, NamedTuple

import numpy as np
from numba import njit

from bassboss_lib.rating.compiled import CAP, MODES, PER, POLICY, STEPS
from bassboss_lib.rating.moments import DAY_S, EPOCH, FIRST_DAY

__all__ = [
    "Events",
    "Rows",
    "Tables",
    "atom",
    "billed",
    "open_month",
    "pieces",
    "posted",
    "price",
    "rounded",
    "span",
    "take",
]

FAST: dict[str, Any] = {"cache": True, "nogil": True, "error_model": "numpy"}
(
    FIRST,
    AFTER,
    PRICE,
    CONNECT,
    MOST,
    PERCENT,
    OF_PERCENT,
    EXTRA,
    CAPPED,
    CAP_AMOUNT,
    STEPPED,
    POLICIED,
    START,
    END,
    PARTS,
) = range(15)
TO, TIER_PRICE, TIER_FIRST, TIER_AFTER, BLOCK, BLOCK_CAP = range(6)
POOL_UNITS, SHARED, ROLLOVER = range(3)
FIRST_RATE, RATES, FIRST_POOL, POOLS = range(4)
SPLIT, RAW, ZERO_COSTS, ROUND_PER, MODE, ROUND_TO = range(6)
COST, POSITION, CHARGED, DAY, TODAY = range(5)
ON_CALL, ON_MONTH, VOLUME = STEPS["call"], STEPS["month"], POLICY["volume"]
PER_CALL, PER_BILL = PER["call"], PER["bill"]
CAP_DAY, CAP_MONTH = CAP["day"], CAP["month"]
HALF_UP, UP, DOWN = MODES["half_up"], MODES["up"], MODES["down"]
CALENDAR_FROM = (FIRST_DAY - EPOCH).days
PIECES_MAX = 1024


class Tables(NamedTuple):
    """Compiled plans, as the kernel takes them."""

    rates: np.ndarray
    tiers: np.ndarray
    pools: np.ndarray
    plan: np.ndarray
    rate_of: np.ndarray
    pools_of: np.ndarray
    rules: np.ndarray
    voice: np.ndarray
    class_of: np.ndarray
    atom_of: np.ndarray
    day_kinds: np.ndarray


class Rows(NamedTuple):
    """Rows of owner and month, with the plan of each."""

    owner: np.ndarray
    month: np.ndarray
    plan: np.ndarray
    members: np.ndarray
    first: np.ndarray


class Events(NamedTuple):
    """Events of the rows."""

    code: np.ndarray
    started_s: np.ndarray
    units: np.ndarray
    member: np.ndarray


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


@njit(**FAST)
def _up(units: int, first: int, after: int) -> int:
    if units <= 0:
        return 0
    if units <= first:
        return first
    return first + (units - first + after - 1) // after * after


@njit(**FAST)
def billed(tables: Tables, rate: int, units: int) -> int:
    """Round a call up to the increments of its rate."""
    row = tables.rates[rate]
    if row[STEPPED] != ON_CALL:
        return _up(units, row[FIRST], row[AFTER])
    begin = 0
    for number in range(row[START], row[END]):
        tier = tables.tiers[number]
        if units <= tier[TO]:
            return begin + _up(units - begin, tier[TIER_FIRST], tier[TIER_AFTER])
        begin = tier[TO]
    return begin


@njit(**FAST)
def span(tables: Tables, rate: int, units: int) -> int:
    """Give what the first units of a call, or of the month, cost: the running total of a graduated price."""
    row = tables.rates[rate]
    total, begin = 0, 0
    for number in range(row[START], row[END]):
        tier = tables.tiers[number]
        end = min(units, tier[TO])
        if end <= begin:
            break
        count = end - begin
        if row[STEPPED] != ON_CALL:
            count = _up(count, tier[TIER_FIRST], tier[TIER_AFTER])
        if tier[BLOCK] > 0:
            full = count // tier[BLOCK]
            rest = (count - full * tier[BLOCK]) * tier[TIER_PRICE]
            total += full * min(tier[BLOCK] * tier[TIER_PRICE], tier[BLOCK_CAP]) + min(rest, tier[BLOCK_CAP])
        else:
            total += count * tier[TIER_PRICE]
        begin = end
    return total


@njit(**FAST)
def _volume_price(tables: Tables, rate: int, units: int) -> int:
    row = tables.rates[rate]
    number = row[START]
    while units > tables.tiers[number, TO]:
        number += 1
    return tables.tiers[number, TIER_PRICE]


@njit(**FAST)
def atom(tables: Tables, moment: int) -> int:
    day = moment // DAY_S
    return tables.atom_of[tables.day_kinds[day - CALENDAR_FROM], (moment - day * DAY_S) // 60]


@njit(**FAST)
def open_month(tables: Tables, plan: int, members: int, follows: bool, left: np.ndarray) -> None:
    """Begin a month: hand on what may roll over, and add the month's units."""
    base, count = tables.plan[plan, FIRST_POOL], tables.plan[plan, POOLS]
    last = left.shape[1] - 1
    for member in range(members):
        for pool in range(count):
            row = member * count + pool
            for age in range(last, 0, -1):
                kept = follows and age <= tables.pools[base + pool, ROLLOVER]
                left[row, last - age] = left[row, last - age + 1] if kept else 0
            left[row, last] = tables.pools[base + pool, POOL_UNITS]


@njit(**FAST)
def take(tables: Tables, plan: int, cell: np.ndarray, member: int, units: int, left: np.ndarray) -> int:
    """Debit units from the bundles of a cell, in order; give those that no bundle covers."""
    base, count = tables.plan[plan, FIRST_POOL], tables.plan[plan, POOLS]
    for place in range(len(cell)):
        pool = cell[place]
        if pool < 0 or units == 0:
            break
        row = (0 if tables.pools[pool, SHARED] else member) * count + pool - base
        for month in range(left.shape[1]):
            used = min(units, left[row, month])
            left[row, month] -= used
            units -= used
    return units


@njit(**FAST)
def posted(tables: Tables, plan: int, rate: int, state: np.ndarray) -> int:
    """Give what a rate has put on the bill so far, in fen; with rounding per bill, what all have."""
    parts, to = tables.rates[rate, PARTS], tables.rules[ROUND_TO]
    if tables.rules[ROUND_PER] != PER_BILL:
        return rounded(_capped(tables, rate, state), parts * to, tables.rules[MODE]) * to
    total = 0
    for number in range(tables.plan[plan, RATES]):
        total += _capped(tables, tables.plan[plan, FIRST_RATE] + number, state[number:])
    return rounded(total, parts * to, tables.rules[MODE]) * to


@njit(**FAST)
def _capped(tables: Tables, rate: int, state: np.ndarray) -> int:
    if tables.rates[rate, CAPPED] == CAP_MONTH:
        return min(state[0, COST], tables.rates[rate, CAP_AMOUNT])
    return state[0, COST]


@njit(**FAST)
def _cost(tables: Tables, rate: int, at: int, units: int) -> int:
    """Give the cost of a part of a call that begins ``at`` charged units into it."""
    row = tables.rates[rate]
    cost = units * row[PRICE] if row[STEPPED] == 0 else span(tables, rate, at + units) - span(tables, rate, at)
    if at == 0:
        cost += row[CONNECT]
    cost = min(cost, row[MOST])
    cost += cost // row[OF_PERCENT] * row[PERCENT] + row[EXTRA]
    if tables.rules[ROUND_PER] == PER_CALL:
        unit = row[PARTS] * tables.rules[ROUND_TO]
        cost = rounded(cost, unit, tables.rules[MODE]) * unit
    return cost


@njit(**FAST)
def _add(tables: Tables, rate: int, day: int, cost: int, state: np.ndarray) -> None:
    """Add the cost of a call, as far as the day's or the month's cap leaves room."""
    row = tables.rates[rate]
    if row[CAPPED] == CAP_DAY:
        if state[DAY] != day:
            state[DAY], state[TODAY] = day, 0
        cost = min(cost, row[CAP_AMOUNT] - state[TODAY])
        state[TODAY] += cost
    state[COST] += cost
    if row[CAPPED] == CAP_MONTH:
        state[COST] = min(state[COST], row[CAP_AMOUNT])


@njit(**FAST)
def _count(tables: Tables, rate: int, covered: int, beyond: int, state: np.ndarray) -> None:
    """Move a rate's steps of the month on, and set what it has cost."""
    row = tables.rates[rate]
    start = state[POSITION] + (covered if row[STEPPED] == ON_MONTH else 0)
    state[POSITION] = start + beyond
    state[CHARGED] += beyond
    if row[POLICIED] == VOLUME:
        state[COST] = _volume_price(tables, rate, start + beyond) * state[CHARGED]
    elif beyond > 0:
        state[COST] += span(tables, rate, start + beyond) - span(tables, rate, start)


@njit(**FAST)
def pieces(tables: Tables, klass: int, moment: int, units: int, atoms: np.ndarray, sizes: np.ndarray) -> int:
    """Cut a call where the band changes, if calls are split; give the number of pieces."""
    atoms[0], sizes[0] = atom(tables, moment), units
    if not (tables.rules[SPLIT] and tables.voice[klass]):
        return 1
    count, at = 0, 0
    sizes[0] = 0
    while at < units:
        now = atom(tables, moment + at)
        length = min(60 - (moment + at) % 60, units - at)
        if now != atoms[count]:
            count += 1
            atoms[count], sizes[count] = now, 0
        sizes[count] += length
        at += length
    return count + 1


@njit(**FAST)
def price(tables: Tables, plan: int, rate: int, day: int, at: int, covered: int, beyond: int, state: np.ndarray) -> int:
    """Price one part of a call; give what it adds to the bill, in fen."""
    if rate < 0 or (beyond == 0 and tables.rates[rate, STEPPED] < ON_MONTH):
        return 0
    number = rate - tables.plan[plan, FIRST_RATE]
    own = state if tables.rules[ROUND_PER] == PER_BILL else state[number:]
    before = posted(tables, plan, rate, own)
    if tables.rates[rate, STEPPED] >= ON_MONTH:
        _count(tables, rate, covered, beyond, state[number])
    else:
        _add(tables, rate, day, _cost(tables, rate, at, beyond), state[number])
    return posted(tables, plan, rate, own) - before
