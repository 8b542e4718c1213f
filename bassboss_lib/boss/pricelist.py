"""The published price list of the world (``plans.yaml``): the catalogue, its compiled form, and a sketch of each plan.

Bills are charged by the rating room from the catalogue itself. Decisions (which plan is cheapest, what a minute is
felt to cost) go by the sketch: fee, bundles and plain prices, as a customer knows them.
"""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from bassboss_lib.rating import Catalogue, Compiled, Plan, compile_plans, read_catalogue
from bassboss_lib.rating.plan import Fee
from bassboss_lib.rating.quantities import amount, fen

__all__ = ["CALL", "DATA", "MESSAGE", "Sketch", "catalogue", "compiled", "sketch_of", "sketches"]

CALL, MESSAGE, DATA = "v.local.off", "sms", "d.dom"
"""The classes by whose bundles and prices a plan is known."""
MINUTE_S, MEGABYTE = 60, 1 << 20
FAMILY = 3
"""Members by whom a plan that is rated by group is known: each to his third of fee and bundles."""


@dataclass(frozen=True)
class Sketch:
    """A plan as a customer knows it: fee, bundles, and prices beyond them (fen a minute, a megabyte, a message)."""

    id: str
    brand: str
    name: str
    fee_fen: int
    minutes: float
    megabytes: float
    messages: float
    price_voice: float
    price_data: float
    price_message: float
    shared: bool = False


@cache
def catalogue() -> Catalogue:
    """Give the price list."""
    return read_catalogue(Path(__file__).with_name("plans.yaml"))


@cache
def compiled() -> Compiled:
    """Give the price list as the rating engine takes it."""
    return compile_plans(catalogue())


@cache
def sketches() -> tuple[Sketch, ...]:
    """Give a sketch of every plan, in the order of the price list."""
    return tuple(sketch_of(plan) for plan in catalogue().plans)


def sketch_of(plan: Plan) -> Sketch:
    """Sketch any plan of the schema; one that is rated by group as a member of three knows it.

    Examples
    --------
    >>> sketch_of(catalogue().plan("G088")).minutes
    80.0
    """
    kilo = catalogue().header.conventions.kilo
    shared = plan.scope == "group"
    parts = FAMILY if shared else 1
    bundle = {
        name: sum(amount(one.units, kilo) for one in plan.allowances if name in one.of) / parts
        for name in (CALL, MESSAGE, DATA)
    }
    return Sketch(
        plan.id,
        plan.brand,
        plan.name.zh if plan.name else plan.id,
        _fee(plan.fee, parts) if plan.fee else 0,
        bundle[CALL] / MINUTE_S,
        bundle[DATA] / MEGABYTE,
        float(bundle[MESSAGE]),
        _price(plan, CALL, kilo) * MINUTE_S,
        _price(plan, DATA, kilo) * MEGABYTE,
        _price(plan, MESSAGE, kilo),
        shared,
    )


def _fee(fee: Fee, parts: int) -> int:
    each = fen(fee.per_member) if fee.per_member is not None else 0
    return int(fen(fee.amount) / parts + each)


def _price(plan: Plan, name: str, kilo: int) -> float:
    """Give the price of one unit (second, byte, message) at ordinary times, of the first tier if there are several."""
    fitting = [rate for rate in plan.rates if name in rate.of]
    if not fitting:
        return 0.0
    rate = min(fitting, key=lambda one: (bool(one.when), one.weight))
    price, per = (rate.price, rate.per) if rate.price is not None else (rate.tiers[0].price, rate.tiers[0].per)
    return float(fen(price)) / (1 if per is None else amount(per, kilo))
