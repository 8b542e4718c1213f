# ruff: noqa: PLR0917 - a kernel takes its arguments by place
"""One pass over the calls: totals of each row by class and band, rounded in every way that some plan rounds them.

Only what the plans at hand need is totalled. Totals lie in blocks of rows, column by column, so that plans are rated
over whole columns; they are whole numbers kept as 64-bit floats, exact up to 2**53. Calls under a bundle of mixed
prices are kept beside, in their order, with what each counts for.
"""

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numba import njit

from bassboss_lib.rating.compiled import Compiled
from bassboss_lib.rating.direct import blocks
from bassboss_lib.rating.kernel import atom
from bassboss_lib.rating.kernel_types import ENTRY, FAST, stamp
from bassboss_lib.rating.knees import cells_of, roundings_of
from bassboss_lib.rating.levels import Column, Formula, Rounding, formulas
from bassboss_lib.rating.places import NO_LIMIT, ZERO_COSTS
from bassboss_lib.rating.usage import Usage

__all__ = ["BLOCK_ROWS", "Covered", "Needs", "Totals", "compress", "needs", "ordered"]

BLOCK_ROWS = 1024
STEPS_FROM, STEPS_TO, KNOT, PLACE = range(4)
UP_TO, STEP_FIRST, STEP_AFTER = range(3)


@dataclass(frozen=True)
class Needs:
    """What plans need of usage: totals, and which calls in their order (cells: class × atoms + atom), rounded how."""

    columns: frozenset[Column] = frozenset()
    roundings: frozenset[Rounding] = frozenset()
    cells: frozenset[int] = frozenset()

    def __or__(self, other: "Needs") -> "Needs":
        return Needs(self.columns | other.columns, self.roundings | other.roundings, self.cells | other.cells)

    def within(self, other: "Needs") -> bool:
        """Tell whether what serves ``other`` serves these too."""
        return other == self | other


@dataclass(frozen=True)
class Covered:
    """Calls under bundles of mixed prices, those of a row from ``first[row]`` on.

    ``counts[row]`` of them; each with its cell (class × atoms + atom) in ``cells`` and, for each way of
    ``roundings``, what it counts for in ``billed``.
    """

    roundings: dict[Rounding, int]
    first: np.ndarray
    counts: np.ndarray
    cells: np.ndarray
    billed: np.ndarray


@dataclass(frozen=True)
class Totals:
    """Totals of rows: ``values[row // 1024, place[column], row % 1024]``.

    ``most`` is the largest total of each column. ``rows`` holds the calls too, if ``has_calls``: plans that need calls
    in their order are rated from them.
    """

    compiled: Compiled
    formulas: list[Formula]
    rows: Usage
    place: dict[Column, int]
    values: np.ndarray
    most: np.ndarray
    covered: Covered
    has_calls: bool = True

    def of(self, column: Column) -> np.ndarray:
        """Give a column of totals, one entry per row, as whole numbers."""
        return self.values[:, self.place[column], :].reshape(-1)[: len(self.rows)].astype(np.int64)


def needs(compiled: Compiled, made: Sequence[Formula]) -> Needs:
    """Collect what plans need."""
    found = {column for one in made for line in one.lines for term in line.terms for column in term.columns}
    found |= {column for one in made for column in one.watched}
    found |= {column for one in made for columns, _ in one.bundles for column in columns}
    return Needs(frozenset(found), roundings_of(compiled, made), cells_of(compiled, made))


