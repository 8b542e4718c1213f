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

from bassboss_lib.runs.quick import quick_nbformat
from bassboss_lib.runs.supervise import end_processes

__all__: list[str] = []


def main() -> int:
    """Run the notebook of the job; exit 0 if every cell completed, else 1."""
    channel = os.fdopen(os.dup(1), "w", buffering=1, encoding="utf-8")
    os.dup2(2, 1)
    job = json.loads(sys.stdin.readline())
    threading.Thread(target=_end_with_supervisor, args=(job["run_dir"],), daemon=True).start()

    def tell(event: str, **detail: object) -> None:
        channel.write(json.dumps({"event": event, **detail}) + "\n")

    return _execute(job, tell)


def _end_with_supervisor(run_dir: str) -> None:
    # os.read and not sys.stdin: a thread blocked in a buffered read would spoil the interpreter's exit.
    while os.read(0, 1):
        pass
    end_processes(run_dir)
    os._exit(1)


def _execute(job: dict[str, Any], tell: Callable[..., None]) -> int:
    quick_nbformat()
    import papermill
    from jupyter_client.kernelspec import NoSuchKernel
    from nbclient.exceptions import DeadKernelError
    from papermill.exceptions import PapermillExecutionError

    begun = added = 0

    def cell_starts(cell: Any, cell_index: int) -> None:
        nonlocal begun, added
        added += "injected-parameters" in cell.metadata.get("tags", [])
        begun = cell_index + 1 - added  # as the author counts: without the cell papermill adds
        tell("cell", cell=begun)

    try:
        papermill.execute_notebook(
            job["notebook"], job["output"], job["values"], progress_bar=False, on_cell_start=cell_starts
        )
    except PapermillExecutionError as error:
        found = re.search(r"line (\d+)", _plain(error.traceback))
        line = int(found.group(1)) if found else 0
        tell("raised", cell=error.cell_index + 1 - added, line=line, error=f"{error.ename}: {error.evalue}")
    except DeadKernelError:
        tell("died", cell=begun)
    except NoSuchKernel as error:
        tell("no kernel", name=str(error.name))
    else:
        tell("completed")
        return 0
    return 1


def _plain(traceback: list[str]) -> str:
    """Give the traceback from its first frame in a cell on, without colours."""
    text = re.sub(r"\x1b\[[0-9;]*m", "", "\n".join(traceback))
    return text[max(text.find("Cell In["), 0) :]


if __name__ == "__main__":
    sys.exit(main())
