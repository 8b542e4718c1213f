"""Words of the ledger and of the interface as a reader sees them: states of deliveries, events of models, units."""

from bassboss_lib.contracts import unit
from bassboss_lib.errors import CallError
from bassboss_lib.reports.sentences import Language

__all__ = ["DELIVERY_STATES", "MODEL_EVENTS", "delivery_state", "model_event", "unit_name"]

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
