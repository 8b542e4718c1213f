"""A second reading of a delivery's data files, plain and slow, that shares nothing with the library's own.

It says which rows hold by their shape, width, type, value list, range, period and key, so that what intake loaded can
be compared with what it should have.
"""

import re
from collections.abc import Sequence
from datetime import date, datetime

from bassboss_lib.contracts import Field, Unit

__all__ = ["good_rows"]

PATTERNS = {
    "int": r"-?[0-9]{1,18}",
    "decimal": r"-?[0-9]{1,17}(\.[0-9]+)?",
    "month": r"(19|20)[0-9]{2}(0[1-9]|1[0-2])",
    "date": r"(19|20)[0-9]{6}",
    "timestamp": r"(19|20)[0-9]{12}",
}
UNFIT = {"fixed": re.compile("[\x00-\x1f\x7f]"), "delimited": re.compile("[\x00\r\n$\ufeff]")}


def good_rows(unit: Unit, period: str, contents: Sequence[bytes]) -> list[dict]:
    """Give the rows of some data files that hold, typed, in order; a later row of the same key does not hold."""
    found, seen = [], set()
    for data in contents:
        for number, record in enumerate(_records(unit, data), start=1):
            row = _row(unit, period, record, number)
            key = tuple(row[name] for name in unit.key) if row else ()
            if row and key not in seen:
                seen.add(key)
                found.append(row)
    return found


def _records(unit: Unit, data: bytes) -> list[bytes]:
    if unit.profile == "delimited":
        return data.split(b"\n")[:-1]
    return [data[at : at + unit.record_bytes] for at in range(0, len(data), unit.record_bytes)]


def _row(unit: Unit, period: str, record: bytes, number: int) -> dict | None:
    values = _fields(unit, record, number)
    if values is None:
        return None
    try:
        return {one.name: _value(unit, one, raw, period) for one, raw in zip(unit.fields, values, strict=True)}
    except ValueError:
        return None


def _fields(unit: Unit, record: bytes, number: int) -> list[bytes] | None:
    if unit.profile == "delimited":
        values = record.decode(unit.encoding).split("$")
        return [value.encode(unit.encoding) for value in values] if len(values) == len(unit.fields) else None
    if record[:8].rstrip(b" ") != str(number).encode():
        return None
    values, at = [], 8
    for one in unit.fields:
        values.append(record[at : at + one.width].rstrip(b" "))
        at += one.width
    return values


def _value(unit: Unit, one: Field, raw: bytes, period: str) -> object:
    """Give the value of a field; raise `ValueError` if it does not hold."""
    text = raw.decode(unit.encoding)
    if not text:
        if not one.nullable:
            raise ValueError
        return None
    if len(raw) > one.width or (one.type == "text" and UNFIT[unit.profile].search(text)):
        raise ValueError
    if one.codes is not None and text not in one.codes.codes:
        raise ValueError
    if one.type in PATTERNS and not re.fullmatch(PATTERNS[one.type], text):
        raise ValueError
    value = _typed(one, text)
    if value is None and not one.nullable:
        raise ValueError
    _within(one, value, period)
    return value


def _typed(one: Field, text: str) -> object:
    if one.type == "int":
        return int(text)
    if one.type == "date":
        return datetime.strptime(text, "%Y%m%d").date()
    if one.type == "timestamp":
        return datetime.strptime(text, "%Y%m%d%H%M%S")
    return text.rstrip(" ") or None if one.type == "text" else text


def _within(one: Field, value: object, period: str) -> None:
    if one.type in ("int", "decimal"):
        number = float(str(value))
        if not (one.min is None or number >= one.min) or not (one.max is None or number <= one.max):
            raise ValueError
    if one.period and isinstance(value, date | str):
        month = value if isinstance(value, str) else value.strftime("%Y%m")
        same = one.period == "same" or (one.period == "as_of" and len(period) == len("YYYYMM"))
        last = f"{int(period[:4]) - 1}12" if period[4:6] == "01" else f"{int(period[:6]) - 1}"
        early = month < last if one.period == "same_or_last" else same and month < period[:6]
        if month > period[:6] or early:
            raise ValueError
