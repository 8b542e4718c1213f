"""Plans in words, zh and en: the same plan gives the same sentences, and two plans the items in which they differ."""

import re
from dataclasses import dataclass
from typing import Literal

from bassboss_lib.rating.catalogue import Header
from bassboss_lib.rating.plan import Allowance, Discount, Fee, Plan, Rate, Tier
from bassboss_lib.rating.pricelist import Catalogue, unrated
from bassboss_lib.rating.records import Line

__all__ = ["Difference", "Language", "differences", "line_words", "show"]

Language = Literal["zh", "en"]
UNITS = {"s": ("秒", "s"), "min": ("分钟", "minutes"), "h": ("小时", "hours"), "": ("条", "")}
LINES = {
    "fee": ("月固定费", "fee"),
    "usage": ("使用费", "use"),
    "discount": ("优惠", "discount"),
    "cap": ("封顶减免", "cap of the bill"),
    "min_spend": ("最低消费补足", "up to the least spend"),
    "tax": ("税", "tax"),
}


@dataclass(frozen=True)
class Difference:
    """An item on which two plans differ: its key, its title, the unit of its volume, and each plan's words."""

    item: str
    title: str
    unit: str
    first: str
    second: str


def show(catalogue: Catalogue, plan: Plan, language: Language) -> list[str]:
    """Tell a plan in sentences: fee, bundles, prices, discounts, bounds."""
    header, zh = catalogue.header, language == "zh"
    name = plan.name.zh if plan.name and zh else plan.name.en if plan.name else plan.id
    pay = {"postpaid": ("后付费", "postpaid"), "prepaid": ("预付费", "prepaid")}[plan.payment][not zh]
    group = ("，按家庭（集团）计费" if zh else ", rated by group") if plan.scope == "group" else ""
    lines = [f"{name}（{plan.id}），{pay}{group}。" if zh else f"{name} ({plan.id}), {pay}{group}."]
    lines += [_fee(plan.fee, zh)] if plan.fee else []
    lines += [f"{_bundle(header, one, zh)}{'。' if zh else '.'}" for one in plan.allowances]
    for rate in plan.rates:
        lines.append(
            f"{_names(header, rate.of, rate.when, zh)}{'：' if zh else ': '}{_rate(rate, zh)}{'。' if zh else '.'}"
        )
    lines += [_discount(one, zh) for one in plan.discounts]
    lines += _bounds(plan, zh)
    free = unrated(catalogue, plan)
    if free:
        names = _names(header, free, [], zh)
        lines.append(f"未定价（不收费）：{names}。" if zh else f"Not rated, at no cost: {names}.")
    return lines


def differences(catalogue: Catalogue, first: Plan, second: Plan, language: Language) -> list[Difference]:
    """Give the items on which two plans differ: fee, bounds, and classes of use with their bundles and prices."""
    header, zh = catalogue.header, language == "zh"
    found = []
    for item, title in (("fee", ("月固定费", "fee")), ("bounds", ("封顶、最低消费与优惠", "bounds and discounts"))):
        ours, theirs = (_general(plan, item, zh) for plan in (first, second))
        if ours != theirs:
            found.append(Difference(item, title[not zh], "", ours, theirs))
    for name in header.classes:
        ours, theirs = (_of_class(header, plan, name, zh) for plan in (first, second))
        if ours != theirs:
            unit = {"voice": ("分钟", "min"), "data": ("MB", "MB"), "sms": ("条", "msg")}[header.classes[name].service]
            found.append(Difference(name, _names(header, [name], [], zh), unit[not zh], ours, theirs))
    return found


def line_words(header: Header, plan: Plan, line: Line, language: Language) -> str:
    """Name a line of a bill."""
    zh = language == "zh"
    if line.kind == "rate":
        rate = plan.rates[int(line.which)]
        return f"{_names(header, rate.of, rate.when, zh)}{'：' if zh else ': '}{_rate(rate, zh)}"
    if line.kind == "discount":
        return _discount(plan.discounts[int(line.which)], zh).rstrip("。.")
    return LINES[line.kind][not zh]


def _general(plan: Plan, item: str, zh: bool) -> str:
    if item == "fee":
        return _fee(plan.fee, zh) if plan.fee else ""
    return (" " if not zh else "").join([*_bounds(plan, zh), *(_discount(one, zh) for one in plan.discounts)])


def _of_class(header: Header, plan: Plan, name: str, zh: bool) -> str:
    bundles = [f"{_bundle(header, one, zh)}" for one in plan.allowances if name in one.of]
    rates = [_when(header, one.when, zh) + _rate(one, zh) for one in plan.rates if name in one.of]
    return ("；" if zh else "; ").join(bundles + rates)


def _names(header: Header, of: list[str], when: list[str], zh: bool) -> str:
    titles = [_title(header.classes[name].title, name, zh) for name in of]
    return ("、" if zh else ", ").join(titles) + _when(header, when, zh)


def _when(header: Header, when: list[str], zh: bool) -> str:
    times = [_title(header.timings[name].title, name, zh) for name in when]
    return f"（{'、'.join(times)}）" if times and zh else f" ({', '.join(times)}) " if times else ""


def _title(title: object, name: str, zh: bool) -> str:
    return name if title is None else str(getattr(title, "zh" if zh else "en"))


