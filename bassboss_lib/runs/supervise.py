"""Supervise one child process: hear it, end it at its deadline or at a signal, leave no process behind.

A kernel starts a session of its own, and a cell may start processes that do so too. So what belongs to a
run is found by its environment, which every descendant inherits, and not by process group or parent.
"""

import json
import os
import queue
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import IO, Any

from bassboss_lib.errors import DeadlinePassed, Interrupted

__all__ = ["RUN_DIR", "end_processes", "supervise"]

RUN_DIR = "BASSBOSS_RUN_DIR"
Event = dict[str, Any]


def supervise(
    command: Sequence[str],
    job: Mapping[str, object],
    *,
    environment: Mapping[str, str],
    log: Path,
    deadline_s: float,
    on_event: Callable[[Event], None],
) -> Event:
    """Run a child in a session of its own until it ends, and give the last event it told (empty if none).

    Every process whose environment names the same run folder is gone afterwards.

    Parameters
    ----------
    command, job, environment
        What to run; the job goes to its standard input as one JSON line, the environment is added to ours.
    log : Path
        Takes its standard error.
    deadline_s : float
        Seconds it may take.
    on_event : callable
        Is given each event.

    Raises
    ------
    DeadlinePassed
        After ``deadline_s`` seconds.
    Interrupted
        If this process gets SIGINT or SIGTERM meanwhile; its exit code is 130 or 143.
    """
    last: Event = {}
    ends_at = time.monotonic() + deadline_s
    with _signals_raise(), log.open("wb") as stderr:
        process = subprocess.Popen(  # noqa: S603 - our own module
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=stderr,
            env={**os.environ, **environment},
            start_new_session=True,
        )
        try:
            _hand_over(process, job)
            for event in _events(process, ends_at):
                last = event
                on_event(event)
        finally:
            end_processes(environment[RUN_DIR])
            process.wait()
            _close(process.stdin)
    return last


def end_processes(run_dir: str) -> None:
    """Kill every other process whose environment names this run folder, whatever its group or session."""
    import psutil

    for _ in range(3):  # a process may start another one while we look
        found = False
        for process in psutil.process_iter():
            try:
                if process.pid != os.getpid() and process.environ().get(RUN_DIR) == run_dir:
                    process.kill()
                    found = True
            except psutil.Error:
                continue
        if not found:
            return


def _hand_over(process: subprocess.Popen, job: Mapping[str, object]) -> None:
    if process.stdin is not None:
        process.stdin.write(json.dumps(job).encode() + b"\n")
        process.stdin.flush()


def _events(process: subprocess.Popen, ends_at: float) -> Iterator[Event]:
    lines: queue.Queue[bytes | None] = queue.Queue()
    threading.Thread(target=_read, args=(process.stdout, lines), daemon=True).start()
    ended = False
    while True:
        try:
            line = lines.get(timeout=max(min(ends_at - time.monotonic(), 0.5), 0.01))
        except queue.Empty:
            # A process the child left behind may hold the pipe open: the child's end is the end.
            if ended:
                return
            ended = process.poll() is not None
            if time.monotonic() >= ends_at:
                raise DeadlinePassed("the run passed its deadline", fault="R04", kept="partial notebook") from None
            continue
        if line is None:
            return
        yield json.loads(line)


def _read(stream: IO[bytes], lines: "queue.Queue[bytes | None]") -> None:
    with stream:
        for line in stream:
            lines.put(line)
    lines.put(None)


def _close(stream: IO[bytes] | None) -> None:
    if stream is not None:
        stream.close()


@contextmanager
def _signals_raise() -> Iterator[None]:
    """Let SIGINT and SIGTERM raise `Interrupted`; only a main thread may do so."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop(number: int, _: FrameType | None) -> None:
        error = Interrupted(f"stopped by {signal.Signals(number).name}", fault="R05", kept="partial notebook")
        error.exit_code = 128 + number
        raise error

    earlier = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in earlier.items():
            signal.signal(number, handler)
