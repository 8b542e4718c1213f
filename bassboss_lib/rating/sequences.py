# ruff: noqa: PLR0917 - a kernel takes its arguments by place
"""One plan over totals, row by row, for what runs on: bundles that roll over, tiers of the month, rounding to even.

The same steps as the direct kernel's, fed with a month's totals instead of single calls.
"""

from collections.abc import Callable

import numpy as np
from numba import njit

from bassboss_lib.rating.direct import Room, make_room, tables
from bassboss_lib.rating.kernel import count_month, open_month, take
from bassboss_lib.rating.kernel_calls import post
from bassboss_lib.rating.kernel_types import ENTRY, stamp
from bassboss_lib.rating.levels import Formula
from bassboss_lib.rating.places import COST, FIRST_RATE, ON_MONTH, STEPPED
from bassboss_lib.rating.totals import Totals

__all__ = ["sequences"]


def sequences(totals: Totals, made: Formula) -> np.ndarray:
    """Give what use costs under a plan, in fen, one entry per row."""
    compiled, rows = totals.compiled, totals.rows.rows
    columns = [columns for columns, _ in made.bundles]
    bundle_of = {pools: number for number, (_, pools) in enumerate(made.bundles)}
    cells = [(one[0].klass, one[0].atom) for one in columns]
    terms = []
    for line in made.lines:
        for term in line.terms:
            number = bundle_of[term.pools] if term.pools else len(columns)
            if not term.pools:
                columns.append(term.columns)
            terms.append((line.rate, number, term.price))
    zero = np.zeros(len(rows), np.int64)
    units = np.stack([sum((totals.of(column) for column in one), zero) for one in columns] or [zero])
    view = tables(compiled)
    room = make_room(compiled, 1)
    cost_fen = np.zeros((len(rows), room.state.shape[0]), dtype=np.int64)
    plans = (view.plan, view.rates, view.tiers, view.pools, view.pools_of, view.rules)
    listed = (np.array(cells, np.int64).reshape(-1, 2), np.array(terms, np.int64).reshape(-1, 3))
    _rows(
        *plans,
        made.plan,
        *listed,
        rows.owner.astype(np.int64, copy=False),
        rows.month.astype(np.int64, copy=False),
        units,
        room,
        cost_fen,
    )
    return cost_fen.sum(axis=1)


def _entry(version: int) -> Callable[..., None]:
    """Make the kernel that rates rows of totals under one plan."""

    @njit(**ENTRY)
    def rate_totals(
        plans: np.ndarray, rates: np.ndarray, tiers: np.ndarray, pools: np.ndarray, pools_of: np.ndarray,
        rules: np.ndarray, plan: int, cells: np.ndarray, terms: np.ndarray, owner: np.ndarray, month: np.ndarray,
        units: np.ndarray, room: Room, cost_fen: np.ndarray,
    ) -> None:  # fmt: skip
        if version < 0:
            return
        left, state, beyond = room.left, room.state, room.cut
        for row in range(len(owner)):
            follows = row > 0 and owner[row] == owner[row - 1] and month[row] == month[row - 1] + 1
            open_month(plans, pools, plan, 1, follows, left)
            state[:] = 0
            for number in range(len(cells)):
                klass, now = cells[number, 0], cells[number, 1]
                beyond[0, number] = take(plans, pools, pools_of, plan, klass, now, 0, units[number, row], left)
            for number in range(len(terms)):
                rate, at = terms[number, 0], terms[number, 1]
                line, count = rate - plans[plan, FIRST_RATE], units[at, row]
                rest = beyond[0, at] if at < len(cells) else count
                if rates[rate, STEPPED] >= ON_MONTH:
                    count_month(rates, tiers, rate, line, count - rest, rest, state)
                else:
                    state[line, COST] += rest * terms[number, 2]
            post(plans, rates, rules, plan, row, state, cost_fen)

    return rate_totals


_rows = _entry(stamp())
