"""Which version of every input a run could read, so that an old run still reproduces after a restatement.

A run's month may be restated long after it: the new version lies beside the old. The ledger keeps, for every run, the
resend number of each unit and period up to its month; readers given these numbers read what the run read, and a run
older than the newest restatement is stale. `past.as_known` lays a workspace of its own for such a run.
"""

import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

from bassboss_lib.contracts import Unit, units
from bassboss_lib.exchange.names import Stem
from bassboss_lib.ledger import Ledger
from bassboss_lib.warehouse.monthly import SOURCES
from bassboss_lib.warehouse.partitions import PART, months, partition, paths, version
from bassboss_lib.workspace import Workspace

__all__ = ["Known", "Stale", "inputs", "known_at", "known_now", "known_to", "mark_stale", "remember", "stale"]

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
        for unit in inputs():
            for period, rr in _newest(workspace, unit.name, _until(workspace, unit, month)).items():
                row = (run, unit.name, period, rr, _delivery(workspace, unit, period, rr))
                ledger.execute("INSERT INTO run_input VALUES (?, ?, ?, ?, ?)", row)


def known_to(ledger: Ledger, run: str) -> Known:
    """Give what a run could read, for `partitions.paths` and `View`; monthly tables follow from their sources."""
    found: Known = defaultdict(dict)
    for row in ledger.rows("SELECT unit, period, rr FROM run_input WHERE run = ?", (run,)):
        found[row["unit"]][row["period"]] = row["rr"]
    return _with_monthly(found)


def known_now(workspace: Workspace, month: str) -> Known:
    """Give what a run of a month would read now, by unit and period."""
    return {unit.name: _newest(workspace, unit.name, month) for unit in inputs()}


def known_at(workspace: Workspace, ledger: Ledger, month: str) -> Known:
    """Give what could be read at the workspace's clock, had files come as soon as BOSS built them.

    Of a period that was built only after the clock the first version counts, so that no month is missing.
    """
    found: Known = {}
    for unit in inputs():
        newest = _newest(workspace, unit.name, month)
        found[unit.name] = {period: _known_rr(workspace, ledger, unit, period, rr) for period, rr in newest.items()}
    return _with_monthly(found)


def _known_rr(workspace: Workspace, ledger: Ledger, unit: Unit, period: str, newest: int) -> int:
    row = ledger.one(
        "SELECT max(rr) AS rr FROM delivery WHERE direction = 'in' AND unit = ? AND period = ? AND built_at <= ?"
        " AND rr <= ? AND loaded IS NOT NULL",
        (unit.code, period, workspace.now.isoformat(), newest),
    )
    if row and row["rr"] is not None:
        return int(row["rr"])
    month = period[:6]
    return min(rr for name, rr in map(version, _every_part(workspace, unit.name, month)) if name == period)


def _every_part(workspace: Workspace, table: str, month: str) -> list[Path]:
    return [path for path in partition(workspace, table, month).glob("part-*.parquet") if PART.fullmatch(path.name)]


def _delivery(workspace: Workspace, unit: Unit, period: str, rr: int) -> str:
    return Stem(unit.modes[0], workspace.settings.province, period, unit.code, rr).delivery("in")


def _with_monthly(found: Known) -> Known:
    """Add the monthly tables, whose resend number is the sum of their sources'."""
    for name, sources in SOURCES.items():
        every = [found.get(source, {}) for source in sources]
        found[name] = {month: sum(one[month] for one in every) for month in every[0] if all(month in s for s in every)}
    return dict(found)


def stale(workspace: Workspace, ledger: Ledger) -> list[Stale]:
    """List what was restated after the newest complete run of a notebook and month, by month, notebook and unit."""
    latest = (
        "SELECT r.month, r.notebook, i.unit, i.period, i.rr FROM run_input i JOIN run r ON r.id = i.run"
        " WHERE r.rowid IN (SELECT max(rowid) FROM run WHERE state = 'DONE' AND month <> 'none'"
        " GROUP BY notebook, month) ORDER BY r.month, r.notebook, i.unit, i.period"
    )
    now = {unit.name: _newest(workspace, unit.name) for unit in inputs()}
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


def _until(workspace: Workspace, unit: Unit, month: str) -> str:
    """Give the last month that a run of a month reads of a unit: of daily lists and feedback, up to its clock's."""
    return max(month, f"{workspace.now:%Y%m}") if unit.cycle == "day" or unit.feedback else month


def inputs() -> Iterable[Unit]:
    """Give the units that BOSS delivers."""
    return (unit for unit in units() if unit.direction == "in")


def _newest(workspace: Workspace, table: str, until: str = "999912") -> dict[str, int]:
    wanted = [month for month in months(workspace, table) if month <= until]
    return dict(version(path) for path in paths(workspace, table, wanted))
