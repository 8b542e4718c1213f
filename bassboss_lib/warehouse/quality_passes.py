"""The passes that quality rules make over a table: sums, rows by key, rows by day, repeated rows.

Rules say what they need, and each pass is made once for all of them: of call records, which are larger than everything
else together, four passes serve some thirty rules. What a pass gives is small, and rules are made of it in memory. The
expressions are narwhals, so they mean the same on every engine and in memory.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from functools import reduce
from operator import and_
from typing import Any

import narwhals as nw
import pyarrow as pa

from bassboss_lib import months
from bassboss_lib.warehouse.quality_rules import Condition

__all__ = ["Measure", "Tables", "among", "by_day", "by_key", "holds", "repeats_grouped", "sums", "term"]

Measure = tuple[str, tuple[Condition, ...]]
"""A sum: of a column, or of ones where it is empty, over the rows that meet all conditions."""

Asked = tuple[str, str, str, tuple[Condition, ...]]
"""What a pass was made for: its name, a unit, a column, and the rows looked at."""


@dataclass(frozen=True)
class Tables:
    """How figures get at tables.

    Parameters
    ----------
    month : str
        Month judged.
    scan : function
        Unit name and month to a narwhals frame; None where nothing was delivered.
    collect : function
        A frame to an Arrow table.
    repeats : function
        A frame and the columns of a key to the number of rows beyond the first of their key.
    made : dict
        What the passes made so far have given.
    """

    month: str
    scan: Callable[[str, str], Any]
    collect: Callable[[Any], pa.Table]
    repeats: Callable[[Any, Sequence[str]], int]
    made: dict[Asked, Any] = field(default_factory=dict, repr=False, compare=False)

    def row(self, frame: Any) -> dict[str, Any]:
        """Give the only row of a frame."""
        return self.collect(frame).to_pylist()[0]

    def once(self, asked: Asked, make: Callable[[], Any]) -> Any:
        """Give what a pass gives, and make it only the first time."""
        if asked not in self.made:
            self.made[asked] = make()
        return self.made[asked]


def sums(tables: Tables, frame: Any, wanted: Iterable[Measure]) -> dict[Measure, float]:
    """Give sums over a frame, all from one scan; a sum over no rows is nothing, on every engine."""
    names = {measure: f"m{place}" for place, measure in enumerate(dict.fromkeys(wanted))}
    if not names:
        return {}
    found = tables.row(frame.select(**{name: _sum(one, tables.month) for one, name in names.items()}))
    return {measure: float(found[name] or 0) for measure, name in names.items()}


def by_key(tables: Tables, unit: str, column: str, looked_at: tuple[Condition, ...]) -> pa.Table | None:
    """Give ``key`` and ``rows``: how many rows of a unit have each value of a column; None if it was not delivered."""

    def made() -> pa.Table | None:
        frame = among(tables.scan(unit, tables.month), looked_at, tables.month)
        if frame is None:
            return None
        return tables.collect(frame.select(key=nw.col(column)).group_by("key").agg(rows=nw.len()))

    return tables.once(("key", unit, column, looked_at), made)


def by_day(tables: Tables, unit: str, column: str, looked_at: tuple[Condition, ...]) -> list[int]:
    """Give the rows of every day of the month, days without any as 0; what is of another month came late."""

    def made() -> list[int]:
        own = (*looked_at, Condition(column=column, period="same"))
        frame = among(tables.scan(unit, tables.month), own, tables.month)
        counted = frame.with_columns(day=nw.col(column).dt.day()).group_by("day").agg(rows=nw.len())
        found = {row["day"]: row["rows"] for row in tables.collect(counted).to_pylist()}
        return [found.get(day, 0) for day in range(1, months.last_day(tables.month).day + 1)]

    return tables.once(("day", unit, column, looked_at), made)


def repeats_grouped(frame: Any, columns: Sequence[str]) -> int:
    """Count the rows beyond the first of their key in a frame held in memory."""
    counted = frame.group_by(*columns).agg(rows=nw.len())
    return int((counted["rows"] - 1).sum() or 0)


def among(frame: Any, conditions: tuple[Condition, ...], month: str) -> Any:
    """Give the rows of a frame that meet all conditions; None of None."""
    return frame.filter(holds(conditions, month)) if frame is not None and conditions else frame


def _sum(measure: Measure, month: str) -> Any:
    column, conditions = measure
    return term(measure, month).sum() if column or conditions else nw.len()


def term(measure: Measure, month: str) -> Any:
    """Give what one row adds to a measure."""
    column, conditions = measure
    value = nw.col(column) if column else nw.lit(1)
    return nw.when(holds(conditions, month)).then(value).otherwise(nw.lit(0)) if conditions else value


def holds(conditions: Iterable[Condition], month: str) -> Any:
    """Give the expression that all conditions hold."""
    return reduce(and_, [_test(one, month) for one in conditions])


def _test(one: Condition, month: str) -> Any:
    (asked,) = one.model_fields_set - {"column"}
    return TESTS[asked](nw.col(one.column), getattr(one, asked), month)


def _any_of(column: Any, codes: tuple[str, ...], _: str) -> Any:
    return column == codes[0] if len(codes) == 1 else column.is_in(codes)


def _in_period(column: Any, asked: str, month: str) -> Any:
    first = datetime.combine(months.first_day(month), time.min)
    if asked == "earlier":
        return column < nw.lit(first)
    return (column >= nw.lit(first)) & (column < nw.lit(_end(month)))


def _end(month: str) -> datetime:
    return datetime.combine(months.last_day(month) + timedelta(days=1), time.min)


TESTS: dict[str, Callable[[Any, Any, str], Any]] = {
    "empty": lambda column, wanted, _: column.is_null() if wanted else ~column.is_null(),
    "any_of": _any_of,
    "none_of": lambda column, codes, _: ~column.is_in(codes) & ~column.is_null(),
    "below": lambda column, edge, _: column < edge,
    "above": lambda column, edge, _: column > edge,
    "before_column": lambda column, other, _: column < nw.col(other),
    "period": _in_period,
}
