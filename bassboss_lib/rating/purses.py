# ruff: noqa: PLR0917 - a kernel takes its arguments by place
"""Prepaid balances that run out, for everybody at once: the rules of `prepaid`, compiled."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numba import njit

from bassboss_lib.rating.bills import close_bills
from bassboss_lib.rating.compiled import Compiled
from bassboss_lib.rating.direct import Room, make_room, rate_call, tables
from bassboss_lib.rating.kernel import open_month
from bassboss_lib.rating.kernel_types import ENTRY, FAST, Events, Rows, Tables, stamp
from bassboss_lib.rating.places import ZERO_COSTS
from bassboss_lib.rating.prepaid import refuse_unsettled
from bassboss_lib.rating.usage import Usage

__all__ = ["Cut", "Purses", "rate_purses"]


@dataclass(frozen=True)
class Purses:
    """Balances: ``start_fen`` by owner; top-ups in the order of owner and time: ``owner``, ``when_s``, ``fen``."""

    start_fen: np.ndarray
    owner: np.ndarray
    when_s: np.ndarray
    fen: np.ndarray


@dataclass(frozen=True)
class Cut:
    """What was made and cost: ``units`` and ``charge_fen`` of each event, ``total_fen`` and ``left_fen`` of each row.

    ``total_fen`` is the bill (fee and use), ``left_fen`` the balance at the end of the month.
    """

    units: np.ndarray
    charge_fen: np.ndarray
    total_fen: np.ndarray
    left_fen: np.ndarray


def rate_purses(compiled: Compiled, usage: Usage, plan_of_row: np.ndarray, purses: Purses) -> Cut:
    """Rate usage as far as balances go.

    Parameters
    ----------
    compiled, usage : Compiled, Usage
        The plans, and events by rows of owner and month.
    plan_of_row : ndarray of int
        Place of each row's plan in the catalogue; −1 leaves a row out.
    purses : Purses
        Balance and top-ups of every owner.

    Returns
    -------
    Cut
        Equal to `rate_prepaid`, event by event.

    Raises
    ------
    CallError
        If a plan's bill is not the sum of fee and calls.
    """
    header, about = compiled.catalogue.header, usage.rows
    for place in np.unique(plan_of_row[plan_of_row >= 0]):
        refuse_unsettled(header, compiled.catalogue.plans[place])
    whole = np.maximum(plan_of_row, 0)
    fee_fen = close_bills(compiled, about, whole, np.zeros(len(usage), np.int64)).fee_fen
    rows = Rows(*(one.astype(np.int64) for one in (about.owner, about.month, plan_of_row, usage.first)))
    events = (usage.started_s.astype(np.int64, copy=False), usage.units.astype(np.int64, copy=False))
    start = np.searchsorted(purses.owner, np.arange(len(purses.start_fen) + 1)).astype(np.int64)
    top_ups = (purses.start_fen.astype(np.int64), start, purses.when_s.astype(np.int64), purses.fen.astype(np.int64))
    ends_s = (about.month + 1 - 12 * 1970).astype("datetime64[M]").astype("datetime64[s]").astype(np.int64)
    made = [np.zeros(size, np.int64) for size in (len(usage.units), len(usage.units), len(usage), len(usage))]
    room, kept = (make_room(compiled, int(about.members.max(initial=1))) for _ in range(2))
    known = Events(usage.code, *events, usage.member)
    purse_rows(tables(compiled), rows, known, fee_fen, ends_s, *top_ups, room, kept, *made)
    return Cut(*made)


@njit(**FAST)
def _topped(
    when_s: np.ndarray, fen: np.ndarray, end: int, until_s: int, balance: int, due: int
) -> tuple[int, int]:  # fmt: skip
    """Add the top-ups up to a second; give the balance, and the first top-up that is still to come."""
    while due < end and when_s[due] <= until_s:
        balance += fen[due]
        due += 1
    return balance, due


@njit(**FAST)
def _copy(room: Room, to: Room) -> None:
    for row in range(room.left.shape[0]):
        for place in range(room.left.shape[1]):
            to.left[row, place] = room.left[row, place]
    for row in range(room.state.shape[0]):
        for place in range(room.state.shape[1]):
            to.state[row, place] = room.state[row, place]


@njit(**FAST)
def _tried(view: Tables, events: Events, plan: int, event: int, units: int, room: Room, kept: Room) -> int:
    """Rate so many units of a call from the state before it; give what they cost."""
    _copy(kept, room)
    if units == 0:
        return 0
    return rate_call(
        view.plan, view.pools, view.rates, view.tiers, view.rules, view.rate_of, view.pools_of, view.voice,
        view.atom_of, view.day_kinds, plan, view.class_of[events.code[event]], events.started_s[event], units,
        events.member[event], room.left, room.state, room.cut,
    )  # fmt: skip


@njit(**FAST)
def _most(view: Tables, events: Events, plan: int, event: int, balance: int, room: Room, kept: Room) -> int:
    """Give the greatest number of units of a call that a balance pays for, fewer than all."""
    low, high = 0, events.units[event]
    while high - low > 1:
        middle = (low + high) // 2
        if _tried(view, events, plan, event, middle, room, kept) <= balance:
            low = middle
        else:
            high = middle
    return low


def _entry(version: int) -> Callable[..., None]:
    """Make the kernel that rates all rows."""

    @njit(**ENTRY)
    def purse_rows(
        view: Tables, rows: Rows, events: Events, fee_fen: np.ndarray, ends_s: np.ndarray,
        start_fen: np.ndarray, start: np.ndarray, when_s: np.ndarray, top_up_fen: np.ndarray,
        room: Room, kept: Room,
        made: np.ndarray, charge_fen: np.ndarray, total_fen: np.ndarray, left_fen: np.ndarray,
    ) -> None:  # fmt: skip
        if version < 0:
            return
        balance, due = 0, 0
        for row in range(len(rows.owner)):
            plan, owner = rows.plan[row], rows.owner[row]
            if plan < 0:
                continue
            follows = row > 0 and owner == rows.owner[row - 1]
            if not follows or rows.plan[row - 1] < 0:
                balance, due = start_fen[owner], start[owner]
            rolls = follows and plan == rows.plan[row - 1] and rows.month[row] == rows.month[row - 1] + 1
            open_month(view.plan, view.pools, plan, room.members, rolls, room.left)
            room.state[:] = 0
            total_fen[row] = fee_fen[row]
            balance -= fee_fen[row]
            for event in range(rows.first[row], rows.first[row + 1]):
                balance, due = _topped(when_s, top_up_fen, start[owner + 1], events.started_s[event], balance, due)
                units = made[event] = events.units[event]
                if units == 0:
                    units = view.rules[ZERO_COSTS]
                if view.class_of[events.code[event]] < 0 or units == 0:
                    continue
                _copy(room, kept)
                cost = _tried(view, events, plan, event, units, room, kept)
                if cost > max(balance, 0):
                    made[event] = _most(view, events, plan, event, max(balance, 0), room, kept)
                    cost = _tried(view, events, plan, event, made[event], room, kept)
                charge_fen[event] = cost
                total_fen[row] += cost
                balance -= cost
            balance, due = _topped(when_s, top_up_fen, start[owner + 1], ends_s[row] - 1, balance, due)
            left_fen[row] = balance

    return purse_rows


purse_rows = _entry(stamp())
