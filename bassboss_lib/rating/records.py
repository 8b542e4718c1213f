"""What the reference engine takes and gives: calls, months, bills, as plain records."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

__all__ = ["Bill", "Call", "Line", "Month"]


@dataclass(frozen=True)
class Call:
    """One event: its class (``None`` is not rated), local start, units (seconds, messages, bytes), and who made it."""

    name: str | None
    start: datetime
    units: int
    member: int = 0


@dataclass(frozen=True)
class Month:
    """What an owner did in a month, in order of time, and how long he was there."""

    first_day: datetime
    active_days: int
    calls: Sequence[Call] = ()
    members: int = 1
    member_days: int | None = None


@dataclass(frozen=True)
class Line:
    """A line of the bill: what kind (fee, rate, usage, discount, cap, min_spend, tax), which one, and fen."""

    kind: str
    which: str
    amount_fen: int


@dataclass(frozen=True)
class Bill:
    """A month's charges in fen, one per call, and the lines whose sum is the bill."""

    charges: list[int]
    lines: list[Line]

    @property
    def total_fen(self) -> int:
        """Give the bill in fen."""
        return sum(line.amount_fen for line in self.lines)
