"""Reading BOSS's receipts (校验报告): what they say, if they say it in the agreed form.

``f_…`` is one line about one data file (or, with number 000, about the verification file); ``r_…`` is one line per
refused record, and no line at all if every record was taken.
"""

from dataclasses import dataclass
from datetime import datetime

from bassboss_lib.contracts import Unit
from bassboss_lib.contracts.check import REASONS
from bassboss_lib.errors import InputRefused
from bassboss_lib.exchange.codes import FILE_CODES
from bassboss_lib.exchange.names import FileName

__all__ = ["FILE_LINE_BYTES", "RECORD_LINE_BYTES", "Refusal", "file_code", "refusals"]

FILE_LINE_BYTES = 40 + 14 + 2 + 2
RECORD_LINE_BYTES = 40 + 8 + 8 + 2


@dataclass(frozen=True, order=True)
class Refusal:
    """One record that BOSS refused: its data file, its row number in it, and the code of eight digits."""

    file: str
    row: int
    code: str


def file_code(name: FileName, data: bytes, where: str) -> str:
    """Read an ``f_`` receipt: give its code.

    Raises
    ------
    InputRefused
        If it is not one line of the agreed form about the file that its name speaks of.

    Examples
    --------
    >>> from bassboss_lib.exchange.names import parse
    >>> from bassboss_lib.exchange.receipts import file_line
    >>> line = file_line("i_10000_202610_31001_00_001.dat", datetime(2026, 11, 4, 9), "05")
    >>> file_code(parse("f_i_10000_202610_31001_00_001.verf"), line, "f_…")
    '05'
    """
    lines = _lines(data, FILE_LINE_BYTES, where)
    if len(lines) != 1:
        raise _unreadable("one line is wanted", where)
    about = name.stem.data(name.number) if name.number else name.stem.verification
    file, at, code = lines[0][:40].rstrip(), lines[0][40:54], lines[0][54:56]
    if file != about or not _is_time(at) or code not in FILE_CODES:
        raise _unreadable("file, time or code is not what the name promises", where)
    return code


def refusals(unit: Unit, data: bytes, where: str) -> list[Refusal]:
    """Read an ``r_`` receipt: give the records refused, each once, in order.

    Raises
    ------
    InputRefused
        If a line is not of the agreed form, or its code is not one of the unit's fields and the reasons.
    """
    found: dict[tuple[str, int], Refusal] = {}
    for line in _lines(data, RECORD_LINE_BYTES, where):
        file, row, code = line[:40].rstrip(), line[40:48].rstrip(), line[48:56]
        known = code[:5] == unit.code and code[5:].isdecimal() and int(code[5:7]) <= len(unit.fields)
        if not row.isdecimal() or not known or int(code[7]) not in REASONS:
            raise _unreadable("row or code is not of this unit", where)
        found.setdefault((file, int(row)), Refusal(file, int(row), code))
    return sorted(found.values())


def _lines(data: bytes, size: int, where: str) -> list[str]:
    lines = [data[at : at + size] for at in range(0, len(data), size)]
    if len(data) % size or not data.isascii() or any(line[-2:] != b"\r\n" for line in lines):
        raise _unreadable(f"{len(data)} bytes are not lines of {size}", where)
    return [line.decode("ascii") for line in lines]


def _is_time(text: str) -> bool:
    try:
        return bool(datetime.strptime(text, "%Y%m%d%H%M%S"))
    except ValueError:
        return False


def _unreadable(what: str, where: str) -> InputRefused:
    return InputRefused(
        f"the receipt cannot be read: {what}",
        fault="O11",
        where=where,
        kept="the receipt in quarantine, the delivery as it was",
        remedy="have it sent again",
    )
