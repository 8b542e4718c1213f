"""What the limited child can do: parse the data files of a delivery, and turn Parquet into text.

Both read and write open descriptors only. Nothing here knows a workspace, a ledger or the vault.
"""

import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from io import BytesIO
from typing import BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq
from pyarrow import ipc

from bassboss_lib.contracts import Unit, to_text, units
from bassboss_lib.contracts.check import REJECTS, Block, read_schema
from bassboss_lib.contracts.plain import from_plain
from bassboss_lib.contracts.text import MANY, key_hashes, key_marks
from bassboss_lib.errors import BassbossError
from bassboss_lib.exchange import delimited, fixed
from bassboss_lib.exchange.codes import FileRefused
from bassboss_lib.exchange.parsing import parsed, parsed_block

__all__ = ["EXPANDED_BYTES_MAX", "HASH", "ROW", "TASKS", "expand", "parse", "staged_schema", "warm_up"]

EXPANDED_BYTES_MAX = 8_000_000_000
BATCH_ROWS, WARM_ROWS = 32_768, 2
ROW, HASH = ".row", ".hash"
"""Columns that go with the typed rows: their number in the delivery, and the hash of their key."""


def staged_schema(unit: Unit) -> pa.Schema:
    """Give the schema in which checked rows are handed over."""
    return read_schema(unit).append(pa.field(ROW, pa.int64())).append(pa.field(HASH, pa.uint64()))


def parse(task: dict, handles: list[int]) -> list:
    """Parse and check data files; the last two descriptors take the rows that hold and the rejects.

    Returns
    -------
    list
        Of every block, the exact sums and the sum of its key hashes.

    Raises
    ------
    FileRefused
        As `parsing.parse_files`.
    """
    unit, (*sources, rows, rejects) = from_plain(task["unit"]), handles
    files = [(name, source, count) for (name, count), source in zip(task["files"], sources, strict=True)]
    sums = []
    with os.fdopen(rows, "wb") as held, os.fdopen(rejects, "wb") as refused:
        good, bad = ipc.new_stream(held, staged_schema(unit)), ipc.new_stream(refused, REJECTS)
        with good, bad:
            for block in parsed(unit, task["period"], files, hashed=task["hashed"]):
                good.write_batch(_staged(unit, block))
                bad.write_table(block.rejects)
                sums.append([block.totals, block.key_total])
    return sums


def _staged(unit: Unit, block: Block) -> pa.RecordBatch:
    columns = [column.combine_chunks() for column in block.table.columns]
    return pa.record_batch([*columns, pa.array(block.numbers), pa.array(block.hashes)], schema=staged_schema(unit))


def expand(task: dict, handles: list[int]) -> bool:
    """Write a Parquet file's rows as the unit's delimited text.

    Raises
    ------
    FileRefused
        If it is not Parquet (code 03, I32), says to be larger than was announced (12, I29), or its columns are not
        the unit's (18, I20).
    """
    source, target = handles
    with os.fdopen(source, "rb") as data, os.fdopen(target, "wb") as text:
        try:
            _expanded(from_plain(task["unit"]), data, text, task["rows"])
        except FileRefused:
            raise
        except BassbossError as error:
            raise FileRefused("18", error.what, fault="I20") from error
        except (pa.ArrowException, MemoryError, ValueError, OSError) as error:
            if isinstance(error, OSError) and error.errno:
                raise  # the disk's, not the file's
            why = f"it cannot be read as Parquet ({type(error).__name__})"
            raise FileRefused("03", why, fault="I32") from error
    return True


def _expanded(what: Unit, source: BinaryIO, text: BinaryIO, rows: int) -> None:
    with pq.ParquetFile(source) as file:
        said = file.metadata
        size = sum(said.row_group(place).total_byte_size for place in range(said.num_row_groups))
        if said.num_rows > rows or size > EXPANDED_BYTES_MAX:
            told = f"it expands to {said.num_rows:,} rows and {size:,} bytes, {rows:,} rows were announced"
            raise FileRefused("12", told, fault="I29")
        _require_columns(what, file.schema_arrow.names)
        for batch in file.iter_batches(BATCH_ROWS, columns=what.names, use_threads=False):
            text.write(delimited.encode(what, to_text(what, pa.Table.from_batches([batch]))))


def _require_columns(what: Unit, names: list[str]) -> None:
    """Refuse columns that are missing or in another order; columns that were added are left alone."""
    known = [name for name in names if name in what.names]
    missing = [name for name in what.names if name not in known]
    if missing:
        raise FileRefused("18", f"columns missing: {missing}", fault="I20")
    if known != what.names:
        raise FileRefused("18", f"columns in another order: {known}", fault="I20")


TASKS: dict[str, Callable[[dict, list[int]], object]] = {"parse": parse, "expand": expand}


def warm_up() -> None:
    """Do a little of everything once, so that a fork, which can open no file, has nothing left to import."""
    for what in units():
        for profile, value in (("fixed", "1"), ("delimited", "1"), ("delimited", "客$\r")):
            layout = replace(what, profile=profile)  # type: ignore[arg-type]
            write = fixed.encode if profile == "fixed" else delimited.encode
            rows = write(layout, pa.table({name: [value] * WARM_ROWS for name in layout.names}))
            with suppress(FileRefused):
                parsed_block(layout, "202610" if layout.cycle == "month" else "20261031", "", 0, (1, rows))
    key_hashes(what, many := pa.table({name: ["1"] * MANY for name in what.names}))
    key_marks(what, many)
    table = pa.table({"a": ["1"]})
    for codec in ("snappy", "zstd", "gzip", "none"):
        pq.write_table(table, data := BytesIO(), compression=codec)
        next(pq.ParquetFile(data).iter_batches(BATCH_ROWS, use_threads=False))
    with suppress(pa.ArrowException):
        pq.ParquetFile(BytesIO(b"PAR1"))
