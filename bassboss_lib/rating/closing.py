"""How the reference engine closes a month's bill, line by line: fee, rates, discounts, cap, least spend, tax."""

from calendar import monthrange
from decimal import Decimal
from fractions import Fraction

from bassboss_lib.rating.catalogue import Header
from bassboss_lib.rating.plan import Discount, Fee, Plan
from bassboss_lib.rating.pricing import rounded
from bassboss_lib.rating.quantities import fen
from bassboss_lib.rating.records import Line, Month

__all__ = ["closing_lines"]


def closing_lines(header: Header, plan: Plan, month: Month, rates: list[Line]) -> list[Line]:
    """Close a bill: the given lines of rates, and what is added to them, in the order of the bill.

    The fee comes first; discounts are taken in the plan's order off what they name, and ask for the bill before any
    discount; then the bill's cap, the least spend, and tax if prices are without it.
    """
    lines = [Line("fee", "", _fee(header, plan.fee, month))] if plan.fee is not None else []
    lines += rates
    fee, gross = _sum(lines, "fee"), sum(line.amount_fen for line in lines)
    for number, one in enumerate(plan.discounts):
        base = {"bill": sum(line.amount_fen for line in lines), "fee": fee, "usage": gross - fee}[one.of]
        if one.when is None or gross > fen(one.when.bill_over):
            lines.append(Line("discount", str(number), -_off(header, one, base)))
    total = sum(line.amount_fen for line in lines)
    if plan.cap is not None and total > fen(plan.cap.amount):
        lines.append(Line("cap", "", int(fen(plan.cap.amount)) - total))
    total = sum(line.amount_fen for line in lines)
    if plan.min_spend is not None and total < fen(plan.min_spend):
        lines.append(Line("min_spend", "", int(fen(plan.min_spend)) - total))
    if header.tax.percent is not None:
        total = sum(line.amount_fen for line in lines)
        lines.append(Line("tax", "", int(rounded(header, total * Fraction(header.tax.percent) / 100))))
    return [line for line in lines if line.amount_fen or line.kind == "fee"]


def _fee(header: Header, fee: Fee, month: Month) -> int:
    days = monthrange(month.first_day.year, month.first_day.month)[1]
    active = month.active_days if fee.prorate == "daily" or fee.period == "day" else days
    member_days = month.active_days * month.members if month.member_days is None else month.member_days
    of_members = member_days if fee.prorate == "daily" or fee.period == "day" else days * month.members
    cost = fen(fee.amount) * active
    if fee.per_member is not None:
        cost += fen(fee.per_member) * of_members
    return int(rounded(header, cost if fee.period == "day" else cost / days))


def _off(header: Header, discount: Discount, base: int) -> int:
    if discount.percent is not None:
        return int(rounded(header, base * Fraction(discount.percent) / 100))
    return min(base, int(fen(discount.amount or Decimal(0))))


def _sum(lines: list[Line], kind: str) -> int:
    return sum(line.amount_fen for line in lines if line.kind == kind)
