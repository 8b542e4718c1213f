"""The sentence of each figure: what it shows, in numbers, from the same frame the figure is drawn from.

It stands below the figure and is its alternative text, so that who cannot see the figure loses nothing that a glance
would have given. Every function is called like its figure and takes the same frame.
"""

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from bassboss_lib.learning.estimates import Estimate
from bassboss_lib.reports.captions_model import (
    beeswarm,
    calibration,
    comparison,
    dependence,
    gains,
    importance,
    lift,
    quality_trend,
    rate_by_month,
    reasons,
    score_distribution,
    waterfall,
)
from bassboss_lib.reports.disclosure import FEW
from bassboss_lib.reports.figures_bills import SAME_FEN
from bassboss_lib.reports.figures_quality import DRIFT_ALARM, DRIFT_NOTICE
from bassboss_lib.reports.numbers import Kind, number
from bassboss_lib.reports.sentences import Language, Sentence, sentence

__all__ = [
    "beeswarm",
    "bill_change",
    "calibration",
    "comparison",
    "dependence",
    "drift_strip",
    "effect_forest",
    "gains",
    "importance",
    "lift",
    "quality_trend",
    "rate_by_month",
    "reasons",
    "retention_heatmap",
    "sankey",
    "score_distribution",
    "segment_bars",
    "segment_radar",
    "waterfall",
    "winners_losers",
]


def effect_forest(rows: pd.DataFrame, language: Language, *, kind: Kind = "points") -> Sentence:
    """Say the effect of the whole (else of the first line), and how many lines exclude no effect.

    Examples
    --------
    >>> one = pd.DataFrame({"label": ["all"], "value": [-0.02], "low": [-0.03], "high": [-0.01]})
    >>> effect_forest(one, "en")
    all: -2.0 pp [-3.0 pp, -1.0 pp]; 1 of 1 intervals exclude no effect.
    """
    totals = rows[rows["total"].astype(bool)] if "total" in rows else rows.head(0)
    main = (totals if len(totals) else rows).iloc[0]
    return sentence(
        "{label}：{effect}；{rows} 个区间中有 {clear} 个不含零效果。",
        "{label}: {effect}; {clear} of {rows} intervals exclude no effect.",
        language,
        kinds={"effect": kind},
        label=str(main["label"]),
        effect=Estimate(float(main["value"]), float(main["low"]), float(main["high"])),
        rows=len(rows),
        clear=int(((rows["low"] > 0) | (rows["high"] < 0)).sum()),
    )


def retention_heatmap(cohorts: pd.DataFrame, language: Language) -> Sentence:
    """Say the share kept at the greatest age that several cohorts have reached, best and worst cohort."""
    known = cohorts[cohorts["customers"] >= FEW]
    if known.empty:
        return sentence("没有足够大的群组。", "No cohort is large enough to be shown.", language)
    ages = known.groupby("age")["cohort"].nunique()
    age = int(ages[ages >= min(2, ages.max())].index.max())
    there = known[known["age"] == age].sort_values(["kept", "cohort"])
    return sentence(
        "入网 {age} 个月后平均留存 {mean}；最低 {worst}（{low}），最高 {best}（{high}）。",
        "After {age} months {mean} are kept on average; lowest {worst} ({low}), highest {best} ({high}).",
        language,
        kinds={"mean": "percent", "low": "percent", "high": "percent"},
        age=age,
        mean=float(np.average(there["kept"], weights=there["customers"])),
        worst=str(there["cohort"].iloc[0]),
        low=float(there["kept"].iloc[0]),
        best=str(there["cohort"].iloc[-1]),
        high=float(there["kept"].iloc[-1]),
    )


def segment_radar(profiles: pd.DataFrame, language: Language) -> Sentence:
    """Say which trait sets which segment apart most."""
    known = profiles[profiles["customers"] >= FEW]
    if known.empty:
        return sentence("没有足够大的细分。", "No segment is large enough to be shown.", language)
    far = known.iloc[int((known["index"] - 100).abs().to_numpy().argmax())]
    return sentence(
        "{segments} 个细分；差别最大的是“{segment}”的{trait}：{value}（全体平均 100）。",
        "{segments} segments; what stands out most is {trait} of “{segment}”: {value} (mean of all 100).",
        language,
        segments=int(known["segment"].nunique()),
        segment=str(far["segment"]),
        trait=str(far["trait"]),
        value=round(float(far["index"])),
    )


