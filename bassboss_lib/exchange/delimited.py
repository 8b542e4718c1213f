"""The delimited profile: ``$`` between fields, LF after each record, no header, no quoting.

Quotes mean nothing and a record ends at its line feed, so a stray character can spoil its own line only. Lines with
another number of fields are set aside before anything is read, and keep their numbers.
"""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv

from bassboss_lib.contracts import Unit
from bassboss_lib.contracts.check import ENCODING_OR_WIDTH, OTHER, rejects_table
from bassboss_lib.contracts.text import joined
from bassboss_lib.exchange.codes import FileRefused
from bassboss_lib.exchange.decoding import to_utf8

__all__ = ["decode", "encode"]

DELIMITER = "$"
BYTE_ORDER_MARK = b"\xef\xbb\xbf"
DOLLAR, LINE_FEED, RETURN = 0x24, 0x0A, 0x0D


def encode(unit: Unit, text: pa.Table) -> bytes:
    """Write records.

    Parameters
    ----------
    unit : Unit
        The layout.
    text : pyarrow.Table
        String columns that passed the unit's check: no value holds ``$``, CR, LF or NUL.

    Examples
    --------
    >>> from bassboss_lib.contracts import unit
    >>> encode(unit("balance"), pa.table({"customer_id": ["7"], "month": ["202610"], "balance_fen": ["12"]}))
    b'7$202610$12\\n'
    """
    rows = pc.binary_join_element_wise(*[text[name] for name in unit.names], DELIMITER).combine_chunks()
    data = joined(rows, "\n")
    return data if unit.encoding == "utf-8" or data.isascii() else data.decode("utf-8").encode(unit.encoding)


def decode(unit: Unit, data: bytes, first: int, where: str) -> tuple[pa.Table, np.ndarray, pa.Table]:
    """Read whole lines.

    Parameters
    ----------
    unit : Unit
        The layout.
    data : bytes
        Lines, each ended by LF.
    first : int
        Row number of the first line.
    where : str
        Name of the file, for messages.

    Returns
    -------
    text, numbers, broken
        String columns of the lines with the right number of fields, their row numbers, and the rejects of the others.

    Raises
    ------
    FileRefused
        If the bytes are not of the declared encoding (code 03, I15), or the file begins with a byte order mark
        (code 03) or ends its lines with CRLF (code 11; I16).
    """
    if first == 1:
        _refuse_foreign(data, where)
    utf8 = to_utf8(data, unit.encoding, first, where)
    table = _at_once(unit, utf8)
    if table is not None:
        return table, np.arange(first, first + table.num_rows), rejects_table(unit, *[np.empty(0, int)] * 3)
    return _sorted_out(unit, utf8, first)


def _sorted_out(unit: Unit, utf8: bytes, first: int) -> tuple[pa.Table, np.ndarray, pa.Table]:
    """Set aside the lines that have another number of fields or hold a carriage return, and read the others."""
    whole, returned = _shape(utf8, len(unit.fields))
    numbers = np.arange(first, first + len(whole))
    good = whole & ~returned
    lines = utf8.split(b"\n")
    readable = b"".join(lines[place] + b"\n" for place in np.flatnonzero(good))
    reasons = np.where(returned, ENCODING_OR_WIDTH, OTHER)[~good]
    broken = rejects_table(unit, numbers[~good], np.zeros(len(reasons), int), reasons)
    return _columns(unit, readable), numbers[good], broken


def _refuse_foreign(data: bytes, where: str) -> None:
    if data.startswith(BYTE_ORDER_MARK):
        raise FileRefused("03", "the file begins with a byte order mark", fault="I16", where=where)
    if data[: data.find(b"\n") + 1].endswith(b"\r\n"):
        raise FileRefused("11", "lines end with CRLF, LF is declared", fault="I16", where=f"{where}, line 1")


def _shape(data: bytes, fields: int) -> tuple[np.ndarray, np.ndarray]:
    """Tell of each line whether it has the right number of fields, and whether it holds a carriage return."""
    characters = np.frombuffer(data, np.uint8)
    ends = np.flatnonzero(characters == LINE_FEED)
    delimiters = np.searchsorted(np.flatnonzero(characters == DOLLAR), ends)
    returned = np.zeros(len(ends), bool)
    if b"\r" in data:
        returned = np.diff(np.searchsorted(np.flatnonzero(characters == RETURN), ends), prepend=0) > 0
    return np.diff(delimiters, prepend=0) == fields - 1, returned


def _at_once(unit: Unit, data: bytes) -> pa.Table | None:
    """Read lines as they are; None if one has another number of fields.

    The reader takes a carriage return for the end of a line, and an empty line for one of empty fields.
    """
    if b"\r" in data:
        return None
    try:
        table = _columns(unit, data)
    except pa.ArrowInvalid:
        return None
    return None if pc.any(pc.equal(table[0], "")).as_py() else table


def _columns(unit: Unit, data: bytes) -> pa.Table:
    if not data:
        return pa.table({name: pa.array([], pa.string()) for name in unit.names})
    table = csv.read_csv(
        pa.BufferReader(data),
        read_options=csv.ReadOptions(column_names=unit.names, block_size=len(data) + 1, use_threads=False),
        parse_options=csv.ParseOptions(delimiter=DELIMITER, quote_char=False, ignore_empty_lines=False),
        convert_options=csv.ConvertOptions(
            column_types={name: pa.string() for name in unit.names}, strings_can_be_null=False, check_utf8=False
        ),
    )
    return table.combine_chunks()
