"""From text columns to typed columns, and what makes a value wrong: one small rule per type, over whole columns.

Each reader gives the typed column, null where the text is empty or wrong, and a mask of the wrong ones. Types are
strict: a number is digits with at most a leading minus, a date is eight digits of a day that exists.
"""

from collections.abc import Callable
from datetime import datetime, time

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from bassboss_lib import months
from bassboss_lib.contracts.fields import Field, Profile

__all__ = ["READERS", "belated", "forbidden", "out_of_period", "out_of_range", "too_wide"]

INT_DIGITS = 18
INT = r"^-?[0-9]{1,18}$"
DECIMAL = r"^-?[0-9]{1,17}(\.[0-9]+)?$"
MONTH = r"^(19|20)[0-9][0-9](0[1-9]|1[0-2])$"
DATE = r"^(19|20)[0-9]{6}$"
TIMESTAMP = r"^(19|20)[0-9]{12}$"
FORBIDDEN: dict[Profile, str] = {"fixed": r"[\x00-\x1f\x7f]", "delimited": r"[\x00\r\n$\x{feff}]"}
LONGEST_CHARACTER_BYTES = 4

SUSPICIOUS: dict[Profile, Callable[[np.ndarray], np.bool_]] = {
    "fixed": lambda data: ((data < 0x20) | (data == 0x7F)).any(),
    "delimited": lambda data: ((data < 0x0E) | (data == 0x24) | (data == 0xEF)).any(),
}
"""Whether bytes may hold a forbidden character at all; a column without any need not be searched text by text."""

Read = tuple[pa.ChunkedArray, np.ndarray]


def too_wide(column: pa.ChunkedArray, width: int, encoding: str) -> pa.ChunkedArray:
    """Tell which texts need more than ``width`` bytes in an encoding."""
    size = pc.binary_length(column)
    if encoding == "utf-8":
        return pc.greater(size, width)
    characters = pc.utf8_length(column)
    plain = pc.equal(size, characters)
    doubtful = pc.and_(pc.invert(plain), pc.greater(pc.multiply(characters, LONGEST_CHARACTER_BYTES), width))
    wide = pc.and_(plain, pc.greater(size, width))
    if not pc.any(doubtful).as_py():
        return wide
    values = column.combine_chunks().filter(doubtful.combine_chunks()).dictionary_encode()
    encoded = np.array([len(value.encode(encoding)) > width for value in values.dictionary.to_pylist()])
    result = wide.to_numpy().copy()
    result[doubtful.to_numpy()] = encoded[values.indices.to_numpy()]
    return pa.chunked_array([pa.array(result)])


def forbidden(column: pa.ChunkedArray, profile: Profile) -> pa.ChunkedArray:
    """Tell which texts hold a character that the profile cannot carry."""
    if not any(SUSPICIOUS[profile](_bytes(chunk)) for chunk in column.chunks):
        return pa.chunked_array([np.zeros(len(column), bool)])
    return pc.match_substring_regex(column, FORBIDDEN[profile])


def out_of_range(one: Field, values: pa.ChunkedArray) -> np.ndarray:
    """Tell which numbers lie outside the field's range."""
    outside = np.zeros(len(values), bool)
    if one.min is None and one.max is None:
        return outside
    numbers = values.cast(pa.float64())
    if one.min is not None:
        outside |= _mask(pc.less(numbers, one.min))
    if one.max is not None:
        outside |= _mask(pc.greater(numbers, one.max))
    return outside


def out_of_period(one: Field, values: pa.ChunkedArray, bounds: tuple[str, datetime, datetime]) -> np.ndarray:
    """Tell which months and times do not belong to the delivery's period (month, its first and last second)."""
    month, first, last = bounds
    if not one.period:
        return np.zeros(len(values), bool)
    if one.type == "month":
        by_day = first.date() == last.date()
        bound = one.period == "until" or (one.period == "as_of" and by_day)
        return _mask(pc.greater(values, month) if bound else pc.not_equal(values, month))
    if one.period == "same_or_last":
        first = datetime.combine(months.first_day(months.add(month, -1)), time.min)
    low, high = (pa.scalar(bound, pa.timestamp("s")).cast(values.type) for bound in (first, last))
    after = _mask(pc.greater(values, high))
    return after | _mask(pc.less(values, low)) if one.period in ("same", "same_or_last") else after


def belated(one: Field, values: pa.ChunkedArray, month: str) -> np.ndarray:
    """Tell which times lie before the month, where the field allows it."""
    if one.period != "same_or_last":
        return np.zeros(len(values), bool)
    first = datetime.combine(months.first_day(month), time.min)
    return _mask(pc.less(values, pa.scalar(first, pa.timestamp("s")).cast(values.type)))


def _bytes(texts: pa.StringArray) -> np.ndarray:
    """Give the bytes of all texts, one after another."""
    _, offsets, data = texts.buffers()
    ends = np.frombuffer(offsets, np.int32)[texts.offset : texts.offset + len(texts) + 1] if len(texts) else [0, 0]
    return np.frombuffer(data or b"", np.uint8)[ends[0] : ends[-1]]


