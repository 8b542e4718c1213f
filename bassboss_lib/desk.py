"""The desk: where am I, what has been delivered, what ran, what is due, where to click next.

It reads the workspace and changes nothing. ``notebooks/00_start.ipynb`` shows it; it is no report, is in no plan and
leaves no result.
"""

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from bassboss_lib import flow
from bassboss_lib.contracts import unit
from bassboss_lib.errors import CallError
from bassboss_lib.exchange import deliveries
from bassboss_lib.exchange.overdue import what_is_overdue
from bassboss_lib.ledger import Ledger
from bassboss_lib.markup import escape
from bassboss_lib.reports.names import FIGURES, figure_name, function_name, state_name
from bassboss_lib.reports.numbers import number
from bassboss_lib.reports.sentences import Language
from bassboss_lib.reports.tables import Html, table
from bassboss_lib.runs import read_plan
from bassboss_lib.warehouse.partitions import months
from bassboss_lib.workspace import Workspace, open_workspace

__all__ = ["Desk", "delivered", "due", "next_steps", "open_desk", "ran", "where"]

MONTHS_SHOWN = 6
RUNS_SHOWN = 12
FIGURES_SHOWN = 3
PLAN = "monthly"
STATES = {"accepted": "✓", "partial": "◐", "rejected": "✗", "superseded": "↺", "failed": "✗"}


@dataclass(frozen=True)
class Desk:
    """A workspace looked at, in one language."""

    workspace: Workspace
    language: Language

    def text(self, zh: str, en: str) -> str:
        """Pick the text of the desk's language."""
        return zh if self.language == "zh" else en

    @property
    def month(self) -> str:
        """The newest month delivered; empty before the first."""
        known = months(self.workspace, "customer")
        return known[-1] if known else ""


def open_desk(language: str = "") -> Desk:
    """Open the desk of this project's workspace (``BASSBOSS_WORKSPACE``, else ``outputs`` beside ``notebooks``).

    Raises
    ------
    CallError
        If the language is none.
    """
    here = Path.cwd()
    beside = (here.parent if here.name == "notebooks" else here) / "outputs"
    workspace = open_workspace(os.environ.get("BASSBOSS_WORKSPACE") or beside)
    told = language or workspace.settings.language
    if told not in ("zh", "en"):
        raise CallError(f"language {language!r} is not known", where="language", remedy="say zh or en")
    return Desk(workspace, told)  # type: ignore[arg-type]


def where(desk: Desk) -> Html:
    """Show the workspace, its clock, the newest month, and how much there is."""
    with Ledger(desk.workspace.ledger) as ledger:
        counted = {name: ledger.one(f"SELECT count(*) AS n FROM {name}") for name in ("delivery", "run", "model")}  # noqa: S608 - our own names
    counts = {name: row["n"] if row else 0 for name, row in counted.items()}
    settings = desk.workspace.settings
    lines = [
        (desk.text("工作区", "workspace"), str(desk.workspace.root)),
        (desk.text("现在（本次时钟）", "now, by this clock"), f"{desk.workspace.now:%Y-%m-%d %H:%M}"),
        (desk.text("最新账期", "newest month"), desk.month or desk.text("尚无", "none yet")),
        (desk.text("省份 / 放行", "province / release"), f"{settings.province} / {settings.release}"),
        (desk.text("传送 / 运行 / 模型", "deliveries / runs / models"), " / ".join(f"{n:,}" for n in counts.values())),
    ]
    return _table(lines, desk.text("项目", "what"), desk.text("内容", "value"))


def delivered(desk: Desk) -> Html:
    """Show which unit came for which month: ✓ accepted, ◐ in part, ✗ refused, ↺ superseded, · not there."""
    with Ledger(desk.workspace.ledger) as ledger:
        known = deliveries.in_state(ledger, "in", [*STATES, "closed"])
    newest = sorted({one.stem.period[:6] for one in known})[-MONTHS_SHOWN:]
    marks: dict[str, dict[str, str]] = {}
    for one in sorted(known, key=lambda found: (found.stem.period, found.rr)):
        if one.stem.period[:6] in newest:
            marks.setdefault(one.stem.unit, {})[one.stem.period[:6]] = STATES.get(one.state, "✓")
    rows = [
        [f"{code} {unit(code).title[desk.language]}", *(marks[code].get(month, "·") for month in newest)]
        for code in sorted(marks)
    ]
    return table(pd.DataFrame(rows, columns=[desk.text("接口单元", "unit"), *newest]))


def ran(desk: Desk) -> Html:
    """Show the newest runs: state, key figures, and a link to the report."""
    with Ledger(desk.workspace.ledger) as ledger:
        rows = ledger.rows("SELECT * FROM run ORDER BY started_at DESC, id DESC LIMIT ?", (RUNS_SHOWN,))
    lines = [_run_line(desk, dict(row)) for row in rows]
    heads = [desk.text("运行", "run"), desk.text("账期", "month"), desk.text("状态", "state"),
             desk.text("关键指标", "key figures"), desk.text("时间", "at")]  # fmt: skip
    head = "".join(f'<th scope="col">{escape(name)}</th>' for name in heads)
    body = "".join(f"<tr>{line}</tr>" for line in lines)
    return Html(f'<table class="data"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>')


