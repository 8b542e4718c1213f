"""The past as a workspace of its own: what a run could read, laid by hard links, which cost no space.

Any notebook reads the past in it without knowing it, and what it writes stays there; nothing of it reaches BOSS.
"""

import os
import shutil
from pathlib import Path

from bassboss_lib.errors import CallError
from bassboss_lib.exchange.disk import on_disk
from bassboss_lib.ledger import Ledger
from bassboss_lib.warehouse.partitions import paths, version
from bassboss_lib.warehouse.versions import Known, inputs, known_to
from bassboss_lib.workspace import FOLDERS, Workspace, open_workspace

__all__ = ["as_known"]

LATER = "(SELECT id FROM run WHERE rowid >= (SELECT rowid FROM run WHERE id = :run))"
SENT = "(SELECT id FROM delivery WHERE direction = 'out' AND (built_at >= :start OR substr(period, 1, 6) >= :month))"
FORGOTTEN = (
    f"DELETE FROM part WHERE delivery IN {SENT}",  # noqa: S608 - constants of ours
    f"DELETE FROM receipt WHERE delivery IN {SENT}",  # noqa: S608
    f"DELETE FROM reject WHERE delivery IN {SENT}",  # noqa: S608
    f"DELETE FROM delivery WHERE id IN {SENT}",  # noqa: S608
    f"DELETE FROM run_detail WHERE run IN {LATER}",  # noqa: S608
    f"DELETE FROM run_input WHERE run IN {LATER}",  # noqa: S608
    f"DELETE FROM run WHERE id IN {LATER}",  # noqa: S608
)


def as_known(workspace: Workspace, ledger: Ledger, run: str, target: Path) -> Workspace:
    """Lay a workspace in which everything is as it was known to a run, for running its notebook again.

    Nothing of the workspace itself is changed, whatever is done in the other one: files are hard links, which are
    replaced and never written in place; the ledger is a copy, without the deliveries to BOSS that were not there yet.

    Parameters
    ----------
    workspace, ledger : Workspace, Ledger
        Where the run ran, and what remembers it.
    run : str
        Its identifier.
    target : Path
        A folder on the same disk that does not exist yet.

    Returns
    -------
    Workspace
        Its clock stands at the start of the run. ``warehouse`` and ``vault`` hold the version of each unit and period
        that the run could read, no later period, and what notebooks derived of months up to the run's (of an imported
        table the tables as they are now); ``models`` is whole; inbox, outbox, archive and runs are empty.

    Raises
    ------
    CallError
        If the run is unknown.
    DiskFailed
        If the target is there already, or on another disk.
    """
    row = ledger.one("SELECT month, started_at FROM run WHERE id = ?", (run,))
    if row is None:
        raise CallError("the run is unknown", where=run, remedy="see `bassboss status`")
    with on_disk(str(target)):
        for name in FOLDERS:
            (target / name).mkdir(parents=True)
        (target / "vault").chmod(0o700)
        shutil.copy2(workspace.root / "settings.yaml", target / "settings.yaml")
        for path in _read_by(workspace, known_to(ledger, run), row["month"]):
            place = target / path.relative_to(workspace.root)
            place.parent.mkdir(parents=True, exist_ok=True)
            os.link(path, place)
    then = open_workspace(target, row["started_at"])
    ledger.copy(then.ledger)
    _forget_later(then, run, row["month"])
    return then


def _read_by(workspace: Workspace, known: Known, month: str) -> list[Path]:
    found = [*_tables(workspace, known, month), *_private(workspace, known)]
    if month == "none":
        found += [path for path in (workspace.warehouse / "source").rglob("*") if path.is_file()]
    return found + [path for path in workspace.models.rglob("*") if path.is_file()]


def _tables(workspace: Workspace, known: Known, month: str) -> list[Path]:
    """List the files of the warehouse: units as known, everything else of months up to the run's."""
    found: list[Path] = []
    units_in = {unit.name for unit in inputs()}
    for folder in sorted(workspace.warehouse.glob("**/month=*")):
        table = str(folder.parent.relative_to(workspace.warehouse))
        when = folder.name.removeprefix("month=")
        if table in known or table in units_in:
            files = paths(workspace, table, [when], known.get(table, {}))
            found += [path for path in files if version(path)[0] in known.get(table, {})]
        elif when <= month:
            found += [path for path in folder.iterdir() if path.is_file()]
    return found


def _private(workspace: Workspace, known: Known) -> list[Path]:
    """List key and salts, and who was behind the pseudonyms by the customer deliveries that were known."""
    names = [f"identity/month={period}/part-{rr:02d}.parquet" for period, rr in known.get("customer", {}).items()]
    secrets = [path for path in workspace.vault.iterdir() if path.is_file()]
    return secrets + [path for name in names if (path := workspace.vault / name).exists()]


def _forget_later(then: Workspace, run: str, month: str) -> None:
    """Take out of a copied ledger the run and later ones, what they or later months sent, and later champions."""
    start = then.now.isoformat()
    champion = "SELECT model AS id FROM promotion WHERE function = ? AND source = ? AND at <= ? ORDER BY id DESC"
    stored = (
        "SELECT id FROM model WHERE function = ? AND source = ? AND created_at <= ? ORDER BY created_at DESC, id DESC"
    )
    with Ledger(then.ledger) as ledger, ledger.transaction():
        for statement in FORGOTTEN:
            ledger.execute(statement, {"run": run, "month": month, "start": start})
        for row in ledger.rows("SELECT function, source FROM champion WHERE since > ?", (start,)):
            key = (row["function"], row["source"])
            before = ledger.one(champion, (*key, start)) or ledger.one(stored, (*key, start))
            ledger.execute("DELETE FROM champion WHERE function = ? AND source = ?", key)
            if before:
                ledger.execute("INSERT INTO champion VALUES (?, ?, ?, ?)", (*key, before["id"], start))
