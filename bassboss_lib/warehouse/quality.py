"""Source quality (specification chapter 4): rule, figure, band, verdict, for every month delivered.

The rules are data (``rules.yaml``). They share a few passes over each unit, derived from what they ask
(`quality_passes`). Verdicts of a month are kept in ``warehouse/quality``, and are what the bands of later months are
drawn from.
"""

from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from bassboss_lib import months
from bassboss_lib.contracts import unit as declared
from bassboss_lib.engine import Engine, write_table
from bassboss_lib.errors import InputRefused
from bassboss_lib.exchange.intake import Progress
from bassboss_lib.ledger import Ledger
from bassboss_lib.warehouse.partitions import months as delivered_months
from bassboss_lib.warehouse.partitions import partition, paths, version
from bassboss_lib.warehouse.quality_figures import figures_of
from bassboss_lib.warehouse.quality_rules import RULES, Rule, rules
from bassboss_lib.warehouse.quality_tables import due_day, parts, tables_of
from bassboss_lib.warehouse.quality_verdicts import refuse_blocked, scores, verdicts
from bassboss_lib.workspace import Workspace

__all__ = ["check", "deliveries", "figures", "history", "history_until", "keep", "refuse_blocked"]

PAST_MONTHS = 12


def check(workspace: Workspace, month: str, path: Path = RULES, progress: Progress | None = None) -> pd.DataFrame:
    """Judge the units of a month and keep the verdicts.

    Months delivered before it that were never judged are judged first, so that there is something to compare with.

    Parameters
    ----------
    path : Path
        The rules.
    progress : callable, optional
        Told before each month: months judged, months to judge, the month.

    Returns
    -------
    DataFrame
        One row per rule, as `quality_verdicts.verdicts` gives it.

    Raises
    ------
    InputRefused
        If nothing of the month was delivered.
    """
    known = rules(path)
    past = months.span(months.add(month, -PAST_MONTHS), months.add(month, -1))
    judged = set(history(workspace, past)["month"])
    delivered = set(delivered_months(workspace, "customer"))
    wanted = [one for one in past if one in delivered and one not in judged] + [month]
    for place, one in enumerate(wanted):
        if progress:
            progress(place, len(wanted), one)
        of_month = _judge(workspace, one, known)
    return of_month


def history(workspace: Workspace, wanted: Sequence[str], kept_in: str = "quality") -> pd.DataFrame:
    """Read the verdicts kept for some months: one row per rule and month."""
    found = [pq.read_table(path) for path in paths(workspace, kept_in, wanted)]
    if not found:
        return pd.DataFrame(columns=["rule", "month", "figure"])
    return pa.concat_tables(found, promote_options="default").to_pandas()


def history_until(workspace: Workspace, month: str, count: int) -> pd.DataFrame:
    """Read the verdicts of the last ``count`` months up to ``month``."""
    return history(workspace, months.span(months.add(month, 1 - count), month))


def deliveries(workspace: Workspace, month: str) -> pd.DataFrame:
    """Read from the ledger what BOSS delivered for a month: one row per delivery, by unit."""
    columns = ["id", "state", "rows", "loaded", "quarantined", "integrity"]
    query = "SELECT * FROM delivery WHERE direction = 'in' AND period = ? ORDER BY unit, rr"
    with Ledger(workspace.ledger) as ledger:
        rows = [dict(row) for row in ledger.rows(query, (month,))]
    return pd.DataFrame(rows, columns=[*columns]) if rows else pd.DataFrame(columns=columns)


def figures(
    judged: pd.DataFrame, delivered: pd.DataFrame
) -> tuple[dict[str, float], dict[str, tuple[float, float]], dict[str, int]]:
    """Give what a notebook writes into ``result.json``: figures, no intervals, rows by state."""
    counts = judged["verdict"].value_counts()
    names = {"pass": "rules_passed", "fail": "rules_failed", "unknown": "rules_unknown", "waived": "rules_waived"}
    told: dict[str, float] = {name: int(counts.get(verdict, 0)) for verdict, name in names.items()}
    lowest = scores(judged)["score"].min()
    if pd.notna(lowest):
        told["score_lowest"] = float(lowest)
    rows = {name: int(delivered[name].fillna(0).sum()) for name in ("rows", "loaded", "quarantined")}
    return told, {}, rows


def _judge(workspace: Workspace, month: str, known: Sequence[Rule]) -> pd.DataFrame:
    with Engine(workspace.warehouse) as engine:
        found = figures_of(tables_of(workspace, engine, month), known)
    if not any(paths(workspace, one, [month]) for one in {rule.unit for rule in known}):
        raise InputRefused("nothing of this month was delivered", where=month, remedy="run `bassboss ingest`")
    found |= _days_late(workspace, month, known)
    return keep(workspace, month, known, found, "quality")


def keep(
    workspace: Workspace, month: str, known: Sequence[Rule], found: dict[str, float | None], kept_in: str
) -> pd.DataFrame:
    """Judge figures against the months kept in a table, and keep the verdicts there."""
    past = history(workspace, months.span(months.add(month, -PAST_MONTHS), months.add(month, -1)), kept_in)
    of_last = past[past["month"] == months.add(month, -1)]
    previous = dict(zip(of_last["rule"], of_last["figure"], strict=True))
    told = past.dropna(subset=["figure"])
    before: dict[str, list[float]] = {}
    for rule, figure in zip(told["rule"], told["figure"], strict=True):
        before.setdefault(rule, []).append(figure)
    judged = verdicts(known, found, before, previous, workspace.now.date())
    table = pa.Table.from_pandas(judged.assign(month=month), preserve_index=False)
    write_table(table, partition(workspace, kept_in, month) / "part-00.parquet", ["rule"])
    return judged


def _days_late(workspace: Workspace, month: str, known: Sequence[Rule]) -> dict[str, float | None]:
    """Days after the due day on which a delivery was made; of one that is missing, the days it is late by now."""
    due = due_day(workspace, month)
    query = (
        "SELECT unit, min(built_at) AS made FROM delivery WHERE direction = 'in' AND period = ? "
        "AND state IN ('accepted', 'partial') GROUP BY unit"
    )
    with Ledger(workspace.ledger) as ledger:
        made = {row["unit"]: date.fromisoformat(row["made"][:10]) for row in ledger.rows(query, (month,))}
    today = workspace.now.date()
    late: dict[str, float | None] = {}
    for rule in known:
        if rule.kind != "days_late" or not made:
            continue
        if declared(rule.unit).cycle == "day":
            late[rule.id] = _days_old(workspace, rule.unit, month, made.get(declared("customer").code))
        else:
            day = made.get(declared(rule.unit).code) or (today if today > due else None)
            late[rule.id] = None if day is None else float((day - due).days)
    return late


def _days_old(workspace: Workspace, unit: str, month: str, snapshot: date | None) -> float | None:
    """Days by which the newest daily list that a month is judged by is older than the month's snapshot of customers."""
    newest = [version(path)[0] for path in parts(workspace, unit, month)]
    if not newest or snapshot is None:
        return None
    return float((snapshot - datetime.strptime(newest[0], "%Y%m%d").date()).days)
