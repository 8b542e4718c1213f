"""Make a notebook that passes the notebook checks: an honest frame to fill, with its parameter file."""

import json
import re
from pathlib import Path
from typing import Any

from bassboss_lib.errors import CallError
from bassboss_lib.reports.writing import write_text

__all__ = ["new_notebook"]

NAME = re.compile(r"\d{2}_[a-z][a-z0-9]*(_[a-z0-9]+)*")

PARAMETERS = """\
month: str = ""  # 账期 / month YYYYMM; empty = the newest month delivered
language: str = ""  # 报告语言 / language of the report; empty = the settings' | | {zh, en}
back_months: int = 6  # 回看月数 / months looked back | months | [1, 60]"""

CELLS = (
    ("zh", "# NAME\n\n要回答什么问题？给谁看？据此决定什么？"),
    ("en", "# NAME\n\nWhich question is answered, for whom, and what is decided by it?"),
    ("parameters", PARAMETERS),
    ("zh", "打开工作区，确定账期。"),
    ("en", "Open the workspace and settle the month."),
    ("code", 'from bassboss_lib import features, runs\n\nrun = runs.start("NAME", month=month, language=language)'),
    ("zh", "## 本月客户\n\n看什么：每一行是一位客户，键为假名；人数应与上月相近。"),
    (
        "en",
        "## Customers of the month\n\nWhat to look for: one row per customer; about as many as last month.",
    ),
    ("code", "view = features.View(run.workspace, run.month)\ncustomers = view.customers()\nlen(customers)"),
    ("zh", "## 近月状态\n\n看什么：各状态的人数；停机增多是预警。"),
    ("en", "## States of recent months\n\nWhat to look for: customers by status; more suspensions are a warning."),
    (
        "code",
        'recent = view.recent("customer", back_months, ["pseudonym", "status"])\n'
        'recent.groupby("back")["status"].value_counts().unstack()',
    ),
    ("zh", "## 结论\n\n下一步做什么；本页不能说明什么。最后一格写出结果文件，表示运行完整。"),
    (
        "en",
        "## What follows\n\nWhat to do with this, and what it cannot tell. "
        "The last cell writes the result file: the run is complete.",
    ),
    ("code", 'run.finish({"customers": len(customers)}, rows={"customers": len(customers)})'),
)


def new_notebook(name: str, root: Path) -> tuple[Path, Path]:
    """Write ``notebooks/NAME.ipynb`` and ``params/NAME.yaml``; the notebook runs as it is.

    Raises
    ------
    CallError
        If the name does not fit ``NN_function_step``, or is taken.
    """
    if NAME.fullmatch(name) is None:
        raise CallError(f"{name!r} is no name for a notebook", where="NAME", remedy="write it as 13_retention_offers")
    notebook, values = root / "notebooks" / f"{name}.ipynb", root / "params" / f"{name}.yaml"
    for path in (notebook, values):
        if path.exists():
            raise CallError("it is there already", where=str(path), kept="nothing was written", remedy="choose a name")
    cells = [_cell(place, kind, text.replace("NAME", name)) for place, (kind, text) in enumerate(CELLS, start=1)]
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    metadata = {"kernelspec": kernel, "language_info": {"name": "python"}}
    content = {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}
    write_text(notebook, json.dumps(content, ensure_ascii=False, indent=1) + "\n")
    write_text(values, f"# Values of this operator for {name}; what is left out keeps the notebook's default.\n")
    return notebook, values


def _cell(place: int, kind: str, text: str) -> dict[str, Any]:
    lines = text.splitlines(keepends=True)
    cell: dict[str, Any] = {"cell_type": "markdown", "id": f"cell-{place}", "metadata": {"tags": [kind]}}
    if kind in ("code", "parameters"):
        tags = {"tags": [kind]} if kind == "parameters" else {}
        cell = {**cell, "cell_type": "code", "execution_count": None, "metadata": tags, "outputs": []}
    return {**cell, "source": lines}
