"""Expected bills for decisions: what plans would cost whoever uses so much a month, without rating a single call.

An approximation, for choosing among plans and never for billing: bundles cover classes in the plan's order as a lump,
rates count the share of the hours in which they hold, increments add half a step to each call, tiers and caps see the
month's mean. Reference and kernels say what a bill really is.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from bassboss_lib.rating.compiled import Compiled
from bassboss_lib.rating.moments import MINUTES
from bassboss_lib.rating.places import AFTER, FIRST, NO_LIMIT, START, STEPPED, TIER_AFTER
from bassboss_lib.rating.plan import Plan, Rate
from bassboss_lib.rating.pricing import span
from bassboss_lib.rating.quantities import amount, fen

__all__ = ["ExpectedUse", "expected_bill"]

DAY_KINDS = np.array([1.0] * 7 + [0.0] * 14)
"""Days as they come, without holidays."""


@dataclass(frozen=True)
class ExpectedUse:
    """Units a month (seconds, bytes, messages) and events a month of a class, one entry per customer."""

    units: np.ndarray
    events: np.ndarray


def expected_bill(compiled: Compiled, use: Mapping[str, ExpectedUse], hours: np.ndarray | None = None) -> np.ndarray:
    """Give about what each plan would cost each customer a month.

    Parameters
    ----------
    compiled : Compiled
        The plans.
    use : mapping of str to ExpectedUse
        By class; classes left out are not used.
    hours : ndarray, optional
        Weight of each hour of the day; default all alike.

    Returns
    -------
    ndarray
        Fen, one row per customer, one column per plan of the catalogue.
    """
    weight = np.repeat(np.ones(24) if hours is None else np.asarray(hours, dtype=float), 60)
    by_minute = np.bincount(np.arange(MINUTES), weight)
    share = np.zeros(len(compiled.clock.atoms))
    for kind in np.flatnonzero(DAY_KINDS):
        share += np.bincount(compiled.clock.atom_of[kind], by_minute, minlength=len(share))
    share /= share.sum()
    columns = [_of_plan(compiled, place, plan, use, share) for place, plan in enumerate(compiled.catalogue.plans)]
    return np.stack(columns, axis=1)


def _of_plan(
    compiled: Compiled, place: int, plan: Plan, use: Mapping[str, ExpectedUse], share: np.ndarray
) -> np.ndarray:
    """Add fee and what each rate costs for its part of the classes' units beyond bundles."""
    kilo, names = compiled.catalogue.header.conventions.kilo, list(compiled.catalogue.header.classes)
    billed = {name: _billed(compiled, place, names.index(name), one) for name, one in use.items()}
    left = dict(billed)
    for allowance in sorted(plan.allowances, key=lambda one: one.priority):
        covered = [name for name in allowance.of if name in left]
        total = sum((left[name] for name in covered), np.zeros(1))
        part = np.maximum(1 - amount(allowance.units, kilo) / np.maximum(total, 1e-9), 0.0)
        left |= {name: left[name] * part for name in covered}
    cost: np.ndarray = np.zeros_like(next(iter(billed.values())))
    for number, rate in enumerate(plan.rates):
        units, calls = np.zeros_like(cost), np.zeros_like(cost)
        for name in use:
            held = compiled.rate_of[place, names.index(name)] == compiled.plan[place, 0] + number
            beyond = left[name] * share[held].sum()
            units = units + beyond
            calls = calls + use[name].events * beyond / np.maximum(billed[name], 1e-9)
        cost = cost + _of_rate(rate, units, calls, kilo)
    cost = cost + (float(fen(plan.fee.amount)) if plan.fee else 0.0)
    return np.maximum(cost, float(fen(plan.min_spend))) if plan.min_spend else cost


def _billed(compiled: Compiled, place: int, klass: int, use: ExpectedUse) -> np.ndarray:
    """Lengthen calls by half an increment each, under the rate of most hours."""
    rate = compiled.rate_of[place, klass, 0]
    if rate < 0:
        return use.units.astype(float)
    row = compiled.rates[rate]
    step = compiled.tiers[row[START], TIER_AFTER] if row[STEPPED] == 1 else row[AFTER]
    longer = np.maximum(use.units + use.events * (step - 1) / 2, use.events * row[FIRST])
    return np.where(use.events > 0, longer, 0.0)


def _of_rate(rate: Rate, units: np.ndarray, calls: np.ndarray, kilo: int) -> np.ndarray:
    length = units / np.maximum(calls, 1e-9)
    if rate.steps is None:
        cost = units * float(span(rate, 1, kilo))
    elif rate.steps.on == "call":
        cost = calls * _piecewise(rate, length, kilo)
    else:
        cost = _piecewise(rate, units, kilo)
    if rate.connect is not None:
        cost = cost + calls * float(fen(rate.connect))
    if rate.cap is not None and rate.cap.per == "month":
        cost = np.minimum(cost, float(fen(rate.cap.amount)))
    return cost


def _piecewise(rate: Rate, units: np.ndarray, kilo: int) -> np.ndarray:
    """Give a graduated running total, with a block's cap as a lower price for whole blocks."""
    cost: np.ndarray = np.zeros_like(units)
    begin = 0
    for tier in rate.tiers:
        end = NO_LIMIT if tier.to is None else amount(tier.to, kilo)
        count = np.clip(units, begin, end) - begin
        price = float(fen(tier.price)) / (1 if tier.per is None else amount(tier.per, kilo))
        if tier.block is None:
            cost = cost + count * price
        else:
            size, most = amount(tier.block.size, kilo), float(fen(tier.block.cap))
            cost = cost + count // size * min(size * price, most) + np.minimum(count % size * price, most)
        begin = end
    return cost
