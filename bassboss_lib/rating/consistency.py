"""What must hold between the parts of a price list: every finding names its key and what to do.

pydantic checks each part for itself; here are the questions that need two: does a bundle name classes that exist, do
two rates hold at once, can a call reach the end of its tier.
"""

from collections.abc import Iterator, Sequence
from decimal import Decimal

from bassboss_lib.rating.catalogue import Header
from bassboss_lib.rating.moments import patterns
from bassboss_lib.rating.plan import Allowance, Plan, Rate, Tier
from bassboss_lib.rating.quantities import amount, fen, measures

__all__ = ["problems"]

Finding = tuple[str, str]


def problems(header: Header, plans: Sequence[Plan]) -> Iterator[Finding]:
    """Give key and message of everything that does not fit together."""
    if (fen(header.conventions.rounding.to) % 1) or header.conventions.rounding.to == 0:
        yield "catalogue.conventions.rounding.to", 'must be whole fen, such as "0.01" or "1"'
    seen: set[str] = set()
    for plan in plans:
        if plan.id in seen:
            yield f"plans.{plan.id}", "the plan is there twice"
        seen.add(plan.id)
        yield from _plan(header, plan)


def _plan(header: Header, plan: Plan) -> Iterator[Finding]:
    if plan.fee is not None and plan.fee.per_member is not None and plan.scope != "group":
        yield f"plans.{plan.id}.fee.per_member", "only a plan with scope: group has members"
    for name, money in _posted(plan):
        if fen(money) % fen(header.conventions.rounding.to):
            yield (
                f"plans.{plan.id}.{name}",
                f"must be a multiple of {header.conventions.rounding.to}: it is posted as it is",
            )
    names = [one.id for one in plan.allowances]
    if len(names) > len(set(names)):
        yield f"plans.{plan.id}.allowances", "two bundles have the same id"
    for number, allowance in enumerate(plan.allowances):
        yield from _allowance(header, plan, allowance, f"plans.{plan.id}.allowances.{number}")
    for number, rate in enumerate(plan.rates):
        key = f"plans.{plan.id}.rates.{number}"
        yield from _known(header, rate.of, rate.when, key)
        if all(name in header.classes for name in rate.of):
            yield from _rate(header, rate, key)
    if not any(name not in header.timings for rate in plan.rates for name in rate.when):
        yield from _ambiguous(header, plan)


def _posted(plan: Plan) -> Iterator[tuple[str, Decimal]]:
    if plan.cap is not None:
        yield "cap.amount", plan.cap.amount
    if plan.min_spend is not None:
        yield "min_spend", plan.min_spend
    for number, discount in enumerate(plan.discounts):
        if discount.amount is not None:
            yield f"discounts.{number}.amount", discount.amount


def _known(header: Header, of: list[str], when: list[str], key: str) -> Iterator[Finding]:
    for name in of:
        if name not in header.classes:
            yield f"{key}.of", f"{name!r} is not a class; known are {', '.join(header.classes)}"
    for name in when:
        if name not in header.timings:
            yield f"{key}.when", f"{name!r} is not a timing; known are {', '.join(header.timings) or 'none'}"
    services: set[str] = {header.classes[name].service for name in of if name in header.classes}
    if len(services) > 1:
        yield f"{key}.of", f"mixes {' and '.join(sorted(services))}: write one entry for each service"


def _allowance(header: Header, plan: Plan, allowance: Allowance, key: str) -> Iterator[Finding]:
    yield from _known(header, allowance.of, allowance.when, key)
    services: set[str] = {header.classes[name].service for name in allowance.of if name in header.classes}
    yield from _fits(services, allowance.units, f"{key}.units")
    if allowance.shared and plan.scope != "group":
        yield f"{key}.shared", "only a plan with scope: group can share"


def _fits(services: set[str], quantity: str | int | None, key: str) -> Iterator[Finding]:
    measured = "" if quantity is None else measures(quantity)
    wrong = measured and services and services != {measured}
    if wrong:
        yield key, f"{quantity!r} does not measure {' or '.join(sorted(services))}"
    if not measured and quantity is not None and services == {"data"}:
        yield key, f"{quantity!r} needs a unit: B, KB, MB or GB"


