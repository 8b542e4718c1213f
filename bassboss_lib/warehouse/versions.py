"""Which version of every input a run could read, so that an old run still reproduces after a restatement.

A run's month may be restated long after it: the new version lies beside the old. The ledger keeps, for every run, the
resend number of each unit and period up to its month; readers given these numbers read what the run read, and a run
older than the newest restatement is stale. `as_known` lays a workspace of its own for such a run, by hard links, in
which any notebook reads the past without knowing it.
"""

import json
import os
import shutil
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

from bassboss_lib.contracts import Unit, units
from bassboss_lib.errors import CallError
from bassboss_lib.exchange.disk import on_disk
from bassboss_lib.exchange.names import Stem
from bassboss_lib.ledger import Ledger
from bassboss_lib.warehouse.monthly import SOURCES
from bassboss_lib.warehouse.partitions import months, paths, version
from bassboss_lib.workspace import FOLDERS, Workspace, open_workspace

__all__ = ["Known", "Stale", "as_known", "known_to", "mark_stale", "remember", "stale"]

FORGOTTEN = (
    "DELETE FROM part WHERE delivery = ?",
    "DELETE FROM receipt WHERE delivery = ?",
    "DELETE FROM reject WHERE delivery = ?",
    "DELETE FROM delivery WHERE id = ?",
)

Known = dict[str, dict[str, int]]
"""Table → period → the resend number that counts."""


@dataclass(frozen=True)
class Stale:
    """A run whose input was restated after it: the run's month and notebook, the unit and the period restated."""

    month: str
    notebook: str
    unit: str
    period: str
    rr: int

    def line(self) -> str:
        """Say it on one line."""
        which = self.unit if self.period == self.month else f"{self.unit} of {self.period}"
        return f"{self.month}, {which} restated after the run of {self.notebook}"


def remember(workspace: Workspace, ledger: Ledger, run: str, month: str) -> None:
    """Write down which version of every input up to a month a run reads; nothing for a table without months."""
    if month == "none":
        return
    with ledger.transaction():
        for unit in _inputs():
            for period, rr in _newest(workspace, unit.name, _until(workspace, unit, month)).items():
                delivery = Stem(unit.modes[0], workspace.settings.province, period, unit.code, rr).delivery("in")
                row = (run, unit.name, period, rr, delivery)
                ledger.execute("INSERT INTO run_input VALUES (?, ?, ?, ?, ?)", row)


def known_to(ledger: Ledger, run: str) -> Known:
    """Give what a run could read, for `partitions.paths` and `View`; monthly tables follow from their sources."""
    found: Known = defaultdict(dict)
    for row in ledger.rows("SELECT unit, period, rr FROM run_input WHERE run = ?", (run,)):
        found[row["unit"]][row["period"]] = row["rr"]
    for name, sources in SOURCES.items():
        every = [found[source] for source in sources]
        found[name] = {month: sum(one[month] for one in every) for month in every[0] if all(month in s for s in every)}
    return dict(found)


def stale(workspace: Workspace, ledger: Ledger) -> list[Stale]:
    """List what was restated after the newest complete run of a notebook and month, by month, notebook and unit."""
    latest = (
        "SELECT r.month, r.notebook, i.unit, i.period, i.rr FROM run_input i JOIN run r ON r.id = i.run"
        " WHERE r.rowid IN (SELECT max(rowid) FROM run WHERE state = 'DONE' AND month <> 'none'"
        " GROUP BY notebook, month) ORDER BY r.month, r.notebook, i.unit, i.period"
    )
    now = {unit.name: _newest(workspace, unit.name) for unit in _inputs()}
    found = []
    for row in ledger.rows(latest):
        rr = now.get(row["unit"], {}).get(row["period"], row["rr"])
        if rr > row["rr"]:
            found.append(Stale(row["month"], row["notebook"], row["unit"], row["period"], rr))
    return found


