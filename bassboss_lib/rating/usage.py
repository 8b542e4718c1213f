"""Usage as columns: events ordered by owner and time, cut into rows of one owner and one month.

An owner is a customer, or a group for plans that are rated by group. Moments are seconds of the local wall clock since
1970. A column of units holds seconds, messages or bytes, after the service of the event's class.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

import numpy as np

from bassboss_lib.errors import InputRefused
from bassboss_lib.rating.moments import DAY_S, EPOCH, FIRST_DAY, LAST_DAY

__all__ = ["Subscriptions", "Usage", "chronological", "local_seconds", "make_usage", "month_index", "month_numbers"]

UNITS_MAX = 1 << 43
"""Units of one event: 8 TB, and far beyond any call."""
FIRST_S = (FIRST_DAY - EPOCH).days * DAY_S
LAST_S = (LAST_DAY - EPOCH).days * DAY_S


@dataclass(frozen=True)
class Subscriptions:
    """Who is billed for which month, ordered by owner and month: one row per owner and month.

    ``month`` is 12 × year + month − 1; ``active_days`` are days in network, ``member_days`` those of all members of a
    group together.
    """

    owner: np.ndarray
    month: np.ndarray
    active_days: np.ndarray
    members: np.ndarray
    member_days: np.ndarray

    def __len__(self) -> int:
        return len(self.owner)


@dataclass(frozen=True)
class Usage:
    """Events ordered by owner and time, and the rows they belong to.

    ``first[r]`` to ``first[r + 1]`` are the events of row r of ``rows``. ``code`` is the combination of attributes that
    `class_codes` gives, ``started_s`` local seconds, ``units`` seconds, messages or bytes, ``member`` the place of a
    group's member.
    """

    rows: Subscriptions
    first: np.ndarray
    code: np.ndarray
    started_s: np.ndarray
    units: np.ndarray
    member: np.ndarray

    def __len__(self) -> int:
        return len(self.rows)

    def part(self, start: int, end: int) -> "Usage":
        """Give some rows; cut only between owners."""
        low, high = int(self.first[start]), int(self.first[end])
        rows = Subscriptions(*(column[start:end] for column in vars(self.rows).values()))
        cut = {name: getattr(self, name)[low:high] for name in ("code", "started_s", "units", "member")}
        return replace(self, rows=rows, first=self.first[start : end + 1] - low, **cut)


def month_index(month: str) -> int:
    """Give the number of a month ``YYYYMM``: 12 × year + month − 1."""
    return int(month[:4]) * 12 + int(month[4:]) - 1


def month_numbers(started_s: np.ndarray) -> np.ndarray:
    """Give the number of the month of each moment.

    Examples
    --------
    >>> month_numbers(np.array([0, 31 * 86400 - 1, 31 * 86400])) - 12 * 1970
    array([0, 0, 1])
    """
    return started_s.astype("datetime64[s]").astype("datetime64[M]").astype(np.int64) + 12 * EPOCH.year


def local_seconds(utc_s: np.ndarray, tz: str) -> np.ndarray:
    """Give local wall-clock seconds of UTC seconds, for sources that store UTC.

    Examples
    --------
    >>> local_seconds(np.array([0]), "Asia/Shanghai").tolist()
    [28800]
    """
    zone = ZoneInfo(tz)
    hours, back = np.unique(utc_s // 900, return_inverse=True)  # offsets change at whole quarters of an hour
    offset = [datetime.fromtimestamp(int(one) * 900, zone).utcoffset() for one in hours]
    return utc_s + np.array([int(one.total_seconds()) if one else 0 for one in offset], dtype=np.int64)[back]


def chronological(owner: np.ndarray, moment: np.ndarray, month: np.ndarray | None = None) -> np.ndarray:
    """Give the order by owner, month billed if given, and moment; of the same second: the order they came in."""
    whose = owner.astype(np.int64) if month is None else owner.astype(np.int64) * 65_536 + month
    low, high = (int(one) for one in (moment.min(initial=0), moment.max(initial=0)))
    if int(whose.max(initial=0)) >= (1 << 62) // (high - low + 1) or whose.min(initial=0) < 0:
        return np.lexsort((moment, whose))
    return np.argsort(whose * (high - low + 1) + (moment - low), kind="stable")  # one key takes half the time


def make_usage(
    owner: np.ndarray,
    started_s: np.ndarray,
    code: np.ndarray,
    units: np.ndarray,
    *,
    member: np.ndarray | None = None,
    rows: Subscriptions | None = None,
    month: np.ndarray | None = None,
) -> Usage:
    """Cut events into rows of owner and month.

    Parameters
    ----------
    owner, started_s, code, units, member : ndarray
        One entry per event, in the order of owner and time (`chronological`).
    month : ndarray of int, optional
        The month that each event is billed in, where that is not the one it began in: what came late. Events are then
        in the order of owner, this month, and time.
    rows : Subscriptions, optional
        Who is billed; default every owner and month with an event, in full, one member.

    Raises
    ------
    InputRefused
        If events are out of order, of negative or impossible size, outside the calendar, or belong to no row.

    Examples
    --------
    >>> at = np.array([0, 40 * 86400]) + 1_700_000_000
    >>> made = make_usage(np.array([7, 7]), at, np.array([64, 64]), np.array([60, 60]))
    >>> made.rows.month - 12 * 2023, made.first
    (array([10, 11]), array([0, 1, 2]))
    """
    _refuse_impossible(started_s, units)
    key = owner.astype(np.int64) * 65_536 + (month_numbers(started_s) if month is None else month)
    if (np.diff(key) < 0).any():
        raise InputRefused("events are not ordered by owner and time", where="usage", remedy="order them first")
    whole = rows if rows is not None else _rows_of(key)
    row_key = whole.owner.astype(np.int64) * 65_536 + whole.month
    first = np.searchsorted(key, row_key)
    ends = np.searchsorted(key, row_key, side="right")
    if (ends - first).sum() != len(key) or (np.diff(row_key) <= 0).any():
        raise InputRefused("events belong to no row, or rows are out of order", where="usage", remedy="give all rows")
    own = np.zeros(len(key), dtype=np.int16) if member is None else member.astype(np.int16)
    return Usage(whole, np.append(first, len(key)), code.astype(np.int16, copy=False), started_s, units, own)


def _refuse_impossible(started_s: np.ndarray, units: np.ndarray) -> None:
    if not np.issubdtype(units.dtype, np.integer) or not np.issubdtype(started_s.dtype, np.integer):
        what = "seconds and units must be whole numbers"
        raise InputRefused(what, where="usage", remedy="refuse rows without them where they are read")
    bad = int(((units < 0) | (units >= UNITS_MAX) | (started_s < FIRST_S) | (started_s >= LAST_S)).sum())
    if bad:
        what = f"{bad:,} of {len(units):,} events are of negative or impossible size, or outside the calendar"
        raise InputRefused(what, where="usage", remedy="refuse them where they are read")


def _rows_of(key: np.ndarray) -> Subscriptions:
    distinct = key[np.append(True, np.diff(key) > 0)] if len(key) else key
    month = distinct % 65_536
    start = (month - 12 * EPOCH.year).astype("datetime64[M]")
    days = ((start + 1).astype("datetime64[D]") - start.astype("datetime64[D]")).astype(np.int64)
    return Subscriptions(distinct // 65_536, month, days, np.ones_like(days), days)