def _mask(values: pa.ChunkedArray) -> np.ndarray:
    return pc.fill_null(values, False).to_numpy().astype(bool)


def _matching(column: pa.ChunkedArray, pattern: str) -> Read:
    fits = pc.match_substring_regex(column, pattern)
    wrong = ~fits.to_numpy().astype(bool)
    return (pc.if_else(fits, column, pa.scalar(None, pa.string())) if wrong.any() else column), wrong


def _text(_: Field, column: pa.ChunkedArray) -> Read:
    return _null_if_empty(pc.utf8_rtrim(column, " ")), np.zeros(len(column), bool)


def _null_if_empty(column: pa.ChunkedArray) -> pa.ChunkedArray:
    empty = pc.equal(column, "")
    return pc.if_else(empty, pa.scalar(None, pa.string()), column) if pc.any(empty).as_py() else column


def _code(one: Field, column: pa.ChunkedArray) -> Read:
    known = pc.is_in(column, pa.array(list(one.codes.codes) if one.codes else [], pa.string()))
    return _null_if_empty(column), ~known.to_numpy().astype(bool)


def _month(_: Field, column: pa.ChunkedArray) -> Read:
    return _matching(column, MONTH)


def _int(_: Field, column: pa.ChunkedArray) -> Read:
    if _all_digits(column):
        return column.cast(pa.int64()), np.zeros(len(column), bool)
    digits, wrong = _matching(column, INT)
    return digits.cast(pa.int64()), wrong


def _all_digits(column: pa.ChunkedArray) -> bool:
    """Tell at once whether every text is 1 to 18 digits, as nearly every column is."""
    sizes = pc.min_max(pc.binary_length(column)).as_py()
    if not sizes["min"] or sizes["max"] > INT_DIGITS:
        return False
    return all(((data := _bytes(chunk)) >= 0x30).all() and (data <= 0x39).all() for chunk in column.chunks)


def _decimal(_: Field, column: pa.ChunkedArray) -> Read:
    return _matching(column, DECIMAL)


def _date(_: Field, column: pa.ChunkedArray) -> Read:
    times, wrong = _time(column, DATE, "%Y%m%d")
    return times.cast(pa.date32()), wrong


def _timestamp(_: Field, column: pa.ChunkedArray) -> Read:
    return _time(column, TIMESTAMP, "%Y%m%d%H%M%S")


def _time(column: pa.ChunkedArray, pattern: str, form: str) -> Read:
    """Parse times; the parser would turn 30 February into March, so day and second must come back as written."""
    times = _times_at_once(column, clock="%S" in form)
    if times is not None:
        return times, np.zeros(len(column), bool)
    digits, wrong = _matching(column, pattern)
    times = pc.strptime(digits, format=form, unit="s", error_is_null=True)
    kept = pc.equal(pc.day(times), pc.utf8_slice_codeunits(digits, 6, 8).cast(pa.int64()))
    if "%S" in form:
        kept = pc.and_(kept, pc.equal(pc.second(times), pc.utf8_slice_codeunits(digits, 12, 14).cast(pa.int64())))
    exists = pc.fill_null(kept, False)
    unreal = ~exists.to_numpy().astype(bool)
    return (pc.if_else(exists, times, pa.scalar(None, times.type)) if unreal.any() else times), wrong | unreal


def _times_at_once(column: pa.ChunkedArray, *, clock: bool) -> pa.ChunkedArray | None:
    """Give the times of a column by whole-number arithmetic, where every text is a time; else None."""
    if not (_all_digits(column) and pc.all(pc.equal(pc.binary_length(column), 14 if clock else 8)).as_py()):
        return None
    numbers = column.cast(pa.int64()).to_numpy()
    days, seconds = np.divmod(numbers, 1_000_000) if clock else (numbers, np.zeros_like(numbers))
    months, day = np.divmod(days, 100)
    year, month = np.divmod(months, 100)
    hour, minute, second = seconds // 10_000, seconds // 100 % 100, seconds % 100
    inside = (year >= 1900) & (year <= 2099) & (month >= 1) & (month <= 12) & (day >= 1)
    if not (inside & (hour < 24) & (minute < 60) & (second < 60)).all():
        return None
    first = ((year - 1970) * 12 + month - 1).astype("M8[M]")
    dates = first.astype("M8[D]") + (day - 1)
    if (dates >= (first + 1).astype("M8[D]")).any():
        return None
    moments = dates.astype("M8[s]") + (hour * 3600 + minute * 60 + second)
    return pa.chunked_array([pa.array(moments)])


READERS: dict[str, Callable[[Field, pa.ChunkedArray], Read]] = {
    "text": _text,
    "code": _code,
    "month": _month,
    "int": _int,
    "decimal": _decimal,
    "date": _date,
    "timestamp": _timestamp,
}
