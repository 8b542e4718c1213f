"""What the page on source quality shows: verdicts, their trend, and the sentence that sums them up."""

from collections.abc import Hashable
from typing import Any

import pandas as pd

from bassboss_lib.reports.display import Shown, show
from bassboss_lib.reports.figures_quality import quality_trend
from bassboss_lib.reports.sentences import Language, Sentence, sentence
from bassboss_lib.reports.tables import Html, table
from bassboss_lib.reports.words import delivery_state, unit_name

__all__ = ["deliveries_table", "offenders_table", "scores_table", "trend", "verdict_sentence", "verdict_table"]

WORDS = {
    "zh": {"pass": "通过", "fail": "未通过", "unknown": "无可比", "waived": "已豁免", "block": "阻断", "warn": "警告",
           "timeliness": "及时性", "completeness": "完整性", "accuracy": "准确性", "consistency": "一致性"},
    "en": {"unknown": "nothing to compare"},
}  # fmt: skip
TITLES = {
    "zh": {"rule": "规则", "unit": "接口单元", "text": "内容", "figure": "实测", "judged": "判定值", "band": "允许区间",
           "verdict": "结论"},
    "en": {"rule": "rule", "unit": "unit", "text": "what", "figure": "figure", "judged": "judged", "band": "band",
           "verdict": "verdict"},
}  # fmt: skip
FOLDED = {
    "unknown": ("无可比月份的规则", "Rules with nothing to compare"),
    "pass": ("通过的规则", "Rules that passed"),
}
CHURN = {"zh": "与离网相关", "en": "churn-relevant"}
SCORE_TITLES = {
    "zh": {"unit": "接口单元", "rules": "判定规则数", "failed": "未通过", "score": "得分"},
    "en": {"unit": "unit", "rules": "rules judged", "failed": "failed", "score": "score"},
}
OFFENDER_TITLES = {
    "zh": {"rule": "规则", "column": "字段", "code": "代码", "value": "数值", "compared": "对照"},
    "en": {"rule": "rule", "column": "field", "code": "code", "value": "value", "compared": "compared with"},
}
DELIVERY_TITLES = {
    "zh": {"id": "传送", "state": "状态", "rows": "记录数", "loaded": "入库", "quarantined": "隔离",
           "integrity": "完整性依据"},
    "en": {"id": "delivery", "state": "state", "rows": "rows", "loaded": "loaded", "quarantined": "quarantined",
           "integrity": "integrity"},
}  # fmt: skip


def verdict_sentence(verdicts: pd.DataFrame, month: str, language: Language) -> Sentence:
    """Say how many rules passed, failed and had nothing to compare."""
    counts = verdicts["verdict"].value_counts()
    blocking = ((verdicts["verdict"] == "fail") & (verdicts["severity"] == "block")).sum()
    return sentence(
        "{month}：{rules} 条规则中 **{passed} 条通过**，{failed} 条未通过（其中 {blocking} 条阻断），"
        "{waived} 条已豁免，{unknown} 条无可比月份。",
        "{month}: of {rules} rules **{passed} passed**, {failed} failed ({blocking} of them blocking), "
        "{waived} are waived, {unknown} had no month to compare with.",
        language,
        month=month,
        rules=len(verdicts),
        passed=int(counts.get("pass", 0)),
        failed=int(counts.get("fail", 0)),
        blocking=int(blocking),
        waived=int(counts.get("waived", 0)),
        unknown=int(counts.get("unknown", 0)),
    )


def verdict_table(verdicts: pd.DataFrame, language: Language) -> Html:
    """Show every rule, those that failed first; those that nobody needs to look at are folded."""
    shown = verdicts.sort_values("rule", kind="stable")
    parts = [_rules(shown[shown["verdict"].isin(["fail", "waived"])], language)]
    for verdict, titles in FOLDED.items():
        rows = shown[shown["verdict"] == verdict]
        head = f"<summary>{titles[0 if language == 'zh' else 1]} ({len(rows):,})</summary>"
        parts.append(f"<details>{head}{_rules(rows, language)}</details>")
    return Html("".join(parts))


def _rules(rows: pd.DataFrame, language: Language) -> str:
    if rows.empty:
        return ""
    lines = pd.DataFrame([_line(row, language) for row in rows.to_dict("records")], columns=list(TITLES[language]))
    return table(lines, titles=TITLES[language], rows_max=len(lines)).text


def _line(row: dict[Hashable, Any], language: Language) -> dict[str, object]:
    """Give a rule as a line: what it is about goes with its text, so that the table fits a page."""
    words = WORDS[language]
    about = [words.get(row["dimension"], row["dimension"]), words.get(row["severity"], row["severity"])]
    about += [CHURN[language]] if row["churn_relevant"] else []
    verdict = words.get(row["verdict"], row["verdict"])
    edges = ["" if pd.isna(row[edge]) else f"{row[edge]:,.5g}" for edge in ("low", "high")]
    return {
        **{name: row[name] for name in ("rule", "figure", "judged")},
        "unit": unit_name(row["unit"], language),
        "text": f"{row[language]} · {' · '.join(about)}",
        "band": f"{edges[0]} … {edges[1]}".strip().replace(" ", "\u00a0"),
        "verdict": f"{verdict} ({row['waived_until']})" if row["verdict"] == "waived" else verdict,
    }


def scores_table(scores: pd.DataFrame, language: Language) -> Html:
    """Show the score of each unit: 100 less the share of weight that failed rules lose."""
    shown = scores.assign(unit=[unit_name(name, language) for name in scores["unit"]])
    return table(shown, titles=SCORE_TITLES[language])


def offenders_table(offenders: pd.DataFrame, language: Language) -> Html:
    """Show the codes behind the rules that failed; an empty value stands for fewer than ten rows."""
    if offenders.empty:
        return Html(f"<p>{'没有。' if language == 'zh' else 'None.'}</p>")
    return table(offenders, titles=OFFENDER_TITLES[language], rows_max=100)


def deliveries_table(deliveries: pd.DataFrame, language: Language) -> Html:
    """Show the deliveries of a month: what came, what was loaded, what was set aside."""
    shown = deliveries.assign(state=[delivery_state(state, language) for state in deliveries["state"]])
    return table(shown, titles=DELIVERY_TITLES[language])


def trend(history: pd.DataFrame, language: Language) -> Shown:
    """Draw every rule over the months kept, those that failed first."""
    months = history["month"].nunique()
    told = sentence(
        "近 {months} 个月各规则的判定值；绿色为允许区间，红叉为未通过。",
        "Judged figures of the rules over {months} months; green is the allowed band, a red cross a failure.",
        language,
        months=months,
    )
    return show(quality_trend(history, language=language), told)
