"""Plans compiled to arrays of integers for the kernels: every price a whole number of parts of a fen.

How many parts a fen has is chosen for each rate, so that all its prices are whole; amounts stay exact until they are
rounded where the catalogue says. `compile_plans` refuses plans whose numbers could leave 63 bits.
"""

import math
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from bassboss_lib.errors import CallError
from bassboss_lib.rating.catalogue import Header
from bassboss_lib.rating.classes import class_table, items
from bassboss_lib.rating.moments import Clockwork, clockwork
from bassboss_lib.rating.places import CAP, MODES, NO_LIMIT, PER, POLICY, STEPS
from bassboss_lib.rating.plan import Allowance, Plan, Rate, Tier
from bassboss_lib.rating.pricelist import Catalogue
from bassboss_lib.rating.pricing import unit_price
from bassboss_lib.rating.quantities import amount, fen

__all__ = ["Compiled", "compile_plans", "rate_grid"]

AMOUNT_FEN_MAX = 10**8
"""A million yuan: no bill is larger, and amounts times denominators stay below 2**62."""

RATE_FIELDS = ("first", "after", "price", "connect", "most", "percent", "of_percent", "extra",
               "cap", "cap_amount", "steps", "policy", "tier_start", "tier_end", "parts")  # fmt: skip
TIER_FIELDS = ("to", "price", "first", "after", "block", "block_cap")
POOL_FIELDS = ("units", "shared", "rollover")


@dataclass(frozen=True)
class Compiled:
    """Plans as arrays. Rates, tiers and pools of all plans lie one after the other.

    ``rate_of[plan, class, atom]`` is a row of ``rates`` or −1; ``pools_of[plan, class, atom]`` lists rows of ``pools``
    in the order of use, filled with −1. ``plan[k]`` holds first rate, number of rates, first pool and number of
    pools. The columns of ``rates``, ``tiers`` and ``pools`` are named above.
    """

    catalogue: Catalogue
    clock: Clockwork
    class_of: np.ndarray
    item_of: np.ndarray
    voice: np.ndarray
    rate_of: np.ndarray
    pools_of: np.ndarray
    plan: np.ndarray
    rates: np.ndarray
    tiers: np.ndarray
    pools: np.ndarray
    rules: np.ndarray

    def place(self, wanted: str) -> int:
        """Give the place of a plan."""
        return self.catalogue.plans.index(self.catalogue.plan(wanted))


def compile_plans(catalogue: Catalogue) -> Compiled:
    """Compile a catalogue.

    Raises
    ------
    CallError
        If a plan's prices need a denominator so large that amounts would not stay exact.
    """
    header = catalogue.header
    clock = clockwork(header.timings)
    rates: list[list[int]] = []
    tiers: list[list[int]] = []
    pools: list[list[int]] = []
    heads, grids, orders = [], [], []
    for plan in catalogue.plans:
        parts = _denominators(header, plan)
        heads.append([len(rates), len(plan.rates), len(pools), len(plan.allowances)])
        grids.append(rate_grid(header, clock, plan, len(rates)))
        orders.append(_pool_grid(header, clock, plan, len(pools)))
        for rate, whole in zip(plan.rates, parts, strict=True):
            rates.append(_rate_row(header, rate, whole, len(tiers)))
            tiers += [_tier_row(header, tier, whole) for tier in rate.tiers]
        pools += [_pool_row(header, allowance) for allowance in plan.allowances]
    return Compiled(
        catalogue=catalogue,
        clock=clock,
        class_of=class_table(header.classes),
        item_of=items(header),
        voice=np.array([one.service == "voice" for one in header.classes.values()]),
        rate_of=np.stack(grids),
        pools_of=_filled(orders),
        plan=np.array(heads, dtype=np.int64),
        rates=_table(rates, len(RATE_FIELDS)),
        tiers=_table(tiers, len(TIER_FIELDS)),
        pools=_table(pools, len(POOL_FIELDS)),
        rules=_rules(header),
    )


def _table(rows: list[list[int]], width: int) -> np.ndarray:
    return np.array(rows, dtype=np.int64).reshape(len(rows), width)


def _rules(header: Header) -> np.ndarray:
    one = header.conventions
    return np.array(
        [
            one.band_by == "split",
            one.allowance == "raw",
            one.zero_duration == "first_increment",
            PER[one.rounding.per],
            MODES[one.rounding.mode],
            int(fen(one.rounding.to)),
        ],
        dtype=np.int64,
    )


