"""S03, S10, S11: what customers and cells bring stays text; nobody is seen in clear; no secret is kept."""

import base64
import json
import os
import re
from datetime import datetime
from pathlib import Path

import nbformat
import pandas as pd
import pyarrow as pa
import pytest
from bs4 import BeautifulSoup
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from bassboss_lib import reports
from bassboss_lib.errors import CallError, SecurityRefused
from bassboss_lib.ledger import Ledger
from bassboss_lib.markup import BIDI, about, listing
from bassboss_lib.reports import ReportHeader, render, scan, write_index
from bassboss_lib.reports.disclosure import few, pooled, preview
from bassboss_lib.runs import contract, prepare, run_notebook
from bassboss_lib.vault import Vault, create_key
from bassboss_lib.workspace import Workspace
from tests.reports.hostile import HOSTILE
from tests.reports.test_index import insert_run

NUMBER, IDENTITY, CUSTOMER = "13912345678", "110105194912310021", "692307691212"
NAMES = ["张春晖", "李晓明", "王建国", "赵丽"]
ACTIVE = [
    "script",
    "iframe",
    "object",
    "embed",
    "base",
    "form",
    "input",
    "video",
    "audio",
    "math",
    "template",
    "noscript",
    "textarea",
    "select",
    "link",
    "meta",
]
ACTIVE += ["style", "marquee", "button", "body", "svg"]


def hostile_page(workspace: Workspace) -> str:
    """Render a page with every hostile string as cell, column title, caption, card, sentence, parameter and output."""
    frame = pd.DataFrame({text: [other] for text, other in zip(HOSTILE, reversed(HOSTILE), strict=True)})
    tables = [reports.table(frame, index=True).text]
    tables += [reports.table(frame[[text]], caption=text).text for text in HOSTILE[::10]]
    tables += [reports.key_figures([reports.Card(text, text, text, text) for text in HOSTILE]).text]
    tables += [about(text, {text: text}, listing([text], [[text]])) for text in HOSTILE]
    said = [reports.sentence("{name}", "{name}", "zh", name=text).markdown for text in HOSTILE]
    shown = [("text/html", text) for text in tables] + [("text/markdown", text) for text in said]
    for kind in ("text/html", "text/markdown", "text/plain", "text/latex", "image/png"):
        shown += [(kind, text) for text in HOSTILE]
    outputs = [{"output_type": "display_data", "data": {kind: text}, "metadata": {}} for kind, text in shown]
    outputs += [{"output_type": "stream", "name": "stdout", "text": text} for text in HOSTILE]
    cells = [{"cell_type": "code", "source": "x", "metadata": {}, "execution_count": None, "outputs": outputs}]
    cells += [{"cell_type": "markdown", "source": text, "metadata": {"tags": ["zh"]}} for text in HOSTILE]
    parameters = {str(place): text for place, text in enumerate(HOSTILE)} | {"language": "zh"}
    message = " ".join(HOSTILE)
    header = ReportHeader(
        "r", "10_x_y", "202610", message, "DONE", message, datetime(2026, 11, 5), parameters, {"a": message}
    )
    content = {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 4}
    return render(workspace, nbformat.from_dict(content), header)


def test_S03_three_hundred_hostile_strings_are_text(workspace: Workspace) -> None:
    assert len(set(HOSTILE)) == 300
    page = hostile_page(workspace)
    soup = BeautifulSoup(page, "html.parser")
    ours = {"style": 1, "meta": 3, "link": 1, "input": 1, "body": 1}
    assert {tag: len(soup.find_all(tag)) for tag in ACTIVE if soup.find_all(tag)} == ours
    assert not soup.find_all(
        lambda tag: any(name.startswith("on") or name in ("style", "srcset") for name in tag.attrs)
    )
    for name in ("href", "src", "action", "data"):
        for tag in soup.find_all(attrs={name: True}):
            assert re.match(r"#|https?://|data:image/(png|jpeg);base64,|data:,$", tag[name]), tag[name][:80]
    assert not set(page) & {chr(code) for code in BIDI}
    assert "[U+202E]" in page


def test_S03_hostile_names_in_the_page_of_all_runs_are_text(workspace: Workspace) -> None:
    with Ledger(workspace.ledger) as ledger:
        for place, text in enumerate(HOSTILE):
            insert_run(ledger, f"r{place}", "202610", "10", "FAILED", message=text, source=text, notebook=text)
    soup = BeautifulSoup(write_index(workspace).read_text(), "html.parser")
    assert len(soup.select("ul.runs > li")) == 300
    assert not soup.find_all(["script", "iframe", "img", "form", "video"])
    assert not soup.find_all(lambda tag: any(name.startswith("on") for name in tag.attrs))


