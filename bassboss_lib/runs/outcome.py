"""Judge a run by what its child process told last and by the sentinel, never by the saved notebook."""

import json
import re
from pathlib import Path
from typing import Any

from bassboss_lib import errors
from bassboss_lib.errors import BassbossError, CallError, CellFailed, DiskFailed, KernelDied
from bassboss_lib.reports.mask import mask
from bassboss_lib.runs.context import ERROR_FILE, RESULT_FILE
from bassboss_lib.runs.supervise import Event

__all__ = ["LOG_FILE", "judge"]

LOG_FILE = "papermill.log"
"""What the child process wrote to standard error."""
ERROR_LINE = re.compile(r"[A-Za-z_][\w.]*(Error|Exception|Fault|Interrupt|error): |Fatal Python error|OMP: Error")
SAID_CHARACTERS_MAX = 300
OUT_OF_MEMORY = ("MemoryError", "_ArrayMemoryError", "ArrowMemoryError", "OutOfMemoryException")
"""How Python, numpy, Arrow and DuckDB say that there is no memory left."""


def judge(last: Event, folder: Path, notebook: str, kept: str) -> dict[str, Any]:
    """Give what ``result.json`` says, if the run is complete.

    Parameters
    ----------
    last : dict
        The last event of the child process; empty if it told none.
    folder : Path
        The run's folder, with ``result.json`` or the error a cell left.
    notebook, kept : str
        Name of the notebook's file and what is kept of it, for the error.

    Raises
    ------
    CellFailed
        If a cell raised (R01), or there is no sentinel of this run (R15).
    KernelDied
        If the kernel or its process died (R02), or found no memory (R03).
    DiskFailed
        If the notebook could not be saved (R28).
    CallError
        If the notebook's kernel is not installed (R10).
    BassbossError
        The error of ours that a cell raised, as it was.
    """
    match last.get("event"):
        case "completed":
            return _sentinel(folder / RESULT_FILE, notebook, kept)
        case "stopped":
            what, where = "a cell ended the notebook before its last cell", f"{notebook}, cell {last['cell']}"
            raise CellFailed(what, fault="R15", where=where, kept=kept, remedy="let it run to its end")
        case "disk":
            what, where = f"the notebook cannot be saved: {last['error']}", f"{notebook}, cell {last['cell']}"
            raise DiskFailed(what, fault="R28", where=where, remedy="free the disk and run again")
        case "raised" if last["name"] in OUT_OF_MEMORY:
            where = f"{notebook}, cell {last['cell']}"
            what, remedy = "the kernel found no memory", "give it more, or less to do"
            raise KernelDied(what, fault="R03", where=where, kept=kept, remedy=remedy)
        case "raised":
            raise _raised(last, folder / ERROR_FILE, notebook, kept)
        case "no kernel":
            what = f"kernel {last['name']!r} is not installed"
            raise CallError(what, fault="R10", where=notebook, remedy="choose Python 3 in the notebook")
    where = f"{notebook}, cell {last['cell']}" if last.get("cell") else notebook
    what = f"the kernel died: {last.get('reason') or 'its process ended without a word'}{_said(folder / LOG_FILE)}"
    raise KernelDied(mask(what), fault="R02", where=where, kept=kept, remedy="look at memory, then run again")


def _said(log: Path) -> str:
    """Give the last error that kernel or papermill wrote to standard error; empty if none."""
    try:
        lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return ""
    found = [line for line in lines if ERROR_LINE.match(line)]
    return f" ({found[-1][:SAID_CHARACTERS_MAX]})" if found else ""


def _sentinel(path: Path, notebook: str, kept: str) -> dict[str, Any]:
    try:
        result = json.loads(path.read_text(encoding="utf-8"))
        whole = result["notebook"] == Path(notebook).stem and isinstance(result["figures"], dict)
    except FileNotFoundError:
        what = "the notebook ended without its result file"
    except (ValueError, KeyError, TypeError, UnicodeDecodeError):
        what = "the result file is none that run.finish writes"
    else:
        if whole:
            return result
        what = "the result file is another notebook's"
    raise CellFailed(what, fault="R15", where=notebook, kept=kept, remedy="end it with run.finish(...)")


def _raised(last: Event, path: Path, notebook: str, kept: str) -> BassbossError:
    line = f", line {last['line']}" if last["line"] else ""
    where = f"{notebook}, cell {last['cell']}{line}"
    ours = getattr(errors, last["name"], None)
    try:
        parts = json.loads(path.read_text(encoding="utf-8"))
        kind = getattr(errors, parts.pop("class"), CellFailed)
        return kind(parts.pop("what"), **parts)
    except (OSError, ValueError, KeyError, TypeError):
        if isinstance(ours, type) and issubclass(ours, BassbossError):  # a full disk took the file, not the name
            return ours(mask(last["error"].partition(": ")[2]))
    return CellFailed(mask(last["error"]), fault="R01", where=where, kept=kept, remedy="mend the cell and run again")
