"""Refused rows, kept as they came: ``quarantine/<unit>/month=<M>/part-<RR>.parquet``.

They hold raw lines, identifiers in clear, so their files are 0600 and nothing shows them unmasked by itself.
"""

from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from bassboss_lib.contracts import Unit
from bassboss_lib.engine import write_table
from bassboss_lib.exchange.manifest import Part
from bassboss_lib.exchange.names import Stem
from bassboss_lib.exchange.parquet import text_of
from bassboss_lib.exchange.parsing import raw_lines
from bassboss_lib.workspace import Workspace

__all__ = ["COLUMNS", "keep", "located", "refused_rows"]

COLUMNS = pa.schema(
    [
        *[(name, pa.string()) for name in ("unit", "month", "file")],
        ("line", pa.int64()),
        ("field", pa.int64()),
        ("code", pa.string()),
        ("raw_line", pa.string()),
    ]
)


def keep(workspace: Workspace, unit: Unit, stem: Stem, rejects: pa.Table, parts: Sequence[Part]) -> pa.Table:
    """Write the refused rows of a delivery, one row each: unit, month, file, line, field, code, raw line.

    Parameters
    ----------
    workspace, unit, stem : Workspace, Unit, Stem
        Where to, and whose they are.
    rejects : pyarrow.Table
        What the check gives; rows count through all files.
    parts : sequence of Part
        The data files; their bytes are read from the archive.

    Returns
    -------
    pyarrow.Table
        What was written; where nothing was refused, nothing is kept from an earlier attempt either.
    """
    path = _path(workspace, unit, stem)
    if not rejects.num_rows:
        path.unlink(missing_ok=True)
        return COLUMNS.empty_table()
    rows = []
    for part, records in located(rejects, parts):
        lines = raw_lines(unit, text_of(workspace, unit, part), [record["line"] for record in records])
        for record, raw in zip(records, lines, strict=True):
            code = f"{unit.code}{record['field']:02d}{record['reason']}"
            kept = {"unit": unit.name, "month": stem.period, "file": part.file, "code": code, "raw_line": raw}
            rows.append({**kept, "line": record["line"], "field": record["field"]})
    table = pa.Table.from_pylist(rows, schema=COLUMNS)
    write_table(table, path, [])
    path.chmod(0o600)
    return table


def refused_rows(workspace: Workspace, unit: Unit, stem: Stem) -> pa.Table:
    """Read the refused rows of a delivery; no rows if none was refused."""
    path = _path(workspace, unit, stem)
    return pq.read_table(path, partitioning=None) if path.exists() else COLUMNS.empty_table()


def located(rejects: pa.Table, parts: Sequence[Part]) -> list[tuple[Part, list[dict]]]:
    """Give the rejects file by file, with the line in the file beside the row in the delivery."""
    found, before, records = [], 0, rejects.to_pylist()
    for part in parts:
        here = [row for row in records if before < row["row"] <= before + part.rows]
        found.append((part, [{**row, "line": row["row"] - before} for row in here]))
        before += part.rows
    return found


def _path(workspace: Workspace, unit: Unit, stem: Stem) -> Path:
    return workspace.quarantine / unit.name / f"month={stem.period}" / f"part-{stem.rr:02d}.parquet"
