"""The section on complaints, also after damage to what was delivered."""

from collections.abc import Callable
from datetime import datetime

import pyarrow as pa
import pytest

from bassboss_lib.contracts import typed_schema, unit
from bassboss_lib.engine import write_table
from bassboss_lib.features import View
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
    assert "none" in text
    assert "nan" not in text.lower()


def test_complaints_that_are_all_open_are_neither_solved_nor_answered_in_no_time(empty: View) -> None:
    still = {"first_reply_at": None, "closed_at": None, "result": None, "satisfaction": None}
    deliver(empty, MONTH, [filed(number, **still) for number in range(12)])
    found = complaints(empty)
    assert str(complaints_page.overview(found, "zh")) == (
        "近六个月 12 名客户投诉 12 次，其中 12 次尚未办结；还没有一次得到回复；0.0 % 的投诉客户不止一次投诉。"
    )
    assert "none was answered yet" in str(complaints_page.overview(found, "en"))
    assert "nan" not in complaints_page.themes_table(found, "en").text.lower()


def test_what_is_open_counts_neither_as_unsolved_nor_as_answered_at_once(empty: View) -> None:
    rows = [filed(0), filed(1, result="rejected"), filed(2, first_reply_at=None, closed_at=None)]
    deliver(empty, MONTH, rows)
    said = str(complaints_page.overview(complaints(empty), "en"))
    assert said == (
        "3 customers complained 3 times in six months, 1 of which are still open; the median first reply took 6.0 "
        "hours, 50.0 % of the closed were solved; 0.0 % of those who complained did so more than once."
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