@pytest.mark.filterwarnings("ignore:Glyph:UserWarning")
@pytest.mark.parametrize("text", HOSTILE[::7])
def test_S03_a_hostile_label_is_drawn_as_it_is(text: str) -> None:
    from bassboss_lib.reports.style import png

    assert png(reports.reasons(pd.DataFrame({"title": [text], "count": [20]}), language="zh"))


@pytest.fixture
def known(workspace: Workspace) -> Workspace:
    create_key(workspace, b"tests")
    people = {
        "pseudonym": [f"{n:032x}" for n in range(4)],
        "customer_id": [str(int(CUSTOMER) + n) for n in range(4)],
        "msisdn": [str(int(NUMBER) + n) for n in range(4)],
        "name": NAMES,
        "employer": ["x"] * 4,
    }
    Vault(workspace).remember("202610", 0, pa.table(people))
    return workspace


def _cell(**data: str) -> dict:
    return new_code_cell("x", outputs=[new_output("display_data", {key.replace("_", "/"): data[key] for key in data})])


HEAD = pd.DataFrame({"customer_id": [str(int(CUSTOMER) + n) for n in range(4)], "name": NAMES, "score": 0.5})
CLEAR = {
    "head with ids and names": ({"text_html": HEAD.to_html(), "text_plain": str(HEAD)}, "customer_id"),
    "names alone": ({"text_html": HEAD[["name"]].to_html()}, "names"),
    "ids alone": ({"text_html": HEAD[["customer_id"]].to_html()}, "customer_id"),
    "an id as a number": ({"text_html": f"<td>{int(CUSTOMER):,}</td>"}, "customer_id"),
    "a number": ({"text_html": f"<td>{NUMBER}</td>"}, "number"),
    "a number as float": ({"text_plain": f"{NUMBER}.0"}, "number"),
    "a number grouped": ({"text_html": f"<td>{int(NUMBER):,}</td>"}, "customer_id"),
    "with country code": ({"text_markdown": f"call +86 {NUMBER}."}, "number"),
    "a number of nobody we know": ({"text_plain": "号码,15900000000"}, "number"),
    "an identity": ({"text_plain": IDENTITY}, "identity number"),
    "json": ({"application_json": json.dumps({"a": NUMBER})}, "number"),
    "svg": ({"image_svg+xml": f"<svg><text>{NUMBER}</text></svg>"}, "number"),
}


@pytest.mark.parametrize(("data", "kind"), CLEAR.values(), ids=CLEAR)
def test_S10_a_planted_output_in_clear_is_found(known: Workspace, data: dict[str, str], kind: str) -> None:
    cells = [new_markdown_cell(NUMBER), _cell(text_plain="fine"), _cell(**data)]
    assert scan.clear_outputs(known, cells, "202610") == {3: kind}
    with pytest.raises(SecurityRefused, match=f"S10.*cell 3 \\({kind}\\)") as caught:
        scan.refuse_clear(known, cells, "202610")
    assert caught.value.exit_code == 12
    assert not any(secret in caught.value.line() for secret in (NUMBER, CUSTOMER, IDENTITY, NAMES[0]))
    scan.withhold(known, cells, "202610")
    assert scan.clear_outputs(known, cells, "202610") == {}
    assert cells[1].outputs[0].data["text/plain"] == "fine"


@pytest.mark.parametrize(
    "text",
    [
        "0.13912345678",
        "13,912,345,678,901",
        "20261103081000",
        "8d4be93a31bed894",
        "202610-10_retention_train-20261103T081000-1",
        "1391234567",
        "139****5678",
        "a13912345678b",
        "张春晖 李晓明",
        "客户 概率 原因 名单 区间",
        "",
    ],
)
def test_S10_figures_hashes_and_words_are_no_customers(known: Workspace, text: str) -> None:
    assert scan.clear_outputs(known, [_cell(text_plain=text, text_html=f"<td>{text}</td>")], "202610") == {}


def test_S10_without_a_vault_shapes_are_still_known(workspace: Workspace) -> None:
    assert scan.clear_outputs(workspace, [_cell(text_plain=NUMBER), _cell(text_plain=CUSTOMER)], "none") == {
        1: "number"
    }


def test_S10_a_preview_speaks_in_pseudonyms(known: Workspace) -> None:
    frame = HEAD.assign(
        msisdn=[None, *[str(int(NUMBER) + n) for n in range(3)]], note=f"call {NUMBER}", key=f"{7:032x}"
    )
    shown = preview(known, frame, rows=3).text
    assert scan.clear_outputs(known, [_cell(text_html=shown)], "202610") == {}
    [first, *_] = Vault(known).pseudonyms([CUSTOMER]).to_pylist()
    assert f"{first[:8]}…" in shown
    assert not any(name in shown for name in NAMES)
    assert f"{7:032x}" not in shown
    assert shown.count("<tr>") == 4


