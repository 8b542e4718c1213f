from collections.abc import Callable

import pytest

from bassboss_lib.contracts import unit
from bassboss_lib.errors import CallError
from bassboss_lib.exchange.deliver import write_delivery
from bassboss_lib.vault import Vault
from bassboss_lib.warehouse.feedback import feedback
from bassboss_lib.workspace import Workspace, open_workspace
from tests.exchange.answers import answer, record_receipt, said, send
from tests.exchange.conftest import CREATED


@pytest.fixture
def deliver(workspace: Workspace) -> Callable:
    def write(table: object, month: str) -> None:
        write_delivery(workspace.inbox, unit("retention_feedback"), month, table, province="10000", created=CREATED)

    return write


def told(workspace: Workspace) -> list[tuple]:
    rows = feedback(workspace, "retention_feedback").to_pylist()
    return sorted((row["pseudonym"], row["handled"], row["feedback_no"]) for row in rows)


def test_O18_the_last_version_wins_by_its_number_and_history_is_kept(workspace: Workspace, deliver: Callable) -> None:
    send(workspace)
    record_receipt(workspace)
    assert told(workspace) == []
    deliver(said([1, 2], feedback_no=2, handled="2"), "202611")
    answer(workspace)
    later = open_workspace(workspace.root, "2027-01-05T08:00")
    deliver(said([2], feedback_no=3, handled="3"), "202612")
    deliver(said([1], feedback_no=1, handled="0"), "202701")
    answer(later)
    first, second = Vault(workspace).pseudonyms(["0000000001", "0000000002"]).to_pylist()
    assert told(later) == sorted([(first, "2", 2), (second, "3", 3)])
    assert len(list(workspace.warehouse.glob("retention_feedback/*/*.parquet"))) == 3


def test_only_feedback_is_read_so(workspace: Workspace) -> None:
    with pytest.raises(CallError, match="not a feedback unit"):
        feedback(workspace, "balance")
