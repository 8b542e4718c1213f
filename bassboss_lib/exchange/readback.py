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
        for columns in _columns(path, unit, [*unit.key, *totalled]):
            values = [[value.rstrip(b" ") for value in column] for column in columns]
            for key in map(b"$".join, zip(*values[: len(unit.key)], strict=True)):
                text = key if key.isascii() else key.decode(unit.encoding).encode()
                keys += int.from_bytes(sha256(text).digest()[:8], "big")
            for place, column in enumerate(values[len(unit.key) :]):
                sums[place] += sum(map(int, filter(None, column)))
            rows += len(values[0])
    return ReadBack(rows, dict(zip(totalled, sums, strict=True)), f"{keys % 2**64:016x}")


def _columns(path: Path, unit: Unit, wanted: Sequence[str]) -> Iterator[list[tuple[bytes, ...]]]:
    """Give the fields wanted, a few thousand records at a time, after a look at row numbers and line ends."""
    names = [name for name in unit.names if name in wanted]
    kept = "".join(f"{one.width}{'s' if one.name in wanted else 'x'}" for one in unit.fields)
    layout, number = struct.Struct(f"8s{kept}2s"), 0
    with path.open("rb") as file:
        while data := file.read(layout.size * RECORDS_AT_ONCE):
            if len(data) % layout.size:
                raise ValueError(f"a record after {number} is cut short")
            numbers, *fields, ends = zip(*layout.iter_unpack(data), strict=True)
            counted = range(number + 1, number + 1 + len(numbers))
            if list(map(int, numbers)) != list(counted) or set(ends) != {b"\r\n"}:
                raise ValueError(f"a record of {counted[0]} to {counted[-1]} is not whole")
            number = counted[-1]
            yield [fields[names.index(name)] for name in wanted]
