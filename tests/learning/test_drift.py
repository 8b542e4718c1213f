import json
from importlib import metadata

import pytest

from bassboss_lib.errors import CallError
from bassboss_lib.learning import drift
from bassboss_lib.ledger import Ledger

NOW = {name: metadata.version(name) for name in ("lightgbm", "numpy")}


@pytest.fixture
def ledger(workspace):
    with Ledger(workspace.ledger) as opened:
        yield opened


def events(ledger):
    return [json.loads(row["detail"]) for row in ledger.rows("SELECT detail FROM event")]


def test_R27_the_same_versions_pass_and_our_own_may_differ(workspace, ledger):
    drift.refuse_drift(workspace, ledger, "m", {**NOW, "bassboss": "0.0.0"})
    assert events(ledger) == []


def test_R27_another_version_than_trained_is_refused(workspace, ledger, monkeypatch):
    monkeypatch.delenv(drift.ALLOW_DRIFT, raising=False)
    monkeypatch.setattr(drift, "version", lambda name: {**NOW, "lightgbm": "9.9.9"}[name])
    with pytest.raises(
        CallError, match=rf"R27: lightgbm {NOW['lightgbm']} → 9\.9\.9 since model m.*version-drift"
    ) as raised:
        drift.refuse_drift(workspace, ledger, "m", NOW)
    assert raised.value.exit_code == 2
    assert events(ledger) == []


def test_R27_where_it_is_allowed_it_is_written_down(workspace, ledger, monkeypatch):
    monkeypatch.setenv(drift.ALLOW_DRIFT, "1")
    drift.refuse_drift(workspace, ledger, "m", {"numpy": "0.9"})
    assert events(ledger) == [{"drift": [f"numpy 0.9 → {NOW['numpy']}"]}]
