"""Where the warehouse keeps what: ``warehouse/<table>/month=<month>/part-<RR>.parquet``.

A restatement lies beside what it restates, under its higher resend number, and readers take the highest: so the old
version is still there for whoever has to reproduce an old run.
"""

import re
from collections.abc import Sequence
from pathlib import Path

from bassboss_lib import months as calendar
from bassboss_lib.errors import InputRefused
from bassboss_lib.workspace import Workspace

__all__ = ["months", "newest_month", "partition", "paths"]

PART = re.compile(r"part-(\d{2})\.parquet")


def partition(workspace: Workspace, table: str, month: str) -> Path:
    """Give the folder of a table and month, whether it is there or not."""
    return workspace.warehouse / table / f"month={calendar.require(month)}"


def paths(workspace: Workspace, table: str, months: Sequence[str]) -> list[Path]:
    """Give the files to read for some months of a table, in the order of the months: of each, the highest resend.

    Months without a file are left out.
    """
    newest = []
    for month in months:
        folder = partition(workspace, table, month)
        parts = sorted(path for path in folder.glob("part-*.parquet") if PART.fullmatch(path.name))
        newest += parts[-1:]
    return newest


def months(workspace: Workspace, table: str) -> list[str]:
    """List the months of which a table has a file, in order."""
    filled = [folder for folder in (workspace.warehouse / table).glob("month=*") if any(folder.glob("*.parquet"))]
    names = [folder.name.removeprefix("month=") for folder in filled]
    return sorted(name for name in names if calendar.is_month(name))


def newest_month(workspace: Workspace) -> str:
    """Give the newest month delivered: the newest of the customer snapshots.

    Raises
    ------
    InputRefused
        If no month was delivered.
    """
    delivered = months(workspace, "customer")
    if not delivered:
        raise InputRefused("no month was delivered", where="warehouse", remedy="run `bassboss ingest`")
    return delivered[-1]
