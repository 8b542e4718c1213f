"""Bills of many rows at once: the lines beside the rates, vectorised, equal to the reference engine's closing."""

from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from bassboss_lib.rating.catalogue import Header
from bassboss_lib.rating.compiled import Compiled
from bassboss_lib.rating.plan import Discount, Fee, Plan
from bassboss_lib.rating.pricing import rounded
from bassboss_lib.rating.quantities import fen
from bassboss_lib.rating.usage import Subscriptions

__all__ = ["Bills", "close_bills", "close_plan", "close_quickly", "month_days", "round_ratio"]


@dataclass(frozen=True)
class Bills:
    """One entry per row, in fen: the bill and what it is made of (fee + use + discount + cap + least spend + tax)."""

    total_fen: np.ndarray
    fee_fen: np.ndarray
    use_fen: np.ndarray
    discount_fen: np.ndarray
    cap_fen: np.ndarray
    min_spend_fen: np.ndarray
    tax_fen: np.ndarray


def close_bills(compiled: Compiled, rows: Subscriptions, plan_of_row: np.ndarray, use_fen: np.ndarray) -> Bills:
    """Close the bills of rows whose use costs ``use_fen``."""
    columns = np.zeros((7, len(rows)), dtype=np.int64)
    for place in np.unique(plan_of_row):
        mine = np.flatnonzero(plan_of_row == place)
        these = Subscriptions(*(column[mine] for column in vars(rows).values()))
        columns[:, mine] = close_plan(compiled.catalogue.header, compiled.catalogue.plans[place], these, use_fen[mine])
    return Bills(*columns)


def close_plan(header: Header, plan: Plan, rows: Subscriptions, use_fen: np.ndarray) -> np.ndarray:
    """Close the bills of rows on one plan; give the columns of `Bills`, one row each."""
    fee = _fee(header, plan.fee, rows) if plan.fee is not None else np.zeros_like(use_fen)
    gross = fee + use_fen
    total = gross.copy()
    for one in plan.discounts:
        base = {"bill": total, "fee": fee, "usage": use_fen}[one.of]
        holds = gross > fen(one.when.bill_over) if one.when is not None else True
        total = total - np.where(holds, _off(header, one, base), 0)
    discounted = total
    if plan.cap is not None:
        total = np.minimum(total, int(fen(plan.cap.amount)))
    capped = total
    if plan.min_spend is not None:
        total = np.maximum(total, int(fen(plan.min_spend)))
    spent = total
    if header.tax.percent is not None:
        total = total + round_ratio(header, total, Fraction(header.tax.percent) / 100)
    parts = (total, fee, use_fen, discounted - gross, capped - discounted, spent - capped, total - spent)
    return np.stack(parts)


def close_quickly(header: Header, plan: Plan, use_fen: np.ndarray) -> np.ndarray | None:
    """Close bills of a plan with the same fee for everybody and no discount or tax; ``None`` for other plans."""
    fee = plan.fee
    same = fee is None or (fee.period == "month" and fee.prorate == "none" and fee.per_member is None)
    if not same or plan.discounts or header.tax.percent is not None:
        return None
    total = use_fen + (int(rounded(header, fen(fee.amount))) if fee is not None else 0)
    if plan.cap is not None:
        np.minimum(total, int(fen(plan.cap.amount)), out=total)
    if plan.min_spend is not None:
        np.maximum(total, int(fen(plan.min_spend)), out=total)
    return total


def month_days(month: np.ndarray) -> np.ndarray:
    """Give the number of days of months numbered 12 × year + month − 1.

    Examples
    --------
    >>> month_days(np.array([12 * 2024 + 1, 12 * 2026 + 1]))
    array([29, 28])
    """
    start = (month - 12 * 1970).astype("datetime64[M]")
    return ((start + 1).astype("datetime64[D]") - start.astype("datetime64[D]")).astype(np.int64)


def _fee(header: Header, fee: Fee, rows: Subscriptions) -> np.ndarray:
    days = month_days(rows.month)
    whole = fee.prorate == "none" and fee.period == "month"
    active, of_members = (days, days * rows.members) if whole else (rows.active_days, rows.member_days)
    own, each = fen(fee.amount), fen(fee.per_member) if fee.per_member is not None else Fraction(0)
    shared = own.denominator * each.denominator
    number = active * int(own * shared) + of_members * int(each * shared)
    return _rounded(header, number, shared * (days if fee.period == "month" else np.ones_like(days)))


def _off(header: Header, discount: Discount, base: np.ndarray) -> np.ndarray:
    if discount.percent is not None:
        return round_ratio(header, base, Fraction(discount.percent) / 100)
    return np.minimum(base, int(fen(discount.amount))) if discount.amount is not None else np.zeros_like(base)


def round_ratio(header: Header, base_fen: np.ndarray, part: Fraction) -> np.ndarray:
    """Round a part of amounts in fen by the catalogue's mode; no amount is below zero."""
    return _rounded(header, base_fen * part.numerator, np.full_like(base_fen, part.denominator))


def _rounded(header: Header, number: np.ndarray, parts: np.ndarray) -> np.ndarray:
    rounding = header.conventions.rounding
    step = int(fen(rounding.to))
    unit = parts * step
    whole, rest = number // unit, number % unit
    if rounding.mode == "up":
        whole = whole + (rest > 0)
    elif rounding.mode == "half_up":
        whole = whole + (2 * rest >= unit)
    elif rounding.mode == "half_even":
        whole = whole + ((2 * rest > unit) | ((2 * rest == unit) & (whole % 2 == 1)))
    return whole * step
