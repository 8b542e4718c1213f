import re

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bassboss_lib.learning.estimates import Estimate
from bassboss_lib.reports.mask import mask
from bassboss_lib.reports.names import cards, figure_name, function_name, rows_name
from bassboss_lib.reports.numbers import estimate, number, quantity, unit_title
from bassboss_lib.reports.sentences import sentence
from bassboss_lib.reports.tables import Card, key_figures, table
from bassboss_lib.reports.words import delivery_state, model_event, model_reason, unit_name
from bassboss_lib.tariff.survey import REASONS


@pytest.mark.parametrize(
    ("value", "kind", "written"),
    [
        (0.8421, "number", "0.842"),
        (0.00123, "number", "0.00123"),
        (12.34, "number", "12.3"),
        (-1234567, "number", "-1,234,567"),
        (0, "number", "0"),
        (1234, "count", "1,234"),
        (-0.3, "count", "0"),
        (0.0312, "percent", "3.1 %"),
        (0.0031, "percent", "0.31 %"),
        (-0.021, "points", "-2.1 pp"),
        (4.31, "times", "4.3×"),
        (-123456, "yuan", "-¥1,235"),
        (1250, "yuan", "¥12.50"),
        (None, "number", "–"),
        (float("nan"), "percent", "–"),
    ],
)
def test_numbers_by_kind(value, kind, written):
    assert number(value, kind) == written


def test_estimates_and_quantities():
    assert estimate(0.842, 0.81, 0.87) == "0.842 [0.810, 0.870]"
    assert estimate(0.03, None, None, "percent") == "3.0 %"
    assert quantity(2.0, "months", "zh") == "2 月"
    assert quantity(3.5, "Erlang", "en") == "3.50 Erlang"
    assert unit_title("fen", "zh") == "元"


@given(st.floats(allow_nan=True, allow_infinity=True), st.sampled_from(["number", "count", "percent", "yuan", "times"]))
def test_every_number_can_be_written_without_exponent(value, kind):
    written = number(value, kind)
    assert written
    assert "e" not in written


def test_sentence_carries_numbers_with_intervals_in_the_language():
    zh, en = "AUC 为 **{auc}**，共 {rows} 人。", "AUC is **{auc}** for {rows} customers."
    values = {"auc": Estimate(0.842, 0.81, 0.87), "rows": 12345}
    told = sentence(zh, en, "en", **values)
    assert told.plain == "AUC is 0.842 [0.810, 0.870] for 12,345 customers."
    assert told._repr_markdown_() == "AUC is **0.842 [0.810,\u00a00.870]** for 12,345 customers."
    assert sentence(zh, en, "zh", **values).plain == "AUC 为 0.842 [0.810, 0.870]，共 12,345 人。"


def test_S03_text_in_a_sentence_cannot_become_markup():
    told = sentence("{name}", "{name}", "zh", name="<b>*x*</b> [a](javascript:1)")
    assert told.markdown == "&lt;b&gt;\\*x\\*&lt;/b&gt; \\[a\\]\\(javascript:1\\)"


def test_S03_table_escapes_cells_headers_index_and_caption():
    hostile = "<script>alert(1)</script>"
    frame = pd.DataFrame({hostile: [hostile]}, index=pd.Index([hostile], name=hostile))
    shown = table(frame, caption=hostile, index=True, titles={"x": "y"}).text
    assert "<script" not in shown
    assert shown.count("&lt;script&gt;") == 5


def test_table_writes_numbers_by_kind_and_says_what_it_leaves_out():
    frame = pd.DataFrame({"month": ["202610"] * 3, "share": [0.5, None, 0.25], "rows": [1000, 2, 3], "ok": [True] * 3})
    shown = table(frame, kinds={"share": "percent"}, titles={"month": "账期"}, rows_max=2)._repr_html_()
    assert '<th scope="col">账期</th>' in shown
    assert '<td>202610</td><td class="number">50.0 %</td><td class="number">1,000</td>' in shown
    assert '<td class="number">–</td>' in shown
    assert "… +1" in shown


def test_cards_know_titles_kinds_and_intervals():
    result = {"figures": {"auc": 0.8, "value_at_stake_fen": 1e6, "my_share": 0.5}, "intervals": {"auc": [0.7, 0.9]}}
    assert cards(result, "en") == [
        Card("AUC", "0.800", "0.700 – 0.900"),
        Card("Value at stake, a month", "¥10,000"),
    ]
    assert "0.700 – 0.900" in key_figures(cards(result, "zh")).text
    assert len(cards(result, "zh", most=1)) == 1
    assert figure_name("revenue_P1_fen").kind == "yuan"
    assert function_name("11_retention_list", "en") == "Customer retention · list"


def test_S09_numbers_of_people_are_masked_and_amounts_are_not():
    text = "13812345678, +86 13912345678, 460001234567890, 11010519491231002X, 11345678901, 1381234567"
    assert mask(text) == "138****5678, +86 139****5678, 460***, 110***, 11345678901, 1381234567"


@pytest.mark.parametrize(
    "state",
    [
        *("building", "staged", "released", "received", "accepted", "partial", "rejected", "closed"),
        *("failed", "withdrawn", "superseded"),
    ],
)
def test_every_state_of_a_delivery_is_chinese_on_a_chinese_page(state):
    assert not delivery_state(state, "zh").isascii()
    assert delivery_state(state, "en") == state


def test_a_model_that_waits_is_said_to_wait_for_a_person():
    assert model_event("waits for promotion", "zh") == "等待人工决定"
    assert model_event("rollback", "en") == "rolled back"


def test_a_table_that_is_no_unit_keeps_its_name():
    assert unit_name("retention_list", "zh") == "客户挽留名单"
    assert unit_name("no_such_unit", "zh") == "no_such_unit"


@pytest.mark.parametrize("reason", REASONS)
def test_reasons_for_being_left_out_of_a_survey_are_named_on_its_cards(reason):
    assert rows_name(f"excluded_{reason}", "zh").startswith("排除：")
    assert rows_name(f"excluded_{reason}", "en").startswith("left out: ")


def test_short_words_of_a_table_are_not_broken_and_sentences_are():
    frame = pd.DataFrame(
        {"state": ["已接受", "未通过"], "what": ["资费计划调查反馈里没有", "短"], "month": ["202610", ""]}
    )
    looks = re.findall(r"<td(.*?)>", table(frame).text)
    assert looks == [' class="word"', "", "", ' class="word"', "", ""]


@pytest.mark.parametrize(
    ("reason", "zh", "en"),
    [
        ("R22: tenure_months drifted (PSI 0.31)", "R22：在网月数漂移（PSI 0.31）", "R22: Tenure drifted (PSI 0.31)"),
        ("R23: worse", "R23：比现役模型差", "R23: worse"),
        ("tenure_months: PSI 0.31", "在网月数（PSI 0.31）", "Tenure (PSI 0.31)"),
        ("a_column_of_mine: PSI 0.31", "a_column_of_mine（PSI 0.31）", "a_column_of_mine (PSI 0.31)"),
        ("actual over predicted 1.10–1.32", "实际与预测之比 1.10–1.32", "actual over predicted 1.10–1.32"),
        ("something new", "something new", "something new"),
    ],
)
def test_why_a_model_may_not_follow_is_told_in_the_language_of_the_page(reason, zh, en):
    assert (model_reason(reason, "zh"), model_reason(reason, "en")) == (zh, en)