def compress(compiled: Compiled, usage: Usage, threads: int = 1, *, also: Needs | None = None) -> Totals:
    """Total usage as the plans of a catalogue need it.

    Parameters
    ----------
    compiled, usage : Compiled, Usage
        The plans, and events by rows of owner and month.
    threads : int
        Blocks of owners totalled side by side; no byte depends on it.
    also : Needs, optional
        What to total besides.

    Returns
    -------
    Totals
        One row per row of usage.
    """
    made = formulas(compiled)
    needed = needs(compiled, made) | (also or Needs())
    place = {column: number for number, column in enumerate(ordered(needed.columns))}
    start, measures, steps, known = _measures(compiled, place)
    covered, kept = _room_for(needed, usage), np.zeros(len(start) - 1, dtype=bool)
    kept[list(needed.cells)] = True
    ways = np.array([known[one] for one in covered.roundings], np.int64).reshape(-1, 2)
    values = np.zeros((-(-len(usage) // BLOCK_ROWS), max(len(place), 1), BLOCK_ROWS))
    fixed = (compiled.class_of, compiled.clock.atom_of, compiled.clock.day_kinds, int(compiled.rules[ZERO_COSTS]))
    events = (
        usage.first.astype(np.int64, copy=False),
        usage.code,
        usage.started_s.astype(np.int64, copy=False),
        usage.units.astype(np.int64, copy=False),
    )
    with ThreadPoolExecutor(max(threads, 1)) as pool:
        work = blocks(usage.rows.owner, threads)
        shape = (len(compiled.clock.atoms), start, measures, steps)
        calls = (kept, ways, covered.counts, covered.cells, covered.billed)
        list(pool.map(lambda one: compress_rows(*fixed, *events, *shape, *calls, *one, values), work))
    return Totals(compiled, made, usage, place, values, values.max(axis=(0, 2), initial=0.0), covered)


def _room_for(needed: Needs, usage: Usage) -> Covered:
    """Give room for the calls under mixed bundles; pages that nothing is written to cost no memory."""
    roundings = {rounding: number for number, rounding in enumerate(sorted(needed.roundings))}
    count = len(usage.units) if roundings else 0
    first, counts = usage.first.astype(np.int64, copy=False), np.zeros(len(usage) if roundings else 0, np.int32)
    return Covered(roundings, first, counts, np.empty(count, np.int16), np.empty((len(roundings), count)))


def ordered(columns: Iterable[Column]) -> list[Column]:
    """Put columns of a cell and rounding side by side."""
    return sorted(columns, key=lambda one: (one.klass, one.atom, one.rounding, one.knot))


def _measures(
    compiled: Compiled, place: dict[Column, int]
) -> tuple[np.ndarray, np.ndarray, np.ndarray, dict[Rounding, tuple[int, int]]]:
    """Write columns as the kernel reads them: for each cell a stretch of measures, each with its steps of rounding."""
    atoms = len(compiled.clock.atoms)
    steps: list[tuple[int, int, int]] = []
    known: dict[Rounding, tuple[int, int]] = {(): (0, 0)}
    measures, cell_of = [], []
    for column, number in place.items():
        if column.rounding not in known:
            known[column.rounding] = (len(steps), len(steps) + len(column.rounding))
            steps += column.rounding
        measures.append((*known[column.rounding], column.knot, number))
        cell_of.append(column.klass * atoms + column.atom)
    start = np.searchsorted(cell_of, np.arange(len(compiled.catalogue.header.classes) * atoms + 1))
    listed = np.array(measures, np.int64).reshape(-1, 4), np.array(steps or [(NO_LIMIT, 1, 1)], np.int64)
    return start, *listed, known


@njit(**FAST)
def _rounded_up(steps: np.ndarray, begin: int, end: int, units: int) -> int:
    done = 0
    for number in range(begin, end):
        if units <= steps[number, UP_TO]:
            first, after = steps[number, STEP_FIRST], steps[number, STEP_AFTER]
            rest = units - done
            if rest <= first:
                return done + first
            return done + first + (rest - first + after - 1) // after * after if after > 1 else units
        done = steps[number, UP_TO]
    return done


def _entry(version: int) -> Callable[..., None]:
    """Make the kernel that totals the rows from begin to end."""

    @njit(**ENTRY)
    def compress_rows(
        class_of: np.ndarray, atom_of: np.ndarray, day_kinds: np.ndarray, zero_costs: int,
        first: np.ndarray, code: np.ndarray, started_s: np.ndarray, units_of: np.ndarray,
        atoms: int, start: np.ndarray, measures: np.ndarray, steps: np.ndarray,
        kept: np.ndarray, ways: np.ndarray, counts: np.ndarray, cells: np.ndarray, under: np.ndarray,
        begin: int, end: int, values: np.ndarray,
    ) -> None:  # fmt: skip
        if version < 0:
            return
        for row in range(begin, end):
            block, lane, to = row // BLOCK_ROWS, row % BLOCK_ROWS, first[row]
            for event in range(first[row], first[row + 1]):
                klass, units = class_of[code[event]], units_of[event]
                if units == 0:
                    units = zero_costs
                if klass < 0 or units == 0:
                    continue
                cell = klass * atoms
                if atoms > 1:
                    cell += atom(atom_of, day_kinds, started_s[event])
                if kept[cell]:
                    cells[to] = cell
                    for way in range(len(ways)):
                        under[way, to] = _rounded_up(steps, ways[way, 0], ways[way, 1], units)
                    to += 1
                last, billed = -1, 0
                for number in range(start[cell], start[cell + 1]):
                    place = measures[number, PLACE]
                    if measures[number, STEPS_FROM] == measures[number, STEPS_TO]:
                        values[block, place, lane] += 1.0
                        continue
                    if measures[number, STEPS_FROM] != last:
                        last = measures[number, STEPS_FROM]
                        billed = _rounded_up(steps, last, measures[number, STEPS_TO], units)
                    values[block, place, lane] += min(billed, measures[number, KNOT])
            if len(counts) > 0:
                counts[row] = to - first[row]

    return compress_rows


compress_rows = _entry(stamp())
