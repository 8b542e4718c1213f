"""BOSS reads the records of our lists: fields cut by their widths, each value judged by its declaration.

A record that breaks a rule is refused alone, with the number of the field and the reason; the others are taken.
"""

import re
from datetime import datetime

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from bassboss_lib.contracts import Unit
from bassboss_lib.contracts.fields import Field

__all__ = ["records", "sums"]

ROW_NUMBER_BYTES = 8
EMPTY, TYPE, VALUE, RANGE, ENCODING, DUPLICATE, OTHER = 1, 2, 3, 4, 5, 6, 9
SHAPES = {
    "int": r"^-?[0-9]+$",
    "decimal": r"^-?[0-9]+(\.[0-9]+)?$",
    "date": r"^[0-9]{8}$",
    "timestamp": r"^[0-9]{14}$",
    "month": r"^[0-9]{4}(0[1-9]|1[0-2])$",
}
FORMS = {"date": "%Y%m%d", "timestamp": "%Y%m%d%H%M%S"}
TOTALLED = re.compile(r"_(fen|bytes|s)$")


def records(what: Unit, period: str, files: list[tuple[str, bytes]]) -> tuple[pa.Table, list[tuple[str, int, str]]]:
    """Read the records of a delivery.

    Parameters
    ----------
    what : Unit
        The layout.
    period : str
        Of the delivery.
    files : list of (name, bytes)
        Data files of whole records, in order.

    Returns
    -------
    rows : pyarrow.Table
        The records that hold, as text, empty values null, with ``file`` and ``row`` (from 1 in its file).
    refused : list of (file, row, code)
        One entry per record that does not, with the first rule that it breaks.
    """
    columns, broken = _columns(what, b"".join(data for _, data in files))
    counts = [len(data) // what.record_bytes for _, data in files]
    file = np.repeat([name for name, _ in files], counts)
    numbers = np.concatenate([np.arange(1, count + 1) for count in counts]) if counts else np.zeros(0, int)
    number, reason = _judged(what, period, columns, broken)
    counted = pc.equal(columns["row_number"], pa.array(numbers.astype(str))).to_numpy(zero_copy_only=False)
    reason = np.where(counted, reason, OTHER)
    number = np.where(counted, number, 0)
    bad = np.flatnonzero(reason)
    refused = [(str(file[one]), int(numbers[one]), f"{what.code}{number[one]:02d}{reason[one]}") for one in bad]
    rows = pa.table({name: columns[name] for name in what.names} | {"file": pa.array(file), "row": numbers})
    return rows.filter(pa.array(reason == 0)), refused


def sums(what: Unit, data: bytes) -> dict[str, int]:
    """Add up the amounts, volumes and durations of records, by field; what is no number counts nothing."""
    columns, _ = _columns(what, data, [one for one in what.fields if one.type == "int" and TOTALLED.search(one.name)])
    found = {}
    for name, values in columns.items():
        if name != "row_number":
            numbers = values.filter(pc.fill_null(pc.match_substring_regex(values, SHAPES["int"]), False))
            found[name] = int(pc.sum(numbers.cast(pa.int64())).as_py() or 0)
    return found


def _columns(what: Unit, data: bytes, wanted: list[Field] | None = None) -> tuple[dict[str, pa.Array], dict]:
    """Cut the fields out of the records; give them decoded, and per field which values cannot be decoded."""
    matrix = np.frombuffer(data, np.uint8).reshape(-1, what.record_bytes)
    columns = {"row_number": _text(matrix[:, :ROW_NUMBER_BYTES], "ascii")[0]}
    broken: dict[str, np.ndarray] = {}
    at = ROW_NUMBER_BYTES
    for one in what.fields:
        if wanted is None or one in wanted:
            columns[one.name], broken[one.name] = _text(matrix[:, at : at + one.width], what.encoding)
        at += one.width
    return columns, broken


def _text(matrix: np.ndarray, encoding: str) -> tuple[pa.Array, np.ndarray]:
    """Decode one field of all records; blanks at the end are padding, and nothing left is null."""
    width = matrix.shape[1]
    raw = np.char.rstrip(np.ascontiguousarray(matrix).view(f"S{width}").ravel(), b" ")
    broken = np.zeros(len(raw), bool)
    try:
        texts = np.char.decode(raw, encoding).tolist() if len(raw) else []
    except UnicodeDecodeError:
        broken = np.array([_undecodable(value, encoding) for value in raw.tolist()])
        texts = [value.decode(encoding, "replace") for value in raw.tolist()]
    return pa.array([text or None for text in texts], pa.string()), broken


def _undecodable(value: bytes, encoding: str) -> bool:
    try:
        value.decode(encoding)
    except UnicodeDecodeError:
        return True
    return False


def _judged(what: Unit, period: str, columns: dict[str, pa.Array], broken: dict) -> tuple[np.ndarray, np.ndarray]:
    """Give each record's first fault: number of the field, reason; reason 0 where there is none."""
    count = len(columns["row_number"])
    number, reason = np.zeros(count, int), np.zeros(count, int)
    for place, one in enumerate(what.fields, start=1):
        for why, wrong in _faults(one, period, columns[one.name], broken[one.name]):
            first = wrong & (reason == 0)
            number[first], reason[first] = place, why
    parts = [columns[name].to_pylist() for name in what.key]
    keys = ["$".join(map(str, row)) for row in zip(*parts, strict=True)]
    _, first_at = np.unique(np.array(keys, object).astype(str), return_index=True)
    again = np.ones(count, bool)
    again[first_at] = False
    again &= reason == 0
    number[again], reason[again] = what.names.index(what.key[-1]) + 1, DUPLICATE
    return number, reason


def _faults(one: Field, period: str, values: pa.Array, broken: np.ndarray) -> list[tuple[int, np.ndarray]]:
    """Give the rules that a field's values break, the gravest first."""
    empty = values.is_null().to_numpy(zero_copy_only=False)
    found = [(ENCODING, broken), (EMPTY, empty & (not one.nullable))]
    if one.type in SHAPES:
        shaped = pc.fill_null(pc.match_substring_regex(values, SHAPES[one.type]), True)
        found.append((TYPE, ~shaped.to_numpy(zero_copy_only=False) | _no_time(one, values)))
    if one.codes:
        known = pc.is_in(values, pa.array(list(one.codes.codes)))
        found.append((VALUE, ~known.to_numpy(zero_copy_only=False) & ~empty))
    clean = ~np.logical_or.reduce([wrong for _, wrong in found]) & ~empty
    return [*found, (RANGE, _out_of_range(one, period, values, clean))]


def _no_time(one: Field, values: pa.Array) -> np.ndarray:
    """Tell which values are digits but no date or time."""
    form = FORMS.get(one.type)
    bad = {text for text in values.unique().to_pylist() if form and text and not _is_time(text, form)}
    return pc.is_in(values, pa.array(sorted(bad), pa.string())).to_numpy(zero_copy_only=False)


def _is_time(text: str, form: str) -> bool:
    try:
        return bool(datetime.strptime(text, form))
    except ValueError:
        return False


def _out_of_range(one: Field, period: str, values: pa.Array, clean: np.ndarray) -> np.ndarray:
    wrong = np.zeros(len(values), bool)
    places = np.flatnonzero(clean)
    some = values.take(pa.array(places))
    if one.type in ("int", "decimal"):
        numbers = some.cast(pa.float64()).to_numpy(zero_copy_only=False)
        low, high = (-np.inf if one.min is None else one.min), (np.inf if one.max is None else one.max)
        wrong[places] = (numbers < low) | (numbers > high)
    elif one.period == "same" or (one.period == "as_of" and len(period) == len("YYYYMM")):
        wrong[places] = [text[: len(period)] != period[: len(text)] for text in some.to_pylist()]
    elif one.period:
        wrong[places] = [text[:6] > period[:6] for text in some.to_pylist()]
    return wrong
