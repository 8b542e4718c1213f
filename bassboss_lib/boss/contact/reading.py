"""BOSS reads our lists, with a reader of its own, so that two implementations of the interface check each other.

Only the declarations of the units are shared. Names, verification file, sizes, control totals, records and values are
read here anew; what is wrong is refused with the code that the interface convention gives it.
"""

import hashlib
import json
import re
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import pairwise
from pathlib import Path

import numpy as np
import pyarrow as pa

from bassboss_lib import months
from bassboss_lib.boss.contact import record_reading
from bassboss_lib.contracts import Unit, unit
from bassboss_lib.errors import CallError

__all__ = ["LISTS", "Desk", "Judged", "judge", "waiting"]

LISTS = {"31001": "retention", "32001": "survey", "33001": "care"}
NAME = re.compile(r"([aisz])_(\d{5})_(\d{6}|\d{8})_(\d{5})_(\d{2})(?:_(\d{3})\.dat|\.verf)")
VERF_BYTES, VERF_FIELDS = 104, (40, 20, 20, 8, 14)
FILE_BYTES_MAX = 2_000_000_000
OLD_MONTHS = 3


@dataclass(frozen=True)
class Desk:
    """What BOSS needs to judge a list.

    Parameters
    ----------
    province : str
        Five digits.
    today : date as text
        ``YYYYMMDD`` on which lists are read; nothing may be dated later.
    serials : dict
        ``customer_id`` → serial of everybody BOSS knows.
    numbers : dict
        ``customer_id`` → number.
    forbidden : dict
        Kind of list → ids that must not be contacted.
    taken : dict
        Stem → SHA-256 of the verification file, of everything accepted so far.
    """

    province: str
    today: str
    serials: dict[str, int]
    numbers: dict[str, str]
    forbidden: dict[str, frozenset[str]]
    taken: dict[str, str]


@dataclass(frozen=True)
class Judged:
    """A delivery of ours, judged: codes of its files (0 stands for the verification file), its rows, those refused.

    ``rows`` has the unit's fields as text and ``file``, ``row``; it holds only what was accepted. ``refused`` holds
    file, row number and the code of eight digits.
    """

    stem: str
    unit: str
    period: str
    sha256: str
    created: str
    codes: dict[int, str]
    rows: pa.Table | None = None
    refused: list[tuple[str, int, str]] = field(default_factory=list)

    @property
    def accepted(self) -> bool:
        """Whether its files were taken; single records may have been refused."""
        return set(self.codes.values()) == {"00"}


class _Wrong(Exception):
    """A file is wrong: number of the file (0: the verification file), code."""

    def __init__(self, number: int, code: str) -> None:
        super().__init__(f"file {number}: code {code}")
        self.number, self.code = number, code


def waiting(outbox: Path) -> list[str]:
    """List the stems of lists in a folder that have a verification file, by unit, period and resend number."""
    found = [NAME.fullmatch(path.name) for path in sorted(outbox.glob("*.verf")) if path.is_file()]
    lists = [one for one in found if one and one[4] in LISTS]
    ordered = sorted(lists, key=lambda one: (one[4], one[3], one[5]))
    return [one[0].removesuffix(".verf") for one in ordered]


def judge(outbox: Path, stem: str, desk: Desk) -> Judged:
    """Read one delivery and judge it.

    Parameters
    ----------
    outbox : Path
        Where it lies.
    stem : str
        Its name without ending, as `waiting` gives it.
    desk : Desk
        What BOSS knows.

    Returns
    -------
    Judged
        Files refused whole have a code other than ``00`` and no rows.
    """
    parts = NAME.fullmatch(f"{stem}.verf")
    if parts is None:
        raise CallError("not a name of the interface", where=stem, remedy="see `bassboss units`")
    what = unit(parts[4])
    judged = Judged(stem, what.code, parts[3], "", "", {})
    try:
        data = _bytes(outbox / f"{stem}.verf", 0, "99")
        judged = replace(judged, sha256=hashlib.sha256(data).hexdigest())
        _name_allowed(parts, what, desk, judged.sha256)
        lines = _lines(data)
        judged = replace(judged, created=lines[0][4])
        files = [_data_file(outbox, stem, what, number, line) for number, line in enumerate(lines, start=1)]
        _manifest(outbox, stem, what, files)
    except _Wrong as wrong:
        return replace(judged, codes={wrong.number: wrong.code})
    rows, refused = record_reading.records(what, parts[3], files)
    rows, strangers = _known(what, rows, desk)
    return replace(
        judged, codes=dict.fromkeys(range(1, len(lines) + 1), "00"), rows=rows, refused=sorted(refused + strangers)
    )


def _name_allowed(parts: re.Match, what: Unit, desk: Desk, sha256: str) -> None:
    mode, province, period = parts[1], parts[2], parts[3]
    day = period if len(period) == 8 else f"{period}01"
    today = desk.today
    checks = {
        "96": province != desk.province,
        "97": not _is_date(day),
        "94": _wrong_cycle(what, mode, parts[5], period),
        "86": day > today or (len(period) == 6 and period >= today[:6]),
        "93": desk.taken.get(parts[0].removesuffix(".verf"), sha256) != sha256,
    }
    for code, wrong in checks.items():
        if wrong:
            raise _Wrong(0, code)
    if period[:6] < months.add(today[:6], -OLD_MONTHS - 1):
        raise _Wrong(0, "92")


