"""Which timings a moment belongs to, by the calendar: weekdays, holidays, weekend days worked, hours.

The atoms of a price list are the sets of timings that can hold at once. They are few, so each moment becomes one small
number, looked up by the kind of its day and its minute. Moments are seconds of the local wall clock since 1970.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from itertools import pairwise
from pathlib import Path

import numpy as np

from bassboss_lib.rating.catalogue import Timing
from bassboss_lib.workspace import read_yaml

__all__ = ["DAY_S", "FIRST_DAY", "Clockwork", "Timetable", "clockwork", "day_kind", "holds", "patterns"]

DAY_S = 86_400
MINUTES = 1440
FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2099, 12, 31)
"""Days that the compiled calendar knows."""
EPOCH = date(1970, 1, 1)
NORMAL, OFF, WORKED = 0, 1, 2


@cache
def _exceptions(country: str) -> dict[date, int]:
    listed = read_yaml(Path(__file__).with_name("holidays.yaml"))
    found: dict[date, int] = {}
    entry = listed[country]  # type: ignore[index]
    for text in entry["free"]:
        first, last = (date.fromisoformat(part) for part in text.split("/"))
        found |= {first + timedelta(days): OFF for days in range((last - first).days + 1)}
    return found | dict.fromkeys(entry["worked"], WORKED)


def day_kind(day: date) -> int:
    """Give the kind of a day: weekday from 0 (Monday), plus 7 on a holiday, plus 14 on a weekend day worked.

    Examples
    --------
    >>> day_kind(date(2026, 10, 1)), day_kind(date(2026, 10, 10)), day_kind(date(2026, 10, 12))
    (10, 19, 0)
    """
    return day.weekday() + 7 * _exceptions("CN").get(day, NORMAL)


def holds(timing: Timing, moment: datetime) -> bool:
    """Tell whether a moment belongs to a timing.

    Examples
    --------
    >>> weekend = Timing.model_validate({"weekdays": [6, 7], "holidays": "CN"})
    >>> holds(weekend, datetime(2026, 10, 1)), holds(weekend, datetime(2026, 10, 10))
    (True, False)
    """
    return _on_day(timing, day_kind(moment.date())) and _at_time(timing, moment.time())


class Timetable:
    """The timings of a price list that hold at a moment, remembered by kind of day and minute."""

    def __init__(self, timings: Mapping[str, Timing]) -> None:
        self._timings = timings
        self._known: dict[tuple[int, int], frozenset[str]] = {}

    def at(self, moment: datetime) -> frozenset[str]:
        """Name the timings that hold."""
        key = day_kind(moment.date()), moment.hour * 60 + moment.minute
        if key not in self._known:
            self._known[key] = frozenset(name for name, timing in self._timings.items() if holds(timing, moment))
        return self._known[key]


def _on_day(timing: Timing, kind: int) -> bool:
    weekday, state = kind % 7 + 1, kind // 7
    if timing.holidays and state == OFF:
        return True
    if timing.holidays and state == WORKED:
        return any(day in timing.weekdays for day in range(1, 6))
    return weekday in timing.weekdays


def _at_time(timing: Timing, moment: time) -> bool:
    start, to = _minute(timing.start), _minute(timing.to)
    minute = moment.hour * 60 + moment.minute
    return start <= minute < to if start < to else minute >= start or minute < to


def _minute(clock: str) -> int:
    return int(clock[:2]) * 60 + int(clock[3:])


@dataclass(frozen=True)
class Clockwork:
    """Timings compiled: ``atom_of[kind of day, minute]``, and the timings that hold in each atom."""

    atoms: tuple[frozenset[str], ...]
    atom_of: np.ndarray
    day_kinds: np.ndarray


def clockwork(timings: Mapping[str, Timing]) -> Clockwork:
    """Compile timings into disjoint atoms; atom 0 is the one without any timing."""
    atoms: dict[frozenset[str], int] = {frozenset(): 0}
    table = np.zeros((21, MINUTES), dtype=np.int8)
    for kind in range(21):
        today = {name: timing for name, timing in timings.items() if _on_day(timing, kind)}
        for start, end in _stretches(today):
            at = time(start // 60, start % 60)
            held = frozenset(name for name, timing in today.items() if _at_time(timing, at))
            table[kind, start:end] = atoms.setdefault(held, len(atoms))
    return Clockwork(tuple(atoms), table, _day_kinds())


def _stretches(timings: Mapping[str, Timing]) -> list[tuple[int, int]]:
    clocks = [clock for timing in timings.values() for clock in (timing.start, timing.to)]
    edges = sorted({0, MINUTES} | {_minute(clock) for clock in clocks})
    return list(pairwise(edges))


def patterns(timings: Mapping[str, Timing]) -> tuple[frozenset[str], ...]:
    """Give the sets of timings that can hold at once, the empty one included."""
    return clockwork(timings).atoms


@cache
def _day_kinds() -> np.ndarray:
    days = range((LAST_DAY - FIRST_DAY).days + 1)
    return np.array([day_kind(FIRST_DAY + timedelta(number)) for number in days], dtype=np.int8)
