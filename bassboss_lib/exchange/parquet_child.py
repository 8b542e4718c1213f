"""The child that reads a Parquet file under limits: ``python -m … UNIT SOURCE TARGET ROWS``.

It writes the unit's delimited text to TARGET and says on standard output what became of it, as JSON. Whatever breaks
or exhausts it breaks this process only.
"""

import json
import resource
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from bassboss_lib.contracts import Unit, to_text, unit
from bassboss_lib.errors import BassbossError
from bassboss_lib.exchange import delimited
from bassboss_lib.exchange.codes import FileRefused

__all__ = ["expand", "main"]

MEMORY_BYTES, OUTPUT_BYTES, CPU_S, FILES = 3 << 30, 16 << 30, 600, 64
EXPANDED_BYTES_MAX = 8_000_000_000
BATCH_ROWS = 32_768


def main(arguments: list[str]) -> dict:
    """Do what the command line says; give what became of it."""
    code, source, target, rows = arguments
    try:
        expand(unit(code), Path(source), Path(target), int(rows))
    except FileRefused as error:
        return {"code": error.code, "what": error.plain, "fault": error.fault}
    except BassbossError as error:
        return {"code": "18", "what": error.what, "fault": "I20"}
    except (pa.ArrowException, OSError, MemoryError, ValueError) as error:
        return {"code": "03", "what": f"it cannot be read as Parquet ({type(error).__name__})", "fault": "I32"}
    return {"done": True}


def expand(what: Unit, source: Path, target: Path, rows: int) -> None:
    """Write a Parquet file's rows as the unit's delimited text.

    Raises
    ------
    FileRefused
        If it says to be larger than was announced (I29), or its columns are not the unit's (I20).
    CallError, GateRefused
        If a column is of another type.
    """
    with pq.ParquetFile(source, memory_map=False) as file:
        said = file.metadata
        size = sum(said.row_group(place).total_byte_size for place in range(said.num_row_groups))
        if said.num_rows > rows or size > EXPANDED_BYTES_MAX:
            told = f"it expands to {said.num_rows:,} rows and {size:,} bytes, {rows:,} rows were announced"
            raise FileRefused("12", told, fault="I29")
        _require_columns(what, file.schema_arrow.names)
        with target.open("xb") as text:
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


def _limit() -> None:
    pa.set_memory_pool(pa.system_memory_pool())
    for kind, most in (
        (resource.RLIMIT_AS, MEMORY_BYTES),
        (resource.RLIMIT_FSIZE, OUTPUT_BYTES),
        (resource.RLIMIT_CPU, CPU_S),
        (resource.RLIMIT_NOFILE, FILES),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(kind, (most, most))


if __name__ == "__main__":
    _limit()
    print(json.dumps(main(sys.argv[1:])))
