# ruff: noqa: PLR0917 - a kernel takes its arguments by place
"""Rating rows of owner and month event by event, compiled: charges of events, and what each rate costs a row.

Blocks of whole owners are rated side by side where threads are given; the result does not depend on their number.
"""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numba import njit

from bassboss_lib.rating.compiled import Compiled
from bassboss_lib.rating.kernel import (
    FAST,
    FIRST_RATE,
    PIECES_MAX,
    POOLS,
    RATES,
    RAW,
    ROLLOVER,
    ROUND_PER,
    ZERO_COSTS,
    Events,
    Rows,
    Tables,
    atom,
    billed,
    open_month,
    pieces,
    posted,
    price,
    take,
)
from bassboss_lib.rating.moments import DAY_S
from bassboss_lib.rating.usage import Usage

__all__ = ["Rated", "blocks", "rate_direct", "tables"]

PER_BILL = 2
ATOM, SIZE, BEYOND = range(3)


@dataclass(frozen=True)
class Rated:
    """What events cost (``charge_fen``), and what each rate of its plan costs a row (``cost_fen[row, rate]``).

    With rounding per bill, rates have no amounts of their own, and the first column holds what all use costs.
    """

    charge_fen: np.ndarray
    cost_fen: np.ndarray


def tables(compiled: Compiled) -> Tables:
    """Give the kernel's view of compiled plans."""
    names = ("rates", "tiers", "pools", "plan", "rate_of", "pools_of", "rules", "voice", "class_of")
    arrays = {name: getattr(compiled, name) for name in names}
    return Tables(**arrays, atom_of=compiled.clock.atom_of, day_kinds=compiled.clock.day_kinds)


def rate_direct(compiled: Compiled, usage: Usage, plan_of_row: np.ndarray, threads: int = 1) -> Rated:
    """Rate usage event by event.

    Parameters
    ----------
    compiled, usage : Compiled, Usage
        The plans, and events by rows of owner and month.
    plan_of_row : ndarray of int
        Place of each row's plan in the catalogue.
    threads : int
        How many blocks of owners may run side by side.

    Returns
    -------
    Rated
        Equal to the reference engine's charges and lines.
    """
    view = tables(compiled)
    rows = Rows(
        usage.rows.owner.astype(np.int64),
        usage.rows.month.astype(np.int64),
        plan_of_row.astype(np.int64),
        usage.rows.members.astype(np.int64),
        usage.first.astype(np.int64),
    )
    events = Events(usage.code, usage.started_s.astype(np.int64), usage.units.astype(np.int64), usage.member)
    rated = Rated(
        np.zeros(len(usage.units), dtype=np.int64),
        np.zeros((len(usage), int(compiled.plan[:, RATES].max())), dtype=np.int64),
    )
    with ThreadPoolExecutor(max(threads, 1)) as pool:
        parts = blocks(rows.owner, threads)
        list(pool.map(lambda part: rate_rows(view, rows, events, *part, rated.charge_fen, rated.cost_fen), parts))
    return rated


def blocks(owner: np.ndarray, count: int) -> list[tuple[int, int]]:
    """Cut rows into about equal blocks of whole owners.

    Examples
    --------
    >>> blocks(np.array([1, 1, 1, 2, 3, 3]), 2)
    [(0, 3), (3, 6)]
    """
    wanted = np.linspace(0, len(owner), max(count, 1) + 1).astype(np.int64)[1:-1]
    cuts = [int(np.searchsorted(owner, owner[place])) for place in wanted if len(owner)]
    edges = sorted({0, len(owner), *cuts})
    return list(pairwise(edges))