def _wrong_cycle(what: Unit, mode: str, rr: str, period: str) -> bool:
    """A correction has mode a and a resend number; a care list is of a month or a day."""
    right_mode = mode in what.modes or (mode == "a" and rr != "00")
    right_length = {"day": (8,), "month": (6, 8) if what.code == "33001" else (6,)}[what.cycle]
    return not right_mode or len(period) not in right_length


def _lines(data: bytes) -> list[tuple[str, int, int, str, str]]:
    """Read the verification file: name, bytes, records, period, time of creation of each data file."""
    if not data or len(data) % VERF_BYTES:
        raise _Wrong(0, "98")
    lines: list[tuple[str, int, int, str, str]] = []
    for at in range(0, len(data), VERF_BYTES):
        line = data[at : at + VERF_BYTES]
        if not line.endswith(b"\r\n"):
            raise _Wrong(0, "95")
        edges = np.cumsum([0, *VERF_FIELDS])
        name, size, count, period, created = (
            line[a:b].decode("ascii", "replace").rstrip(" ") for a, b in pairwise(edges.tolist())
        )
        if not (size.isdecimal() and count.isdecimal() and re.fullmatch(r"\d{14}", created)):
            raise _Wrong(len(lines) + 1, "16")
        lines.append((name, int(size), int(count), period, created))
    if len({line[0] for line in lines}) < len(lines):
        raise _Wrong(1, "17")
    return lines


def _data_file(
    outbox: Path, stem: str, what: Unit, number: int, line: tuple[str, int, int, str, str]
) -> tuple[str, bytes]:
    name, size, count, period, _ = line
    parts, own = NAME.fullmatch(name), NAME.fullmatch(f"{stem}.verf")
    if parts is None or own is None or not parts[6]:
        raise _Wrong(number, "01")
    named = {"10": parts[1] != own[1], "09": parts[2] != own[2], "07": {parts[3], period} != {own[3]}}
    named |= {"23": parts[5] != own[5], "01": parts[4] != own[4] or int(parts[6]) != number}
    for code, wrong in named.items():
        if wrong:
            raise _Wrong(number, code)
    if not (outbox / name).exists():
        raise _Wrong(number, "02")
    if (outbox / name).stat().st_size > FILE_BYTES_MAX:
        raise _Wrong(number, "12")
    data = _bytes(outbox / name, number, "03")
    _shape(what, number, data, size, count)
    return name, data


def _shape(what: Unit, number: int, data: bytes, size: int, count: int) -> None:
    """Compare bytes and records with what was announced and with the layout."""
    whole = what.record_bytes
    lengths = {len(line) + 2 for line in data.split(b"\r\n")[:-1]} if len(data) % whole else set()
    ended = np.frombuffer(data[: len(data) - len(data) % whole], np.uint8).reshape(-1, whole)[:, -2:]
    checks = {
        "05": len(data) != size,
        "18": bool(lengths) and len(lengths) == 1 and lengths != {whole},
        "04": len(data) % whole > 0,
        "06": len(data) != count * whole,
        "11": bool((ended != (13, 10)).any()),
        "22": not data and not what.allow_empty,
    }
    for code, wrong in checks.items():
        if wrong:
            raise _Wrong(number, code)


def _manifest(outbox: Path, stem: str, what: Unit, files: list[tuple[str, bytes]]) -> None:
    """Hold hashes and sums against the manifest; a list must have one."""
    try:
        said = json.loads((outbox / f"{stem}.json").read_bytes())
        hashes = {one["path"]: one["hash"].removeprefix("sha256:") for one in said["resources"]}
        totals = dict(said["totals"])
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        raise _Wrong(1, "03") from None
    for number, (name, data) in enumerate(files, start=1):
        if hashes.get(name) != hashlib.sha256(data).hexdigest():
            raise _Wrong(number, "05")
    sums = record_reading.sums(what, b"".join(data for _, data in files))
    if any(totals.get(name) != value for name, value in sums.items()):
        raise _Wrong(1, "05")


def _known(what: Unit, rows: pa.Table, desk: Desk) -> tuple[pa.Table, list[tuple[str, int, str]]]:
    """Refuse whom BOSS does not know (7), whose number is another (7), and who must not be contacted (8)."""
    ids, numbers = rows["customer_id"].to_pylist(), rows["msisdn"].to_pylist()
    forbidden = desk.forbidden[LISTS[what.code]]
    places = {name: what.names.index(name) + 1 for name in ("customer_id", "msisdn")}
    codes = [
        (places["customer_id"], 7)
        if one not in desk.serials
        else (places["msisdn"], 7)
        if desk.numbers[one] != number
        else (places["customer_id"], 8)
        if one in forbidden
        else None
        for one, number in zip(ids, numbers, strict=True)
    ]
    where = zip(rows["file"].to_pylist(), rows["row"].to_pylist(), codes, strict=True)
    refused = [(file, row, f"{what.code}{code[0]:02d}{code[1]}") for file, row, code in where if code]
    return rows.filter(pa.array([code is None for code in codes], pa.bool_())), refused


def _bytes(path: Path, number: int, code: str) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        raise _Wrong(number, code) from None


def _is_date(text: str) -> bool:
    try:
        return bool(datetime.strptime(text, "%Y%m%d"))
    except ValueError:
        return False