def _run_line(desk: Desk, row: dict[str, Any]) -> str:
    report = desk.workspace.root / row["folder"] / "report.html"
    title = escape(function_name(row["notebook"], desk.language))
    linked = f'<a href="{escape(_relative(report))}" target="_blank">{title}</a>' if report.is_file() else title
    figures = json.loads(row["figures"])
    named = [(figure_name(name), value) for name, value in figures.items() if name in FIGURES][:FIGURES_SHOWN]
    said = ", ".join(f"{desk.text(known.zh, known.en)} {number(value, known.kind)}" for known, value in named)
    cells = [
        row["month"],
        state_name(row["state"], desk.language),
        said or row["message"],
        row["started_at"][:16].replace("T", " "),
    ]
    return f"<td>{linked}</td>" + "".join(f"<td>{escape(cell)}</td>" for cell in cells)


def _relative(path: Path) -> str:
    """Give a link that works from a notebook in ``notebooks/``; JupyterLab serves files below the project only."""
    return Path(os.path.relpath(path, flow.home() / "notebooks")).as_posix()


def due(desk: Desk) -> Html:
    """Show what somebody should act on: what is late or was refused, lists that wait, steps of the plan not yet run."""
    with Ledger(desk.workspace.ledger) as ledger:
        notices = what_is_overdue(desk.workspace, ledger)
        staged = deliveries.in_state(ledger, "out", ["staged"])
    lines = [(f"{one.where}: {one.what}", one.remedy) for one in notices]
    lines += [
        (desk.text(f"名单待放行：{one.id}", f"a list waits: {one.id}"), f"bassboss release {one.id}") for one in staged
    ]
    lines += [
        (desk.text(f"{desk.month} 尚未运行：{stem}", f"{desk.month} has not run: {stem}"), f"bassboss run {stem}")
        for stem in _not_run(desk)
    ]
    if not lines:
        lines = [(desk.text("没有到期事项", "nothing is due"), "")]
    return _table(lines, desk.text("事项", "what"), desk.text("下一步", "next step"))


def _not_run(desk: Desk) -> list[str]:
    """Give the notebooks of the monthly plan without a done run for the newest month, in the plan's order."""
    if not desk.month:
        return []
    steps = [step.notebook for step in read_plan(flow.home() / "params" / f"{PLAN}.yaml").steps]
    with Ledger(desk.workspace.ledger) as ledger:
        done = ledger.rows("SELECT notebook FROM run WHERE month = ? AND state = 'DONE'", (desk.month,))
    ready = {row["notebook"] for row in done}
    return [stem for stem in steps if stem not in ready]


def next_steps(desk: Desk) -> Html:
    """Say where to click next: the notebook or the command that fits what is there."""
    if not desk.month:
        steps = [
            (desk.text("还没有数据。看一遍演示", "No data yet. See the demo"), "bassboss demo"),
            (desk.text("或接入自己的宽表", "Or bring a table of your own"), "bassboss import --sketch FILE"),
        ]
        return _table(steps, desk.text("想做什么", "to"), desk.text("命令或笔记本", "command or notebook"))
    waiting = _not_run(desk)
    steps = (
        [(desk.text(f"跑完 {desk.month} 的月度计划", f"finish the month {desk.month}"), f"bassboss run {PLAN}")]
        if waiting
        else []
    )
    steps += [
        (desk.text("看源数据质量", "look at source quality"), "00_source_quality.ipynb"),
        (desk.text("改一个训练参数再试", "change a parameter of the training"), "10_retention_train.ipynb"),
        (desk.text("换名单容量或门限", "change size or threshold of the list"), "11_retention_list.ipynb"),
        (desk.text("给自己的报告选图", "choose a figure for a report"), "90_figures.ipynb"),
        (desk.text("看全部运行", "see every run"), "bassboss report --open"),
    ]
    return _linked(steps, desk.text("想做什么", "to"), desk.text("命令或笔记本", "command or notebook"))


def _table(lines: Sequence[tuple[str, str]], left: str, right: str) -> Html:
    return table(pd.DataFrame(lines, columns=[left, right]), rows_max=len(lines))


def _linked(lines: Sequence[tuple[str, str]], left: str, right: str) -> Html:
    """Give lines whose notebooks are links: JupyterLab opens them beside the desk."""
    cells = [
        (
            escape(what),
            f'<a href="{escape(to)}">{escape(to)}</a>' if to.endswith(".ipynb") else f"<code>{escape(to)}</code>",
        )
        for what, to in lines
    ]
    body = "".join(f"<tr><td>{what}</td><td>{to}</td></tr>" for what, to in cells)
    head = f'<thead><tr><th scope="col">{escape(left)}</th><th scope="col">{escape(right)}</th></tr></thead>'
    return Html(f'<table class="data">{head}<tbody>{body}</tbody></table>')
