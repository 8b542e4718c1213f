"""The verification file (校验文件): one line of 104 bytes for each data file; it comes last, and is the commit."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bassboss_lib.exchange.codes import FileRefused
from bassboss_lib.exchange.names import require_plain

__all__ = ["LINE_BYTES", "Line", "parse", "render"]

WIDTHS = (40, 20, 20, 8, 14)
LINE_BYTES = sum(WIDTHS) + 2
CREATED = "%Y%m%d%H%M%S"


@dataclass(frozen=True)
class Line:
    """What a verification file says of one data file: name, bytes, records, period, time of its first build."""

    file: str
    bytes: int
    records: int
    period: str
    created: datetime


def render(lines: Sequence[Line]) -> bytes:
    """Write verification lines: five left-aligned fields of 40, 20, 20, 8 and 14 bytes, then CRLF.

    Examples
    --------
    >>> render([Line("i_10000_202610_31001_00_001.dat", 907, 1, "202610", datetime(2026, 11, 3, 2))])
    b'i_10000_202610_31001_00_001.dat         907                 1                   202610  20261103020000\\r\\n'
    """
    return b"".join(_render(line) for line in lines)


def _render(line: Line) -> bytes:
    values = (line.file, str(line.bytes), str(line.records), line.period, line.created.strftime(CREATED))
    return b"".join(value.encode("ascii").ljust(width) for value, width in zip(values, WIDTHS, strict=True)) + b"\r\n"


def parse(data: bytes, where: str) -> list[Line]:
    """Read a verification file.

    Parameters
    ----------
    data : bytes
        Its content.
    where : str
        Its name, for messages.

    Raises
    ------
    FileRefused
        With code 98 (length, or empty), 95 (line end), 16 (a field) or 17 (a file named twice).
    SecurityRefused
        If it names a path (I30).
    """
    if not data or len(data) % LINE_BYTES:
        raise FileRefused("98", f"{len(data)} bytes are not lines of {LINE_BYTES}", where=where)
    lines = [_parse(data[at : at + LINE_BYTES], where) for at in range(0, len(data), LINE_BYTES)]
    names = [line.file for line in lines]
    if len(set(names)) < len(names):
        raise FileRefused("17", "a data file is named twice", where=where)
    return lines


def _parse(line: bytes, where: str) -> Line:
    if line[-2:] != b"\r\n":
        raise FileRefused("95", "a line does not end with CRLF", where=where)
    fields, at = [], 0
    for width in WIDTHS:
        fields.append(line[at : at + width].decode("ascii", "replace").rstrip(" "))
        at += width
    require_plain(fields[0])
    try:
        created = datetime.strptime(fields[4], CREATED)
        if not (fields[1].isdecimal() and fields[2].isdecimal() and len(fields[4]) == WIDTHS[4]):
            raise ValueError
    except ValueError as error:
        raise FileRefused("16", "bytes, records or time of creation are not numbers", where=where) from error
    return Line(fields[0], int(fields[1]), int(fields[2]), fields[3], created)
