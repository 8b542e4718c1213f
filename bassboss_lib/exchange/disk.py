"""What the interface layer does with a disk: write aside, force down, rename, link; and the failpoints of the tests.

The order is always the same: write, force the file down, rename or link, force the folder down, then the ledger.
"""

import fcntl
import hashlib
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bassboss_lib.errors import DiskFailed, Locked

__all__ = ["being_written", "failpoint", "force_folder", "lock", "on_disk", "place", "sha256_of", "write_new"]

CHUNK_BYTES = 1 << 22


def failpoint(name: str) -> None:
    """Kill this process here if ``BASSBOSS_FAIL`` names this step; tests use it to crash at every step."""
    if os.environ.get("BASSBOSS_FAIL") == name:
        os.kill(os.getpid(), signal.SIGKILL)


@contextmanager
def on_disk(where: str) -> Iterator[None]:
    """Turn whatever the disk refuses inside into `DiskFailed`."""
    try:
        yield
    except OSError as error:
        reason = error.strerror or str(error)
        raise DiskFailed(
            f"the disk refused: {reason}", where=where, kept="what was there before", remedy="free it and run again"
        ) from error


@contextmanager
def lock(path: Path, doing: str) -> Iterator[None]:
    """Hold a file lock for a while; it is given back even if the process dies.

    Raises
    ------
    Locked
        If another process holds it.
    """
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o640)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        os.close(handle)
        raise Locked(f"another process is {doing}", fault="O08", where=path.name, remedy="wait for it") from error
    try:
        yield
    finally:
        os.close(handle)


def being_written(path: Path) -> bool:
    """Tell whether some process has a file open for writing, where the system can tell: a read lease needs none.

    The lease is given back at once; a writer that comes in between only causes a signal that is ignored.
    """
    handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
    try:
        fcntl.fcntl(handle, fcntl.F_SETSIG, signal.SIGURG)
        fcntl.fcntl(handle, fcntl.F_SETLEASE, fcntl.F_RDLCK)
        fcntl.fcntl(handle, fcntl.F_SETLEASE, fcntl.F_UNLCK)
    except BlockingIOError:
        return True
    except (OSError, AttributeError):
        return False  # another owner, or a system without leases: sizes and hashes decide
    finally:
        os.close(handle)
    return False


def write_new(path: Path, data: bytes) -> None:
    """Write a file that must not exist, and force it down."""
    with path.open("xb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def place(path: Path, data: bytes) -> None:
    """Write a small file aside and rename it, so that readers see all of it or nothing."""
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_name(f".{path.name}.tmp")
    aside.unlink(missing_ok=True)
    write_new(aside, data)
    aside.replace(path)
    force_folder(path.parent)


def force_folder(folder: Path) -> None:
    """Force a folder's entries down."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def sha256_of(path: Path) -> str:
    """Hash a file."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(CHUNK_BYTES):
            digest.update(chunk)
    return digest.hexdigest()
