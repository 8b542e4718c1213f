"""An independent reading of what was just written, before anybody else may see it.

It shares no code with the writer and takes the plain way: a record is a structure of fields, blanks end a value. So a
mistake in the writer's byte matrices cannot hide here too. What we publish is fixed profile, and never empty.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import pyarrow as pa

from bassboss_lib.contracts import Unit
from bassboss_lib.contracts.parallel import side_by_side
from bassboss_lib.contracts.text import hashes_of

__all__ = ["ReadBack", "read_back"]

RECORDS_AT_ONCE = 1 << 15


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
    totals = dict.fromkeys(unit.totalled(), 0)
    for path in paths:
        for found in side_by_side(partial(_summed, unit), _records(path, unit)):
            rows, keys = rows + found[0], keys + found[1]
            totals = {name: totals[name] + found[2][name] for name in totals}
    return ReadBack(rows, totals, f"{keys % 2**64:016x}")


def _summed(unit: Unit, records: np.ndarray) -> tuple[int, int, dict[str, int]]:
    """Give the rows, the sum of key hashes and the control totals of some records."""
    keys = int(hashes_of(_keys(records, unit)).sum(dtype=np.uint64))
    return len(records), keys, {name: _total(records[name]) for name in unit.totalled()}


def _records(path: Path, unit: Unit) -> Iterator[np.ndarray]:
    """Give some ten thousand records at a time, after a look at row numbers and line ends."""
    fields = [(one.name, f"S{one.width}") for one in unit.fields]
    layout, number = np.dtype([(" row", "S8"), *fields, (" end", "S2")]), 0
    with path.open("rb") as file:
        while data := file.read(layout.itemsize * RECORDS_AT_ONCE):
            if len(data) % layout.itemsize:
                raise ValueError(f"a record after {number} is cut short")
            records = np.frombuffer(data, layout)
            counted = np.arange(number + 1, number + 1 + len(records))
            whole = (records[" end"] == b"\r\n").all() and (_numbers(records[" row"]) == counted).all()
            # what reads bytes as texts of a width takes a NUL at their end for padding
            if not whole or b"\0" in data:
                raise ValueError(f"a record of {counted[0]} to {counted[-1]} is not whole")
            number = int(counted[-1])
            yield records


def _numbers(values: np.ndarray) -> np.ndarray:
    """Read digits, with a sign or without; nothing is 0."""
    texts = np.strings.rstrip(values, b" ")
    digits = np.strings.lstrip(texts, b"-")
    if not (np.strings.isdigit(digits) | (texts == b"")).all():
        raise ValueError("a number does not consist of digits")
    return np.where(texts == b"", b"0", texts).astype(np.int64)


def _total(values: np.ndarray) -> int:
    """Sum exactly: numbers have up to 18 digits, so their upper and lower 32 bits are summed apart."""
    numbers = _numbers(values)
    return (int((numbers >> 32).sum()) << 32) + int((numbers & 0xFFFF_FFFF).sum())


def _keys(records: np.ndarray, unit: Unit) -> pa.StringArray:
    """Join the fields of the key by ``$``, as UTF-8 whatever the encoding of the file."""
    joined, *rest = (np.strings.rstrip(records[name], b" ") for name in unit.key)
    for values in rest:
        joined = np.strings.add(np.strings.add(joined, b"$"), values)
    matrix = joined.view(np.uint8).reshape(len(joined), -1)
    if (matrix > 0x7F).any():
        return pa.array([key.decode(unit.encoding) for key in joined.tolist()], pa.string())
    sizes = np.strings.str_len(joined)
    data = matrix[np.arange(matrix.shape[1]) < sizes[:, None]]
    offsets = np.concatenate([[0], sizes.cumsum()]).astype(np.int32)
    return pa.StringArray.from_buffers(len(joined), pa.py_buffer(offsets), pa.py_buffer(data))
