"""The rules of the house for notebooks: a report that runs, readable in two languages, without code to maintain.

They bind the shipped notebooks and what `bassboss new notebook` makes; what users write for themselves is theirs.
Desks (`DESKS`) are for looking around: they have no sentinel and stand in no plan.
"""

import ast
import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bassboss_lib.errors import CallError
from bassboss_lib.runs.parameters import contract

__all__ = ["DESKS", "METADATA", "problems", "require_sound"]

DESKS = ("00_start", "33_tariff_desk")
LINES_MAX = 8
SQL = re.compile(r"\bselect\b.+\bfrom\b", re.IGNORECASE | re.DOTALL)
PATH = re.compile(r"['\"](/|\./|\.\./|outputs/|[A-Za-z]:\\)")
RESULT_IN_PROSE = re.compile(r"\b0\.\d{2,}\b|\b20\d{4}\b")
HANZI = re.compile(r"[\u4e00-\u9fff]")
METADATA = {"kernelspec", "language_info"}


def problems(notebook: Path) -> list[str]:
    """Give what is wrong with a stored notebook, one clause each; nothing if it is as it should be."""
    content = json.loads(notebook.read_text(encoding="utf-8"))
    cells = [{**cell, "source": _text(cell["source"])} for cell in content["cells"]]
    found = _stored(content, cells) + _order(cells, desk=notebook.stem in DESKS)
    for place, cell in enumerate(cells, start=1):
        wrong = _code(cell) if cell["cell_type"] == "code" else _prose(cell)
        found += [f"cell {place}: {one}" for one in wrong]
    return found + _parameters(notebook)


def require_sound(notebooks: Sequence[Path]) -> None:
    """Raise `CallError` with the first problem of each notebook that has any."""
    wrong = [f"{path.name}: {found[0]}" for path in notebooks if (found := problems(path))]
    if wrong:
        remedy = "mend the notebook and run `bassboss notebooks check` again"
        raise CallError("; ".join(wrong), where="notebooks", remedy=remedy)


def _stored(content: dict[str, Any], cells: list[dict[str, Any]]) -> list[str]:
    code = [cell for cell in cells if cell["cell_type"] == "code"]
    found = ["it has outputs"] if any(cell["outputs"] or cell["execution_count"] for cell in code) else []
    extra = sorted(set(content["metadata"]) - METADATA)
    return found + ([f"metadata {', '.join(extra)}"] if extra else [])


def _order(cells: list[dict[str, Any]], *, desk: bool) -> list[str]:
    code = [place for place, cell in enumerate(cells) if cell["cell_type"] == "code"]
    tagged = [place for place, cell in enumerate(cells) if "parameters" in _tags(cell)]
    found = [] if cells and cells[0]["cell_type"] == "markdown" else ["it does not open with prose"]
    found += [] if tagged == code[:1] else ["its first code cell is not the only `parameters` cell"]
    found += [f"cell {place + 1}: no prose before it" for place in code if cells[place - 1]["cell_type"] != "markdown"]
    prose = [_tags(cell) for cell in cells if cell["cell_type"] == "markdown"]
    if prose != [["zh"], ["en"]] * (len(prose) // 2):
        found.append("prose is not in pairs of cells tagged zh and en")
    if not desk and not (code and code[-1] == len(cells) - 1 and "run.finish(" in cells[-1]["source"]):
        found.append("it does not end with run.finish(…)")
    return found


def _code(cell: dict[str, Any]) -> list[str]:
    source = cell["source"]
    lines = [line for line in source.splitlines() if line.strip()]
    found = [] if 1 <= len(lines) <= LINES_MAX or "parameters" in _tags(cell) else [f"{len(lines)} lines"]
    try:
        nodes = list(ast.walk(ast.parse(source)))
    except SyntaxError:
        return [*found, "not valid Python"]
    found += (
        ["defines a function or class"] if any(isinstance(one, ast.FunctionDef | ast.ClassDef) for one in nodes) else []
    )
    found += ["SQL"] if SQL.search(source) else []
    return found + (["a path"] if PATH.search(source) else [])


def _prose(cell: dict[str, Any]) -> list[str]:
    found = ["a result is typed into prose"] if RESULT_IN_PROSE.search(cell["source"]) else []
    chinese = HANZI.search(cell["source"]) is not None
    return found + ([] if chinese == (_tags(cell) == ["zh"]) else ["prose is not in the language of its tag"])


def _parameters(notebook: Path) -> list[str]:
    try:
        declared = contract(notebook)
    except CallError as error:
        return [error.what]
    found = [f"parameter {one.name} has no comment" for one in declared if not one.comment]
    has_file = (notebook.resolve().parent.parent / "params" / f"{notebook.stem}.yaml").is_file()
    return found + ([] if has_file or notebook.stem in DESKS else [f"no params/{notebook.stem}.yaml"])


def _tags(cell: dict[str, Any]) -> list[str]:
    return list(cell.get("metadata", {}).get("tags", []))


def _text(source: str | list[str]) -> str:
    return source if isinstance(source, str) else "".join(source)
