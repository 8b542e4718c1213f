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
from bassboss_lib.rating.charging import events_usage
from bassboss_lib.rating.classes import KINDS, ZONES
from bassboss_lib.rating.pricelist import Catalogue, parse_terms
from bassboss_lib.rating.usage import Subscriptions, Usage, chronological, month_index
from bassboss_lib.warehouse.partitions import paths
from bassboss_lib.workspace import Workspace

__all__ = ["OwnUsage", "delivered_catalogue", "delivered_usage", "whole_months"]

OWN_NETWORK = "CM"
COLUMNS = ("pseudonym", "started_at", "kind", "direction", "other_operator", "zone", "duration_s", "volume_bytes")


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
    files = paths(workspace, "cdr", months)
    table = read_table(files, COLUMNS) if files else None
    if table is not None and only:
        table = table.filter(pc.equal(table["pseudonym"], only))
    if table is None or not table.num_rows:
        raise InputRefused(
            "no call record", where=f"unit 04008, {', '.join(months)}", remedy="check month and pseudonym"
        )
    pseudonyms = pc.unique(table["pseudonym"]).sort()
    owner = _place(table["pseudonym"], pseudonyms)
    started_s = table["started_at"].cast(pa.timestamp("s")).cast(pa.int64()).to_numpy()
    order = chronological(owner, started_s)
    rows = whole_months(months) if only else None
    usage = events_usage(
        owner=owner[order],
        started_s=started_s[order],
        kind=_place(table["kind"], pa.array(KINDS))[order],
        outgoing=pc.equal(table["direction"], "mo").to_numpy()[order],
        zone=_place(table["zone"], pa.array(ZONES))[order],
        on_net=pc.fill_null(pc.equal(table["other_operator"], OWN_NETWORK), False).to_numpy()[order],
        duration_s=table["duration_s"].cast(pa.int64()).to_numpy()[order],
        volume_bytes=table["volume_bytes"].cast(pa.int64()).to_numpy()[order],
        rows=rows,
    )
    return OwnUsage(pseudonyms, usage)


def whole_months(months: Sequence[str]) -> Subscriptions:
    """Bill one owner for some months in full, whether he called or not."""
    number = np.array([month_index(month) for month in months])
    days, zero = month_days(number), np.zeros(len(number), dtype=np.int64)
    return Subscriptions(zero, number, days, zero + 1, days)


def _place(values: pa.ChunkedArray, among: pa.Array) -> np.ndarray:
    return pc.index_in(values, among).to_numpy().astype(np.int64)
