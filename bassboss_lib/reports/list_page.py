"""What the page on the retention list shows: who is listed, who is not, why, and what is at stake; no person."""

from collections.abc import Mapping, Sequence

import pandas as pd

from bassboss_lib.campaigns import RULES
from bassboss_lib.contracts.feature import Feature
from bassboss_lib.features.said import changes, of_themes, short
from bassboss_lib.learning import Model
from bassboss_lib.reports import figures_model, figures_reasons
from bassboss_lib.reports.disclosure import FEW, few, pooled
from bassboss_lib.reports.display import Shown, show
from bassboss_lib.reports.numbers import Kind, number
from bassboss_lib.reports.sentences import Language, Sentence, sentence
from bassboss_lib.reports.tables import Html, table
from bassboss_lib.retention.listing import Selection
from bassboss_lib.retention.prospects import Prospects
from bassboss_lib.retention.reasons import taxonomy
from bassboss_lib.retention.spending import Spent
from bassboss_lib.retention.uplift import Learnt
from bassboss_lib.segments.interim import SEGMENTS

__all__ = [
    "afforded",
    "divided",
    "excluded_table",
    "learnt",
    "preview",
    "reasons",
    "scores",
    "segments_table",
    "summary",
    "themes_learnt",
]

OTHER = {"zh": "其他（各少于 10 人）", "en": "other (fewer than 10 each)"}
EXCLUDED = {
    **RULES,
    "silent": ("沉默客户（当月无主动通信）", "silent (no event of their own in the month)"),
    "below_probability": ("低于概率门限", "below the probability threshold"),
    "beyond_size": ("超出名单容量", "beyond the size of the list"),
    "campaign_control": ("本次活动对照（随机保留）", "control of this campaign, kept back by chance"),
    "universal_control": ("全局对照组（从不联系）", "universal control, never contacted"),
}


THEMES = {"gone": ("已删去", "removed"), "other_words": ("换了词", "other words"), "new": ("新增", "added")}
EDITED = (
    "投诉主题的词表（`features/themes.yaml`）与模型学习时不同：{told}。模型照常打分：已删去的主题按无人投诉计，新增的不用；"
    "重新训练（`10_retention_train`）后才按新词表。",
    "The words of complaint themes (`features/themes.yaml`) are not those that the model learnt: {told}. It scores on: "
    "a theme that was removed counts as nobody's, one that was added waits until `10_retention_train` learns anew.",
)


def themes_learnt(model: Model, language: Language) -> Sentence:
    """Say whether the themes of complaint text are still those that the model learnt."""
    learnt, place = of_themes(model.features), 0 if language == "zh" else 1
    found = changes(model.features, dropped=model.encoding.dropped)
    if not learnt:
        return sentence("模型不使用投诉文本的主题。", "The model does not use themes of complaint text.", language)
    if not found:
        same = "模型使用 {count} 个投诉主题，词表与学习时相同。"
        return sentence(same, "The model uses {count} themes of complaint text, told by the words that it learnt.",
                        language, count=len(learnt))  # fmt: skip
    told = [_named(THEMES[kind][place], getattr(found, kind), language) for kind in THEMES if getattr(found, kind)]
    return sentence(*EDITED, language, told=("；", "; ")[place].join(told))


def _named(what: str, features: Sequence[Feature], language: Language) -> str:
    titles = (short(feature.title(language), language) for feature in features)
    return f"{what}“{'、'.join(titles)}”" if language == "zh" else f"{what} “{', '.join(titles)}”"


def summary(selection: Selection, unit: str, language: Language) -> Sentence:
    """Say how many are listed, how many are expected to leave, and what is at stake, in the unit of the value."""
    stake = selection.value_at_stake
    return sentence(
        "名单 **{listed} 人**，预计其中 {expected} 人主动离网，风险价值 {stake}。",
        "**{listed} customers** are listed; {expected} of them are expected to leave, {stake} is at stake.",
        language,
        kinds={"expected": "count"},
        listed=len(selection.rows),
        expected=float(selection.rows["churn_probability"].sum()),
        stake=number(stake, "yuan") if unit == "fen" else f"{number(stake)} {unit}",
    )