def rate_grid(header: Header, clock: Clockwork, plan: Plan, offset: int = 0) -> np.ndarray:
    """Give the place of the rate that holds for each class and atom, −1 where none does."""
    grid = np.full((len(header.classes), len(clock.atoms)), -1, dtype=np.int32)
    for row, name in enumerate(header.classes):
        for column, atom in enumerate(clock.atoms):
            held = [
                (rate.weight, number)
                for number, rate in enumerate(plan.rates)
                if name in rate.of and (not rate.when or atom & set(rate.when))
            ]
            if held:
                grid[row, column] = offset + max(held)[1]
    return grid


def _pool_grid(header: Header, clock: Clockwork, plan: Plan, offset: int) -> list[list[list[int]]]:
    order = sorted(range(len(plan.allowances)), key=lambda number: plan.allowances[number].priority)

    def covering(name: str, atom: frozenset[str]) -> list[int]:
        fits = (plan.allowances[number] for number in order)
        return [
            offset + number
            for number, one in zip(order, fits, strict=True)
            if name in one.of and (not one.when or atom & set(one.when))
        ]

    return [[covering(name, atom) for atom in clock.atoms] for name in header.classes]


def _filled(orders: list[list[list[list[int]]]]) -> np.ndarray:
    depth = max((len(cell) for plan in orders for row in plan for cell in row), default=0) + 1
    return np.array(
        [[[cell + [-1] * (depth - len(cell)) for cell in row] for row in plan] for plan in orders], np.int32
    )


def _denominators(header: Header, plan: Plan) -> list[int]:
    """Find for each rate the smallest number of parts of a fen in which all its prices are whole.

    Where the bill is rounded as a whole, costs of rates are added before, and need parts in common.
    """
    own = [math.lcm(*(exact.denominator for exact in _amounts(header, rate))) for rate in plan.rates]
    whole = own if header.conventions.rounding.per != "bill" else [math.lcm(*own)] * len(own)
    if max(whole) * AMOUNT_FEN_MAX >= 1 << 62:
        raise CallError(
            f"the prices of {plan.id} have no common part large enough to count in whole numbers",
            where=header.id,
            remedy="use fewer decimals, or the same `per` for all prices of a service",
        )
    return whole


def _amounts(header: Header, rate: Rate) -> list[Fraction]:
    kilo = header.conventions.kilo
    fixed = [rate.connect, rate.max_per_call]
    fixed += [rate.cap.amount if rate.cap else None, rate.surcharge.amount if rate.surcharge else None]
    prices = [unit_price(rate, kilo), *(unit_price(tier, kilo) for tier in rate.tiers)]
    all_amounts = [*prices, *(fen(money) for money in fixed if money is not None)]
    all_amounts += [fen(tier.block.cap) for tier in rate.tiers if tier.block]
    part = Fraction(rate.surcharge.percent) / 100 if rate.surcharge and rate.surcharge.percent else Fraction(1)
    return all_amounts + [Fraction(1, one.denominator * part.denominator) for one in all_amounts]


def _rate_row(header: Header, rate: Rate, parts: int, tier_start: int) -> list[int]:
    kilo = header.conventions.kilo
    first, after = (amount(one, kilo) for one in rate.increment or (1, 1))
    percent = Fraction(rate.surcharge.percent) / 100 if rate.surcharge and rate.surcharge.percent else Fraction(0)

    def counted(money: object, missing: int = 0) -> int:
        return missing if money is None else int(fen(money) * parts)  # type: ignore[arg-type]

    return [
        first,
        after,
        int(unit_price(rate, kilo) * parts),
        counted(rate.connect),
        counted(rate.max_per_call, NO_LIMIT),
        percent.numerator,
        percent.denominator,
        counted(rate.surcharge.amount if rate.surcharge else None),
        CAP[rate.cap.per if rate.cap else "none"],
        counted(rate.cap.amount if rate.cap else None, NO_LIMIT),
        STEPS[rate.steps.on if rate.steps else "none"],
        POLICY[rate.steps.policy if rate.steps else "graduated"],
        tier_start,
        tier_start + len(rate.tiers),
        parts,
    ]


def _tier_row(header: Header, tier: Tier, parts: int) -> list[int]:
    kilo = header.conventions.kilo
    first, after = (amount(one, kilo) for one in tier.increment or (1, 1))
    return [
        NO_LIMIT if tier.to is None else amount(tier.to, kilo),
        int(unit_price(tier, kilo) * parts),
        first,
        after,
        amount(tier.block.size, kilo) if tier.block else 0,
        int(fen(tier.block.cap) * parts) if tier.block else 0,
    ]


def _pool_row(header: Header, allowance: Allowance) -> list[int]:
    kilo = header.conventions.kilo
    return [amount(allowance.units, kilo), allowance.shared is not None, allowance.rollover]