def _rate(header: Header, rate: Rate, key: str) -> Iterator[Finding]:
    services: set[str] = {header.classes[name].service for name in rate.of}
    kilo = header.conventions.kilo
    for name, quantity in _quantities(rate):
        yield from _fits(services, quantity, f"{key}.{name}")
        if quantity is not None and amount(quantity, kilo) == 0:
            yield f"{key}.{name}", "must not be zero"
    if services != {"sms"} and rate.price and rate.per is None:
        yield f"{key}.per", "is missing: a price is for 60s, 1MB, …"
    if rate.steps is None:
        return
    if rate.increment is not None and rate.steps.on == "call":
        yield f"{key}.increment", "in steps on the call each tier has its own increment"
    if rate.steps.on != "call" and (rate.connect or rate.max_per_call or rate.surcharge):
        yield key, "connect, max_per_call and surcharge belong to calls, these tiers to the month: use another rate"
    if rate.steps.on != "call" and rate.cap is not None and rate.cap.per == "day":
        yield f"{key}.cap", "tiers of the month cannot have a cap per day"
    if rate.steps.on == "call" and rate.steps.policy == "volume":
        yield f"{key}.steps.policy", "in steps on the call only graduated has a meaning"
    yield from _tiers(rate, kilo, key)


def _quantities(rate: Rate) -> Iterator[tuple[str, str | int | None]]:
    yield "per", rate.per
    yield from (("increment", one) for one in rate.increment or [])
    for number, tier in enumerate(rate.tiers):
        yield from ((f"tiers.{number}.{name}", getattr(tier, name)) for name in ("to", "per"))
        yield from ((f"tiers.{number}.increment", one) for one in tier.increment or [])
        yield f"tiers.{number}.block.size", tier.block.size if tier.block else None


def _tiers(rate: Rate, kilo: int, key: str) -> Iterator[Finding]:
    on_call = rate.steps is not None and rate.steps.on == "call"
    reached = 0
    for number, tier in enumerate(rate.tiers):
        last = number == len(rate.tiers) - 1
        if last != (tier.to is None):
            yield f"{key}.tiers.{number}.to", "is given for all tiers but the last"
            return
        if tier.block and (on_call or rate.steps is None or rate.steps.policy == "volume"):
            yield f"{key}.tiers.{number}.block", "blocks need graduated tiers of the month"
        if tier.increment and rate.steps is not None and rate.steps.policy == "volume":
            yield f"{key}.tiers.{number}.increment", "is for graduated tiers; round calls by the rate's increment"
        if tier.to is None:
            return
        end = amount(tier.to, kilo)
        if end <= reached:
            yield f"{key}.tiers.{number}.to", "must be above the tier before"
        elif on_call and not _reachable(tier, end - reached, kilo):
            yield f"{key}.tiers.{number}.increment", "its steps must end where the tier ends"
        reached = end


def _reachable(tier: Tier, length: int, kilo: int) -> bool:
    first, after = (amount(one, kilo) for one in tier.increment or (1, 1))
    return length >= first and (length - first) % max(after, 1) == 0


def _ambiguous(header: Header, plan: Plan) -> Iterator[Finding]:
    """Find two rates of one weight that hold for a class at the same moment."""
    for name in header.classes:
        fitting = [(number, rate) for number, rate in enumerate(plan.rates) if name in rate.of]
        for pattern in patterns(header.timings):
            held = [(rate.weight, number) for number, rate in fitting if not rate.when or pattern & set(rate.when)]
            top = [number for weight, number in held if weight == max(held)[0]]
            if len(top) > 1:
                at = f" in {'+'.join(sorted(pattern))}" if pattern else ""
                yield (
                    f"plans.{plan.id}.rates.{top[1]}.weight",
                    f"equals that of rates.{top[0]}: both hold for {name}{at}",
                )
                return
