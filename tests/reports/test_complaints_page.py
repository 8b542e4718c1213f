"""The section on complaints, also after damage to what was delivered."""

import re
from collections.abc import Callable
from datetime import datetime

import pyarrow as pa
import pytest

from bassboss_lib.contracts import typed_schema, unit
from bassboss_lib.engine import write_table
from bassboss_lib.features import View, said
from bassboss_lib.features.complaints import complaints
from bassboss_lib.reports import complaints_page
from bassboss_lib.workspace import Workspace
from tests.conftest import customer

MONTH = "202610"
WHOLE = ["202605", "202606", "202607", "202608", "202609", "202610"]


def deliver(view: View, month: str, rows: list[dict]) -> None:
    """Deliver the complaint unit of a month as intake leaves it: typed, whatever it holds."""
    names = {"customer_id": "pseudonym"}
    schema = pa.schema(
        [field.with_name(names.get(field.name, field.name)) for field in typed_schema(unit("complaint"))]
    )
    path = view.workspace.warehouse / "complaint" / f"month={month}" / "part-00.parquet"
    write_table(pa.Table.from_pylist(rows, schema), path, [])


def filed(number: int, **changes: object) -> dict:
    return {"complaint_id": f"T{number}", "pseudonym": f"p{number % 20}", "filed_at": datetime(2026, 10, 5, 9),
            "channel": "1860", "level": "1", "category": "network", "content": "在家里信号很差",
            "first_reply_at": datetime(2026, 10, 5, 15), "closed_at": datetime(2026, 10, 6),
            "result": "solved", "satisfaction": 8, **changes}  # fmt: skip


@pytest.fixture
def empty(workspace: Workspace, put: Callable[..., None]) -> View:
    for month in WHOLE:
        put("customer", month, [customer(f"p{number}") for number in range(40)])
        deliver(View(workspace, month), month, [])
    return View(workspace, MONTH)


def test_I24_six_months_without_a_complaint_leave_a_page_that_says_so(empty: View) -> None:
    found = complaints(empty)
    assert str(complaints_page.overview(found, "zh")) == "近六个月没有投诉。"
    assert str(complaints_page.themes_table(found, "en")) == "Without complaints there are no themes."
    text = complaints_page.churn_link(empty, "en").text
    assert "no complaint" in text
    assert "nan" not in text.lower()


def test_complaints_that_are_all_open_are_neither_solved_nor_answered_in_no_time(empty: View) -> None:
    still = {"first_reply_at": None, "closed_at": None, "result": None, "satisfaction": None}
    deliver(empty, MONTH, [filed(number, **still) for number in range(12)])
    found = complaints(empty)
    assert str(complaints_page.overview(found, "zh")) == (
        "近六个月 12 名客户投诉 12 次，其中 12 次尚未办结；还没有一次得到回复；"
        "0.0 % 的投诉客户不止一次投诉，0 名就同一主题再次投诉。"
    )
    assert "none was answered yet" in str(complaints_page.overview(found, "en"))
    assert "nan" not in complaints_page.themes_table(found, "en").text.lower()


def test_what_is_open_counts_neither_as_unsolved_nor_as_answered_at_once(empty: View) -> None:
    rows = [filed(0), filed(1, result="rejected"), filed(2, first_reply_at=None, closed_at=None)]
    deliver(empty, MONTH, rows)
    said = str(complaints_page.overview(complaints(empty), "en"))
    assert said == (
        "3 customers complained 3 times in six months, 1 of which are still open; the median first reply took 6.0 "
        "hours, 50.0 % of the closed were solved; 0.0 % of those who complained did so more than once, 0 about the "
        "same theme."
    )


def test_I12_months_without_the_unit_are_said(empty: View) -> None:
    for month in ("202606", "202608"):
        (empty.workspace.warehouse / "complaint" / f"month={month}" / "part-00.parquet").unlink()
    found = complaints(empty)
    assert found.lacking == ("202606", "202608")
    assert str(complaints_page.overview(found, "zh")) == "近六个月（其中 2 个月没有送达投诉）没有投诉。"
    assert (
        str(complaints_page.overview(found, "en")) == "No complaint in six months (2 of them delivered no complaints)."
    )