def learnt(found: Learnt, language: Language) -> Sentence:
    """Say whether the list is ordered by effect or by risk, and on what that rests."""
    if found.gate is None:
        return sentence(
            "按风险价值排序：成熟活动的数据还不够判断谁会被联系改变（候选 {rows} 人）。",
            "Ordered by value at stake: mature campaigns do not tell yet who is changed by contact ({rows} rows).",
            language,
            rows=found.rows.get("candidates", 0),
        )
    return sentence(
        "过去的活动中，按效果排序的名单比按风险排序多带来 {gate}（各名单长度平均，99 % 区间）；**{told}**。",
        "On past campaigns the list ordered by effect was worth {gate} more than the one ordered by risk (mean over "
        "all lengths of the list, 99 % interval); **{told}**.",
        language,
        kinds={"gate": "yuan"},
        gate=found.gate,
        told=("按效果排序" if language == "zh" else "ordered by effect")
        if found.opened
        else ("区间未高于零，仍按风险排序" if language == "zh" else "not proven, so still ordered by risk"),
    )


AFFORDED = (
    "预计外呼与方案成本 **{cost}**（{limit}）。名单的{what} {gain}；不留对照、不探索时，同样容量和预算内逐个选取可得 "
    "{best}，任何名单都不会超过 {bound}（线性规划上界）。前两者之差是留对照和探索的代价。",
    "Calls and offers are expected to cost **{cost}** ({limit}). The list holds {gain} of {what}; chosen one by one "
    "within the same capacity and budget, without controls and exploration, it would be {best}, and no list exceeds "
    "{bound} (bound of the linear programme). What lies between the first two is the price of learning.",
)


def afforded(bill: Spent | None, language: Language) -> Sentence:
    """Say what the list is expected to bring and cost, and how far it is from what no list can exceed."""
    if bill is None:
        return sentence("自有数据没有方案与成本。", "A table of one's own knows no offers and no costs.", language)
    place = 0 if language == "zh" else 1
    limit = ("未设预算", "no budget was set")[place]
    if bill.budget is not None:
        limit = ("预算 ", "of a budget of ")[place] + number(bill.budget, "yuan")
    what = (("风险价值", "value at stake"), ("预期收益", "expected profit"))[bill.by_effect][place]
    kinds: dict[str, Kind] = {"cost": "yuan", "gain": "yuan", "best": "yuan", "bound": "yuan"}
    return sentence(
        *AFFORDED, language, kinds=kinds, limit=limit, what=what,
        cost=bill.cost, gain=bill.gain, best=bill.best, bound=bill.bound,
    )  # fmt: skip


def excluded_table(selection: Selection, language: Language) -> Html:
    """Show who was left out of the list, by reason."""
    place = 0 if language == "zh" else 1
    rows = [{"reason": EXCLUDED[name][place], "customers": few(count)} for name, count in selection.excluded.items()]
    titles = {"reason": "未列入原因", "customers": "客户数"} if language == "zh" else {"reason": "not listed because"}
    return table(pd.DataFrame(rows), titles=titles)


def scores(given: Prospects, probability_min: float, language: Language) -> Shown:
    """Draw how many customers have which probability, with the list's threshold."""
    told = sentence(
        "{customers} 名客户的离网概率分布；红线为名单门限 {threshold}。",
        "Probabilities of {customers} customers; the red line is the list's threshold {threshold}.",
        language,
        kinds={"threshold": "percent"},
        customers=len(given.rows),
        threshold=probability_min,
    )
    probability = given.rows["churn_probability"]
    return show(figures_model.score_distribution(probability, language=language, threshold=probability_min), told)


