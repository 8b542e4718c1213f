"""The demo: the whole loop on the stand-in BOSS, and how right we were by its truth.

The stand-in is handed in, so that this file knows files and the workspace but not BOSS.
"""

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from bassboss_lib import care, flow, months, segments
from bassboss_lib.campaigns import campaign_months
from bassboss_lib.console import console, step
from bassboss_lib.errors import CallError
from bassboss_lib.exchange import receive
from bassboss_lib.features import View
from bassboss_lib.learning import Estimate, evaluate
from bassboss_lib.ledger import Ledger
from bassboss_lib.reports.index import write_index
from bassboss_lib.retention import steps
from bassboss_lib.vault import Vault, create_key
from bassboss_lib.warehouse.load import load
from bassboss_lib.warehouse.partitions import partition
from bassboss_lib.warehouse.quality import check, refuse_blocked
from bassboss_lib.workspace import Workspace, open_workspace

__all__ = ["Counterpart", "demo", "how_right"]

FIRST, LAST, LOOP = "202508", "202610", 6
LIST: dict[str, Any] = {"size": 500, "control_share": 0.2, "explore_share": 0.1}
"""As in ``params/11_retention_list.yaml``."""
CARE: dict[str, Any] = {"size": 1000, "budget_fen": 400_000, "control_share": 0.25}
"""As in ``params/21_care_list.yaml``."""
NOW = "2026-11-03T08:00"
MARK = "demo.json"


class Answer(Protocol):
    """What the stand-in says of its answer."""

    def line(self) -> str:
        """Say it on one line."""


class Counterpart(Protocol):
    """What the demo asks of the stand-in BOSS."""

    def deliver(self, workspace: Workspace, month: str, *, customers: int | None) -> Sequence[Path]:
        """Write a month's files into the inbox."""

    def truth(self, workspace: Workspace, month: str) -> pa.Table:
        """Give what would be true of every customer of a month."""

    def respond(self, workspace: Workspace, month: str) -> Answer:
        """Act on our list, live the next month, answer into the inbox."""

    def beside_twin(self, workspace: Workspace, since: str, month: str) -> pa.Table:
        """Compare who left with who would have left without contact."""


def demo(counterpart: Counterpart, customers: int, root: str | None = None) -> None:
    """Deliver fifteen months, then close the loop six times, and compare with the truth.

    Every month of the loop: list, BOSS's answer, receiving, evaluation, training. The first and the last are run as
    notebooks with their reports, those between as functions. One survey is asked in the first month; care is listed in
    the first two months and in the last, and all of it is evaluated at the end.

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
    _judge(workspace, wanted)
    reports: list[Path] = []
    if LAST not in campaign_months(workspace):  # a demo that was stopped goes on where it was
        for target in ("monthly", "31_tariff_survey"):
            reports += [result.report for result in flow.run_target(workspace, target, {"month": LAST})]
    for month in months.span(LAST, months.add(LAST, LOOP - 1)):
        _close_loop(_at(workspace, month), counterpart, month)
    last = months.add(LAST, LOOP)
    workspace = _at(workspace, last)
    _arrive(workspace, counterpart, last)
    for target in ("evaluate", "32_tariff_evaluate", "40_retention_walk"):
        reports += [result.report for result in flow.run_target(workspace, target, {"month": last})]
    _close(workspace, counterpart, reports)


def _at(workspace: Workspace, month: str) -> Workspace:
    """Open the workspace on the third of the month after ``month``, for this process and its kernels."""
    os.environ["BASSBOSS_NOW"] = f"{months.first_day(months.add(month, 1)):%Y-%m}-03T08:00"
    return open_workspace(workspace.root, os.environ["BASSBOSS_NOW"])


def _judge(workspace: Workspace, wanted: Sequence[str]) -> None:
    with step("check") as under_way:
        for month in wanted:
            verdicts = check(workspace, month)
        refuse_blocked(verdicts, wanted[-1])
        under_way.outcome = ", ".join(f"{count} {name}" for name, count in verdicts["verdict"].value_counts().items())


def _arrive(workspace: Workspace, counterpart: Counterpart, month: str) -> None:
    """Take in a month of the loop."""
    if not partition(workspace, "customer", month).exists():
        counterpart.deliver(workspace, month, customers=None)
        flow.ingest(workspace)
        _judge(workspace, [month])


def _close_loop(workspace: Workspace, counterpart: Counterpart, month: str) -> None:
    """Go once around: this month's model and list, what BOSS does with it, what comes back, what it means."""
    _arrive(workspace, counterpart, month)
    if month not in campaign_months(workspace):
        if month == months.add(LAST, LOOP - 1):
            flow.run_target(workspace, "monthly", {"month": month})
        else:
            with step(f"{month} model and list") as under_way:
                under_way.outcome = f"model: {_model_and_list(workspace, month)}"
    with step(f"{month} BOSS answers") as under_way:
        answer = counterpart.respond(workspace, month)
        workspace = _at(workspace, months.add(month, 1))  # what it sends carries dates of the month that it lived
        received = receive(workspace, load)
        under_way.outcome = f"{answer.line()}; {received.line()}"
    with step(f"{month} evaluation") as under_way:
        told = [_told(steps.evaluate(workspace, month)), _told_of_care(care.evaluate_care(workspace, month))]
        under_way.outcome = "; ".join(one for one in told if one)


