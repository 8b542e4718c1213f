"""The figures of quality rules: sums over the rows of a table, as narwhals expressions.

A figure is one sum, or one sum divided by another. Rules of a unit share their sums (the count of all rows, say), so
all of them come from one scan, whatever their number. Figures that need a key or a second table are made one by one.
"""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from functools import reduce
from operator import and_
from statistics import fmean
from typing import Any

import narwhals as nw
import pyarrow as pa

from bassboss_lib import months
from bassboss_lib.warehouse.quality_regions import rows_changed, shares_apart
from bassboss_lib.warehouse.quality_rules import Condition, Rule

__all__ = ["Measure", "Tables", "key_figure", "measures", "row_figures", "term"]

Measure = tuple[str, tuple[Condition, ...]]
"""A sum: of a column, or of ones where it is empty, over the rows that meet all conditions."""


@dataclass(frozen=True)
class Tables:
    """How figures get at tables: a month, the frame of a unit and month, and the way to run a lazy frame.

    Parameters
    ----------
    month : str
        Month judged.
    scan : function
        Unit name and month to a narwhals frame; None where nothing was delivered.
    collect : function
        A frame to an Arrow table.
    """

    month: str
    scan: Callable[[str, str], Any]
    collect: Callable[[Any], pa.Table]

    def row(self, frame: Any) -> dict[str, Any]:
        """Give the only row of a frame."""
        return self.collect(frame).to_pylist()[0]


def row_figures(tables: Tables, frame: Any, known: Sequence[Rule]) -> dict[str, float | None]:
    """Give the figures of row rules of one unit from one scan, by rule."""
    parts = {rule.id: measures(rule) for rule in known}
    wanted = list(dict.fromkeys(measure for pair in parts.values() for measure in pair if measure))
    if not wanted:
        return {}
    names = {measure: f"m{place}" for place, measure in enumerate(wanted)}
    found = tables.row(frame.select(**{name: _sum(one, tables.month) for one, name in names.items()}))
    values = {measure: found[name] for measure, name in names.items()}
    return {name: _divided(values, *pair) for name, pair in parts.items()}


def key_figure(tables: Tables, frame: Any, rule: Rule) -> float | None:
    """Give the figure of a rule that groups by a key or needs a second table; None where that table is missing."""
    return KEYED[rule.kind](tables, _among(frame, rule.among, tables.month), rule)


def measures(rule: Rule) -> tuple[Measure, Measure | None]:
    """Give what a row rule sums, and what that is divided by."""
    among = rule.among
    match rule.kind:
        case "rows" | "regions_rows":
            return ("", among), None
        case "share" | "regions_share":
            return ("", among + rule.where), ("", among)
        case "mean":
            return (rule.columns[0], among), ("", (*among, Condition(column=rule.columns[0], empty=False)))
        case "sum":
            return (rule.columns[0], among), None
        case "sum_share":
            return (rule.columns[0], among + rule.where), (rule.columns[0], among)
    return (rule.columns[0], among), (rule.columns[1], among)


def _divided(values: Mapping[Measure, Any], above: Measure, below: Measure | None) -> float | None:
    part = float(values[above] or 0)
    if below is None:
        return part
    whole = float(values[below] or 0)
    return part / whole if whole else None


def _sum(measure: Measure, month: str) -> Any:
    column, conditions = measure
    return term(measure, month).sum() if column or conditions else nw.len()


def term(measure: Measure, month: str) -> Any:
    """Give what one row adds to a measure."""
    column, conditions = measure
    value = nw.col(column) if column else nw.lit(1)
    return nw.when(_all(conditions, month)).then(value).otherwise(nw.lit(0)) if conditions else value


def _all(conditions: Iterable[Condition], month: str) -> Any:
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


TESTS: dict[str, Callable[[Any, Any, str], Any]] = {
    "empty": lambda column, wanted, _: column.is_null() if wanted else ~column.is_null(),
    "any_of": _any_of,
    "none_of": lambda column, codes, _: ~column.is_in(codes) & ~column.is_null(),
    "below": lambda column, edge, _: column < edge,
    "above": lambda column, edge, _: column > edge,
    "before_column": lambda column, other, _: column < nw.col(other),
    "period": _in_period,
}


