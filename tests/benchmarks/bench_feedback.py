"""Feedback on a million assignments: ``python -m tests.benchmarks.bench_feedback ROWS`` receives and evaluates it.

The reference is the budget of the issue, three minutes; seconds by the wall and of all cores are told for each part.
"""

import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa

from bassboss_lib.campaigns import (
    adjusted_difference,
    assignments,
    compare,
    difference_in_rates,
    effect_reached,
    remember_assignments,
    responses,
)
from bassboss_lib.contracts import unit
from bassboss_lib.exchange import Stem, publish, receive, write_delivery
from bassboss_lib.exchange.receipts import file_line
from bassboss_lib.ledger import Ledger
from bassboss_lib.vault import Vault, create_key
from bassboss_lib.warehouse.load import load
from bassboss_lib.workspace import Workspace, open_workspace

ROWS, BUDGET_S, CAMPAIGN = 1_000_000, 180, "R202610-01"
WHEN = datetime(2026, 11, 4, 9)


def the_list(rows: int) -> pa.Table:
    """Give a list of so many customers, with the words that a list carries."""
    numbers = np.arange(1, rows + 1)
    same = {"campaign_id": CAMPAIGN, "analysis_month": "202610", "customer_name": "李四", "segment_id": "V1T1",
            "segment_traits": "高价值", "growth_potential": "3", "churn_reason": "R01", "recommended_offer": "O01",
            "churn_traits": "话费高于合适资费", "call_traits": "月均主叫"}  # fmt: skip
    columns: dict[str, object] = {
        name: pa.array([text]).take(pa.array(np.zeros(rows, int))) for name, text in same.items()
    }
    columns |= {"customer_id": _texts(numbers, "{:010d}"), "msisdn": _texts(numbers, "170{:08d}")}
    columns |= {"arpu_fen": 9900 + numbers % 97, "mou_min": numbers % 500, "credit_fen": numbers % 50000}
    columns |= {"churn_probability": np.round(0.05 + numbers[::-1] / rows / 2, 6), "priority": numbers}
    return pa.table({name: columns[name] for name in unit("retention_list").names if name != "submitted_at"})


def _texts(numbers: np.ndarray, form: str) -> pa.Array:
    return pa.array([form.format(number) for number in numbers.tolist()])


def the_feedback(listed: pa.Table) -> pa.Table:
    """Give an answer to every row of a list."""
    rows = listed.num_rows
    handled = np.array(["0", "1", "2", "3"])[np.arange(rows) % 4]
    return pa.table(
        {name: listed[name] for name in ("campaign_id", "analysis_month", "customer_id", "msisdn")}
        | {"handled": handled, "offer": listed["recommended_offer"]}
        | {"handled_on": pa.array([date(2026, 11, 5)] * rows), "opinion": pa.array(["话费太贵，先用着"] * rows)}
        | {"active_3m": pa.array([None] * rows, pa.string()), "feedback_no": np.ones(rows, int)}
    )


def assigned(workspace: Workspace, listed: pa.Table) -> None:
    """Write down who was listed, and as many controls as a tenth."""
    rows = listed.num_rows
    names = pd.Index(Vault(workspace).pseudonyms(listed["customer_id"]).to_pylist(), name="pseudonym")
    controls = pd.Index([f"{number:032x}" for number in range(rows // 10)], name="pseudonym")
    random = np.random.default_rng(0)
    table = pd.DataFrame({"arm": ["listed"] * rows + ["control"] * len(controls)}, index=names.append(controls))
    table["stratum"] = random.choice([f"V{v}R{r}" for v in (1, 2, 3) for r in (1, 2, 3)], len(table))
    table["churn_probability"], table["p_listed"] = random.random(len(table)), 0.9
    remember_assignments(workspace, "202610", CAMPAIGN, table)


def evaluated(workspace: Workspace) -> None:
    """Resolve the feedback and estimate every effect."""
    rows = assignments(workspace, "202610").set_index("pseudonym")
    rows = rows.join(responses(workspace, CAMPAIGN, "202610", "202611").rows)
    random = np.random.default_rng(1)
    left, revenue = (random.random(len(rows)) < 0.2).astype(float), random.gamma(2, 5000, len(rows))
    arms = compare((rows["arm"] == "listed").to_numpy(), rows["stratum"].to_numpy())
    reached = (pd.to_numeric(rows["handled"]).fillna(0) >= 2).to_numpy()
    difference_in_rates(left, arms)
    effect_reached(left, reached, arms)
    adjusted_difference(revenue, arms, rows[["churn_probability"]].to_numpy())


def timed(title: str, work: Callable[[], object]) -> float:
    """Do some work, tell how long it took, and give the seconds by the wall."""
    began, spent = time.perf_counter(), time.process_time()
    work()
    seconds = time.perf_counter() - began
    print(f"{title:28s} {seconds:7.1f} s  {time.process_time() - spent:7.1f} cpu-s", flush=True)
    return seconds


def main(rows: int = ROWS) -> None:
    """Prepare a list that BOSS has accepted, then measure receiving and evaluating."""
    with tempfile.TemporaryDirectory() as folder:
        workspace = open_workspace(Path(folder) / "work", "2026-11-03T08:00")
        create_key(workspace, b"bench")
        listed = the_list(rows)
        with Ledger(workspace.ledger) as ledger:
            timed(
                "(prepare) publish the list",
                lambda: publish(workspace, ledger, unit("retention_list"), "202610", listed),
            )
        stem = Stem("i", "10000", "202610", "31001", 0)
        (workspace.inbox / stem.file_receipt(1)).write_bytes(file_line(stem.data(1), WHEN, "00"))
        (workspace.inbox / stem.record_receipt).write_bytes(b"")
        receive(workspace, load)
        assigned(workspace, listed)
        about = {"province": "10000", "created": WHEN}
        write_delivery(workspace.inbox, unit("retention_feedback"), "202611", the_feedback(listed), **about)
        seconds = timed("receive the feedback", lambda: print(receive(workspace, load).line()))
        seconds += timed("resolve and evaluate", lambda: evaluated(workspace))
        print(f"{rows:,} assignments: {seconds:.1f} s of {BUDGET_S} s, ratio {seconds / BUDGET_S:.2f}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else ROWS)
