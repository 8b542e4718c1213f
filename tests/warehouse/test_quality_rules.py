from pathlib import Path

import pandas as pd
import pytest

from bassboss_lib.errors import CallError
from bassboss_lib.warehouse.quality_rules import LIST_RULES, RULES, rules

BASE = "id: X001, dimension: accuracy, severity: warn, band: level, high: 0, zh: 甲, en: a"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("- {id: X, unit: cdr, figur: rows}", r"figur"),
        (f"- {{{BASE}, unit: cdr, kind: sum, columns: [charge]}}", "rule X001: no column is called charge"),
        (f"- {{{BASE}, unit: cdr, kind: sum}}", "names its columns"),
        (f"- {{{BASE}, unit: cdr, kind: share}}", "a share its `where`"),
        (f"- {{{BASE}, unit: cdr, kind: orphan_share}}", "`against` belongs to"),
        (f"- {{{BASE}, unit: cdr, kind: rows, drill: other_pseudonym}}", "other_pseudonym leads to persons"),
        (f"- {{{BASE}, unit: cdr, kind: rows, drill: pseudonym}}", "pseudonym leads to persons"),
        (f"- {{{BASE}, unit: cdr, kind: rows, cycle: day}}", "cdr comes by month"),
        (f"- {{{BASE}, unit: nothing, kind: rows}}", "no unit is called 'nothing'"),
        (f"- {{{BASE}, unit: cdr, kind: rows}}\n- {{{BASE}, unit: cdr, kind: rows}}", "used twice"),
        (f"- {{{BASE}, unit: cdr, kind: rows, among: [{{column: kind}}]}}", "name one test"),
        (f"- {{{BASE}, unit: cdr, kind: rows, among: [{{column: kind, below: 1, above: 0}}]}}", "name one test"),
        ("- {id: X001, unit: cdr, dimension: accuracy, kind: rows, severity: warn, band: level, zh: 甲, en: a}", "low"),
        (f"- {{{BASE}, unit: cdr, kind: rows, waiver: {{until: never, reason: r, by: b}}}}", "waiver.until"),
        (
            f"- {{{BASE}, unit: bill_item, kind: part_total, columns: [receivable_fen], "
            "against: {unit: cdr, column: fee}}",
            "no column is called fee",
        ),
    ],
)
def test_a_wrong_rule_names_file_and_key(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(CallError, match=said):
        rules(path)


def test_at_least_forty_rules_are_shipped_and_those_about_churn_are_marked() -> None:
    shipped = rules(RULES)
    assert len(shipped) >= 40
    assert sum(rule.churn_relevant for rule in shipped) >= 20
    assert {rule.dimension for rule in shipped} == {"timeliness", "completeness", "accuracy", "consistency"}
    assert {rule.band for rule in shipped} == {"level", "change", "sigma"}


@pytest.mark.parametrize("path", [RULES, LIST_RULES], ids=lambda path: path.stem)
def test_every_shipped_rule_speaks_both_languages_and_has_an_edge(path: Path) -> None:
    frame = pd.DataFrame([rule.model_dump() for rule in rules(path)])
    assert frame["id"].is_unique
    assert (frame["zh"].str.len() > 0).all()
    assert (frame["en"].str.len() > 0).all()
    assert frame[["low", "high"]].notna().any(axis=1).all()
