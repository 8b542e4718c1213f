# ruff: noqa: PLR0917 - a kernel takes its arguments by place
"""Bundles of mixed prices: which calls they cover is read off the calls in their order, up to where the bundle ends.

Everything else of such a plan's bill follows from totals. So only rows beyond the bundle are looked at, call by call,
and only to the knee; what a call counts for has been rounded up when usage was totalled.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numba import njit

from bassboss_lib.rating.compiled import Compiled
from bassboss_lib.rating.kernel_types import FAST
from bassboss_lib.rating.levels import MIXED, Column, Formula, Rounding
from bassboss_lib.rating.places import (
    CAP,
    CAPPED,
    CONNECT,
    EXTRA,
    MODE,
    MODES,
    MOST,
    NO_LIMIT,
    OF_PERCENT,
    PER,
    PERCENT,
    POOL_UNITS,
    PRICE,
    ROLLOVER,
    ROUND_PER,
    STEPPED,
)

__all__ = ["SLOTS", "Knee", "beyond_knee", "cells_of", "knee_of", "knees", "roundings_of"]

SLOTS = 8
"""Different rates under one bundle that are counted apart; plans with more are rated call by call."""


@dataclass(frozen=True)
class Knee:
    """A bundle of ``units`` over columns of different rates: of each rate its place (−1: free), columns and price."""

    units: int
    rates: tuple[int, ...]
    columns: tuple[tuple[Column, ...], ...]
    prices: tuple[int, ...]


def knees(compiled: Compiled, made: Formula) -> list[Knee]:
    """Give the mixed bundles of a plan whose bills need the calls' order for nothing else; none of another plan."""
    per_bill = compiled.rules[ROUND_PER] == PER["bill"]
    if made.level != "L1" or made.why != [MIXED] or compiled.rules[MODE] == MODES["half_even"]:
        return []
    if compiled.rules[ROUND_PER] == PER["call"]:
        return []
    found = []
    for columns, pools in made.bundles:
        by_rate: dict[int, list[Column]] = {}
        for column in columns:
            by_rate.setdefault(int(compiled.rate_of[made.plan, column.klass, column.atom]), []).append(column)
        if len(by_rate) == 1:
            continue
        rolls = any(compiled.pools[pool, ROLLOVER] for pool in pools)
        if rolls or len(by_rate) > SLOTS or not all(_simple(compiled, rate, per_bill) for rate in by_rate):
            return []
        units = int(compiled.pools[list(pools), POOL_UNITS].sum())
        listed = tuple(tuple(one) for one in by_rate.values())
        found.append(Knee(units, tuple(by_rate), listed, tuple(_price(compiled, rate) for rate in by_rate)))
    return found


def _simple(compiled: Compiled, rate: int, per_bill: bool) -> bool:
    """Tell whether units of a rate all cost the same, whichever call they belong to."""
    if rate < 0:
        return True
    row = compiled.rates[rate]
    special = row[STEPPED] or row[CONNECT] or row[EXTRA] or row[MOST] < NO_LIMIT or row[CAPPED] == CAP["day"]
    return not special and not (per_bill and row[CAPPED])


def _price(compiled: Compiled, rate: int) -> int:
    row = compiled.rates[rate]
    return int(row[PRICE] + row[PRICE] // row[OF_PERCENT] * row[PERCENT]) if rate >= 0 else 0


def roundings_of(compiled: Compiled, made: Sequence[Formula]) -> frozenset[Rounding]:
    """Give the ways in which calls under knees are rounded up."""
    return frozenset(
        column.rounding for one in made for knee in knees(compiled, one) for part in knee.columns for column in part
    )


def cells_of(compiled: Compiled, made: Sequence[Formula]) -> frozenset[int]:
    """Give the cells (class × atoms + atom) that have calls which some knee covers."""
    atoms = len(compiled.clock.atoms)
    return frozenset(
        column.klass * atoms + column.atom
        for one in made
        for knee in knees(compiled, one)
        for part in knee.columns
        for column in part
    )


def knee_of(compiled: Compiled, knee: Knee, roundings: dict[Rounding, int]) -> np.ndarray:
    """Give, for each cell, the slot of its rate (−1: not covered) and how its calls are rounded: array (2, cells)."""
    atoms = len(compiled.clock.atoms)
    table = np.full((2, len(compiled.catalogue.header.classes) * atoms), -1, dtype=np.int64)
    for slot, part in enumerate(knee.columns):
        for column in part:
            table[:, column.klass * atoms + column.atom] = slot, roundings[column.rounding]
    return table


@njit(**FAST)
def beyond_knee(
    first: np.ndarray, counts: np.ndarray, cells: np.ndarray, billed: np.ndarray, table: np.ndarray, units: float,
    total: int, sums: np.ndarray, to: int, row: int, lanes: int, room: np.ndarray,
) -> None:  # fmt: skip
    """Write what each rate's units are beyond a bundle, for a block of rows that begins at ``row``.

    ``room[total]`` holds all units under the bundle, ``room[sums[slot]]`` those of a rate, ``room[to + slot]`` gets
    what of them lies beyond; a slot without a rate has sum −1.
    """
    for slot in range(len(sums)):
        if sums[slot] >= 0:
            room[to + slot, :] = 0.0
    for lane in range(lanes):
        if room[total, lane] <= units:
            continue
        for slot in range(len(sums)):
            if sums[slot] >= 0:
                room[to + slot, lane] = room[sums[slot], lane]
        left, at = units, first[row + lane]
        end = at + counts[row + lane]
        while at < end and left > 0.0:
            cell = cells[at]
            slot = table[0, cell]
            if slot >= 0:
                used = min(billed[table[1, cell], at], left)
                room[to + slot, lane] -= used
                left -= used
            at += 1
