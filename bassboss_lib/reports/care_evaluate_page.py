"""What the page on the evaluation of care shows: answers, effects, forms, segments, fatigue, verdicts, beliefs."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from bassboss_lib.care.answers import ANSWERS_MIN, Drivers
from bassboss_lib.care.evaluation import CareEffects
from bassboss_lib.care.tiring import Tiring
from bassboss_lib.contracts import code_list
from bassboss_lib.reports.care_page import form_title, segment_title
from bassboss_lib.reports.disclosure import few
from bassboss_lib.reports.display import Shown, show
from bassboss_lib.reports.figures_effects import effect_forest
from bassboss_lib.reports.numbers import Kind, estimate
from bassboss_lib.reports.sentences import Language, Sentence, sentence
from bassboss_lib.reports.tables import Html, table
from bassboss_lib.retention.outcomes import Followed
from bassboss_lib.segments.interim import SEGMENTS

__all__ = [
    "answers_table",
    "campaigns_table",
    "drivers_table",
    "effects_table",
    "groups",
    "spoken",
    "tiring_curve",
    "verdicts_table",
]

EFFECTS: dict[str, tuple[str, str, Kind]] = {
    "satisfaction_effect": ("满意度（分，接通客户）", "satisfaction (points, of the reached)", "number"),
    "complaint_effect": ("再次投诉率（按分配，百分点）", "complaining again (as assigned)", "points"),
    "churn_effect": ("主动离网率（按分配，百分点）", "leaving of their own accord (as assigned)", "points"),
    "arpu_effect_fen": ("期间收入（每名单客户）", "bills since, per customer listed", "yuan"),
}
VERDICTS = {
    "extend": ("扩大", "extend"),
    "keep": ("保留", "keep"),
    "stop": ("停止", "stop"),
    "learn": ("继续学习", "learn on"),
}
COUNTED = {
    "answers": ("反馈客户", "customers answered"),
    "corrected": ("更正", "corrected"),
    "duplicate": ("重复", "duplicate"),
    "contradictory": ("矛盾", "contradictory"),
    "late": ("迟到", "late"),
    "off_scale": ("满意度超出 1–10", "satisfaction outside 1–10"),
    "leaked": ("对照被处理", "controls handled"),
}
SAME = 1e-9
"""Points by which groups drawn to the same value may differ by rounding."""
AXES = (
    ("关怀对满意度的效果", "满意度变化（分，接通客户）"),
    ("Effect of care on satisfaction", "points of satisfaction, of the reached"),
)
NOTHING = ("还没有可用的反馈。", "No feedback can be used yet.")


def _place(language: Language) -> int:
    return 0 if language == "zh" else 1


def _nothing(language: Language) -> Sentence:
    return sentence(*NOTHING, language)


def campaigns_table(followed: Sequence[Followed], language: Language) -> Html | Sentence:
    """Show each campaign: who was listed, worked, reached and answered, and how many months are known."""
    if not followed:
        return _nothing(language)
    rows = []
    for one in followed:
        listed = one.rows[one.rows["arm"] == "listed"]
        rows.append(
            {
                "campaign": one.campaign,
                "listed": len(listed),
                "worked": int((listed["handled"] >= 1).sum()),
                "reached": int(listed["reached"].sum()),
                "accepted": int((listed["handled"] == 3).sum()),
                "asked": int((one.rows["arm"] == "asked").sum()),
                "control": int((one.rows["arm"] == "control").sum()),
                "months": one.known_months,
            }
        )
    zh = {
        "campaign": "活动",
        "listed": "名单",
        "worked": "已办理",
        "reached": "接通",
        "accepted": "接受",
        "asked": "询问的对照",
        "control": "不联系的对照",
        "months": "已知月数",
    }
    en = {"asked": "controls asked", "control": "controls not contacted", "months": "months known"}
    return table(pd.DataFrame(rows), titles=zh if language == "zh" else en)


def answers_table(followed: Sequence[Followed], language: Language) -> Html:
    """Show how feedback was resolved, over all campaigns."""
    rows = [
        {"what": COUNTED[name][_place(language)], "rows": few(sum(int(one.counts.get(name, 0)) for one in followed))}
        for name in COUNTED
    ]
    return table(pd.DataFrame(rows), titles={"what": "项目", "rows": "客户或行"} if language == "zh" else {})


def spoken(found: CareEffects, language: Language) -> Sentence:
    """Say what care did to satisfaction, and on how many answers that rests."""
    effect = found.figures.get("satisfaction_effect")
    if effect is None:
        return _nothing(language)
    told = ("提高" if effect.low > 0 else "降低" if effect.high < 0 else "尚无定论") if language == "zh" else (
        "raised" if effect.low > 0 else "lowered" if effect.high < 0 else "not settled"
    )  # fmt: skip
    return sentence(
        "关怀使接通客户的满意度改变 **{effect} 分**（{told}）：与只询问、不给关怀的对照相比，依据 {measured} 个回答。",
        "Care changed the satisfaction of the reached by **{effect} points** ({told}), against controls who were asked "
        "and got no care; it rests on {measured} answers.",
        language,
        effect=effect,
        told=told,
        measured=found.rows["measured"],
    )


def effects_table(found: CareEffects, language: Language) -> Html | Sentence:
    """Show all effects with their intervals."""
    rows = []
    for name, (zh, en, kind) in EFFECTS.items():
        if name in found.figures:
            one = found.figures[name]
            rows.append({"effect": (zh, en)[_place(language)], "value": estimate(one.value, one.low, one.high, kind)})
    titles = (
        {"effect": "效果", "value": "估计（95 % 区间）"} if language == "zh" else {"value": "estimate (95 % interval)"}
    )
    return table(pd.DataFrame(rows), titles=titles) if rows else _nothing(language)


def groups(
    found: pd.DataFrame, by: str, language: Language, segments: Mapping[str, Mapping[str, str]] = SEGMENTS
) -> Shown | Sentence:
    """Draw effects on satisfaction by group, drawn towards their mean.

    Parameters
    ----------
    found : DataFrame
        Of `care.grouped_care`.
    by : str
        ``care_form``, ``segment_id``, ``care_reason``, or ``pairs`` of segment and form.
    segments : mapping
        Segment number → title in zh and en (`segments.titles`).
    """
    if not len(found):
        return _nothing(language)
    rows = pd.DataFrame(
        {
            "label": [_label(str(group), by, language, segments) for group in found["group"]],
            "value": found["pooled"],
            "low": found["pooled_low"],
            "high": found["pooled_high"],
            "treated": found["treated"],
            "control": found["control"],
        }
    )
    title, axis = AXES[_place(language)]
    return show(
        effect_forest(rows, language=language, title=title, axis=axis, kind="number", better=1), _ranked(rows, language)
    )


def _ranked(rows: pd.DataFrame, language: Language) -> Sentence:
    """Name the group with the largest effect; or say that groups differ by no more than chance."""
    best = rows.to_dict("records")[int(rows["value"].to_numpy().argmax())]
    if len(rows) > 1 and float(np.ptp(rows["value"].to_numpy())) < SAME:
        return sentence(
            "各组满意度效果（向总体收缩）：各组的差别不超过偶然，都取总体的 {value}。",
            "Effects on satisfaction by group, drawn towards their mean: groups differ by no more than chance, all are "
            "at {value}.",
            language,
            value=float(best["value"]),
        )
    return sentence(
        "各组满意度效果（向总体收缩）：最高的是“{best}”，{value} 分 [{low}, {high}]。",
        "Effects on satisfaction by group, drawn towards their mean: the highest is {best}, {value} points "
        "[{low}, {high}].",
        language,
        best=str(best["label"]),
        value=float(best["value"]),
        low=float(best["low"]),
        high=float(best["high"]),
    )


def _label(group: str, by: str, language: Language, segments: Mapping[str, Mapping[str, str]]) -> str:
    if by == "segment_id":
        return segment_title(group, segments, language)
    if by == "pairs":
        segment, _, form = group.rpartition(" ")
        return f"{segment} {form_title(form, language)}"
    if by == "care_form":
        return form_title(group, language)
    if by == "care_reason":
        return f"{group} {code_list('care_reason').text(group, language)}"
    return group


def tiring_curve(found: Tiring, language: Language) -> Shown | Sentence:
    """Draw the effect of care by the number of earlier cares, and say what one more of them changes."""
    if found.each is None:
        return sentence(
            "随机分配还说不出什么：需要以前入选而被留作对照、现在再次入选的客户。",
            "Chance tells nothing of it yet: it takes customers who were kept back before and are considered again.",
            language,
        )
    label, last = (("此前关怀 {} 次", "此前关怀 {} 次或更多"), ("{} earlier", "{} or more earlier"))[_place(language)]
    *groups, most = found.curve["group"]
    rows = found.curve.assign(label=[*(label.format(group) for group in groups), last.format(most)])
    settled = found.each.low > 0 or found.each.high < 0
    told = (("已有定论", "尚无定论"), ("settled", "not settled"))[_place(language)][0 if settled else 1]
    said = sentence(
        "此前每多一次关怀，效果改变 **{each} 分**（{told}）。只在以前同样多次入选、现在形式相同的客户之间比较；"
        "其中谁受过关怀由随机决定。",
        "Each earlier care changes the effect by **{each} points** ({told}). Customers are compared who were "
        "considered as often before, for the same form: who of them was cared for was chance.",
        language,
        each=found.each,
        told=told,
    )
    title, axis = AXES[_place(language)]
    return show(effect_forest(rows, language=language, title=title, axis=axis, kind="number", better=1), said)


def verdicts_table(found: pd.DataFrame, language: Language) -> Html:
    """Show which forms to extend, keep or stop, and how sure that is."""
    place = _place(language)
    rows = pd.DataFrame(
        {
            "form": [form_title(code, language) for code in found["care_form"]],
            "verdict": [VERDICTS[one][place] for one in found["verdict"]],
            "answers": found["answers"],
            "gain": [f"{one:+.2f}" for one in found["gain"]],
            "net": found["net_fen"],
            "pays": found["p_pays"],
        }
    )
    zh = {
        "form": "形式",
        "verdict": "建议",
        "answers": "依据的回答",
        "gain": "满意度增加（分）",
        "net": "每人净收益",
        "pays": "值得的概率",
    }
    en = {"answers": "answers", "gain": "gain, points", "net": "net per task", "pays": "probability that it pays"}
    kinds: dict[str, Kind] = {"net": "yuan", "pays": "percent"}
    return table(rows, titles=zh if language == "zh" else en, kinds=kinds, rows_max=40)


def drivers_table(found: Drivers | None, language: Language) -> Html | Sentence:
    """Show what moves satisfaction, in points of ten, and how much of unseen answers that explains."""
    if found is None:
        return sentence(
            "回答还不足 {least} 个，暂不建模。",
            "Fewer than {least} answers yet; nothing is modelled.",
            language,
            least=ANSWERS_MIN,
        )
    rows = found.rows[[language, "mean_abs", "high_minus_low"]].rename(columns={language: "driver"})
    rows["high_minus_low"] = [f"{one:+.2f}" for one in rows["high_minus_low"]]
    caption = sentence(
        "SHAP，{answers} 个回答；对未见过的回答解释了 {share}。",
        "SHAP, {answers} answers; {share} of the variance of unseen answers is explained.",
        language,
        kinds={"share": "percent"},
        answers=found.answers,
        share=found.explained,
    )
    zh = {"driver": "因素", "mean_abs": "平均影响（分）", "high_minus_low": "偏高者与偏低者之差（分）"}
    en = {"mean_abs": "mean effect, points", "high_minus_low": "above less below its mean, points"}
    return table(rows, titles=zh if language == "zh" else en, caption=caption.plain)
