"""What can be done to a delivery on purpose, named as in the fault table.

A fault works on the files of one delivery after they were written, except I27, which writes the wrong month's rows and
names them as the right one's. ``I03`` damages the CDRs, or the unit whose fields it needs; ``I03:bill_item`` damages
another unit. Where only the content is to be wrong, verification file and manifest are made to agree with it; a
manifest that could not (its sums are the sender's) is left out. Rows of the table that nothing in a delivery can show
are named in `NOT_OF_A_DELIVERY`, with the reason.
"""

import hashlib
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

__all__ = ["FAULTS", "NOT_OF_A_DELIVERY", "damage", "in_another_month", "of_unit", "write_wrong_month"]

DEFAULT_UNIT = "cdr"
DEFAULT_UNITS = dict.fromkeys(("I15", "I16", "I17"), "customer")
"""Faults of text are done where there is text."""

NAME_AT, BYTES_AT, RECORDS_AT = slice(0, 40), slice(40, 60), slice(60, 80)
WRONG_MONTH = "I27"
EVERY_50TH, HUGE_BYTES, MANY_RECORDS = 50, 200_000_000_000, 5_000_000

NOT_OF_A_DELIVERY = {
    "I09": "a file still being written is the doing of a writer that holds it open",
    "I31": "a file that cannot be read, or vanishes while it is read, is the disk's doing",
}
"""Rows of the fault table that are not done to a delivery, and why."""


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
        if fault in NOT_OF_A_DELIVERY:
            raise CallError(f"{fault}: {NOT_OF_A_DELIVERY[fault]}", where="--fault", remedy="its test shows it")
        if fault not in FAULTS and fault != WRONG_MONTH:
            known = ", ".join(sorted([*FAULTS, WRONG_MONTH]))
            raise CallError(f"unknown fault {fault}", where="--fault", remedy=f"choose from {known}")
        if target and target not in {one.name for one in units()}:
            raise CallError(f"unknown unit {target}", where="--fault", remedy="see `bassboss units`")
        if (target or DEFAULT_UNITS.get(fault, DEFAULT_UNIT)) == name:
            meant.append(fault)
    return meant


def damage(faults: Sequence[str], files: list[Path]) -> list[Path]:
    """Do each fault to the files of one delivery; give the files that are left."""
    for fault in faults:
        if fault in FAULTS:
            FAULTS[fault](files)
    return [file for file in files if file.exists()]


def _data(files: list[Path]) -> Path:
    return next(file for file in files if file.suffix in (".dat", ".parquet"))


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
    _declare(files, records=int(_verification(files).read_bytes()[RECORDS_AT]) + 1)


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


