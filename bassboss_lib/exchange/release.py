"""Letting a staged delivery go, and taking one back that BOSS has not answered.

Both begin with `recover`, so that they never meet what a crash left. Gates look at the rows at this last moment, since
a customer may have opted out between the building of a list and its leaving.
"""

from collections.abc import Callable, Sequence

import pyarrow as pa

from bassboss_lib.contracts import unit
from bassboss_lib.errors import CallError
from bassboss_lib.exchange import deliveries
from bassboss_lib.exchange.deliveries import Delivery
from bassboss_lib.exchange.disk import failpoint, lock, on_disk
from bassboss_lib.exchange.names import parse
from bassboss_lib.exchange.outbox import Published, publish_lock, release_locked, require_same, staging, take_back
from bassboss_lib.exchange.parsing import parse_files
from bassboss_lib.exchange.recovery import recover_locked
from bassboss_lib.ledger import Ledger
from bassboss_lib.workspace import Workspace

__all__ = ["Gate", "release", "withdraw"]

Gate = Callable[[pa.Table], None]
"""Looks at the rows about to be released, identifiers in clear, and raises `GateRefused` if they must not be."""


def release(workspace: Workspace, ledger: Ledger, delivery: str, gates: Sequence[Gate] = ()) -> Published:
    """Let a staged delivery go.

    Parameters
    ----------
    workspace, ledger : Workspace, Ledger
        Where it is staged, and what knows it.
    delivery : str
        Its identifier.
    gates : sequence of functions
        Each gets the staged rows and raises `GateRefused` to stop them; the delivery stays staged then.

    Raises
    ------
    GateRefused
        If a gate refuses.
    CallError
        If there is no such delivery, or it is not staged.
    LedgerMismatch
        If a staged file was altered (O09), or its name is taken by other bytes (O05); nothing is overwritten.
    Locked
        If another process publishes.
    """
    with lock(publish_lock(workspace), "publishing"):
        recover_locked(workspace, ledger)
        found = deliveries.find(ledger, delivery)
        if found and found.state == "released":
            files = [workspace.outbox / part.file for part in deliveries.parts(ledger, delivery)]
            return Published(delivery, "released", tuple(files), already=True)
        if not found or found.state != "staged":
            state = found.state if found else "unknown"
            raise CallError(f"the delivery is {state}, not staged", where=delivery, remedy="see `bassboss status`")
        for gate in gates:
            gate(_staged_rows(workspace, ledger, found))
        return release_locked(workspace, ledger, found)


def withdraw(workspace: Workspace, ledger: Ledger, delivery: str) -> Published:
    """Take a delivery back that BOSS has not answered: the verification file first, so that the rest means nothing.

    Raises
    ------
    CallError
        If there is no such delivery, BOSS has answered it, or has picked it up already.
    """
    with lock(publish_lock(workspace), "publishing"):
        recover_locked(workspace, ledger)
        found = deliveries.find(ledger, delivery)
        if not found or found.direction != "out" or found.state not in ("staged", "released"):
            state = found.state if found else "unknown"
            remedy = "see `bassboss status`; accepted content is superseded by running the list again"
            raise CallError(f"the delivery is {state}, neither staged nor released", where=delivery, remedy=remedy)
        if found.state == "released" and not (workspace.outbox / found.stem.verification).exists():
            raise CallError("BOSS has picked it up", where=delivery, remedy="wait for its receipt, then send another")
        ledger.event(workspace.now, "withdraw_intent", delivery)
        failpoint("withdraw:1")
        take_back(workspace, ledger, found)
    return Published(delivery, "withdrawn", (), already=False)


def _staged_rows(workspace: Workspace, ledger: Ledger, delivery: Delivery) -> pa.Table:
    """Read the rows of a staged delivery; what is released is compared by hash afterwards."""
    folder = staging(workspace, delivery.id)
    parts = [part for part in deliveries.parts(ledger, delivery.id) if parse(part.file).kind == "data"]
    with on_disk(str(delivery.stem)):
        for part in parts:
            require_same(folder / part.file, part, "O09", "a staged file was altered")
        files = [(part.file, folder / part.file, part.rows) for part in parts]
        return parse_files(unit(delivery.stem.unit), delivery.stem.period, files).table
