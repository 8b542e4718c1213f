"""A small operator whose BOSS answers our lists by a simple rule, for tests of the closed loop.

The rule is written down here apart from the stand-in: every third customer of a list is reached, half of the reached
accept, nobody's leaving is changed. So the effect is zero, and what is tested is that everything finds its place.
"""

import os
from datetime import datetime
from pathlib import Path

import pyarrow as pa

from bassboss_lib import boss, flow, months
from bassboss_lib.contracts import unit
from bassboss_lib.exchange import Stem, receive, write_delivery
from bassboss_lib.exchange.deliveries import find
from bassboss_lib.exchange.receipts import file_line
from bassboss_lib.exchange.sent import sent_rows
from bassboss_lib.ledger import Ledger
from bassboss_lib.vault import create_key
from bassboss_lib.warehouse.load import load
from bassboss_lib.workspace import Workspace, open_workspace

FIRST, LAST = "202508", "202604"
CUSTOMERS = 1500
SETTINGS = "positives_min: 20\nrows_min: 200\nuniversal_control_share: 0.05\n"
SAID = ("资费太贵，打算换一家", "信号不好，先用着", "朋友都用别家", None)


def at(root: Path, month: str) -> Workspace:
    """Open the workspace early in the month after ``month``."""
    now = f"{months.first_day(months.add(month, 1)):%Y-%m}-03T08:00"
    os.environ["BASSBOSS_WORKSPACE"], os.environ["BASSBOSS_NOW"] = str(root), now
    return open_workspace(root, now)


def begun(root: Path, customers: int = CUSTOMERS) -> Workspace:
    """Deliver and ingest the history."""
    root.mkdir(parents=True, exist_ok=True)
    (root / "settings.yaml").write_text(SETTINGS)
    workspace = at(root, LAST)
    create_key(workspace, b"tests")
    for month in months.span(FIRST, LAST):
        boss.deliver(workspace, month, customers=customers)
    flow.ingest(workspace)
    return workspace


def arrived(root: Path, month: str) -> Workspace:
    """Deliver and ingest another month."""
    workspace = at(root, month)
    boss.deliver(workspace, month)
    flow.ingest(workspace)
    return workspace


def answered(workspace: Workspace, month: str) -> None:
    """Acknowledge the list of a month and give feedback on it."""
    stem = Stem("i", "10000", month, "31001", 0)
    when = datetime.fromisoformat(f"{workspace.now:%Y-%m-%d}T09:00")
    (workspace.inbox / stem.file_receipt(1)).write_bytes(file_line(stem.data(1), when, "00"))
    (workspace.inbox / stem.record_receipt).write_bytes(b"")
    receive(workspace, load)
    with Ledger(workspace.ledger) as ledger:
        found = find(ledger, stem.delivery("out"))
        assert found is not None
        rows = sent_rows(workspace, ledger, found)
    after = months.add(month, 1)
    write_delivery(
        workspace.inbox, unit("retention_feedback"), after, _feedback(rows, after), province="10000", created=when
    )
    receive(workspace, load)


def _feedback(rows: pa.Table, after: str) -> pa.Table:
    count = rows.num_rows
    handled = [("2" if place % 6 else "3") if place % 3 == 0 else "1" for place in range(count)]
    reached = [word in "23" for word in handled]
    recommended = rows["recommended_offer"].to_pylist()
    offered = [offer if is_reached else None for offer, is_reached in zip(recommended, reached, strict=True)]
    day = months.first_day(after).replace(day=5)
    return pa.table(
        {
            "campaign_id": rows["campaign_id"],
            "analysis_month": rows["analysis_month"],
            "customer_id": rows["customer_id"],
            "msisdn": rows["msisdn"],
            "handled": handled,
            "offer": pa.array(offered, pa.string()),
            "handled_on": pa.array([day] * count, pa.date32()),
            "opinion": pa.array([SAID[place % 4] if reached[place] else None for place in range(count)], pa.string()),
            "active_3m": pa.array([None] * count, pa.string()),
            "feedback_no": [1] * count,
        }
    )
