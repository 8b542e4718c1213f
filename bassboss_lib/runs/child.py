"""The child process in which papermill runs one notebook: ``python -m bassboss_lib.runs.child``.

It is told its job as one JSON line on standard input and tells what happens as JSON lines on what was its
standard output; whatever else writes there goes to standard error. It is two processes: a warden, and under it the one
that runs papermill. With the supervisor they are three, and whichever of them is left ends what the others had begun:
no process survives its run, whoever was killed. When standard input closes, the supervisor is gone.
"""

import errno
import json
import os
import re
import select
import shutil
import sys
import threading
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil

from bassboss_lib.runs.processes import adopt_orphans, end_processes, how_it_ended
from bassboss_lib.runs.quick import quick_nbformat

__all__: list[str] = []


UNTOLD = "CellExecutionError"
"""What papermill calls the error of a cell that has no error among its outputs."""
LAST_LINE = re.compile(r"^([\w.]*(?:Error|Exception|Interrupt))(?:: (.*))?$", re.MULTILINE)
WARDEN_S = 10.0
"""How long the process under the warden leaves the tidying up to it."""
DISK = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EIO, errno.EACCES, errno.EPERM, errno.ENOENT)


def main() -> int:
    """Run the notebook of the job; exit 0 if every cell completed, else 1."""
    channel = os.fdopen(os.dup(1), "w", buffering=1, encoding="utf-8")
    os.dup2(2, 1)
    adopt_orphans()
    job = json.loads(sys.stdin.readline())

    def tell(event: str, **detail: object) -> None:
        channel.write(json.dumps({"event": event, **detail}) + "\n")

    warden, (ended, mark) = os.getpid(), os.pipe()
    papermill = _fork()
    if papermill:
        os.close(mark)  # the other end of it is open as long as papermill's process lives
        return _guard(papermill, ended, job, tell)
    os.close(ended)
    adopt_orphans()
    threading.Thread(target=_end_with_supervisor, args=(job["run_dir"], job["sockets"], warden), daemon=True).start()
    return _execute(job, tell)


def _fork() -> int:
    with warnings.catch_warnings():  # from Python 3.12 on: numpy's threads sleep, and know what a fork is
        warnings.simplefilter("ignore", DeprecationWarning)
        return os.fork()


def _guard(papermill: int, ended: int, job: dict[str, Any], tell: Callable[..., None]) -> int:
    """Wait for the end of papermill's process or of the supervisor, and leave nothing of what they began."""
    readable, _, _ = select.select([0, ended], [], [])
    while ended not in readable and os.read(0, 1):
        readable, _, _ = select.select([0, ended], [], [])
    if ended not in readable:
        end_processes(job["run_dir"], psutil.Process().children(recursive=True))
        shutil.rmtree(job["sockets"], ignore_errors=True)
        return 1
    code = os.waitstatus_to_exitcode(os.waitpid(papermill, 0)[1])
    if code < 0:
        tell("died", reason=f"the process that runs papermill {how_it_ended(code)}")
    end_processes("", psutil.Process().children(recursive=True))
    return abs(code)


def _end_with_supervisor(run_dir: str, sockets: str, warden: int) -> None:
    # os.read and not sys.stdin: a thread blocked in a buffered read would spoil the interpreter's exit.
    while os.read(0, 1):
        pass
    until_s = time.monotonic() + WARDEN_S
    while os.getppid() == warden and time.monotonic() < until_s:
        time.sleep(0.1)
    end_processes(run_dir, psutil.Process().children(recursive=True))
    shutil.rmtree(sockets, ignore_errors=True)
    os._exit(1)


def _execute(job: dict[str, Any], tell: Callable[..., None]) -> int:
    quick_nbformat()
    import papermill
    from jupyter_client.kernelspec import NoSuchKernel
    from nbclient.exceptions import DeadKernelError
    from papermill.exceptions import PapermillExecutionError

    from bassboss_lib.runs.client import ENGINE, register, why_it_died

    register()
    cells = _Cells(tell)
    about = {"progress_bar": False, "engine_name": ENGINE, "on_cell_start": cells.start}
    about |= {"memory_max_bytes": job["memory_max_bytes"], "sockets": job["sockets"]}
    try:
        executed = papermill.execute_notebook(job["notebook"], job["output"], job["values"], **about)
    except PapermillExecutionError as error:
        found = re.search(r"line (\d+)", _plain(error.traceback))
        line = int(found.group(1)) if found else 0
        cell, name, said = error.cell_index + 1 - cells.added, error.ename, error.evalue
        if name == UNTOLD:
            name, said = _found_on_stderr(job["output"])
        tell("raised", cell=cell, line=line, name=name, error=f"{name}: {said}")
    except (DeadKernelError, RuntimeError) as error:  # RuntimeError: it died before it was ready, or never was
        tell("died", cell=cells.begun, reason=why_it_died(error))
    except NoSuchKernel as error:
        tell("no kernel", name=str(error.name))
    except Exception as error:
        if not isinstance(error, OSError) or error.errno not in DISK:
            tell("died", cell=cells.begun, reason=f"{type(error).__name__}: {error}")
            raise
        tell("disk", cell=cells.begun, error=error.strerror)
    else:
        # A cell that calls sys.exit() ends the notebook, and papermill takes that for success.
        whole = cells.begun + cells.added == len(executed.cells)
        tell("completed" if whole else "stopped", cell=cells.begun)
        return int(not whole)
    return 1


class _Cells:
    """Counts cells as the author does: without the one that papermill adds."""

    def __init__(self, tell: Callable[..., None]) -> None:
        self._tell, self.begun, self.added = tell, 0, 0

    def start(self, cell: Any, cell_index: int) -> None:
        self.added += "injected-parameters" in cell.metadata.get("tags", [])
        self.begun = cell_index + 1 - self.added
        self._tell("cell", cell=self.begun)


def _found_on_stderr(notebook: str) -> tuple[str, str]:
    """Give the name and the words of an error that IPython could not show, as where memory is used up.

    Python's own traceback is then among what the cell wrote to standard error, the error that came first in it first.
    """
    for cell in json.loads(Path(notebook).read_text(encoding="utf-8"))["cells"]:
        if cell["metadata"].get("papermill", {}).get("exception"):
            streams = [one for one in cell["outputs"] if one.get("name") == "stderr"]
            found = LAST_LINE.search("".join(text for one in streams for text in one["text"]))
            if found:
                return found[1].rpartition(".")[2], found[2] or ""
    return UNTOLD, ""


def _plain(traceback: list[str]) -> str:
    """Give the traceback from its first frame in a cell on, without colours."""
    text = re.sub(r"\x1b\[[0-9;]*m", "", "\n".join(traceback))
    return text[max(text.find("Cell In["), 0) :]


if __name__ == "__main__":
    sys.exit(main())