def _agree(files: list[Path], *, manifest: bool = False) -> None:
    """Let the verification file say what the data file now is, and the manifest too or nothing."""
    data = _data(files).read_bytes()
    _declare(files, count_bytes=len(data), records=data.count(b"\n"))
    path = next((file for file in files if file.suffix == ".json"), None)
    if path is None or not manifest:
        if path:
            path.unlink()
        return
    content = json.loads(path.read_text(encoding="utf-8"))
    about = {"bytes": len(data), "rows": data.count(b"\n"), "hash": f"sha256:{hashlib.sha256(data).hexdigest()}"}
    content["resources"][0] |= about
    path.write_text(json.dumps(content, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


def _declare(
    files: list[Path], *, count_bytes: int | None = None, records: int | None = None, name: str | None = None
) -> None:
    """Change what the verification file says of the first data file."""
    line = bytearray(_verification(files).read_bytes())
    for place, value in ((NAME_AT, name), (BYTES_AT, count_bytes), (RECORDS_AT, records)):
        if value is not None:
            line[place] = str(value).encode().ljust(place.stop - place.start)
    _verification(files).write_bytes(line)


def _rewritten(change: Callable[[bytes], bytes], *, manifest: bool = False) -> Callable[[list[Path]], None]:
    """Make a fault that changes the content of the data file, everything else agreeing with it."""

    def fault(files: list[Path]) -> None:
        _data(files).write_bytes(change(_data(files).read_bytes()))
        _agree(files, manifest=manifest)

    return fault


def _spoilt(data: bytes, step: int, value: bytes) -> bytes:
    """Put a value into the last field of every ``step``-th line, the first one first."""
    lines = data.splitlines(keepends=True)
    for place in range(0, len(lines), step):
        lines[place] = lines[place].rpartition(b"$")[0] + b"$" + value + b"\n"
    return b"".join(lines)


def _dollar_in_a_name(data: bytes) -> bytes:
    """Put a quote and a dollar into the third field of the first line, where customers have their names."""
    first, _, rest = data.partition(b"\n")
    fields = first.split(b"$")
    fields[2] = b'"' + fields[2] + b"$" + fields[2]
    return b"$".join(fields) + b"\n" + rest


def _half(data: bytes) -> bytes:
    lines = data.splitlines(keepends=True)
    return b"".join(lines[: len(lines) // 2])


def _left_out(files: list[Path]) -> None:
    """Deliver nothing; delivered later without the fault, the month comes after the next one."""
    for file in files:
        file.unlink()


def _empty(files: list[Path], records: int) -> None:
    _rewritten(lambda _: b"")(files)
    _declare(files, records=records)


def _restated(files: list[Path]) -> None:
    """Send the delivery, one record less, under the next resend number."""
    _rewritten(lambda data: data[: data.rfind(b"\n", 0, -1) + 1])(files)
    for place, file in enumerate(files):
        if file.exists():
            again = file.name.replace("_00_001", "_01_001").replace("_00.", "_01.")
            files[place] = file.rename(file.with_name(again))
    _declare(files, name=_data(files).name)


def _linked_away(files: list[Path]) -> None:
    """Put a link to a file outside under the name of the data file."""
    data = _data(files)
    data.unlink()
    data.symlink_to("/etc/hostname")


def _crafted(files: list[Path]) -> None:
    """Send bytes that only look like Parquet."""
    _rewritten(lambda _: b"PAR1" + bytes(200) + b"\xff\xff\xff\x7fPAR1")(files)
    data = _data(files)
    files[files.index(data)] = data.rename(data.with_suffix(".parquet"))
    _declare(files, name=data.with_suffix(".parquet").name, records=1)


FAULTS: dict[str, Callable[[list[Path]], None]] = {
    "I01": _without_verification,
    "I02": _without_data,
    "I03": lambda files: _cut(files, 5),
    "I04": lambda files: _cut(files, 2),
    "I05": _flip,
    "I06": _wrong_count,
    "I07": _wrong_total,
    "I08": _swap_key,
    "I10": lambda _: None,  # the same bytes once more
    "I11": _rewritten(_half),
    "I12": _left_out,
    "I13": _left_out,
    "I15": _rewritten(lambda data: data.decode("gb18030").encode("utf-8"), manifest=True),
    "I16": _rewritten(lambda data: b"\xef\xbb\xbf" + data, manifest=True),
    "I17": _rewritten(_dollar_in_a_name, manifest=True),
    "I18": _rewritten(lambda data: _spoilt(data, data.count(b"\n"), b"x"), manifest=True),
    "I19": _rewritten(lambda data: _spoilt(data, EVERY_50TH, b"x"), manifest=True),
    "I20": _rewritten(lambda data: data.replace(b"\n", b"$x\n"), manifest=True),
    "I21": _rewritten(lambda data: _spoilt(data, data.count(b"\n"), b"1,234.50"), manifest=True),
    "I22": _rewritten(lambda data: b"00" + data),
    "I23": _rewritten(lambda data: data + data[: data.find(b"\n") + 1]),
    "I24": lambda files: _empty(files, 0),
    "I25": lambda files: _empty(files, MANY_RECORDS),
    "I26": _rewritten(_half),
    "I28": _restated,
    "I29": lambda files: _declare(files, count_bytes=HUGE_BYTES),
    "I30": _linked_away,
    "I32": _crafted,
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
        if field.period not in ("same", "same_or_last"):
            continue
        values = table[field.name]
        if field.type == "month":
            column = pa.array(np.full(table.num_rows, other))
        else:
            seconds = (values.to_numpy() - start).astype("timedelta64[s]").astype(np.int64) % (28 * 86_400)
            column = pa.array(target + seconds.astype("timedelta64[s]"))
        moved = moved.set_column(place, field.name, column.cast(values.type))
    return moved
