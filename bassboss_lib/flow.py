"""What the command line does across rooms: bring the inbox in, run a plan, look at what there is."""

import ctypes
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from bassboss_lib import months
from bassboss_lib.console import console, step
from bassboss_lib.errors import BassbossError, CallError
from bassboss_lib.ledger import Ledger
from bassboss_lib.reports.mask import mask
from bassboss_lib.run_lines import RunLines, close, show_dry_run
from bassboss_lib.runs import (
    Choice,
    RunResult,
    StepResult,
    Task,
    as_of,
    dry_run,
    find,
    prepare,
    run_plan,
    spanned,
    up_to,
)
from bassboss_lib.runs.notify import message, notify
from bassboss_lib.workspace import Workspace

__all__ = ["STATUS", "home", "ingest", "missing", "run_target", "would_run"]

STATUS = {
    "deliveries": "SELECT id, direction, state, rows, loaded, quarantined, integrity, built_at FROM delivery "
    "ORDER BY built_at DESC, id LIMIT 40",
    "runs": "SELECT id, state, exit_code, started_at, message FROM run ORDER BY started_at DESC, id LIMIT 20",
}
"""Title → query of what `bassboss status` shows."""


def home() -> Path:
    """Find the folder with ``notebooks/`` and ``params/``: here, or beside the library.

    Raises
    ------
    CallError
        If neither has them.
    """
    for folder in (Path.cwd(), Path(__file__).resolve().parent.parent):
        if (folder / "notebooks").is_dir() and (folder / "params").is_dir():
            return folder
    raise CallError("no notebooks/ and params/ here", where=str(Path.cwd()), remedy="call it from the project's folder")


def ingest(workspace: Workspace, month: str = "", accept_volume: Sequence[str] = ()) -> None:
    """Bring the inbox into the warehouse and build the monthly aggregates; print what came, waits or was set aside."""
    from bassboss_lib.warehouse import ingest as bring_in
    from bassboss_lib.warehouse.versions import mark_stale

    with step("ingest") as under_way:
        report = bring_in(workspace, month or None, progress=under_way.tell, accepted=accept_volume)
        rows = sum(loaded.loaded for loaded in report.loaded)
        aside = sum(loaded.quarantined for loaded in report.loaded)
        under_way.outcome = f"{len(report.loaded)} deliveries, {rows:,} rows loaded, {aside:,} quarantined"
    for title, lines in (
        ("already loaded", report.already),
        ("waiting for", report.waiting),
        ("warning", report.warnings),
    ):
        for line in lines:
            console.print(f"{title}: {line}")
    build_months(workspace)
    with Ledger(workspace.ledger) as ledger:
        for one in mark_stale(workspace, ledger):
            console.print(f"stale: {one.line()}; next: run it again", markup=False)


def build_months(workspace: Workspace) -> None:
    """Build the monthly aggregates that are missing."""
    from bassboss_lib.warehouse import monthly
    from bassboss_lib.warehouse.partitions import months as delivered_months

    delivered = delivered_months(workspace, "cdr")
    with step("aggregate") as under_way:
        for place, one in enumerate(delivered):
            under_way.tell(place, len(delivered), one)
            monthly.build(workspace, one)
        under_way.outcome = f"{len(delivered)} months"


def run_target(
    workspace: Workspace,
    target: str,
    given: Mapping[str, object],
    file: Path | None = None,
    choice: Choice | None = None,
    *,
    then: bool = False,
) -> list[RunResult]:
    """Run a plan or a notebook; every parameter is settled before the first kernel starts.

    Parameters
    ----------
    given : mapping
        Parameters of the call; a month ``202601..202606`` runs these months in order, each as of then.
    choice : Choice, optional
        Which steps run; left out, a plan runs what changed, and a notebook that is called by its name runs.
    then : bool
        Run the month as of then, as a span of months always is.

    Raises
    ------
    BassbossError
        That of the first step that failed, after every step that could go on.
    """
    told: list[StepResult] = []
    try:
        for settled, tasks, wanted in _months(workspace, target, given, file, choice, then=then):
            _run_month(settled, target, tasks, wanted, told)
    except BassbossError as error:
        _notify(workspace, message(workspace, target, str(given.get("month", "")), told, error))
        raise
    _notify(workspace, message(workspace, target, told[-1].month, told))
    return [one.result for one in told if one.result is not None]


def _run_month(
    workspace: Workspace, target: str, tasks: tuple[Task, ...], choice: Choice, told: list[StepResult]
) -> None:
    lines = RunLines(told)
    try:
        results = run_plan(workspace, tasks, choice, lines)
    finally:
        if len(tasks) > 1 and lines.own:
            close(target, lines.own)
    for one in results:
        if one.error is not None:
            raise one.error


def _notify(workspace: Workspace, what: dict[str, object]) -> None:
    warning = notify(workspace, what)
    if warning:
        print(mask(warning), file=sys.stderr)


def would_run(
    workspace: Workspace,
    target: str,
    given: Mapping[str, object],
    file: Path | None = None,
    choice: Choice | None = None,
    *,
    then: bool = False,
) -> None:
    """Say what `run_target` would run and why."""
    for settled, tasks, wanted in _months(workspace, target, given, file, choice, then=then):
        show_dry_run(dry_run(settled, tasks, wanted))


def _months(
    workspace: Workspace,
    target: str,
    given: Mapping[str, object],
    file: Path | None,
    choice: Choice | None,
    *,
    then: bool,
) -> Iterator[tuple[Workspace, tuple[Task, ...], Choice]]:
    """Give workspace, tasks and choice for every month asked for."""
    span = spanned(str(given.get("month", "")))
    is_notebook = find(target, home()).suffix == ".ipynb"
    wanted = choice or Choice()
    wanted = replace(wanted, always=is_notebook and not wanted.resume)
    for month in span or [str(given.get("month", ""))]:
        own = {**given, "month": month} if month else given
        tasks = prepare(target, home(), given=own, file=file)
        names = [task.name for task in tasks]
        settled = as_of(workspace, month, names) if span or then else up_to(workspace, month)
        yield settled, tasks, wanted


def missing() -> list[str]:
    """Say what this machine lacks, each with the way to get it."""
    lines = []
    try:
        ctypes.CDLL("libgomp.so.1")
    except OSError:
        lines.append("libgomp.so.1 (LightGBM needs it): apt-get install libgomp1, or dnf install libgomp")
    try:
        home()
    except CallError as error:
        lines.append(error.line())
    return lines


def newest(workspace: Workspace, month: str) -> str:
    """Settle a month: the one given, or the newest delivered."""
    from bassboss_lib.warehouse.partitions import newest_month

    return months.require(month) if month else newest_month(workspace)
