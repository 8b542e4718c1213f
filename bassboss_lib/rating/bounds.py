"""Bills between bounds, where only totals are left of the calls and a plan would need their order."""

from fractions import Fraction

import numpy as np

from bassboss_lib.errors import InputRefused
from bassboss_lib.rating.bills import close_plan
from bassboss_lib.rating.compiled import Compiled
from bassboss_lib.rating.hinges import hinges
from bassboss_lib.rating.levels import MIXED, Column
from bassboss_lib.rating.many import is_plain
from bassboss_lib.rating.places import (
    CAPPED,
    CONNECT,
    EXTRA,
    MOST,
    NO_LIMIT,
    OF_PERCENT,
    PARTS,
    PER,
    PERCENT,
    POOL_UNITS,
    PRICE,
    ROUND_PER,
    STEPPED,
)
from bassboss_lib.rating.totals import Totals

__all__ = ["bounds"]


def bounds(totals: Totals, wanted: str) -> tuple[np.ndarray, np.ndarray]:
    """Bracket the bills of a plan whose bundles cover classes of different prices, from totals alone.

    A bundle saves most if it is used up on the dearest class, and least on the cheapest: the bill lies between.

    Returns
    -------
    tuple of ndarray
        Least and most in fen, one entry per row.

    Raises
    ------
    InputRefused
        If something else than mixed prices beyond plain bundles asks for the calls.
    """
    compiled = totals.compiled
    place = compiled.place(wanted)
    made, plan = totals.formulas[place], compiled.catalogue.plans[place]
    mixed = [(columns, pools) for columns, pools in made.bundles if len(_rates(compiled, place, columns)) > 1]
    simple = all(_simple(compiled, rate) for columns, _ in mixed for rate in _rates(compiled, place, columns))
    if (
        set(made.why) - {MIXED}
        or not simple
        or not is_plain(compiled, made)
        or compiled.rules[ROUND_PER] == PER["bill"]
    ):
        what = f"{wanted} cannot be bounded from totals: {'; '.join(made.why) or 'its prices are not plain'}"
        raise InputRefused(what, where="totals", remedy="keep the calls")
    use, each_line = hinges(totals, [made], with_knees=False)[0], len(plan.rates)
    least = sum((_beyond(totals, place, *one, cheapest=True) for one in mixed), use - each_line * bool(mixed))
    most = sum((_beyond(totals, place, *one, cheapest=False) for one in mixed), use + each_line * bool(mixed))
    header, rows = compiled.catalogue.header, totals.rows.rows
    return close_plan(header, plan, rows, np.maximum(least, 0))[0], close_plan(header, plan, rows, most)[0]


def _rates(compiled: Compiled, place: int, columns: tuple[Column, ...]) -> set[int]:
    return {int(compiled.rate_of[place, one.klass, one.atom]) for one in columns}


def _simple(compiled: Compiled, rate: int) -> bool:
    row = compiled.rates[rate]
    special = row[STEPPED] or row[CAPPED] or row[CONNECT] or row[EXTRA] or row[MOST] < NO_LIMIT
    return rate < 0 or (not special and compiled.rules[ROUND_PER] == PER["line"])


def _beyond(
    totals: Totals, place: int, columns: tuple[Column, ...], pools: tuple[int, ...], *, cheapest: bool
) -> np.ndarray:
    """Price what lies beyond a bundle as if it were the cheapest units, or the dearest."""
    compiled = totals.compiled
    priced = sorted(
        ((_price(compiled, int(compiled.rate_of[place, one.klass, one.atom])), one) for one in columns),
        key=lambda pair: pair[0],
        reverse=not cheapest,
    )
    units = [totals.of(one) for _, one in priced]
    left = np.maximum(sum(units) - int(compiled.pools[list(pools), POOL_UNITS].sum()), 0)
    cost = np.zeros(len(totals.rows), dtype=np.int64)
    for (price, _), count in zip(priced, units, strict=True):
        part = np.minimum(left, count)
        left = left - part
        number = part * price.numerator
        cost += number // price.denominator if cheapest else -(-number // price.denominator)
    return cost


def _price(compiled: Compiled, rate: int) -> Fraction:
    if rate < 0:
        return Fraction(0)
    row = compiled.rates[rate]
    whole = int(row[PRICE] + row[PRICE] // row[OF_PERCENT] * row[PERCENT])
    return Fraction(whole, int(row[PARTS]))
