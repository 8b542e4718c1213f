"""The papermill engine of a run: a kernel that dies with its parent, within its memory, and output that is capped."""

import ctypes
import resource
import signal
import sys
from collections.abc import Callable
from typing import Any, ClassVar

from jupyter_client.manager import AsyncKernelManager
from papermill.clientwrap import PapermillNotebookClient
from papermill.engines import NBClientEngine, papermill_engines
from papermill.log import logger

__all__ = ["ENGINE", "register"]

ENGINE = "bassboss"
STREAM_CHARACTERS_MAX = 100_000
"""What a cell may print; a report is a page, and nobody reads more."""
SHOWN_BYTES_MAX = 20_000_000
"""What a cell may show as figures and tables."""
PR_SET_PDEATHSIG = 1


class Kernel(AsyncKernelManager):
    """Starts the kernel in a session of its own, bound to the life of this process and to its memory."""

    memory_max_bytes: ClassVar[int] = 0

    async def _async_launch_kernel(self, kernel_cmd: list[str], **more: Any) -> None:
        bound = _bound(self.memory_max_bytes) if sys.platform == "linux" else None
        await super()._async_launch_kernel(kernel_cmd, preexec_fn=bound, **more)


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
        super().__init__(*about, **more)
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
        cls, nb_man: Any, kernel_name: str, *, start_timeout: int = 60, memory_max_bytes: int = 0, **more: Any
    ) -> Any:
        kernel = type("BoundKernel", (Kernel,), {"memory_max_bytes": memory_max_bytes})
        return Client(
            nb_man,
            kernel_name=kernel_name,
            startup_timeout=start_timeout,
            kernel_manager_class=kernel,
            on_cell_start=more.get("on_cell_start"),
            log=logger,
        ).execute()


def register() -> None:
    """Make the engine known to papermill under `ENGINE`."""
    papermill_engines.register(ENGINE, _Engine)
