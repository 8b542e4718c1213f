"""Intake's side of the limited child: start it, hand it files, take from it what it found (S24).

What comes back is data, checked before it is used: Arrow streams in files that have no name, validated in full, and a
few sums. A child that was taken over by a file could hand over wrong rows, which is what such a file could say anyway.
"""

import atexit
import mmap
import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import IO

import pyarrow as pa
from pyarrow import ipc

from bassboss_lib.contracts import Checked, Unit
from bassboss_lib.contracts.check import REJECTS, Block
from bassboss_lib.contracts.plain import as_plain
from bassboss_lib.errors import CallError
from bassboss_lib.exchange.child_tasks import HASH, ROW, staged_schema
from bassboss_lib.exchange.codes import FileRefused
from bassboss_lib.exchange.handing import hand, told
from bassboss_lib.exchange.parsing import concluded

__all__ = ["USED", "expand", "parse_files"]

CHILD = "bassboss_lib.exchange.child"
CHILD_S = 1800
ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
"""So that the child has no threads of others when it forks."""

RUNNING: list[tuple[socket.socket, subprocess.Popen]] = []
USED: dict[str, float] = {}
"""What the last task took in the child: ``cpu_s`` of all cores, ``peak_kb`` of memory."""


def parse_files(
    folder: Path, unit: Unit, period: str, files: Sequence[tuple[str, Path, int]], *, hashed: bool = True
) -> Checked:
    """Let the child parse the data files of a delivery; see `parsing.parse_files`.

    Parameters
    ----------
    folder : Path
        On whose disk the checked rows lie until they are loaded, in files without a name.
    hashed : bool
        Whether anybody compares the key hash.

    Raises
    ------
    FileRefused
        As `parsing.parse_files`, and if the child cannot parse them within its limits (I32).
    OSError
        If the disk refuses.
    """
    task = {"task": "parse", "unit": as_plain(unit), "period": period, "hashed": hashed}
    task["files"] = [(name, rows) for name, _, rows in files]
    with ExitStack() as opened:
        sources = [opened.enter_context(path.open("rb")) for _, path, _ in files]
        rows, rejects = (opened.enter_context(tempfile.TemporaryFile(dir=folder)) for _ in range(2))
        sums = _done(task, [*sources, rows, rejects], files[0][0], "parsed")
        return concluded(unit, period, list(_blocks(unit, rows, rejects, sums, files[0][0])), files)


def expand(unit: Unit, name: str, source: Path, target: Path, rows: int) -> None:
    """Let the child write a Parquet file's rows as the unit's delimited text; see `child_tasks.expand`."""
    with source.open("rb") as data, target.open("xb") as text:
        _done({"task": "expand", "unit": as_plain(unit), "rows": rows}, [data, text], name, "read as Parquet")


def _done(task: dict, files: Sequence[IO], where: str, doing: str) -> list:
    """Give what the child did; raise what it refused."""
    said = _answer(task, [file.fileno() for file in files])
    if "done" in said:
        USED.update(said["used"])
        return said["done"]
    if "refused" in said:
        code, what, fault, place = said["refused"]
        raise FileRefused(code, what, fault=fault, where=place or where)
    if said.get("disk"):
        raise OSError(said["disk"], os.strerror(said["disk"]))
    if not _alive():
        remedy = "run again; if it happens again, see `bassboss doctor`"
        raise CallError("the process that parses files does not run", where=where, kept="nothing loaded", remedy=remedy)
    broken = f" ({said['broken']})" if "broken" in said else ""
    raise FileRefused("03", f"it cannot be {doing} within the limits set for it{broken}", fault="I32", where=where)


def _answer(task: dict, handles: list[int]) -> dict:
    """Hand a task to the child, which is started where it does not run, and wait; nothing if it died over it."""
    if not _alive():
        _start()
    ours, theirs = socket.socketpair()
    with ours:
        ours.settimeout(CHILD_S)
        with theirs, suppress(OSError):
            socket.send_fds(RUNNING[0][0], [b"."], [theirs.fileno()])
        try:
            hand(ours, task, handles)
            return told(ours)
        except OSError:
            return {}


def _alive() -> bool:
    """Tell whether the child still holds its end of the mailbox."""
    if not RUNNING:
        return False
    try:
        return RUNNING[0][0].recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT) != b""
    except BlockingIOError:
        return True
    except OSError:
        return False


def _start() -> None:
    _stop()
    mailbox, other = socket.socketpair()
    with other:
        words = [sys.executable, "-m", CHILD, str(other.fileno())]
        child = subprocess.Popen(  # noqa: S603 - our own module
            words,
            pass_fds=[other.fileno()],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            env={**os.environ, **ONE_THREAD},
        )
    RUNNING[:] = [(mailbox, child)]
    atexit.register(_stop)


def _stop() -> None:
    """Close the mailbox: the child ends when nobody holds it any more."""
    atexit.unregister(_stop)
    while RUNNING:
        mailbox, child = RUNNING.pop()
        mailbox.close()
        child.terminate()
        child.wait()


def _blocks(unit: Unit, rows: IO, rejects: IO, sums: list, where: str) -> Iterator[Block]:
    try:
        good, bad = (_stream(file, schema) for file, schema in ((rows, staged_schema(unit)), (rejects, REJECTS)))
        if len(good) != len(sums):
            raise pa.ArrowInvalid("blocks are missing")
        for place, (batch, (totals, keys)) in enumerate(zip(good, sums, strict=True)):
            table = pa.table(batch.select(unit.names).columns, names=unit.names)
            refused = pa.Table.from_batches(bad if place == 0 else [], REJECTS)
            yield Block(table, batch[ROW].to_numpy(), batch[HASH].to_numpy(), refused, totals, keys)
    except (pa.ArrowException, TypeError, ValueError) as error:
        raise FileRefused("03", "what its parser found cannot be used", fault="I32", where=where) from error


def _stream(file: IO, schema: pa.Schema) -> list[pa.RecordBatch]:
    """Read what the child wrote, without a copy, and trust none of its offsets."""
    mapped = mmap.mmap(file.fileno(), 0, prot=mmap.PROT_READ)
    with ipc.open_stream(pa.py_buffer(mapped)) as stream:
        batches = list(stream)
        if stream.schema != schema:
            raise pa.ArrowInvalid("another schema")
    for batch in batches:
        batch.validate(full=True)
    return batches
