"""Helpers of the tests that publish a list and look into the outbox."""

from bassboss_lib.contracts import unit
from bassboss_lib.exchange import publish
from bassboss_lib.ledger import Ledger
from bassboss_lib.workspace import Workspace
from tests.exchange.conftest import listed

LIST = unit("retention_list")
NAMES = ["i_10000_202610_31001_00.json", "i_10000_202610_31001_00.verf", "i_10000_202610_31001_00_001.dat"]
STEPS = 14


def outbox(workspace: Workspace) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(workspace.outbox.glob("*")) if path.is_file()}


def publish_apart(workspace: Workspace) -> None:
    with Ledger(workspace.ledger) as ledger:
        publish(workspace, ledger, LIST, "202610", listed())
