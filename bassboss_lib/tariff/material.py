"""What a rehearsal reads: everybody's usage of some months, the plan of each, the price list, and the bills as sent.

From BOSS's deliveries or from an operator's own files; after this nobody asks which.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa

from bassboss_lib import months as calendar
from bassboss_lib.engine import read_pieces, read_table
from bassboss_lib.errors import CallError, InputRefused
from bassboss_lib.rating import Catalogue, Subscriptions, Usage, make_usage, parse_terms, read_catalogue
from bassboss_lib.rating.classes import class_codes
from bassboss_lib.rating.delivered import EVENT_COLUMNS, event_arrays
from bassboss_lib.rating.usage import chronological, month_index, month_numbers
from bassboss_lib.tariff.importing import source_folder
from bassboss_lib.warehouse.partitions import paths
from bassboss_lib.workspace import Workspace

__all__ = ["Material", "boss_catalogue", "boss_material", "material", "month_names", "source_material"]


@dataclass(frozen=True)
class Material:
    """Usage and what belongs to it.

    ``customers``: one row per owner in order (row number = owner of ``usage``): pseudonym, plan_id, tenure_months and
    what else is known. ``plan_of_row``: place of the plan held in each customer-month. ``sent``: bills as sent, before
    discounts of contracts, in fen: owner, month (number), item, fen; None where none were given. ``kept``: the folder
    in which what was worked out of it is kept (`kept_material`), if there is one. ``grouped``: owners with months on a
    plan that is rated by group; no delivery says who belongs together, so these months are left out.
    """

    catalogue: Catalogue
    usage: Usage
    plan_of_row: np.ndarray
    customers: pd.DataFrame
    sent: pd.DataFrame | None
    currency: str
    kept: Path | None = None
    grouped: np.ndarray = field(default_factory=lambda: np.empty(0, dtype=np.int64))


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
    started = events["started_s"].to_numpy()
    usage = _usage(owner, started, code, events["units"].to_numpy(), month=month_numbers(started))
    last = usage.rows.month.max()
    joined = customers["joined"].to_numpy().astype("datetime64[s]").astype("datetime64[M]").astype(np.int64) + 12 * 1970
    customers["tenure_months"] = np.maximum(last - joined, 0)
    held = _plans(catalogue, customers["plan_id"])
    return Material(catalogue, usage, held[usage.rows.owner], customers, None, catalogue.header.currency)


def _usage(
    owner: np.ndarray,
    started: np.ndarray,
    code: np.ndarray,
    units: np.ndarray,
    *,
    month: np.ndarray,
    rows: Subscriptions | None = None,
) -> Usage:
    order = chronological(owner, started, month)
    return make_usage(owner[order], started[order], code[order], units[order], rows=rows, month=month[order])


def _plans(catalogue: Catalogue, wanted: pd.Series) -> np.ndarray:
    return pd.Index([plan.id for plan in catalogue.plans]).get_indexer(pd.Index(wanted))


def boss_material(workspace: Workspace, months: Sequence[str]) -> Material:
    """Read BOSS's deliveries of some months: customer-months are those with a bill or an event and a known plan.

    A call record that came late belongs to the month it came in, whose bill it stands on. Months on plans rated by
    group are left out, with their bills (`Material.grouped`).

    Raises
    ------
    InputRefused
        If a month lacks a unit.
    """
    catalogue = boss_catalogue(workspace, months[-1])
    people = pd.concat([_read(workspace, "customer", [month]).assign(month=month_index(month)) for month in months])
    sent = pd.concat([_read(workspace, "bill_item", [month]).assign(month=month_index(month)) for month in months])
    names = np.sort(people["pseudonym"].unique())
    people["owner"], sent["owner"] = (pd.Index(names).get_indexer(one["pseudonym"]) for one in (people, sent))
    people = people.sort_values(["owner", "month"], ignore_index=True)
    held = _plans(catalogue, people["plan_id"])
    shared = np.array([plan.scope == "group" for plan in catalogue.plans])[held] & (held >= 0)
    sent = sent[~np.isin(_keys(sent), _keys(people[shared]))]
    alone = (held >= 0) & ~shared
    known = people.loc[alone, ["owner", "month"]].assign(place=held[alone], key=_keys)
    active, (owner, started_s, code, units, month) = _events(workspace, months, names, known["key"].to_numpy())
    active |= np.isin(known["key"], _keys(sent))
    usage = _usage(owner, started_s, code, units, month=month, rows=_subscriptions(known[active]))
    items = sent.assign(fen=sent["receivable_fen"] + sent["discount_fen"], item=sent["fee_item"])
    bills = items.groupby(["owner", "month", "item"])["fen"].sum().reset_index()
    held_then, last = known["place"].to_numpy()[active], _last_known(people, months[-1])
    grouped = people.loc[shared, "owner"].unique()
    return Material(catalogue, usage, held_then, last, bills, catalogue.header.currency, grouped=grouped)


def boss_catalogue(workspace: Workspace, month: str) -> Catalogue:
    """Read the price list of a month in BOSS's order.

    Raises
    ------
    InputRefused
        If the month has none.
    """
    return parse_terms(_read(workspace, "plan", [month])["terms"])


def _keys(rows: pd.DataFrame) -> np.ndarray:
    """Number owners' months in their order."""
    return rows["owner"].to_numpy(np.int64) * 65_536 + rows["month"].to_numpy(np.int64)


def _events(
    workspace: Workspace, months: Sequence[str], names: np.ndarray, known: np.ndarray
) -> tuple[np.ndarray, list[np.ndarray]]:
    """Read call records, a row group after the other, in as few bytes as they need.

    Returns
    -------
    tuple
        Which of the known owner-months have an event; owner, started_s, code, units and month of their events.
    """
    active, pseudonyms = np.zeros(len(known), dtype=bool), pa.array(names, pa.string())
    found = [[np.zeros(0, kind) for kind in (np.int32, np.int64, np.int16, np.int64, np.int32)]]
    for month in months:
        number = month_index(month)
        for table in read_pieces(_paths(workspace, "cdr", [month]), EVENT_COLUMNS):
            columns = event_arrays(table, pseudonyms)
            key = columns[0].astype(np.int64) * 65_536 + number
            at = np.minimum(np.searchsorted(known, key), max(len(known) - 1, 0))
            mine = known[at] == key if len(known) else np.zeros(len(key), dtype=bool)
            active[at[mine]] = True
            billed = np.full(len(key), number, dtype=np.int32)
            found.append([column[mine] for column in (*columns, billed)])
    return active, [np.concatenate(columns) for columns in zip(*found, strict=True)]


def _paths(workspace: Workspace, table: str, months: Sequence[str]) -> list[Path]:
    missing = [month for month in months if not paths(workspace, table, [month])]
    if missing:
        raise InputRefused(
            f"{table} of {missing[0]} is not in the warehouse", where=missing[0], remedy="`bassboss ingest`"
        )
    return paths(workspace, table, months)


def _read(workspace: Workspace, table: str, months: Sequence[str]) -> pd.DataFrame:
    return read_table(_paths(workspace, table, months)).to_pandas()


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
