# ruff: noqa: PLR0917 - a kernel takes its arguments by place
"""Many plans over totals: bills as sums of hinges, a block of rows at a time, in floats that hold whole numbers.

A line of a bill is the sum of price × what a total is beyond a bundle, rounded where the catalogue says. Distinct
totals are added up once a block and shared by all plans.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numba import njit

from bassboss_lib.rating.kernel_types import ENTRY, FAST, stamp
from bassboss_lib.rating.levels import Column, Formula
from bassboss_lib.rating.places import CAP, CAP_AMOUNT, CAPPED, MODE, MODES, PARTS, PER, POOL_UNITS, ROUND_PER, ROUND_TO
from bassboss_lib.rating.totals import BLOCK_ROWS, Totals

__all__ = ["Program", "exact_in_floats", "hinges", "program"]

EXACT_MAX = float(1 << 51)
"""Below it, whole numbers and their rounded ratios are exact in 64-bit floats."""
UP, DOWN = MODES["up"], MODES["down"]


@dataclass(frozen=True)
class Program:
    """Formulas as arrays: sums of columns; terms (sum, bundle, price) by line; lines (parts, cap) by plan."""

    sum_start: np.ndarray
    sum_columns: np.ndarray
    term_start: np.ndarray
    term_sum: np.ndarray
    term_numbers: np.ndarray
    line_start: np.ndarray
    line_numbers: np.ndarray


def program(totals: Totals, chosen: Sequence[Formula]) -> Program:
    """Write formulas of plain lines as arrays."""
    compiled = totals.compiled
    sums: dict[tuple[Column, ...], int] = {}
    terms, term_start, lines, line_start = [], [0], [], [0]
    for one in chosen:
        for line in one.lines:
            for columns, bundle, price in _merged(totals, line.terms):
                terms.append((sums.setdefault(columns, len(sums)), bundle, price))
            term_start.append(len(terms))
            row = compiled.rates[line.rate]
            lines.append(
                (row[PARTS] * compiled.rules[ROUND_TO], row[CAP_AMOUNT] if row[CAPPED] == CAP["month"] else np.inf)
            )
        line_start.append(len(lines))
    return Program(
        np.cumsum([0, *(len(columns) for columns in sums)]),
        np.array([totals.place[column] for columns in sums for column in columns], np.int64),
        np.array(term_start),
        np.array([term[0] for term in terms], np.int64),
        np.array([term[1:] for term in terms], float).reshape(-1, 2),
        np.array(line_start),
        np.array(lines, float).reshape(-1, 2),
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
    size = sum(
        abs(term.price) * sum(totals.most[totals.place[column]] for column in term.columns)
        for line in made.lines
        for term in line.terms
    )
    return bool(size < EXACT_MAX)


def hinges(totals: Totals, chosen: Sequence[Formula], start: int = 0, end: int | None = None) -> np.ndarray:
    """Give what use costs under each plan, in fen: one row per plan, one column per row of totals, for some blocks."""
    made, rules = program(totals, chosen), totals.compiled.rules
    count = len(totals.values) if end is None else end
    out = np.empty((len(chosen), (count - start) * BLOCK_ROWS), dtype=np.int64)
    room = np.zeros((len(made.sum_start) + 2, BLOCK_ROWS))
    per_bill = bool(rules[ROUND_PER] == PER["bill"])
    fixed = (per_bill, int(rules[MODE]), float(rules[ROUND_TO]))
    _blocks(totals.values, *vars(made).values(), *fixed, start, count, room, out)
    return out[:, : len(totals.rows) - start * BLOCK_ROWS]


def _entry(version: int) -> Callable[..., None]:
    """Make the kernel that rates blocks of rows."""

    @njit(**ENTRY)
    def rate_blocks(
        values: np.ndarray, sum_start: np.ndarray, sum_columns: np.ndarray, term_start: np.ndarray,
        term_sum: np.ndarray, term_numbers: np.ndarray, line_start: np.ndarray, line_numbers: np.ndarray,
        per_bill: bool, mode: int, to: float, begin: int, end: int, room: np.ndarray, out: np.ndarray,
    ) -> None:  # fmt: skip
        if version < 0:
            return
        sums = len(sum_start) - 1
        for block in range(begin, end):
            for number in range(sums):
                add_columns(values, block, sum_columns, sum_start[number], sum_start[number + 1], room, number)
            for plan in range(len(line_start) - 1):
                room[sums + 1, :] = 0.0
                room[sums, :] = 0.0
                for line in range(line_start[plan], line_start[plan + 1]):
                    if not per_bill:
                        room[sums, :] = 0.0
                    for term in range(term_start[line], term_start[line + 1]):
                        add_hinge(room, term_sum[term], sums, term_numbers[term, 0], term_numbers[term, 1])
                    if not per_bill or line == line_start[plan + 1] - 1:
                        post_line(room, sums, line_numbers[line, 0], line_numbers[line, 1], mode, to)
                at = (block - begin) * BLOCK_ROWS
                for lane in range(BLOCK_ROWS):
                    out[plan, at + lane] = np.int64(room[sums + 1, lane])

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
