"""What the terminal shows: steps with time and key figure, a bar while one is under way, plain lines when piped.

With ``--log-format json`` every line is one JSON object with ``event`` and ``at`` (machine time), for machines.
"""

import json
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

__all__ = ["LOG_FORMAT", "Step", "console", "json_lines", "say", "step", "under_way"]

WIDE = 200
"""Columns of a table that is piped: a file has no edge to wrap at."""

LOG_FORMAT = "BASSBOSS_LOG_FORMAT"


def json_lines() -> bool:
    """Tell whether lines are for machines."""
    return os.environ.get(LOG_FORMAT) == "json"


def say(event: str, **detail: object) -> None:
    """Write one JSON line to standard output."""
    at = datetime.now().astimezone().isoformat(timespec="seconds")
    sys.stdout.write(json.dumps({"at": at, "event": event, **detail}, ensure_ascii=False) + "\n")
    sys.stdout.flush()


class _Console(Console):
    """Rich's console; where lines are for machines, what is printed becomes one JSON line per line."""

    def print(self, *objects: Any, **more: Any) -> None:
        """Print, or say it as JSON."""
        if not json_lines():
            super().print(*objects, **more)
            return
        with self.capture() as captured:
            super().print(*objects, **more)
        for line in captured.get().splitlines():
            if line.strip():
                say("line", text=line.rstrip())


console = _Console(soft_wrap=True, highlight=False, width=None if sys.stdout.isatty() else WIDE)


class Step:
    """A step under way: tell it how far it is, and at its end what came of it.

    Parameters
    ----------
    title : str
        What is being done.
    bar : Progress, optional
        The bar of a terminal; None where output is piped.
    """

    def __init__(self, title: str, bar: Progress | None) -> None:
        self._title, self._bar = title, bar
        self._task = bar.add_task(title, total=None) if bar else None
        self.outcome = ""

    def tell(self, done: int, total: int, what: str = "") -> None:
        """Say how much is done, and of how much."""
        if self._bar is not None and self._task is not None:
            title = f"{self._title} {what}".rstrip()
            self._bar.update(self._task, completed=done, total=total, description=title)


@contextmanager
def under_way(title: str) -> Iterator[Step]:
    """Show a bar on a terminal while a step is under way; elsewhere nothing."""
    if not console.is_terminal or json_lines():
        yield Step(title, None)
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, TimeRemainingColumn(), console=console, transient=True) as bar:
        yield Step(title, bar)


@contextmanager
def step(title: str) -> Iterator[Step]:
    """Do a step: a bar meanwhile, one line with its time and outcome when it is done."""
    began_s = time.monotonic()
    with under_way(title) as now:
        yield now
    elapsed_s = time.monotonic() - began_s
    if json_lines():
        say("step", step=title, seconds=round(elapsed_s, 1), outcome=now.outcome)
    else:
        console.print(f"{title:<24}{elapsed_s:6.1f} s  {now.outcome}".rstrip())
