"""Run one notebook: settled parameters in, a complete run folder or one error out.

Papermill works in a child process that `supervise` watches. Its output is made aside, in ``runs/.tmp/<run
id>``, and renamed when it is whole. What happened is told by the child's last event and by ``result.json``,
never by the saved notebook, which says that every cell completed even after its kernel was killed.
"""

import contextlib
import json
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from bassboss_lib.errors import BassbossError, DiskFailed, Interrupted
from bassboss_lib.ledger import Ledger
from bassboss_lib.markup import about, listing
from bassboss_lib.progress import CHANNEL
from bassboss_lib.reports.mask import mask
from bassboss_lib.reports.writing import write_text
from bassboss_lib.runs import record
from bassboss_lib.runs.context import month_of
from bassboss_lib.runs.fingerprint import fingerprint
from bassboss_lib.runs.hear import Ear, Progress
from bassboss_lib.runs.keep import keep
from bassboss_lib.runs.lock import locked, owner
from bassboss_lib.runs.outcome import LOG_FILE, judge
from bassboss_lib.runs.parameters import Resolved
from bassboss_lib.runs.preflight import preflight
from bassboss_lib.runs.processes import RUN_DIR, Meter
from bassboss_lib.runs.record import RunRecord
from bassboss_lib.runs.recover import abandon_all
from bassboss_lib.runs.supervise import Limits, signals_raise, supervise
from bassboss_lib.warehouse import versions
from bassboss_lib.workspace import AS_OF, Workspace

__all__ = ["Progress", "RunResult", "run_notebook", "settle_month"]

AS_OF_FILE = "as_of.json"
PROGRESS_FILE = "progress.jsonl"
ONE_THREAD = dict.fromkeys(("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS"), "1")
"""On two threads linear algebra adds up in another order: figures of many rows differed in their 14th digit (R17)."""


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
    deadline_s: int | None = None,
    reads_models: bool = False,
    on_progress: Callable[[Progress], None] | None = None,
) -> RunResult:
    """Run a notebook with settled parameters, keep its record, and render its report and the index.

    The folder ``runs/<month>/<notebook>/<run id>`` appears when the run has ended, and holds the executed
    notebook, ``report.html`` and, if every cell completed, ``result.json``.

    Parameters
    ----------
    deadline_s : int, optional
        Seconds it may take; else ``run_deadline_s`` of the settings.
    reads_models : bool
        Whether its fingerprint covers the champions.
    on_progress : callable, optional
        Told which cell has begun, and how far a long step inside a cell is.

    Raises
    ------
    CallError
        If its kernel is not installed (R10), or it was changed and ``strict_notebooks`` is set (R14).
    Locked
        If the same notebook runs for the same month or source (R11).
    CellFailed
        If a cell raises (R01), or the notebook ends without ``result.json`` (R15).
    KernelDied
        If its kernel dies (R02) or takes more memory than it may (R03).
    DeadlinePassed
        After ``deadline_s``, or after ``cell_deadline_s`` of the settings in one cell (R04).
    Interrupted
        After SIGINT or SIGTERM (R05).
    DiskFailed
        If the disk refuses (R28).
    BassbossError
        Whatever error of ours a cell raises, with its own exit code.
    """
    source = str(resolved.values.get("source", ""))
    month = settle_month(workspace, resolved)
    preflight(workspace, notebook)
    try:
        with locked(workspace, notebook.stem, month, source) as lock, Ledger(workspace.ledger) as ledger:
            abandon_all(workspace, ledger, but=(notebook.stem, month, source))
            row = record.begin(ledger, workspace.now, notebook, month, resolved, owner=owner())
            versions.remember(workspace, ledger, row.id, month)
            cells = len(json.loads(notebook.read_text(encoding="utf-8"))["cells"])
            aside = workspace.runs / ".tmp" / row.id
            ear = Ear(notebook.stem, cells, aside / PROGRESS_FILE, on_progress, lock.beat)
            limits = _limits(workspace, deadline_s)
            with signals_raise():
                return _Attempt(workspace, ledger, notebook, row, aside, ear, reads_models).run(limits)
    except OSError as error:
        raise _disk(error, notebook) from error


