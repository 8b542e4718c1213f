"""Putting right what a crash left of a publication: finish it, undo it, or say that a person is needed.

It runs before everything that publishes. The ledger's newest event of a delivery says what was meant, the disk how
far it came.
"""

import shutil
import time

from bassboss_lib.errors import LedgerMismatch
from bassboss_lib.exchange import deliveries
from bassboss_lib.exchange.deliveries import Delivery
from bassboss_lib.exchange.disk import lock
from bassboss_lib.exchange.outbox import newest_event, publish_lock, release_locked, staging, take_back
from bassboss_lib.ledger import Ledger
from bassboss_lib.workspace import Workspace

__all__ = ["recover", "recover_locked"]

DAY_S = 86_400


def recover(workspace: Workspace, ledger: Ledger) -> list[str]:
    """Finish or undo what a crash left; calling it again changes nothing.

    Returns
    -------
    list of str
        What was done, one line each.

    Raises
    ------
    LedgerMismatch
        If ledger and disk disagree in a way that needs a person.
    """
    with lock(publish_lock(workspace), "publishing"):
        return recover_locked(workspace, ledger)


def recover_locked(workspace: Workspace, ledger: Ledger) -> list[str]:
    """Do what `recover` does; the caller holds the lock."""
    done = []
    for delivery in deliveries.in_state(ledger, "out", ["released", "staged"]):
        if newest_event(ledger, delivery) == "withdraw_intent":
            take_back(workspace, ledger, delivery)
            done.append(f"{delivery.id}: withdrawal finished")
    for delivery in deliveries.in_state(ledger, "out", ["building", "staged"]):
        intact = staging(workspace, delivery.id).exists()
        if delivery.state == "staged" and newest_event(ledger, delivery) == "release_intent":
            done.append(_finish(workspace, ledger, delivery, intact))
        elif delivery.state == "building" or not intact:
            done.append(_give_up(workspace, ledger, delivery))
    _sweep(workspace, ledger)
    return done


def _finish(workspace: Workspace, ledger: Ledger, delivery: Delivery, intact: bool) -> str:
    if intact:
        release_locked(workspace, ledger, delivery)
        return f"{delivery.id}: release finished"
    raise LedgerMismatch(
        "a release was begun and its staged files are gone",
        where=delivery.id,
        kept="the outbox as it is",
        remedy="compare the outbox with `bassboss status`; withdraw the delivery or restore the files",
    )


def _give_up(workspace: Workspace, ledger: Ledger, delivery: Delivery) -> str:
    shutil.rmtree(staging(workspace, delivery.id), ignore_errors=True)
    with ledger.transaction():
        deliveries.put(ledger, delivery.turned("failed"), [])
        ledger.event(workspace.now, "failed", delivery.id, {"reason": f"found {delivery.state} after a crash"})
    return f"{delivery.id}: was {delivery.state}, given up; run again to build it"


def _sweep(workspace: Workspace, ledger: Ledger) -> None:
    """Remove staging that is no longer needed, and after a day, by the disk's own clock, what nobody knows."""
    for folder in sorted((workspace.outbox / ".tmp").glob("*")):
        delivery = deliveries.find(ledger, folder.name)
        done = delivery is not None and delivery.state not in ("building", "staged")
        if done or (delivery is None and time.time() - folder.stat().st_mtime > DAY_S):
            shutil.rmtree(folder, ignore_errors=True)
