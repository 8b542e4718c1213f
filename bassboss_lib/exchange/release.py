"""Letting a staged delivery go, taking one back, and putting things right after a crash.

Files appear in the outbox by hard link, which never overwrites: data first, the verification file last. Staged files
stay until the ledger says released, so every crash in between can be finished from them. The archive keeps what was
sent, since answers speak of its rows long after BOSS has picked the files up.
"""

import errno
import os
import shutil
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from bassboss_lib.contracts import unit
from bassboss_lib.errors import CallError, LedgerMismatch
from bassboss_lib.exchange import deliveries
from bassboss_lib.exchange.deliveries import Delivery
from bassboss_lib.exchange.disk import failpoint, force_folder, lock, on_disk, sha256_of
from bassboss_lib.exchange.manifest import Part
from bassboss_lib.exchange.names import parse
from bassboss_lib.exchange.parsing import parse_files
from bassboss_lib.exchange.verify import archive
from bassboss_lib.ledger import Ledger
from bassboss_lib.workspace import Workspace

__all__ = [
    "Gate",
    "Published",
    "publish_lock",
    "recover",
    "recover_locked",
    "release",
    "release_locked",
    "staging",
    "withdraw",
]

DAY_S = 86_400

Gate = Callable[[pa.Table], None]
"""Looks at the rows about to be released, identifiers in clear, and raises `GateRefused` if they must not be."""


@dataclass(frozen=True)
class Published:
    """What became of a delivery: its identifier, its state, its files in order, and whether it was out before."""

    id: str
    state: str
    files: tuple[Path, ...]
    already: bool


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
        _take_back(workspace, ledger, found)
    return Published(delivery, "withdrawn", (), already=False)


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
        _keep(workspace, folder, files)
        _link(workspace, folder, files)
    with ledger.transaction():
        _supersede(workspace, ledger, delivery)
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


def _keep(workspace: Workspace, folder: Path, files: list[Part]) -> None:
    """Put what is sent into the archive, under its hash; it is copied only where the archive has a disk of its own."""
    for part in files:
        if (workspace.archive / part.sha256).exists():
            continue
        try:
            os.link(folder / part.file, workspace.archive / part.sha256)
        except OSError as error:
            if error.errno != errno.EXDEV:
                raise
            archive(workspace, folder / part.file)
    force_folder(workspace.archive)


def _supersede(workspace: Workspace, ledger: Ledger, delivery: Delivery) -> None:
    """Mark what a full delivery replaces; a correction (mode a) adds to it instead."""
    if delivery.stem.mode == "a":
        return
    for old in deliveries.in_state(ledger, "out", ["released", "accepted", "partial"]):
        if (old.stem.unit, old.stem.period) == (delivery.stem.unit, delivery.stem.period) and old.rr < delivery.rr:
            deliveries.put(ledger, old.turned("superseded"), deliveries.parts(ledger, old.id))
            ledger.event(workspace.now, "superseded", old.id, {"by": delivery.id})


def _take_back(workspace: Workspace, ledger: Ledger, delivery: Delivery) -> None:
    files = deliveries.parts(ledger, delivery.id)
    with on_disk(str(delivery.stem)):
        for part in reversed(files):
            (workspace.outbox / part.file).unlink(missing_ok=True)
            force_folder(workspace.outbox)
            failpoint("withdraw:2")
        shutil.rmtree(staging(workspace, delivery.id), ignore_errors=True)
    with ledger.transaction():
        deliveries.put(ledger, delivery.turned("withdrawn"), files)
        ledger.event(workspace.now, "withdrawn", delivery.id)


def _staged_rows(workspace: Workspace, ledger: Ledger, delivery: Delivery) -> pa.Table:
    """Read the rows of a staged delivery; what is released is compared by hash afterwards."""
    folder = staging(workspace, delivery.id)
    parts = [part for part in deliveries.parts(ledger, delivery.id) if parse(part.file).kind == "data"]
    with on_disk(str(delivery.stem)):
        for part in parts:
            _require_same(folder / part.file, part, "O09", "a staged file was altered")
        files = [(part.file, folder / part.file, part.rows) for part in parts]
        return parse_files(unit(delivery.stem.unit), delivery.stem.period, files).table


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
    for delivery in deliveries.in_state(ledger, "out", ["released", "staged"]):
        if _newest_event(ledger, delivery) == "withdraw_intent":
            _take_back(workspace, ledger, delivery)
            done.append(f"{delivery.id}: withdrawal finished")
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
    return _newest_event(ledger, delivery) == "release_intent"


def _newest_event(ledger: Ledger, delivery: Delivery) -> str:
    row = ledger.one("SELECT kind FROM event WHERE subject = ? ORDER BY id DESC", (delivery.id,))
    return row["kind"] if row else ""


def _sweep(workspace: Workspace, ledger: Ledger) -> None:
    """Remove staging that is no longer needed, and after a day, by the disk's own clock, what nobody knows."""
    for folder in sorted((workspace.outbox / ".tmp").glob("*")):
        delivery = deliveries.find(ledger, folder.name)
        done = delivery is not None and delivery.state not in ("building", "staged")
        if done or (delivery is None and time.time() - folder.stat().st_mtime > DAY_S):
            shutil.rmtree(folder, ignore_errors=True)
