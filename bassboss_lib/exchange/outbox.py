"""How files get into the outbox and out of it again; the caller holds the lock of publishing.

Files appear in the outbox by hard link, which never overwrites: data first, the verification file last. Staged files
stay until the ledger says released, so every crash in between can be finished from them. The archive keeps what was
sent, since answers speak of its rows long after BOSS has picked the files up.
"""

import errno
import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from bassboss_lib.errors import LedgerMismatch
from bassboss_lib.exchange import deliveries
from bassboss_lib.exchange.deliveries import Delivery
from bassboss_lib.exchange.disk import failpoint, force_folder, on_disk, sha256_of
from bassboss_lib.exchange.manifest import Part
from bassboss_lib.exchange.verify import archive
from bassboss_lib.ledger import Ledger
from bassboss_lib.workspace import Workspace

__all__ = ["Published", "newest_event", "publish_lock", "release_locked", "require_same", "staging", "take_back"]


@dataclass(frozen=True)
class Published:
    """What became of a delivery: its identifier, its state, its files in order, and whether it was out before."""

    id: str
    state: str
    files: tuple[Path, ...]
    already: bool


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
            require_same(folder / part.file, part, "O09", "a staged file was altered")
            if (workspace.outbox / part.file).exists():
                require_same(workspace.outbox / part.file, part, "O05", "the name is taken by other bytes")
    if newest_event(ledger, delivery) != "release_intent":
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


def take_back(workspace: Workspace, ledger: Ledger, delivery: Delivery) -> None:
    """Take the files of a delivery out of the outbox, the verification file first, and call it withdrawn."""
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


def require_same(path: Path, part: Part, fault: str, what: str) -> None:
    """Raise `LedgerMismatch` unless a file has the bytes that the ledger knows."""
    if not path.exists() or sha256_of(path) != part.sha256:
        raise LedgerMismatch(
            what, fault=fault, where=part.file, kept="nothing overwritten", remedy="find out who did; then run again"
        )


def newest_event(ledger: Ledger, delivery: Delivery) -> str:
    """Give the kind of the newest event of a delivery; empty if there is none."""
    row = ledger.one("SELECT kind FROM event WHERE subject = ? ORDER BY id DESC", (delivery.id,))
    return row["kind"] if row else ""


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


def _put(folder: Path, outbox: Path, part: Part) -> None:
    try:
        os.link(folder / part.file, outbox / part.file)
    except FileExistsError:
        require_same(outbox / part.file, part, "O05", "the name is taken by other bytes")
