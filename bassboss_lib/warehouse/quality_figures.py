"""The figures of quality rules, made of what the passes over the tables give.

What a figure needs is derived from its rule: sums, of which all that any rule asks of a unit come from one scan, or
rows by key, by day, by region. So the time taken goes by the tables, not by the number of rules.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from statistics import fmean
from typing import Any

import narwhals as nw
import pyarrow as pa
import pyarrow.compute as pc

from bassboss_lib import months
from bassboss_lib.warehouse.quality_passes import Measure, Tables, among, by_day, by_key, holds, sums
from bassboss_lib.warehouse.quality_regions import rows_changed, shares_apart
from bassboss_lib.warehouse.quality_rules import ROW_KINDS, Condition, Rule

__all__ = ["figures_of", "measures"]

Sums = Mapping[str, Mapping[Measure, float]]
"""By unit, what its measures sum to."""


def figures_of(tables: Tables, known: Sequence[Rule]) -> dict[str, float | None]:
    """Give the figures of rules, by rule; of units that were not delivered none, of `days_late` none.

    A figure is None where the table it is held against is missing, or where there is nothing to divide by.
    """
    given = {rule.unit for rule in known if tables.scan(rule.unit, tables.month) is not None}
    asked = [rule for rule in known if rule.unit in given and rule.kind != "days_late"]
    wanted: dict[str, list[Measure]] = {}
    for rule in asked:
        for unit, measure in _needed(rule):
            wanted.setdefault(unit, []).append(measure)
    frames = {unit: tables.scan(unit, tables.month) for unit in wanted}
    found = {unit: sums(tables, frame, wanted[unit]) for unit, frame in frames.items() if frame is not None}
    return {rule.id: _figure(tables, found, rule) for rule in asked}


def measures(rule: Rule) -> tuple[Measure, Measure | None]:
    """Give what a row rule sums, and what that is divided by."""
    looked_at = rule.among
    match rule.kind:
        case "rows" | "regions_rows":
            return ("", looked_at), None
        case "share" | "regions_share":
            return ("", looked_at + rule.where), ("", looked_at)
        case "mean":
            return (rule.columns[0], looked_at), ("", (*looked_at, Condition(column=rule.columns[0], empty=False)))
        case "sum":
            return (rule.columns[0], looked_at), None
        case "sum_share":
            return (rule.columns[0], looked_at + rule.where), (rule.columns[0], looked_at)
    return (rule.columns[0], looked_at), (rule.columns[1], looked_at)


def _needed(rule: Rule) -> list[tuple[str, Measure]]:
    """Give the sums a rule is made of, with the unit of each."""
    if rule.kind in ROW_KINDS:
        return [(rule.unit, one) for one in measures(rule) if one]
    match rule.kind:
        case "per_customer" | "part_total":
            return [(rule.unit, (rule.columns[0], rule.among)), *_there(rule)]
        case "duplicate_share":
            return [(rule.unit, ("", rule.among))]
    return []


def _there(rule: Rule) -> list[tuple[str, Measure]]:
    """Give what a rule of two tables sums in the other one."""
    return [(rule.against.unit, (rule.against.column, rule.against.where))] if rule.against else []


def _figure(tables: Tables, found: Sums, rule: Rule) -> float | None:
    if rule.kind in ROW_KINDS:
        above, below = measures(rule)
        return _divided(found[rule.unit][above], found[rule.unit][below] if below else None)
    return OTHERS[rule.kind](tables, found, rule)


def _divided(part: float, whole: float | None) -> float | None:
    if whole is None:
        return part
    return part / whole if whole else None


def _keys(tables: Tables, rule: Rule) -> pa.Table:
    """Give the rows of a rule by its key, which is the customer where it names none."""
    return by_key(tables, rule.unit, rule.columns[0] if rule.columns else "pseudonym", rule.among)


def _per_customer(tables: Tables, found: Sums, rule: Rule) -> float | None:
    customers = by_key(tables, rule.unit, "pseudonym", rule.among)
    return _divided(found[rule.unit][rule.columns[0], rule.among], len(customers) if customers else 0)


def _duplicate_share(tables: Tables, found: Sums, rule: Rule) -> float | None:
    """Rows beyond the first of their key."""
    rows = found[rule.unit]["", rule.among]
    frame = among(tables.scan(rule.unit, tables.month), rule.among, tables.month)
    return tables.repeats(frame, rule.columns) / rows if rows else None


def _largest_share(tables: Tables, _: Sums, rule: Rule) -> float | None:
    rows = _keys(tables, rule)["rows"]
    return pc.max(rows).as_py() / pc.sum(rows).as_py() if len(rows) else None


def _held(rows: pa.Table | None, keys: pa.Table | None) -> float | None:
    """Share of the rows whose key is among keys; rows without a key count as not held."""
    if rows is None or keys is None or not len(rows):
        return None
    held = pc.is_in(rows["key"], value_set=keys["key"], skip_nulls=True)
    return (pc.sum(rows["rows"].filter(held)).as_py() or 0) / pc.sum(rows["rows"]).as_py()


def _others(tables: Tables, rule: Rule) -> pa.Table | None:
    there = rule.against
    return by_key(tables, there.unit, there.column, there.where) if there else None


def _linked_share(tables: Tables, _: Sums, rule: Rule) -> float | None:
    return _held(_keys(tables, rule), _others(tables, rule))


def _orphan_share(tables: Tables, _: Sums, rule: Rule) -> float | None:
    linked = _held(_keys(tables, rule), _others(tables, rule))
    return None if linked is None else 1 - linked


def _absent_share(tables: Tables, _: Sums, rule: Rule) -> float | None:
    """Share of the other table's rows without a row here."""
    linked = _held(_others(tables, rule), _keys(tables, rule))
    return None if linked is None else 1 - linked


