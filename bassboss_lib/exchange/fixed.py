"""The fixed profile: an 8-byte row number, fields at their widths, CRLF; between text columns and bytes.

A record has the same length everywhere, so a block of them is a byte matrix: a field is a slice of its columns, and
padding with blanks is what is left where a value ends. A value is encoded before it is padded, since widths are bytes.
"""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from bassboss_lib.contracts import Unit
from bassboss_lib.contracts.check import OTHER, rejects_table
from bassboss_lib.contracts.text import joined
from bassboss_lib.exchange.codes import FileRefused
from bassboss_lib.exchange.decoding import to_utf8

__all__ = ["decode", "encode", "laid_out"]

ROW_NUMBER_BYTES = 8
BLANK, NUL, LINE_FEED, DELETE = 0x20, 0x00, 0x0A, 0x7F
CRLF = (0x0D, 0x0A)


def encode(unit: Unit, text: pa.Table, first: int = 1) -> bytes:
    """Write records.

    Parameters
    ----------
    unit : Unit
        The layout.
    text : pyarrow.Table
        String columns that passed the unit's check: nothing is too wide, nothing holds a control character.
    first : int
        Row number of the first record.

    Examples
    --------
    >>> from dataclasses import replace
    >>> from bassboss_lib.contracts import unit
    >>> text = pa.table({"customer_id": ["7"], "month": ["202610"], "balance_fen": ["12"]})
    >>> encode(unit("balance"), text)
    b'1       7                   20261012            \\r\\n'
    """
    return laid_out(unit, text, first).tobytes()


def laid_out(unit: Unit, text: pa.Table, first: int = 1) -> np.ndarray:
    """Give records as a byte matrix, one row per record; see `encode`."""
    matrix = np.full((text.num_rows, unit.record_bytes), BLANK, np.uint8)
    numbers = pa.array(np.arange(first, first + text.num_rows)).cast(pa.string())
    _place(matrix[:, :ROW_NUMBER_BYTES], numbers, "ascii")
    at = ROW_NUMBER_BYTES
    for one in unit.fields:
        _place(matrix[:, at : at + one.width], text[one.name].combine_chunks(), unit.encoding)
        at += one.width
    matrix[:, at:] = CRLF
    return matrix


def decode(unit: Unit, data: bytes, first: int, where: str) -> tuple[pa.Table, np.ndarray, pa.Table]:
    """Read whole records.

    Parameters
    ----------
    unit : Unit
        The layout.
    data : bytes
        A multiple of the record length.
    first : int
        Row number that the first record must carry.
    where : str
        Name of the file, for messages.

    Returns
    -------
    text, numbers, broken
        String columns of the records that count as they should, their row numbers, and the rejects that do not.

    Raises
    ------
    FileRefused
        If a record does not end with CRLF (code 11) or a text cannot be decoded (code 03).
    """
    matrix = np.frombuffer(data, np.uint8).reshape(-1, unit.record_bytes)
    numbers = np.arange(first, first + len(matrix))
    ended = (matrix[:, -2:] == CRLF).all(axis=1)
    if not ended.all():
        raise FileRefused("11", "a record does not end with CRLF", where=f"{where}, line {numbers[~ended][0]}")
    counted = _column(matrix[:, :ROW_NUMBER_BYTES], "ascii", first, where)
    kept = pc.equal(counted, pa.array(numbers).cast(pa.string())).to_numpy(zero_copy_only=False)
    matrix = matrix if kept.all() else matrix[kept]
    columns, at = {}, ROW_NUMBER_BYTES
    for one in unit.fields:
        columns[one.name] = _column(matrix[:, at : at + one.width], unit.encoding, first, f"{where}, {one.name}")
        at += one.width
    lost = numbers[~kept]
    broken = rejects_table(unit, lost, np.zeros(len(lost), int), np.full(len(lost), OTHER))
    return pa.table(columns), numbers[kept], broken


def _place(target: np.ndarray, values: pa.StringArray, encoding: str) -> None:
    """Put values at the left of their columns."""
    width = target.shape[1]
    padded = pc.ascii_rpad(_encoded(values, encoding), width)
    data = np.frombuffer(padded.buffers()[2], np.uint8)[padded.offset * width :]
    target[:] = data[: len(values) * width].reshape(-1, width)


def _encoded(values: pa.StringArray, encoding: str) -> pa.StringArray:
    """Encode all values at once: line feeds, which no value holds, keep them apart."""
    if pc.all(pc.string_is_ascii(values)).as_py() is not False:
        return values
    data = np.frombuffer(joined(values, "\n").decode("utf-8").encode(encoding), np.uint8)
    ends = np.flatnonzero(data == LINE_FEED)
    offsets = np.concatenate([[0], ends - np.arange(len(ends))]).astype(np.int32)
    return pa.StringArray.from_buffers(len(ends), pa.py_buffer(offsets), pa.py_buffer(data[data != LINE_FEED]))


def _column(matrix: np.ndarray, encoding: str, first: int, where: str) -> pa.StringArray:
    """Take a field out of the matrix: its values without their padding."""
    if not len(matrix):
        return pa.array([], pa.string())
    width = matrix.shape[1]
    filled = matrix[:, ::-1] != BLANK
    sizes = np.where(filled.any(axis=1), width - filled.argmax(axis=1), 0)
    ended = np.full((len(matrix), width + 1), LINE_FEED, np.uint8)
    ended[:, :width] = np.where(matrix == LINE_FEED, NUL, matrix)
    ended[np.arange(len(matrix)), sizes] = LINE_FEED
    lines = ended[np.arange(width + 1) <= sizes[:, None]].tobytes()
    data = np.frombuffer(to_utf8(lines, encoding, first, where), np.uint8)
    ends = np.flatnonzero(data == LINE_FEED)
    offsets = np.concatenate([[0], ends - np.arange(len(ends))]).astype(np.int32)
    return pa.StringArray.from_buffers(len(ends), pa.py_buffer(offsets), pa.py_buffer(data[data != LINE_FEED]))
