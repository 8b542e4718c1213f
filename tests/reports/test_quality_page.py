import re

import pandas as pd
import pytest

from bassboss_lib.reports.quality_page import offenders_table, scores_table, verdict_sentence, verdict_table
from bassboss_lib.warehouse.quality_rules import rules
from bassboss_lib.warehouse.quality_verdicts import scores, verdicts

KNOWN = [rule for rule in rules() if rule.id in ("Q001", "Q003", "Q062")]


@pytest.fixture
def judged() -> pd.DataFrame:
    found: dict[str, float | None] = {"Q001": 80.0, "Q003": 0.0, "Q062": 0.3}
    return verdicts(KNOWN, found, {}, {"Q001": 100.0}, pd.Timestamp("2026-11-03").date())


def test_every_rule_is_a_line_and_failures_come_first(judged: pd.DataFrame) -> None:
    page = verdict_table(judged, "zh").text
    assert re.findall(r"<td>(Q\d{3})</td>", page) == ["Q001", "Q062", "Q003"]
    open_part, *folded = page.split("<details>")
    assert "Q001" in open_part
    assert [part.partition("</summary>")[0] for part in folded] == [
        "<summary>无可比月份的规则 (1)",
        "<summary>通过的规则 (1)",
    ]
    assert all(word in page for word in ("未通过", "阻断", "完整性", "客户资料记录数较上月变动"))
    assert "nothing to compare" in verdict_table(judged, "en").text


def test_the_sentence_counts_every_verdict(judged: pd.DataFrame) -> None:
    said = verdict_sentence(judged, "202610", "en").plain
    assert "of 3 rules 1 passed, 1 failed (1 of them blocking), 0 are waived, 1 had no month" in said


def test_scores_and_offenders_have_titles_in_both_languages(judged: pd.DataFrame) -> None:
    assert "得分" in scores_table(scores(judged), "zh").text
    offenders = pd.DataFrame([("Q001", "region", "<b>", float("nan"), 32.0)])
    offenders.columns = pd.Index(["rule", "column", "code", "value", "compared"])
    assert offenders_table(offenders.head(0), "zh").text == "<p>没有。</p>"
    page = offenders_table(offenders, "en").text
    assert "compared with" in page
    assert "&lt;b&gt;" in page
