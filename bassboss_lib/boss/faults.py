"""What can be done to a delivery on purpose, named as in the fault table.

A fault works on the files of one delivery after they were written, except I27, which writes the wrong month's rows and
names them as the right one's. ``I03`` damages the CDRs; ``I03:bill_item`` damages another unit.
"""

import json
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

import numpy as np
import pyarrow as pa

from bassboss_lib import months
from bassboss_lib.contracts import Unit, units
from bassboss_lib.errors import CallError
from bassboss_lib.exchange import write_delivery

__all__ = ["FAULTS", "damage", "in_another_month", "of_unit", "write_wrong_month"]

DEFAULT_UNIT = "cdr"
RECORDS_AT = slice(60, 80)
WRONG_MONTH = "I27"


def of_unit(faults: Sequence[str], name: str) -> list[str]:
    """Give the ids of the faults that are meant for a unit.

    Raises
    ------
    CallError
        If a fault or a unit is unknown.

    Examples
    --------
    >>> of_unit(["I03", "I06:bill_item"], "cdr")
    ['I03']
    """
    meant = []
    for text in faults:
        fault, _, target = text.partition(":")
        if fault not in FAULTS and fault != WRONG_MONTH:
            known = ", ".join(sorted([*FAULTS, WRONG_MONTH]))
            raise CallError(f"unknown fault {fault}", where="--fault", remedy=f"choose from {known}")
        if target and target not in {one.name for one in units()}:
            raise CallError(f"unknown unit {target}", where="--fault", remedy="see `bassboss units`")
        if (target or DEFAULT_UNIT) == name:
            meant.append(fault)
    return meant


def damage(faults: Sequence[str], files: list[Path]) -> list[Path]:
    """Do each fault to the files of one delivery; give the files that are left."""
    for fault in faults:
        if fault in FAULTS:
            FAULTS[fault](files)
    return [file for file in files if file.exists()]


def _data(files: list[Path]) -> Path:
    return next(file for file in files if file.suffix == ".dat")


def _verification(files: list[Path]) -> Path:
    return next(file for file in files if file.suffix == ".verf")


def _without_verification(files: list[Path]) -> None:
    _verification(files).unlink()


def _without_data(files: list[Path]) -> None:
    _data(files).unlink()


def _cut(files: list[Path], count: int) -> None:
    _data(files).write_bytes(_data(files).read_bytes()[:-count])


def _flip(files: list[Path]) -> None:
    content = bytearray(_data(files).read_bytes())
    content[len(content) // 2] ^= 0x01
    _data(files).write_bytes(content)


def _wrong_count(files: list[Path]) -> None:
    line = bytearray(_verification(files).read_bytes())
    line[RECORDS_AT] = str(int(line[RECORDS_AT]) + 1).encode().ljust(20)
    _verification(files).write_bytes(line)


def _wrong_total(files: list[Path]) -> None:
    manifest = next(file for file in files if file.suffix == ".json")
    content = json.loads(manifest.read_text(encoding="utf-8"))
    name = next(one for one in content["totals"] if one.endswith("_fen"))
    content["totals"][name] += 1
    manifest.write_text(json.dumps(content, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


def _swap_key(files: list[Path]) -> None:
    """Replace a digit of the first customer id in the first record: the count stays right."""
    content = bytearray(_data(files).read_bytes())
    place = next(at for at, byte in enumerate(content) if 48 <= byte <= 57)
    content[place] = 48 + (content[place] - 48 + 1) % 10
    _data(files).write_bytes(content)


FAULTS: dict[str, Callable[[list[Path]], None]] = {
    "I01": _without_verification,
    "I02": _without_data,
    "I03": lambda files: _cut(files, 5),
    "I04": lambda files: _cut(files, 2),
    "I05": _flip,
    "I06": _wrong_count,
    "I07": _wrong_total,
    "I08": _swap_key,
}
"""Fault id to what is done to the files of one delivery."""


def write_wrong_month(
    folder: Path, what: Unit, month: str, table: pa.Table, *, province: str, created: datetime
) -> list[Path]:
    """Write a delivery whose rows are of the month before, under the names of ``month`` (I27)."""
    previous = months.add(month, -1)
    files = write_delivery(
        folder, what, previous, in_another_month(what, table, month, previous), province=province, created=created
    )
    renamed = []
    for file in files:
        if file.suffix != ".dat":
            file.write_bytes(file.read_bytes().replace(previous.encode(), month.encode()))
        renamed.append(file.rename(file.with_name(file.name.replace(f"_{previous}_", f"_{month}_"))))
    return renamed


def in_another_month(what: Unit, table: pa.Table, month: str, other: str) -> pa.Table:
    """Move all times of a table that belong to ``month`` into the first 28 days of ``other``."""
    start, target = (np.datetime64(months.first_day(one), "s") for one in (month, other))
    moved = table
    for place, field in enumerate(what.fields):
        if field.period != "same":
            continue
        values = table[field.name]
        if field.type == "month":
            column = pa.array(np.full(table.num_rows, other))
        else:
            seconds = (values.to_numpy() - start).astype("timedelta64[s]").astype(np.int64) % (28 * 86_400)
            column = pa.array(target + seconds.astype("timedelta64[s]"))
        moved = moved.set_column(place, field.name, column.cast(values.type))
    return moved
