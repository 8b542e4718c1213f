"""What the evaluation page shows first: the campaigns, was the model right, did contact help, what did it bring."""

from collections.abc import Mapping, Sequence

import pandas as pd

from bassboss_lib.campaigns import VERDICTS
from bassboss_lib.learning import Estimate
from bassboss_lib.reports.numbers import Kind, estimate
from bassboss_lib.reports.sentences import Language, Sentence, sentence
from bassboss_lib.reports.tables import Html, table
from bassboss_lib.retention.evaluation import MONEY_MIN, Accuracy, Effects
from bassboss_lib.retention.outcomes import Followed

__all__ = ["answered", "campaigns_table", "effect_table", "leaked", "money_table", "reached", "right", "spoken"]

ACCURACY: dict[str, tuple[str, str, Kind]] = {
    "hit_rate": ("命中率（候选中离网）", "Hit rate (candidates who left)", "percent"),
    "coverage": ("覆盖率（离网者中候选）", "Coverage (leavers who were candidates)", "percent"),
    "lift": ("提升度", "Lift", "times"),
    "churn_rate": ("实际离网率", "Churn rate", "percent"),
    "predicted_rate": ("预测离网率", "Predicted churn rate", "percent"),
    "churn_rate_high_value": ("高价值客户离网率", "Churn rate of high-value customers", "percent"),
    "auc": ("AUC", "AUC", "number"),
}
EFFECTS: dict[str, tuple[str, str, Kind]] = {
    "itt": ("进入名单的效果", "Effect of being listed", "points"),
    "itt_adjusted": ("同上，以分数校正", "The same, adjusted by the score", "points"),
    "effect_reached": ("接通客户的效果", "Effect among the reached", "points"),
    "revenue_fen": ("三个月收入变化（每名单客户）", "Revenue of three months, per listed customer", "yuan"),
    "revenue_reached_fen": ("三个月收入变化（每接通客户）", "Revenue of three months, per reached customer", "yuan"),
}

RESOLVED = {
    "versions": ("反馈行", "rows"),
    "answers": ("有反馈客户", "customers"),
    "corrected": ("更正", "corrected"),
    "duplicate": ("重复", "repeated"),
    "contradictory": ("矛盾", "contrary"),
    "late": ("迟到", "late"),
    "disagree": ("与源数据不符", "unlike source"),
    "leaked": ("对照被处理", "controls called"),
}
CAUTION = (
    "候选 {candidates:,} 人，少于 {least:,} 人：收入由少数高额客户决定，收入的区间可能偏窄",
    "{candidates:,} candidates, fewer than {least:,}: few dear customers decide, intervals of money may be too narrow",
)
"""Measured by assigning anew over the stand-in's potential outcomes; see DECISIONS.md."""


def _place(language: Language) -> int:
    return 0 if language == "zh" else 1


def campaigns_table(followed: Sequence[Followed], language: Language) -> Html:
    """Show every campaign followed: how many were listed, kept back, answered, and how many months have passed."""
    rows = []
    for one in followed:
        arms = one.rows["arm"].value_counts()
        ripe = ("已成熟", "mature") if one.mature else ("暂定", "provisional")
        rows.append({"campaign": one.campaign, "listed": int(arms.get("listed", 0)),
                     "control": int(arms.get("control", 0)), "universal": int(arms.get("universal", 0)),
                     "answers": one.counts["answers"], "reached": int(one.rows["reached"].sum()),
                     "known_months": one.known_months, "state": ripe[_place(language)]})  # fmt: skip
    zh = {"campaign": "活动", "listed": "名单", "control": "对照", "universal": "全局对照", "answers": "有反馈",
          "reached": "接通", "known_months": "已过月数", "state": "成熟度"}  # fmt: skip
    en = {"universal": "universal control", "known_months": "months known"}
    return table(pd.DataFrame(rows), titles=zh if language == "zh" else en)


def answered(followed: Sequence[Followed], language: Language) -> Html:
    """Show how the rows of feedback were resolved, and controls that were handled all the same."""
    names = RESOLVED
    rows = [{"campaign": one.campaign, **{name: one.counts.get(name, 0) for name in names}} for one in followed]
    titles = {name: both[_place(language)] for name, both in names.items()}
    return table(pd.DataFrame(rows), titles={"campaign": ("活动", "campaign")[_place(language)], **titles})


