"""A run's report: one HTML file that opens without network, on a screen, a telephone or paper.

nbconvert renders the cells by a template of ours; what comes from cells is sanitised, code is hidden behind
one switch. Around them stand what the run was, on which data, and its key figures with their intervals.
"""

import copy
import html
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import TYPE_CHECKING, Any, get_args

import pandas as pd

from bassboss_lib.reports.earlier import earlier
from bassboss_lib.reports.failing import failing_first
from bassboss_lib.reports.lineage import lineage
from bassboss_lib.reports.names import cards, folded, function_name, rows_name, state_name
from bassboss_lib.reports.page import TEMPLATES, fill
from bassboss_lib.reports.sanitize import base64_only, markup, safe_html
from bassboss_lib.reports.sentences import Language
from bassboss_lib.reports.tables import key_figures, table
from bassboss_lib.workspace import Workspace

if TYPE_CHECKING:
    from nbformat import NotebookNode

__all__ = ["ReportHeader", "render"]


@dataclass(frozen=True)
class ReportHeader:
    """What the head of a report says of the run."""

    run_id: str
    notebook: str
    month: str
    source: str
    state: str
    message: str
    started_at: datetime
    parameters: Mapping[str, object]
    versions: Mapping[str, str]


def render(
    workspace: Workspace, executed: "NotebookNode", header: ReportHeader, result: dict[str, Any] | None = None
) -> str:
    """Render an executed notebook as a page.

    Parameters
    ----------
    workspace : Workspace
        Knows the language and, through its ledger, the data.
    executed : NotebookNode
        The executed notebook; it is not changed.
    header : ReportHeader
        The run.
    result : dict, optional
        What its ``result.json`` says; None for a run that failed.

    Returns
    -------
    str
        The page, in the language of the ``language`` parameter, else that of the settings.
    """
    asked = header.parameters.get("language", workspace.settings.language)
    language: Language = asked if asked in get_args(Language) else workspace.settings.language  # type: ignore[assignment]
    shown = copy.deepcopy(executed)
    if header.state != "DONE":
        shown["cells"] = failing_first(shown["cells"], header.message, language)
    shown["cells"] = [cell for cell in shown["cells"] if _is_kept(cell, language)]
    _mark_asides(shown["cells"])
    for cell in shown["cells"]:
        if cell["cell_type"] == "markdown":  # question, reader and decision each on a line of its own
            cell["source"] = re.sub(r"\n(?=\*\*)", "  \n", cell["source"])
    title = _take_title(shown["cells"]) or function_name(header.notebook, language)
    body, contents = _contents(_body(shown))
    zh = language == "zh"
    return fill(
        "page.html.j2",
        language,
        title=title,
        function=function_name(header.notebook, language),
        month=header.month,
        source=header.source,
        state=header.state,
        state_name=state_name(header.state, language),
        message=header.message,
        run_id=header.run_id,
        facts=_facts(workspace, header, result or {}, language),
        cards=_cards(workspace, header, result, language) if result else "",
        folded=folded(result, language) if result else [],
        parameters=_listed(header.parameters, "参数" if zh else "Parameter", "值" if zh else "Value"),
        versions=_listed(header.versions, "组件" if zh else "Component", "版本" if zh else "Version"),
        contents=contents,
        body=markup(body),
    )


def _cards(workspace: Workspace, header: ReportHeader, result: dict[str, Any], language: Language) -> object:
    before = earlier(workspace, header.notebook, header.month, header.source)
    against = {"before": before.figures, "before_month": before.month} if before else {}
    return markup(key_figures(cards(result, language, **against)).text)  # type: ignore[arg-type]


def _is_kept(cell: dict[str, Any], language: Language) -> bool:
    """Leave out the other language, and the values papermill put in, which the head of the page shows."""
    tags = set(cell.get("metadata", {}).get("tags", []))
    other = "en" if language == "zh" else "zh"
    return other not in tags and "injected-parameters" not in tags


def _mark_asides(cells: list[dict[str, Any]]) -> None:
    """Let prose that only introduces a cell without output be hidden with the code: alone it would say nothing."""
    for cell, following in pairwise(cells):
        is_line = cell["cell_type"] == "markdown" and not re.search(r"^#|\n\n|\*\*", cell["source"].strip())
        if is_line and following["cell_type"] == "code" and not following["outputs"]:
            cell["metadata"] = {**cell["metadata"], "aside": True}


def _take_title(cells: list[dict[str, Any]]) -> str:
    """Take the first top heading out of the cells: it becomes the title of the page."""
    for cell in cells:
        found = re.search(r"^# (.+)$", cell["source"], re.MULTILINE) if cell["cell_type"] == "markdown" else None
        if found:
            cell["source"] = cell["source"].replace(found.group(0), "", 1)
            return found.group(1).strip()
    return ""


def _body(executed: "NotebookNode") -> str:
    from nbconvert import HTMLExporter

    exporter = HTMLExporter(
        extra_template_basedirs=[str(TEMPLATES.parent)],
        template_name=TEMPLATES.name,
        exclude_anchor_links=True,
        sanitize_html=True,
        embed_images=False,
        filters={"safe_html": safe_html, "base64_only": base64_only},
    )
    body, _ = exporter.from_notebook_node(executed)
    return str(body)


def _contents(body: str) -> tuple[str, list[tuple[int, str, str]]]:
    """Number the headings as anchors; give the body and (level, anchor, text) of each."""
    found: list[tuple[int, str, str]] = []

    def anchored(match: re.Match[str]) -> str:
        level, inner = int(match.group(1)), match.group(2)
        found.append((level, f"s{len(found) + 1}", html.unescape(re.sub(r"<[^>]+>", "", inner))))
        return f'<h{level} id="{found[-1][1]}">{inner}</h{level}>'

    return re.sub(r"<h([23])>(.*?)</h\1>", anchored, body, flags=re.DOTALL), found


def _facts(
    workspace: Workspace, header: ReportHeader, result: dict[str, Any], language: Language
) -> list[tuple[str, str]]:
    zh = language == "zh"
    facts = [("运行时间" if zh else "Run at", f"{header.started_at:%Y-%m-%d %H:%M}")]
    facts += lineage(workspace, header.notebook, header.month, header.source, language)
    facts += [
        (f"{'行数' if zh else 'Rows'} · {rows_name(name, language)}", f"{count:,}")
        for name, count in result.get("rows", {}).items()
    ]
    code = f"{header.versions.get('bassboss', '')} · {header.versions.get('code', '')}"
    return [*facts, ("代码版本" if zh else "Code version", code)]


def _listed(values: Mapping[str, object], name: str, value: str) -> object:
    frame = pd.DataFrame({name: list(values), value: [str(item) for item in values.values()]})
    return markup(table(frame, rows_max=len(frame)).text)
