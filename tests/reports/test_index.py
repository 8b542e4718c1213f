"""The page of all runs: by month and function, key figures over months, and quick to open when it is long."""

import json
import re

import pytest
from bs4 import BeautifulSoup

from bassboss_lib import months
from bassboss_lib.ledger import Ledger
from bassboss_lib.reports import write_index
from bassboss_lib.reports.sparkline import sparkline


def insert_run(
    ledger, run_id, month, second, state, *, figures="{}", message="", notebook="10_retention_train", source=""
):
    started_at, ended_at = f"2026-11-05T08:00:{second}", "2026-11-05T08:01:00"
    ledger.execute(
        "INSERT INTO run (id, notebook, month, source, state, started_at, ended_at, exit_code, folder, parameters,"
        " versions, figures, message) VALUES (?, ?, ?, ?, ?, ?, ?, 0, ?, '{}', '{}', ?, ?)",
        (run_id, notebook, month, source, state, started_at, ended_at, f"runs/{month}/x/{run_id}", figures, message),
    )


def fill_many(workspace) -> None:
    """Write sixty months of twelve notebooks into the ledger, as a workspace has them after five years."""
    with Ledger(workspace.ledger) as ledger, ledger.transaction():
        for place, month in enumerate(months.span("202111", "202610")):
            for number in range(12):
                figures = json.dumps({"auc": 0.8 + 0.001 * place})
                name = f"{number:02}_own_x"
                insert_run(ledger, f"{month}-{number}", month, "10", "DONE", figures=figures, notebook=name)


def _soup(workspace):
    return BeautifulSoup(write_index(workspace).read_text(), "html.parser")


def _words(tag):
    return " ".join(tag.text.split())


@pytest.fixture
def filled(workspace):
    with Ledger(workspace.ledger) as ledger:
        insert_run(ledger, "old", "202609", "00", "DONE", figures='{"auc": 0.79}')
        insert_run(ledger, "wide", "none", "30", "FAILED", message="R01: <b>x</b>", source="mine")
        insert_run(ledger, "new", "202610", "10", "DONE", figures='{"auc": 0.8}')
        insert_run(ledger, "newest", "202610", "20", "INTERRUPTED", message="R05: stopped")
        insert_run(ledger, "list", "202610", "40", "DONE", notebook="11_retention_list", figures='{"listed": 500}')
    folder = workspace.runs / "202610" / "x" / "new"
    folder.mkdir(parents=True)
    (folder / "report.html").touch()
    (folder / "result.json").write_text(json.dumps({"intervals": {"auc": [0.7, 0.9]}}))
    return workspace


def test_months_stand_newest_first_and_a_month_lists_every_run(filled):
    soup = _soup(filled)
    assert [head.text for head in soup.find_all("h2")][:3] == ["关键指标", "各月运行", "逐次运行"]
    assert [item["id"] for item in soup.select("details.month")] == ["m202610", "m202609"]
    assert [_words(item) for item in soup.select("#m202610 li")] == [
        "✓ 完成 DONE 客户挽留 · 名单 2026-11-05 08:00 · 20 s",
        "■ 已中断 INTERRUPTED 客户挽留 · 模型训练 2026-11-05 08:00 · 40 sR05: stopped",
        "✓ 完成 DONE 客户挽留 · 模型训练 2026-11-05 08:00 · 50 s",
    ]
    assert [link["href"] for link in soup.select("#m202610 li a")] == ["runs/202610/x/new/report.html"]


def test_a_month_with_a_run_that_is_not_done_is_open_and_says_so(filled):
    soup = _soup(filled)
    assert soup.select_one("#m202610").has_attr("open")
    assert "1 项未完成" in soup.select_one("#m202610 summary").text
    assert not soup.select_one("#m202609").has_attr("open")


def test_the_grid_has_the_newest_run_of_each_function_and_month(filled):
    rows = [[_words(cell) for cell in row.find_all(["th", "td"])] for row in _soup(filled).select("table.grid tr")]
    assert rows == [
        ["账期", "客户挽留 · 模型训练", "客户挽留 · 名单"],
        ["202610", "■ 已中断 INTERRUPTED", "✓ 完成 DONE"],
        ["202609", "✓ 完成 DONE", ""],
    ]


def test_key_figures_are_those_of_the_newest_done_run_with_interval_change_and_line(filled):
    board = _soup(filled).select_one(".board")
    assert _words(board.select_one("h3")) == "客户挽留 · 模型训练"
    assert board.select_one("h3 a")["href"] == "runs/202610/x/new/report.html"
    said = [_words(cell) for cell in board.select("tbody th, tbody td")]
    assert said == ["AUC 区分度", "0.8000.700 – 0.900", "↑ +0.010", ""]
    assert len(board.select("svg.spark path")) == 1


def test_what_a_run_says_is_text(filled):
    soup = _soup(filled)
    assert soup.select("ul.runs")[-1].select_one(".failure").text == "R01: <b>x</b>"
    assert "mine" in soup.select("ul.runs")[-1].text
    assert not soup.select("main [style], script")


def test_an_empty_workspace_says_that_nothing_has_run(workspace):
    assert "还没有运行" in write_index(workspace).read_text()


def test_sixty_months_of_twelve_notebooks_are_one_small_page(workspace):
    fill_many(workspace)
    page = write_index(workspace)
    assert page.stat().st_size < 1_000_000
    soup = BeautifulSoup(page.read_text(), "html.parser")
    assert len(soup.select("details.month li")) == 60 * 12
    assert len(soup.select("table.grid tbody tr")) == 60
    assert len(soup.select("svg.spark")) == 12
    assert sum(details.has_attr("open") for details in soup.select("details.month")) == 1


def test_a_sparkline_leaves_a_gap_and_ends_on_the_newest_value():
    drawn = sparkline([0.0, 1.0, None, 0.5])
    assert re.findall(r"[ML][\d.]+ [\d.]+", drawn) == ["M3.0 23.0", "L41.0 3.0", "M117.0 13.0"]
    assert 'cx="117.0" cy="13.0"' in drawn
    assert "style" not in drawn


@pytest.mark.parametrize("values", [[], [1.0], [None, None], [1.0, float("nan")]])
def test_a_sparkline_needs_two_values(values):
    assert sparkline(values) == ""
