"""Make a run's notebook editable again: its code and parameters as they were, on the inputs that it read.

The copy gets a workspace of its own, laid by hard links, which cost no space: what the run read, in the versions it
read, and the models that were there. What the copy writes stays there; nothing of it reaches BOSS.
"""

import ast
import json
import shutil
import sqlite3
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path
from sqlite3 import Row
from typing import Any

from bassboss_lib.errors import CallError, DiskFailed
from bassboss_lib.ledger import Ledger
from bassboss_lib.reports.writing import write_text
from bassboss_lib.runs.frozen import FROZEN, lay_workspace
from bassboss_lib.runs.notebook_checks import METADATA
from bassboss_lib.warehouse import versions
from bassboss_lib.workspace import AsOf, Workspace

__all__ = ["Copy", "reproduce"]

FOLDER = "reproduced"
ADDED = {"injected-parameters", "run-state", "failing-cell"}
LATER = "(SELECT id FROM run WHERE rowid >= (SELECT rowid FROM run WHERE id = :run))"
SENT = "(SELECT id FROM delivery WHERE direction = 'out' AND substr(period, 1, 6) >= :month)"
FORGOTTEN = (
    f"DELETE FROM run_detail WHERE run IN {LATER}",  # noqa: S608 - constants of ours
    f"DELETE FROM run_input WHERE run IN {LATER}",  # noqa: S608
    f"DELETE FROM run WHERE id IN {LATER}",  # noqa: S608
    f"DELETE FROM receipt WHERE delivery IN {SENT}",  # noqa: S608
    f"DELETE FROM reject WHERE delivery IN {SENT}",  # noqa: S608
    f"DELETE FROM part WHERE delivery IN {SENT}",  # noqa: S608
    f"DELETE FROM delivery WHERE id IN {SENT}",  # noqa: S608
)


@dataclass(frozen=True)
class Copy:
    """An editable notebook and the workspace that it opens."""

    notebook: Path
    workspace: Path


def reproduce(workspace: Workspace, run: str) -> Copy:
    """Lay notebook and workspace of a run in ``reproduced/<run id>/``; a second call gives what is there.

    Raises
    ------
    CallError
        If the ledger knows no such run, or its notebook is gone.
    DiskFailed
        If the disk refuses.
    """
    with Ledger(workspace.ledger) as ledger:
        row = ledger.one("SELECT * FROM run WHERE id = ?", (run,))
        if row is None:
            raise CallError(f"no run {run!r}", where="ledger", remedy="see `bassboss status`")
        known = versions.known_to(ledger, run)
    kept = workspace.root / row["folder"] / f"{row['notebook']}.ipynb"
    if not kept.is_file():
        raise CallError("the run's notebook is gone", where=row["folder"], remedy="restore it from your backup")
    folder = workspace.root / FOLDER / run
    copy = Copy(folder / kept.name, folder / "work")
    if copy.notebook.exists():
        return copy  # somebody may have edited it
    try:
        return _laid(workspace, row, known, kept, copy)
    except OSError as error:
        shutil.rmtree(folder, ignore_errors=True)
        raise DiskFailed(f"not laid: {error.strerror}", where=FOLDER, remedy="free the disk") from error


def _laid(workspace: Workspace, row: Row, known: versions.Known, kept: Path, copy: Copy) -> Copy:
    limits = None if row["month"] == "none" else AsOf(row["month"], known)
    lay_workspace(workspace, copy.workspace, limits, row["started_at"])
    _copy_ledger(workspace.ledger, copy.workspace / "ledger.db", row["id"], row["month"])
    frozen = {"workspace": "work", "now": row["started_at"], "as_of": asdict(limits) if limits else None}
    write_text(copy.notebook.parent / FROZEN, json.dumps(frozen) + "\n")
    values = json.loads(row["parameters"])["values"]
    content = json.loads(kept.read_text(encoding="utf-8"))
    content["cells"] = [_cleared(cell, values) for cell in content["cells"] if not ADDED & set(_tags(cell))]
    content["metadata"] = {name: about for name, about in content["metadata"].items() if name in METADATA}
    write_text(copy.notebook, json.dumps(content, ensure_ascii=False, indent=1) + "\n")
    return copy


def _copy_ledger(source: Path, target: Path, run: str, month: str) -> None:
    """Copy the ledger as it was before the run: without it, later runs, and what was sent of its month or later."""
    with closing(sqlite3.connect(f"file:{source}?mode=ro", uri=True)) as old, closing(sqlite3.connect(target)) as new:
        old.backup(new)
        for statement in FORGOTTEN:
            new.execute(statement, {"run": run, "month": month})
        new.commit()
    target.chmod(0o600)


def _cleared(cell: dict[str, Any], values: dict[str, object]) -> dict[str, Any]:
    if cell["cell_type"] != "code":
        return cell
    tags = _tags(cell)
    source = "".join(cell["source"])
    if "parameters" in tags:
        source = with_values(source, values)
    metadata = {"tags": tags} if tags else {}
    return {**cell, "source": source, "metadata": metadata, "outputs": [], "execution_count": None}


def with_values(source: str, values: dict[str, object]) -> str:
    """Put values in place of the defaults of a parameters cell; comments stay where they are.

    Examples
    --------
    >>> with_values('size: int = 1  # rows', {"size": 5})
    'size: int = 5  # rows'
    """
    lines = source.encode().splitlines(keepends=True)
    for statement in reversed(ast.parse(source).body):
        if not isinstance(statement, ast.AnnAssign | ast.Assign) or statement.value is None:
            continue
        target = statement.target if isinstance(statement, ast.AnnAssign) else statement.targets[0]
        old, name = statement.value, ast.unparse(target)
        if name in values:
            first, last = old.lineno - 1, (old.end_lineno or old.lineno) - 1
            head, tail = lines[first][: old.col_offset], lines[last][old.end_col_offset :]
            lines[first : last + 1] = [head + repr(values[name]).encode() + tail]
    return b"".join(lines).decode()


def _tags(cell: dict[str, Any]) -> list[str]:
    return list(cell.get("metadata", {}).get("tags", []))
