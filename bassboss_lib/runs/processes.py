"""The processes of a run: find every one, weigh them, and end them so that nothing is left.

A kernel starts a session of its own, a cell may start processes that do so too, and one of these may even wash its
environment. So what belongs to a run is found in three ways: by its environment, which descendants inherit; by
descent, for which the process that runs papermill adopts orphans; and by having been seen before.
"""

import ctypes
import os
import signal
import sys
import time
from collections.abc import Iterable, Iterator

import psutil

__all__ = ["RUN_DIR", "Meter", "adopt_orphans", "end_processes", "how_it_ended", "stop_processes"]

RUN_DIR = "BASSBOSS_RUN_DIR"
PR_SET_CHILD_SUBREAPER = 36
GRACE_S = {signal.SIGINT: 3.0, signal.SIGTERM: 2.0, signal.SIGKILL: 3.0}
"""How long each signal is given before the next, stronger one; together well below 15 s."""


class Meter:
    """What the processes of a run weigh together, and which they were.

    ``peak_memory_bytes`` is the highest sum of resident memory seen; shared pages count once per process.
    """

    def __init__(self) -> None:
        self.peak_memory_bytes = 0
        self.memory_bytes = 0
        self.seen: set[psutil.Process] = set()

    def look(self, root_pid: int) -> None:
        """Weigh a process and its descendants."""
        found = list(_family(root_pid))
        self.seen.update(found)
        self.memory_bytes = sum(_resident(process) for process in found)
        self.peak_memory_bytes = max(self.peak_memory_bytes, self.memory_bytes)


def adopt_orphans() -> None:
    """Let processes whose parent ends become children of this one and not of the machine's first (Linux)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def end_processes(run_dir: str, seen: Iterable[psutil.Process] = (), *, gently: bool = False) -> None:
    """End every process of a run but this one: SIGTERM, then SIGKILL.

    Parameters
    ----------
    run_dir : str
        The run folder that their environment names; empty to look at no environment.
    seen : iterable of Process
        Processes that were seen to belong to the run.
    gently : bool
        Begin with SIGINT, which lets a cell end as if somebody had pressed "stop" in JupyterLab.
    """
    signals = (signal.SIGINT, signal.SIGTERM, signal.SIGKILL) if gently else (signal.SIGTERM, signal.SIGKILL)
    known = set(seen)
    for number in signals:
        ends_at = time.monotonic() + GRACE_S[number]
        while found := _left(run_dir, known):
            known |= found
            stop_processes(found, number)
            psutil.wait_procs(list(found), timeout=max(ends_at - time.monotonic(), 0.05))
            if time.monotonic() >= ends_at or number is not signal.SIGKILL:
                break


def stop_processes(processes: Iterable[psutil.Process], number: int) -> None:
    """Send a signal to processes, of which some may have ended meanwhile."""
    for process in processes:
        try:
            process.send_signal(number)
        except psutil.Error:
            continue


def how_it_ended(code: int) -> str:
    """Say how a process ended by its exit code, which is negative after a signal.

    Examples
    --------
    >>> how_it_ended(-9), how_it_ended(1)
    ('was ended by SIGKILL', 'ended with exit code 1')
    """
    return f"was ended by {signal.Signals(-code).name}" if code < 0 else f"ended with exit code {code}"


def _left(run_dir: str, seen: set[psutil.Process]) -> set[psutil.Process]:
    """Give the processes of a run that still live: by environment, by memory of them, by descent from either."""
    found = {process for process in psutil.process_iter() if run_dir and _names(process, run_dir)}
    found |= {process for process in seen if _lives(process)}
    for process in list(found):
        found.update(_family(process.pid))
    return {process for process in found if process.pid != os.getpid() and _lives(process)}


def _family(pid: int) -> Iterator[psutil.Process]:
    try:
        root = psutil.Process(pid)
        yield root
        yield from root.children(recursive=True)
    except psutil.Error:
        return


def _names(process: psutil.Process, run_dir: str) -> bool:
    try:
        return process.environ().get(RUN_DIR) == run_dir
    except psutil.Error:
        return False


def _lives(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.Error:
        return False


def _resident(process: psutil.Process) -> int:
    try:
        return int(process.memory_info().rss)
    except psutil.Error:
        return 0
