"""What was delivered, as rating takes it: the catalogue of unit 02001, and the call records of unit 04008 as usage."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from bassboss_lib import months as calendar
from bassboss_lib.engine import read_table
from bassboss_lib.errors import InputRefused
from bassboss_lib.rating.bills import month_days
from bassboss_lib.rating.charging import event_units
from bassboss_lib.rating.classes import KINDS, ZONES, class_codes
from bassboss_lib.rating.pricelist import Catalogue, parse_terms
from bassboss_lib.rating.usage import Subscriptions, Usage, chronological, make_usage, month_index
from bassboss_lib.warehouse.partitions import paths
from bassboss_lib.workspace import Workspace

__all__ = ["EVENT_COLUMNS", "OwnUsage", "delivered_catalogue", "delivered_usage", "event_arrays", "whole_months"]

OWN_NETWORK = "CM"
EVENT_COLUMNS = ("pseudonym", "started_at", "kind", "direction", "other_operator", "zone", "duration_s", "volume_bytes")


@dataclass(frozen=True)
class OwnUsage:
    """Usage, and the pseudonym of each owner by its number."""

    pseudonyms: pa.Array
    usage: Usage


def delivered_catalogue(workspace: Workspace, month: str) -> Catalogue:
    """Put the catalogue of a month together from the plans that BOSS delivered.

    Raises
    ------
    InputRefused
        If none was delivered, or the terms are not in the plan schema.
    """
    files = paths(workspace, "plan", [calendar.require(month)])
    if not files:
        raise InputRefused("no plans were delivered", where=f"unit 02001, {month}", remedy="name a file with --file")
    rows = read_table(files, ["plan_id", "terms"]).sort_by("plan_id")
    return parse_terms(rows["terms"].to_pylist())


def delivered_usage(workspace: Workspace, months: Sequence[str], only: str = "") -> OwnUsage:
    """Read the call records of some months as usage; of one pseudonym, if it is named, with all of the months.

    Raises
    ------
    InputRefused
        If no call record is there.
    """
    parts = [_of_month(workspace, month, only) for month in months]
    table = pa.concat_tables([part for part in parts if part is not None] or [pa.table({})])
    if not table.num_rows:
        raise InputRefused(
            "no call record", where=f"unit 04008, {', '.join(months)}", remedy="check month and pseudonym"
        )
    pseudonyms = pc.unique(table["pseudonym"]).sort()
    owner, started_s, code, units = event_arrays(table, pseudonyms)
    month = table["month"].to_numpy()
    order = chronological(owner, started_s, month)
    rows = whole_months(months) if only else None
    usage = make_usage(owner[order], started_s[order], code[order], units[order], rows=rows, month=month[order])
    return OwnUsage(pseudonyms, usage)


def _of_month(workspace: Workspace, month: str, only: str) -> pa.Table | None:
    """Read what was delivered with a month: late records belong to the bill of the month they came in."""
    files = paths(workspace, "cdr", [month])
    if not files:
        return None
    table = read_table(files, EVENT_COLUMNS)
    table = table.filter(pc.equal(table["pseudonym"], only)) if only else table
    return table.append_column("month", pa.array(np.full(table.num_rows, month_index(month))))


def event_arrays(table: pa.Table, pseudonyms: pa.Array) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Give owner (place among the pseudonyms, −1 for others), local seconds, code and units of call records."""
    kind = _place(table["kind"], pa.array(KINDS))
    code = class_codes(
        kind,
        pc.equal(table["direction"], "mo").to_numpy(),
        _place(table["zone"], pa.array(ZONES)),
        on_net=pc.fill_null(pc.equal(table["other_operator"], OWN_NETWORK), False).to_numpy(),
    )
    duration_s, volume_bytes = (table[name].cast(pa.int64()).to_numpy() for name in ("duration_s", "volume_bytes"))
    started_s = table["started_at"].cast(pa.timestamp("s"), safe=False).cast(pa.int64()).to_numpy()
    owner = pc.fill_null(pc.index_in(table["pseudonym"], pseudonyms), -1).to_numpy()
    return owner, started_s, code, event_units(kind, duration_s, volume_bytes)


def whole_months(months: Sequence[str]) -> Subscriptions:
    """Bill one owner for some months in full, whether he called or not."""
    number = np.array([month_index(month) for month in months])
    days, zero = month_days(number), np.zeros(len(number), dtype=np.int64)
    return Subscriptions(zero, number, days, zero + 1, days)


def _place(values: pa.ChunkedArray, among: pa.Array) -> np.ndarray:
    return pc.fill_null(pc.index_in(values, among), -1).to_numpy().astype(np.int8)
