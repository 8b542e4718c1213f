"""The page of all runs: where each key figure stands and has come from, and every month's runs with their state.

It is written after every run, so it reads the ledger once, and a result file only for the newest run of a notebook.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from pathlib import Path
from sqlite3 import Row
from typing import Any

from bassboss_lib.ledger import Ledger
from bassboss_lib.reports.names import FIGURES, figure_name, function_name, state_name
from bassboss_lib.reports.numbers import change, number
from bassboss_lib.reports.page import fill
from bassboss_lib.reports.sanitize import markup
from bassboss_lib.reports.sentences import Language
from bassboss_lib.reports.sparkline import sparkline
from bassboss_lib.reports.writing import write_text
from bassboss_lib.workspace import Workspace

__all__ = ["write_index"]

FIGURES_SHOWN = 8
"""Key figures of a notebook on the page of all runs; its report has the rest."""
MARKS = {"DONE": "✓", "FAILED": "✗", "INTERRUPTED": "■", "ABANDONED": "■", "RUNNING": "…"}


@dataclass(frozen=True)
class _Run:
    """A run as the ledger has it, with what the page says of it."""

    notebook: str
    month: str
    source: str
    state: str
    started_at: str
    duration: str
    message: str
    link: str
    folder: Path
    figures: dict[str, float]

    @property
    def mark(self) -> str:
        """A sign beside the colour of the state, so that colour is not all."""
        return MARKS.get(self.state, "?")


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
    runs = [_run(workspace, row) for row in rows]
    return write_text(workspace.index, _page(runs, language, workspace.now))


def _page(runs: Sequence[_Run], language: Language, now: datetime) -> str:
    monthly = [run for run in runs if run.month != "none"]
    notebooks = sorted({run.notebook for run in monthly})
    months = [(month, list(group)) for month, group in groupby(monthly, key=lambda run: run.month)]
    return fill(
        "runs.html.j2",
        language,
        title="运行总览" if language == "zh" else "All runs",
        now=f"{now:%Y-%m-%d %H:%M}",
        key=[_key(notebook, monthly, language) for notebook in notebooks if _done(notebook, monthly)],
        columns=[(notebook, function_name(notebook, language)) for notebook in notebooks],
        months=[_month(month, group, notebooks) for month, group in months],
        others=[run for run in runs if run.month == "none"],
        function=lambda notebook: function_name(notebook, language),
        state=lambda name: state_name(name, language),
    )


def _run(workspace: Workspace, row: Row) -> _Run:
    folder = workspace.root / row["folder"]
    report = folder / "report.html"
    return _Run(
        row["notebook"],
        row["month"],
        row["source"],
        row["state"],
        row["started_at"][:16].replace("T", " "),
        _duration(row["started_at"], row["ended_at"]),
        row["message"],
        report.relative_to(workspace.root).as_posix() if report.is_file() else "",
        folder,
        json.loads(row["figures"]),
    )


def _duration(started_at: str, ended_at: str | None) -> str:
    if not ended_at:
        return ""
    seconds = (datetime.fromisoformat(ended_at) - datetime.fromisoformat(started_at)).total_seconds()
    return f"{seconds:,.0f} s"


def _done(notebook: str, runs: Sequence[_Run]) -> list[_Run]:
    """Give the newest done run of each month on the deliveries, newest month first."""
    done = [run for run in runs if (run.notebook, run.state, run.source) == (notebook, "DONE", "")]
    return [next(group) for _, group in groupby(done, key=lambda run: run.month)]


def _key(notebook: str, runs: Sequence[_Run], language: Language) -> dict[str, Any]:
    """Give the newest figures of a notebook, each with interval, change and its line over the months."""
    done = _done(notebook, runs)
    newest, before = done[0], done[1] if len(done) > 1 else None
    intervals = _intervals(newest.folder / "result.json")
    names = [name for name in newest.figures if name in FIGURES and FIGURES[name].card][:FIGURES_SHOWN]
    return {
        "function": function_name(notebook, language),
        "run": newest,
        "months": f"{done[-1].month} – {newest.month}" if before else newest.month,
        "before": before.month if before else "",
        "figures": [_figure(name, done, intervals, language) for name in names],
    }


def _figure(
    name: str, done: Sequence[_Run], intervals: dict[str, list[float]], language: Language
) -> tuple[str, str, str, str, object]:
    known = figure_name(name)
    value, kind = done[0].figures[name], known.kind
    low_high = [number(end, kind) for end in intervals.get(name, [])]
    moved = change(value, done[1].figures[name], kind) if len(done) > 1 and name in done[1].figures else ""
    line = sparkline([run.figures.get(name) for run in reversed(done)])
    return known.zh if language == "zh" else known.en, number(value, kind), " – ".join(low_high), moved, markup(line)


def _month(month: str, runs: Sequence[_Run], notebooks: Sequence[str]) -> dict[str, Any]:
    newest: dict[str, _Run] = {}
    for run in runs:  # newest first
        newest.setdefault(run.notebook, run)
    return {
        "month": month,
        "cells": [newest.get(notebook) for notebook in notebooks],
        "runs": runs,
        "failed": [run for run in newest.values() if run.state != "DONE"],
    }


def _intervals(path: Path) -> dict[str, list[float]]:
    return json.loads(path.read_text(encoding="utf-8"))["intervals"] if path.is_file() else {}
