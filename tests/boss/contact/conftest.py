"""A village at the end of a month, our lists on some of its customers, and a workspace in which it lives."""

import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from bassboss_lib.boss import World, history, identity, reference
from bassboss_lib.boss.contact.desk import orders_path
from bassboss_lib.boss.state import State
from bassboss_lib.contracts import unit
from bassboss_lib.engine import write_table
from bassboss_lib.exchange import publish
from bassboss_lib.ledger import Ledger
from bassboss_lib.workspace import Workspace, open_workspace

MONTH = "202508"
NOW = "2025-09-04T08:00"
CUSTOMERS = 600


@pytest.fixture(scope="session")
def lived(tmp_path_factory: pytest.TempPathFactory, world: World) -> Path:
    """A workspace whose world has lived its first month."""
    workspace = open_workspace(tmp_path_factory.mktemp("lived"), NOW)
    history.live(workspace, world, MONTH, CUSTOMERS, 5)
    return workspace.boss


@pytest.fixture
def village(tmp_path: Path, lived: Path) -> Workspace:
    """A workspace of its own with that world."""
    workspace = open_workspace(tmp_path / "village", NOW)
    shutil.copytree(lived, workspace.boss, dirs_exist_ok=True)
    return workspace


@pytest.fixture
def before(village: Workspace) -> State:
    """The village at the end of the month."""
    return history.state_of(village, MONTH)


def retention(state: State, rows: np.ndarray, **changes: list) -> pa.Table:
    """Give a retention list on some rows of a state, discount recommended, most at risk first as given."""
    count, serial = len(rows), state.people["serial"][rows]
    columns: dict[str, object] = {
        "campaign_id": ["R202508-01"] * count,
        "analysis_month": [MONTH] * count,
        "customer_id": identity.customer_ids(serial).tolist(),
        "msisdn": identity.msisdns(serial).astype(str).tolist(),
        "customer_name": ["张三"] * count,
        "segment_id": ["S01"] * count,
        "segment_traits": ["高价值"] * count,
        "arpu_fen": [9900] * count,
        "mou_min": [120] * count,
        "credit_fen": [50000] * count,
        "growth_potential": ["3"] * count,
        "churn_probability": [0.5] * count,
        "churn_reason": ["R02"] * count,
        "churn_traits": ["掉话多"] * count,
        "call_traits": ["主叫多"] * count,
        "recommended_offer": pa.array(["O01"] * count, pa.string()),
        "priority": list(range(1, count + 1)),
    }
    return pa.table(columns | changes)


def survey(state: State, rows: np.ndarray, **changes: object) -> pa.Table:
    """Give a survey list on some rows of a state, on a plan that BOSS does not sell."""
    count, serial = len(rows), state.people["serial"][rows]
    texts = {
        "campaign_id": "T202509-01",
        "survey_id": "T20250908-1",
        "customer_name": None,
        "current_plan": "M048",
        "current_plan_text": "月费48元",
        "new_plan": "N039",
        "new_plan_text": "月费39元，含50分钟通话、3GB流量",
        "stratum": "H1",
    }
    columns: dict[str, object] = {name: pa.array([value] * count, pa.string()) for name, value in texts.items()}
    columns |= {"customer_id": identity.customer_ids(serial), "msisdn": identity.msisdns(serial).astype(str)}
    columns |= {"inclusion_probability": [0.05] * count}
    for at in range(1, 7):
        columns[f"item_{at}"] = columns[f"unit_{at}"] = pa.nulls(count, pa.string())
        columns[f"volume_{at}"] = pa.nulls(count, pa.float64())
        columns[f"charge_{at}_fen"] = pa.nulls(count, pa.int64())
    return pa.table({name: (columns | changes)[name] for name in unit("32001").names})


def care(state: State, rows: np.ndarray, form: str = "F11") -> pa.Table:
    """Give a care list on some rows of a state; the first is to be cared for on the twentieth."""
    same = retention(state, rows)
    columns: dict[str, object] = {name: same[name] for name in unit("33001").names if name in same.column_names}
    days = pa.array([date(2025, 9, 20)] + [None] * (len(rows) - 1), pa.date32())
    columns |= {"campaign_id": ["C202508-01"] * len(rows), "care_reason": ["C03"] * len(rows)}
    columns |= {"care_form": [form] * len(rows), "care_channel": ["11"] * len(rows), "suggested_date": days}
    columns |= {"script": ["您好"] * len(rows)}
    return pa.table({name: columns[name] for name in unit("33001").names})


@pytest.fixture
def send(village: Workspace) -> Callable[..., str]:
    """Publish a list as we do; give its stem."""

    def publish_list(code: str, table: pa.Table, period: str = MONTH) -> str:
        with Ledger(village.ledger) as ledger:
            sent = publish(village, ledger, unit(code), period, table)
        return sent.files[-1].stem

    return publish_list


def active(state: State, count: int, start: int = 0) -> np.ndarray:
    """Give the rows of some customers in network who never ask not to be contacted."""
    never = reference.do_not_contact(state, date(2030, 1, 1))["customer_id"].to_pylist()
    willing = ~np.isin(identity.customer_ids(state.people["serial"]), never)
    return np.flatnonzero(state.active & willing)[start : start + count]


@pytest.fixture
def write_orders(village: Workspace) -> Callable[[str, pa.Table], None]:
    """Put tasks on the desk of a month."""

    def write(month: str, table: pa.Table) -> None:
        write_table(table, orders_path(village, month), [])

    return write


def later(workspace: Workspace, now: str = "2025-10-04T08:00") -> Workspace:
    """Give the workspace with its clock put on: BOSS answers at the end of the month after a list."""
    return replace(workspace, now=datetime.fromisoformat(now))
