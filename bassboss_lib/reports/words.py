"""Words of the ledger and of the interface as a reader sees them: states of deliveries, events of models, units."""

import re

from bassboss_lib.contracts import unit
from bassboss_lib.contracts.declarations import code_list
from bassboss_lib.errors import CallError
from bassboss_lib.features import dictionary
from bassboss_lib.reports.sentences import Language

__all__ = ["DELIVERY_STATES", "MODEL_EVENTS", "code_name", "delivery_state", "model_event", "model_reason", "unit_name"]

DELIVERY_STATES = {
    "building": "生成中",
    "staged": "待放行",
    "released": "已放行",
    "received": "已收到",
    "accepted": "已接受",
    "partial": "部分接受",
    "rejected": "已拒收",
    "closed": "已关闭",
    "failed": "失败",
    "withdrawn": "已撤回",
    "superseded": "已被替代",
}
MODEL_EVENTS = {
    "promote": ("晋升为现役", "promoted"),
    "rollback": ("退回前一模型", "rolled back"),
    "not promoted": ("未晋升", "not promoted"),
    "waits for promotion": ("等待人工决定", "waits for promotion"),
}
"""What can become of a model, as the ledger names it, and how a reader does."""


MODEL_REASONS = {
    r"R22: (?P<feature>\w+) drifted \(PSI (?P<figure>[\d.]+)\)":
        ("R22：{feature}漂移（PSI {figure}）", "R22: {feature} drifted (PSI {figure})"),
    r"R23: worse": ("R23：比现役模型差", "R23: worse"),
    r"R23: the interval of the difference includes 0":
        ("R23：差值的区间包含 0", "R23: the interval of the difference includes 0"),
    r"high-value customers are served worse": ("高价值客户受损", "high-value customers are served worse"),
    r"(?P<feature>\w+): PSI (?P<figure>[\d.]+)": ("{feature}（PSI {figure}）", "{feature} (PSI {figure})"),
    r"(?P<figure>\d+) months old": ("模型已有 {figure} 个月", "{figure} months old"),
    r"actual over predicted (?P<figure>\S+)": ("实际与预测之比 {figure}", "actual over predicted {figure}"),
}  # fmt: skip
"""Why a model may not follow, or should learn again, as learning says it, and how a reader does in zh and en."""


def model_reason(reason: str, language: Language) -> str:
    """Give a reason of the model store for a reader, features by their titles; one that is not known stays.

    Examples
    --------
    >>> model_reason("R22: tenure_months drifted (PSI 0.31)", "zh"), model_reason("13 months old", "zh")
    ('R22：在网月数漂移（PSI 0.31）', '模型已有 13 个月')
    """
    for pattern, both in MODEL_REASONS.items():
        if found := re.fullmatch(pattern, reason):
            parts = found.groupdict()
            titles = {feature.name: feature.title(language) for feature in dictionary() if parts.get("feature")}
            named = {"feature": titles.get(parts.get("feature", ""), parts.get("feature", ""))}
            return both[0 if language == "zh" else 1].format(**(parts | named))
    return reason


def delivery_state(state: str, language: Language) -> str:
    """Give the state of a delivery for a reader.

    Examples
    --------
    >>> delivery_state("accepted", "zh"), delivery_state("accepted", "en")
    ('已接受', 'accepted')
    """
    return DELIVERY_STATES.get(state, state) if language == "zh" else state


def model_event(kind: str, language: Language) -> str:
    """Give what became of a model for a reader.

    Examples
    --------
    >>> model_event("promote", "zh"), model_event("promote", "en")
    ('晋升为现役', 'promoted')
    """
    return MODEL_EVENTS.get(kind, (kind, kind))[0 if language == "zh" else 1]


def code_name(feature: str, code: str, language: Language) -> str:
    """Give what a category's code is called, by the value list of its name; a code without one stays.

    Examples
    --------
    >>> code_name("brand", "1", "zh"), code_name("vip_flag", "1", "en"), code_name("region", "571", "zh")
    ('全球通', 'yes', '571')
    """
    try:
        known = code_list("flag" if feature.endswith("_flag") else feature)
    except CallError:
        return code
    return known.text(code, language) if code in known.codes else code


def unit_name(name: str, language: Language) -> str:
    """Give the title of a unit for a reader, without the table of the specification; in English its own name.

    Examples
    --------
    >>> unit_name("retention_feedback", "zh"), unit_name("retention_feedback", "en")
    ('客户挽留反馈', 'retention_feedback')
    """
    if language == "en":
        return name
    try:
        return unit(name).title["zh"].partition("（")[0]
    except CallError:  # a rule on a table that is no unit
        return name
