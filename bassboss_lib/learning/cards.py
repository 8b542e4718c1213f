"""A model's card in words, for people who must say yes to it: what it is for, what it learnt from, how good it is."""

from collections.abc import Mapping
from typing import Any, Literal

__all__ = ["effect_written", "segments_written", "written"]

TITLES = {
    "auc": ("AUC 区分度", "AUC"),
    "log_loss": ("对数损失", "log-loss"),
    "log_loss_constant": ("对数损失（人人同一概率）", "log-loss of the same probability for everybody"),
    "lift_10pct": ("前 10 % 提升度", "lift, top 10 %"),
    "calibration_slope": ("校准斜率", "calibration slope"),
}
WORDS = {
    "zh": {
        "head": "# 模型卡：{function}（{source}）",
        "data": "- 数据截至 {month}；训练 {train:,} 行，其中离网 {train_positives:,} 行；检验 {test:,} 行。",
        "trees": "- LightGBM，{trees} 棵树；概率已在未参与训练的行上校准。",
        "good": "\n## 检验行上的表现（95 % 区间）\n",
        "use": "\n## 用途与限制\n\n说的是谁会主动离网，不是谁能被留住。只用于排列名单；不得用于拒绝服务或定价。"
        "被联系过的客户不参与准确性评价。",
    },
    "en": {
        "head": "# Model card: {function} ({source})",
        "data": "- Data up to {month}; trained on {train:,} rows, {train_positives:,} of them left; "
        "tested on {test:,} rows.",
        "trees": "- LightGBM, {trees} trees; probabilities are calibrated on rows that it did not learn from.",
        "good": "\n## On the test rows (95 % intervals)\n",
        "use": "\n## Use and limits\n\nIt says who will leave of their own accord, not who can be kept. It may order "
        "lists; it may not refuse service or set prices. Customers who were contacted take no part in its accuracy.",
    },
}


def written(facts: Mapping[str, Any], language: Literal["zh", "en"]) -> str:
    """Write the card as Markdown.

    Parameters
    ----------
    facts : mapping
        What ``card.json`` holds.
    """
    words, place = WORDS[language], 0 if language == "zh" else 1
    rows = {"train": 0, "train_positives": 0, "test": 0} | dict(facts["rows"])
    split = facts["split"][language]
    lines = [words["head"].format(**facts), "", words["data"].format(month=facts["month"], **rows), f"- {split}"]
    lines += [words["trees"].format(trees=facts["trees"]), words["good"]]
    figures = facts["figures"]["model"]
    for name, titles in TITLES.items():
        if name in figures:
            said = figures[name]
            lines.append(f"- {titles[place]}: {said['value']:.4g} [{said['low']:.4g}, {said['high']:.4g}]")
    return "\n".join([*lines, words["use"], ""])


EFFECT_WORDS = {
    "zh": {
        "head": "# 模型卡：效果模型（谁会被联系改变）",
        "data": "- 成熟活动 {first}–{last}；候选 {candidates:,} 人，其中对照 {controls:,} 人，离网 {leavers:,} 人。",
        "gate": "- 按效果排序的名单比按风险排序多带来 {value:,.0f} 元 [{low:,.0f}, {high:,.0f}]"
        "（各名单长度平均，99 % 区间）：{told}。",
        "opened": "用于排序",
        "shut": "未证明，不用于排序",
        "qini": "- Qini（每名候选）：{value:.4g} [{low:.4g}, {high:.4g}]。",
        "terms": "- 最强的项（占风险的份额，负为挽留）：{told}。",
        "use": "\n## 用途与限制\n\n说的是联系会改变谁，来自随机对照；只用于排列名单。"
        "每次出名单时由上述区间决定是否使用。",
    },
    "en": {
        "head": "# Model card: effect model (who is changed by contact)",
        "data": "- Mature campaigns {first}–{last}; {candidates:,} candidates, {controls:,} of them controls, "
        "{leavers:,} left.",
        "gate": "- The list ordered by effect was worth {value:,.0f} yuan [{low:,.0f}, {high:,.0f}] more than the one "
        "ordered by risk (mean over all lengths of the list, 99 % interval): {told}.",
        "opened": "it orders the list",
        "shut": "not proven, it does not order the list",
        "qini": "- Qini, per candidate: {value:.4g} [{low:.4g}, {high:.4g}].",
        "terms": "- Strongest terms, as shares of risk (negative keeps): {told}.",
        "use": "\n## Use and limits\n\nIt says whom contact changes, learnt from randomised controls. It may order "
        "lists, and the interval above decides at every list whether it does.",
    },
}