def _quantity(quantity: str | int, zh: bool) -> str:
    number, unit = re.fullmatch(r"(\d+)(\D*)", str(quantity)).groups()  # type: ignore[union-attr]
    if not unit and not zh:
        return "1 message" if number == "1" else f"{number} messages"
    return f"{number} {UNITS[unit][not zh] if unit in UNITS else unit}"


def _yuan(money: object, zh: bool) -> str:
    return f"{money} 元" if zh else f"{money} yuan"


def _fee(fee: Fee, zh: bool) -> str:
    month = fee.period == "month"
    text = (
        f"{'月' if month else '日'}费 {_yuan(fee.amount, zh)}"
        if zh
        else f"The fee a {fee.period} is {_yuan(fee.amount, zh)}"
    )
    if fee.per_member is not None:
        each = _yuan(fee.per_member, zh)
        text += f"，每名成员另收 {each}" if zh else f", and {each} for each member"
    if fee.prorate == "daily" and month:
        text += "，按在网天数折算" if zh else ", by days in network"
    return text + ("。" if zh else ".")


def _bundle(header: Header, one: Allowance, zh: bool) -> str:
    names = _names(header, one.of, one.when, zh)
    units = _quantity(one.units, zh)
    text = f"包含 {units}：{names}" if zh else f"Includes {units}: {names.strip()}"
    if one.rollover:
        text += (
            f"，余量可结转 {one.rollover} 个月" if zh else f", what is left may be used for {one.rollover} more months"
        )
    if one.shared:
        text += "，成员共享" if zh else ", shared by the members"
    return text


def _rate(rate: Rate, zh: bool) -> str:
    parts = [_tiers(rate, zh)] if rate.steps else [_price(rate, zh)]
    if rate.steps and rate.steps.on != "call" and rate.increment:
        first, after = (_step(one, zh) for one in rate.increment)
        parts.append(f"每次按 {first} 起、每 {after} 计" if zh else f"each call counted by {first}, then {after}")
    for money, (chinese, english) in (
        (rate.connect, ("每次接通费", "connection")),
        (rate.max_per_call, ("每次最高", "at most a call")),
    ):
        if money is not None:
            parts.append(f"{chinese if zh else english} {_yuan(money, zh)}")
    if rate.cap is not None:
        word = {"day": "每日封顶", "month": "每月封顶"} if zh else {"day": "at most a day", "month": "at most a month"}
        parts.append(f"{word[rate.cap.per]} {_yuan(rate.cap.amount, zh)}")
    if rate.surcharge is not None:
        extra = (
            f"{rate.surcharge.percent} %" if rate.surcharge.percent is not None else _yuan(rate.surcharge.amount, zh)
        )
        parts.append(f"加收 {extra}" if zh else f"plus {extra}")
    return ("，" if zh else ", ").join(parts)


def _price(part: Rate | Tier, zh: bool) -> str:
    if not part.price:
        return "免费" if zh else "free"
    per = _quantity(1 if part.per is None else part.per, zh)
    text = f"{_yuan(part.price, zh)} / {per}"
    if part.increment:
        first, after = (_step(one, zh) for one in part.increment)
        text += f"，按 {first} 起、每 {after} 计" if zh else f", counted by {first}, then {after}"
    return text


def _step(quantity: str | int, zh: bool) -> str:
    return _quantity(f"{quantity}s" if isinstance(quantity, int) else quantity, zh)


def _tiers(rate: Rate, zh: bool) -> str:
    on = rate.steps.on if rate.steps else "call"
    count = {
        "call": ("每次", "of each call"),
        "month": ("每月", "of the month"),
        "month_overage": ("每月超出部分", "of the month beyond bundles"),
    }
    parts = []
    for tier in rate.tiers:
        until = ("以上" if zh else "beyond") if tier.to is None else f"{'至' if zh else 'up to'} {_step(tier.to, zh)}"
        text = f"{until} {_price(tier, zh)}"
        if tier.block is not None:
            size, cap = _quantity(tier.block.size, zh), _yuan(tier.block.cap, zh)
            text += f"（每 {size} 最高 {cap}）" if zh else f" (at most {cap} for each {size})"
        parts.append(text)
    volume = rate.steps is not None and rate.steps.policy == "volume"
    whole = ("，全部用量按所达档计价" if zh else ", all at the price of the tier reached") if volume else ""
    return count[on][not zh] + " " + ("；" if zh else "; ").join(parts) + whole


def _discount(one: Discount, zh: bool) -> str:
    of = {"bill": ("账单", "bill"), "fee": ("固定费", "fee"), "usage": ("使用费", "use")}[one.of][not zh]
    off = f"{one.percent} %" if one.percent is not None else _yuan(one.amount, zh)
    over = ""
    if one.when is not None:
        over = (
            f"账单超过 {_yuan(one.when.bill_over, zh)} 时，"
            if zh
            else f" if it is above {_yuan(one.when.bill_over, zh)}"
        )
    return f"{over}{of}优惠 {off}。" if zh else f"{off} off the {of}{over}."


def _bounds(plan: Plan, zh: bool) -> list[str]:
    lines = []
    if plan.cap is not None:
        most = _yuan(plan.cap.amount, zh)
        lines.append(f"账单每月封顶 {most}。" if zh else f"The bill is at most {most} a month.")
    if plan.min_spend is not None:
        least = _yuan(plan.min_spend, zh)
        lines.append(f"最低消费 {least}。" if zh else f"The bill is at least {least} a month.")
    return lines
