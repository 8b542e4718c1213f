"""What was damaged on purpose: noted when a delivery is written, row by row, and told by the truth.

Whatever a fault does, the note says what became of the bytes: each fault is done between two looks at the files.
"""

from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from bassboss_lib import engine
from bassboss_lib.boss import faults
from bassboss_lib.workspace import Workspace

__all__ = ["damaged", "do_and_note", "note"]

DAMAGED = pa.schema(
    [("unit", pa.string()), ("file", pa.string()), ("line", pa.int64()), ("fault", pa.string()), ("what", pa.string())]
)
Row = tuple[str, int, str]
"""File, line (from 1; 0 for the file as a whole), what became of it."""


def do_and_note(workspace: Workspace, month: str, unit: str, meant: Sequence[str], files: list[Path]) -> list[Path]:
    """Do each fault to the files of one delivery, and note what it did; give the files that are left.

    Parameters
    ----------
    workspace : Workspace
        Its ``boss`` folder keeps the notes.
    month, unit : str
        Of the delivery.
    meant : sequence of str
        Ids of the faults, as `faults.of_unit` gives them.
    files : list of Path
        Of the delivery.
    """
    for fault in meant:
        if fault == faults.WRONG_MONTH:
            rows = [(file.name, 0, "rows of the month before") for file in files if file.suffix == ".dat"]
        else:
            before = {file: _bytes(file) for file in files}
            files = faults.damage([fault], files)
            rows = changes(before, {file: _bytes(file) for file in files})
        note(workspace, month, unit, fault, rows)
    return files


def changes(before: dict[Path, bytes], after: dict[Path, bytes]) -> list[Row]:
    """Tell what became of the files of a delivery; the same bytes once more are told of the data file.

    Examples
    --------
    >>> old, new = {Path("a.dat"): b"1$x\\n2$y\\n"}, {Path("a.dat"): b"1$x\\n2$z\\n"}
    >>> changes(old, new)
    [('a.dat', 2, 'changed')]
    """
    rows: list[Row] = []
    for file in sorted({*before, *after}):
        if file not in after or file not in before:
            rows.append((file.name, 0, "left out" if file in before else "sent instead"))
        elif before[file] != after[file]:
            text = file.suffix == ".dat" and not file.is_symlink()
            rows += _lines(file, before[file], after[file]) if text else [(file.name, 0, "changed")]
    return rows or [(file.name, 0, "the same bytes once more") for file in sorted(after) if file.suffix == ".dat"]


def _lines(file: Path, before: bytes, after: bytes) -> list[Row]:
    old, new = before.splitlines(keepends=True), after.splitlines(keepends=True)
    both = min(len(old), len(new))
    rows = [(file.name, at + 1, "changed") for at in range(both) if old[at] != new[at]]
    if len(new) > both:
        rows += [(file.name, at + 1, "added") for at in range(both, len(new))]
    if len(old) > both:
        rows.append((file.name, 0, f"lines {both + 1} to {len(old)} left out"))
    return rows


def _bytes(file: Path) -> bytes:
    return b"a link to a file elsewhere" if file.is_symlink() else file.read_bytes()


def note(workspace: Workspace, month: str, unit: str, fault: str, rows: Sequence[Row]) -> None:
    """Keep what a fault did to a delivery; doing it again replaces the note."""
    columns = [[unit] * len(rows), *([row[at] for row in rows] for at in (0, 1)), [fault] * len(rows)]
    table = pa.table([*columns, [row[2] for row in rows]], schema=DAMAGED)
    engine.write_table(table, _folder(workspace, month) / f"{unit}_{fault}.parquet", [])


def damaged(workspace: Workspace, month: str) -> pa.Table:
    """Give what was damaged on purpose in a month's deliveries.

    Returns
    -------
    pyarrow.Table
        One row per damaged source row or file: ``unit``, ``file``, ``line`` (from 1; 0 = the file as a whole),
        ``fault`` (id), ``what``.
    """
    noted = sorted(_folder(workspace, month).glob("*.parquet"))
    return pa.concat_tables([DAMAGED.empty_table(), *(pq.read_table(path, partitioning=None) for path in noted)])


def _folder(workspace: Workspace, month: str) -> Path:
    return workspace.boss / "damaged" / f"month={month}"
