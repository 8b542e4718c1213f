"""When things happen: the weight of every hour of a month for each kind of event, with weekdays and holidays.

Weights make both how many events a month has and when they fall, so a month with a festival is fuller and its days are
uneven in the way of the calendar.
"""

from datetime import timedelta
from functools import lru_cache

import numpy as np

from bassboss_lib import months
from bassboss_lib.boss.parameters import Calendar
from bassboss_lib.boss.world import World

__all__ = ["KINDS", "Moments", "moments_of"]

KINDS = ("voice", "sms", "data")
HOUR_S = 3600


class Moments:
    """The course of one kind of event over one month.

    Parameters
    ----------
    calendar : Calendar
        Profiles and holidays.
    kind : str
        One of `KINDS`.
    month : str
        ``YYYYMM``.
    """

    def __init__(self, calendar: Calendar, kind: str, month: str) -> None:
        profile = getattr(calendar, kind)
        first, days = months.first_day(month), months.days(month)
        day = np.array([profile.weekdays[(first.weekday() + at) % 7] for at in range(days)])
        for holiday in calendar.holidays:
            inside = [holiday.first <= first + timedelta(days=at) <= holiday.last for at in range(days)]
            day[np.array(inside)] *= getattr(holiday, kind)
        hours = np.array(profile.hours) / np.mean(profile.hours)
        dark = _at_night(calendar)
        self.night_share = float(hours[dark].sum() / hours.sum())
        self.passed = [
            np.concatenate([[0.0], np.cumsum(np.outer(day, hours * part).ravel())]) / (24 * days)
            for part in (~dark, dark)
        ]
        self.edges = np.arange(24 * days + 1) * float(HOUR_S)
        self.level = float(day.mean()) / float(np.mean(profile.weekdays))

    def between(self, chance: np.ndarray, night: np.ndarray, start: np.ndarray, end: np.ndarray) -> np.ndarray:
        """Give the seconds of the month at which events fall, between the seconds ``start`` and ``end`` of each.

        ``night`` (booleans) says which of them fall in the hours of the night.
        """
        second = np.empty(len(chance), np.int64)
        for passed, chosen in zip(self.passed, (~night, night), strict=True):
            low, high = (np.interp(edge[chosen], self.edges, passed) for edge in (start, end))
            second[chosen] = np.interp(low + (high - low) * chance[chosen], passed, self.edges)
        return second


def _at_night(calendar: Calendar) -> np.ndarray:
    """Tell which hours of a day are night."""
    first, last = calendar.night
    hour = np.arange(24)
    return (hour >= first) & (hour < last) if first < last else (hour >= first) | (hour < last)


def moments_of(world: World, month: str) -> dict[str, Moments]:
    """Give the course of each kind of event over a month."""
    return _moments_of(world.calendar.model_dump_json(), month)


@lru_cache(maxsize=4)
def _moments_of(calendar: str, month: str) -> dict[str, Moments]:
    known = Calendar.model_validate_json(calendar)
    return {kind: Moments(known, kind, month) for kind in KINDS}
