"""What identifiers of a delivery are called: channels of joining by unit 06021, tariff plans by unit 02001."""

from collections import Counter

from bassboss_lib import months
from bassboss_lib.contracts import code_list
from bassboss_lib.engine import read_table
from bassboss_lib.warehouse.partitions import paths
from bassboss_lib.workspace import Workspace

__all__ = ["channel_names", "identifier_names", "plan_names"]


def channel_names(workspace: Workspace, month: str) -> dict[str, dict[str, str]]:
    """Give what every channel of a month is called in zh and en, by its identifier; nothing where none was delivered.

    Names are delivered in Chinese. In English a channel is called by its kind, and by its identifier too where it is
    not the only one of its kind.
    """
    found = paths(workspace, "channel", [month]) if months.is_month(month) else []
    if not found:
        return {}
    rows = read_table(found, ["channel_id", "name", "kind"]).to_pylist()
    kinds, of_kind = code_list("channel_kind"), Counter(row["kind"] for row in rows)
    english = {kind: kinds.text(kind, "en") for kind in of_kind}
    return {
        row["channel_id"]: {
            "zh": row["name"],
            "en": english[row["kind"]] + (f" {row['channel_id']}" if of_kind[row["kind"]] > 1 else ""),
        }
        for row in rows
    }


def plan_names(workspace: Workspace, month: str) -> dict[str, dict[str, str]]:
    """Give what every plan of a month is called: names are Chinese, so in English it is called by its identifier."""
    found = paths(workspace, "plan", [month]) if months.is_month(month) else []
    rows = read_table(found, ["plan_id", "name"]).to_pylist() if found else []
    return {row["plan_id"]: {"zh": row["name"], "en": row["plan_id"]} for row in rows}


def identifier_names(workspace: Workspace, month: str) -> dict[str, dict[str, dict[str, str]]]:
    """Give what the identifiers of a month are called, by the feature that holds them."""
    return {"join_channel": channel_names(workspace, month), "plan_id": plan_names(workspace, month)}