def reasons(selection: Selection, language: Language) -> Shown:
    """Draw the coded reasons of the listed customers."""
    known = taxonomy().reasons
    titles = {code: f"{code} {known[code].zh if language == 'zh' else known[code].en}" for code in known}
    counts = pooled(selection.rows["churn_reason"].map(titles), OTHER[language]).value_counts()
    frame = pd.DataFrame({"title": counts.index, "count": counts.to_numpy()})
    most = selection.rows["churn_reason"].value_counts().reindex(list(known), fill_value=0).idxmax()
    top = known[str(most)]
    told = sentence(
        "最常见的离网原因是“{top}”，占名单的 {share}。",
        "The most frequent reason is “{top}”, {share} of the list.",
        language,
        kinds={"share": "percent"},
        top=top.zh if language == "zh" else top.en,
        share=float(counts.max() / max(counts.sum(), 1)),
    )
    return show(figures_reasons.reasons(frame, language=language), told)


def divided(given: Prospects, language: Language) -> Sentence:
    """Say what the segments rest on: segments of their own, or the interim rule as long as there are none."""
    if not given.segments:
        return sentence("自有数据没有细分。", "A table of your own has no segments.", language)
    if set(given.segments) <= set(SEGMENTS):
        return sentence(
            "还没有细分模型：暂以价值三分位 × 网龄段代替；运行 `20_care_segment` 后改用细分。",
            "There is no segment model yet: thirds of value by bands of tenure stand in, until `20_care_segment` ran.",
            language,
        )
    count = int(given.rows["segment_id"].nunique())
    return sentence(
        "细分取自客户细分（`20_care_segment`），本月客户分属 {count} 个细分。",
        "Segments are those of `20_care_segment`; this month's customers are in {count} of them.",
        language,
        count=count,
    )


def segments_table(
    selection: Selection, language: Language, segments: Mapping[str, Mapping[str, str]] = SEGMENTS
) -> Html:
    """Show the listed customers by segment; segments of fewer than ten are pooled, so that nobody can be told apart.

    Parameters
    ----------
    segments : mapping
        Segment number → title in zh and en (`Prospects.segments`).
    """
    if "segment_id" not in selection.rows:
        return table(pd.DataFrame())
    titles = {segment: f"{segment} {title[language]}" for segment, title in segments.items()}
    by = selection.rows.groupby(pooled(selection.rows["segment_id"].map(titles), OTHER[language]))
    frame = pd.DataFrame(
        {
            "customers": by.size(),
            "probability": by["churn_probability"].mean(),
            "stake": by["value_at_stake"].sum(),
        }
    )
    none = [title for segment, title in titles.items() if not (selection.rows["segment_id"] == segment).any()]
    kept = frame[frame["customers"] >= FEW]
    kept = kept.reindex(pd.Index([*kept.index, *none], name="segment_id"))  # an empty segment is a row with 0 (R21)
    kept = kept.fillna({"customers": 0, "stake": 0}).astype({"customers": "int64"}).reset_index()
    zh = {"segment_id": "细分", "customers": "客户数", "probability": "平均离网概率", "stake": "风险价值"}
    en = {
        "segment_id": "segment",
        "customers": "customers",
        "probability": "mean probability",
        "stake": "at stake",
    }
    return table(kept, titles=zh if language == "zh" else en, kinds={"probability": "percent", "stake": "yuan"})


def preview(listed: pd.DataFrame, unit: str, language: Language, rows: int = 10) -> Html:
    """Show the first lines of the list by pseudonym: probability, reason and evidence."""
    columns = [
        name
        for name in ("priority", "churn_probability", "value_at_stake", "churn_reason", "churn_traits")
        if name in listed
    ]
    shown = listed.head(rows)[columns]
    shown.insert(0, "customer", [f"{str(key)[:8]}…" for key in shown.index])
    zh = {"customer": "客户（假名）", "priority": "优先序", "churn_probability": "离网概率",
          "value_at_stake": "风险价值", "churn_reason": "原因", "churn_traits": "离网特征"}  # fmt: skip
    en = {"customer": "customer (pseudonym)", "priority": "priority", "churn_probability": "probability",
          "value_at_stake": "at stake", "churn_reason": "reason", "churn_traits": "evidence"}  # fmt: skip
    kinds = {"churn_probability": "percent", "value_at_stake": "yuan" if unit == "fen" else "number"}
    return table(shown, titles=zh if language == "zh" else en, kinds=kinds)  # type: ignore[arg-type]
