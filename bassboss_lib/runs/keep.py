"""Keep what a run leaves: the executed notebook with its state, the report, the folder in its place.

A failed run is kept as well, marked FAILED, since its partial notebook is what one needs to mend it.
Streams and tracebacks are masked, since a library may have quoted what it held.
"""

import copy
import shutil
from pathlib import Path
from typing import Any

from bassboss_lib.errors import DiskFailed
from bassboss_lib.reports.failing import COPY, failing_cell
from bassboss_lib.reports.mask import mask
from bassboss_lib.reports.scan import refuse_clear, withhold
from bassboss_lib.reports.writing import write_text
from bassboss_lib.runs.context import ERROR_FILE, RESULT_FILE
from bassboss_lib.runs.outcome import LOG_FILE
from bassboss_lib.runs.quick import quick_nbformat
from bassboss_lib.runs.record import RunRecord
from bassboss_lib.workspace import Workspace

__all__ = ["keep"]

PAPERMILL_MARK = "papermill-error-cell-tag"


def keep(
    workspace: Workspace,
    aside: Path,
    notebook: Path,
    row: RunRecord,
    state: str,
    *,
    result: dict[str, Any] | None = None,
    message: str = "",
) -> None:
    """Finish the folder that was made aside and rename it to the run's folder.

    A run that failed shows its state first, and then the cell that failed.

    Raises
    ------
    DiskFailed
        If the disk refuses.
    """
    from bassboss_lib.reports.html import ReportHeader, render

    if state != "DONE":  # whoever looks for the sentinel must not find one, whatever a cell wrote before it failed
        _remove(aside / RESULT_FILE)
    executed = _read_masked(aside / notebook.name, notebook)
    # A run is not done whose outputs show customers in clear (S10): it fails, and is kept without them.
    (refuse_clear if state == "DONE" else withhold)(workspace, executed["cells"], row.month)
    _mark(executed, aside / notebook.name, notebook, state, message)
    header = ReportHeader(
        run_id=row.id,
        notebook=row.notebook,
        month=row.month,
        source=row.source,
        state=state,
        message=message,
        started_at=row.started_at,
        parameters=row.parameters,
        versions=row.versions,
    )
    write_text(aside / "report.html", render(workspace, executed, header, result))
    _keep_log(aside / LOG_FILE, state)
    (aside / "progress.jsonl").unlink(missing_ok=True)
    (aside / ERROR_FILE).unlink(missing_ok=True)
    folder = workspace.root / row.folder
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        aside.rename(folder)
    except OSError as error:
        what = f"the run folder cannot be put in its place: {error.strerror}"
        raise DiskFailed(what, where=row.folder, remedy="free the disk and run again") from error


def _read_masked(output: Path, notebook: Path) -> Any:
    """Read the executed notebook, its streams and errors masked; where none was saved, a copy of the source."""
    nbformat = quick_nbformat()
    try:
        executed = nbformat.read(output, as_version=4)
    except (OSError, ValueError):  # killed before or while papermill wrote it
        executed = nbformat.read(notebook, as_version=4)
    executed["cells"] = [cell for cell in executed["cells"] if PAPERMILL_MARK not in cell["metadata"].get("tags", [])]
    for part in (part for one in executed["cells"] for part in one.get("outputs", [])):
        _mask_output(part)
    return executed


def _mark(executed: Any, output: Path, notebook: Path, state: str, message: str) -> None:
    """Write the notebook in its place; one that is not done opens with its state and a copy of the cell that failed."""
    executed["metadata"].get("papermill", {}).update(input_path=notebook.name, output_path=notebook.name)
    if state != "DONE":
        executed["cells"][:0] = [_face(state, message), *_failing(executed["cells"], message)]
    write_text(output, quick_nbformat().writes(executed) + "\n")


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    path.unlink(missing_ok=True)


def _failing(cells: list[Any], message: str) -> list[Any]:
    found = failing_cell(cells, message)
    if found is None:
        return []
    copied = copy.deepcopy(found)
    copied["id"], copied["metadata"]["tags"] = COPY, [COPY]
    return [copied]


def _mask_output(part: dict[str, Any]) -> None:
    if part["output_type"] == "stream":
        part["text"] = mask(part["text"])
    elif part["output_type"] == "error":
        part["evalue"] = mask(part["evalue"])
        part["traceback"] = [mask(line) for line in part["traceback"]]


def _face(state: str, message: str) -> Any:
    source = f"# {state}\n\n```\n{message}\n```"
    return quick_nbformat().v4.new_markdown_cell(source, metadata={"tags": ["run-state"]}, id="run-state")


def _keep_log(log: Path, state: str) -> None:
    """Keep what the child process wrote to standard error only where it helps to find a failure."""
    text = log.read_text(encoding="utf-8", errors="replace") if log.exists() else ""
    log.unlink(missing_ok=True)
    if text and state != "DONE":
        write_text(log, mask(text))
