"""From a typed table to the text of its fields, and the sums that both sides of the interface compare.

Every file profile writes the same text; so the key hash and the comparison of contents are taken here, over the text,
and do not depend on widths, delimiters or encodings. An empty text is null.
"""

import hashlib
from collections.abc import Callable, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from bassboss_lib.contracts.fields import Field, Unit
from bassboss_lib.engine import quick_hashes, sha256_heads
from bassboss_lib.errors import CallError, GateRefused

__all__ = ["content_sha256", "control_totals", "hashes_of", "joined", "key_hash", "key_hashes", "key_marks", "to_text"]

SEPARATOR = "$"
DATE_DIGITS = [0, 1, 2, 3, 5, 6, 8, 9]
TIME_DIGITS = [*DATE_DIGITS, 11, 12, 14, 15, 17, 18]
SIGNIFICANT = 18
MANY = 20_000


def to_text(unit: Unit, table: pa.Table) -> pa.Table:
    """Give the text of every field as files carry it: trailing blanks stripped, null as the empty text.

    Parameters
    ----------
    unit : Unit
        What the table is.
    table : pyarrow.Table
        One column per field, in any order, of types that can become the declared ones without loss.

    Returns
    -------
    pyarrow.Table
        String columns in the order of the file.

    Raises
    ------
    CallError
        If columns are missing or unknown, or hold another type.
    GateRefused
        If a text is not Unicode, such as a lone surrogate (O24).

    Examples
    --------
    >>> from bassboss_lib.contracts.declarations import unit
    >>> table = pa.table({"customer_id": ["0012 "], "month": ["202610"], "balance_fen": [1200]})
    >>> to_text(unit("balance"), table).to_pylist()
    [{'customer_id': '0012', 'month': '202610', 'balance_fen': '1200'}]
    """
    missing = [name for name in unit.names if name not in table.column_names]
    unknown = [name for name in table.column_names if name not in unit.names]
    if missing or unknown:
        raise CallError(
            f"columns missing: {missing}; columns unknown: {unknown}", where=unit.name, remedy="see the unit's fields"
        )
    return pa.table({one.name: _column(unit, one, table[one.name]) for one in unit.fields})


def key_hashes(unit: Unit, text: pa.Table) -> np.ndarray:
    """Give 64 bits per row: the first eight bytes, big-endian, of the SHA-256 of its key's text joined by ``$``."""
    return hashes_of(_keys(unit, text))


def hashes_of(keys: pa.Array | pa.ChunkedArray) -> np.ndarray:
    """Give the same of keys that are joined already; a few are not worth the start of an engine."""
    if len(keys) >= MANY:
        return sha256_heads(keys)
    whole = b"".join([hashlib.sha256(key.encode()).digest() for key in keys.to_pylist()])
    return np.frombuffer(whole, ">u8")[::4].astype(np.uint64)


def key_marks(unit: Unit, text: pa.Table) -> np.ndarray:
    """Give 64 bits per row that are equal where keys are; nobody else's sum can be compared with them."""
    return quick_hashes(_keys(unit, text))


def _keys(unit: Unit, text: pa.Table) -> pa.ChunkedArray:
    return pc.binary_join_element_wise(*[text[name] for name in unit.key], SEPARATOR)


def key_hash(unit: Unit, text: pa.Table) -> str:
    """Sum the key hashes modulo 2^64: 16 hexadecimal digits that do not depend on the order of rows.

    Examples
    --------
    >>> from bassboss_lib.contracts.declarations import unit
    >>> key_hash(unit("balance"), pa.table({"customer_id": ["1", "2"]}))
    '3ffa10ae259313cf'
    """
    return f"{int(key_hashes(unit, text).sum(dtype=np.uint64)):016x}"


def control_totals(unit: Unit, table: pa.Table) -> dict[str, int]:
    """Sum money, volumes and durations of a typed table exactly; 0 over no rows."""
    return {name: int(pc.sum(table[name]).as_py() or 0) for name in unit.totalled()}


