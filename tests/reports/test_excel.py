"""O23, S04: a list for people is an Excel file that is only text, masked unless asked; the interface file stays raw."""

import itertools
import json
import stat
from pathlib import Path

import openpyxl
import pyarrow as pa
import pytest

from bassboss_lib import cli
from bassboss_lib.contracts import unit
from bassboss_lib.errors import CallError
from bassboss_lib.ledger import Ledger
from bassboss_lib.reports.excel import excel_list, harmless, write_excel
from bassboss_lib.workspace import Workspace

UNIT = unit("retention_list")
ROW = {
    "campaign_id": "R202610-01",
    "analysis_month": "202610",
    "submitted_at": None,
    "customer_id": "692307691212",
    "msisdn": "13912345678",
    "customer_name": "张春晖",
    "segment_id": "V1T1",
    "segment_traits": "高价值",
    "arpu_fen": 12345,
    "mou_min": 230,
    "credit_fen": 10000,
    "growth_potential": "1",
    "churn_probability": 0.31,
    "churn_reason": "R01",
    "churn_traits": "资费高",
    "call_traits": "电话 13812345678",
    "recommended_offer": None,
    "priority": 1,
}
STARTS = ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"]
BEFORE = ["", "x,", "x;", "x|", "x\t", 'x,"', "x;'", '"', "'", " ", "x, “"]


def _rows(**changes: object) -> pa.Table:
    return pa.Table.from_pylist([ROW | changes])


def _sheet(path: Path):
    return openpyxl.load_workbook(path).worksheets[0]


def _line(path: Path) -> dict[str, object]:
    head, line = _sheet(path).iter_rows(values_only=True)
    titles = {one.title["zh"]: one.name for one in UNIT.fields}
    return {titles[str(title)]: value for title, value in zip(head, line, strict=True)}


@pytest.mark.parametrize(("before", "start"), list(itertools.product(BEFORE, STARTS)))
def test_S04_what_a_spreadsheet_would_compute_is_text(before: str, start: str) -> None:
    assert harmless(f'{before}{start}HYPERLINK("http://x.example")').startswith("'")


@pytest.mark.parametrize("text", ["张春晖", "资费高 (中位 9%)", "a-b", "1+1", "50% = half", "x@y", "", "电话:138"])
def test_S04_ordinary_text_stays(text: str) -> None:
    assert harmless(text) == text


@pytest.mark.parametrize("start", STARTS)
def test_O23_no_cell_of_the_file_is_a_formula(start: str, tmp_path: Path) -> None:
    hostile = f'{start}HYPERLINK("http://x.example","x")'
    rows = _rows(
        segment_traits=hostile, customer_name=hostile, churn_traits=f"x;{hostile}", call_traits="+8613912345678"
    )
    path = write_excel(tmp_path / "list.xlsx", UNIT, rows, in_clear=True)
    for cell in itertools.chain.from_iterable(_sheet(path).iter_rows()):
        assert cell.data_type in ("s", "n")
        if isinstance(cell.value, str):
            assert cell.value[:1] not in STARTS
    assert _line(path)["call_traits"] == "'+8613912345678"


def test_titles_are_the_contracts_first_line_frozen_with_filters(tmp_path: Path) -> None:
    path = write_excel(tmp_path / "list.xlsx", UNIT, _rows())
    sheet = _sheet(path)
    assert [cell.value for cell in sheet[1]] == [harmless(one.title["zh"]) for one in UNIT.fields]
    assert sheet.freeze_panes == "A2"
    assert sheet.auto_filter.ref == "A1:R2"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    english = _sheet(write_excel(tmp_path / "en.xlsx", UNIT, _rows(), language="en"))
    assert english["F1"].value == "customer name"


def test_numbers_and_names_are_masked_unless_asked(tmp_path: Path) -> None:
    masked = _line(write_excel(tmp_path / "masked.xlsx", UNIT, _rows()))
    assert masked["customer_id"] == "********1212"
    assert masked["msisdn"] == "*******5678"
    assert masked["customer_name"] == "张**"
    assert masked["call_traits"] == "电话 138****5678"
    clear = _line(write_excel(tmp_path / "clear.xlsx", UNIT, _rows(), in_clear=True))
    assert (clear["msisdn"], clear["customer_name"]) == ("13912345678", "张春晖")
    assert clear["churn_reason"] == "R01 价格"
    assert (clear["arpu_fen"], clear["churn_probability"], clear["priority"]) == (12345, 0.31, 1)


def test_a_list_of_nobody_has_its_titles(tmp_path: Path) -> None:
    path = write_excel(tmp_path / "list.xlsx", UNIT, _rows().slice(0, 0))
    assert _sheet(path).max_row == 1


def _sent(workspace: Workspace, monkeypatch: pytest.MonkeyPatch, state: str = "released") -> str:
    values = (
        "out-31001-10000-202610-00",
        "out",
        "31001",
        "10000",
        "202610",
        "i",
        0,
        state,
        "",
        "2026-11-03T08:00:00",
        "",
    )
    with Ledger(workspace.ledger) as ledger:
        ledger.execute(
            "INSERT INTO delivery (id, direction, unit, province, period, mode, rr, state, content_sha256, built_at,"
            " integrity, rows) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1)",
            values,
        )
    monkeypatch.setattr("bassboss_lib.reports.excel.sent_rows", lambda *_: _rows())
    return values[0]


@pytest.mark.parametrize("in_clear", [False, True])
def test_the_ledger_keeps_who_saw_what(workspace: Workspace, monkeypatch: pytest.MonkeyPatch, in_clear: bool) -> None:
    path = excel_list(workspace, _sent(workspace, monkeypatch), in_clear=in_clear)
    assert path == workspace.outbox / "i_10000_202610_31001_00.xlsx"
    with Ledger(workspace.ledger) as ledger:
        [event] = ledger.rows("SELECT * FROM event WHERE kind = 'excel'")
    assert json.loads(event["detail"]) == {"in_clear": in_clear, "rows": 1, "file": path.name}
    assert ("13912345678" in str(_line(path))) == in_clear


@pytest.mark.parametrize("state", ["staged", "building", "failed", "withdrawn"])
def test_a_list_that_did_not_leave_is_no_list(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch, state: str
) -> None:
    with pytest.raises(CallError, match=state):
        excel_list(workspace, _sent(workspace, monkeypatch, state))
    with pytest.raises(CallError, match="no list of ours"):
        excel_list(workspace, "in-01002-10000-202610-00")


@pytest.mark.parametrize(
    ("words", "code"),
    [(["--excel", "out-31001-10000-202610-00"], 0), (["--excel", "nothing"], 2), (["--in-clear"], 2), ([], 0)],
)
def test_the_command(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture, words: list[str], code: int
) -> None:
    _sent(workspace, monkeypatch)
    monkeypatch.setenv("BASSBOSS_WORKSPACE", str(workspace.root))
    with pytest.raises(SystemExit) as left:
        cli.main(["report", *words])
    assert left.value.code == code
    said = capsys.readouterr()
    assert (".xlsx" in said.out or "index.html" in said.out) == (code == 0)
