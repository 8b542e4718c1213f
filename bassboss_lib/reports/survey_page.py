"""What the pages of a survey show: who is asked and who is not; then what the answers say, and what they cannot."""

from collections.abc import Mapping

import pandas as pd

from bassboss_lib.rating import Plan
from bassboss_lib.rating.words import differences
from bassboss_lib.reports import figures_tariff
from bassboss_lib.reports.display import Shown, show
from bassboss_lib.reports.numbers import estimate, number
from bassboss_lib.reports.sentences import Language, Sentence, sentence
from bassboss_lib.reports.tables import Html, table
from bassboss_lib.segments import OUTLIERS
from bassboss_lib.tariff.estimate import Band
from bassboss_lib.tariff.evaluation import Evaluation, verdict
from bassboss_lib.tariff.survey import REASONS, Drawn
from bassboss_lib.tariff.surveying import Planned, Proposals
from bassboss_lib.tariff.themes import themes

__all__ = [
    "asked_words", "decision", "estimates_figure", "estimates_table", "excluded_table", "preview",
    "proposals_table", "rates", "segments_table", "strata_table", "stratum_title", "themes_table", "wake_up_words",
    "weights_table",
]  # fmt: skip

ESTIMATES = {
    "naive": ("按表态直接平均", "as stated, unweighted"),
    "unadjusted": ("只按设计权重", "design weights only"),
    "take_up": ("校正后的接受率", "adjusted take-up"),
    "revenue_change_fen": ("月收入变化", "change of monthly revenue"),
    "profit_fen": ("扣除唤醒流失后", "after wake-up churn"),
}
MARGINS = {"stratum": ("抽样层", "stratum"), "bill": ("月账单三分位", "third of the bill")}
THIRDS = {"0": ("低", "low"), "1": ("中", "middle"), "2": ("高", "high")}
VERDICTS = {"go": ("上市", "go"), "change": ("修改", "change"), "stop": ("停止", "stop")}
WHY = {
    "gains": ("扣除已知的外呼代价后，收入变化的 P10 大于零", "revenue less known wake-up churn rises even at P10"),
    "loses": ("扣除已知的外呼代价后，收入变化的 P90 小于零", "revenue less known wake-up churn falls even at P90"),
    "uncertain": (
        "扣除已知的外呼代价后，收入变化的 P10 至 P90 跨过零",
        "the band of the revenue change, less known wake-up churn, spans nought",
    ),
    "taken": ("接受率达到要求", "take-up reaches the minimum"),
    "not_taken": ("接受率未达到要求", "take-up stays below the minimum"),
    "wakes_up": ("外呼唤醒了流失", "being called wakes people up to leave"),
}


def _word(pair: tuple[str, str], language: Language) -> str:
    return pair[0] if language == "zh" else pair[1]


def asked_words(planned: Planned, language: Language) -> Sentence:
    """Say how many are asked, of whom, and how exact the answer will be."""
    name, plan, drawn = planned
    return sentence(
        "调查 {name} 就 {plan} 询问 **{asked} 人**（目标客户 {population} 人，另有 {control} 人不外呼作对照）；"
        "预计接受率标准误 {error} 个百分点。",
        "Survey {name} asks **{asked} customers** about {plan} (population {population}; {control} more are a control"
        " that is not called); expected standard error of the take-up {error} points.",
        language,
        name=name,
        plan=plan.id,
        asked=len(drawn.sample.asked),
        population=len(drawn.frame),
        control=len(drawn.sample.control),
        error=f"{drawn.expected['take_up'] * 100:.1f}",
    )


def excluded_table(drawn: Drawn, language: Language) -> Html:
    """Show who was left out of the target population, by reason."""
    rows = [{"reason": _word(REASONS[name], language), "customers": count} for name, count in drawn.excluded.items()]
    return table(pd.DataFrame(rows), titles={"reason": "排除原因", "customers": "客户数"} if language == "zh" else {})


def strata_table(drawn: Drawn, language: Language) -> Html:
    """Show the strata: population, asked, control."""
    zh = {"stratum": "层", "population": "客户数", "asked": "外呼", "control": "对照"}
    names = [stratum_title(name, drawn.segments, language) for name in drawn.sample.strata["stratum"]]
    return table(drawn.sample.strata.assign(stratum=names), titles=zh if language == "zh" else {}, rows_max=40)


