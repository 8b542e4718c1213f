"""Helpers of the tests in which BOSS answers: receipts and feedback laid into the inbox."""

from datetime import datetime
from pathlib import Path

import pyarrow as pa

from bassboss_lib.exchange import Received, Stem, publish, receive
from bassboss_lib.exchange.receipts import file_line
from bassboss_lib.ledger import Ledger
from bassboss_lib.warehouse.load import load
from bassboss_lib.workspace import Workspace
from tests.exchange.conftest import listed
from tests.exchange.outboxes import LIST

SENT = Stem("i", "10000", "202610", "31001", 0)
ID = SENT.delivery("out")
ANSWERED_AT = datetime(2026, 11, 4, 9)


def send(workspace: Workspace, count: int = 3, **changes: list) -> str:
    with Ledger(workspace.ledger) as ledger:
        return publish(workspace, ledger, LIST, "202610", listed(count, **changes)).id


def file_receipt(workspace: Workspace, code: str = "00", stem: Stem = SENT, number: int = 1) -> Path:
    path = workspace.inbox / stem.file_receipt(number)
    path.write_bytes(file_line(stem.data(number) if number else stem.verification, ANSWERED_AT, code))
    return path


def record_receipt(workspace: Workspace, rows: dict[int, str] | None = None, stem: Stem = SENT) -> Path:
    path = workspace.inbox / stem.record_receipt
    lines = [f"{stem.data(1):<40}{row:<8}{code}\r\n" for row, code in (rows or {}).items()]
    path.write_bytes("".join(lines).encode("ascii"))
    return path


def answer(workspace: Workspace) -> Received:
    return receive(workspace, load)


def state(workspace: Workspace, delivery: str = ID) -> str:
    with Ledger(workspace.ledger) as ledger:
        row = ledger.one("SELECT state FROM delivery WHERE id = ?", (delivery,))
    return str(row["state"])


def said(customers: list[int], feedback_no: int = 1, handled: str = "2") -> pa.Table:
    """Give retention feedback on some of the customers that `listed` lists."""
    count = len(customers)
    day = pa.array([datetime(2026, 11, 2)] * count, pa.timestamp("s")).cast(pa.date32())
    return pa.table(
        {
            "campaign_id": ["R202610-01"] * count,
            "analysis_month": ["202610"] * count,
            "customer_id": [f"{number:010d}" for number in customers],
            "msisdn": [f"170{number:08d}" for number in customers],
            "handled": [handled] * count,
            "offer": pa.array([None] * count, pa.string()),
            "handled_on": day,
            "opinion": ["资费太贵"] * count,
            "active_3m": pa.array([None] * count, pa.string()),
            "feedback_no": [feedback_no] * count,
        }
    )
