"""From plans to what must be stored of usage: the lowest level at which each plan's bills are exact, and why.

L0   totals of a month by class and band: fees, linear rates, bundles whose classes share one rate, monthly tiers
L0+  and totals up to the steps within calls
L1   totals; and calls in their order for rows beyond a bundle, or with calls that totals cannot price
L4   every call in its order

What would need totals by day or by call (caps per day, caps per call: L2, L3) is rated from the calls of those who have
such calls: exact, and fast.
"""

import math
from dataclasses import dataclass, field

from bassboss_lib.rating.compiled import Compiled
from bassboss_lib.rating.places import (
    AFTER,
    CAP,
    CAPPED,
    CONNECT,
    END,
    EXTRA,
    FIRST,
    MOST,
    NO_LIMIT,
    OF_PERCENT,
    PARTS,
    PER,
    PERCENT,
    POOL_UNITS,
    PRICE,
    RAW,
    ROUND_PER,
    ROUND_TO,
    SPLIT,
    START,
    STEPPED,
    STEPS,
    TIER_AFTER,
    TIER_FIRST,
    TIER_PRICE,
    TO,
)

__all__ = ["MIXED", "Column", "Formula", "Line", "Term", "formula", "formulas"]

Rounding = tuple[tuple[int, int, int], ...]
"""Steps of rounding within a call: up to how many units, first increment, further ones."""
MIXED = "a bundle covers classes of different rates"
COUNTED = "tiers count units inside and outside of bundles"
RAW_UNITS: Rounding = ((NO_LIMIT, 1, 1),)


@dataclass(frozen=True)
class Column:
    """What is totalled of a class (and band): calls, or units rounded in some way, of each call up to a knot."""

    klass: int
    atom: int
    rounding: Rounding = ()
    knot: int = NO_LIMIT


@dataclass(frozen=True)
class Term:
    """A price for what a sum of columns is beyond bundles, or for all of it."""

    columns: tuple[Column, ...]
    price: int
    pools: tuple[int, ...] = ()


@dataclass(frozen=True)
class Line:
    """A rate of a plan: its terms (prices in parts of a fen), or the units that its monthly tiers count."""

    rate: int
    terms: tuple[Term, ...]


@dataclass
class Formula:
    """How a plan's bills follow from totals; ``level`` and why it is not a lower one.

    ``bundles`` are sums of columns with the bundles that cover them; ``watched`` counts calls that totals cannot price.
    """

    plan: int
    level: str = "L0"
    why: list[str] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    bundles: list[tuple[tuple[Column, ...], tuple[int, ...]]] = field(default_factory=list)
    watched: list[Column] = field(default_factory=list)

    def raise_to(self, level: str, reason: str) -> None:
        """Note that a plan needs at least a level."""
        self.level = max(self.level, level, key=("L0", "L0+", "L1", "L4").index)
        if reason not in self.why:
            self.why.append(reason)


def formulas(compiled: Compiled) -> list[Formula]:
    """Give the formula of every plan of a catalogue."""
    return [formula(compiled, place) for place in range(len(compiled.plan))]


def formula(compiled: Compiled, place: int) -> Formula:
    """Choose the lowest exact level of a plan, and write its bill in terms of totals."""
    made = Formula(place)
    cells = [(klass, atom) for klass in range(compiled.rate_of.shape[1]) for atom in range(compiled.rate_of.shape[2])]
    groups: dict[tuple[int, ...], list[tuple[int, int]]] = {}
    for klass, atom in cells:
        listed = compiled.pools_of[place, klass, atom]
        held = tuple(pool for pool in listed.tolist() if pool >= 0 and compiled.pools[pool, POOL_UNITS] > 0)
        groups.setdefault(held, []).append((klass, atom))  # a bundle of nothing covers nothing
    open_cells = [cell for cell in groups.pop((), []) if compiled.rate_of[place, *cell] >= 0]
    _conventions(compiled, made, bool(groups))
    terms: dict[int, list[Term]] = {}
    for cell in open_cells:
        rate = int(compiled.rate_of[place, *cell])
        if reason := _needs_calls(compiled, rate):
            made.raise_to("L1", reason)
            made.watched.append(Column(*cell))
        else:
            terms.setdefault(rate, []).extend(_linear(compiled, made, rate, cell))
    for pools, covered in groups.items():
        _bundle(compiled, made, terms, pools, covered)
    _overlaps(made, list(groups))
    made.lines = [Line(rate, tuple(found)) for rate, found in sorted(terms.items())]
    _month_steps(compiled, made)
    return made


def _conventions(compiled: Compiled, made: Formula, bundles: bool) -> None:
    rules, plan = compiled.rules, compiled.catalogue.plans[made.plan]
    grids = (compiled.rate_of[made.plan], compiled.pools_of[made.plan])
    if rules[SPLIT] and any((grid[compiled.voice] != grid[compiled.voice][:, :1]).any() for grid in grids):
        made.raise_to("L4", "calls are split where bands change")
    if rules[RAW] and bundles:
        made.raise_to("L1", "bundles are debited before rounding")
    if plan.scope == "group" and any(one.shared is None for one in plan.allowances):
        made.raise_to("L4", "members have bundles of their own")


