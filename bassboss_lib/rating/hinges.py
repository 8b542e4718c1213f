# ruff: noqa: PLR0917 - a kernel takes its arguments by place
"""Many plans over totals: bills as sums of hinges, a block of rows at a time, in floats that hold whole numbers.

A line of a bill is the sum of price × what a total is beyond a bundle, rounded where the catalogue says. Distinct
totals are added up once a block and shared by all plans; beyond a bundle of mixed prices, `knees` says what is left.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from numba import njit

from bassboss_lib.rating.kernel_types import ENTRY, FAST, stamp
from bassboss_lib.rating.knees import SLOTS, Knee, beyond_knee, knee_of, knees
from bassboss_lib.rating.levels import Column, Formula
from bassboss_lib.rating.places import CAP, CAP_AMOUNT, CAPPED, MODE, MODES, PARTS, PER, POOL_UNITS, ROUND_PER, ROUND_TO
from bassboss_lib.rating.totals import BLOCK_ROWS, Totals

__all__ = ["Program", "exact_in_floats", "hinges", "program"]

EXACT_MAX = float(1 << 51)
"""Below it, whole numbers and their rounded ratios are exact in 64-bit floats."""
UP, DOWN = MODES["up"], MODES["down"]


class Program(NamedTuple):
    """Formulas as arrays: sums of columns; terms (sum, bundle, price) by line; lines (parts, cap) by plan.

    Knees by plan: ``knee_numbers`` (units, sum of all units, first slot), ``knee_sums`` the sum of each slot's rate,
    ``knee_tables`` slot and rounding by cell.
    """

    sum_start: np.ndarray
    sum_columns: np.ndarray
    term_start: np.ndarray
    term_sum: np.ndarray
    term_numbers: np.ndarray
    line_start: np.ndarray
    line_numbers: np.ndarray
    knee_start: np.ndarray
    knee_numbers: np.ndarray
    knee_sums: np.ndarray
    knee_tables: np.ndarray
    slots: int


class _Writing:
    """A program being written: a sum that several lines need is added up once."""

    def __init__(self, totals: Totals) -> None:
        self.totals = totals
        self.sums: dict[tuple[Column, ...], int] = {}
        self.terms: list[tuple[int, float, float]] = []
        self.lines: list[tuple[float, float]] = []
        self.term_start, self.line_start = [0], [0]
        self.knees: list[tuple[float, int, int]] = []
        self.knee_sums: list[list[int]] = []
        self.knee_tables: list[np.ndarray] = []
        self.knee_start = [0]
        self.slots = 0

    def place(self, columns: tuple[Column, ...]) -> int:
        """Give the place of a sum."""
        return self.sums.setdefault(columns, len(self.sums))

    def plan(self, one: Formula, bundles: Sequence[Knee]) -> None:
        """Write the knees and lines of a plan; slots are numbered from −1 downwards until all sums are known."""
        terms = {
            line.rate: [
                (self.place(columns), bundle, price) for columns, bundle, price in _merged(self.totals, line.terms)
            ]
            for line in one.lines
        }
        slot = 0
        for knee in bundles:
            self._knee(knee, slot)
            for number, (rate, price) in enumerate(zip(knee.rates, knee.prices, strict=True)):
                if price:
                    terms.setdefault(rate, []).append((-1 - slot - number, 0.0, float(price)))
            slot += len(knee.rates)
        self.slots = max(self.slots, slot)
        self.knee_start.append(len(self.knees))
        for rate, found in sorted(terms.items()):
            self._line(rate, found)
        self.line_start.append(len(self.lines))

    def _knee(self, knee: Knee, slot: int) -> None:
        compiled, roundings = self.totals.compiled, self.totals.covered.roundings
        every = tuple(column for part in knee.columns for column in part)
        self.knees.append((float(knee.units), self.place(every), slot))
        places = [self.place(part) for part in knee.columns]
        self.knee_sums.append(places + [-1] * (SLOTS - len(places)))
        self.knee_tables.append(knee_of(compiled, knee, roundings))

    def _line(self, rate: int, found: list[tuple[int, float, float]]) -> None:
        row, rules = self.totals.compiled.rates[rate], self.totals.compiled.rules
        self.terms += found
        self.term_start.append(len(self.terms))
        cap = float(row[CAP_AMOUNT]) if row[CAPPED] == CAP["month"] else np.inf
        self.lines.append((row[PARTS] * rules[ROUND_TO], cap))


def program(totals: Totals, chosen: Sequence[Formula], *, with_knees: bool = True) -> Program:
    """Write formulas of plain lines as arrays."""
    made, cells = _Writing(totals), len(totals.compiled.catalogue.header.classes) * len(totals.compiled.clock.atoms)
    for one in chosen:
        made.plan(one, knees(totals.compiled, one) if with_knees else [])
    sums = list(made.sums)
    at = np.array([term[0] for term in made.terms], np.int64)
    return Program(
        np.cumsum([0, *(len(columns) for columns in sums)]),
        np.array([totals.place[column] for columns in sums for column in columns], np.int64),
        np.array(made.term_start),
        np.where(at < 0, len(sums) + 1 - at, at),
        np.array([term[1:] for term in made.terms], float).reshape(-1, 2),
        np.array(made.line_start),
        np.array(made.lines, float).reshape(-1, 2),
        np.array(made.knee_start),
        np.array(made.knees, float).reshape(-1, 3),
        np.array(made.knee_sums, np.int64).reshape(-1, SLOTS),
        np.array(made.knee_tables, np.int64).reshape(-1, 2, cells),
        made.slots,
    )


def _merged(totals: Totals, terms: Sequence) -> list[tuple[tuple[Column, ...], float, float]]:
    """Add up columns of the same price outside of bundles; leave out what costs nothing."""
    by_price: dict[int, list[Column]] = {}
    found = []
    for term in terms:
        if term.price and term.pools:
            bundle = float(totals.compiled.pools[list(term.pools), POOL_UNITS].sum())
            found.append((term.columns, bundle, float(term.price)))
        elif term.price:
            by_price.setdefault(term.price, []).extend(term.columns)
    return found + [(tuple(columns), 0.0, float(price)) for price, columns in by_price.items()]


def exact_in_floats(totals: Totals, made: Formula) -> bool:
    """Tell whether all amounts of a plan stay in the range in which floats are exact."""
    parts = [(term.price, term.columns) for line in made.lines for term in line.terms]
    parts += [one for knee in knees(totals.compiled, made) for one in zip(knee.prices, knee.columns, strict=True)]
    size = sum(abs(price) * sum(totals.most[totals.place[column]] for column in columns) for price, columns in parts)
    return bool(size < EXACT_MAX)


def hinges(totals: Totals, chosen: Sequence[Formula], *, with_knees: bool = True) -> np.ndarray:
    """Give what use costs under each plan, in fen: one row per plan, one column per row of totals.

    ``with_knees=False`` leaves out what lies beyond bundles of mixed prices.
    """
    made, rules, covered = program(totals, chosen, with_knees=with_knees), totals.compiled.rules, totals.covered
    out = np.empty((len(chosen), len(totals.values) * BLOCK_ROWS), dtype=np.int64)
    room = np.zeros((len(made.sum_start) + 1 + made.slots, BLOCK_ROWS))
    fixed = (bool(rules[ROUND_PER] == PER["bill"]), int(rules[MODE]), float(rules[ROUND_TO]))
    calls = (covered.first, covered.counts, covered.cells, covered.billed)
    _blocks(totals.values, made, *fixed, *calls, len(totals.rows), room, out)
    return out[:, : len(totals.rows)]


def _entry(version: int) -> Callable[..., None]:
    """Make the kernel that rates blocks of rows."""

    @njit(**ENTRY)
    def rate_blocks(
        values: np.ndarray, made: Program, per_bill: bool, mode: int, to: float, first: np.ndarray,
        counts: np.ndarray, cells: np.ndarray, billed: np.ndarray, rows: int, room: np.ndarray, out: np.ndarray,
    ) -> None:  # fmt: skip
        if version < 0:
            return
        sums = len(made.sum_start) - 1
        bill = sums + 1
        for block in range(len(values)):
            at = block * BLOCK_ROWS
            for number in range(sums):
                add_columns(
                    values, block, made.sum_columns, made.sum_start[number], made.sum_start[number + 1], room, number
                )
            for plan in range(len(made.line_start) - 1):
                for number in range(made.knee_start[plan], made.knee_start[plan + 1]):
                    units, total, slot = made.knee_numbers[number]
                    beyond_knee(
                        first, counts, cells, billed, made.knee_tables[number], units, int(total),
                        made.knee_sums[number], sums + 2 + int(slot), at, min(BLOCK_ROWS, rows - at), room,
                    )  # fmt: skip
                room[bill, :] = 0.0
                room[sums, :] = 0.0
                for line in range(made.line_start[plan], made.line_start[plan + 1]):
                    if not per_bill:
                        room[sums, :] = 0.0
                    for term in range(made.term_start[line], made.term_start[line + 1]):
                        bundle, price = made.term_numbers[term]
                        add_hinge(room, made.term_sum[term], sums, bundle, price)
                    if not per_bill or line == made.line_start[plan + 1] - 1:
                        post_line(room, sums, made.line_numbers[line, 0], made.line_numbers[line, 1], mode, to)
                for lane in range(BLOCK_ROWS):
                    out[plan, at + lane] = np.int64(room[bill, lane])

    return rate_blocks


@njit(**FAST)
def add_columns(
    values: np.ndarray, block: int, columns: np.ndarray, start: int, end: int, room: np.ndarray, number: int
) -> None:
    """Add up the columns of a sum."""
    first = columns[start]
    for lane in range(BLOCK_ROWS):
        room[number, lane] = values[block, first, lane]
    for at in range(start + 1, end):
        column = columns[at]
        for lane in range(BLOCK_ROWS):
            room[number, lane] += values[block, column, lane]


@njit(**FAST)
def add_hinge(room: np.ndarray, number: int, to: int, bundle: float, price: float) -> None:
    """Add what a sum beyond a bundle costs."""
    for lane in range(BLOCK_ROWS):
        beyond = room[number, lane] - bundle
        room[to, lane] += price * (beyond if beyond > 0.0 else 0.0)


@njit(**FAST)
def post_line(room: np.ndarray, line: int, parts: float, cap: float, mode: int, to: float) -> None:
    """Cap a line, round it to whole fen, and add it to the bill."""
    twice = 2.0 * parts
    for lane in range(BLOCK_ROWS):
        cost = room[line, lane]
        cost = cost if cost < cap else cap
        if mode == UP:
            cost = np.ceil(cost / parts)
        elif mode == DOWN:
            cost = np.floor(cost / parts)
        else:
            cost = np.floor((2.0 * cost + parts) / twice)
        room[line + 1, lane] += cost * to


_blocks = _entry(stamp())
