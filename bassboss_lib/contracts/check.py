"""The check of a delivery's rows against the unit's declaration, column by column.

Text columns go in; the typed table of the rows that hold comes out, and of every row that does not hold, its number,
the first field at fault and the reason. Event units have millions of rows a month, so every step works on a whole
column. Files are checked block by block (`check_block`) and joined at the end (`conclude`), where rows with a key that
was there before are refused too.
"""

from dataclasses import dataclass
from datetime import datetime, time

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from bassboss_lib import months
from bassboss_lib.contracts import reading
from bassboss_lib.contracts.fields import Field, Unit
from bassboss_lib.contracts.parallel import side_by_side
from bassboss_lib.contracts.schema import typed_schema
from bassboss_lib.contracts.text import key_hashes, key_marks

__all__ = ["REASONS", "REJECTS", "Block", "Checked", "check", "check_block", "conclude", "read_schema", "rejects_table"]

EMPTY, TYPE, VALUE_LIST, RANGE, ENCODING_OR_WIDTH, DUPLICATE, OTHER = 1, 2, 3, 4, 5, 6, 9

REASONS = {
    EMPTY: {"zh": "为空", "en": "empty"},
    TYPE: {"zh": "类型不符", "en": "type"},
    VALUE_LIST: {"zh": "不在值域内", "en": "value list"},
    RANGE: {"zh": "超出范围", "en": "range"},
    ENCODING_OR_WIDTH: {"zh": "编码或长度", "en": "encoding or width"},
    DUPLICATE: {"zh": "主键重复", "en": "duplicate key"},
    7: {"zh": "引用不存在", "en": "unknown reference"},
    8: {"zh": "免打扰客户", "en": "do not contact"},
    OTHER: {"zh": "其他", "en": "other"},
}
"""What the last digit of a record error code says."""

BLOCK_ROWS = 131_072

REJECTS = pa.schema([("row", pa.int64()), ("field", pa.int64()), ("name", pa.string()), ("reason", pa.int64())])
"""What is said of a refused row."""


@dataclass(frozen=True)
class Block:
    """Some rows of a file, checked: the typed rows that hold, their numbers and key hashes, and the rejects.

    ``totals`` and ``key_total`` are sums over all rows; a total is None where a value could not be read. Where nobody
    compares the keys, ``hashes`` are marks that tell equal keys from others, and ``key_total`` is None.
    """

    table: pa.Table
    numbers: np.ndarray
    hashes: np.ndarray
    rejects: pa.Table
    totals: dict[str, int | None]
    key_total: int | None


@dataclass(frozen=True)
class Checked:
    """A delivery's rows, checked.

    Parameters
    ----------
    table : pyarrow.Table
        The rows that hold, typed, in the order of the file.
    rejects : pyarrow.Table
        One row per refused row: ``row`` from 1, ``field`` (its place from 1; 0 = the row as a whole), ``name``,
        ``reason`` (a key of `REASONS`); ordered by row.
    totals : dict
        Exact sums over all rows, refused ones too; None where a value could not be read.
    key_hash : str
        Sum of the key hashes of all rows, 16 hexadecimal digits; empty where it was not asked for.
    """

    table: pa.Table
    rejects: pa.Table
    totals: dict[str, int | None]
    key_hash: str


def check(unit: Unit, text: pa.Table, period: str) -> Checked:
    """Check text columns against a unit.

    Parameters
    ----------
    unit : Unit
        What they should be.
    text : pyarrow.Table
        String columns in file order, the empty text for null.
    period : str
        ``YYYYMM`` or ``YYYYMMDD`` of the delivery.

    Examples
    --------
    >>> from bassboss_lib.contracts.declarations import unit
    >>> text = pa.table({"customer_id": ["1", "2"], "month": ["202610"] * 2, "balance_fen": ["5", "x"]})
    >>> found = check(unit("balance"), text, "202610")
    >>> found.table.num_rows, found.rejects.to_pylist()
    (1, [{'row': 2, 'field': 3, 'name': 'balance_fen', 'reason': 2}])
    """
    starts = range(0, text.num_rows, BLOCK_ROWS)

    def one(start: int) -> Block:
        block = text.slice(start, BLOCK_ROWS)
        return check_block(unit, block, period, np.arange(start + 1, start + 1 + block.num_rows))

    return conclude(unit, list(side_by_side(one, starts) if len(starts) > 1 else map(one, starts)))