def leaked(followed: Sequence[Followed], language: Language) -> Sentence:
    """Say in which months controls were handled, and how many."""
    found = [leak for one in followed for leak in one.leaks]
    if not found:
        return sentence("没有对照客户被处理。", "No control was handled.", language)
    words = (
        "{count} 名 {campaign} 的对照在 {month} 的反馈中被处理",
        "{count} controls of {campaign} were handled in {month}",
    )
    lines = [words[_place(language)].format(**vars(leak), count=leak.customers) for leak in found]
    return sentence("**泄漏**：{lines}。", "**Leak**: {lines}.", language, lines="; ".join(lines))


def _estimates(
    named: Mapping[str, Estimate], titles: Mapping[str, tuple[str, str, Kind]], language: Language
) -> list[dict]:
    rows = []
    for name, (zh, en, kind) in titles.items():
        if name in named:
            one = named[name]
            flat = one.low == one.high
            said = estimate(one.value, None if flat else one.low, None if flat else one.high, kind)
            rows.append({"figure": zh if language == "zh" else en, "value": said, "name": name})
    return rows


def right(found: Accuracy, language: Language) -> Html:
    """Show the model's figures on the untreated, with the naive ones, which mislead, beside them."""
    rows = _estimates(found.figures, ACCURACY, language)
    for row in rows:
        naive = found.naive.get(row.pop("name"))
        row["naive"] = f"({estimate(naive.value, naive.low, naive.high, 'percent')})" if naive else ""
    zh = {"figure": "指标", "value": "未受联系客户（95 % 区间）", "naive": "未校正（有误导，仅供对照）"}
    en = {"value": "on the untreated (95 % interval)", "naive": "naive (misleads; for comparison only)"}
    return table(pd.DataFrame(rows), titles=zh if language == "zh" else en)


def spoken(found: Accuracy, language: Language) -> Sentence:
    """Say why the naive hit rate misleads, with both figures."""
    naive = found.naive.get("hit_rate")
    if naive is None:
        return sentence("尚无受联系客户的结果。", "No treated customer has an outcome yet.", language)
    return sentence(
        "在受联系客户上读命中率是 {naive}，在随机保留的对照上是 **{hit}**：被留住的客户在前者中都算作模型的失误。",
        "Read on treated customers the hit rate is {naive}; on controls kept back at random it is **{hit}**: every "
        "customer saved counts as a miss of the model in the former.",
        language,
        kinds={"naive": "percent", "hit": "percent"},
        naive=naive,
        hit=found.figures["hit_rate"],
    )


def effect_table(found: Effects, language: Language) -> Html:
    """Show what contact changed."""
    rows = [{key: row[key] for key in ("figure", "value")} for row in _estimates(found.figures, EFFECTS, language)]
    zh, en = {"figure": "效果", "value": "估计（95 % 区间）"}, {"figure": "effect", "value": "estimate (95 % interval)"}
    return table(pd.DataFrame(rows), titles=zh if language == "zh" else en)


def reached(found: Effects, language: Language) -> Sentence:
    """Say the verdict with the figure it rests on."""
    return sentence(
        "结论：**{verdict}**。名单使离网率改变 {itt}（名单 {listed} 人，对照 {control} 人，接通 {reached} 人）。",
        "Verdict: **{verdict}**. Being listed changed the churn rate by {itt} ({listed} listed, {control} controls, "
        "{reached} reached).",
        language,
        kinds={"itt": "points"},
        verdict=VERDICTS[found.verdict][_place(language)],
        itt=found.figures["itt"],
        **{name: found.rows[name] for name in ("listed", "control", "reached")},
    )


def money_table(found: Effects, language: Language) -> Html:
    """Show churners saved, revenue kept, cost and return."""
    money = found.money
    said: list[tuple[str, str, Estimate | None, Kind]] = [
        ("挽回客户（人）", "churners saved", money.saved, "count"),
        ("保住收入", "revenue kept", money.revenue_kept_fen, "yuan"),
        ("净收益", "net of cost", money.net_fen, "yuan"),
        ("回报（净收益 ÷ 成本）", "return (net over cost)", money.return_on_cost, "number"),
    ]
    rows = [{"what": zh if language == "zh" else en, "value": estimate(one.value, one.low, one.high, kind)}
            for zh, en, one, kind in said if one is not None]  # fmt: skip
    rows.insert(2, {"what": ("成本", "cost")[_place(language)], "value": estimate(money.cost_fen, None, None, "yuan")})
    if found.candidates < MONEY_MIN:
        rows.append({"what": ("注意", "caution")[_place(language)], "value": CAUTION[_place(language)].format(
            candidates=found.candidates, least=MONEY_MIN)})  # fmt: skip
    return table(
        pd.DataFrame(rows),
        titles={"what": ("项目", "what")[_place(language)], "value": ("数额", "amount")[_place(language)]},
    )
