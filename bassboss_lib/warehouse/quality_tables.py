"""What the figures of a month are read from: the files it is judged by, scanned by an engine or held in memory.

An engine is worth its start where tables are large. A month's units have a few thousand rows each at a small operator,
and forty questions to an engine then take longer than forty sums over what was read once.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import narwhals as nw
import pyarrow as pa
import pyarrow.parquet as pq

from bassboss_lib import months
from bassboss_lib.contracts import unit as declared
from bassboss_lib.engine import Engine, read_table, settle
from bassboss_lib.warehouse.partitions import paths, version
from bassboss_lib.warehouse.quality_passes import Tables, repeats_grouped
from bassboss_lib.workspace import Workspace

__all__ = ["SMALL_ROWS", "due_day", "parts", "tables_of"]

SMALL_ROWS = 100_000


def tables_of(workspace: Workspace, engine: Engine, month: str, small_rows: int = SMALL_ROWS) -> Tables:
    """Let figures read the warehouse as of a month: units of few rows in memory, read once, the others by an engine."""

    @cache
    def scan(unit: str, wanted: str) -> Any:
        found = parts(workspace, unit, wanted)
        if not found:
            return None
        few = sum(pq.read_metadata(path).num_rows for path in found) <= small_rows
        return nw.from_native(read_table(found)) if few else engine.scan(found)

    def collect(frame: Any) -> pa.Table:
        return engine.collect(frame, []) if isinstance(frame, nw.LazyFrame) else settle(nw.to_native(frame))

    def repeats(frame: Any, columns: Sequence[str]) -> int:
        count = engine.repeats if isinstance(frame, nw.LazyFrame) else repeats_grouped
        return count(frame, columns)

    return Tables(month, scan, collect, repeats)


def parts(workspace: Workspace, unit: str, month: str) -> list[Path]:
    """Give the files that a month is judged by: its own; of a daily snapshot, the newest up to the month's due day.

    A snapshot of a day says everything by itself, and that of a month's due day is what its lists are held against.
    """
    layout = declared(unit)
    if layout.cycle == "month" or not layout.snapshot:
        return paths(workspace, unit, [month])
    until = f"{_reference(workspace, month):%Y%m%d}"
    found = paths(workspace, unit, [month, months.add(month, 1)])
    return [path for path in found if version(path)[0] <= until][-1:]


def due_day(workspace: Workspace, month: str) -> date:
    """Give the day on which a month's files are due."""
    return months.first_day(months.add(month, 1)) + timedelta(days=workspace.settings.due_day - 1)


def _reference(workspace: Workspace, month: str) -> date:
    """Give the day as of which a month is judged: its due day, or today where that lies ahead."""
    return min(due_day(workspace, month), workspace.now.date())
