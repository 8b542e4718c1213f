"""Data files, whichever profile: written in blocks and hashed on the way, read in blocks of whole records.

Blocks keep memory flat: what is held at once does not grow with the file.
"""

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa

from bassboss_lib.contracts import Unit
from bassboss_lib.contracts.parallel import side_by_side
from bassboss_lib.exchange import delimited, fixed
from bassboss_lib.exchange.codes import FileRefused
from bassboss_lib.exchange.manifest import Part
from bassboss_lib.exchange.names import Stem

__all__ = ["FILE_BYTES_MAX", "blocks", "write_parts"]

FILE_BYTES_MAX = 2_000_000_000
BLOCK_ROWS = 8_192
BLOCK_BYTES = 1 << 24


def write_parts(folder: Path, unit: Unit, stem: Stem, text: pa.Table, bytes_max: int = FILE_BYTES_MAX) -> list[Part]:
    """Write data files into a folder, none above ``bytes_max``, each forced down; an existing name is an error.

    Parameters
    ----------
    folder : Path
        Where to; names are final.
    unit, stem : Unit, Stem
        Layout and name.
    text : pyarrow.Table
        The text of a `content.Content`: what may be written.
    bytes_max : int
        A new file begins above it.
    """
    parts: list[Part] = []
    row = 0
    while row < text.num_rows or not parts:
        path = folder / stem.data(len(parts) + 1)
        part = _write_part(path, unit, text.slice(row), bytes_max)
        parts.append(part)
        row += part.rows
    return parts


def _write_part(path: Path, unit: Unit, text: pa.Table, bytes_max: int) -> Part:
    digest, size, rows = hashlib.sha256(), 0, 0
    step = min(BLOCK_ROWS, max(1, bytes_max // unit.record_bytes))
    encoded = side_by_side(lambda row: _encode(unit, text.slice(row, step), row + 1), range(0, text.num_rows, step))
    with path.open("xb") as file:
        for data in encoded:
            if rows and size + len(data) > bytes_max:
                break
            file.write(data)
            digest.update(data)
            size, rows = size + len(data), min(rows + step, text.num_rows)
        file.flush()
        os.fsync(file.fileno())
    return Part(path.name, size, rows, digest.hexdigest())


def _encode(unit: Unit, text: pa.Table, first: int) -> bytes | memoryview:
    if unit.profile == "fixed":
        return fixed.laid_out(unit, text, first).reshape(-1).data  # as it lies in memory, without a copy
    return delimited.encode(unit, text)


def blocks(source: Path | int, unit: Unit, name: str = "", size: int = BLOCK_BYTES) -> Iterator[tuple[int, bytes]]:
    """Read a data file in blocks of whole records, each with the row number of its first record.

    Parameters
    ----------
    source : Path or int
        Where the bytes lie, or the descriptor of a file that is open already.
    unit : Unit
        Their layout.
    name : str
        Name for messages.
    size : int
        Bytes of a block, about.

    Raises
    ------
    FileRefused
        If the file does not end with a whole record (code 04 or 11).
    """
    row, rest = 1, b""
    with open(source, "rb") as file:  # noqa: PTH123 - it may be a descriptor
        while chunk := file.read(size):
            data = rest + chunk
            cut = _whole(unit, data)
            if cut:
                yield row, data[:cut]
                row += cut // unit.record_bytes if unit.profile == "fixed" else data.count(b"\n", 0, cut)
            rest = data[cut:]
    if rest:
        code = "04" if unit.profile == "fixed" else "11"
        raise FileRefused(code, "the last record is not whole", fault="I03", where=f"{name}, line {row}")


def _whole(unit: Unit, data: bytes) -> int:
    """Give how many bytes from the start are whole records."""
    return len(data) - len(data) % unit.record_bytes if unit.profile == "fixed" else data.rfind(b"\n") + 1
