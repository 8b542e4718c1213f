"""Two months of the whole loop against a hostile BOSS: deliver, take in, list, respond, receive, and again."""

from pathlib import Path

import numpy as np
import pytest

from bassboss_lib import flow
from bassboss_lib.boss import deliver, read_world, respond
from bassboss_lib.boss.history import orders_of, state_of, twin
from bassboss_lib.contracts import unit
from bassboss_lib.errors import InputRefused
from bassboss_lib.exchange import publish, receive
from bassboss_lib.ledger import Ledger
from bassboss_lib.vault import create_key
from bassboss_lib.warehouse.feedback import feedback
from bassboss_lib.warehouse.load import load
from bassboss_lib.workspace import Workspace, open_workspace
from tests.boss.contact.conftest import active, retention

MONTHS = ("202508", "202509")
LISTED = 60


def month_of_the_loop(root: Path, month: str, now: str, start: int) -> set[str]:
    """Take a month in, send a list on it, let BOSS answer; give the refusals that came."""
    workspace = open_workspace(root, now)
    deliver(workspace, month, customers=500)
    flow.ingest(workspace)
    state = state_of(workspace, month)
    rows = active(state, LISTED, start)
    listed = retention(state, rows, campaign_id=[f"R{month}-01"] * LISTED, analysis_month=[month] * LISTED)
    with Ledger(workspace.ledger) as ledger:
        publish(workspace, ledger, unit("31001"), month, listed)
    respond(workspace, month, personality="hostile")
    return received(open_workspace(root, f"{now[:5]}{int(now[5:7]) + 1:02d}-02T08:00"))


def received(workspace: Workspace) -> set[str]:
    try:
        receive(workspace, load)
    except InputRefused as error:
        return {error.line()}
    return set()


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace after both months, its last answers received."""
    root = tmp_path_factory.mktemp("hostile") / "work"
    create_key(open_workspace(root, "2025-09-04T08:00"), b"tests")
    refusals = month_of_the_loop(root, "202508", "2025-09-04T08:00", 0)
    refusals |= month_of_the_loop(root, "202509", "2025-10-04T08:00", 80)
    workspace = open_workspace(root, "2025-11-04T08:00")
    deliver(workspace, "202510")
    flow.ingest(workspace)
    assert refusals
    assert all("next:" in line and "file" in line for line in refusals), refusals
    return root


def test_our_lists_changed_what_customers_lived(root: Path) -> None:
    workspace = open_workspace(root, "2025-12-04T08:00")
    for month, later in zip(MONTHS, ("202509", "202510"), strict=True):
        orders = orders_of(workspace, later)
        assert orders is not None, month
        called = state_of(workspace, later)
        met = called.people["serial"][called.people["contact_index"] == called.index]
        assert 10 < len(met) <= LISTED
        assert np.isin(met, orders["serial"].to_numpy()).all()
    assert (twin(workspace, read_world(), "202510").people["contact_index"] < 0).all()


def test_nothing_is_lost_of_what_boss_delivered(root: Path) -> None:
    with Ledger(root / "ledger.db") as ledger:
        taken = ledger.rows("SELECT * FROM delivery WHERE direction = 'in' AND state = 'accepted'")
    assert len(taken) >= 3 * 12
    assert all(row["rows"] == row["loaded"] + row["quarantined"] for row in taken)


def test_feedback_is_loaded_from_sound_deliveries_alone_and_every_refusal_says_why(root: Path) -> None:
    workspace = open_workspace(root, "2025-12-04T08:00")
    with Ledger(root / "ledger.db") as ledger:
        came = ledger.rows("SELECT * FROM delivery WHERE id LIKE 'in-31002%'")
    refused = [row["id"] for row in came if row["state"] == "rejected"]
    assert refused
    rows = feedback(workspace, "retention_feedback").to_pandas()
    loaded = sum(row["loaded"] or 0 for row in came if row["state"] == "accepted")
    assert len(rows) <= loaded <= 2 * LISTED
    assert set(rows["campaign_id"]) <= {f"R{month}-01" for month in MONTHS}
    assert not rows.duplicated(["campaign_id", "pseudonym"]).any()


def test_what_could_not_be_placed_is_put_aside(root: Path) -> None:
    with Ledger(root / "ledger.db") as ledger:
        assert ledger.rows("SELECT * FROM receipt WHERE state = 'quarantined'")
        lists = ledger.rows("SELECT * FROM delivery WHERE id LIKE 'out-31001%'")
    assert len(lists) == 2