def test_S10_few_are_not_counted() -> None:
    assert [few(n) for n in (0, 1, 9, 10)] == ["0", "<10", "<10", "10"]
    labels = pd.Series(["a"] * 30 + ["b"] * 12 + ["c"] * 3)
    assert pooled(labels, "other").value_counts().to_dict() == {"a": 30, "other": 15}
    assert pooled(labels[:42], "other").value_counts().to_dict() == {"a": 30, "b": 12}
    assert pooled(labels[42:], "other").value_counts().to_dict() == {"other": 3}


SOURCE = """run = runs.start("77_own_scan", month="", source="x")"""


def _notebook(root: Path, *cells: str, parameters: str = 'planted: str = ""  # text that is shown') -> Path:
    (root / "notebooks").mkdir(parents=True, exist_ok=True)
    first = new_code_cell(parameters, metadata={"tags": ["parameters"]})
    notebook = new_notebook(cells=[first, *(new_code_cell(cell) for cell in cells)])
    notebook.metadata = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    path = root / "notebooks" / "77_own_scan.ipynb"
    nbformat.write(notebook, path)
    return path


START = "from bassboss_lib import runs\n" + SOURCE
END = "run.finish({})"


def _everything(workspace: Workspace) -> bytes:
    kept = [path for path in workspace.runs.rglob("*") if path.is_file()] + [workspace.index, workspace.ledger]
    return b"\n".join(path.read_bytes() for path in kept if path.is_file())


@pytest.mark.notebooks
@pytest.mark.parametrize(("show", "secret"), [("planted", NUMBER), ("print(planted)\nplanted", NUMBER)])
def test_S10_a_run_that_shows_a_customer_is_refused_and_kept_without(
    workspace: Workspace, tmp_path: Path, show: str, secret: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BASSBOSS_WORKSPACE", str(workspace.root))
    path = _notebook(tmp_path, START, f"planted = str({int(secret) - 1} + 1)\n{show}", END)
    [task] = prepare(str(path), tmp_path)
    with pytest.raises(SecurityRefused, match=r"S10.*cell 3") as caught:
        run_notebook(workspace, task.notebook, task.resolved)
    assert caught.value.exit_code == 12
    assert secret.encode() not in _everything(workspace)
    with Ledger(workspace.ledger) as ledger:
        assert [row["state"] for row in ledger.rows("SELECT state FROM run")] == ["FAILED"]


@pytest.mark.notebooks
def test_S11_a_planted_secret_is_not_kept(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BASSBOSS_WORKSPACE", str(workspace.root))
    monkeypatch.setenv("MAIL_PASSWORD", "correct horse battery")
    key = create_key(workspace, b"tests").read_bytes()
    for show in ("os.environ['MAIL_PASSWORD']", "(run.workspace.vault / 'key').read_bytes().hex()"):
        path = _notebook(tmp_path, START, f"import os\n{show}", END)
        [task] = prepare(str(path), tmp_path)
        with pytest.raises(SecurityRefused, match="secret"):
            run_notebook(workspace, task.notebook, task.resolved)
    kept = _everything(workspace)
    for secret in (b"correct horse battery", key, key.hex().encode(), base64.b64encode(key).rstrip(b"=")):
        assert secret not in kept


@pytest.mark.parametrize("name", ["token", "smtp_password", "api_key", "apikey", "client_secret", "PRIVATE_KEY"])
def test_S11_a_parameter_named_as_a_secret_is_refused_before_a_kernel(tmp_path: Path, name: str) -> None:
    path = _notebook(tmp_path, parameters=f'{name}: str = ""  # the secret')
    with pytest.raises(SecurityRefused, match="S11") as caught:
        contract(path)
    assert caught.value.exit_code == 12


def test_S11_ordinary_names_are_no_secrets(tmp_path: Path) -> None:
    path = _notebook(
        tmp_path, parameters='key_figure: str = ""  # name\ntokens_max: int = 3  # count\nmonth: str = ""  # m'
    )
    with pytest.raises(SecurityRefused):
        contract(path)  # tokens_max counts tokens, but who reads a log cannot know
    path = _notebook(tmp_path, parameters='key_figure: str = ""  # name\nmonth: str = ""  # m')
    assert [one.name for one in contract(path)] == ["key_figure", "month"]


def test_S11_secrets_are_looked_for_by_value(workspace: Workspace) -> None:
    environment = {"X_TOKEN": "abcdefghij", "SHORT_SECRET": "abc", "HOME": "/home/somebody", "api_key": "0123456789"}
    assert scan.secrets_of(workspace, environment) == {"abcdefghij", "0123456789"}
    assert not (set(os.environ.values()) & {"abcdefghij"})


def test_the_language_of_a_desk_is_checked(workspace: Workspace) -> None:
    from bassboss_lib.desk import open_desk

    with pytest.raises(CallError):
        open_desk("fr")
