"""Letting a staged delivery go, and putting things right after a crash.

Files appear in the outbox by hard link, which never overwrites: data first, the verification file last. Staged files
stay until the ledger says released, so every crash in between can be finished from them.
"""

import os
import shutil
import time
from dataclasses import dataclass
from pathlib import Path

from bassboss_lib.errors import CallError, LedgerMismatch
from bassboss_lib.exchange import deliveries
from bassboss_lib.exchange.deliveries import Delivery
from bassboss_lib.exchange.disk import failpoint, force_folder, lock, on_disk, sha256_of
from bassboss_lib.exchange.manifest import Part
from bassboss_lib.ledger import Ledger
from bassboss_lib.workspace import Workspace

__all__ = ["Published", "publish_lock", "recover", "recover_locked", "release", "release_locked", "staging"]

DAY_S = 86_400


@dataclass(frozen=True)
class Published:
    """What became of a delivery: its identifier, its state, its files in order, and whether it was out before."""

    id: str
    state: str
    files: tuple[Path, ...]
    already: bool


def release(workspace: Workspace, ledger: Ledger, delivery: str) -> Published:
    """Let a staged delivery go.

    Raises
    ------
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
        return release_locked(workspace, ledger, found)


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


def publish_lock(workspace: Workspace) -> Path:
    """Give the lock file of publishing."""
    return workspace.root / ".publish.lock"


def staging(workspace: Workspace, delivery: str) -> Path:
    """Give the folder in which a delivery is built; it lies on the outbox's own file system."""
    return workspace.outbox / ".tmp" / delivery


def release_locked(workspace: Workspace, ledger: Ledger, delivery: Delivery) -> Published:
    """Take steps 6 to 9 for a staged delivery; the caller holds the lock."""
    folder, files = staging(workspace, delivery.id), deliveries.parts(ledger, delivery.id)
    with on_disk(str(delivery.stem)):
        for part in files:
            _require_same(folder / part.file, part, "O09", "a staged file was altered")
            if (workspace.outbox / part.file).exists():
                _require_same(workspace.outbox / part.file, part, "O05", "the name is taken by other bytes")
    if not _intends(ledger, delivery):
        ledger.event(workspace.now, "release_intent", delivery.id)
    failpoint("publish:8")
    with on_disk(str(delivery.stem)):
        _link(workspace, folder, files)
    with ledger.transaction():
        deliveries.put(ledger, delivery.turned("released"), files)
        ledger.event(workspace.now, "released", delivery.id)
    failpoint("publish:13")
    shutil.rmtree(folder, ignore_errors=True)
    failpoint("publish:14")
    return Published(delivery.id, "released", tuple(workspace.outbox / part.file for part in files), already=False)


def _link(workspace: Workspace, folder: Path, files: list[Part]) -> None:
    *data, manifest, verification = files
    for part in data:
        _put(folder, workspace.outbox, part)
        failpoint("publish:9")
    _put(folder, workspace.outbox, manifest)
    failpoint("publish:10")
    force_folder(workspace.outbox)
    _put(folder, workspace.outbox, verification)
    failpoint("publish:11")
    force_folder(workspace.outbox)
    failpoint("publish:12")


def _put(folder: Path, outbox: Path, part: Part) -> None:
    try:
        os.link(folder / part.file, outbox / part.file)
    except FileExistsError:
        _require_same(outbox / part.file, part, "O05", "the name is taken by other bytes")


def _require_same(path: Path, part: Part, fault: str, what: str) -> None:
    if not path.exists() or sha256_of(path) != part.sha256:
        raise LedgerMismatch(
            what, fault=fault, where=part.file, kept="nothing overwritten", remedy="find out who did; then run again"
        )


def recover_locked(workspace: Workspace, ledger: Ledger) -> list[str]:
    """Do what `recover` does; the caller holds the lock."""
    done = []
    for delivery in deliveries.in_state(ledger, "out", ["building", "staged"]):
        intact = staging(workspace, delivery.id).exists()
        if delivery.state == "staged" and _intends(ledger, delivery):
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


def _intends(ledger: Ledger, delivery: Delivery) -> bool:
    """Tell whether the newest event of a delivery is the intent to release it."""
    row = ledger.one("SELECT kind FROM event WHERE subject = ? ORDER BY id DESC", (delivery.id,))
    return row is not None and row["kind"] == "release_intent"


def _sweep(workspace: Workspace, ledger: Ledger) -> None:
    """Remove staging that is no longer needed, and after a day, by the disk's own clock, what nobody knows."""
    for folder in sorted((workspace.outbox / ".tmp").glob("*")):
        delivery = deliveries.find(ledger, folder.name)
        done = delivery is not None and delivery.state not in ("building", "staged")
        if done or (delivery is None and time.time() - folder.stat().st_mtime > DAY_S):
            shutil.rmtree(folder, ignore_errors=True)
