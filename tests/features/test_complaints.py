from collections.abc import Callable
from datetime import datetime

import pytest

from bassboss_lib.errors import InputRefused
from bassboss_lib.features import View
from bassboss_lib.features.complaints import complaints, left_after, theme_table
from bassboss_lib.features.wording import found_themes
from bassboss_lib.reports import complaints_page
from bassboss_lib.workspace import Workspace
from tests.conftest import customer


def filed(who: str, number: int, content: str, day: int = 3, **changes: object) -> dict:
    """Give a complaint of October."""
    row = {"complaint_id": f"T{number}", "pseudonym": who, "filed_at": datetime(2026, 10, day, 9), "content": content,
           "first_reply_at": datetime(2026, 10, day, 13), "closed_at": datetime(2026, 10, day + 1),
           "result": "solved", "satisfaction": 8}  # fmt: skip
    return row | changes


@pytest.fixture
def view(workspace: Workspace, put: Callable[..., None]) -> View:
    rows = [
        filed("a", 1, "近几天在家里信号很差，影响工作"),
        filed("a", 2, "话费比平时多了很多，已经反映过一次", day=9, result="rejected", satisfaction=2),
        filed("b", 3, "打电话总是掉线，再这样就要换号", day=29, closed_at=datetime(2026, 11, 2)),
    ]
    put("complaint", "202610", rows)
    put("customer", "202610", [customer(who) for who in "abcd"])
    put("customer", "202701", [customer("a", status="2010"), customer("b"), customer("c")])
    return View(workspace, "202610")


def test_a_text_has_every_theme_whose_words_it_uses() -> None:
    found = found_themes(["打电话总是掉线，再这样就要换号", "号码无法过户", "不明", None])
    told = [[name for name in found if found[name].iloc[row]] for row in range(4)]
    assert told == [["voice", "threat"], ["paperwork"], ["other"], ["other"]]


def test_replies_and_results_are_those_known_at_the_end_of_the_month(view: View) -> None:
    found = complaints(view, 1)
    assert found.rows["reply_hours"].tolist() == [4.0, 4.0, 4.0]
    assert found.rows["solved"].tolist()[:2] == [1.0, 0.0]
    assert found.rows["solved"].isna().tolist() == [False, False, True]
    assert found.rows["again"].tolist() == [False, True, False]
    assert found.repeated_share == 0.5


def test_themes_are_counted_with_how_they_were_answered(view: View) -> None:
    rows = theme_table(complaints(view, 1)).set_index("theme")
    assert rows.loc["bill", ["complaints", "customers", "solved", "satisfaction", "again"]].tolist() == [1, 1, 0, 2, 1]
    assert set(rows.index) == {"coverage", "bill", "again", "voice", "threat"}


def test_who_left_is_compared_by_complaints_before(view: View) -> None:
    rows = left_after(view)
    told = {tuple(row[:2]): tuple(row[2:]) for row in rows.itertuples(index=False)}
    assert {name: told["count", name] for name in "012"} == {"0": (2, 1), "1": (1, 0), "2": (1, 1)}  # d is gone, a left
    assert (told["result", "unsolved"], ("result", "solved") in told) == ((2, 1), False)  # b's is still open
    assert {group: told["theme", group] for kind, group in told if kind == "theme"} == {
        "coverage": (1, 1), "bill": (1, 1), "voice": (1, 0), "threat": (1, 0), "again": (1, 1),
    }  # fmt: skip


def test_S10_the_page_shows_no_figure_of_few_customers(view: View, put: Callable[..., None]) -> None:
    for language in ("zh", "en"):
        text = complaints_page.themes_table(complaints(view, 1), language).text
        assert "&lt;10" in text
        assert "8.00" not in text
    assert "2 customers complained 3 times" in str(complaints_page.overview(complaints(view, 1), "en"))
    for month in ("202608", "202609"):
        put("customer", month, [customer("a")])
        put("complaint", month, [filed("z", 9, "发票")])
    later = View(view.workspace, "202701")
    assert "–" in complaints_page.churn_link(later, "en").text
    assert "too short" in str(complaints_page.churn_link(view, "en"))


def test_a_missing_complaint_unit_is_refused(view: View, put: Callable[..., None]) -> None:
    put("customer", "202611", [customer("a")])
    with pytest.raises(InputRefused, match="complaint of 202611 is not in the warehouse"):
        complaints(View(view.workspace, "202611"))


def test_S10_what_customers_wrote_is_not_in_what_a_notebook_shows(view: View) -> None:
    assert "信号" not in repr(complaints(view, 1))
