"""What every test may use: an empty workspace, and a warehouse made of literal rows."""

from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pytest

from bassboss_lib.engine import write_table
from bassboss_lib.workspace import Workspace, open_workspace
from tests.canaries import heard, pytest_runtest_makereport  # noqa: F401 - they listen to every test of a fault row

NOW = "2026-11-03T08:00"

CUSTOMER = {
    "gender": "1",
    "region": "杭州",
    "position": None,
    "vip_flag": "0",
    "group_flag": "0",
    "brand": "2",
    "plan_id": "P1",
    "join_channel": "hall",
    "birth_date": date(1990, 6, 1),
    "join_date": date(2024, 10, 15),
    "status": "1010",
    "status_date": date(2024, 10, 15),
    "credit_limit_fen": 10000,
    "terminal_tac": "86000001",
    "home_cell_area": "A1",
    "contract_end": None,
}
"""A customer of the warehouse; tests change what they are about."""

CALL = {
    "kind": "voice",
    "direction": "mo",
    "other_pseudonym": "x1",
    "other_operator": "CM",
    "zone": "local",
    "duration_s": 60,
    "volume_bytes": 0,
    "charge_fen": 0,
    "discount_fen": 0,
}
"""A call record of the warehouse; tests give customer and time, and change what they are about."""


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return open_workspace(tmp_path / "work", NOW)


@pytest.fixture
def put(workspace: Workspace) -> Callable[..., None]:
    """Put literal rows into the warehouse: table, month, rows, and optionally the order key."""

    def write(table: str, month: str, rows: list[dict]) -> None:
        frame = pa.Table.from_pandas(pd.DataFrame(rows), preserve_index=False)
        write_table(frame, workspace.warehouse / table / f"month={month}" / "part-00.parquet", [])

    return write


def customer(pseudonym: str, **changes: object) -> dict:
    """Give a customer row of the warehouse."""
    return {"pseudonym": pseudonym, "number_pseudonym": f"n-{pseudonym}", **CUSTOMER, **changes}


def call(pseudonym: str, started_at: str, **changes: object) -> dict:
    """Give a call record of the warehouse."""
    return {"pseudonym": pseudonym, "started_at": datetime.fromisoformat(started_at), **CALL, **changes}
