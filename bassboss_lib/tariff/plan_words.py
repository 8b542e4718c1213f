"""A plan in words for the people who are called (表3-4), and the items on which two plans differ."""

import json
from collections.abc import Sequence

from bassboss_lib.rating import Header, Plan
from bassboss_lib.rating.plan import Allowance, Rate
from bassboss_lib.rating.quantities import amount, fen

__all__ = ["differing_classes", "plan_words"]

UNITS = {"voice": ("分钟", 60), "data": ("GB", 1 << 30), "sms": ("条", 1)}


def plan_words(header: Header, plan: Plan) -> str:
    """Say fee, bundles and prices beyond them in Chinese, as an agent reads them out.

    Examples
    --------
    >>> from pathlib import Path
    >>> from bassboss_lib.rating import read_catalogue
    >>> known = read_catalogue(Path(__file__).parents[1] / "boss" / "plans.yaml")
    >>> plan_words(known.header, known.plan("G088")).split("；")[0]
    '月费88元，含80分钟、5GB流量、20条短信'
    """
    fee = _number(float(fen(plan.fee.amount)) / 100) if plan.fee else "0"
    held = [_bundle(header, one) for one in plan.allowances]
    parts = [f"月费{fee}元" + (f"，含{'、'.join(held)}" if held else "")]
    parts += [words for rate in plan.rates if (words := _rate(header, rate))]
    if plan.min_spend:
        parts.append(f"最低消费{_number(float(plan.min_spend))}元")
    if plan.cap:
        parts.append(f"月封顶{_number(float(plan.cap.amount))}元")
    return "；".join(parts)


def _number(value: float) -> str:
    return f"{value:.4f}".rstrip("0").rstrip(".")


def _service(header: Header, names: Sequence[str]) -> str:
    return header.classes[names[0]].service


def _bundle(header: Header, one: Allowance) -> str:
    service = _service(header, one.of)
    units = amount(one.units, header.conventions.kilo)
    if service == "data":
        megabytes = units / header.conventions.kilo**2
        size = f"{_number(megabytes / 1024)}GB" if megabytes >= 1024 else f"{_number(megabytes)}MB"
        return f"{size}流量"
    return f"{units // 60}分钟" if service == "voice" else f"{units}条短信"


def _rate(header: Header, rate: Rate) -> str:
    """Say what a priced rate costs; free ones are left out."""
    titles = [title.zh if (title := header.classes[name].title) else name for name in rate.of]
    tier = rate.tiers[0] if rate.tiers else rate
    if tier.price is None or tier.price == 0:
        return ""
    service, per = _service(header, rate.of), tier.per
    unit = {"voice": "分钟", "data": "MB", "sms": "条"}[service]
    size = amount(per, header.conventions.kilo) if per is not None else 1
    if service == "data":
        unit, size = ("GB", 1) if size >= header.conventions.kilo**2 * 1000 else ("MB", 1)
        price = float(tier.price)
    else:
        price = float(tier.price) * (60 / size if service == "voice" else 1 / size)
    when = "".join(header.timings[name].title.zh for name in rate.when if header.timings[name].title)  # type: ignore[union-attr]
    return f"{when}{'、'.join(titles)}{_number(price)}元/{unit}"


def differing_classes(header: Header, old: Plan, new: Plan) -> list[str]:
    """Name the classes whose bundles or prices are not the same in two plans, in the price list's order."""
    return [name for name in header.classes if _terms(header, old, name) != _terms(header, new, name)]


def _terms(header: Header, plan: Plan, name: str) -> str:
    kilo = header.conventions.kilo
    bundles = [[amount(one.units, kilo), one.when, one.rollover] for one in plan.allowances if name in one.of]
    rates = [one.model_dump(mode="json", exclude={"of"}, exclude_unset=True) for one in plan.rates if name in one.of]
    return json.dumps([bundles, rates], sort_keys=True)