def content_sha256(text: pa.Table, leave_out: Sequence[str] = ()) -> str:
    """Hash what a table says, column by column, without the columns left out.

    Examples
    --------
    >>> content_sha256(pa.table({"a": ["1"], "b": ["2"]}), ["b"]) == content_sha256(pa.table({"a": ["1"]}))
    True
    """
    digest = hashlib.sha256(f"{text.num_rows}\n".encode())
    for name in text.column_names:
        if name not in leave_out:
            digest.update(f"{name}\n".encode())
            for chunk in text[name].chunks:
                digest.update(joined(chunk, "\n"))
    return digest.hexdigest()


def joined(values: pa.Array, end: str) -> bytes:
    """Join texts into UTF-8 bytes, each followed by ``end``.

    Examples
    --------
    >>> joined(pa.array(["a", "b"]), ";")
    b'a;b;'
    """
    if len(values) == 0:
        return b""
    whole = pa.ListArray.from_arrays(pa.array([0, len(values)], pa.int32()), values)
    return pc.binary_join(whole, end)[0].as_buffer().to_pybytes() + end.encode()


def _column(unit: Unit, one: Field, column: pa.ChunkedArray) -> pa.ChunkedArray:
    where = f"{unit.name}, field {one.name}"
    try:
        return pc.fill_null(FORMATS[one.type](one, column), "")
    except UnicodeError as error:
        row = _first_not_unicode(column)
        raise GateRefused(
            "a text is not Unicode", fault="O24", where=f"{where}, row {row}", kept="nothing written", remedy="mend it"
        ) from error
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError, pa.ArrowTypeError) as error:
        raise CallError(f"a {one.type} is wanted, not {column.type}", where=where, remedy="convert it") from error


def _plain(_: Field, column: pa.ChunkedArray) -> pa.ChunkedArray:
    text = column.cast(pa.string())
    try:
        text.validate(full=True)
    except pa.ArrowInvalid as error:
        raise UnicodeError from error
    return pc.utf8_rtrim(text, " ") if pc.any(pc.ends_with(text, " ")).as_py() else text


def _first_not_unicode(column: pa.ChunkedArray) -> int:
    for row, value in enumerate(column.cast(pa.binary()).to_pylist(), start=1):
        try:
            (value or b"").decode("utf-8")
        except UnicodeDecodeError:
            return row
    return 0


def _whole(_: Field, column: pa.ChunkedArray) -> pa.ChunkedArray:
    if pa.types.is_string(column.type):
        raise pa.ArrowTypeError("text is not taken for a number")
    return column.cast(pa.int64()).cast(pa.string())


def _decimal(one: Field, column: pa.ChunkedArray) -> pa.ChunkedArray:
    if pa.types.is_string(column.type):
        return column
    return column.cast(pa.float64()).cast(pa.decimal128(SIGNIFICANT, one.places)).cast(pa.string())


def _date(_: Field, column: pa.ChunkedArray) -> pa.ChunkedArray:
    return _digits(column.cast(pa.date32()), DATE_DIGITS)


def _timestamp(_: Field, column: pa.ChunkedArray) -> pa.ChunkedArray:
    return _digits(column.cast(pa.timestamp("s")), TIME_DIGITS)


def _digits(column: pa.ChunkedArray, picked: list[int]) -> pa.ChunkedArray:
    """Take the digits out of ISO text: every value has the same length, so this is one pick over a byte matrix."""
    filled = pc.fill_null(column, pa.scalar(0, pa.int32() if len(picked) == 8 else pa.int64()).cast(column.type))
    iso = filled.cast(pa.string()).combine_chunks()
    if len(iso) == 0:
        return pa.chunked_array([iso])
    matrix = np.frombuffer(iso.buffers()[2], np.uint8)[: len(iso) * (picked[-1] + 1)].reshape(len(iso), -1)
    data = pa.py_buffer(np.ascontiguousarray(matrix[:, picked]))
    offsets = pa.py_buffer(np.arange(len(iso) + 1, dtype=np.int32) * len(picked))
    digits = pa.StringArray.from_buffers(len(iso), offsets, data)
    return pc.if_else(pc.is_valid(column), pa.chunked_array([digits]), pa.scalar("", pa.string()))


FORMATS: dict[str, Callable[[Field, pa.ChunkedArray], pa.ChunkedArray]] = {
    "text": _plain,
    "code": _plain,
    "month": _plain,
    "int": _whole,
    "decimal": _decimal,
    "date": _date,
    "timestamp": _timestamp,
}
