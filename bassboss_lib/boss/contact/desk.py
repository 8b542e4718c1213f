"""BOSS's task management: accepted lists become tasks, tasks get a day and an hour under a daily capacity.

A task waits until a month is lived in which it has its place; what was beyond the month's capacity is closed as not
worked when that month ends. A restated list replaces what has not been worked of the earlier one; a correction adds.
"""

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from bassboss_lib import engine, months
from bassboss_lib.boss import history
from bassboss_lib.boss.contact.reading import LISTS, Judged
from bassboss_lib.boss.contact_terms import CAUSES, KINDS, Contact
from bassboss_lib.boss.draws import Draws, Purpose
from bassboss_lib.boss.world import World
from bassboss_lib.exchange.disk import on_disk, place
from bassboss_lib.workspace import Workspace

__all__ = ["TASK", "keep", "orders_path", "pending", "schedule", "tasks", "verdicts"]

TASK = pa.schema(
    [
        *((name, pa.string()) for name in ("stem", "unit", "campaign_id", "survey_id", "analysis_month")),
        *((name, pa.string()) for name in ("customer_id", "msisdn", "plan", "plan_text", "wanted")),
        *((name, pa.int64()) for name in ("serial", "kind", "item", "place")),
    ]
)
"""A task: the list that it stands in, whose it is, kind, place of offer or form, the day before which it is idle."""
OWN_JUDGEMENT = 60  # slot of a customer's draws
POINTS = "O03"


def tasks(world: World, judged: Judged, serials: dict[str, int], seed: int) -> pa.Table:
    """Make the tasks of an accepted list, one per row, in the list's order; columns as `TASK`."""
    rows, kind = judged.rows, LISTS[judged.unit]
    if rows is None:
        return TASK.empty_table()
    count = rows.num_rows
    serial = np.array([serials[one] for one in rows["customer_id"].to_pylist()], np.int64)
    nothing = pa.nulls(count, pa.string())
    named = {name: rows[name] if name in rows.column_names else nothing for name in TASK.names}
    if kind == "care":
        named["wanted"] = _no_sooner(rows["suggested_date"], judged.period)
    if kind == "survey":
        named |= {"plan": rows["new_plan"], "plan_text": rows["new_plan_text"]}
        named["wanted"] = pa.array([f"{_next_day(judged.period):%Y%m%d}"] * count, pa.string())
    columns = {
        **named,
        "stem": [judged.stem] * count,
        "unit": [judged.unit] * count,
        "serial": serial,
        "kind": np.full(count, KINDS.index(kind)),
        "item": _items(world.contact, kind, rows, serial, seed),
        "place": np.arange(count),
    }
    return pa.table({name: columns[name] for name in TASK.names}, schema=TASK)


def keep(workspace: Workspace, judged: Judged, month: str, made: pa.Table) -> None:
    """Remember a verdict and its tasks; the verdict comes last and makes both hold."""
    engine.write_table(made, _folder(workspace) / "tasks" / f"{judged.stem}.parquet", [])
    about = {"stem": judged.stem, "unit": judged.unit, "period": judged.period, "sha256": judged.sha256}
    codes = {str(number): code for number, code in judged.codes.items()}
    verdict = about | {"month": month, "created": judged.created, "codes": codes, "refused": judged.refused}
    text = json.dumps(verdict | {"accepted": judged.accepted, "tasks": made.num_rows}, indent=1) + "\n"
    with on_disk("boss/desk"):
        place(_folder(workspace) / "verdicts" / f"{judged.stem}.json", text.encode())


def verdicts(workspace: Workspace) -> list[dict[str, Any]]:
    """List what was judged so far, by stem."""
    return [json.loads(path.read_text()) for path in sorted(_folder(workspace).glob("verdicts/*.json"))]


def pending(workspace: Workspace) -> pa.Table:
    """Give the tasks that no lived month has had on its desk, in the order in which they will be worked."""
    lived = set(history.lived(workspace))
    done = {path.parent.name.removeprefix("month=") for path in workspace.boss.glob("orders/month=*/orders.parquet")}
    taken: set[tuple] = set()
    for month in sorted(done & lived):
        taken |= set(_keys(pq.read_table(orders_path(workspace, month), partitioning=None)))
    tables = [pq.read_table(_folder(workspace) / "tasks" / f"{stem}.parquet") for stem in _standing(workspace)]
    every = pa.concat_tables([TASK.empty_table(), *tables])
    fresh, seen = [], taken
    for key in _keys(every):
        fresh.append(key not in seen)
        seen.add(key)
    ordered = every.filter(pa.array(fresh, pa.bool_()))
    return ordered.sort_by([("kind", "ascending"), ("stem", "ascending"), ("place", "ascending")])


