"""The reference engine: what a plan means, call by call, in exact numbers. It is slow, and it is right.

Prices come in as decimals and are kept as fractions, since 0.19 a minute is no whole price for a second; amounts leave
as whole fen. Every other engine of this room must give the same bills. Read `rate_owner` first, then `OwnerMonth.rate`.

The rules, where a plan leaves them open: the increments of the rate that holds at a call's start round the whole call;
bundles are used up in the order of time, lower priority numbers first; in a split call each part is rated under its own
rate, increments and steps running on; what a rate costs in the month is capped last; a month's steps, and every rate
where rounding is not per call, post the growth of their rounded running total, so that charges add up to the bill.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from fractions import Fraction

from bassboss_lib.rating.catalogue import Header
from bassboss_lib.rating.closing import closing_lines
from bassboss_lib.rating.moments import Timetable
from bassboss_lib.rating.plan import Plan, Rate
from bassboss_lib.rating.pools import Pools
from bassboss_lib.rating.pricing import billed_units, rounded, span, volume_price
from bassboss_lib.rating.quantities import fen
from bassboss_lib.rating.records import Bill, Call, Line, Month

__all__ = ["OwnerMonth", "rate_owner"]

Piece = tuple[int | None, int, int]
"""A part of a call: its rate, units that bundles cover, units that they do not."""


def rate_owner(header: Header, plan: Plan, months: Sequence[Month], timetable: Timetable | None = None) -> list[Bill]:
    """Rate an owner's months under a plan, in order; a timetable of the catalogue may be shared between calls.

    Returns
    -------
    list of Bill
        One per month. Fees and bundles of a month hold for the whole month; bundles that roll over are handed on while
        months follow each other without a gap.
    """
    pools, known = Pools(header, plan), timetable or Timetable(header.timings)
    bills = []
    for month in months:
        pools.open(month.first_day.year * 12 + month.first_day.month)
        owner = OwnerMonth(header, plan, pools, known)
        charges = [owner.charge(call) for call in month.calls]
        bills.append(Bill(charges, closing_lines(header, plan, month, owner.rate_lines())))
    return bills


@dataclass
class OwnerMonth:
    """The state of one owner in one month: what each rate has cost and counted so far."""

    header: Header
    plan: Plan
    pools: Pools
    timetable: Timetable
    cost: dict[int, Fraction] = field(default_factory=dict)
    position: dict[int, int] = field(default_factory=dict)
    charged: dict[int, int] = field(default_factory=dict)
    today: dict[tuple[int, object], Fraction] = field(default_factory=dict)

    def copy(self) -> "OwnerMonth":
        """Give a state to try a call on."""
        cost, position, charged, today = dict(self.cost), dict(self.position), dict(self.charged), dict(self.today)
        return replace(self, pools=self.pools.copy(), cost=cost, position=position, charged=charged, today=today)

    def charge(self, call: Call) -> int:
        """Rate a call and give what it adds to the bill, in fen."""
        before = self._posted()
        self.rate(call)
        return int(self._posted() - before)

    def rate(self, call: Call) -> None:
        """Rate a call: choose its rate, round it, debit bundles, price what is left, part by part."""
        units = call.units
        if units == 0 and self.header.conventions.zero_duration == "first_increment":
            units = 1
        if call.name is None or units == 0:
            return
        raw = self.header.conventions.allowance == "raw"
        held = self._rate_at(call.name, call.start)
        whole = units if raw else self._rounded_up(held, units)
        left: list[Piece] = []  # the rate, and the units that no bundle covers, of each part of the call
        for moment, part in self._parts(call, whole):
            rate = self._rate_at(call.name, moment)
            beyond = self.pools.take(call.name, self.timetable.at(moment), call.member, part)
            left.append((rate, part - beyond, beyond))
        if raw:
            self._round_rest(held, left)
        self._price(call, _merged(left))

    def _round_rest(self, held: int | None, left: list[Piece]) -> None:
        """Round what no bundle covers, as a call of its own; what rounding adds belongs to its last part."""
        beyond = sum(part[2] for part in left)
        for number in reversed(range(len(left))):
            rate, covered, own = left[number]
            if own:
                left[number] = (rate, covered, own + self._rounded_up(held, beyond) - beyond)
                return

    def _price(self, call: Call, parts: list[Piece]) -> None:
        at = 0
        for number, covered, beyond in parts:
            if number is not None:
                rate = self.plan.rates[number]
                if rate.steps is not None and rate.steps.on != "call":
                    self._count(number, rate, covered, beyond)
                elif beyond:
                    self._add(number, rate, call, at, beyond)
            at += beyond

    def _add(self, number: int, rate: Rate, call: Call, at: int, units: int) -> None:
        """Add the cost of a part of a call that begins ``at`` units into what is charged of it."""
        kilo = self.header.conventions.kilo
        cost = span(rate, at + units, kilo) - span(rate, at, kilo)
        if rate.connect is not None and at == 0:
            cost += fen(rate.connect)
        if rate.max_per_call is not None:
            cost = min(cost, fen(rate.max_per_call))
        if rate.surcharge is not None and rate.surcharge.percent is not None:
            cost *= 1 + Fraction(rate.surcharge.percent) / 100
        elif rate.surcharge is not None and rate.surcharge.amount is not None:
            cost += fen(rate.surcharge.amount)
        if self.header.conventions.rounding.per == "call":
            cost = rounded(self.header, cost)
        if rate.cap is not None and rate.cap.per == "day":
            day = (number, call.start.date())
            cost = min(cost, fen(rate.cap.amount) - self.today.get(day, Fraction(0)))
            self.today[day] = self.today.get(day, Fraction(0)) + cost
        self.cost[number] = self._capped(rate, self.cost.get(number, Fraction(0)) + cost)

    def _count(self, number: int, rate: Rate, covered: int, beyond: int) -> None:
        """Move a rate's steps of the month on, and set what it has cost."""
        kilo, steps = self.header.conventions.kilo, rate.steps
        start = self.position.get(number, 0)
        if steps is not None and steps.on == "month":
            start += covered
        self.position[number] = start + beyond
        self.charged[number] = self.charged.get(number, 0) + beyond
        if steps is not None and steps.policy == "volume":
            cost = volume_price(rate, start + beyond, kilo) * self.charged[number]
        else:
            cost = self.cost.get(number, Fraction(0)) + span(rate, start + beyond, kilo) - span(rate, start, kilo)
        self.cost[number] = cost

    def _posted(self) -> Fraction:
        return sum(self._lines().values(), Fraction(0)) if self._by_line() else self._bill_so_far()

    def _by_line(self) -> bool:
        return self.header.conventions.rounding.per != "bill"

    def _bill_so_far(self) -> Fraction:
        costs = (self._capped(self.plan.rates[number], cost) for number, cost in self.cost.items())
        return rounded(self.header, sum(costs, Fraction(0)))

    def _lines(self) -> dict[int, Fraction]:
        return {
            number: rounded(self.header, self._capped(self.plan.rates[number], cost))
            for number, cost in sorted(self.cost.items())
        }

    def rate_lines(self) -> list[Line]:
        """Give a line for every rate with a cost; with rounding per bill, what rounding adds is a line."""
        if self._by_line():
            return [Line("rate", str(number), int(cost)) for number, cost in self._lines().items() if cost]
        return [Line("usage", "", int(self._bill_so_far()))] if self.cost else []

    def _capped(self, rate: Rate, cost: Fraction) -> Fraction:
        return min(cost, fen(rate.cap.amount)) if rate.cap is not None and rate.cap.per == "month" else cost

    def _rate_at(self, name: str, moment: datetime) -> int | None:
        """Choose the heaviest rate that holds for a class at a moment."""
        held = self.timetable.at(moment)
        fitting = [
            (rate.weight, number)
            for number, rate in enumerate(self.plan.rates)
            if name in rate.of and (not rate.when or not held.isdisjoint(rate.when))
        ]
        return max(fitting)[1] if fitting else None

    def _rounded_up(self, number: int | None, units: int) -> int:
        return units if number is None else billed_units(self.plan.rates[number], units, self.header.conventions.kilo)

    def _parts(self, call: Call, units: int) -> list[tuple[datetime, int]]:
        """Cut a call where the timings change, if calls are split; bytes and messages never are."""
        service = self.header.classes[call.name or ""].service
        if self.header.conventions.band_by == "start" or service != "voice":
            return [(call.start, units)]
        parts, at = [], 0
        while at < units:
            moment = call.start + timedelta(seconds=at)
            minute_left = 60 - moment.second
            length = min(minute_left, units - at)
            parts.append((moment, length))
            at += length
        return parts


def _merged(left: list[Piece]) -> list[Piece]:
    """Join neighbouring parts under the same rate."""
    merged: list[Piece] = []
    for number, covered, beyond in left:
        if merged and merged[-1][0] == number:
            _, covered_before, beyond_before = merged.pop()
            merged.append((number, covered_before + covered, beyond_before + beyond))
        else:
            merged.append((number, covered, beyond))
    return merged
