"""Bundles as the reference engine uses them up: by priority, oldest months first, each member's own or shared."""

from collections.abc import Set as AbstractSet
from copy import copy

from bassboss_lib.rating.catalogue import Header
from bassboss_lib.rating.plan import Allowance, Plan
from bassboss_lib.rating.quantities import amount

__all__ = ["Pools"]


class Pools:
    """The bundles of one owner; ``open`` begins a month, ``take`` debits units.

    What is left of a bundle lives on for ``rollover`` months, while months follow each other.
    """

    def __init__(self, header: Header, plan: Plan) -> None:
        self._kilo = header.conventions.kilo
        self._allowances = sorted(plan.allowances, key=lambda one: one.priority)
        self._month, self._run = 0, 0
        self._left: dict[tuple[str, int], list[int]] = {}

    def copy(self) -> "Pools":
        """Give bundles that are used up on their own from here on."""
        other = copy(self)
        other._left = {key: list(left) for key, left in self._left.items()}
        return other

    def open(self, month: int) -> None:
        """Begin a month, numbered so that the next month is one more."""
        follows = month == self._month + 1
        self._month, self._run = month, self._run + 1 if follows else 0
        self._left = {key: self._carried(key[0], left) for key, left in self._left.items()} if follows else {}

    def _carried(self, name: str, left: list[int]) -> list[int]:
        """Keep the youngest months that may roll over, and add the new month's units at the end."""
        allowance = next(one for one in self._allowances if one.id == name)
        kept = left[-allowance.rollover :] if allowance.rollover else []
        return [*kept, amount(allowance.units, self._kilo)]

    def _of(self, allowance: Allowance, member: int) -> list[int]:
        """Give what is left, oldest month first; a bundle nobody touched is whole in every month that rolled over."""
        key = (allowance.id, 0 if allowance.shared else member)
        untouched = 1 + min(self._run, allowance.rollover)
        return self._left.setdefault(key, [amount(allowance.units, self._kilo)] * untouched)

    def take(self, name: str, timings: AbstractSet[str], member: int, units: int) -> int:
        """Debit units of a class at some timings; give those that no bundle covers."""
        for allowance in self._allowances:
            if units and name in allowance.of and (not allowance.when or any(one in timings for one in allowance.when)):
                left = self._of(allowance, member)
                for place, remaining in enumerate(left):
                    used = min(units, remaining)
                    left[place] -= used
                    units -= used
        return units