def schedule(world: World, waiting: pa.Table, month: str, customers: int) -> pa.Table:
    """Give tasks their day (from 1) and hour in a month; day 0 for those beyond its capacity.

    Parameters
    ----------
    world : World
        Its desk: first and last day, capacity per day for 10,000 customers of the opening world.
    waiting : pyarrow.Table
        Tasks in the order in which they are worked.
    month : str
        In which they are worked.
    customers : int
        Of the opening world.
    """
    desk, hours = world.contact.desk, sorted(world.contact.reach.hours)
    capacity = {KINDS.index(kind): max(1, per * customers // 10_000) for kind, per in desk.capacity_per_day.items()}
    filled = {kind: np.zeros(desk.last_day + 2, int) for kind in capacity}
    day, hour = np.zeros(waiting.num_rows, int), np.full(waiting.num_rows, hours[0])
    for row, (kind, wanted) in enumerate(zip(waiting["kind"].to_pylist(), waiting["wanted"].to_pylist(), strict=True)):
        free = np.flatnonzero(filled[kind][: desk.last_day + 1] < capacity[kind])
        free = free[free >= max(desk.first_day, _first_day(wanted, month))]
        if len(free):
            day[row] = free[0]
            hour[row] = hours[filled[kind][free[0]] * len(hours) // capacity[kind]]
            filled[kind][free[0]] += 1
    return waiting.append_column("day", pa.array(day)).append_column("hour", pa.array(hour))


def orders_path(workspace: Workspace, month: str) -> Path:
    """Name the file of a month's tasks."""
    return workspace.boss / "orders" / f"month={month}" / "orders.parquet"


def _items(terms: Contact, kind: str, rows: pa.Table, serial: np.ndarray, seed: int) -> np.ndarray:
    """Give the place of what is offered: the recommended offer, or the one that the handbook names for the reason."""
    if kind == "survey":
        return np.full(len(serial), -1)
    if kind == "care":
        forms = list(terms.care.forms)
        return np.array([forms.index(form) for form in rows["care_form"].to_pylist()], np.int64)
    offers, matches = list(terms.offers), np.array([list(match.values()) for match in terms.offers.values()])
    advised = zip(rows["recommended_offer"].to_pylist(), rows["churn_reason"].to_pylist(), strict=True)
    items = [offers.index(offer) if offer else matches[:, CAUSES.index(why)].argmax() for offer, why in advised]
    own = Draws(seed, 0, Purpose.CONTACT).uniform(serial, OWN_JUDGEMENT) < terms.desk.own_judgement
    return np.where(own, offers.index(POINTS), np.array(items, np.int64))


def _no_sooner(wanted: pa.ChunkedArray, period: str) -> pa.Array:
    """Give the days suggested, in a list of a day none before the day after it."""
    if len(period) == len("YYYYMM"):
        return wanted
    return pc.max_element_wise(wanted, pa.scalar(f"{_next_day(period):%Y%m%d}"))


def _next_day(day: str) -> datetime:
    return datetime.strptime(day, "%Y%m%d") + timedelta(days=1)


def _first_day(wanted: str | None, month: str) -> int:
    """Give the first day of the month on which a task may be worked: the day after a daily list, a suggested day."""
    if not wanted or wanted[:6] != month:
        return 1
    return min(int(wanted[6:]), months.days(month))


def _standing(workspace: Workspace) -> list[str]:
    """Give the stems whose tasks count: of one unit and period the newest full list, and its corrections."""
    accepted = [one for one in verdicts(workspace) if one["accepted"]]
    newest: dict[tuple[str, str], str] = {}
    for one in accepted:
        if not one["stem"].startswith("a_"):
            key = (one["unit"], one["period"])
            newest[key] = max(newest.get(key, ""), one["stem"][-2:])
    return [one["stem"] for one in accepted if one["stem"][-2:] >= newest.get((one["unit"], one["period"]), "00")]


def _keys(table: pa.Table) -> list[tuple]:
    names = ("unit", "campaign_id", "survey_id", "customer_id")
    return list(zip(*(table[name].to_pylist() for name in names), strict=True))


def _folder(workspace: Workspace) -> Path:
    return workspace.boss / "desk"
