"""One run at a time per notebook and month: a lock with its owner's name and heartbeat.

The operating system's lock decides, since it ends with its holder whatever happens to it. What is written into the
file is for people: who holds it, and when it last gave a sign of life.
"""

import fcntl
import json
import os
import re
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bassboss_lib.errors import Locked
from bassboss_lib.workspace import Workspace

__all__ = ["Lock", "is_free", "locked", "owner"]


def owner() -> str:
    """Name this process: machine and process id."""
    return f"{socket.gethostname()}:{os.getpid()}"


class Lock:
    """A lock that is held; `beat` says that its holder lives."""

    def __init__(self, handle: int) -> None:
        self._handle, self._since_s = handle, time.time()

    def beat(self) -> None:
        """Write down owner and time."""
        text = json.dumps({"owner": owner(), "since": self._since_s, "beat": time.time()}).encode()
        try:
            os.pwrite(self._handle, text, 0)
            os.ftruncate(self._handle, len(text))
        except OSError:
            return  # a full disk does not take the lock away


@contextmanager
def locked(workspace: Workspace, notebook: str, month: str, source: str) -> Iterator[Lock]:
    """Hold the lock of a notebook, month and source.

    Raises
    ------
    Locked
        If another run holds it (R11); the line says who and how long ago it gave a sign of life.
    """
    path = _path(workspace, notebook, month, source)
    path.parent.mkdir(exist_ok=True)
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            what = f"another run of this notebook and month is under way{_holder(handle)}"
            where = f"{notebook}, {month}{', ' + source if source else ''}"
            raise Locked(what, fault="R11", where=where, remedy="wait for its end") from None
        lock = Lock(handle)
        lock.beat()
        yield lock
    finally:
        os.close(handle)


def is_free(workspace: Workspace, notebook: str, month: str, source: str) -> bool:
    """Tell whether nobody holds a lock."""
    path = _path(workspace, notebook, month, source)
    if not path.exists():
        return True
    handle = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    finally:
        os.close(handle)
    return True


def _path(workspace: Workspace, notebook: str, month: str, source: str) -> Path:
    name = re.sub(r"[^A-Za-z0-9_-]", "_", f"{notebook}-{month}-{source}")
    return workspace.runs / ".locks" / f"{name}.lock"


def _holder(handle: int) -> str:
    try:
        held = json.loads(os.pread(handle, 10_000, 0))
        return f" (process {held['owner']}, last sign of life {max(time.time() - held['beat'], 0):,.0f} s ago)"
    except (OSError, ValueError, KeyError, TypeError):
        return ""
