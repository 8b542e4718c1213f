"""The sentences of figures about a model, and about rates and rules over months; see `captions`."""

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from bassboss_lib.learning.estimates import Estimate
from bassboss_lib.reports.numbers import Kind, number
from bassboss_lib.reports.sentences import Language, Sentence, sentence

__all__ = [
    "beeswarm",
    "calibration",
    "comparison",
    "dependence",
    "gains",
    "importance",
    "lift",
    "quality_trend",
    "rate_by_month",
    "reasons",
    "score_distribution",
    "waterfall",
]


def gains(curve: pd.DataFrame, language: Language, *, share: float = 0.10) -> Sentence:
    """Say which share of the positives the most likely ``share`` of customers holds."""
    return sentence(
        "概率最高的 {share} 客户中有 {found} 的目标客户。",
        "The most likely {share} of customers hold {found} of the positives.",
        language,
        kinds={"share": "percent", "found": "percent"},
        share=share,
        found=_at(curve, share),
    )


def lift(curve: pd.DataFrame, language: Language, *, share: float = 0.10) -> Sentence:
    """Say how much denser positives are among the most likely ``share`` of customers."""
    found = _at(curve, share)
    return sentence(
        "概率最高的 {share} 客户中，目标客户的密度是全体的 {lift}。",
        "Among the most likely {share} of customers positives are {lift} as dense as among all.",
        language,
        kinds={"share": "percent", "lift": "times"},
        share=share,
        lift=Estimate(found.value / share, found.low / share, found.high / share),
    )


def _at(curve: pd.DataFrame, share: float) -> Estimate:
    row = curve.iloc[(curve["share"] - share).abs().argmin()]
    return Estimate(float(row["found"]), float(row["low"]), float(row["high"]))


def calibration(table: pd.DataFrame, language: Language) -> Sentence:
    """Say mean prediction and mean rate, and in how many bins the prediction lies in the interval of the rate."""
    inside = table["predicted"].between(table["low"], table["high"])
    return sentence(
        "平均预测 {said}，实际 {seen}；{bins} 组中有 {inside} 组的预测落在区间内。",
        "{said} predicted on average, {seen} observed; in {inside} of {bins} bins the prediction lies in the interval.",
        language,
        kinds={"said": "percent", "seen": "percent"},
        said=float(np.average(table["predicted"], weights=table["rows"])),
        seen=float(np.average(table["observed"], weights=table["rows"])),
        bins=len(table),
        inside=int(inside.sum()),
    )


def importance(frame: pd.DataFrame, language: Language) -> Sentence:
    """Name what matters most."""
    titles = frame[language] if language in frame else frame["group"]
    return sentence("影响最大的是{first}。", "{first} matters most.", language, first=str(titles.iloc[0]))


def beeswarm(points: pd.DataFrame, language: Language) -> Sentence:
    """Name the feature on the top line, and the direction in which its high values push."""
    top = points[points["rank"] == 0].dropna(subset=["level"])
    if len(top) < 2:  # a category
        return sentence(
            "影响最大的是{first}；灰点是类别或缺失，没有高低之分。",
            "{first} pushes most; grey points are categories or missing, which are neither high nor low.",
            language,
            first=str(points.loc[points["rank"] == 0, language].iloc[0]),
        )
    rises = float(np.corrcoef(top["level"], top["phi"])[0, 1]) > 0
    return sentence(
        "影响最大的是{first}，取值高时{way}概率。",
        "{first} pushes most; its high values {way} the probability.",
        language,
        first=str(points.loc[points["rank"] == 0, language].iloc[0]),
        way=("提高" if rises else "降低") if language == "zh" else ("raise" if rises else "lower"),
    )


def dependence(points: pd.DataFrame, language: Language, *, title: str) -> Sentence:
    """Say what the lowest and the highest fifth of the values do to the log-odds."""
    known = points.dropna(subset=["value"])
    low, high = known["value"].quantile(0.2), known["value"].quantile(0.8)
    return sentence(
        "{title}最低五分之一的客户，对数几率平均变化 {low}；最高五分之一 {high}。",
        "The lowest fifth of {title} changes the log-odds by {low} on average, the highest by {high}.",
        language,
        title=title,
        low=f"{known.loc[known['value'] <= low, 'phi'].mean():+.2f}",
        high=f"{known.loc[known['value'] >= high, 'phi'].mean():+.2f}",
    )


def waterfall(steps: pd.DataFrame, language: Language) -> Sentence:
    """Say the probability that comes out, and the strongest step."""
    last = float(steps["end"].iloc[-1])
    return sentence(
        "预测概率 {said}；影响最大的是{first}（{phi}）。",
        "Predicted probability {said}; {first} pushes most ({phi}).",
        language,
        kinds={"said": "percent"},
        said=float(1 / (1 + np.exp(-last))),
        first=str(steps[language].iloc[0]),
        phi=f"{float(steps['phi'].iloc[0]):+.2f}",
    )


def score_distribution(p: ArrayLike, language: Language, *, threshold: float) -> Sentence:
    """Say how many customers lie above the threshold."""
    scores = np.asarray(p, dtype=np.float64)
    return sentence(
        "{customers} 名客户中 {above} 名高于门限 {threshold}。",
        "{above} of {customers} customers lie above {threshold}.",
        language,
        kinds={"threshold": "percent"},
        customers=len(scores),
        above=int((scores >= threshold).sum()),
        threshold=threshold,
    )


def comparison(rows: pd.DataFrame, language: Language, *, kind: Kind = "number") -> Sentence:
    """Say the first line's figure beside the second's."""
    first, second = rows.iloc[0], rows.iloc[min(1, len(rows) - 1)]
    return sentence(
        "{first} {one}；{second} {other}。", "{first} {one}; {second} {other}.", language,
        kinds={"one": kind, "other": kind}, first=str(first["label"]), second=str(second["label"]),
        one=Estimate(float(first["value"]), float(first["low"]), float(first["high"])),
        other=Estimate(float(second["value"]), float(second["low"]), float(second["high"])),
    )  # fmt: skip


def reasons(counts: pd.DataFrame, language: Language) -> Sentence:
    """Name the most frequent reason and its share."""
    top = counts.iloc[int(counts["count"].to_numpy().argmax())]
    return sentence(
        "最常见的是“{top}”，占 {share}。", "The most frequent is “{top}”, {share}.", language,
        kinds={"share": "percent"}, top=str(top["title"]), share=float(top["count"] / max(counts["count"].sum(), 1)),
    )  # fmt: skip


def quality_trend(history: pd.DataFrame, language: Language) -> Sentence:
    """Say how many rules and months are shown, and how many figures fell outside their band."""
    return sentence(
        "{rules} 条规则、{months} 个月；{failed} 个数字超出允许范围。",
        "{rules} rules over {months} months; {failed} figures outside their band.",
        language,
        rules=int(history["rule"].nunique()),
        months=int(history["month"].nunique()),
        failed=int((history["verdict"] == "fail").sum()),
    )


def rate_by_month(rows: pd.DataFrame, language: Language) -> Sentence:
    """Say the newest month's rate with its interval, and that of the month before."""
    newest, before = rows.iloc[-1], rows.iloc[max(len(rows) - 2, 0)]
    return sentence(
        "{month}：{rate}；上月 {before}。", "{month}: {rate}; the month before {before}.", language,
        kinds={"rate": "percent"}, month=str(newest["month"]), before=number(float(before["value"]), "percent"),
        rate=Estimate(float(newest["value"]), float(newest["low"]), float(newest["high"])),
    )  # fmt: skip
