"""Themes of complaint text as features, and models that learnt other themes than those of today."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pandas as pd
import pytest

from bassboss_lib.errors import CallError, InputRefused
from bassboss_lib.features import View
from bassboss_lib.features.said import FEATURES, changes, complained_of, declared, table
from bassboss_lib.features.wording import Theme, found_themes, speak_of, themes
from bassboss_lib.retention.reasons import taxonomy
from bassboss_lib.workspace import Workspace
from tests.conftest import customer

MONTH = "202610"
DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
SURVEY = DATA / "beijing_mobile" / "att1_voice_satisfaction.xlsx"


def filed(who: str, number: int, content: str | None, month: int, **changes: object) -> dict:
    """Give a complaint that was solved two days later."""
    at = datetime(2026, month, 20, 9)
    return {"pseudonym": who, "complaint_id": f"T{number}", "filed_at": at, "content": content, "result": "solved",
            "closed_at": at.replace(day=22), **changes}  # fmt: skip


@pytest.fixture
def view(workspace: Workspace, put: Callable[..., None]) -> View:
    early = [filed("a", 1, "在家里信号很差", 5), filed("b", 2, "话费比平时多了很多", 5)]
    late = {"closed_at": datetime(2026, 11, 1), "result": "solved"}
    now = [
        filed("a", 3, "本月没有信号，再这样就要换号", 10, result="rejected"),
        filed("a", 4, "账单里有不认识的收费", 10),
        filed("c", 5, "营业厅排队太久", 10, **late),
        filed("d", 6, None, 10),
    ]
    put("customer", MONTH, [customer(who) for who in "abcde"])
    for month, rows in (("202605", early), (MONTH, now)):
        put("complaint", month, rows)
    return View(workspace, MONTH)


def test_each_theme_is_counted_over_six_months(view: View) -> None:
    counts = table(view)[["theme_coverage_count", "theme_bill_count", "theme_threat_count", "theme_staff_count"]]
    assert counts.loc["a"].tolist() == [2, 1, 1, 0]
    assert counts.loc["b"].tolist() == [0, 1, 0, 0]
    assert counts.loc[["d", "e"]].to_numpy().sum() == 0


def test_who_came_back_and_what_was_left_unsolved_at_the_end_of_the_month(view: View) -> None:
    rows = table(view)
    assert rows["same_theme_count"].to_dict() == {"a": 1, "b": 0, "c": 0, "d": 0, "e": 0}
    assert rows["unsolved_theme_count"].to_dict() == {"a": 1, "b": 0, "c": 1, "d": 0, "e": 0}  # c's closes in November


def test_a_threat_is_a_tone_with_which_nobody_comes_back(view: View, put: Callable[..., None]) -> None:
    put("complaint", "202606", [filed("c", 7, "再这样就要换号", 6), filed("c", 8, "携号转网", 6)])
    row = table(view).loc["c"]
    assert row[["theme_threat_count", "same_theme_count"]].tolist() == [2, 0]


def test_a_month_without_the_complaint_unit_is_refused(view: View, put: Callable[..., None]) -> None:
    put("customer", "202611", [customer("a")])
    with pytest.raises(InputRefused, match="complaint of 202611 is not in the warehouse"):
        table(View(view.workspace, "202611"))


def test_every_shipped_theme_speaks_for_a_reason_but_the_threat() -> None:
    groups = {group for reason in taxonomy().reasons.values() for group in reason.groups}
    assert [name for name, one in themes().items() if one.group not in groups] == ["threat"]
    assert len(FEATURES) == len(themes()) + 2 <= 15


def test_words_are_taken_literally() -> None:
    odd = {"odd": Theme(zh="怪", en="odd", words=("a.c", "(x", "^"))}
    assert found_themes(["abc", "a.c", "(x)", "(y", "2^3", None], odd)["odd"].tolist() == [0, 1, 1, 0, 1, 0]
    texts = pd.Series(["信号", None, "信号", "网速"])
    assert found_themes(texts)["coverage"].tolist() == [True, False, True, False]
    assert speak_of(texts, "network").tolist() == [True, False, True, True]


def test_what_was_edited_since_a_model_learnt_is_told() -> None:
    of = {name: Theme(zh=name, en=name, words=(name,)) for name in ("kept", "gone", "words")}
    today = {"kept": of["kept"], "words": Theme(zh="words", en="words", words=("new",)), "added": of["gone"]}
    found = changes(declared(of), declared(today))
    names = [[one.name for one in part] for part in (found.gone, found.other_words, found.new)]
    assert names == [["theme_gone_count"], ["theme_words_count"], ["theme_added_count"]]
    assert not changes(declared(of), declared(of))
    assert not changes(declared(of)[1:], declared(of), dropped=("theme_kept_count",))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("themes: {other: {zh: 甲, en: a, words: [x]}}", "themes.other.*: is what no theme tells"),
        ("themes: {Bill-2: {zh: 甲, en: a, words: [x]}}", "themes.Bill-2.*should match pattern"),
        ("themes: {bill: {zh: 甲, en: a, words: []}}", "themes.bill.words"),
        ('themes: {bill: {zh: 甲, en: a, words: [""]}}', "themes.bill.words.0"),
        ("themes: {bill: {zh: 甲, en: a, words: [x], grp: y}}", "themes.bill.grp"),
    ],
)
def test_a_wrong_theme_is_refused_with_file_and_key(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "themes.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(CallError, match=said + r".*where: themes.yaml"):
        themes(tmp_path / "themes.yaml")


def test_what_was_complained_of_is_told_once(view: View) -> None:
    rows = table(view)
    assert complained_of(rows) == [
        "投诉过：信号覆盖、账单争议、扬言离网",
        "投诉过：账单争议",
        "投诉过：服务态度与时效",
        "",
        "",
    ]
    pushing = ["六个月投诉：信号覆盖 2 (中位 0)", "六个月投诉：账单争议 1 (中位 0)", "", "", ""]
    assert complained_of(rows, beside=pushing)[:2] == ["投诉过：账单争议、扬言离网", ""]
    assert complained_of(rows.iloc[:1, 3:4], "en") == ["complaints: bill disputed"]


@pytest.mark.skipif(not SURVEY.exists(), reason="the survey is not here")
def test_the_words_tell_most_of_what_real_customers_wrote_and_few_names_of_places() -> None:
    answers = pd.read_excel(SURVEY, usecols=["用户描述", "用户描述.1"])
    trouble, places = (found_themes(answers[name].dropna()) for name in ("用户描述.1", "用户描述"))
    assert (len(trouble), len(places)) == (109, 275)
    assert 1 - trouble["other"].mean() >= 0.70  # what went wrong, and "nothing", "cannot say"
    assert 1 - places["other"].mean() <= 0.25  # where: some say what as well
