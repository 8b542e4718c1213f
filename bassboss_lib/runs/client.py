"""The papermill engine of a run: a kernel that dies with its parent, within its memory, and output that is capped.

The kernel is spoken to through sockets in a folder of its own. Ports are found free, let go, and bound by the kernel
a second later, and on a busy machine another process takes one meanwhile: one start in eight failed so (R12).
"""

import ctypes
import os
import resource
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar

from jupyter_client.manager import AsyncKernelManager
from papermill.clientwrap import PapermillNotebookClient
from papermill.engines import NBClientEngine, papermill_engines
from papermill.log import logger

from bassboss_lib.runs.processes import how_it_ended

__all__ = ["ENGINE", "register", "why_it_died"]

ENGINE = "bassboss"
STREAM_CHARACTERS_MAX = 100_000
"""What a cell may print; a report is a page, and nobody reads more."""
SHOWN_BYTES_MAX = 20_000_000
"""What a cell may show as figures and tables."""
START_WAIT_S = 300
"""How long a kernel may take to answer; one that has died is noticed at once."""
OUTPUT_WAIT_S = 600
"""How long the output of a cell that has ended may be on its way; papermill's four seconds fail a busy machine."""
SOCKET_PATH_BYTES_MAX = 90
"""The name of a socket must be short (104 bytes on macOS); in a longer folder ports are used after all."""
PR_SET_PDEATHSIG = 1


class Kernel(AsyncKernelManager):
    """Starts the kernel in a session of its own, bound to the life of this process and to its memory."""

    memory_max_bytes: ClassVar[int] = 0
    sockets: ClassVar[str] = ""
    process: ClassVar[Any] = None
    """Of the kernel that was started last: the manager forgets it when it ends."""

    def __init__(self, *about: Any, **more: Any) -> None:
        super().__init__(*about, **more)
        if self.sockets and len(os.fsencode(self.sockets)) <= SOCKET_PATH_BYTES_MAX:
            self.transport, self.connection_file = "ipc", str(Path(self.sockets) / "k.json")

    async def _async_launch_kernel(self, kernel_cmd: list[str], **more: Any) -> None:
        bound = _bound(self.memory_max_bytes) if sys.platform == "linux" else None
        await super()._async_launch_kernel(kernel_cmd, preexec_fn=bound, **more)
        Kernel.process = getattr(self.provisioner, "process", None)


def _bound(memory_max_bytes: int) -> Callable[[], None]:
    library = ctypes.CDLL(None)  # loaded before the fork, in which little may be done

    def bind() -> None:
        library.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        if memory_max_bytes:
            resource.setrlimit(resource.RLIMIT_DATA, (memory_max_bytes, memory_max_bytes))

    return bind


class Client(PapermillNotebookClient):
    """Keeps what a cell prints and shows up to a limit, then one line that says so (R13)."""

    def __init__(self, *about: Any, **more: Any) -> None:
        super().__init__(*about, iopub_timeout=OUTPUT_WAIT_S, **more)
        self._taken: dict[tuple[int, str], int] = {}

    def process_message(self, msg: dict[str, Any], cell: Any, cell_index: int) -> Any:
        """Take a message of the kernel, cut or left out where the cell has had its share."""
        kind, content = msg["msg_type"], msg["content"]
        if kind == "stream":
            cut = self._allowed(cell_index, "stream", len(content["text"]), STREAM_CHARACTERS_MAX)
            if cut is None:
                return None
            if cut < len(content["text"]):
                mark = f"\n… output capped at {STREAM_CHARACTERS_MAX:,} characters\n"
                content = {**content, "text": content["text"][:cut] + mark}
        elif kind in ("display_data", "execute_result"):
            size = sum(len(str(part)) for part in content["data"].values())
            cut = self._allowed(cell_index, "shown", size, SHOWN_BYTES_MAX)
            if cut is None:
                return None
            if cut < size:
                content = {**content, "data": {"text/plain": f"… output capped at {SHOWN_BYTES_MAX:,} bytes"}}
        return super().process_message({**msg, "content": content}, cell, cell_index)

    def _allowed(self, cell: int, what: str, size: int, most: int) -> int | None:
        """Give how much of an output is kept; None if the cell's share was used up before."""
        taken = self._taken.get((cell, what), 0)
        self._taken[cell, what] = taken + size
        return None if taken > most else min(size, most - taken)


class _Engine(NBClientEngine):
    """Papermill's usual engine with our client and kernel."""

    @classmethod
    def execute_managed_notebook(
        cls, nb_man: Any, kernel_name: str, *, memory_max_bytes: int = 0, sockets: str = "", **more: Any
    ) -> Any:
        kernel = type("BoundKernel", (Kernel,), {"memory_max_bytes": memory_max_bytes, "sockets": sockets})
        return Client(
            nb_man,
            kernel_name=kernel_name,
            startup_timeout=START_WAIT_S,
            kernel_manager_class=kernel,
            on_cell_start=more.get("on_cell_start"),
            log=logger,
        ).execute()


def why_it_died(error: Exception) -> str:
    """Say how the kernel ended, or else what was said when it did not answer."""
    code = Kernel.process.returncode if Kernel.process is not None else None
    return f"the kernel {how_it_ended(code)}" if code is not None else str(error)


def register() -> None:
    """Make the engine known to papermill under `ENGINE`."""
    papermill_engines.register(ENGINE, _Engine)
