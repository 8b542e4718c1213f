"""Supervise one child process: hear it, weigh it, end it at a limit or at a signal, leave no process behind."""

import json
import os
import queue
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import IO, Any

import psutil

from bassboss_lib.errors import BassbossError, DeadlinePassed, Interrupted, KernelDied
from bassboss_lib.runs.processes import RUN_DIR, Meter, end_processes

__all__ = ["RUN_DIR", "Event", "Limits", "signals_raise", "supervise"]

Event = dict[str, Any]
STOPPING = (signal.SIGINT, signal.SIGTERM)
LOOK_S = 0.5
STOP_S = 4.0
"""How long the child may take to save the notebook of a run that was stopped."""


@dataclass(frozen=True)
class Limits:
    """What a run may take: seconds in all, seconds per cell, bytes of memory; 0 bytes = no limit of ours."""

    deadline_s: float
    cell_deadline_s: float = float("inf")
    memory_max_bytes: int = 0


def supervise(
    command: Sequence[str],
    job: Mapping[str, object],
    *,
    environment: Mapping[str, str],
    log: Path,
    limits: Limits,
    on_event: Callable[[Event], None],
    on_look: Callable[[], None] = lambda: None,
    meter: Meter | None = None,
) -> Event:
    """Run a child in a session of its own until it ends, and give the last event it told (empty if none).

    Every process that belongs to it is gone afterwards: SIGINT, then SIGTERM, then SIGKILL.

    Parameters
    ----------
    command, job, environment
        What to run; the job goes to its standard input as one JSON line, the environment is added to ours.
    log : Path
        Takes its standard error.
    limits : Limits
        What it may take.
    on_event, on_look : callable
        Given each event; called about twice a second.
    meter : Meter, optional
        Is told what the run weighs.

    Raises
    ------
    DeadlinePassed
        If the run or a cell takes longer than it may (R04).
    KernelDied
        If it takes more memory than it may (R03).
    Interrupted
        If this process gets SIGINT or SIGTERM meanwhile (R05); its exit code is 130 or 143.
    """
    meter, last = meter or Meter(), Event()
    with signals_raise(), log.open("wb") as stderr:
        process = _started(command, environment, stderr)
        guard = _Guard(process, limits, meter, on_look)
        try:
            _hand_over(process, job)
            for event in _events(process, guard):
                last = event
                on_event(event)
        except BassbossError:
            meter.look(process.pid)
            end_processes("", meter.seen - _savers(process.pid), gently=True)
            _wait(process, STOP_S)
            raise
        finally:
            end_processes(environment[RUN_DIR], meter.seen)
            process.wait()
            _close(process.stdin)
    return last


def _started(command: Sequence[str], environment: Mapping[str, str], stderr: IO[bytes]) -> subprocess.Popen:
    return subprocess.Popen(  # noqa: S603 - our own module
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=stderr,
        env={**os.environ, **environment},
        start_new_session=True,
    )


class _Guard:
    """Looks at a run now and then, and raises when a limit is passed."""

    def __init__(self, process: subprocess.Popen, limits: Limits, meter: Meter, on_look: Callable[[], None]) -> None:
        self._process, self._limits, self._meter, self._on_look = process, limits, meter, on_look
        self._began_s = self._cell_began_s = self._looked_s = time.monotonic()
        self._cell = 0

    def hear(self, event: Event) -> None:
        if event.get("event") == "cell":
            self._cell, self._cell_began_s = event["cell"], time.monotonic()

    def look(self) -> None:
        now_s = time.monotonic()
        where = f"cell {self._cell}" if self._cell else ""
        if now_s - self._began_s >= self._limits.deadline_s:
            what = f"the run passed its deadline of {self._limits.deadline_s:,.0f} s"
            raise DeadlinePassed(what, fault="R04", where=where, kept="partial notebook")
        if self._cell and now_s - self._cell_began_s >= self._limits.cell_deadline_s:
            what = f"a cell passed its deadline of {self._limits.cell_deadline_s:,.0f} s"
            raise DeadlinePassed(what, fault="R04", where=where, kept="partial notebook")
        if now_s - self._looked_s < LOOK_S:
            return
        self._looked_s = now_s
        self._meter.look(self._process.pid)
        self._on_look()
        allowed = self._limits.memory_max_bytes
        if allowed and self._meter.memory_bytes > allowed:
            what = f"the run took {self._meter.memory_bytes / 1e6:,.0f} MB, more than {allowed / 1e6:,.0f} MB"
            raise KernelDied(
                what, fault="R03", where=where, kept="partial notebook", remedy="give it more, or less to do"
            )


def _hand_over(process: subprocess.Popen, job: Mapping[str, object]) -> None:
    if process.stdin is not None:
        process.stdin.write(json.dumps(job).encode() + b"\n")
        process.stdin.flush()


def _events(process: subprocess.Popen, guard: _Guard) -> Iterator[Event]:
    lines: queue.Queue[bytes | None] = queue.Queue()
    threading.Thread(target=_read, args=(process.stdout, lines), daemon=True).start()
    ended = False
    while True:
        try:
            line = lines.get(timeout=0.1)
        except queue.Empty:
            # A process the child left behind may hold the pipe open: the child's end is the end.
            if ended:
                return
            ended = process.poll() is not None
            guard.look()
            continue
        if line is None:
            return
        event = json.loads(line)
        guard.hear(event)
        yield event
        guard.look()


def _read(stream: IO[bytes], lines: "queue.Queue[bytes | None]") -> None:
    with stream:
        for line in stream:
            lines.put(line)
    lines.put(None)


def _savers(pid: int) -> set[psutil.Process]:
    """Give the child and what is right under it: they see the kernel end, and save the notebook."""
    try:
        return {psutil.Process(pid), *psutil.Process(pid).children()}
    except psutil.Error:
        return set()


def _wait(process: subprocess.Popen, seconds: float) -> None:
    try:
        psutil.Process(process.pid).wait(timeout=seconds)
    except psutil.Error:
        return


def _close(stream: IO[bytes] | None) -> None:
    if stream is not None:
        stream.close()


class _Stop:
    """The handler of both signals: the first raises, and what follows is tidying up that a second must not stop."""

    def __call__(self, number: int, _: FrameType | None) -> None:
        for one in STOPPING:
            signal.signal(one, signal.SIG_IGN)
        error = Interrupted(f"stopped by {signal.Signals(number).name}", fault="R05", kept="partial notebook")
        error.exit_code = 128 + number
        raise error


@contextmanager
def signals_raise() -> Iterator[None]:
    """Let SIGINT and SIGTERM raise `Interrupted`, the first of them; only a main thread may do so.

    Inside another one it changes nothing, so that after a signal both stay ignored until the outermost ends.
    """
    main = threading.current_thread() is threading.main_thread()
    if not main or isinstance(signal.getsignal(signal.SIGTERM), _Stop):
        yield
        return
    earlier = {number: signal.signal(number, _Stop()) for number in STOPPING}
    try:
        yield
    finally:
        for number, handler in earlier.items():
            signal.signal(number, handler)