def effect_written(facts: Mapping[str, Any], language: Literal["zh", "en"]) -> str:
    """Write the card of an effect model as Markdown; ``facts`` as its ``card.json`` holds them."""
    words, campaigns = EFFECT_WORDS[language], sorted(facts["inputs"]["campaigns"])
    gate = facts["figures"]["gate"]
    yuan = {name: fen / 100 for name, fen in gate.items()}
    lines = [
        words["head"],
        "",
        words["data"].format(first=campaigns[0], last=campaigns[-1], **facts["rows"]),
        words["gate"].format(told=words["opened" if gate["low"] > 0 else "shut"], **yuan),
        words["qini"].format(**facts["figures"]["qini"]),
        words["terms"].format(told=", ".join(f"{one[language]} {one['slope']:+.3f}" for one in facts["terms"])),
    ]
    return "\n".join([*lines, words["use"], ""])


SEGMENT_WORDS = {
    "zh": {
        "head": "# 模型卡：客户细分（{month}）",
        "groups": "- {segments:.0f} 个细分，{customers:,} 名客户，其中离群 {outliers:,} 名。",
        "agreement": "- 重抽样一致性（调整兰德指数）{ari:.3f}。",
        "kept": "- 与上月相比，留在原细分的客户占 {kept_share:.1%}。",
        "members": "- 各细分人数：{told}。",
        "use": "\n## 用途与限制\n\n用于认识客户、分层与匹配关怀；不得用于拒绝服务或定价。编号与名称跨月保持。",
    },
    "en": {
        "head": "# Model card: segments ({month})",
        "groups": "- {segments:.0f} segments, {customers:,} customers, {outliers:,} of them outliers.",
        "agreement": "- Agreement of bootstrap samples (adjusted Rand) {ari:.3f}.",
        "kept": "- {kept_share:.1%} of the customers are in the segment of the month before.",
        "members": "- Customers by segment: {told}.",
        "use": "\n## Use and limits\n\nThey serve to know customers, to form strata and to match care; they may not "
        "refuse service or set prices. Numbers and names last from month to month.",
    },
}


def segments_written(card: Mapping[str, Any], language: Literal["zh", "en"]) -> str:
    """Write the card of a segmentation as Markdown; ``card`` as its ``card.json`` holds it.

    Examples
    --------
    >>> facts = {"customers": {"S00": 1, "S01": 9}, "figures": {"segments": 1.0, "ari": 0.9}}
    >>> print(segments_written({"month": "202610", "facts": facts}, "en").splitlines()[2])
    - 1 segments, 10 customers, 1 of them outliers.
    """
    words, facts = SEGMENT_WORDS[language], card["facts"]
    members, figures = facts["customers"], facts["figures"]
    told = ", ".join(f"{number} {count:,}" for number, count in sorted(members.items()))
    lines = [
        words["head"].format(**card),
        "",
        words["groups"].format(customers=sum(members.values()), outliers=members.get("S00", 0), **figures),
        words["agreement"].format(**figures),
    ]
    if "kept_share" in figures:  # the first month has none before it
        lines.append(words["kept"].format(**figures))
    return "\n".join([*lines, words["members"].format(told=told), words["use"], ""])
