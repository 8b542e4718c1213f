"""What the terminal shows: steps with time and key figure, a bar while one is under way, plain lines when piped."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

__all__ = ["Step", "console", "step"]

WIDE = 200
"""Columns of a table that is piped: a file has no edge to wrap at."""

console = Console(soft_wrap=True, highlight=False, width=None if sys.stdout.isatty() else WIDE)


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
def step(title: str) -> Iterator[Step]:
    """Do a step: a bar meanwhile, one line with its time and outcome when it is done."""
    began_s = time.monotonic()
    if console.is_terminal:
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        with Progress(*columns, TimeRemainingColumn(), console=console, transient=True) as bar:
            under_way = Step(title, bar)
            yield under_way
    else:
        under_way = Step(title, None)
        yield under_way
    console.print(f"{title:<24}{time.monotonic() - began_s:6.1f} s  {under_way.outcome}".rstrip())
