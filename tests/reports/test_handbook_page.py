import html
import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from bassboss_lib import cli
from bassboss_lib.contracts import units
from bassboss_lib.exchange import verification
from bassboss_lib.exchange.codes import FILE_CODES
from bassboss_lib.reports.handbook_page import render, write_handbook

PAGES = {language: render(language, "10000") for language in ("zh", "en")}


class _Tags(HTMLParser):
    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.links: list[str] = []
        self.anchors: set[str] = set()
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        known = dict(attrs)
        self.tags.add(tag)
        self.anchors.add(known.get("id") or "")
        self.links += [known[name] or "" for name in ("href", "src") if name in known]
        assert not any(name.startswith("on") for name in known)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_S03_no_script_and_nothing_from_elsewhere(language: str) -> None:
    seen = _Tags(PAGES[language])
    assert "script" not in seen.tags
    assert all(link.startswith("#") or link == "data:," for link in seen.links)
    assert {link[1:] for link in seen.links if link.startswith("#")} <= seen.anchors


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_unit_field_list_and_code_is_there(language: str) -> None:
    page = PAGES[language]
    for unit in units():
        assert f'id="u{unit.code}"' in page
        for one in unit.fields:
            assert f"<td>{one.name}</td>" in page
            assert one.codes is None or f'id="l-{one.codes.name}"' in page
    for code, text in FILE_CODES.items():
        assert re.search(f'<td>{code}</td><td( class="long")?>{re.escape(html.escape(text[language]))}</td>', page)


def test_the_two_languages_do_not_mix() -> None:
    said = re.sub(r"<(td|pre|style|code).*?</\1>", "", PAGES["en"], flags=re.DOTALL)
    assert not re.search(r"[\u4e00-\u9fff]", said)


def test_the_examples_are_what_our_reader_takes() -> None:
    shown = [html.unescape(text) for text in re.findall(r'<pre class="record">(.*?)</pre>', PAGES["en"], re.DOTALL)]
    line = shown[0].replace("<CR><LF>", "\r\n").encode()
    assert verification.parse(line, "example")[0].bytes == 907
    assert len(line) == 104
    manifest = json.loads(shown[1])
    assert manifest["resources"][0]["bytes"] == 907
    assert shown[3] == "i_10000_202610_31001_00_001.dat         1       31001012<CR><LF>"


def test_the_page_is_one_small_file(tmp_path: Path) -> None:
    assert write_handbook(tmp_path / "handbook.html", "zh", "10000").stat().st_size < 2_000_000


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["units"], "retention_list"),
        (["units", "31001"], "9–24"),
        (["units", "cdr", "--language", "en"], "call detail records"),
        (["units", "--html", "out.html"], "out.html"),
    ],
)
def test_the_command(
    words: list[str], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> None:
    monkeypatch.setenv("BASSBOSS_WORKSPACE", str(tmp_path / "w"))
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit) as left:
        cli.main(words)
    assert left.value.code == 0
    assert said in capsys.readouterr().out


@pytest.mark.parametrize("words", [["units", "99999"], ["units", "--language", "fr"]])
def test_a_wrong_call_leaves_with_2(
    words: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> None:
    monkeypatch.setenv("BASSBOSS_WORKSPACE", str(tmp_path / "w"))
    with pytest.raises(SystemExit) as left:
        cli.main(words)
    assert left.value.code == 2
    assert "next: " in capsys.readouterr().err
