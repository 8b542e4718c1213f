"""Write a text file aside and rename it, so that a reader sees all of it or what was there before."""

import os
from pathlib import Path

from bassboss_lib.errors import DiskFailed

__all__ = ["write_text"]


def write_text(path: Path, text: str) -> Path:
    """Write ``text`` as UTF-8, durably and at once; folders are made.

    Raises
    ------
    DiskFailed
        If the disk refuses; nothing is left behind.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with temporary.open("w", encoding="utf-8", newline="\n") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise DiskFailed(
            f"file not written: {error.strerror or error}",
            where=path.name,
            remedy="free the disk and run again",
        ) from error
    return path
