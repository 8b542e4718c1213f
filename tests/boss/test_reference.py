from dataclasses import replace
from datetime import timedelta

import pytest

from bassboss_lib import boss
from bassboss_lib.boss import reference
from bassboss_lib.boss.reference import channel
from bassboss_lib.contracts import code_list
from bassboss_lib.warehouse import ingest
from bassboss_lib.warehouse.do_not_contact import do_not_contact
from bassboss_lib.workspace import Workspace
from tests.exchange.inboxes import stored


@pytest.fixture
def lived(workspace: Workspace) -> Workspace:
    boss.deliver(workspace, "202508", customers=300)
    return workspace


def names(workspace: Workspace) -> list[str]:
    return sorted(path.name for path in workspace.inbox.glob("*_01003_*.verf"))


def test_reference_data_and_do_not_contact_come_with_every_month(lived: Workspace) -> None:
    ingest(lived)
    assert {row["channel_id"] for row in stored(lived, "channel", month="202508")} >= {"hall", "agent", "electronic"}
    known = {row["terminal_tac"] for row in stored(lived, "terminal", month="202508")}
    assert {row["terminal_tac"] for row in stored(lived, "customer", month="202508")} <= known
    assert len(stored(lived, "partner", month="202508")) == 24
    assert do_not_contact(lived, "marketing").version == "in-01003-10000-20261103-00"


def test_a_list_that_waits_is_replaced_and_one_picked_up_gets_the_next_number(
    lived: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    boss.deliver(lived, "202509")
    assert names(lived) == ["i_10000_20261103_01003_00.verf"]
    ingest(lived)
    boss.deliver(lived, "202509")
    assert names(lived) == ["i_10000_20261103_01003_00.verf"]
    assert "i_10000_20261103_01003_00" in ingest(lived).already
    monkeypatch.setattr(reference, "OPTED_OUT_IN_1000", 100)
    boss.deliver(lived, "202509")
    assert names(lived) == ["i_10000_20261103_01003_01.verf"]
    tomorrow = replace(lived, now=lived.now + timedelta(days=1))
    boss.deliver(tomorrow, "202509")
    assert names(lived)[-1] == "i_10000_20261104_01003_00.verf"


def test_every_kind_of_channel_is_known() -> None:
    assert set(channel()["kind"].to_pylist()) == set(code_list("channel_kind").codes)
