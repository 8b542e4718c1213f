"""The cell at which a run failed, so that its page can show it first."""

import copy
import re
from typing import Any

from bassboss_lib.reports.sentences import Language

__all__ = ["COPY", "failing_cell", "failing_first"]

FACE, COPY = "run-state", "failing-cell"
"""Tags of what the notebook of a failed run opens with: its state, and a copy of the cell that failed."""
HEAD = {
    "zh": "## 出错的单元\n\n运行停在这里；其后的单元没有执行。",
    "en": "## The cell that failed\n\nThe run stopped here; no cell after it was executed.",
}


def failing_cell(cells: list[dict[str, Any]], message: str) -> dict[str, Any] | None:
    """Find the cell that raised, or the one that the run's message names by its place; None if neither is known.

    The message counts as the author does: from 1, without the cell papermill adds and what a failed run opens with.
    """
    for cell in cells:
        if any(output["output_type"] == "error" for output in cell.get("outputs", [])):
            return cell
    named = re.search(r"\bcell (\d+)", message)
    authored = [cell for cell in cells if not {FACE, COPY, "injected-parameters"} & _tags(cell)]
    place = int(named.group(1)) - 1 if named else -1
    return authored[place] if 0 <= place < len(authored) else None


def failing_first(cells: list[dict[str, Any]], message: str, language: Language) -> list[dict[str, Any]]:
    """Give the cells with the failing one, its code open, repeated in front of them."""
    from nbformat.v4 import new_markdown_cell

    found = failing_cell(cells, message)
    rest = [cell for cell in cells if not {FACE, COPY} & _tags(cell)]
    if found is None or found["cell_type"] != "code":
        return rest
    first = copy.deepcopy(found)
    first["metadata"], first["id"] = {"tags": ["failed"]}, f"failed-{found.get('id', '')}"
    return [new_markdown_cell(HEAD[language]), first, *rest]


def _tags(cell: dict[str, Any]) -> set[str]:
    return set(cell.get("metadata", {}).get("tags", []))