def stratum_title(name: str, segments: Mapping[str, Mapping[str, str]], language: Language) -> str:
    """Say what a stratum is: a class of the rehearsed impact, a segment, or one half of a segment.

    Examples
    --------
    >>> stratum_title("H00", {}, "en"), stratum_title("S01H1", {"S01": {"zh": "夜猫", "en": "night owls"}}, "en")
    ('H00 impact class 1', 'S01H1 night owls, larger impact')
    """
    place = _word(("影响第{}档", "impact class {}"), language)
    if name.startswith("H"):
        return f"{name} {place.format(int(name[1:]) + 1)}"
    segment, _, half = name.partition("H")
    small = _word(("特殊客户和较小的客群", "outliers and small segments"), language)
    title = small if segment == OUTLIERS else segments[segment][language]
    halves = {"": "", "0": _word(("，影响较低", ", smaller impact"), language)}
    return f"{name} {title}{halves.get(half, _word(('，影响较高', ', larger impact'), language))}"


def preview(rows: pd.DataFrame, language: Language) -> Html:
    """Show the first lines of the list by pseudonym: plans and the items that differ."""
    shown = rows.head(8)[
        ["current_plan", "new_plan", "item_1", "charge_1_fen", "item_2", "volume_2", "unit_2", "charge_2_fen"]
    ]
    shown.insert(0, "customer", [f"{key[:8]}…" for key in rows["pseudonym"].head(8)])
    return table(shown, titles={"customer": "客户（假名）"} if language == "zh" else {})


def rates(said: Evaluation, language: Language) -> Sentence:
    """Say how many were worked, reached and answered."""
    asked = len(said.answers)
    return sentence(
        "名单 {asked} 人，接通 {reached}，有回答 {answered}；加权的设计效应 {effect}。",
        "{asked} asked, {reached} reached, {answered} answered; design effect of the weights {effect}.",
        language,
        kinds={"reached": "percent", "answered": "percent"},
        asked=asked,
        reached=float(said.answers["reached"].mean()),
        answered=float(said.answers["answered"].mean()),
        effect=said.raked.design_effect,
    )


def weights_table(said: Evaluation, language: Language) -> Html:
    """Show response by class of propensity, and the raked margins before and after."""
    zh = {"class": "响应倾向档", "asked": "外呼", "answered": "回答", "rate": "加权回答率", "factor": "权重倍数"}
    first = table(said.responding.classes, titles=zh if language == "zh" else {}, kinds={"rate": "percent"}).text
    zh = {"margin": "边际", "category": "类", "population": "总体", "before": "校准前", "after": "校准后"}
    kinds = {"population": "count", "before": "count", "after": "count"}
    margins = said.raked.margins
    is_bill = margins["margin"] == "bill"
    thirds = margins["category"].map({place: _word(word, language) for place, word in THIRDS.items()})
    named = margins["margin"].map({name: _word(word, language) for name, word in MARGINS.items()})
    strata = [
        category if bill else stratum_title(category, said.survey.segments, language)
        for category, bill in zip(margins["category"], is_bill, strict=True)
    ]
    margins = margins.assign(margin=named, category=thirds.where(is_bill, pd.Series(strata, margins.index)))
    return Html(first + table(margins, titles=zh if language == "zh" else {}, kinds=kinds).text)  # type: ignore[arg-type]


def estimates_table(said: Evaluation, language: Language) -> Html:
    """Show every estimate with its 90 % interval, P10 and P90; the naive ones stand beside."""
    rows = []
    for name, title in ESTIMATES.items():
        band = said.estimates.get(name)
        if band is not None:
            kind = "yuan" if name.endswith("fen") else "percent"
            ends = [number(one, kind) for one in (band.p10, band.p50, band.p90)]  # type: ignore[arg-type]
            rows.append([_word(title, language), estimate(band.value, band.low, band.high, kind), *ends])  # type: ignore[arg-type]
    names = (
        ["估计", "值（90% 区间）", "P10", "P50", "P90"]
        if language == "zh"
        else ["", "value (90 %)", "P10", "P50", "P90"]
    )
    return table(pd.DataFrame(rows, columns=names))


