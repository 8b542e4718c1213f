"""What tests of the interface layer share: literal rows, and deliveries of them in an inbox."""

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import pyarrow as pa
import pytest

from bassboss_lib.contracts import Unit, unit
from bassboss_lib.exchange import write_delivery
from bassboss_lib.ledger import Ledger
from bassboss_lib.workspace import Workspace

CREATED = datetime(2026, 11, 3, 2)


def balances(count: int = 3, month: str = "202610") -> pa.Table:
    """Give prepaid balances of some customers: 00001 has 100 fen, 00002 has 200 …"""
    numbers = range(1, count + 1)
    names = [f"{number:05d}" for number in numbers]
    return pa.table({"customer_id": names, "month": [month] * count, "balance_fen": [n * 100 for n in numbers]})


def customers(**changes: list) -> pa.Table:
    """Give two customers; a name of four-byte characters is among them."""
    same = {"gender": "1", "region": "杭州", "vip_flag": "0", "group_flag": "0", "brand": "2", "plan_id": "P1"}
    same |= {"status": "1010", "credit_limit_fen": 10000, "employer": None, "position": None, "birth_date": None}
    same |= {"join_channel": None, "terminal_tac": None, "home_cell_area": None, "contract_end": None}
    day = pa.array([datetime(2020, 1, 1)] * 2, pa.timestamp("s")).cast(pa.date32())
    columns: dict[str, object] = {name: pa.array([value] * 2) for name, value in same.items()}
    columns |= {
        "customer_id": ["0000000001", "2"],
        "msisdn": ["17000000001", "17000000002"],
        "name": ["张三", "𠀀㐀😀"],
    }
    columns |= {"join_date": day, "status_date": day, **changes}
    unit_fields = unit("customer").fields
    types = {"int": pa.int64(), "date": pa.date32()}
    return pa.table({f.name: pa.array(columns[f.name], types.get(f.type, pa.string())) for f in unit_fields})


def listed(count: int = 3, **changes: list) -> pa.Table:
    """Give a retention list without its time of submission."""
    numbers = list(range(1, count + 1))
    rows: dict[str, list] = {
        "campaign_id": ["R202610-01"] * count,
        "analysis_month": ["202610"] * count,
        "customer_id": [f"{number:010d}" for number in numbers],
        "msisdn": [f"170{number:08d}" for number in numbers],
        "customer_name": ["张三", "𠀀㐀😀", 'O\'Neil "x"'][:count] + ["李四"] * max(0, count - 3),
        "segment_id": ["S01"] * count,
        "segment_traits": ["高价值"] * count,
        "arpu_fen": [9900 * number for number in numbers],
        "mou_min": [120] * count,
        "credit_fen": [50000] * count,
        "growth_potential": ["3"] * count,
        "churn_probability": [0.5 / number for number in numbers],
        "churn_reason": ["R01"] * count,
        "churn_traits": ["话费高于合适资费 30%"] * count,
        "call_traits": ["月均主叫 120 分钟"] * count,
        "recommended_offer": [None] * count,
        "priority": numbers,
    }
    rows |= changes
    return pa.table({**rows, "recommended_offer": pa.array(rows["recommended_offer"], pa.string())})


@pytest.fixture
def deliver(workspace: Workspace) -> Callable[..., list[Path]]:
    """Write a delivery of October 2026 into the inbox, as BOSS does: a unit's name, its table, what differs."""

    def write(name: str, table: pa.Table, period: str = "202610", **more: object) -> list[Path]:
        about: dict = {"province": "10000", "created": CREATED, **more}
        return write_delivery(workspace.inbox, unit(name), period, table, **about)

    return write


@pytest.fixture
def retention_list() -> Unit:
    return unit("retention_list")


@pytest.fixture
def ledger(workspace: Workspace) -> Iterator[Ledger]:
    with Ledger(workspace.ledger) as opened:
        yield opened


@pytest.fixture
def inbox(workspace: Workspace, deliver: Callable) -> Path:
    """A delivery of three balances in the inbox."""
    deliver("balance", balances())
    return workspace.inbox