def mark_stale(workspace: Workspace, ledger: Ledger) -> list[Stale]:
    """Write an event for every run that has become stale, once; give those that are new."""
    marked = [json.loads(row["detail"]) for row in ledger.rows("SELECT detail FROM event WHERE kind = 'stale'")]
    fresh = [one for one in stale(workspace, ledger) if asdict(one) not in marked]
    for one in fresh:
        ledger.event(workspace.now, "stale", one.month, asdict(one))
    return fresh


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
        that the run could read, no later period, and what notebooks derived of months up to the run's; ``models`` is
        whole; inbox, outbox, archive and runs are empty.

    Raises
    ------
    CallError
        If the run is unknown, or not of a month.
    DiskFailed
        If the target is there already, or on another disk.
    """
    row = ledger.one("SELECT month, started_at FROM run WHERE id = ?", (run,))
    if row is None or row["month"] == "none":
        what = "the run is unknown" if row is None else "the run is not of a month"
        raise CallError(what, where=run, remedy="see `bassboss status`")
    with on_disk(str(target)):
        for name in FOLDERS:
            (target / name).mkdir(parents=True)
        (target / "vault").chmod(0o700)
        shutil.copy2(workspace.root / "settings.yaml", target / "settings.yaml")
        known = known_to(ledger, run)
        links = [*_tables(workspace, known, row["month"]), *_private(workspace, known)]
        links += [path for path in workspace.models.rglob("*") if path.is_file()]
        for path in links:
            place = target / path.relative_to(workspace.root)
            place.parent.mkdir(parents=True, exist_ok=True)
            os.link(path, place)
    then = open_workspace(target, row["started_at"])
    ledger.copy(then.ledger)
    _forget_later(then, row["month"])
    return then


def _tables(workspace: Workspace, known: Known, month: str) -> list[Path]:
    """List the files of the warehouse: units as known, everything else of months up to the run's."""
    found: list[Path] = []
    units_in = {unit.name for unit in _inputs()}
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
    """List the key, and who was behind the pseudonyms by the customer deliveries that were known."""
    names = [f"identity/month={period}/part-{rr:02d}.parquet" for period, rr in known.get("customer", {}).items()]
    found = [workspace.vault / name for name in ["key", *names]]
    return [path for path in found if path.exists()]


def _forget_later(then: Workspace, month: str) -> None:
    """Take out of a copied ledger what was sent of the run's month, by it or after it, and later champions."""
    start = then.now.isoformat()
    sent = "SELECT id FROM delivery WHERE direction = 'out' AND (built_at >= ? OR substr(period, 1, 6) >= ?)"
    champion = (
        "SELECT id FROM model WHERE function = ? AND source = ? AND created_at < ? ORDER BY created_at DESC, id DESC"
    )
    with Ledger(then.ledger) as ledger, ledger.transaction():
        for row in ledger.rows(sent, (start, month)):
            for statement in FORGOTTEN:
                ledger.execute(statement, (row["id"],))
        for row in ledger.rows("SELECT function, source FROM champion WHERE since >= ?", (start,)):
            before = ledger.one(champion, (row["function"], row["source"], start))
            key = (row["function"], row["source"])
            ledger.execute("DELETE FROM champion WHERE function = ? AND source = ?", key)
            if before:
                ledger.execute("INSERT INTO champion VALUES (?, ?, ?, ?)", (*key, before["id"], start))


def _until(workspace: Workspace, unit: Unit, month: str) -> str:
    """Give the last month that a run of a month reads of a unit: of daily lists and feedback, up to its clock's."""
    return max(month, f"{workspace.now:%Y%m}") if unit.cycle == "day" or unit.feedback else month


def _inputs() -> Iterable[Unit]:
    return (unit for unit in units() if unit.direction == "in")


def _newest(workspace: Workspace, table: str, until: str = "999912") -> dict[str, int]:
    wanted = [month for month in months(workspace, table) if month <= until]
    return dict(version(path) for path in paths(workspace, table, wanted))
