"""What key figures and notebooks are called on a page, in both languages, and how each figure is written.

The names are those that ``result.json`` uses; a figure that is not listed is shown under its own name.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bassboss_lib.reports.numbers import Kind, change, estimate, number
from bassboss_lib.reports.sentences import Language
from bassboss_lib.reports.tables import Card

__all__ = ["STATES", "cards", "figure_name", "folded", "function_name", "rows_name", "state_name"]


@dataclass(frozen=True)
class FigureName:
    """Titles of a key figure, how it is written, and whether it is one of the few that stand on cards.

    The others are folded below the cards, and have no line on the page of all runs.
    """

    zh: str
    en: str
    kind: Kind = "number"
    card: bool = True


FIGURES = {
    "auc": FigureName("AUC 区分度", "AUC"),
    "pr_auc": FigureName("PR-AUC", "PR-AUC", card=False),
    "lift_1pct": FigureName("前 1 % 提升度", "Lift, top 1 %", "times", card=False),
    "lift_5pct": FigureName("前 5 % 提升度", "Lift, top 5 %", "times", card=False),
    "lift_10pct": FigureName("前 10 % 提升度", "Lift, top 10 %", "times"),
    "log_loss": FigureName("对数损失", "Log-loss", card=False),
    "log_loss_constant": FigureName("对数损失（常数）", "Log-loss, constant", card=False),
    "brier": FigureName("Brier 分", "Brier score", card=False),
    "dissatisfied_share": FigureName("不满意占比", "Dissatisfied", "percent"),
    "base_rate": FigureName("实际离网率", "Rate observed", "percent"),
    "calibration_slope": FigureName("校准斜率", "Calibration slope"),
    "calibration_intercept": FigureName("校准截距", "Calibration intercept", card=False),
    "auc_truth": FigureName("真实概率的 AUC", "AUC of the truth"),
    "listed": FigureName("名单客户数", "Customers listed", "count"),
    "expected_churners": FigureName("名单预计离网", "Expected to leave", "count"),
    "excluded": FigureName("排除客户数", "Customers left out", "count"),
    "value_at_stake": FigureName("风险价值", "Value at stake"),
    "value_at_stake_fen": FigureName("风险收入（每月）", "Value at stake, a month", "yuan"),
    "expected_cost_fen": FigureName("预计成本", "Expected cost", "yuan", card=False),
    "gain_of_the_bound": FigureName("名单所得占上界", "Gain, share of the bound", "percent", card=False),
    "hit_rate": FigureName("命中率", "Hit rate", "percent"),
    "hit_rate_naive": FigureName("命中率（未校正）", "Hit rate, naive", "percent", card=False),
    "coverage": FigureName("覆盖率", "Coverage", "percent"),
    "itt": FigureName("名单效果（按分配）", "Effect of being listed", "points"),
    "effect_reached": FigureName("接通客户效果", "Effect on the reached", "points", card=False),
    "saved": FigureName("挽回客户数", "Churners saved", "count"),
    "revenue_kept_fen": FigureName("保住收入（三个月）", "Revenue kept, three months", "yuan", card=False),
    "cost_fen": FigureName("活动成本", "Cost", "yuan", card=False),
    "net_fen": FigureName("净收益", "Net", "yuan"),
    "left_in_loop": FigureName("闭环六个月离网", "Left in the loop", "count"),
    "left_in_twin": FigureName("无联系的孪生世界离网", "Left in its twin without contact", "count"),
    "saved_truth": FigureName("实际挽回（真值）", "Saved, by the truth", "count"),
    "lift": FigureName("提升度", "Lift", "times", card=False),
    "churn_rate": FigureName("离网率", "Churn rate", "percent", card=False),
    "churn_rate_naive": FigureName("离网率（未校正）", "Churn rate, naive", "percent", card=False),
    "churn_rate_high_value": FigureName("高价值客户离网率", "Churn rate, high value", "percent", card=False),
    "predicted_rate": FigureName("预测离网率", "Rate predicted", "percent", card=False),
    "predicted_hit_rate": FigureName("预测命中率", "Hit rate predicted", "percent", card=False),
    "itt_adjusted": FigureName("名单效果（调整后）", "Effect of being listed, adjusted", "points", card=False),
    "revenue_fen": FigureName("收入变化（每名单客户）", "Revenue change, per listed", "yuan", card=False),
    "revenue_reached_fen": FigureName("收入变化（每接通客户）", "Revenue change, per reached", "yuan", card=False),
    "ari": FigureName("分组一致性", "Agreement of groups"),
    "auc_operations": FigureName("AUC（仅经营字段）", "AUC, operations fields"),
    "auc_asked": FigureName("AUC（加问卷回答）", "AUC, with survey answers"),
    "segments": FigureName("细分个数", "Segments", "count"),
    "kept_share": FigureName("留在原细分", "In the segment they were in", "percent"),
    "outlier_share": FigureName("与谁都不像", "Like no segment", "percent"),
    "separation": FigureName("分离度", "Separation", card=False),
    "surrogate_agrees": FigureName("解释树一致率", "Trees agree", "percent", card=False),
    "parity_share": FigureName("对账一致率", "Bills reproduced", "percent"),
    "revenue_current_fen": FigureName("现行资费收入", "Revenue on current plans", "yuan"),
    "take_up": FigureName("接受率", "Take-up", "percent"),
    "users": FigureName("预计用户数", "Users expected", "count"),
    "revenue_change_fen": FigureName("收入变化（每月合计）", "Revenue change, a month, in all", "yuan"),
    "wake_up": FigureName("唤醒效应", "Wake-up effect", "points"),
    "reach_rate": FigureName("接通率", "Reach rate", "percent"),
    "response_rate": FigureName("响应率", "Response rate", "percent"),
    "asked": FigureName("调查客户数", "Customers asked", "count"),
    "expected_points": FigureName("预计满意度增加（分）", "Points of satisfaction expected"),
    "points_per_yuan": FigureName("每元满意度增加（分）", "Points of satisfaction per yuan"),
    "satisfaction_effect": FigureName("满意度效果（分）", "Effect on satisfaction, points"),
    "complaint_effect": FigureName("再次投诉率变化", "Effect on complaining again", "points"),
    "arpu_effect_fen": FigureName("收入变化（三个月）", "Effect on three months' revenue", "yuan"),
    "churn_effect": FigureName("离网率变化（三个月）", "Effect on churn in three months", "points"),
    "qini": FigureName("Qini（每客户）", "Qini, per customer"),
    "rules_passed": FigureName("通过规则数", "Rules passed", "count"),
    "rules_failed": FigureName("未通过规则数", "Rules failed", "count"),
    "rules_unknown": FigureName("无可比规则数", "Rules without comparison", "count"),
    "rules_waived": FigureName("已豁免规则数", "Rules waived", "count", card=False),
    "score_lowest": FigureName("最低单元得分", "Lowest score of a unit"),
}
ROWS = {
    "train": ("训练", "train"),
    "train_positives": ("训练中离网", "train, churned"),
    "calibrate": ("校准", "calibrate"),
    "calibrate_positives": ("校准中离网", "calibrate, churned"),
    "test": ("检验", "test"),
    "test_positives": ("检验中离网", "test, churned"),
    "do_not_contact": ("免打扰客户", "do not contact"),
    "silent": ("沉默客户", "silent"),
    "pushed_out_or_unknown": ("被动离网或去向不明", "pushed out or lost from sight"),
    "scored": ("打分客户", "scored"),
    "below_probability": ("低于门限", "below the threshold"),
    "minor": ("未成年人", "minors"),
    "open_complaint": ("有未结投诉", "open complaint"),
    "frequency_cap": ("达到频次上限", "frequency cap reached"),
    "other_list": ("在本月另一份名单中", "in another list of the month"),
    "cool_down": ("冷却期", "cool-down"),
    "control_hold": ("前期活动的对照", "control of an earlier campaign"),
    "plan_change": ("近期变更资费", "recent change of plan"),
    "campaign_control": ("本次活动对照", "campaign control"),
    "universal": ("全局对照", "universal control"),
    "recently_called": ("近期已外呼", "recently called"),
    "universal_control": ("全局对照", "universal control"),
    "treated": ("受过联系", "treated"),
    "campaigns": ("活动", "campaigns"),
    "candidates": ("候选客户", "candidates"),
    "control": ("对照", "control"),
    "reached": ("接通", "reached"),
    "accepted": ("接受", "accepted"),
    "answers": ("反馈客户", "customers answered"),
    "versions": ("反馈行", "rows of feedback"),
    "corrected": ("更正", "corrected"),
    "duplicate": ("重复", "duplicate"),
    "contradictory": ("矛盾", "contradictory"),
    "off_scale": ("满意度超出 1–10", "satisfaction outside 1 to 10"),
    "late": ("迟到", "late"),
    "leaked": ("对照被处理", "controls handled"),
    "listed": ("名单", "listed"),
    "untreated": ("未受联系", "untreated"),
    "mature": ("已成熟活动", "mature campaigns"),
    "disagree": ("与源数据不符", "at odds with the source"),
    "customers": ("客户", "customers"),
    "customer_months": ("客户月", "customer-months"),
    "left_out": ("未参与", "left out"),
    "rated_by_group": ("使用家庭套餐", "on family plans"),
    "moved": ("换了细分", "moved"),
    "dissatisfied": ("不满意", "dissatisfied"),
    "population": ("目标客户", "population"),
    "asked": ("被询问客户", "asked"),
    "worked": ("已外呼", "worked"),
    "answered": ("已回答", "answered"),
    "retention_campaign": ("在挽留活动中", "in a retention campaign"),
    "no_form": ("没有适合的形式", "no form suits"),
    "asked_control": ("询问的对照", "controls asked"),
    "measured": ("已回答满意度", "satisfaction answered"),
    "beyond_size": ("超出容量", "beyond the size"),
    "rows": ("送达", "delivered"),
    "loaded": ("入库", "loaded"),
    "quarantined": ("隔离", "quarantined"),
}
FUNCTIONS = {
    "source": ("数据质量", "Source quality"),
    "retention": ("客户挽留", "Customer retention"),
    "care": ("客户关怀", "Customer care"),
    "tariff": ("资费计划", "Tariff plans"),
}
STEPS = {
    "quality": ("检查", "check"),
    "train": ("模型训练", "training"),
    "list": ("名单", "list"),
    "evaluate": ("评估", "evaluation"),
    "segment": ("细分", "segments"),
    "drivers": ("不满意的原因", "drivers of dissatisfaction"),
    "rehearse": ("预演", "rehearsal"),
    "survey": ("调查", "survey"),
    "walk": ("全流程", "the whole flow"),
}
WHOLE = {
    "demo": ("闭环演示", "The loop shown"),
    "91_boss_describe": ("BOSS 替身 · 概貌", "Stand-in BOSS · portrait"),
    "90_figures": ("图表目录", "Catalogue of figures"),
}
"""Runs whose name does not tell function and step."""
STATES = {
    "RUNNING": ("运行中", "running"),
    "DONE": ("完成", "done"),
    "FAILED": ("失败", "failed"),
    "INTERRUPTED": ("已中断", "interrupted"),
    "ABANDONED": ("已遗弃", "abandoned"),
}
"""What the states of a run are called; the ledger's own word stands beside it, so that it can be searched for."""


