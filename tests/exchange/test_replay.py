import dataclasses
import importlib
from collections.abc import Callable

import pytest

from bassboss_lib.contracts import unit
from bassboss_lib.errors import CallError
from bassboss_lib.exchange.replay import Kept, kept, masked, replay, show
from bassboss_lib.ledger import Ledger
from bassboss_lib.warehouse import ingest
from bassboss_lib.warehouse.load import load
from bassboss_lib.workspace import Workspace
from tests.exchange.conftest import balances
from tests.exchange.inboxes import DATA, MANIFEST, edit, forge, stored

replaying = importlib.import_module("bassboss_lib.exchange.replay")
ID = "in-03003-10000-202610-00"


@pytest.fixture
def partial(workspace: Workspace, deliver: Callable) -> Workspace:
    deliver("balance", balances())
    edit(workspace.inbox / DATA, "00002$", "0000000000000000000000002$")
    forge(workspace.inbox)
    (workspace.inbox / MANIFEST).unlink()
    ingest(workspace)
    return workspace


def test_quarantine_is_listed_and_shown_masked(partial: Workspace) -> None:
    assert kept(partial) == [Kept(ID, 1, {"03003015": 1})]
    [row] = show(partial, ID, "en")
    assert (row.line, row.code, row.field, row.reason, row.text) == (
        2,
        "03003015",
        unit("balance").fields[0].title["en"],
        "encoding or width",
        "***$202610$200",
    )
    assert show(partial, ID, "zh", clear=True)[0].text == "0000000000000000000000002$202610$200"
    with pytest.raises(CallError, match="nothing of it is in quarantine"):
        show(partial, "in-03003-10000-202609-00", "en")


def test_a_line_of_another_shape_shows_nothing_of_itself() -> None:
    assert masked(unit("retention_feedback"), "R202610-01      20261000000001") == "*** (30 characters)"


def test_replay_loads_what_holds_now_and_keeps_the_count(partial: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    assert replay(partial, load, ID) == Kept(ID, 1, {"03003015": 1})
    number, *others = unit("balance").fields
    mended = dataclasses.replace(unit("balance"), fields=(dataclasses.replace(number, width=30), *others))
    monkeypatch.setattr(replaying, "unit", lambda _: mended)
    assert replay(partial, load, ID) == Kept(ID, 0, {})
    assert [row["balance_fen"] for row in stored(partial)] == [100, 200, 300]
    assert kept(partial) == []
    with Ledger(partial.ledger) as ledger:
        row = ledger.one("SELECT state, rows, loaded, quarantined FROM delivery")
        assert tuple(row) == ("accepted", 3, 3, 0)
    with pytest.raises(CallError, match="the delivery is accepted"):
        replay(partial, load, ID)