def _model_and_list(workspace: Workspace, month: str) -> str:
    """Do what the monthly plan does, without its notebooks; give what became of the new model."""
    view = View(workspace, month)
    segments.write_segments(view, segments.segment(view))
    outcome = steps.train_and_settle(workspace, month)
    steps.list_and_send(workspace, month, **LIST)
    if month == months.add(LAST, 1):
        care.list_and_send(workspace, month, **CARE)
    return outcome


def _told(found: steps.Evaluated) -> str:
    if found.right is None or found.caused is None:
        return "no month has passed since the first list"
    hit, naive = found.right.figures["hit_rate"], found.right.naive["hit_rate"]
    itt = found.caused.figures["itt"]
    ripe = sum(one.mature for one in found.followed)
    return (
        f"hit rate {hit.value:.3f} (naive {naive.value:.3f}), effect {itt.value * 100:+.1f} "
        f"[{itt.low * 100:+.1f}, {itt.high * 100:+.1f}] pp, {ripe} campaigns mature: {found.caused.verdict}"
    )


def _told_of_care(found: care.EvaluatedCare) -> str:
    effect = found.caused.figures.get("satisfaction_effect")
    if effect is None:
        return ""
    return f"care {effect.value:+.2f} [{effect.low:+.2f}, {effect.high:+.2f}] points of satisfaction"


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
    """Write ``boss/result.json``, in the shape of every result, put the loop into the index, and say what to open."""
    score = max(workspace.warehouse.glob("score/month=*/*.parquet"), key=_has_outcome)
    month = score.parent.name.removeprefix("month=")
    right = how_right(workspace, counterpart, month, score)
    last = months.add(LAST, LOOP)
    twins = counterpart.beside_twin(workspace, LAST, last)
    left, without = (sum(twins[name].to_pylist()) for name in ("left", "left_twin"))
    loop = {"left_in_loop": left, "left_in_twin": without, "saved_truth": without - left}
    result = {
        "notebook": "demo",
        "month": month,
        "source": "",
        "figures": {**{name: said.value for name, said in right.items()}, **loop},
        "intervals": {name: [said.low, said.high] for name, said in right.items()},
        "rows": {"customers": twins.num_rows, "called": sum(twins["called"].to_pylist())},
        "files": [],
    }
    (workspace.boss / "result.json").write_text(json.dumps(result, indent=1) + "\n")
    _into_the_index(workspace, last, loop)
    ours, truth = (f"{said.value:.3f} [{said.low:.3f}, {said.high:.3f}]" for said in right.values())
    console.print(f"\nAUC {ours} on {month}, later than all it learnt from")
    console.print(f"    {truth} with the true probabilities, which no data show")
    console.print(f"{left:,} customers left in the six months of the loop, {without:,} in its twin without contact")
    console.print("\nopen")
    for path in (workspace.index, *reports, *sorted(workspace.outbox.glob("*_3?001_*.dat"))):
        console.print(f"  {path}")


def _into_the_index(workspace: Workspace, month: str, loop: dict[str, int]) -> None:
    """Show the loop beside its twin as the newest entry of the index."""
    row = {"id": f"{month}-demo", "notebook": "demo", "month": month, "source": "", "state": "DONE",
           "started_at": workspace.now.isoformat(), "ended_at": workspace.now.isoformat(), "exit_code": 0,
           "folder": "boss", "parameters": "{}", "versions": "{}", "figures": json.dumps(loop)}  # fmt: skip
    with Ledger(workspace.ledger) as ledger:
        names = ", ".join(row)
        ledger.execute(
            f"INSERT OR REPLACE INTO run ({names}) VALUES ({', '.join(':' + name for name in row)})",  # noqa: S608
            row,
        )
    write_index(workspace)


def _has_outcome(path: Path) -> tuple[bool, str]:
    """Order score files: those of test months, which carry who left, before the others; newest month last."""
    return "churn" in pq.read_schema(path).names, str(path)