def state_name(state: str, language: Language) -> str:
    """Give a run's state for a reader.

    Examples
    --------
    >>> state_name("FAILED", "zh"), state_name("FAILED", "en")
    ('失败 FAILED', 'FAILED')
    """
    return f"{STATES[state][0]} {state}" if language == "zh" and state in STATES else state


def figure_name(name: str) -> FigureName:
    """Give titles and kind of a figure; the end of an unknown name tells its kind (``_fen``, ``_share``)."""
    if name in FIGURES:
        return FIGURES[name]
    if plan := re.fullmatch(r"revenue_([A-Z][A-Za-z0-9-]*)_fen", name):  # everybody on that plan
        return FigureName(f"全体选用 {plan[1]} 的收入", f"Revenue, everybody on {plan[1]}", "yuan")
    kind: Kind = "yuan" if name.endswith("_fen") else "percent" if name.endswith(("_share", "_rate")) else "number"
    return FigureName(name, name, kind)


def rows_name(name: str, language: Language) -> str:
    """Give what a row count of ``result.json`` is called; ``excluded_`` before a reason for being left out.

    Examples
    --------
    >>> rows_name("excluded_do_not_contact", "zh"), rows_name("listed", "en")
    ('排除：免打扰客户', 'listed')
    """
    reason = name.removeprefix("excluded_")
    if reason != name and reason in ROWS:
        return f"排除：{ROWS[reason][0]}" if language == "zh" else f"left out: {ROWS[reason][1]}"
    return ROWS.get(name, (name, name))[0 if language == "zh" else 1]


