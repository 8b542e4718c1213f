"""The reference engine's arithmetic, in exact fractions: increments, prices, tiers, blocks, rounding."""

import math
from fractions import Fraction

from bassboss_lib.rating.catalogue import Header
from bassboss_lib.rating.plan import Rate, Tier
from bassboss_lib.rating.quantities import amount, fen

__all__ = ["billed_units", "rounded", "span", "unit_price", "up_to_increment", "volume_price"]


def up_to_increment(units: int, first: int, after: int) -> int:
    """Round units up: the first increment is due at once, then further ones.

    Examples
    --------
    >>> [up_to_increment(units, 30, 6) for units in (0, 1, 30, 32, 57, 75)]
    [0, 30, 30, 36, 60, 78]
    """
    if units <= 0:
        return 0
    return first + max(math.ceil(Fraction(units - first, after)), 0) * after


def billed_units(rate: Rate, units: int, kilo: int) -> int:
    """Round a call up to the increments of its rate; in steps on the call each tier rounds its own part."""
    if rate.steps is None or rate.steps.on != "call":
        first, after = _increments(rate.increment, kilo)
        return up_to_increment(units, first, after)
    begin = 0
    for tier in rate.tiers:
        end = None if tier.to is None else amount(tier.to, kilo)
        if end is None or units <= end:
            break
        begin = end
    return begin + up_to_increment(units - begin, *_increments(tier.increment, kilo))


def _increments(increment: list | None, kilo: int) -> tuple[int, int]:
    first, after = increment or (1, 1)
    return amount(first, kilo), amount(after, kilo)


def unit_price(part: Rate | Tier, kilo: int) -> Fraction:
    """Give the price of one unit in fen."""
    per = 1 if part.per is None else amount(part.per, kilo)
    return Fraction(0) if part.price is None else fen(part.price) / per


def span(rate: Rate, units: int, kilo: int) -> Fraction:
    """Give what the first units of a call, or of the month, cost in fen: the running total of a graduated price."""
    if rate.steps is None:
        return units * unit_price(rate, kilo)
    total, begin = Fraction(0), 0
    for tier in rate.tiers:
        end = units if tier.to is None else min(units, amount(tier.to, kilo))
        if end <= begin:
            break
        total += _tier_cost(rate, tier, end - begin, kilo)
        begin = end
    return total


def _tier_cost(rate: Rate, tier: Tier, units: int, kilo: int) -> Fraction:
    price = unit_price(tier, kilo)
    if rate.steps is not None and rate.steps.on != "call":
        units = up_to_increment(units, *_increments(tier.increment, kilo))
    if tier.block is None:
        return units * price
    size, cap = amount(tier.block.size, kilo), fen(tier.block.cap)
    full, rest = divmod(units, size)
    return full * min(size * price, cap) + min(rest * price, cap)


def volume_price(rate: Rate, units: int, kilo: int) -> Fraction:
    """Give the price of one unit in the tier that a number of units reaches."""
    for tier in rate.tiers:
        if tier.to is None or units <= amount(tier.to, kilo):
            break
    return unit_price(tier, kilo)


def rounded(header: Header, cost: Fraction) -> Fraction:
    """Round an amount of fen by the catalogue's mode.

    ``half_up`` and ``up`` go away from zero, ``down`` towards it, ``half_even`` to the even neighbour.
    """
    rounding = header.conventions.rounding
    step = fen(rounding.to)
    sign, size = (-1 if cost < 0 else 1), abs(cost) / step
    if rounding.mode == "half_even":
        whole = round(size)
    elif rounding.mode == "half_up":
        whole = math.floor(size + Fraction(1, 2))
    else:
        whole = math.ceil(size) if rounding.mode == "up" else math.floor(size)
    return sign * whole * step