def test_I12_who_left_is_not_told_from_a_month_whose_complaints_lack(empty: View) -> None:
    (empty.workspace.warehouse / "complaint" / "month=202607" / "part-00.parquet").unlink()
    assert "202607" in str(complaints_page.churn_link(empty, "zh"))
    assert "202607" in str(complaints_page.churn_link(empty, "en"))


def of(number: int, month: int) -> dict:
    """Give a complaint of a month: the first three are about the bill, the first twelve are rejected."""
    at, late = datetime(2026, month, 5), datetime(2026, month, 6, 1)
    return filed(number, complaint_id=f"T{month}{number}", filed_at=at, closed_at=at,
                 first_reply_at=late if number < 3 else at,
                 content="话费比平时多了很多" if number < 3 else "在家里信号很差",
                 result="rejected" if number < 12 else "solved")  # fmt: skip


def test_who_left_is_shown_by_number_result_and_theme(empty: View, put: Callable[..., None]) -> None:
    deliver(empty, "202606", [of(number, 6) for number in range(20)])
    deliver(empty, "202607", [of(number, 7) for number in range(14)])
    put("customer", MONTH, [customer(f"p{number}", status="2010" if number < 6 else "1010") for number in range(40)])
    text = complaints_page.churn_link(empty, "zh").text
    shown = [re.findall("<td[^>]*>([^<]*)</td>", row) for row in text.split("<tr")]
    assert [row[:2] for row in shown if row] == [
        ["没有投诉", "20"], ["投诉一次", "&lt;10"], ["投诉两次及以上", "14"], ["投诉都在 24 小时内得到回复", "17"],
        ["有投诉 24 小时后才回复或未回复", "&lt;10"], ["投诉全部解决", "&lt;10"],
        ["有投诉未解决", "12"], ["投诉过：信号覆盖", "17"], ["投诉过：账单争议", "&lt;10"],
    ]  # fmt: skip
    left = {row[0]: row[2] for row in shown if row}
    assert left["有投诉未解决"].startswith("50.0")
    assert left["投诉过：账单争议"] == "–"
    assert "<caption>" not in text  # of those whose complaints were all solved there are too few
    assert complaints(View(empty.workspace, "202607")).same_again == 14
    deliver(empty, "202605", [of(number, 5) | {"pseudonym": f"p{number}"} for number in range(20, 30)])
    assert "<caption>有投诉未解决的客户后三个月离网 50.0 %，投诉全部解决的 0.0 %，没有投诉的 0.0 %</caption>" in (
        complaints_page.churn_link(empty, "zh").text.replace("\u00a0", " ")
    )


def test_S10_words_that_many_share_and_no_theme_tells_are_proposed_and_no_number_is(empty: View) -> None:
    odd = "小区停电三天，请致电13800001234"
    rows = [filed(number, content=odd) for number in range(11)] + [
        filed(11, content="只有我说的话"),
        filed(12),
        filed(13),
    ]
    deliver(empty, MONTH, [*rows, filed(14, content=None)])
    found = complaints(empty)
    assert found.told_share == pytest.approx(2 / 15)
    assert found.untold(12) == {}
    assert found.untold(10) == {"停电三天": 11, "请致电": 11, "小区停": 11}
    text = complaints_page.themes_table(found, "zh").text
    assert "13.3\u00a0% 的投诉看得出主题" in text or "13.3 % 的投诉看得出主题" in text
    assert "停电三天" in text
    assert "只有" not in text
    assert "1380" not in text
    deliver(empty, MONTH, rows[-2:])
    assert "<caption>" not in complaints_page.themes_table(complaints(empty), "zh").text


def test_I24_features_of_months_without_a_complaint_are_nought(empty: View) -> None:
    told = said.table(empty)
    assert (told.shape, told.to_numpy().sum()) == ((40, len(said.FEATURES)), 0)