def function_name(notebook: str, language: Language) -> str:
    """Give what a notebook's stem says: its function and step.

    Examples
    --------
    >>> function_name("10_retention_train", "zh"), function_name("my_own", "en")
    ('客户挽留 · 模型训练', 'my_own')
    """
    parts = notebook.split("_")
    place = 0 if language == "zh" else 1
    if notebook in WHOLE:
        return WHOLE[notebook][place]
    if len(parts) != 3 or parts[1] not in FUNCTIONS:
        return notebook
    step = STEPS.get(parts[2], (parts[2], parts[2]))
    return f"{FUNCTIONS[parts[1]][place]} · {step[place]}"


def cards(
    result: dict[str, Any],
    language: Language,
    most: int | None = None,
    *,
    before: Mapping[str, float] | None = None,
    before_month: str = "",
) -> list[Card]:
    """Give the figures of a ``result.json`` that belong on cards, each with its interval and its change.

    Parameters
    ----------
    result : dict
        ``figures`` and ``intervals`` of a run.
    language : {"zh", "en"}
        Language of titles.
    most : int, optional
        Cards at most, in the order of the figures.
    before : mapping, optional
        The figures of the earlier run that this one is compared with, and its month.
    """
    made = []
    named = [
        (name, value) for name, value in result.get("figures", {}).items() if name in FIGURES and FIGURES[name].card
    ]
    for name, value in named[:most]:
        known = figure_name(name)
        interval = result.get("intervals", {}).get(name)
        note = f"{number(interval[0], known.kind)} – {number(interval[1], known.kind)}" if interval else ""
        moved = ""
        if before and name in before:
            moved = f"{change(value, before[name], known.kind)} {'较' if language == 'zh' else 'vs'} {before_month}"
        made.append(Card(known.zh if language == "zh" else known.en, number(value, known.kind), note, moved))
    return made


def folded(result: dict[str, Any], language: Language) -> list[tuple[str, str]]:
    """Give title and value, with its interval, of the figures of a ``result.json`` that stand on no card.

    Examples
    --------
    >>> folded({"figures": {"auc": 0.8, "brier": 0.1}, "intervals": {"brier": [0.09, 0.11]}}, "en")
    [('Brier score', '0.100 [0.0900, 0.110]')]
    """
    made = []
    for name, value in result.get("figures", {}).items():
        if name in FIGURES and not FIGURES[name].card:
            known, (low, high) = FIGURES[name], result.get("intervals", {}).get(name, (None, None))
            made.append((known.zh if language == "zh" else known.en, estimate(value, low, high, known.kind)))
    return made