def estimates_figure(said: Evaluation, language: Language) -> Shown:
    """Draw the take-up as stated, by design weights, and adjusted, each with its interval."""
    names = ("naive", "unadjusted", "take_up")
    bands: list[Band] = [said.estimates[name] for name in names]
    rows = pd.DataFrame({"name": [_word(ESTIMATES[name], language) for name in names]})
    for end in ("value", "low", "high"):
        rows[end] = [max(getattr(band, end), 0.0) * 100 for band in bands]
    over = {name: f"{(bands[place].value - bands[2].value) * 100:.1f}" for place, name in enumerate(("bias", "design"))}
    told = sentence(
        "直接平均会把接受率说成 {naive}，比校正后的 {after} 高 {bias} 个百分点；只按设计权重高 {design} 个百分点。",
        "Averaged as stated the take-up would be {naive}, {bias} points above the adjusted {after}; by design weights"
        " alone {design} points above it.",
        language,
        kinds={"naive": "percent", "after": "percent"},
        naive=bands[0].value,
        after=bands[2].value,
        **over,
    )
    title = "接受率（%）" if language == "zh" else "Take-up (%)"
    return show(figures_tariff.bars_by_scenario(rows, title=title, axis="%", language=language), told)


def segments_table(said: Evaluation, language: Language) -> Html:
    """Show take-up among answers by plan held, pooled (beta-binomial), with its 90 % interval."""
    zh = {"own_plan": "现有资费", "successes": "预计接受", "trials": "回答", "raw": "原始", "pooled": "合并后",
          "low": "下限", "high": "上限"}  # fmt: skip
    en = {"own_plan": "plan held", "successes": "takers expected", "trials": "answers"}
    kinds = dict.fromkeys(("raw", "pooled", "low", "high"), "percent") | {"trials": "count"}
    return table(said.segments, titles=zh if language == "zh" else en, kinds=kinds)  # type: ignore[arg-type]


def wake_up_words(said: Evaluation, language: Language) -> Sentence:
    """Say how much being called makes people leave."""
    if said.wake_up is None:
        return sentence(
            "唤醒效应：尚无外呼后月份的数据。",
            "Wake-up effect: no month after the calls has been delivered yet.",
            language,
        )
    return sentence(
        "截至 {month}，外呼组比不外呼的对照组多离网 {effect}（已计入计划的账）。",
        "By {month}, {effect} more of those to be called left than of the control that was not (charged to the plan).",
        language,
        kinds={"effect": "points"},
        month=said.wake_up_month,
        effect=said.wake_up,
    )


def themes_table(said: Evaluation, language: Language) -> Html:
    """Show suggestions by theme with typical phrases; phrases that one customer alone said are not shown."""
    known = themes()
    frame = said.themes.assign(
        theme=[
            _word((known[one].zh, known[one].en), language) if one in known else "其他 / other"
            for one in said.themes["theme"]
        ]
    )
    return table(frame, titles={"theme": "主题", "count": "条数", "phrases": "典型说法"} if language == "zh" else {})


def proposals_table(found: Proposals, language: Language) -> Html:
    """Show the edits that suggestions propose, and on what each differs from the plan as surveyed."""
    caption = "" if found.path is None else f"{_word(('候选文件', 'candidates'), language)}: {found.path.stem}"
    rows = [{"plan": one.id, "changes": _changes(found, one, language)} for one in found.edits]
    zh = {"plan": "建议的计划", "changes": "改动"}
    return table(pd.DataFrame(rows, columns=list(zh)), titles=zh if language == "zh" else {}, caption=caption)


def _changes(found: Proposals, edit: Plan, language: Language) -> str:
    """Name each change once, with the items it is about where it does not name them itself."""
    colon, comma, listed = ("：", "；", "、") if language == "zh" else (": ", "; ", ", ")
    about: dict[tuple[str, str], list[str]] = {}
    for one in differences(found.catalogue, found.plan, edit, language):
        ours, theirs = (text.split(comma) for text in (one.first, one.second))
        gone, come = ([part for part in here if part not in there] for here, there in ((ours, theirs), (theirs, ours)))
        about.setdefault((comma.join(gone), comma.join(come)), []).append(one.title)
    told = [
        (f"{first} → {second}", "" if all(title in first for title in titles) else listed.join(titles) + colon)
        for (first, second), titles in about.items()
    ]
    return comma.join(titles + change for change, titles in told)


def decision(said: Evaluation, take_up_min: float, language: Language) -> Sentence:
    """Say go, change or stop, with the reasons."""
    word, reasons = verdict(said, take_up_min)
    return sentence(
        "建议：**{word}**。理由：{why}。",
        "Verdict: **{word}**. Because: {why}.",
        language,
        word=_word(VERDICTS[word], language),
        why=("；" if language == "zh" else "; ").join(_word(WHY[one], language) for one in reasons),
    )
