"""Parquet as a third profile, for units that allow it: turned into the delimited text that every later step reads.

A Parquet file is a program of sorts: it can expand without end, or be crafted to break its reader. So nothing of it
is read here. The limited child reads it and writes the unit's delimited text; what it can't read within its limits is
refused.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from bassboss_lib.contracts import Unit, typed_schema
from bassboss_lib.errors import CallError
from bassboss_lib.exchange import limited
from bassboss_lib.exchange.codes import FileRefused
from bassboss_lib.exchange.disk import CHUNK_BYTES, sha256_of
from bassboss_lib.exchange.manifest import Part
from bassboss_lib.exchange.names import Stem
from bassboss_lib.workspace import Workspace

__all__ = ["forget_texts", "text_of", "with_rows", "write_parquet"]


def write_parquet(folder: Path, unit: Unit, stem: Stem, table: pa.Table) -> Part:
    """Write rows as one Parquet data file.

    Raises
    ------
    CallError
        If the unit does not allow it.
    """
    if not unit.parquet:
        raise CallError("the unit does not come as Parquet", where=unit.name, remedy="send it as text")
    path = folder / stem.data(1, "parquet")
    pq.write_table(table.select(unit.names).cast(typed_schema(unit)), path, compression="zstd")
    return Part(path.name, path.stat().st_size, table.num_rows, sha256_of(path))


def with_rows(workspace: Workspace, unit: Unit, part: Part, announced: int) -> Part:
    """Give a part with its number of records; only Parquet has to be opened for it.

    Raises
    ------
    FileRefused
        If it is not the Parquet of this unit (code 03, I32; 18, I20) or expands too far (code 12, I29).
    """
    if not part.file.endswith(".parquet"):
        return part
    text = text_of(workspace, unit, part, announced)
    with text.open("rb") as file:
        rows = sum(chunk.count(b"\n") for chunk in iter(lambda: file.read(CHUNK_BYTES), b""))
    return replace(part, rows=rows)


def text_of(workspace: Workspace, unit: Unit, part: Part, announced: int | None = None) -> Path:
    """Give the file that is parsed for a data file: its archived bytes, or the text that its Parquet says."""
    if not part.file.endswith(".parquet"):
        return workspace.archive / part.sha256
    target = _text(workspace, part)
    if not target.exists():
        target.parent.mkdir(mode=0o700, exist_ok=True)
        _expand(unit, part, workspace.archive / part.sha256, target, part.rows if announced is None else announced)
    return target


def forget_texts(workspace: Workspace, parts: Sequence[Part]) -> None:
    """Remove the texts of Parquet files; they can be made again from the archive."""
    for part in parts:
        _text(workspace, part).unlink(missing_ok=True)


def _text(workspace: Workspace, part: Part) -> Path:
    return workspace.quarantine / ".expanded" / hashlib.sha256(part.sha256.encode()).hexdigest()


def _expand(unit: Unit, part: Part, source: Path, target: Path, rows: int) -> None:
    aside = target.with_suffix(".tmp")
    aside.unlink(missing_ok=True)
    try:
        limited.expand(unit, part.file, source, aside, rows)
    except (FileRefused, OSError):
        aside.unlink(missing_ok=True)
        raise
    aside.replace(target)
