import re
from datetime import datetime

import nbformat
import pytest
from bs4 import BeautifulSoup
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from bassboss_lib.ledger import Ledger
from bassboss_lib.reports import ReportHeader, render
from bassboss_lib.workspace import open_workspace

NOW = datetime(2026, 11, 5, 8)
HOSTILE = [
    "<script>alert(1)</script>",
    '<img src=x onerror="alert(1)">',
    '"><svg/onload=alert(1)>',
    "<iframe src=//x.example></iframe>",
    '<a href="javascript:alert(1)">x</a>',
    "[x](javascript:alert(1))",
    "<style>*{display:none}</style>",
    '<div style="background:url(http://x.example/a)">x</div>',
    "![x](http://x.example/a.png)",
    "<meta http-equiv=refresh content=0>",
    "{{ 7*7 }}{% raw %}",
    '=HYPERLINK("http://x.example")',
    "\u202egnp.exe",
]


@pytest.fixture
def workspace(tmp_path):
    return open_workspace(tmp_path, NOW.isoformat())


def header(**changes):
    told = {
        "run_id": "202610-10_retention_train-20261105T080000-1",
        "notebook": "10_retention_train",
        "month": "202610",
        "source": "",
        "state": "DONE",
        "message": "",
        "started_at": NOW,
        "parameters": {"month": "202610", "language": "zh"},
        "versions": {"bassboss": "0.1.0", "code": "abc123"},
    }
    return ReportHeader(**(told | changes))


def page(workspace, *cells, result=None, **changes):
    notebook = new_notebook(cells=list(cells))
    text = render(workspace, notebook, header(**changes), result)
    return BeautifulSoup(text, "html.parser"), text


def prose(text, language):
    return new_markdown_cell(text, metadata={"tags": [language]})


def shown(**data):
    return new_code_cell("x", outputs=[new_output("display_data", {key.replace("_", "/"): data[key] for key in data})])


def test_report_keeps_the_language_asked_for(workspace):
    cells = (prose("# 谁会离网\n\n正文", "zh"), prose("# Who leaves\n\nProse", "en"), prose("## 图", "zh"))
    zh, _ = page(workspace, *cells)
    assert (zh.h1.text, zh.html["lang"]) == ("谁会离网", "zh-CN")
    assert "正文" in zh.main.text
    assert "Prose" not in zh.main.text
    en, _ = page(workspace, *cells, parameters={"language": "en"})
    assert (en.h1.text, en.html["lang"]) == ("Who leaves", "en")
    assert [link.text for link in zh.nav.find_all("a")] == ["图"]
    assert zh.find(id=zh.nav.a["href"][1:]).text == "图"


def test_head_says_month_state_figures_rows_and_versions(workspace):
    result = {"figures": {"auc": 0.842}, "intervals": {"auc": [0.82, 0.86]}, "rows": {"train": 8000}}
    with Ledger(workspace.ledger) as ledger:
        for period in ("202609", "202610"):
            values = (f"in-{period}", period, f"{period[:4]}-{period[4:]}-28T09:30:00")
            ledger.execute(
                "INSERT INTO delivery VALUES (?, 'in', '01002', '10000', ?, 'i', 0, 'accepted', '', ?, '', 5, 5, 0)",
                values,
            )
        ledger.execute("INSERT INTO model VALUES ('m-1', 'retention', 'boss', '202610', '', '', '{}')")
        ledger.execute("INSERT INTO champion VALUES ('retention', 'boss', 'm-1', '')")
    soup, _ = page(workspace, prose("# 题", "zh"), result=result)
    facts = {item.dt.text: item.dd.text for item in soup.select(".facts div")}
    assert facts == {
        "运行时间": "2026-11-05 08:00",
        "数据账期": "202609 – 202610",
        "最近送达": "2026-10-28 09:30",
        "送达文件 / 行数": "2 / 10",
        "模型": "m-1",
        "行数 · 训练": "8,000",
        "代码版本": "0.1.0 · abc123",
    }
    assert [item.text for item in soup.select(".card")] == ["AUC 区分度0.8420.820 – 0.860"]
    assert [item.text for item in soup.select(".chips li")] == ["账期 202610", "状态 完成 DONE"]


