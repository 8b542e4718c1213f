"""An independent reading of what was just written, before anybody else may see it.

It shares no code with the writer and takes the plain way, record by record, so that a mistake in the writer's byte
matrices cannot hide here too. What we publish is fixed profile, and never empty.
"""

import hashlib
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from bassboss_lib.contracts import Unit

__all__ = ["ReadBack", "read_back"]

RECORDS_AT_ONCE = 4096


@dataclass(frozen=True)
class ReadBack:
    """What stands in data files: records, exact sums, and the hash over all keys."""

    rows: int
    totals: dict[str, int]
    key_hash: str


def read_back(paths: Sequence[Path], unit: Unit) -> ReadBack:
    """Read data files of the fixed profile once more and sum them up.

    Raises
    ------
    ValueError
        If a record is not as the unit declares: row number, line end, digits, encoding.
    """
    rows, keys = 0, 0
    sums = {field.name: 0 for field in unit.fields if field.totalled}
    places = [(name, unit.names.index(name)) for name in sums]
    key_places = [unit.names.index(name) for name in unit.key]
    for path in paths:
        for record in _records(path, unit):
            key = b"$".join([record[place].rstrip(b" ") for place in key_places]).decode(unit.encoding)
            keys += int.from_bytes(hashlib.sha256(key.encode()).digest()[:8], "big")
            for name, place in places:
                sums[name] += int(record[place].strip() or b"0")
            rows += 1
    return ReadBack(rows, sums, f"{keys % 2**64:016x}")


def _records(path: Path, unit: Unit) -> Iterator[tuple[bytes, ...]]:
    layout = struct.Struct("8s" + "".join(f"{field.width}s" for field in unit.fields) + "2s")
    number = 0
    with path.open("rb") as file:
        while data := file.read(layout.size * RECORDS_AT_ONCE):
            if len(data) % layout.size:
                raise ValueError(f"a record after {number} is cut short")
            for row, *fields, end in layout.iter_unpack(data):
                number += 1
                if int(row) != number or end != b"\r\n":
                    raise ValueError(f"record {number} is not whole")
                yield tuple(fields)
