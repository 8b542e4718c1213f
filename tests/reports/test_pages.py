import re
from datetime import datetime
from itertools import pairwise

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


def _done_before(workspace, month, figures, notebook="10_retention_train"):
    with Ledger(workspace.ledger) as ledger:
        ledger.execute(
            "INSERT INTO run (id, notebook, month, source, state, started_at, folder, parameters, versions, figures)"
            " VALUES (?, ?, ?, '', 'DONE', '', ?, '{}', '{}', ?)",
            (month, notebook, month, f"runs/{month}/{notebook}/{month}", figures),
        )


def test_cards_say_the_change_against_the_newest_month_before(workspace):
    _done_before(workspace, "202608", '{"auc": 0.5}')
    _done_before(workspace, "202609", '{"auc": 0.83, "base_rate": 0.034}')
    _done_before(workspace, "202611", '{"auc": 0.1}')
    result = {"figures": {"auc": 0.842, "base_rate": 0.031, "brier": 0.05}, "intervals": {"auc": [0.82, 0.86]}}
    soup, _ = page(workspace, prose("# 题", "zh"), result=result)
    assert [[part.text for part in card.find_all(["dt", "dd"])] for card in soup.select(".card")] == [
        ["AUC 区分度", "0.842", "0.820 – 0.860", "↑ +0.012 较 202609"],
        ["实际离网率", "3.1 %", "", "↓ -0.30 pp 较 202609"],
    ]
    folded = soup.find("summary", string="其他指标").parent
    assert not folded.has_attr("open")
    assert [part.text for part in folded.find_all(["dt", "dd"])] == ["Brier 分", "0.0500"]


def test_the_earlier_figures_are_those_of_its_result_file(workspace):
    _done_before(workspace, "202609", '{"auc": 0.1}')
    folder = workspace.runs / "202609" / "10_retention_train" / "202609"
    folder.mkdir(parents=True)
    (folder / "result.json").write_text('{"figures": {"auc": 0.80}}')
    soup, _ = page(workspace, prose("# 题", "zh"), result={"figures": {"auc": 0.842}})
    assert soup.select_one(".change").text == "↑ +0.042 较 202609"


def test_a_table_without_month_has_no_month_before(workspace):
    _done_before(workspace, "202609", '{"auc": 0.1}')
    soup, _ = page(workspace, prose("# 题", "zh"), result={"figures": {"auc": 0.8}}, month="none", source="mine")
    assert soup.select(".card")
    assert not soup.select(".change")


def _failed_cell(source):
    error = new_output("error", ename="ValueError", evalue="bad", traceback=["line 1"])
    return new_code_cell(source, outputs=[error])


def test_a_failed_run_shows_its_state_and_the_failing_cell_first(workspace):
    face = new_markdown_cell("# FAILED", metadata={"tags": ["run-state"]})
    cells = (face, prose("# 题", "zh"), new_code_cell("fine()"), prose("## 图", "zh"), _failed_cell("broken()"))
    soup, text = page(workspace, *cells, state="FAILED", message="R01: ValueError: bad | where: x.ipynb, cell 4")
    assert soup.select_one("header .stamp").text == "失败 FAILED"
    assert soup.title.text.startswith("FAILED")
    first = soup.select(".cells > *")[:3]
    assert first[0].h2.text == "出错的单元"
    assert first[1].text.strip() == "broken()"
    assert "open" in first[1]["class"]
    assert first[2].has_attr("open")
    assert soup.h1.text == "题"
    assert len(re.findall("<h1", text)) == 1


def test_a_killed_run_shows_the_cell_its_message_names(workspace):
    cells = (prose("# 题", "zh"), new_code_cell("first()"), new_code_cell("endless()"))
    soup, _ = page(workspace, *cells, state="FAILED", message="R02: the kernel died | where: x.ipynb, cell 3 | kept: x")
    assert soup.select(".cells .code.open")[0].text.strip() == "endless()"


@pytest.mark.parametrize("message", ["R04: the run passed its deadline", "R02: died | where: cell 1", "cell 99"])
def test_a_run_without_a_known_cell_is_shown_as_it_is(workspace, message):
    cells = (prose("# 题", "zh"), new_code_cell("first()"))
    soup, _ = page(workspace, *cells, state="INTERRUPTED", message=message)
    assert not soup.select(".open")
    assert soup.select_one(".stamp").text == "已中断 INTERRUPTED"


def test_one_gets_back_from_a_report_to_the_notebook(workspace):
    soup, _ = page(workspace, prose("# 题", "zh"))
    assert soup.footer.code.text == "bassboss reproduce 202610-10_retention_train-20261105T080000-1"


def test_landmarks_headings_and_the_skip_link(workspace):
    soup, _ = page(workspace, prose("# 题", "zh"), prose("## 甲\n\n### 乙", "zh"), shown(text_html="<table></table>"))
    assert soup.select_one("a.skip")["href"] == "#content"
    assert [len(soup.find_all(name)) for name in ("header", "main", "nav", "footer", "h1")] == [1, 1, 1, 1, 1]
    assert soup.main["id"] == "content"
    levels = [int(head.name[1]) for head in soup.find_all(re.compile("^h[1-6]$"))]
    assert all(after - before <= 1 for before, after in pairwise(levels))
    assert soup.select_one(".output")["tabindex"] == "0"


def test_english_pages_keep_their_own_quotation_marks(workspace):
    _, zh = page(workspace, prose("# 题“引”", "zh"))
    _, en = page(workspace, prose("# “Title”", "en"), parameters={"language": "en"})
    assert "unicode-range: U+2000-FFFF" in zh
    assert "@font-face" not in en


def test_a_line_that_only_introduces_a_silent_cell_is_hidden_with_its_code(workspace):
    cells = [
        *(prose("写下结果。", "zh"), new_code_cell("run.finish()")),
        *(prose("## 题\n\n写下结果。", "zh"), new_code_cell("run.finish()")),
        *(prose("看右尾。", "zh"), shown(**{"text/plain": "x"})),
    ]
    soup, _ = page(workspace, *cells)
    assert [section.get("class") for section in soup.select("section.prose")] == [
        ["prose", "code"],
        ["prose"],
        ["prose"],
    ]
