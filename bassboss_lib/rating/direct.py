# ruff: noqa: PLR0917 - a kernel takes its arguments by place
"""Rating rows of owner and month event by event, compiled: charges of events, and what each rate costs a row.

Blocks of whole owners are rated side by side where threads are given; the result does not depend on their number.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numba import njit

from bassboss_lib.rating.compiled import Compiled
from bassboss_lib.rating.kernel import atom, billed, open_month, pieces
from bassboss_lib.rating.kernel_calls import post, price_pieces, round_rest, use_bundles
from bassboss_lib.rating.kernel_types import ENTRY, INNER, PIECES_MAX, Events, Rows, Tables, stamp
from bassboss_lib.rating.moments import DAY_S
from bassboss_lib.rating.places import CONNECT, EXTRA, POOLS, PRICE, RATES, RAW, ROLLOVER, STEPPED, ZERO_COSTS
from bassboss_lib.rating.usage import Usage

__all__ = ["Rated", "Room", "blocks", "make_room", "rate_call", "rate_direct", "tables"]


class Room(NamedTuple):
    """Where a block of rows is rated: what bundles have left, what rates have cost, the call at hand."""

    left: np.ndarray
    state: np.ndarray
    cut: np.ndarray
    members: int


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
    return Tables(**arrays, atom_of=compiled.clock.atom_of, day_kinds=compiled.clock.day_kinds, idle=_idle(compiled))


def _idle(compiled: Compiled) -> np.ndarray:
    """Tell which classes cost nothing under which plan, whatever their units: most of what comes in."""
    costs = compiled.rates[:, [PRICE, CONNECT, EXTRA, STEPPED]].any(axis=1)
    charged = np.append(costs, False)[compiled.rate_of]  # the last one is of no rate, −1
    return ~(charged | (compiled.pools_of[..., 0] >= 0)).any(axis=2)


def rate_direct(compiled: Compiled, usage: Usage, plan_of_row: np.ndarray, threads: int = 1) -> Rated:
    """Rate usage event by event.

    Parameters
    ----------
    compiled, usage : Compiled, Usage
        The plans, and events by rows of owner and month.
    plan_of_row : ndarray of int
        Place of each row's plan in the catalogue; −1 leaves a row out.
    threads : int
        How many blocks of owners may run side by side.

    Returns
    -------
    Rated
        Equal to the reference engine's charges and lines.
    """
    view = tables(compiled)
    rows = Rows(
        usage.rows.owner.astype(np.int64, copy=False),
        usage.rows.month.astype(np.int64, copy=False),
        plan_of_row.astype(np.int64),
        usage.first.astype(np.int64, copy=False),
    )
    events = Events(
        usage.code, usage.started_s.astype(np.int64, copy=False), usage.units.astype(np.int64, copy=False), usage.member
    )
    rated = Rated(
        np.zeros(len(usage.units), dtype=np.int64),
        np.zeros((len(usage), int(compiled.plan[:, RATES].max())), dtype=np.int64),
    )
    with ThreadPoolExecutor(max(threads, 1)) as pool:
        parts = blocks(rows.owner, threads)
        work = [(*part, make_room(compiled, int(usage.rows.members.max(initial=1)))) for part in parts]
        list(pool.map(lambda one: rate_rows(view, rows, events, *one, rated.charge_fen, rated.cost_fen), work))
    return rated


def make_room(compiled: Compiled, members: int) -> Room:
    """Give room to rate a block of rows with groups of at most so many members."""
    ages = 1 + int(compiled.pools[:, ROLLOVER].max(initial=0))
    bundles, rates = int(compiled.plan[:, POOLS].max()), int(compiled.plan[:, RATES].max())
    left, state, cut = (
        np.zeros(shape, dtype=np.int64) for shape in ((members * bundles, ages), (rates, 5), (3, PIECES_MAX))
    )
    return Room(left, state, cut, members)


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


@njit(**INNER)
def rate_call(
    plans: np.ndarray, pools: np.ndarray, rates: np.ndarray, tiers: np.ndarray, rules: np.ndarray,
    rate_of: np.ndarray, pools_of: np.ndarray, voice: np.ndarray, atom_of: np.ndarray, day_kinds: np.ndarray,
    plan: int, klass: int, moment: int, units: int, member: int, left: np.ndarray, state: np.ndarray, cut: np.ndarray,
) -> int:  # fmt: skip
    """Rate a call: round it, debit bundles, price what is left; give what it adds to the bill, in fen."""
    held = rate_of[plan, klass, atom(atom_of, day_kinds, moment)]
    raw = rules[RAW] == 1
    whole = units if raw or held < 0 else billed(rates, tiers, held, units)
    count = pieces(rules, voice, atom_of, day_kinds, klass, moment, whole, cut)
    beyond = use_bundles(plans, pools, pools_of, plan, klass, member, count, cut, left)
    if raw and held >= 0 and beyond > 0:
        round_rest(billed(rates, tiers, held, beyond) - beyond, count, cut)
    return price_pieces(plans, rates, tiers, rules, rate_of, plan, klass, moment // DAY_S, count, cut, state)


def _entry(version: int) -> Callable[..., None]:
    """Make the kernel that rates the rows from start to end, and writes charges and costs."""

    @njit(**ENTRY)
    def rate_rows(
        view: Tables, rows: Rows, events: Events, start: int, end: int, room: Room,
        charge_fen: np.ndarray, cost_fen: np.ndarray,
    ) -> None:  # fmt: skip
        if version < 0:
            return
        plans, pools, left, state, cut = view.plan, view.pools, room.left, room.state, room.cut
        rates, tiers, rules, rate_of, pools_of = view.rates, view.tiers, view.rules, view.rate_of, view.pools_of
        voice, class_of, atom_of, day_kinds = view.voice, view.class_of, view.atom_of, view.day_kinds
        owner, month, plan_of, first = rows.owner, rows.month, rows.plan, rows.first
        code, started_s, units_of, member = events.code, events.started_s, events.units, events.member
        for row in range(start, end):
            plan = plan_of[row]
            if plan < 0:
                continue
            follows = row > start and owner[row] == owner[row - 1] and plan == plan_of[row - 1]
            open_month(plans, pools, plan, room.members, follows and month[row] == month[row - 1] + 1, left)
            state[:] = 0
            for event in range(first[row], first[row + 1]):
                klass, units = class_of[code[event]], units_of[event]
                if units == 0:
                    units = rules[ZERO_COSTS]
                if klass >= 0 and units > 0 and not view.idle[plan, klass]:
                    charge_fen[event] = rate_call(
                        plans, pools, rates, tiers, rules, rate_of, pools_of, voice, atom_of, day_kinds,
                        plan, klass, started_s[event], units, member[event], left, state, cut,
                    )  # fmt: skip
            post(plans, rates, rules, plan, row, state, cost_fen)

    return rate_rows


rate_rows = _entry(stamp())
