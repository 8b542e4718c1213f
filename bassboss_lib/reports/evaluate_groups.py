"""What the evaluation page shows of groups and time: agreement, effects by group, reasons, maturity, drift, ways."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from bassboss_lib.contracts.declarations import code_list
from bassboss_lib.features import dictionary
from bassboss_lib.learning import Estimate
from bassboss_lib.reports import figures_loop
from bassboss_lib.reports.display import Shown, show
from bassboss_lib.reports.numbers import Kind, estimate
from bassboss_lib.reports.sentences import Language, Sentence, sentence
from bassboss_lib.reports.tables import Html, table
from bassboss_lib.reports.words import model_reason
from bassboss_lib.segments.interim import SEGMENTS

__all__ = ["agreed", "drifted", "due", "groups_table", "heard", "reasons_table", "ripened", "saves_table", "ways"]

STATES = {
    "listed": ("名单", "listed"),
    "control": ("本次对照", "control"),
    "universal": ("全局对照", "universal control"),
    "not_sent": ("未送出", "not sent"),
    "no_answer": ("尚无反馈", "no answer yet"),
    "not_worked": ("未处理", "not worked"),
    "not_reached": ("未接通", "not reached"),
    "declined": ("拒绝", "declined"),
    "accepted": ("接受", "accepted"),
    "active": ("在网", "active"),
    "left": ("离网", "left"),
    "open": ("未知", "not known yet"),
}
LISTS = {"brand": "brand", "recommended_offer": "offer", "churn_reason": "churn_reason"}
SAME = 1e-9
"""Groups whose effects are drawn this close to each other were all drawn to the mean."""
HALVES = (("名单前半", "first half"), ("名单后半", "second half"))


def _place(language: Language) -> int:
    return 0 if language == "zh" else 1


Titles = Mapping[str, Mapping[str, str]]


def _group(by: str, group: object, language: Language, segments: Titles = SEGMENTS) -> str:
    """Name a group in words; segments by their titles (`segments.titles`)."""
    place = _place(language)
    if by == "segment_id":
        return f"{group} {segments.get(str(group), {}).get(language, '')}".strip()
    if by == "high_value":
        return ("高价值", "high value")[place] if group else ("其他", "others")[place]
    if by in LISTS and str(group) in code_list(LISTS[by]).codes:
        return f"{group} {code_list(LISTS[by]).text(str(group), language)}"
    return HALVES[int(str(group)) - 1][place] if by == "half" else str(group)


def agreed(rows: pd.DataFrame, by: str, language: Language, segments: Titles = SEGMENTS) -> Html:
    """Show predicted and actual churn rates by group, with their agreement (吻合度)."""
    shown = rows.copy()
    shown["group"] = [_group(by, group, language, segments) for group in shown["group"]]
    ends = zip(shown["actual"], shown["low"], shown["high"], strict=True)
    shown["actual"] = [estimate(value, low, high, "percent") for value, low, high in ends]
    shown = shown.drop(columns=["low", "high"])
    zh = {"group": "分组", "customers": "客户数", "predicted": "预测", "actual": "实际（95 % 区间）"}
    zh["agreement"] = "吻合度"
    en = {"actual": "actual (95 % interval)"}
    kinds: dict[str, Kind] = {"predicted": "percent", "agreement": "percent"}
    return table(shown, titles=zh if language == "zh" else en, kinds=kinds)


def groups_table(rows: pd.DataFrame, by: str, language: Language, segments: Titles = SEGMENTS) -> Shown | Html:
    """Draw the effect by group, drawn towards the mean where a group says little by itself."""
    if rows.empty:
        return table(pd.DataFrame())
    names = [_group(by, group, language, segments) for group in rows["group"]]
    titles = [f"{name} (n={count:,})" for name, count in zip(names, rows["customers"], strict=True)]
    ends = rows[["pooled", "pooled_low", "pooled_high"]].set_axis(["value", "low", "high"], axis=1)
    title = ("按组的效果", "Effect by group")[_place(language)]
    axis = ("离网率变化（百分点）", "change of the churn rate (points)")[_place(language)]
    figure = figures_loop.forest(ends.assign(title=titles), language=language, title=title, axis=axis)
    return show(figure, _told(rows, by, language, segments))


def _told(rows: pd.DataFrame, by: str, language: Language, segments: Titles) -> Sentence:
    """Name the group with the largest fall; or say that groups differ by no more than chance."""
    best = rows.to_dict("records")[int(rows["pooled"].to_numpy().argmin())]
    effect = Estimate(best["pooled"], best["pooled_low"], best["pooled_high"])
    if len(rows) > 1 and np.ptp(rows["pooled"].to_numpy()) < SAME:
        return sentence(
            "按组的效果（向总体收缩）：各组的差别不超过偶然，都取总体的 {effect}。",
            "Effect by group, shrunk to the mean: groups differ by no more than chance, all are at {effect}.",
            language,
            kinds={"effect": "points"},
            effect=effect,
        )
    return sentence(
        "按组的效果（向总体收缩）；降得最多的是 {best}：{effect}。",
        "Effect by group, shrunk to the mean; the largest fall is that of {best}: {effect}.",
        language,
        kinds={"effect": "points"},
        best=_group(by, best["group"], language, segments),
        effect=effect,
    )


def heard(share: float, kappa: float, count: int, language: Language) -> Sentence:
    """Say how often our reason is what the customer said, and how far beyond chance."""
    return sentence(
        "{count} 名客户说了原因；与模型原因一致的占 **{share}**，kappa {kappa}。",
        "{count} customers said why; ours agrees in **{share}**, kappa {kappa}.",
        language,
        kinds={"share": "percent"},
        count=count,
        share=share,
        kappa=kappa,
    )


def reasons_table(crossed: pd.DataFrame, language: Language) -> Html:
    """Show our reasons against what customers said."""
    codes = code_list("churn_reason")
    shown = crossed.reset_index()
    shown["ours"] = [f"{code} {codes.text(code, language)}" for code in shown["ours"]]
    titles = {"ours": ("模型原因 ↓ 客户所说 →", "our reason ↓ said →")[_place(language)]}
    return table(shown, titles=titles)


def saves_table(rows: pd.DataFrame, language: Language) -> Html:
    """Show, by reason and offer, how many were reached, accepted and still active."""
    shown = rows.copy()
    shown["reason"] = [_group("churn_reason", one, language) for one in shown["reason"]]
    shown["offer"] = [_group("recommended_offer", one, language) for one in shown["offer"]]
    zh = {"reason": "原因", "offer": "实施方案", "reached": "接通", "accepted": "接受率", "active": "在网率"}
    kinds: dict[str, Kind] = {"accepted": "percent", "active": "percent"}
    return table(shown, titles=zh if language == "zh" else {}, kinds=kinds)


def ripened(record: pd.DataFrame, language: Language) -> Shown | Sentence:
    """Draw expected against final churn rates of past campaigns."""
    if record.empty:
        return sentence("尚无可比的活动。", "No campaign to compare yet.", language)
    known = record.dropna(subset=["final"])
    about = sentence(
        "{count} 个活动；其中 {mature} 个已成熟。",
        "{count} campaigns, {mature} of them mature.",
        language,
        count=int(record["month"].nunique()),
        mature=int(known["month"].nunique()),
    )
    return show(figures_loop.estimates_and_finals(record, language=language), about)


def drifted(found: pd.DataFrame, language: Language) -> Shown:
    """Draw the drift of the score and the strongest features."""
    titles = {feature.name: feature.title(language) for feature in dictionary()}
    titles["score"] = ("分数", "score")[_place(language)]
    about = sentence(
        "黑线为纯抽样误差应有的大小，红线为警戒值；{severe} 项超过它。",
        "The black mark is what chance alone would give, the red line the alarm; {severe} exceed it.",
        language,
        severe=int((found["grade"] == "severe").sum()),
    )
    return show(figures_loop.stability(found, titles, language=language), about)


def due(reasons: Sequence[str], language: Language) -> Sentence:
    """Say whether the champion should learn again, and why."""
    if not reasons:
        return sentence("模型无须重训。", "Nothing asks for retraining.", language)
    why = "; ".join(model_reason(one, language) for one in reasons)
    return sentence("应当重训：{why}。", "Retraining is due: {why}.", language, why=why)


def ways(states: pd.DataFrame, language: Language) -> Shown:
    """Draw the customers' ways through a campaign."""
    titles = {name: both[_place(language)] for name, both in STATES.items()}
    about = sentence(
        "{total} 名候选客户：分配、BOSS 的处理、至今的结果。",
        "{total} candidates: assignment, what BOSS did, what became of them so far.",
        language,
        total=int(states["customers"].sum()),
    )
    title = ("客户的去向", "What became of the customers")[_place(language)]
    figure = figures_loop.flows(states, ["arm", "answer", "end"], titles, language=language, title=title)
    return show(figure, about)