def _end(month: str) -> datetime:
    return datetime.combine(months.last_day(month) + timedelta(days=1), time.min)


def _among(frame: Any, conditions: tuple[Condition, ...], month: str) -> Any:
    return frame.filter(_all(conditions, month)) if conditions else frame


def _per_customer(tables: Tables, frame: Any, rule: Rule) -> float | None:
    found = tables.row(frame.select(total=nw.col(rule.columns[0]).sum(), keys=nw.col("pseudonym").n_unique()))
    return float(found["total"]) / found["keys"] if found["keys"] else None


def _duplicate_share(tables: Tables, frame: Any, rule: Rule) -> float | None:
    """Rows beyond the first of their key."""
    counted = frame.group_by(*rule.columns).agg(rows=nw.len())
    found = tables.row(counted.select(rows=nw.col("rows").sum(), keys=nw.len()))
    return (int(found["rows"]) - found["keys"]) / int(found["rows"]) if found["rows"] else None


def _largest_share(tables: Tables, frame: Any, rule: Rule) -> float | None:
    counted = frame.group_by(rule.columns[0]).agg(rows=nw.len())
    found = tables.row(counted.select(most=nw.col("rows").max(), rows=nw.col("rows").sum()))
    return int(found["most"]) / int(found["rows"]) if found["rows"] else None


def _linked(tables: Tables, frame: Any, column: str, other: Any, key: str) -> float | None:
    """Share of rows whose key another table holds; rows without a key count as not held."""
    keys = other.select(there=nw.col(key)).unique(subset=["there"]).with_columns(known=nw.lit(1))
    joined = frame.select(here=nw.col(column)).join(keys, left_on="here", right_on="there", how="left")
    held = nw.when(~nw.col("known").is_null()).then(nw.lit(1)).otherwise(nw.lit(0)).sum()
    found = tables.row(joined.select(rows=nw.len(), held=held))
    return int(found["held"]) / found["rows"] if found["rows"] else None


def _linked_share(tables: Tables, frame: Any, rule: Rule) -> float | None:
    other = _other(tables, rule)
    column = rule.columns[0] if rule.columns else "pseudonym"
    return None if other is None else _linked(tables, frame, column, other, _key(rule))


def _orphan_share(tables: Tables, frame: Any, rule: Rule) -> float | None:
    linked = _linked_share(tables, frame, rule)
    return None if linked is None else 1 - linked


def _absent_share(tables: Tables, frame: Any, rule: Rule) -> float | None:
    """Share of the other table's rows without a row here."""
    other = _other(tables, rule)
    column = rule.columns[0] if rule.columns else "pseudonym"
    linked = None if other is None else _linked(tables, other, _key(rule), frame, column)
    return None if linked is None else 1 - linked


def _part_total(tables: Tables, frame: Any, rule: Rule) -> float | None:
    """The parts here against the total there: relative difference."""
    other = _other(tables, rule)
    if other is None:
        return None
    parts = float(tables.row(frame.select(total=nw.col(rule.columns[0]).sum()))["total"] or 0)
    total = float(tables.row(other.select(total=nw.col(_key(rule)).sum()))["total"] or 0)
    return parts / total - 1 if total else None


def _flow(tables: Tables, frame: Any, rule: Rule) -> float | None:
    """New minus left against arrived minus arrived before, as a share of arrived; ``among`` says who has arrived."""
    month = tables.month
    everyone, before = tables.scan(rule.unit, month), tables.scan(rule.unit, months.add(month, -1))
    if before is None:
        return None
    arrived = tables.row(frame.select(rows=nw.len()))["rows"]
    earlier = tables.row(_among(before, rule.among, months.add(month, -1)).select(rows=nw.len()))["rows"]
    joined = _test(Condition(column="join_date", period="same"), month)
    left = ~_all(rule.among, month) & _test(Condition(column="status_date", period="same"), month)
    ones = {name: nw.when(test).then(nw.lit(1)).otherwise(nw.lit(0)).sum() for name, test in _pairs(joined, left)}
    found = tables.row(everyone.select(**ones))
    moved = int(found["joined"] or 0) - int(found["left"] or 0)
    return abs(arrived - earlier - moved) / arrived if arrived else None