def segment_bars(profiles: pd.DataFrame, language: Language) -> Sentence:
    """Say the same as `segment_radar`: the frame is the same."""
    return segment_radar(profiles, language)


def bill_change(change_fen: ArrayLike, language: Language, *, same_fen: int = SAME_FEN) -> Sentence:
    """Say the median change and which shares pay less and more."""
    change = np.asarray(change_fen, dtype=np.float64)
    rows = max(len(change), 1)
    return sentence(
        "{rows} 名客户的月账单变化：中位数 {median}；{less} 少付，{more} 多付。",
        "Change of the monthly bill of {rows} customers: median {median}; {less} pay less, {more} pay more.",
        language,
        kinds={"median": "yuan", "less": "percent", "more": "percent"},
        rows=len(change),
        median=float(np.median(change)) if len(change) else 0.0,
        less=float((change <= -same_fen).sum() / rows),
        more=float((change >= same_fen).sum() / rows),
    )


def winners_losers(rows: pd.DataFrame, language: Language) -> Sentence:
    """Say the shares of all groups together, and the group with the largest share of losers."""
    counts = rows[["winners", "same", "losers"]].to_numpy(dtype=float)
    total = max(float(counts.sum()), 1.0)
    share = counts[:, 2] / np.maximum(counts.sum(axis=1), 1)
    return sentence(
        "合计 {less} 少付，{more} 多付；多付比例最高的是“{group}”（{share}）。",
        "In all {less} pay less and {more} pay more; the most who pay more are in “{group}” ({share}).",
        language,
        kinds={"less": "percent", "more": "percent", "share": "percent"},
        less=float(counts[:, 0].sum() / total),
        more=float(counts[:, 2].sum() / total),
        group=str(rows["label"].iloc[int(share.argmax())]),
        share=float(share.max()),
    )


def sankey(flows: pd.DataFrame, language: Language) -> Sentence:
    """Say how many stay, and the largest move."""
    first = flows[flows["stage"] == 0] if "stage" in flows else flows
    stays = first["source"] == first["target"]
    total, moves = int(first["customers"].sum()), first[~stays].sort_values("customers", ascending=False, kind="stable")
    head = sentence(
        "{total} 名客户中 {kept} 留在原处。",
        "Of {total} customers {kept} stay where they are.",
        language,
        kinds={"kept": "percent"},
        total=total,
        kept=float(first.loc[stays, "customers"].sum() / max(total, 1)),
    )
    if moves.empty:
        return head
    tail = sentence(
        "最大的迁移：{source} → {target}，{customers} 人。",
        "The largest move: {source} → {target}, {customers} customers.",
        language,
        source=str(moves["source"].iloc[0]),
        target=str(moves["target"].iloc[0]),
        customers=int(moves["customers"].iloc[0]),
    )
    gap = "" if language == "zh" else " "
    return Sentence(head.markdown + gap + tail.markdown, head.plain + gap + tail.plain)


def drift_strip(rows: pd.DataFrame, language: Language) -> Sentence:
    """Say how many features are calm, looked at and alarming in the newest month, and which moved most."""
    newest = rows[rows["month"] == rows["month"].max()].dropna(subset=["psi"])
    if newest.empty:
        return sentence("没有可比的特征。", "No feature can be compared.", language)
    most = newest.iloc[int(newest["psi"].to_numpy().argmax())]
    return sentence(
        "{month}：{alarm} 个特征达到警报，{look} 个需留意，共 {rows} 个；变动最大的是{feature}（PSI {psi}）。",
        "{month}: {alarm} features alarm, {look} to look at, of {rows}; {feature} moved most (PSI {psi}).",
        language,
        month=str(most["month"]),
        alarm=int((newest["psi"] >= DRIFT_ALARM).sum()),
        look=int(newest["psi"].between(DRIFT_NOTICE, DRIFT_ALARM, inclusive="left").sum()),
        rows=len(newest),
        feature=str(most["feature"]),
        psi=number(float(most["psi"])),
    )
