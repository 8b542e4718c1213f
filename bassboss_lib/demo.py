"""The demo: the whole loop on the stand-in BOSS, and how right we were by its truth.

The stand-in is handed in, so that this file knows files and the workspace but not BOSS.
"""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from bassboss_lib import flow, months
from bassboss_lib.console import console, step
from bassboss_lib.errors import CallError
from bassboss_lib.learning import Estimate, evaluate
from bassboss_lib.vault import Vault, create_key
from bassboss_lib.warehouse.partitions import partition
from bassboss_lib.warehouse.quality import check, refuse_blocked
from bassboss_lib.workspace import Workspace, open_workspace

__all__ = ["Counterpart", "demo", "how_right"]

FIRST, LAST = "202508", "202610"
NOW = "2026-11-03T08:00"
MARK = "demo.json"


class Counterpart(Protocol):
    """What the demo asks of the stand-in BOSS."""

    def deliver(self, workspace: Workspace, month: str, *, customers: int) -> Sequence[Path]:
        """Write a month's files into the inbox."""

    def truth(self, workspace: Workspace, month: str) -> pa.Table:
        """Give what would be true of every customer of a month."""


def demo(counterpart: Counterpart, customers: int, root: str | None = None) -> None:
    """Deliver fifteen months, ingest, check, run the monthly plan, and compare with the truth.

    Raises
    ------
    CallError
        If the workspace holds something else than a demo.
    """
    workspace = _demo_workspace(root, customers)
    with step("BOSS delivers") as under_way:
        wanted = months.span(FIRST, LAST)
        for place, month in enumerate(wanted):
            under_way.tell(place, len(wanted), month)
            if not partition(workspace, "customer", month).exists():
                counterpart.deliver(workspace, month, customers=customers)
        under_way.outcome = f"{FIRST}–{LAST}, {customers:,} customers"
    flow.ingest(workspace)
    with step("check") as under_way:
        for month in wanted:
            verdicts = check(workspace, month)
        refuse_blocked(verdicts, LAST)
        under_way.outcome = ", ".join(f"{count} {name}" for name, count in verdicts["verdict"].value_counts().items())
    results = flow.run_target(workspace, "monthly", {"month": LAST})
    _close(workspace, counterpart, [result.report for result in results])


def _demo_workspace(root: str | None, customers: int) -> Workspace:
    workspace = open_workspace(root, NOW)
    mark = workspace.root / MARK
    said = {"customers": customers, "months": [FIRST, LAST]}
    if mark.exists() and json.loads(mark.read_text()) != said:
        raise CallError("another demo is here", where=str(workspace.root), remedy="give --workspace DIR, or remove it")
    in_use = [*workspace.inbox.iterdir(), *workspace.warehouse.iterdir()]
    if not mark.exists() and in_use:
        raise CallError("the workspace is in use", where=str(workspace.root), remedy="give --workspace DIR")
    mark.write_text(json.dumps(said) + "\n")
    create_key(workspace, b"bassboss demo")
    return workspace


def how_right(workspace: Workspace, counterpart: Counterpart, month: str, score: Path) -> dict[str, Estimate]:
    """Compare the scores of a test month with the true probabilities, on the same customers and outcomes.

    Returns
    -------
    dict
        ``auc`` of our scores and ``auc_truth`` of the true probabilities, both against who left.
    """
    known = Vault(workspace).identities(month).select(["pseudonym", "customer_id"]).to_pandas()
    truth = counterpart.truth(workspace, month).to_pandas()[["customer_id", "churn_probability_3m"]]
    rows = pd.read_parquet(score).merge(known, on="pseudonym").merge(truth, on="customer_id").sort_values("pseudonym")
    ours = evaluate(rows["churn"], rows["churn_probability"])["auc"]
    theirs = evaluate(rows["churn"], rows["churn_probability_3m"])["auc"]
    return {"auc": ours, "auc_truth": theirs}


def _close(workspace: Workspace, counterpart: Counterpart, reports: Sequence[Path]) -> None:
    """Write ``boss/result.json``, in the shape of every result, and say what to open."""
    score = max(workspace.warehouse.glob("score/month=*/*.parquet"), key=_has_outcome)
    month = score.parent.name.removeprefix("month=")
    right = how_right(workspace, counterpart, month, score)
    customers = counterpart.truth(workspace, LAST).num_rows
    result = {
        "notebook": "demo",
        "month": month,
        "source": "",
        "figures": {name: said.value for name, said in right.items()},
        "intervals": {name: [said.low, said.high] for name, said in right.items()},
        "rows": {"customers": customers},
        "files": [],
    }
    (workspace.boss / "result.json").write_text(json.dumps(result, indent=1) + "\n")
    ours, truth = (f"{said.value:.3f} [{said.low:.3f}, {said.high:.3f}]" for said in right.values())
    console.print(f"\nAUC {ours} on {month}, later than all it learnt from")
    console.print(f"    {truth} with the true probabilities, which no data show\n\nopen")
    for path in (workspace.index, *reports, *sorted(workspace.outbox.glob("*_31001_*.dat"))):
        console.print(f"  {path}")


def _has_outcome(path: Path) -> tuple[bool, str]:
    """Order score files: those of test months, which carry who left, before the others; newest month last."""
    return "churn" in pq.read_schema(path).names, str(path)