def _pairs(joined: Any, left: Any) -> list[tuple[str, Any]]:
    return [("joined", joined), ("left", left)]


def _days(tables: Tables, frame: Any, rule: Rule) -> list[int]:
    """Rows of every day of the month, days without any as 0; what is of another month came late."""
    own = frame.filter(_in_period(nw.col(rule.columns[0]), "same", tables.month))
    counted = own.with_columns(day=nw.col(rule.columns[0]).dt.day()).group_by("day").agg(rows=nw.len())
    found = {row["day"]: row["rows"] for row in tables.collect(counted).to_pylist()}
    return [found.get(day, 0) for day in range(1, months.last_day(tables.month).day + 1)]


def _missing_days(tables: Tables, frame: Any, rule: Rule) -> float:
    return float(sum(rows == 0 for rows in _days(tables, frame, rule)))


def _day_deviation(tables: Tables, frame: Any, rule: Rule) -> float:
    """The day furthest from the mean of the days, in standard deviations."""
    days = _days(tables, frame, rule)
    mean = fmean(days)
    spread = math.sqrt(fmean((rows - mean) ** 2 for rows in days))
    return max(abs(rows - mean) for rows in days) / spread if spread else 0.0


def _by_region(tables: Tables, frame: Any, rule: Rule, month: str) -> dict[str, dict[str, int]]:
    """Rows of every region, and those of them that count."""
    counted = nw.when(_all(rule.where, month)).then(nw.lit(1)).otherwise(nw.lit(0)) if rule.where else nw.lit(1)
    named = frame.filter(~nw.col(rule.columns[0]).is_null()).select(region=nw.col(rule.columns[0]), hits=counted)
    found = tables.collect(named.group_by("region").agg(rows=nw.len(), hits=nw.col("hits").sum()))
    return {row["region"]: row for row in sorted(found.to_pylist(), key=lambda row: row["region"])}


def _regions_share(tables: Tables, frame: Any, rule: Rule) -> float | None:
    """The region whose share is least like the others', in standard deviations."""
    found = _by_region(tables, frame, rule, tables.month).values()
    return shares_apart([row["rows"] for row in found], [row["hits"] for row in found])


def _regions_rows(tables: Tables, frame: Any, rule: Rule) -> float | None:
    """The region whose rows changed least like the others' against the month before, in standard deviations."""
    earlier = months.add(tables.month, -1)
    frame_before = tables.scan(rule.unit, earlier)
    if frame_before is None:
        return None
    now = _by_region(tables, frame, rule, tables.month)
    before = _by_region(tables, _among(frame_before, rule.among, earlier), rule, earlier)
    return rows_changed(
        [now.get(name, {"rows": 0})["rows"] for name in before], [row["rows"] for row in before.values()]
    )


def _other(tables: Tables, rule: Rule) -> Any:
    if rule.against is None:
        return None
    frame = tables.scan(rule.against.unit, tables.month)
    return None if frame is None else _among(frame, rule.against.where, tables.month)


def _key(rule: Rule) -> str:
    return rule.against.column if rule.against else ""


KEYED: dict[str, Callable[[Tables, Any, Rule], float | None]] = {
    "per_customer": _per_customer,
    "duplicate_share": _duplicate_share,
    "largest_share": _largest_share,
    "linked_share": _linked_share,
    "orphan_share": _orphan_share,
    "absent_share": _absent_share,
    "part_total": _part_total,
    "flow": _flow,
    "missing_days": _missing_days,
    "day_deviation": _day_deviation,
    "regions_share": _regions_share,
    "regions_rows": _regions_rows,
}
