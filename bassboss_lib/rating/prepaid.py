"""A prepaid balance that runs out: what it means, call by call, in the reference engine's exact numbers.

A month's fee is taken when the month begins, all of it, even below zero. Top-ups are there for every call that starts
at their second or later. A call that costs more than the balance holds is cut: it lasts for the greatest number of
units that the balance pays for, which may be none; what a bundle covers costs nothing, and is made on an empty balance
too. `rate_purses` does the same for everybody at once.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bassboss_lib.errors import CallError
from bassboss_lib.rating.catalogue import Header
from bassboss_lib.rating.closing import closing_lines
from bassboss_lib.rating.moments import Timetable
from bassboss_lib.rating.plan import Plan
from bassboss_lib.rating.pools import Pools
from bassboss_lib.rating.records import Bill, Call, Month
from bassboss_lib.rating.reference import OwnerMonth

__all__ = ["Prepaid", "Purse", "rate_prepaid", "refuse_unsettled"]


@dataclass(frozen=True)
class Purse:
    """What a balance holds before the first month, in fen, and top-ups in the order of time: moment and fen."""

    start_fen: int
    top_ups: Sequence[tuple[datetime, int]] = ()


@dataclass(frozen=True)
class Prepaid:
    """A month under a balance: the bill of what was made, the units made of each call, and what is left at its end."""

    bill: Bill
    units: list[int]
    left_fen: int


def refuse_unsettled(header: Header, plan: Plan) -> None:
    """Refuse a plan whose calls do not cost, one after the other, what its bill says.

    Raises
    ------
    CallError
        If a discount, cap, least spend or tax closes the bill, tiers by volume make more use cheaper, or it is a
        group's plan.
    """
    closing = plan.discounts or plan.cap or plan.min_spend or header.tax.percent is not None
    falling = any(rate.steps is not None and rate.steps.policy == "volume" for rate in plan.rates)
    why = {"its bill is closed by more than fee and use": closing, "its tiers are by volume": falling}
    why["it is for groups"] = plan.scope == "group"
    for reason, holds in why.items():
        if holds:
            what = f"no balance can be simulated under plan {plan.id}: {reason}"
            raise CallError(what, where="prepaid", remedy="rate it as if the balance sufficed")


def rate_prepaid(
    header: Header, plan: Plan, months: Sequence[Month], purse: Purse, timetable: Timetable | None = None
) -> list[Prepaid]:
    """Rate an owner's months under a plan as far as a balance goes.

    Raises
    ------
    CallError
        If the plan's bill is not the sum of fee and calls (`refuse_unsettled`).
    """
    refuse_unsettled(header, plan)
    pools, known = Pools(header, plan), timetable or Timetable(header.timings)
    balance, due, made = purse.start_fen, list(purse.top_ups), []
    for month in months:
        pools.open(month.first_day.year * 12 + month.first_day.month)
        owner, units, charges = OwnerMonth(header, plan, pools, known), [], []
        balance -= sum(line.amount_fen for line in closing_lines(header, plan, month, []))
        for call in month.calls:
            while due and due[0][0] <= call.start:
                balance += due.pop(0)[1]
            count, cost = _made(owner, call, balance)
            units.append(count)
            charges.append(cost)
            balance -= cost
        while due and due[0][0] < _next_month(month.first_day):
            balance += due.pop(0)[1]
        made.append(Prepaid(Bill(charges, closing_lines(header, plan, month, owner.rate_lines())), units, balance))
    return made


def _made(owner: OwnerMonth, call: Call, balance: int) -> tuple[int, int]:
    """Rate the greatest number of units of a call that a balance pays for; give them and what they cost."""

    def paid(units: int) -> bool:
        return owner.copy().charge(replace(call, units=units)) <= max(balance, 0)

    if paid(call.units):
        return call.units, owner.charge(call)
    low, high = 0, call.units
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if paid(middle) else (low, middle)
    return low, owner.charge(replace(call, units=low)) if low else 0


def _next_month(first_day: datetime) -> datetime:
    return (first_day.replace(day=28) + timedelta(days=4)).replace(day=1)
