"""What the command line does across rooms: bring the inbox in, run a plan, look at what there is."""

import ctypes
from collections.abc import Mapping, Sequence
from pathlib import Path

from bassboss_lib import months
from bassboss_lib.console import console, step
from bassboss_lib.errors import CallError
from bassboss_lib.ledger import Ledger
from bassboss_lib.runs import RunResult, prepare, run_notebook
from bassboss_lib.warehouse import monthly
from bassboss_lib.warehouse.partitions import months as delivered_months
from bassboss_lib.warehouse.versions import mark_stale
from bassboss_lib.workspace import Workspace

__all__ = ["STATUS", "home", "ingest", "missing", "run_target"]

STATUS = {
    "deliveries": "SELECT id, direction, state, rows, loaded, quarantined, integrity, built_at FROM delivery "
    "ORDER BY built_at DESC, id LIMIT 40",
    "runs": "SELECT id, state, exit_code, started_at, message FROM run ORDER BY started_at DESC, id LIMIT 20",
}
"""Title → query of what `bassboss status` shows."""

KEY_FIGURES = ("auc", "listed", "rules_failed")


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
    delivered = delivered_months(workspace, "cdr")
    with step("aggregate") as under_way:
        for place, one in enumerate(delivered):
            under_way.tell(place, len(delivered), one)
            monthly.build(workspace, one)
        under_way.outcome = f"{len(delivered)} months"


def run_target(
    workspace: Workspace, target: str, given: Mapping[str, object], file: Path | None = None
) -> list[RunResult]:
    """Run a plan or a notebook; every parameter is settled before the first kernel starts."""
    tasks = prepare(target, home(), given=given, file=file)
    results = []
    for task in tasks:
        with step(task.notebook.stem) as under_way:
            result = run_notebook(
                workspace,
                task.notebook,
                task.resolved,
                on_progress=lambda now, to=under_way: to.tell(now.cell, now.cells),  # type: ignore[misc]
            )
            under_way.outcome = _key_figures(result)
        results.append(result)
    return results


def _key_figures(result: RunResult) -> str:
    figures = result.result["figures"]
    told = [f"{name} {figures[name]:.4g}" for name in KEY_FIGURES if name in figures]
    return "  ".join([*told, str(result.report)])


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
