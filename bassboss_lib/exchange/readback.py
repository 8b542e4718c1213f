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
    totalled = [field.name for field in unit.fields if field.totalled]
    sums, sha256 = [0] * len(totalled), hashlib.sha256
    for path in paths:
        for read in _records(path, unit, [*unit.key, *totalled]):
            key = b"$".join([value.rstrip(b" ") for value in read[: len(unit.key)]])
            text = key if key.isascii() else key.decode(unit.encoding).encode()
            keys += int.from_bytes(sha256(text).digest()[:8], "big")
            for place, value in enumerate(read[len(unit.key) :]):
                sums[place] += int(value.strip() or b"0")
            rows += 1
    return ReadBack(rows, dict(zip(totalled, sums, strict=True)), f"{keys % 2**64:016x}")


def _records(path: Path, unit: Unit, wanted: Sequence[str]) -> Iterator[list[bytes]]:
    """Give the fields wanted of every record, in the order in which they are wanted."""
    names = [name for name in unit.names if name in wanted]
    kept = "".join(f"{one.width}{'s' if one.name in wanted else 'x'}" for one in unit.fields)
    layout, number = struct.Struct(f"8s{kept}2s"), 0
    places = [names.index(name) + 1 for name in wanted]
    with path.open("rb") as file:
        while data := file.read(layout.size * RECORDS_AT_ONCE):
            if len(data) % layout.size:
                raise ValueError(f"a record after {number} is cut short")
            for record in layout.iter_unpack(data):
                number += 1
                if int(record[0]) != number or record[-1] != b"\r\n":
                    raise ValueError(f"record {number} is not whole")
                yield [record[place] for place in places]
