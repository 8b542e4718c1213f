from pathlib import Path

import pytest

from bassboss_lib.cli import main
from bassboss_lib.exchange import publish
from bassboss_lib.ledger import Ledger
from bassboss_lib.workspace import Workspace, open_workspace
from tests.exchange.answers import ID, file_receipt, record_receipt, send
from tests.exchange.conftest import listed
from tests.exchange.outboxes import LIST


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    monkeypatch.setenv("BASSBOSS_WORKSPACE", str(tmp_path))
    monkeypatch.setenv("BASSBOSS_NOW", "2026-11-03T08:00")
    return open_workspace()


def call(*words: str) -> int:
    with pytest.raises(SystemExit) as caught:
        main(list(words))
    return int(caught.value.code or 0)


def test_O10_O13_status_check_leaves_with_11(workspace: Workspace, capsys: pytest.CaptureFixture) -> None:
    send(workspace)
    assert call("status", "--check") == 0
    assert call("status", "--check", "--now", "2026-11-06T08:00") == 11
    assert "O10: OVERDUE: no receipt within 48 h" in capsys.readouterr().err
    record_receipt(workspace)
    assert call("receive", "--now", "2026-11-04T08:00") == 0
    file_receipt(workspace, "05")
    assert call("receive") == 0
    assert "O13: f_i_10000_202610_31001_00_001.verf contradicts" in capsys.readouterr().err
    assert call("status", "--check") == 11
    assert "O13: DISPUTED" in capsys.readouterr().err


def test_O21_release_asks_for_a_fresh_do_not_contact_list(workspace: Workspace, capsys: pytest.CaptureFixture) -> None:
    (workspace.root / "settings.yaml").write_text("release: manual\n")
    staged = open_workspace()
    with Ledger(staged.ledger) as ledger:
        publish(staged, ledger, LIST, "202610", listed())
    assert call("release", ID) == 5
    assert "O21: the do-not-contact list (unit 01003) is missing" in capsys.readouterr().err
    assert call("withdraw", ID) == 0
    assert call("release", ID) == 2


def test_quarantine_of_an_empty_workspace(workspace: Workspace, capsys: pytest.CaptureFixture) -> None:
    assert call("quarantine", "list") == 0
    assert "nothing in quarantine" in capsys.readouterr().out
    assert call("quarantine", "show", "in-03003-10000-202610-00") == 2
    assert call("quarantine", "replay", "in-03003-10000-202610-00") == 2