@njit(**FAST)
def rate_rows(
    view: Tables, rows: Rows, events: Events, start: int, end: int, charge_fen: np.ndarray, cost_fen: np.ndarray
) -> None:
    """Rate the rows from start to end; write charges and costs."""
    members, rates, pools = 1, 1, 1
    for row in range(start, end):
        members = max(members, rows.members[row])
    for plan in range(len(view.plan)):
        rates, pools = max(rates, view.plan[plan, RATES]), max(pools, view.plan[plan, POOLS])
    ages = 1
    for pool in range(len(view.pools)):
        ages = max(ages, view.pools[pool, ROLLOVER] + 1)
    left = np.zeros((members * pools, ages), dtype=np.int64)
    state = np.zeros((rates, 5), dtype=np.int64)
    scratch = np.zeros((3, PIECES_MAX), dtype=np.int64)
    for row in range(start, end):
        follows = row > start and rows.owner[row] == rows.owner[row - 1]
        follows = follows and rows.month[row] == rows.month[row - 1] + 1 and rows.plan[row] == rows.plan[row - 1]
        open_month(view, rows.plan[row], rows.members[row], follows, left)
        state[:] = 0
        _rate_row(view, rows, events, row, left, state, scratch, charge_fen)
        _post(view, rows.plan[row], state, cost_fen[row])


@njit(**FAST)
def _rate_row(
    view: Tables,
    rows: Rows,
    events: Events,
    row: int,
    left: np.ndarray,
    state: np.ndarray,
    scratch: np.ndarray,
    charge_fen: np.ndarray,
) -> None:
    plan = rows.plan[row]
    for event in range(rows.first[row], rows.first[row + 1]):
        klass = view.class_of[events.code[event]]
        units = events.units[event]
        if units == 0 and view.rules[ZERO_COSTS]:
            units = 1
        if klass < 0 or units == 0:
            continue
        moment = events.started_s[event]
        count = _use(view, plan, klass, moment, units, events.member[event], left, scratch)
        charge_fen[event] = _price_parts(view, plan, klass, moment // DAY_S, count, scratch, state)


@njit(**FAST)
def _use(
    view: Tables, plan: int, klass: int, moment: int, units: int, member: int, left: np.ndarray, scratch: np.ndarray
) -> int:
    """Round a call, cut it into pieces and debit bundles; give the number of pieces."""
    held = view.rate_of[plan, klass, atom(view, moment)]
    raw = view.rules[RAW] == 1
    whole = units if raw or held < 0 else billed(view, held, units)
    count = pieces(view, klass, moment, whole, scratch[ATOM], scratch[SIZE])
    beyond_all, last = 0, 0
    for piece in range(count):
        cell = view.pools_of[plan, klass, scratch[ATOM, piece]]
        beyond = take(view, plan, cell, member, scratch[SIZE, piece], left)
        scratch[BEYOND, piece] = beyond
        if beyond > 0:
            last = piece
            beyond_all += beyond
    if raw and held >= 0 and beyond_all > 0:
        surplus = billed(view, held, beyond_all) - beyond_all
        scratch[BEYOND, last] += surplus
        scratch[SIZE, last] += surplus
    return count


@njit(**FAST)
def _price_parts(
    view: Tables, plan: int, klass: int, day: int, count: int, scratch: np.ndarray, state: np.ndarray
) -> int:
    """Price the pieces, neighbours under the same rate together."""
    total, at, piece = 0, 0, 0
    while piece < count:
        rate = view.rate_of[plan, klass, scratch[ATOM, piece]]
        covered, beyond = 0, 0
        while piece < count and view.rate_of[plan, klass, scratch[ATOM, piece]] == rate:
            covered += scratch[SIZE, piece] - scratch[BEYOND, piece]
            beyond += scratch[BEYOND, piece]
            piece += 1
        total += price(view, plan, rate, day, at, covered, beyond, state)
        at += beyond
    return total


@njit(**FAST)
def _post(view: Tables, plan: int, state: np.ndarray, cost_fen: np.ndarray) -> None:
    if view.rules[ROUND_PER] == PER_BILL:
        cost_fen[0] = posted(view, plan, view.plan[plan, FIRST_RATE], state)
        return
    for number in range(view.plan[plan, RATES]):
        cost_fen[number] = posted(view, plan, view.plan[plan, FIRST_RATE] + number, state[number:])