def settle_month(workspace: Workspace, resolved: Resolved) -> str:
    """Settle the month, also in the values the notebook is given, so that both sides mean the same."""
    if "month" not in resolved.values:
        return "none"
    month = month_of(workspace, str(resolved.values["month"]), str(resolved.values.get("source", "")))
    if month != "none":
        resolved.values["month"] = month
    return month


def _limits(workspace: Workspace, deadline_s: int | None) -> Limits:
    settings = workspace.settings
    memory_max_bytes = settings.run_memory_max_mb * 1_000_000
    return Limits(deadline_s or settings.run_deadline_s, settings.cell_deadline_s, memory_max_bytes)


@dataclass
class _Attempt:
    """One run from its folder aside to its end in the ledger, whatever happens."""

    workspace: Workspace
    ledger: Ledger
    notebook: Path
    row: RunRecord
    aside: Path
    ear: Ear
    reads_models: bool

    def run(self, limits: Limits) -> RunResult:
        from bassboss_lib.reports.index import write_index

        self.began_s, self.meter = time.monotonic(), Meter()
        try:
            self._lay_aside()
            with tempfile.TemporaryDirectory(prefix="bassboss-", ignore_cleanup_errors=True) as sockets:
                last = supervise(**self._child(limits, sockets))
            result = judge(
                {"cell": self.ear.cell} | last, self.aside, self.notebook.name, f"notebook in {self.row.folder}"
            )
            keep(self.workspace, self.aside, self.notebook, self.row, "DONE", result=result)
        except BaseException as error:
            state, code, message = _verdict(error)
            with contextlib.suppress(Exception):  # the error that ended the run is the one to tell
                keep(self.workspace, self.aside, self.notebook, self.row, state, message=message)
            self._end(state, exit_code=code, message=message)
            with contextlib.suppress(Exception):
                write_index(self.workspace)
            raise
        made_from = fingerprint(
            self.workspace,
            self.ledger,
            self.notebook,
            self.row.month,
            self.row.parameters,
            reads_models=self.reads_models,
        )
        elapsed_s = self._end("DONE", figures=result["figures"], fingerprint=made_from)
        write_index(self.workspace)
        return RunResult(self.row.id, self.workspace.root / self.row.folder, result, elapsed_s)

    def _lay_aside(self) -> None:
        self.aside.mkdir(parents=True)
        (self.aside / PROGRESS_FILE).touch()
        if self.workspace.as_of is not None:
            write_text(self.aside / AS_OF_FILE, json.dumps(asdict(self.workspace.as_of)) + "\n")

    def _end(self, state: str, **detail: Any) -> float:
        elapsed_s = time.monotonic() - self.began_s
        at = self.workspace.now + timedelta(seconds=round(elapsed_s))
        took: dict[str, Any] = {"peak_memory_bytes": self.meter.peak_memory_bytes, "elapsed_s": round(elapsed_s, 3)}
        record.end(self.ledger, self.row, at, state, **detail, **took)
        return elapsed_s

    def _child(self, limits: Limits, sockets: str) -> dict[str, Any]:
        """Say what the child process is to do, in which surroundings, and who listens."""
        aside = self.aside
        job = {
            "notebook": str(self.notebook),
            "output": str(aside / self.notebook.name),
            "values": self.row.parameters,
            "run_dir": str(aside),
            "sockets": sockets,
            "memory_max_bytes": limits.memory_max_bytes,
        }
        environment = {
            "BASSBOSS_WORKSPACE": str(self.workspace.root),
            "BASSBOSS_NOW": self.workspace.now.isoformat(),
            AS_OF: str(aside / AS_OF_FILE) if self.workspace.as_of else "",
            RUN_DIR: str(aside),
            CHANNEL: str(aside / PROGRESS_FILE),
            "PYTHONHASHSEED": "0",
            **ONE_THREAD,
        }
        command = [sys.executable, "-m", "bassboss_lib.runs.child"]
        heard = {"on_event": self.ear.hear, "on_look": self.ear.look, "meter": self.meter}
        return {
            "command": command,
            "job": job,
            "environment": environment,
            "log": aside / LOG_FILE,
            "limits": limits,
            **heard,
        }


def _disk(error: OSError, notebook: Path) -> DiskFailed:
    return DiskFailed(
        f"the run cannot be written: {error.strerror or error}",
        fault="R28",
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