def test_failed_run_says_so_on_its_page(workspace):
    soup, _ = page(workspace, prose("# 题", "zh"), state="FAILED", message="R01: ValueError")
    assert soup.select_one(".failure").text == "R01: ValueError"
    assert "failed" in soup.select_one(".state")["class"]


def test_code_is_hidden_behind_one_switch_without_script(workspace):
    soup, _ = page(workspace, new_code_cell("model = train()"))
    assert soup.select_one(".code").text.strip() == "model = train()"
    assert len(soup.select("input[type=checkbox]")) == 1
    assert soup.select_one("label[for=show-code]")


def test_S03_nothing_hostile_is_effective_anywhere(workspace):
    cells = [prose(text, "zh") for text in HOSTILE]
    cells += [shown(text_html=text) for text in HOSTILE] + [shown(text_markdown=text) for text in HOSTILE]
    cells += [shown(text_plain=text) for text in HOSTILE] + [shown(image_png=text) for text in HOSTILE]
    cells += [shown(application_javascript="alert(1)", image_svg_xml="<svg onload=alert(1)>", text_plain="x")]
    cells += [new_code_cell(text, outputs=[new_output("stream", name="stdout", text=text)]) for text in HOSTILE]
    cells += [
        new_code_cell("x", outputs=[new_output("error", ename=text, evalue=text, traceback=[text])]) for text in HOSTILE
    ]
    everything = " ".join(HOSTILE)
    soup, _ = page(workspace, *cells, parameters={"x": everything}, message=everything, source=everything)
    assert not soup.find_all(["script", "svg", "iframe", "object", "embed", "base", "form"])
    assert len(soup.find_all("style")) == 1
    assert not soup.find_all(lambda tag: any(name.startswith("on") or name == "style" for name in tag.attrs))
    assert not soup.find_all(href=re.compile("^javascript", re.IGNORECASE))
    assert all(image["src"].startswith("data:image/") for image in soup.find_all("img", src=True))


def test_S03_page_forbids_everything_it_does_not_bring(workspace):
    soup, text = page(workspace, prose("# 题", "zh"))
    policy = soup.find("meta", attrs={"http-equiv": "Content-Security-Policy"})["content"]
    assert re.fullmatch(
        r"default-src 'none'; img-src data:; font-src data:; style-src 'sha256-[A-Za-z0-9+/=]{44}'", policy
    )
    assert "http://" not in text
    assert "https://" not in text


def test_figure_has_its_sentence_as_alternative_text_and_a_table_keeps_its_classes(workspace):
    output = new_output(
        "display_data", {"image/png": "iVBORw0KGgo="}, metadata={"image/png": {"alt": 'a "b"', "width": 720}}
    )
    table = '<table class="data"><tbody><tr><td class="number">1</td></tr></tbody></table>'
    soup, _ = page(workspace, new_code_cell("x", outputs=[output]), shown(text_html=table))
    assert soup.figure.img.attrs == {"src": "data:image/png;base64,iVBORw0KGgo=", "alt": 'a "b"', "width": "720"}
    assert soup.select_one("main table.data td.number").text == "1"


def test_page_is_readable_without_a_chinese_font(workspace):
    _, text = page(workspace, prose("# 题", "zh"))
    assert text.count("url(data:font/woff;base64,") == 1
    assert len(text) < 200_000


def test_rendering_changes_nothing_in_the_notebook(workspace):
    notebook = new_notebook(cells=[prose("# 题\n正文", "zh"), prose("# Title", "en")])
    before = nbformat.writes(notebook)
    render(workspace, notebook, header())
    assert nbformat.writes(notebook) == before
