import json
from datetime import datetime
from pathlib import Path

import pytest

from bassboss_lib.ledger import Ledger
from bassboss_lib.runs import record
from bassboss_lib.runs.parameters import Resolved

NOW = datetime(2026, 11, 5, 8)
NOTEBOOK = Path(__file__).parent / "notebooks" / "good.ipynb"
RESOLVED = Resolved({"month": "202610", "source": ""}, {"month": "call", "source": "default"})


@pytest.fixture
def ledger():
    with Ledger(Path(":memory:")) as opened:
        yield opened


def test_a_run_from_start_to_end(ledger):
    row = record.begin(ledger, NOW, NOTEBOOK, "202610", RESOLVED)
    assert row.id == "202610-good-20261105T080000-1"
    assert row.folder == "runs/202610/good/202610-good-20261105T080000-1"
    assert len(row.versions["notebook"]) == 12
    record.end(ledger, row, datetime(2026, 11, 5, 8, 1), "DONE", figures={"auc": 0.8})
    kept = dict(ledger.one("SELECT state, ended_at, exit_code, figures, parameters FROM run"))
    parameters = json.loads(kept.pop("parameters"))
    assert parameters == {"values": RESOLVED.values, "origins": RESOLVED.origins}
    assert kept == {
        "state": "DONE",
        "ended_at": "2026-11-05T08:01:00",
        "exit_code": 0,
        "figures": '{"auc": 0.8}',
    }
    states = [event["detail"] for event in ledger.rows("SELECT detail FROM event ORDER BY id")]
    assert states == ['{"state": "RUNNING"}', '{"exit_code": 0, "state": "DONE"}']


def test_ids_rise_at_one_time_of_the_clock(ledger):
    ids = [record.begin(ledger, NOW, NOTEBOOK, "202610", RESOLVED).id[-2:] for _ in range(3)]
    assert ids == ["-1", "-2", "-3"]


def test_R06_running_rows_of_a_gone_process_are_abandoned(ledger):
    gone = record.begin(ledger, NOW, NOTEBOOK, "202610", RESOLVED)
    other_month = record.begin(ledger, NOW, NOTEBOOK, "202609", RESOLVED)
    assert record.abandon(ledger, NOW, "good", "202610", "") == [gone.id]
    states = {row["id"]: row["state"] for row in ledger.rows("SELECT id, state FROM run")}
    assert states == {gone.id: "ABANDONED", other_month.id: "RUNNING"}