def check_block(unit: Unit, text: pa.Table, period: str, numbers: np.ndarray, *, hashed: bool = True) -> Block:
    """Check some rows, whose row numbers are given; duplicate keys are left to `conclude`.

    Without ``hashed``, nobody compares a hash over the keys, and a third of the time is saved.
    """
    bounds = _bounds(period)
    field_at_fault, reason = np.zeros(len(numbers), np.int64), np.zeros(len(numbers), np.int64)
    columns, totals = [], {}
    for place, one in enumerate(unit.fields, start=1):
        values, faults = _check_field(unit, one, text[one.name], bounds)
        first = (faults > 0) & (reason == 0)
        field_at_fault[first], reason[first] = place, faults[first]
        columns.append(values)
        if one.totalled:
            totals[one.name] = None if (faults == TYPE).any() else int(pc.sum(values).as_py() or 0)
    good = reason == 0
    table, hashes = pa.table(columns, schema=read_schema(unit)), (key_hashes if hashed else key_marks)(unit, text)
    total = int(hashes.sum(dtype=np.uint64)) if hashed else None
    rejects = rejects_table(unit, numbers[~good], field_at_fault[~good], reason[~good])
    if not good.all():
        table, numbers, hashes = table.filter(pa.array(good)), numbers[good], hashes[good]
    return Block(table, numbers, hashes, rejects, totals, total)


def conclude(unit: Unit, blocks: list[Block]) -> Checked:
    """Join checked blocks, and refuse every row whose key stands in an earlier row."""
    table = pa.concat_tables([block.table for block in blocks] or [read_schema(unit).empty_table()])
    rejects = pa.concat_tables([block.rejects for block in blocks] or [REJECTS.empty_table()])
    again = _again(unit, table, np.concatenate([block.hashes for block in blocks] or [np.empty(0, np.uint64)]))
    if again.any():
        numbers = np.concatenate([block.numbers for block in blocks])[again]
        place = np.full(len(numbers), unit.index(unit.key[0]))
        twice = rejects_table(unit, numbers, place, np.full(len(numbers), DUPLICATE))
        table, rejects = table.filter(pa.array(~again)), pa.concat_tables([rejects, twice])
    keys = _sum([block.key_total for block in blocks])
    totals = {name: _sum([block.totals[name] for block in blocks]) for name in unit.totalled()}
    key_hash = "" if keys is None else f"{keys % 2**64:016x}"
    return Checked(table.cast(typed_schema(unit)), rejects.sort_by("row"), totals, key_hash)


def rejects_table(unit: Unit, rows: np.ndarray, fields: np.ndarray, reasons: np.ndarray) -> pa.Table:
    """Give refused rows as a table: row, field, name, reason."""
    names = [unit.names[place - 1] if place else "" for place in fields]
    return pa.table([pa.array(rows), pa.array(fields), pa.array(names, pa.string()), pa.array(reasons)], schema=REJECTS)


def _sum(parts: list[int | None]) -> int | None:
    known = [part for part in parts if part is not None]
    return sum(known) if len(known) == len(parts) else None


def read_schema(unit: Unit) -> pa.Schema:
    """Give the schema of a unit's typed rows before they are known to hold: everything may be null."""
    return pa.schema([one.with_nullable(True) for one in typed_schema(unit)])


def _again(unit: Unit, table: pa.Table, hashes: np.ndarray) -> np.ndarray:
    """Tell which rows have the key of an earlier row; only rows with equal hashes are looked at one by one."""
    again, ordered = np.zeros(len(hashes), bool), np.sort(hashes)
    if not (ordered[1:] == ordered[:-1]).any():
        return again
    order = np.argsort(hashes, kind="stable")
    same = hashes[order][1:] == hashes[order][:-1]
    suspects = np.unique(np.concatenate([order[1:][same], order[:-1][same]]))
    seen = set()
    keys = table.select(list(unit.key)).take(pa.array(suspects)).to_pylist()
    for place, key in zip(suspects, (tuple(row.values()) for row in keys), strict=True):
        again[place] = key in seen
        seen.add(key)
    return again


def _check_field(unit: Unit, one: Field, column: pa.ChunkedArray, bounds: tuple) -> tuple[pa.ChunkedArray, np.ndarray]:
    empty = _mask(pc.equal(column, ""))
    values, wrong = reading.READERS[one.type](one, column)
    faults = np.where(wrong, VALUE_LIST if one.codes else TYPE, 0)
    unfit = _mask(reading.too_wide(column, one.width, unit.encoding))
    if one.type == "text":
        unfit |= _mask(reading.forbidden(column, unit.profile))
    faults[unfit & (faults == 0)] = ENCODING_OR_WIDTH
    outside = reading.out_of_range(one, values) | reading.out_of_period(one, values, bounds)
    faults[outside & (faults == 0)] = RANGE
    faults[empty] = 0 if one.nullable else EMPTY
    return values, faults


def _bounds(period: str) -> tuple[str, datetime, datetime]:
    month = months.require(period[:6])
    if len(period) == 6:
        first, last = months.first_day(month), months.last_day(month)
    else:
        first = last = datetime.strptime(period, "%Y%m%d").date()
    return month, datetime.combine(first, time.min), datetime.combine(last, time(23, 59, 59))


def _mask(values: pa.ChunkedArray) -> np.ndarray:
    return values.to_numpy().astype(bool)
