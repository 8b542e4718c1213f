"""Hear how far a run is: cells by the child's events, long steps inside a cell by the progress channel."""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

__all__ = ["Ear", "Progress"]


@dataclass(frozen=True)
class Progress:
    """How far a run is: ``cell`` of ``cells`` has begun; inside it ``done`` of ``total`` of ``what``, if it is long."""

    notebook: str
    cell: int
    cells: int
    elapsed_s: float
    what: str = ""
    done: int = 0
    total: int = 0


class Ear:
    """Turns events and lines of the channel into progress; ``cell`` is the one that began last.

    Parameters
    ----------
    notebook : str
        Stem of the notebook.
    cells : int
        How many cells it has.
    channel : Path
        The file that library code in the kernel appends to.
    on_progress : callable, optional
        Is told.
    beat : callable
        Called with every look: a sign of life.
    """

    def __init__(
        self,
        notebook: str,
        cells: int,
        channel: Path,
        on_progress: Callable[[Progress], None] | None,
        beat: Callable[[], None],
    ) -> None:
        self._notebook, self._cells, self._channel = notebook, cells, channel
        self._tell, self._beat, self._began_s, self._read = on_progress, beat, time.monotonic(), 0
        self.cell = 0

    def hear(self, event: dict[str, Any]) -> None:
        """Take an event of the child."""
        if event["event"] == "cell":
            self.cell = event["cell"]
            self._say()

    def look(self) -> None:
        """Give a sign of life and read what the channel got since."""
        self._beat()
        try:
            with self._channel.open("rb") as file:
                file.seek(self._read)
                added = file.read()
        except OSError:
            return
        whole = added[: added.rfind(b"\n") + 1]
        self._read += len(whole)
        for line in whole.splitlines()[-1:]:  # the newest says it all
            self._say(**json.loads(line))

    def _say(self, what: str = "", done: int = 0, total: int = 0) -> None:
        if self._tell is not None:
            elapsed_s = time.monotonic() - self._began_s
            self._tell(Progress(self._notebook, self.cell, self._cells, elapsed_s, what, done, total))