def _part_total(_: Tables, found: Sums, rule: Rule) -> float | None:
    """The parts here against the total there: relative difference."""
    total = sum(found.get(unit, {}).get(measure, 0.0) for unit, measure in _there(rule))
    return found[rule.unit][rule.columns[0], rule.among] / total - 1 if total else None


def _flow(tables: Tables, _: Sums, rule: Rule) -> float | None:
    """New minus left against arrived minus arrived before, as a share of arrived; ``among`` says who has arrived."""
    month, last = tables.month, months.add(tables.month, -1)
    everyone, before = tables.scan(rule.unit, month), tables.scan(rule.unit, last)
    if before is None:
        return None
    arrived = tables.row(among(everyone, rule.among, month).select(rows=nw.len()))["rows"]
    earlier = tables.row(among(before, rule.among, last).select(rows=nw.len()))["rows"]
    joined = holds([Condition(column="join_date", period="same")], month)
    left = ~holds(rule.among, month) & holds([Condition(column="status_date", period="same")], month)
    found = tables.row(everyone.select(joined=_ones(joined), left=_ones(left)))
    moved = int(found["joined"] or 0) - int(found["left"] or 0)
    return abs(arrived - earlier - moved) / arrived if arrived else None


def _ones(test: Any) -> Any:
    return nw.when(test).then(nw.lit(1)).otherwise(nw.lit(0)).sum()


def _missing_days(tables: Tables, _: Sums, rule: Rule) -> float:
    return float(sum(rows == 0 for rows in by_day(tables, rule.unit, rule.columns[0], rule.among)))


def _day_deviation(tables: Tables, _: Sums, rule: Rule) -> float:
    """The day furthest from the mean of the days, in standard deviations."""
    days = by_day(tables, rule.unit, rule.columns[0], rule.among)
    mean = fmean(days)
    spread = math.sqrt(fmean((rows - mean) ** 2 for rows in days))
    return max(abs(rows - mean) for rows in days) / spread if spread else 0.0


def _by_region(tables: Tables, frame: Any, rule: Rule, month: str) -> dict[str, dict[str, int]]:
    """Rows of every region, and those of them that count."""
    counted = nw.when(holds(rule.where, month)).then(nw.lit(1)).otherwise(nw.lit(0)) if rule.where else nw.lit(1)
    looked_at = among(frame, rule.among, month)
    named = looked_at.filter(~nw.col(rule.columns[0]).is_null()).select(region=nw.col(rule.columns[0]), hits=counted)
    found = tables.collect(named.group_by("region").agg(rows=nw.len(), hits=nw.col("hits").sum()))
    return {row["region"]: row for row in sorted(found.to_pylist(), key=lambda row: row["region"])}


def _regions_share(tables: Tables, _: Sums, rule: Rule) -> float | None:
    """The region whose share is least like the others', in standard deviations."""
    found = _by_region(tables, tables.scan(rule.unit, tables.month), rule, tables.month).values()
    return shares_apart([row["rows"] for row in found], [row["hits"] for row in found])


def _regions_rows(tables: Tables, _: Sums, rule: Rule) -> float | None:
    """The region whose rows changed least like the others' against the month before, in standard deviations."""
    earlier = months.add(tables.month, -1)
    frame_before = tables.scan(rule.unit, earlier)
    if frame_before is None:
        return None
    now = _by_region(tables, tables.scan(rule.unit, tables.month), rule, tables.month)
    before = _by_region(tables, frame_before, rule, earlier)
    return rows_changed(
        [now.get(name, {"rows": 0})["rows"] for name in before], [row["rows"] for row in before.values()]
    )


OTHERS: dict[str, Callable[[Tables, Sums, Rule], float | None]] = {
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
