"""Run one notebook: settled parameters in, a complete run folder or one error out.

Papermill works in a child process that `supervise` watches. Its output is made aside, in ``runs/.tmp/<run
id>``, and renamed when it is whole. What happened is told by the child's last event and by ``result.json``,
never by the saved notebook, which says that every cell completed even after its kernel was killed.
"""

import contextlib
import fcntl
import json
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from bassboss_lib.errors import BassbossError, DiskFailed, Interrupted, Locked
from bassboss_lib.ledger import Ledger
from bassboss_lib.markup import about, listing
from bassboss_lib.reports.mask import mask
from bassboss_lib.runs import record
from bassboss_lib.runs.context import month_of
from bassboss_lib.runs.keep import LOG_FILE, keep
from bassboss_lib.runs.outcome import judge
from bassboss_lib.runs.parameters import Resolved
from bassboss_lib.runs.record import RunRecord
from bassboss_lib.runs.supervise import RUN_DIR, supervise
from bassboss_lib.warehouse import versions
from bassboss_lib.workspace import Workspace

__all__ = ["Progress", "RunResult", "run_notebook"]


@dataclass(frozen=True)
class Progress:
    """How far a run is: ``cell`` of ``cells`` has begun."""

    notebook: str
    cell: int
    cells: int
    elapsed_s: float


@dataclass(frozen=True)
class RunResult:
    """A run that is complete: where it lies, and what its ``result.json`` says."""

    id: str
    folder: Path
    result: dict[str, Any]
    elapsed_s: float

    def _repr_html_(self) -> str:
        figures = [(name, f"{value:,.4g}") for name, value in self.result["figures"].items()]
        facts = {"month": self.result["month"], "seconds": f"{self.elapsed_s:,.1f}", "report": self.report.name}
        return about(f"run {self.id}", facts, listing(["figure", "value"], figures))

    @property
    def report(self) -> Path:
        """The page for readers."""
        return self.folder / "report.html"


def run_notebook(
    workspace: Workspace,
    notebook: Path,
    resolved: Resolved,
    *,
    on_progress: Callable[[Progress], None] | None = None,
) -> RunResult:
    """Run a notebook with settled parameters, keep its record, and render its report and the index.

    The folder ``runs/<month>/<notebook>/<run id>`` appears when the run has ended, and holds the executed
    notebook, ``report.html`` and, if every cell completed, ``result.json``.

    Raises
    ------
    Locked
        If the same notebook runs for the same month or source (R11).
    CellFailed
        If a cell raises (R01), or the notebook ends without ``result.json`` (R15).
    KernelDied
        If its kernel dies (R02).
    DeadlinePassed
        After ``run_deadline_s`` of the settings (R04).
    Interrupted
        After SIGINT or SIGTERM (R05).
    DiskFailed
        If the disk refuses.
    BassbossError
        Whatever error of ours a cell raises, with its own exit code.
    """
    source = str(resolved.values.get("source", ""))
    month = _month(workspace, resolved, source)
    try:
        with _lock(workspace, f"{notebook.stem}-{month}-{source}"), Ledger(workspace.ledger) as ledger:
            for abandoned in record.abandon(ledger, workspace.now, notebook.stem, month, source):
                shutil.rmtree(workspace.runs / ".tmp" / abandoned, ignore_errors=True)
            row = record.begin(ledger, workspace.now, notebook, month, resolved)
            versions.remember(workspace, ledger, row.id, month)
            return _attempt(workspace, ledger, notebook, row, on_progress)
    except OSError as error:
        raise _disk(error, notebook) from error


def _month(workspace: Workspace, resolved: Resolved, source: str) -> str:
    """Settle the month, also in the values the notebook is given, so that both sides mean the same."""
    if "month" not in resolved.values:
        return "none"
    month = month_of(workspace, str(resolved.values["month"]), source)
    if month != "none":
        resolved.values["month"] = month
    return month


@contextlib.contextmanager
def _lock(workspace: Workspace, name: str) -> Iterator[None]:
    path = workspace.runs / ".locks" / f"{name}.lock"
    path.parent.mkdir(exist_ok=True)
    with path.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Locked(
                "another run of this notebook and month is under way",
                fault="R11",
                where=name,
                remedy="wait for its end",
            ) from None
        yield


def _attempt(
    workspace: Workspace,
    ledger: Ledger,
    notebook: Path,
    row: RunRecord,
    on_progress: Callable[[Progress], None] | None,
) -> RunResult:
    """Run, and write how it ended, whatever happens."""
    began_s = time.monotonic()
    aside = workspace.runs / ".tmp" / row.id

    from bassboss_lib.reports.index import write_index

    def ended(state: str, **detail: Any) -> float:
        elapsed_s = time.monotonic() - began_s
        record.end(ledger, row, workspace.now + timedelta(seconds=round(elapsed_s)), state, **detail)
        write_index(workspace)
        return elapsed_s

    try:
        aside.mkdir(parents=True)
        last = supervise(**_child(workspace, notebook, row, aside), on_event=_told(notebook, began_s, on_progress))
        result = judge(last, aside, notebook.name, f"notebook in {row.folder}")
        keep(workspace, aside, notebook, row, "DONE", result=result)
    except BaseException as error:
        state, code, message = _verdict(error)
        with contextlib.suppress(Exception):  # the error that ended the run is the one to tell
            keep(workspace, aside, notebook, row, state, message=message)
        ended(state, exit_code=code, message=message)
        raise
    elapsed_s = ended("DONE", figures=result["figures"])
    return RunResult(row.id, workspace.root / row.folder, result, elapsed_s)


def _disk(error: OSError, notebook: Path) -> DiskFailed:
    return DiskFailed(
        f"the run cannot be written: {error.strerror or error}",
        where=f"{notebook.stem}: {Path(error.filename).name if error.filename else 'runs'}",
        remedy="free the disk and run again",
    )


def _verdict(error: BaseException) -> tuple[str, int, str]:
    state = "INTERRUPTED" if isinstance(error, Interrupted | KeyboardInterrupt) else "FAILED"
    if isinstance(error, BassbossError):
        return state, error.exit_code, error.line()
    if isinstance(error, OSError):
        return state, DiskFailed.exit_code, mask(str(error))
    return state, 1, mask(f"{type(error).__name__}: {error}")


def _child(workspace: Workspace, notebook: Path, row: RunRecord, aside: Path) -> dict[str, Any]:
    """Say what the child process is to do, and in which surroundings."""
    return {
        "command": [sys.executable, "-m", "bassboss_lib.runs.child"],
        "job": {
            "notebook": str(notebook),
            "output": str(aside / notebook.name),
            "values": row.parameters,
            "run_dir": str(aside),
        },
        "environment": {
            "BASSBOSS_WORKSPACE": str(workspace.root),
            "BASSBOSS_NOW": workspace.now.isoformat(),
            RUN_DIR: str(aside),
            "PYTHONHASHSEED": "0",
        },
        "log": aside / LOG_FILE,
        "deadline_s": workspace.settings.run_deadline_s,
    }


def _told(
    notebook: Path, began_s: float, on_progress: Callable[[Progress], None] | None
) -> Callable[[dict[str, Any]], None]:
    """Turn the child's events into progress."""
    cells = len(json.loads(notebook.read_text(encoding="utf-8"))["cells"])

    def told(event: dict[str, Any]) -> None:
        if on_progress is not None and event["event"] == "cell":
            on_progress(Progress(notebook.stem, event["cell"], cells, time.monotonic() - began_s))

    return told