def _needs_calls(compiled: Compiled, rate: int) -> str:
    """Say why totals cannot tell what calls cost that no bundle covers, or nothing."""
    row = compiled.rates[rate]
    if row[CAPPED] == CAP["day"]:
        return "a rate has a cap per day"
    if row[MOST] < NO_LIMIT:
        return "a rate has a cap per call"
    if row[STEPPED] < STEPS["month"] and compiled.rules[ROUND_PER] == PER["call"] and not _whole(compiled, rate):
        return "calls are rounded, and their prices are no whole fen"
    return ""


def _whole(compiled: Compiled, rate: int) -> bool:
    """Tell whether every call of a rate costs whole steps of rounding by itself."""
    row = compiled.rates[rate]
    unit = row[PARTS] * compiled.rules[ROUND_TO]
    factor = row[OF_PERCENT] + row[PERCENT]
    prices = [(row[PRICE], math.gcd(row[FIRST], row[AFTER]))]
    if row[STEPPED] == STEPS["call"]:
        tiers = compiled.tiers[row[START] : row[END]]
        prices = [(tier[TIER_PRICE], math.gcd(tier[TIER_FIRST], tier[TIER_AFTER])) for tier in tiers]
    amounts = [price * count * factor // row[OF_PERCENT] for price, count in prices]
    return all(one % unit == 0 for one in [*amounts, row[CONNECT] * factor // row[OF_PERCENT], row[EXTRA]])


def _rounding(compiled: Compiled, rate: int) -> Rounding:
    if rate < 0:
        return RAW_UNITS
    row = compiled.rates[rate]
    if row[STEPPED] != STEPS["call"]:
        return ((NO_LIMIT, int(row[FIRST]), int(row[AFTER])),)
    tiers = compiled.tiers[row[START] : row[END]]
    return tuple((int(tier[TO]), int(tier[TIER_FIRST]), int(tier[TIER_AFTER])) for tier in tiers)


def _linear(compiled: Compiled, made: Formula, rate: int, cell: tuple[int, int]) -> list[Term]:
    """Write the cost of calls that no bundle covers."""
    row, rounding = compiled.rates[rate], _rounding(compiled, rate)

    def dearer(price: int) -> int:
        return int(price + price // row[OF_PERCENT] * row[PERCENT])

    units = (Column(*cell, rounding),)
    each = dearer(row[CONNECT]) + int(row[EXTRA])
    found = [Term((Column(*cell),), each)] if each else []
    if row[STEPPED] >= STEPS["month"]:
        return [*found, Term(units, 0)]
    if row[STEPPED] == 0:
        return [*found, Term(units, dearer(row[PRICE]))] if row[PRICE] else found
    made.raise_to("L0+", "a rate has steps within a call")
    tiers = compiled.tiers[row[START] : row[END]]
    after = [int(tier[TIER_PRICE]) for tier in tiers[1:]] + [0]
    for tier, later in zip(tiers, after, strict=True):
        knot = Column(*cell, rounding, int(tier[TO]))
        found.append(Term((knot,), dearer(int(tier[TIER_PRICE])) - dearer(later)))
    return found


def _bundle(
    compiled: Compiled,
    made: Formula,
    terms: dict[int, list[Term]],
    pools: tuple[int, ...],
    covered: list[tuple[int, int]],
) -> None:
    """Write what lies beyond a bundle: exact from totals if one plain rate holds for all that it covers."""
    rates = {int(compiled.rate_of[made.plan, *cell]) for cell in covered}
    columns = tuple(Column(*cell, _rounding(compiled, int(compiled.rate_of[made.plan, *cell]))) for cell in covered)
    made.bundles.append((columns, pools))
    if len(rates) > 1:
        counting = any(compiled.rates[rate, STEPPED] == STEPS["month"] for rate in rates if rate >= 0)
        made.raise_to("L4" if counting else "L1", COUNTED if counting else MIXED)
        return
    rate = rates.pop()
    if rate < 0:
        return
    row = compiled.rates[rate]
    if row[STEPPED] == STEPS["call"] or row[CONNECT] or row[EXTRA] or row[MOST] < NO_LIMIT or row[CAPPED] == CAP["day"]:
        made.raise_to("L1", "beyond a bundle single calls matter")
    if row[STEPPED] < STEPS["month"] and compiled.rules[ROUND_PER] == PER["call"] and not _fits(compiled, rate, pools):
        made.raise_to("L1", "calls are rounded where a bundle ends")
    price = int(row[PRICE] + row[PRICE] // row[OF_PERCENT] * row[PERCENT])
    terms.setdefault(rate, []).append(Term(columns, price, pools))


def _fits(compiled: Compiled, rate: int, pools: tuple[int, ...]) -> bool:
    row = compiled.rates[rate]
    step = math.gcd(int(row[FIRST]), int(row[AFTER]))
    return _whole(compiled, rate) and all(compiled.pools[pool, POOL_UNITS] % step == 0 for pool in pools)


def _overlaps(made: Formula, groups: list[tuple[int, ...]]) -> None:
    listed = [pool for pools in groups for pool in pools]
    if len(listed) > len(set(listed)):
        made.raise_to("L1", "bundles overlap")


def _month_steps(compiled: Compiled, made: Formula) -> None:
    """Tiers of the month count one total; with bundles inside the count, only one."""
    for line in made.lines:
        row = compiled.rates[line.rate]
        bundled = [term for term in line.terms if term.pools]
        if row[STEPPED] == STEPS["month"] and bundled and len(line.terms) > 1:
            made.raise_to("L4", COUNTED)
