"""What the walk through one campaign shows: assignments, delivery with receipts, work, models in their order."""

import json
from collections.abc import Sequence

import pandas as pd

from bassboss_lib.contracts.declarations import code_list
from bassboss_lib.errors import CallError
from bassboss_lib.ledger import Ledger
from bassboss_lib.reports.sentences import Language
from bassboss_lib.reports.tables import Html, table
from bassboss_lib.reports.words import MODEL_EVENTS, delivery_state, model_event
from bassboss_lib.retention.outcomes import Followed
from bassboss_lib.workspace import Workspace

__all__ = ["assigned", "chosen", "delivered", "models", "worked"]

ARMS = {
    "listed": ("名单", "listed"),
    "control": ("本次对照", "campaign control"),
    "universal": ("全局对照", "universal control"),
    "waiting": ("可联系，未入选", "contactable, not chosen"),
}


def _place(language: Language) -> int:
    return 0 if language == "zh" else 1


def chosen(followed: Sequence[Followed], month: str) -> Followed:
    """Pick a campaign by its month; the oldest if none is named.

    Raises
    ------
    CallError
        If there is no such campaign.
    """
    found = [one for one in followed if not month or one.month == month]
    if not found:
        raise CallError("no such campaign", where=month or "campaigns", remedy="run 11_retention_list first")
    return found[0]


def assigned(one: Followed, language: Language) -> Html:
    """Show the assignments of a campaign: customers, mean score and value by arm, and the chance of being listed."""
    by = one.rows.groupby("arm")
    frame = pd.DataFrame({"customers": by.size(), "probability": by["churn_probability"].mean(),
                          "value": by["value"].mean(), "chance": by["p_listed"].mean()})  # fmt: skip
    shown = frame.reindex([arm for arm in ARMS if arm in frame.index]).reset_index()
    shown["arm"] = [ARMS[arm][_place(language)] for arm in shown["arm"]]
    zh = {"arm": "分配", "customers": "客户数", "probability": "平均离网概率", "value": "平均价值（月）",
          "chance": "入选概率"}  # fmt: skip
    return table(shown, titles=zh if language == "zh" else {"chance": "chance of being listed"},
                 kinds={"probability": "percent", "value": "yuan", "chance": "percent"})  # fmt: skip


def delivered(workspace: Workspace, one: Followed, language: Language) -> Html:
    """Show the deliveries of a campaign's list and the receipts on them."""
    with Ledger(workspace.ledger) as ledger:
        rows = ledger.rows(
            "SELECT substr(d.id, 5) AS id, d.state, d.rows, d.built_at, replace(r.name, '.verf', '') AS receipt, "
            "r.code, r.refused FROM delivery d LEFT JOIN receipt r ON r.delivery = d.id "
            "WHERE d.direction = 'out' AND d.unit = '31001' AND d.period = ? ORDER BY d.rr, r.name",
            (one.month,),
        )
    zh = {"id": "传送", "state": "状态", "rows": "行数", "built_at": "生成日期", "receipt": "回执", "code": "代码",
          "refused": "拒收行"}  # fmt: skip
    shown = [{**dict(row), "state": delivery_state(row["state"], language),
              "built_at": row["built_at"][:10]} for row in rows]  # fmt: skip
    return table(pd.DataFrame(shown), titles=zh if language == "zh" else {"id": "delivery", "built_at": "built"})


def worked(one: Followed, language: Language) -> Html:
    """Show what BOSS did with the listed: 是否处理, in the order of the codes."""
    listed = one.rows[one.rows["arm"] == "listed"]
    codes = code_list("handled")
    rows = []
    for code in codes.codes:
        part = listed[listed["feedback_no"].notna() & (listed["handled"] == int(code))]
        rows.append({"handled": codes.text(code, language), "customers": len(part),
                     "left": float(part["left"].mean()) if len(part) else float("nan")})  # fmt: skip
    waiting = listed[listed["feedback_no"].isna()]
    rows.append({"handled": ("尚无反馈", "no answer yet")[_place(language)], "customers": len(waiting),
                 "left": float(waiting["left"].mean()) if len(waiting) else float("nan")})  # fmt: skip
    zh = {"handled": "是否处理", "customers": "客户数", "left": "至今离网"}
    return table(pd.DataFrame(rows), titles=zh if language == "zh" else {"left": "left so far"},
                 kinds={"left": "percent"})  # fmt: skip


def models(workspace: Workspace, language: Language) -> Html:
    """Show what became of which model, and when."""
    with Ledger(workspace.ledger) as ledger:
        rows = ledger.rows(
            "SELECT at, kind, subject AS model FROM event WHERE kind IN (SELECT value FROM json_each(?)) ORDER BY id",
            (json.dumps(list(MODEL_EVENTS)),),
        )
    shown = [{"at": row["at"][:10], "kind": model_event(row["kind"], language), "model": row["model"]} for row in rows]
    zh = {"at": "日期", "kind": "事件", "model": "模型"}
    return table(pd.DataFrame(shown), titles=zh if language == "zh" else {"at": "date", "kind": "event"})
