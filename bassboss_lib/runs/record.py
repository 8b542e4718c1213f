"""The record of a run in the ledger: one row from its start to its end.

The ledger holds the state of a run, not the notebook: after a killed kernel the saved notebook says that
every cell completed. A run is RUNNING, then DONE, FAILED or INTERRUPTED; a RUNNING row whose process is
gone is ABANDONED.
"""

import hashlib
import json
import platform
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from sqlite3 import Row

import bassboss_lib
from bassboss_lib.ledger import Ledger
from bassboss_lib.runs.parameters import Resolved
from bassboss_lib.runs.released import notebook_hash, released_state

__all__ = [
    "RunRecord",
    "abandon",
    "begin",
    "code_hash",
    "end",
    "finished",
    "libraries",
    "newest",
    "notebook_hash",
    "versions",
]

LIBRARIES = ("bassboss", "duckdb", "lightgbm", "numpy", "pandas", "papermill", "pyarrow", "scikit-learn")


@dataclass(frozen=True)
class RunRecord:
    """What is known of a run when it starts; ``folder`` is relative to the workspace."""

    id: str
    notebook: str
    month: str
    source: str
    started_at: datetime
    folder: str
    parameters: dict[str, object]
    origins: dict[str, str]
    versions: dict[str, str]


def begin(
    ledger: Ledger, now: datetime, notebook: Path, month: str, resolved: Resolved, *, owner: str = ""
) -> RunRecord:
    """Write the RUNNING row of a new run and give its record; ``owner`` is the machine and process that runs it.

    The run id is month, notebook, time of the run's clock and a number that rises where these are equal.
    """
    stem = notebook.stem
    prefix = f"{month}-{stem}-{now:%Y%m%dT%H%M%S}"
    with ledger.transaction():
        earlier = ledger.one("SELECT count(*) AS n FROM run WHERE substr(id, 1, ?) = ?", (len(prefix), prefix))
        run_id = f"{prefix}-{(earlier['n'] if earlier else 0) + 1}"
        record = RunRecord(
            id=run_id,
            notebook=stem,
            month=month,
            source=str(resolved.values.get("source", "")),
            started_at=now,
            folder=f"runs/{month}/{stem}/{run_id}",
            parameters=dict(resolved.values),
            origins=dict(resolved.origins),
            versions=versions(notebook),
        )
        _insert(ledger, record)
        ledger.execute("INSERT INTO run_detail (run, owner) VALUES (?, ?)", (run_id, owner))
        ledger.event(now, "run", run_id, {"state": "RUNNING"})
    return record


def end(
    ledger: Ledger,
    record: RunRecord,
    at: datetime,
    state: str,
    *,
    exit_code: int = 0,
    figures: Mapping[str, float] | None = None,
    message: str = "",
    fingerprint: Mapping[str, str] | None = None,
    peak_memory_bytes: int = 0,
    elapsed_s: float = 0.0,
) -> None:
    """Write how a run ended: state, exit code, figures, what it took and, if it failed, the line that says why."""
    values = (state, at.isoformat(), exit_code, _json(figures or {}), message, record.id)
    with ledger.transaction():
        ledger.execute(
            "UPDATE run SET state = ?, ended_at = ?, exit_code = ?, figures = ?, message = ? WHERE id = ?",
            values,
        )
        ledger.execute(
            "UPDATE run_detail SET fingerprint = ?, peak_memory_bytes = ?, elapsed_s = ? WHERE run = ?",
            (_json(fingerprint or {}), peak_memory_bytes, elapsed_s, record.id),
        )
        ledger.event(at, "run", record.id, {"state": state, "exit_code": exit_code})


def finished(ledger: Ledger, notebook: str, month: str, source: str) -> Row | None:
    """Give the newest complete run of a notebook, month and source, with its fingerprint."""
    return ledger.one(
        "SELECT r.*, d.fingerprint FROM run r LEFT JOIN run_detail d ON d.run = r.id"
        " WHERE r.state = 'DONE' AND r.notebook = ? AND r.month = ? AND r.source = ? ORDER BY r.rowid DESC",
        (notebook, month, source),
    )


def newest(ledger: Ledger, notebook: str, month: str, source: str) -> Row | None:
    """Give the newest run of a notebook, month and source, however it ended."""
    statement = "SELECT * FROM run WHERE notebook = ? AND month = ? AND source = ? ORDER BY rowid DESC"
    return ledger.one(statement, (notebook, month, source))


def abandon(ledger: Ledger, now: datetime, notebook: str, month: str, source: str) -> list[str]:
    """Mark the RUNNING rows of a notebook and month as ABANDONED; give their ids.

    Only the holder of their lock may call it: under the lock, a RUNNING row belongs to a process that is
    gone.
    """
    statement = "SELECT id FROM run WHERE state = 'RUNNING' AND notebook = ? AND month = ? AND source = ?"
    with ledger.transaction():
        found = [row["id"] for row in ledger.rows(statement, (notebook, month, source))]
        for run_id in found:
            ledger.execute("UPDATE run SET state = 'ABANDONED', ended_at = ? WHERE id = ?", (now.isoformat(), run_id))
            ledger.event(now, "run", run_id, {"state": "ABANDONED"})
    return found


def versions(notebook: Path) -> dict[str, str]:
    """Give what a run was made with: library versions, and hashes of its code and of the notebook."""
    of_notebook = {"notebook": notebook_hash(notebook), "notebook_state": released_state(notebook)}
    return libraries() | {"code": code_hash()} | of_notebook


def libraries() -> dict[str, str]:
    """Give the versions of Python and of the libraries that results depend on."""
    return {"python": platform.python_version()} | {name: _version(name) for name in LIBRARIES}


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "none"


@cache
def code_hash() -> str:
    """Give a hash of our code and of the data that is part of it, such as rules and units."""
    folder = Path(bassboss_lib.__file__).parent
    digest = hashlib.sha256()
    for path in sorted(path for path in folder.rglob("*") if path.suffix in (".py", ".yaml")):
        digest.update(path.relative_to(folder).as_posix().encode() + path.read_bytes())
    return digest.hexdigest()[:12]


def _insert(ledger: Ledger, record: RunRecord) -> None:
    parameters = {"values": record.parameters, "origins": record.origins}
    ledger.execute(
        "INSERT INTO run (id, notebook, month, source, state, started_at, folder, parameters, versions)"
        " VALUES (?, ?, ?, ?, 'RUNNING', ?, ?, ?, ?)",
        (
            record.id,
            record.notebook,
            record.month,
            record.source,
            record.started_at.isoformat(),
            record.folder,
            _json(parameters),
            _json(record.versions),
        ),
    )


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
