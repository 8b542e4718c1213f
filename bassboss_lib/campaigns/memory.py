"""The loop's memory: assignments and outcomes, append-only Parquet in the warehouse with their hashes in the ledger.

A partition holds a million rows in some twenty megabytes and a second; the same rows in SQLite take ten times as much
of both. So the ledger keeps one line per campaign and version with the hash of the file, and the warehouse the rows.
Nothing is overwritten: what changes becomes the next version, and readers take the highest.

Retention and care keep their memories apart: the first letter of a campaign's name tells whose it is. A care list on
demand is a campaign of its own within its month, so a month of care may hold several.
"""

import json
from collections.abc import Mapping
from pathlib import Path

import pandas as pd
import pyarrow as pa

from bassboss_lib.engine import read_table, write_table
from bassboss_lib.errors import CallError, LedgerMismatch
from bassboss_lib.exchange.disk import on_disk, sha256_of
from bassboss_lib.ledger import Ledger
from bassboss_lib.warehouse.partitions import months as delivered_months
from bassboss_lib.warehouse.partitions import partition
from bassboss_lib.workspace import Workspace

__all__ = [
    "assigned_before",
    "assignments",
    "campaign_months",
    "outcomes",
    "remember_assignments",
    "remember_outcomes",
]

ASSIGNMENT, OUTCOME = "assignment", "outcome"
LETTERS = {"retention": "R", "care": "K"}
TABLES = {"R": "", "K": "care_"}
DAILY = len("K20261105")


def remember_assignments(workspace: Workspace, month: str, campaign: str, rows: pd.DataFrame) -> Path:
    """Write down who was assigned what, before the list leaves.

    Parameters
    ----------
    rows : DataFrame
        One row per customer that may be contacted, indexed by pseudonym, with ``arm`` and probabilities (`assign`).

    Returns
    -------
    Path
        ``warehouse/assignment/month=<month>/part-NN.parquet``; the same rows again give the file that is there.
    """
    counts = {str(arm): int(count) for arm, count in rows["arm"].value_counts().sort_index().items()}
    table = pa.Table.from_pandas(rows.assign(campaign_id=campaign, month=month).reset_index(), preserve_index=False)
    return _remember(workspace, ASSIGNMENT, (month, campaign), table, counts)


def remember_outcomes(
    workspace: Workspace, month: str, campaign: str, rows: pd.DataFrame, counts: Mapping[str, int]
) -> Path:
    """Write down what became of a campaign's customers as far as it is known; a new version only if something changed.

    Parameters
    ----------
    month : str
        Month of the campaign's analysis, not of the evaluation.
    counts : mapping
        What was resolved by rule: late, duplicate, contradictory rows and the like.
    """
    table = pa.Table.from_pandas(rows.reset_index(), preserve_index=False)
    return _remember(workspace, OUTCOME, (month, campaign), table, dict(counts))


def _remember(workspace: Workspace, kind: str, of: tuple[str, str], table: pa.Table, counts: dict[str, int]) -> Path:
    month, campaign = of
    folder = partition(workspace, _table(kind, campaign), month)
    with Ledger(workspace.ledger) as ledger:
        last = ledger.one(
            "SELECT version, sha256 FROM campaign_part WHERE kind = ? AND campaign = ? ORDER BY version DESC LIMIT 1",
            (kind, campaign),
        )
        version = last["version"] + 1 if last else 0
        path = write_table(table, folder / _part(campaign, version), ["pseudonym"])
        with on_disk(path.name):
            digest = sha256_of(path)
            if last and digest == last["sha256"]:
                path.unlink()
                return folder / _part(campaign, version - 1)
        row = (kind, campaign, version, month, table.num_rows, digest, json.dumps(counts, sort_keys=True))
        with ledger.transaction():
            ledger.execute(
                "INSERT INTO campaign_part (kind, campaign, version, month, rows, sha256, counts, at)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (*row, workspace.now.isoformat()),
            )
            ledger.event(workspace.now, kind, campaign, {"month": month, "version": version, **counts})
    return path


def _table(kind: str, campaign: str) -> str:
    return f"{TABLES[campaign[0]]}{kind}"


def _part(campaign: str, version: int) -> str:
    day = f"{campaign[-2:]}-" if len(campaign) == DAILY else ""
    return f"part-{day}{version:02d}.parquet"


def campaign_months(workspace: Workspace, function: str = "retention") -> list[str]:
    """List the analysis months that have assignments of ``retention`` or ``care``, oldest first."""
    return delivered_months(workspace, _table(ASSIGNMENT, LETTERS[function]))


def assignments(workspace: Workspace, month: str, function: str = "retention") -> pd.DataFrame:
    """Read the assignments of a month: one row per campaign and customer that could be contacted, by pseudonym.

    Raises
    ------
    CallError
        If there are none.
    LedgerMismatch
        If the file is not what the ledger knows.
    """
    return _read(workspace, ASSIGNMENT, month, function)


def assigned_before(workspace: Workspace, month: str, campaign: str) -> set[str]:
    """Give who was assigned by other campaigns of the same month and function before this one was, by pseudonym.

    The order is that in which campaigns were first written down, so a campaign that is planned again sees the same.
    """
    with Ledger(workspace.ledger) as ledger:
        known = ledger.rows(
            "SELECT campaign, MIN(rowid) AS place FROM campaign_part"
            " WHERE kind = ? AND month = ? AND substr(campaign, 1, 1) = ? GROUP BY campaign",
            (ASSIGNMENT, month, campaign[0]),
        )
    places = {row["campaign"]: row["place"] for row in known}
    before = [name for name, place in places.items() if place < places.get(campaign, float("inf"))]
    if not before:
        return set()
    function = next(name for name, letter in LETTERS.items() if letter == campaign[0])
    rows = assignments(workspace, month, function)
    return set(rows.loc[rows["campaign_id"].isin(before) & (rows["arm"] != "universal"), "pseudonym"])


def outcomes(workspace: Workspace, month: str, function: str = "retention") -> pd.DataFrame:
    """Read the newest outcomes of a month's campaigns; errors as `assignments`."""
    return _read(workspace, OUTCOME, month, function)


def _read(workspace: Workspace, kind: str, month: str, function: str) -> pd.DataFrame:
    letter = LETTERS[function]
    with Ledger(workspace.ledger) as ledger:
        known = ledger.rows(
            "SELECT campaign, MAX(version) AS version, sha256 FROM campaign_part"
            " WHERE kind = ? AND month = ? AND substr(campaign, 1, 1) = ? GROUP BY campaign ORDER BY campaign",
            (kind, month, letter),
        )
    if not known:
        number = {"retention": "11", "care": "21"}[function]
        raise CallError(f"no {kind}s", where=month, remedy=f"run {number}_{function}_list for it")
    found = []
    for one in known:
        path = partition(workspace, _table(kind, letter), month) / _part(one["campaign"], one["version"])
        with on_disk(path.name):
            if not path.exists() or sha256_of(path) != one["sha256"]:
                remedy = "restore it from a backup; nothing is evaluated meanwhile"
                raise LedgerMismatch(f"the {kind}s were altered", where=f"{kind}/month={month}", remedy=remedy)
        found.append(path)
    return pd.concat([read_table([path]).to_pandas() for path in found], ignore_index=True)
