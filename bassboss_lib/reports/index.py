"""The page that lists every run, newest first: state, key figures, link to the report."""

import json
from datetime import datetime
from itertools import groupby
from pathlib import Path
from sqlite3 import Row
from typing import Any

from bassboss_lib.ledger import Ledger
from bassboss_lib.reports.names import cards, function_name
from bassboss_lib.reports.page import fill
from bassboss_lib.reports.sanitize import markup
from bassboss_lib.reports.sentences import Language
from bassboss_lib.reports.tables import key_figures
from bassboss_lib.reports.writing import write_text
from bassboss_lib.workspace import Workspace

__all__ = ["write_index"]

FIGURES_SHOWN = 6


def write_index(workspace: Workspace) -> Path:
    """Write ``index.html`` of the workspace from the ledger's runs, newest first.

    Raises
    ------
    DiskFailed
        If the disk refuses.
    """
    language = workspace.settings.language
    with Ledger(workspace.ledger) as ledger:
        rows = ledger.rows("SELECT * FROM run ORDER BY month = 'none', month DESC, started_at DESC, id DESC")
    runs = [(row["month"], _entry(workspace, row, language)) for row in rows]
    months = [(month, [run for _, run in group]) for month, group in groupby(runs, key=lambda run: run[0])]
    title = "运行总览" if language == "zh" else "All runs"
    return write_text(workspace.index, fill("runs.html.j2", language, title=title, months=months))


def _entry(workspace: Workspace, row: Row, language: Language) -> dict[str, Any]:
    report = workspace.root / row["folder"] / "report.html"
    result = {"figures": json.loads(row["figures"]), "intervals": _intervals(report.with_name("result.json"))}
    figures = cards(result, language, most=FIGURES_SHOWN)
    return {
        "title": row["notebook"],
        "function": function_name(row["notebook"], language),
        "source": row["source"],
        "state": row["state"],
        "started_at": row["started_at"][:16].replace("T", " "),
        "duration": _duration(row["started_at"], row["ended_at"]),
        "message": row["message"],
        "link": report.relative_to(workspace.root).as_posix() if report.is_file() else "",
        "cards": markup(key_figures(figures).text) if figures else "",
    }


def _intervals(path: Path) -> dict[str, list[float]]:
    return json.loads(path.read_text(encoding="utf-8"))["intervals"] if path.is_file() else {}


def _duration(started_at: str, ended_at: str | None) -> str:
    if not ended_at:
        return ""
    seconds = (datetime.fromisoformat(ended_at) - datetime.fromisoformat(started_at)).total_seconds()
    return f"{seconds:,.0f} s"
