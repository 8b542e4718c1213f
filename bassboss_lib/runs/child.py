"""The child process in which papermill runs one notebook: ``python -m bassboss_lib.runs.child``.

It is told its job as one JSON line on standard input and tells what happens as JSON lines on what was its
standard output; whatever else writes there goes to standard error. When standard input closes, its
supervisor is gone, and it ends its kernel and itself: no kernel survives its run.
"""

import json
import os
import re
import sys
import threading
from collections.abc import Callable
from typing import Any

import psutil

from bassboss_lib.runs.processes import adopt_orphans, end_processes
from bassboss_lib.runs.quick import quick_nbformat

__all__: list[str] = []


def main() -> int:
    """Run the notebook of the job; exit 0 if every cell completed, else 1."""
    channel = os.fdopen(os.dup(1), "w", buffering=1, encoding="utf-8")
    os.dup2(2, 1)
    adopt_orphans()
    job = json.loads(sys.stdin.readline())
    threading.Thread(target=_end_with_supervisor, args=(job["run_dir"],), daemon=True).start()

    def tell(event: str, **detail: object) -> None:
        channel.write(json.dumps({"event": event, **detail}) + "\n")

    return _execute(job, tell)


def _end_with_supervisor(run_dir: str) -> None:
    # os.read and not sys.stdin: a thread blocked in a buffered read would spoil the interpreter's exit.
    while os.read(0, 1):
        pass
    end_processes(run_dir, psutil.Process().children(recursive=True))
    os._exit(1)


def _execute(job: dict[str, Any], tell: Callable[..., None]) -> int:
    quick_nbformat()
    import papermill
    from jupyter_client.kernelspec import NoSuchKernel
    from nbclient.exceptions import DeadKernelError
    from papermill.exceptions import PapermillExecutionError

    from bassboss_lib.runs.client import ENGINE, register

    register()
    cells = _Cells(tell)
    about = {"progress_bar": False, "engine_name": ENGINE, "on_cell_start": cells.start}
    try:
        executed = papermill.execute_notebook(
            job["notebook"], job["output"], job["values"], memory_max_bytes=job["memory_max_bytes"], **about
        )
    except PapermillExecutionError as error:
        found = re.search(r"line (\d+)", _plain(error.traceback))
        line = int(found.group(1)) if found else 0
        cell = error.cell_index + 1 - cells.added
        tell("raised", cell=cell, line=line, name=error.ename, error=f"{error.ename}: {error.evalue}")
    except (DeadKernelError, RuntimeError):  # RuntimeError: it died before it was ready
        tell("died", cell=cells.begun)
    except NoSuchKernel as error:
        tell("no kernel", name=str(error.name))
    except OSError as error:
        tell("disk", cell=cells.begun, error=error.strerror or type(error).__name__)
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


def _plain(traceback: list[str]) -> str:
    """Give the traceback from its first frame in a cell on, without colours."""
    text = re.sub(r"\x1b\[[0-9;]*m", "", "\n".join(traceback))
    return text[max(text.find("Cell In["), 0) :]


if __name__ == "__main__":
    sys.exit(main())
