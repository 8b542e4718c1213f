"""Arithmetic on months, which are text ``YYYYMM`` (账期) and never numbers."""

import calendar
import re
from datetime import date

from bassboss_lib.errors import CallError

__all__ = ["add", "days", "first_day", "is_month", "last_day", "of", "require", "span", "until"]

_PATTERN = re.compile(r"(19|20)\d\d(0[1-9]|1[0-2])")


def is_month(text: object) -> bool:
    """Tell whether ``text`` is a month.

    Examples
    --------
    >>> is_month("202602"), is_month("202613"), is_month(202602)
    (True, False, False)
    """
    return isinstance(text, str) and _PATTERN.fullmatch(text) is not None


def require(text: object) -> str:
    """Give ``text`` back if it is a month; raise `CallError` if not."""
    if not is_month(text):
        raise CallError(f"{text!r} is not a month", where="month", remedy="write it as YYYYMM, such as 202610")
    return str(text)


def add(month: str, count: int) -> str:
    """Move ``count`` months forward, or back if negative.

    Examples
    --------
    >>> add("202611", 3), add("202601", -1)
    ('202702', '202512')
    """
    index = int(require(month)[:4]) * 12 + int(month[4:]) - 1 + count
    return f"{index // 12:04d}{index % 12 + 1:02d}"


def until(first: str, last: str) -> int:
    """Count the months from ``first`` to ``last``.

    Examples
    --------
    >>> until("202511", "202602")
    3
    """
    return (int(last[:4]) - int(first[:4])) * 12 + int(last[4:]) - int(first[4:])


def span(first: str, last: str) -> list[str]:
    """List the months from ``first`` to ``last``, both included.

    Examples
    --------
    >>> span("202511", "202601")
    ['202511', '202512', '202601']
    """
    return [add(first, step) for step in range(until(first, last) + 1)]


def days(month: str) -> int:
    """Count the days of a month."""
    return calendar.monthrange(int(month[:4]), int(month[4:]))[1]


def first_day(month: str) -> date:
    """Give the first day of a month."""
    return date(int(month[:4]), int(month[4:]), 1)


def last_day(month: str) -> date:
    """Give the last day of a month.

    Examples
    --------
    >>> last_day("202802")
    datetime.date(2028, 2, 29)
    """
    return first_day(month).replace(day=days(month))


def of(day: date) -> str:
    """Give the month of a day.

    Examples
    --------
    >>> of(date(2026, 10, 31))
    '202610'
    """
    return f"{day:%Y%m}"
