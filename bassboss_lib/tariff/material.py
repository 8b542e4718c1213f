"""What a rehearsal reads: everybody's usage of some months, the plan of each, the price list, and the bills as sent.

From BOSS's deliveries or from an operator's own files; after this nobody asks which.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from bassboss_lib import months as calendar
from bassboss_lib.engine import read_table
from bassboss_lib.errors import CallError, InputRefused
from bassboss_lib.rating import KINDS, ZONES, Catalogue, Subscriptions, Usage, make_usage, parse_terms, read_catalogue
from bassboss_lib.rating.charging import event_units
from bassboss_lib.rating.classes import class_codes
from bassboss_lib.rating.usage import chronological, month_index
from bassboss_lib.tariff.importing import source_folder
from bassboss_lib.warehouse.partitions import paths
from bassboss_lib.workspace import Workspace

__all__ = ["Material", "boss_material", "material", "month_names", "source_material"]

OWN_NETWORK = "CM"


@dataclass(frozen=True)
class Material:
    """Usage and what belongs to it.

    ``customers``: one row per owner in order (row number = owner of ``usage``): pseudonym, plan_id, tenure_months and
    what else is known. ``plan_of_row``: place of the plan held in each customer-month. ``sent``: bills as sent, before
    discounts of contracts, in fen: owner, month (number), item, fen; None where none were given.
    """

    catalogue: Catalogue
    usage: Usage
    plan_of_row: np.ndarray
    customers: pd.DataFrame
    sent: pd.DataFrame | None
    currency: str


def material(workspace: Workspace, month: str, source: str, count: int) -> Material:
    """Read the last ``count`` months up to ``month``, or all of a source."""
    if source:
        return source_material(workspace, source)
    return boss_material(workspace, calendar.span(calendar.add(month, 1 - count), month))


def month_names(numbers: np.ndarray) -> list[str]:
    """Name months by their numbers.

    Examples
    --------
    >>> month_names(np.array([12 * 2026 + 9]))
    ['202610']
    """
    return [f"{int(number) // 12}{int(number) % 12 + 1:02d}" for number in numbers]


def source_material(workspace: Workspace, source: str) -> Material:
    """Read an imported usage source; customer-months are those with any event.

    Raises
    ------
    CallError
        If there is none of that name.
    """
    folder = source_folder(workspace, source)
    if not (folder / "events.parquet").exists():
        where = f"warehouse/usage_source/{source}"
        raise CallError("no such usage source", where=where, remedy="bassboss import MAPPING FILE…")
    catalogue = read_catalogue(folder / "plans.yaml")
    customers = read_table([folder / "users.parquet"]).to_pandas().sort_values("pseudonym", ignore_index=True)
    events = read_table([folder / "events.parquet"]).to_pandas()
    owner = pd.Index(customers["pseudonym"]).get_indexer(pd.Index(events["pseudonym"]))
    kind, zero = events["service"].to_numpy(), np.zeros(len(events), dtype=np.int64)
    code = class_codes(kind, np.ones(len(events), dtype=bool), zero, on_net=zero)
    usage = _usage(owner, events["started_s"].to_numpy(), code, events["units"].to_numpy(), None)
    last = usage.rows.month.max()
    joined = customers["joined"].to_numpy().astype("datetime64[s]").astype("datetime64[M]").astype(np.int64) + 12 * 1970
    customers["tenure_months"] = np.maximum(last - joined, 0)
    held = _plans(catalogue, customers["plan_id"])
    return Material(catalogue, usage, held[usage.rows.owner], customers, None, catalogue.header.currency)


def _usage(
    owner: np.ndarray, started: np.ndarray, code: np.ndarray, units: np.ndarray, rows: Subscriptions | None
) -> Usage:
    order = chronological(owner, started)
    return make_usage(owner[order], started[order], code[order], units[order], rows=rows)


def _plans(catalogue: Catalogue, wanted: pd.Series) -> np.ndarray:
    return pd.Index([plan.id for plan in catalogue.plans]).get_indexer(pd.Index(wanted))


def boss_material(workspace: Workspace, months: Sequence[str]) -> Material:
    """Read BOSS's deliveries of some months: customer-months are those with a bill or an event and a known plan.

    Raises
    ------
    InputRefused
        If a month lacks a unit.
    """
    catalogue = parse_terms(_read(workspace, "plan", months[-1:])["terms"])
    people = pd.concat([_read(workspace, "customer", [month]).assign(month=month_index(month)) for month in months])
    sent = pd.concat([_read(workspace, "bill_item", [month]).assign(month=month_index(month)) for month in months])
    events = _read(workspace, "cdr", months)
    names = pd.Index(np.sort(people["pseudonym"].unique()))
    people["owner"], sent["owner"] = names.get_indexer(people["pseudonym"]), names.get_indexer(sent["pseudonym"])
    people = people.sort_values(["owner", "month"], ignore_index=True)
    held = _plans(catalogue, people["plan_id"])
    known = people[held >= 0].assign(place=held[held >= 0]).set_index(["owner", "month"])["place"]
    owner = names.get_indexer(events["pseudonym"])
    started = events["started_at"].to_numpy().astype("datetime64[s]").astype(np.int64)
    number = started.astype("datetime64[s]").astype("datetime64[M]").astype(np.int64) + 12 * 1970
    active = pd.MultiIndex.from_arrays([np.append(owner, sent["owner"]), np.append(number, sent["month"])]).unique()
    rows = known[known.index.isin(active)]
    mine = pd.MultiIndex.from_arrays([owner, number]).isin(rows.index)
    code, units = _codes(events)
    subscriptions = _subscriptions(rows.reset_index())
    usage = _usage(owner[mine], started[mine], code[mine], units[mine], subscriptions)
    items = sent.assign(fen=sent["receivable_fen"] + sent["discount_fen"], item=sent["fee_item"])
    bills = items.groupby(["owner", "month", "item"])["fen"].sum().reset_index()
    return Material(
        catalogue, usage, rows.to_numpy(), _last_known(people, months[-1]), bills, catalogue.header.currency
    )


def _read(workspace: Workspace, table: str, months: Sequence[str]) -> pd.DataFrame:
    missing = [month for month in months if not paths(workspace, table, [month])]
    if missing:
        raise InputRefused(
            f"{table} of {missing[0]} is not in the warehouse", where=missing[0], remedy="`bassboss ingest`"
        )
    return read_table(paths(workspace, table, months)).to_pandas()


def _codes(events: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    kind = pd.Index(KINDS).get_indexer(pd.Index(events["kind"]))
    zone = pd.Index(ZONES).get_indexer(pd.Index(events["zone"]))
    on_net = (events["other_operator"] == OWN_NETWORK).to_numpy()
    code = class_codes(kind, (events["direction"] == "mo").to_numpy(), zone, on_net=on_net)
    return code, event_units(kind, events["duration_s"].to_numpy(), events["volume_bytes"].to_numpy())


def _subscriptions(rows: pd.DataFrame) -> Subscriptions:
    owner, month = (rows[name].to_numpy(dtype=np.int64) for name in ("owner", "month"))
    start = (month - 12 * 1970).astype("datetime64[M]")
    days = ((start + 1).astype("datetime64[D]") - start.astype("datetime64[D]")).astype(np.int64)
    return Subscriptions(owner, month, days, np.ones_like(days), days)


def _last_known(people: pd.DataFrame, month: str) -> pd.DataFrame:
    """Give what was last known of each customer, with tenure and age at the end of the last month."""
    last = people.drop_duplicates("owner", keep="last").reset_index(drop=True)
    end = pd.Timestamp(calendar.last_day(month))
    tenure = (end - pd.to_datetime(last["join_date"])).dt.days / 30.4375
    age = (end - pd.to_datetime(last["birth_date"])).dt.days / 365.25
    return last.assign(tenure_months=np.maximum(np.floor(tenure), 0).astype(int), age_years=np.floor(age))
