"""Where the warehouse keeps what: ``warehouse/<table>/month=<month>/part-<RR>.parquet``.

Deliveries of a day are ``part-<DD>-<RR>.parquet`` of its month. A restatement lies beside what it restates, under its
higher resend number, and readers take the highest: so the old version is still there for whoever has to reproduce an
old run.
"""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from bassboss_lib import months as calendar
from bassboss_lib.errors import CallError, InputRefused
from bassboss_lib.workspace import Workspace

__all__ = ["months", "newest_month", "part_name", "partition", "paths", "version"]

PART = re.compile(r"part-(?P<day>\d{2}-)?(?P<rr>\d{2})\.parquet")


def partition(workspace: Workspace, table: str, month: str) -> Path:
    """Give the folder of a table and month, whether it is there or not."""
    return workspace.warehouse / table / f"month={calendar.require(month)}"


def part_name(period: str, rr: int) -> str:
    """Name the file of a delivery in the folder of its month.

    Examples
    --------
    >>> part_name("202610", 0), part_name("20261103", 1)
    ('part-00.parquet', 'part-03-01.parquet')
    """
    day = f"{period[6:]}-" if len(period) == len("YYYYMMDD") else ""
    return f"part-{day}{rr:02d}.parquet"


def version(path: Path) -> tuple[str, int]:
    """Give period and resend number of a file that `paths` gave.

    Examples
    --------
    >>> version(Path("warehouse/do_not_contact/month=202611/part-03-01.parquet"))
    ('20261103', 1)
    """
    found = PART.fullmatch(path.name)
    if found is None:
        raise CallError("not a part of a table", where=path.name, remedy="give a path of `paths`")
    return path.parent.name.removeprefix("month=") + (found["day"] or "").removesuffix("-"), int(found["rr"])


def paths(
    workspace: Workspace, table: str, months: Sequence[str], known: Mapping[str, int] | None = None
) -> list[Path]:
    """Give the files to read for some months of a table, by month: of each period, the newest version.

    Parameters
    ----------
    workspace, table, months : Workspace, str, sequence of str
        Where, what and of when; months without a file are left out.
    known : mapping, optional
        Period → highest resend number that counts, such as those that were known when an old run was made; periods
        that it does not name count in full. A workspace as of an old month has limits of its own.
    """
    if workspace.as_of is not None:
        months = [month for month in months if _visible(workspace, table, month)]
        known = known or workspace.as_of.known.get(table)
    newest: list[Path] = []
    for month in months:
        versions: dict[str, Path] = {}
        for path in sorted(partition(workspace, table, month).glob("part-*.parquet")):
            found = PART.fullmatch(path.name)
            if found is None:
                continue
            period, rr = month + (found["day"] or "").removesuffix("-"), int(found["rr"])
            if rr <= (known or {}).get(period, rr) and not (found["day"] and _later(workspace, period)):
                versions[period] = path
        newest += [versions[period] for period in sorted(versions)]
    return newest


def months(workspace: Workspace, table: str) -> list[str]:
    """List the months of which a table has a file, in order."""
    filled = [folder for folder in (workspace.warehouse / table).glob("month=*") if any(folder.glob("*.parquet"))]
    names = [folder.name.removeprefix("month=") for folder in filled]
    return sorted(name for name in names if calendar.is_month(name) and _visible(workspace, table, name))


def _visible(workspace: Workspace, table: str, month: str) -> bool:
    """Tell whether a month may be read: as of an old month none after it; what comes by the day, by the clock."""
    if workspace.as_of is None or month <= workspace.as_of.month:
        return True
    daily = any((workspace.warehouse / table / f"month={month}").glob("part-??-??.parquet"))
    return daily and month <= calendar.of(workspace.now.date())


def _later(workspace: Workspace, day: str) -> bool:
    return workspace.as_of is not None and day > f"{workspace.now:%Y%m%d}"


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
