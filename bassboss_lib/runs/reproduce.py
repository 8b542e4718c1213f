"""Make a run's notebook editable again: its code and parameters as they were, on the inputs that it read.

The copy gets a workspace of its own, laid by hard links, which cost no space: what the run read, in the versions it
read, and the models that were there. What the copy writes stays there; nothing of it reaches BOSS.
"""

import ast
import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from sqlite3 import Row
from typing import Any

from bassboss_lib.errors import CallError, DiskFailed
from bassboss_lib.ledger import Ledger
from bassboss_lib.reports.writing import write_text
from bassboss_lib.runs.context import FROZEN
from bassboss_lib.runs.notebook_checks import METADATA
from bassboss_lib.warehouse.past import as_known
from bassboss_lib.workspace import Workspace

__all__ = ["Copy", "reproduce"]

FOLDER = "reproduced"
ADDED = {"injected-parameters", "run-state", "failing-cell"}


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
    kept = workspace.root / row["folder"] / f"{row['notebook']}.ipynb"
    if not kept.is_file():
        raise CallError("the run's notebook is gone", where=row["folder"], remedy="restore it from your backup")
    folder = workspace.root / FOLDER / run
    copy = Copy(folder / kept.name, folder / "work")
    if copy.notebook.exists():
        return copy  # somebody may have edited it
    try:
        return _laid(workspace, row, kept, copy)
    except DiskFailed:
        shutil.rmtree(folder, ignore_errors=True)
        raise


def _laid(workspace: Workspace, row: Row, kept: Path, copy: Copy) -> Copy:
    with Ledger(workspace.ledger) as ledger:
        as_known(workspace, ledger, row["id"], copy.workspace)
    frozen = {"workspace": copy.workspace.name, "now": row["started_at"]}
    write_text(copy.notebook.parent / FROZEN, json.dumps(frozen) + "\n")
    values = json.loads(row["parameters"])["values"]
    content = json.loads(kept.read_text(encoding="utf-8"))
    content["cells"] = [_cleared(cell, values) for cell in content["cells"] if not ADDED & set(_tags(cell))]
    content["metadata"] = {name: about for name, about in content["metadata"].items() if name in METADATA}
    write_text(copy.notebook, json.dumps(content, ensure_ascii=False, indent=1) + "\n")
    return copy


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
