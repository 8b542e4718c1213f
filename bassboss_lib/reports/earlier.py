"""The run that a run is compared with: same notebook and source, done for the newest month before."""

import json
from dataclasses import dataclass

from bassboss_lib.ledger import Ledger
from bassboss_lib.workspace import Workspace

__all__ = ["Earlier", "earlier"]


@dataclass(frozen=True)
class Earlier:
    """Month and key figures of an earlier run."""

    month: str
    figures: dict[str, float]


def earlier(workspace: Workspace, notebook: str, month: str, source: str) -> Earlier | None:
    """Find the last done run for the newest month before ``month``; None if there is none.

    Its figures are those of its ``result.json``, or, where the folder is gone, of the ledger, which keeps the same.
    """
    with Ledger(workspace.ledger) as ledger:
        row = ledger.one(
            "SELECT month, folder, figures FROM run WHERE notebook = ? AND source = ? AND state = 'DONE'"
            " AND month < ? AND month <> 'none' ORDER BY month DESC, started_at DESC, id DESC",
            (notebook, source, month),
        )
    if row is None or month == "none":
        return None
    kept = workspace.root / row["folder"] / "result.json"
    text = kept.read_text(encoding="utf-8") if kept.is_file() else ""
    figures = json.loads(text)["figures"] if text else json.loads(row["figures"])
    return Earlier(row["month"], figures)
