"""Publishing a list: from a table to a delivery that BOSS sees whole or not at all.

The steps are those of the interface's crash table. Each is numbered as a failpoint, and the ledger knows before the
disk does what is about to happen, so that `recover` can finish or undo whatever a crash left. The same content again
changes nothing; other content goes out under the next resend number.
"""

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pyarrow as pa

from bassboss_lib.contracts import Unit
from bassboss_lib.contracts.fields import Mode
from bassboss_lib.contracts.text import content_sha256
from bassboss_lib.errors import BassbossError, DiskFailed, LedgerMismatch
from bassboss_lib.exchange import deliveries
from bassboss_lib.exchange import manifest as manifests
from bassboss_lib.exchange.content import Content, content
from bassboss_lib.exchange.data_files import write_parts
from bassboss_lib.exchange.deliver import verification_of
from bassboss_lib.exchange.deliveries import Delivery
from bassboss_lib.exchange.disk import failpoint, lock, on_disk, sha256_of, write_new
from bassboss_lib.exchange.manifest import Part
from bassboss_lib.exchange.names import Stem
from bassboss_lib.exchange.outbox import Published, publish_lock, release_locked, staging
from bassboss_lib.exchange.readback import ReadBack, read_back
from bassboss_lib.exchange.recovery import recover_locked
from bassboss_lib.exchange.release import Gate
from bassboss_lib.ledger import Ledger
from bassboss_lib.workspace import Workspace

__all__ = ["publish"]

STAMP = "submitted_at"
NOT_YET = datetime(2000, 1, 1)
VISIBLE = ("released", "accepted", "partial", "closed")
REUSED = ("building", "staged", "failed")


@dataclass(frozen=True)
class _Order:
    """What is to be published."""

    unit: Unit
    table: pa.Table
    content: Content
    sha256: str
    lineage: dict
    mode: Mode


def publish(
    workspace: Workspace,
    ledger: Ledger,
    unit: Unit,
    period: str,
    table: pa.Table,
    *,
    lineage: dict | None = None,
    mode: Mode | None = None,
    before_release: Sequence[Gate] = (),
    on_leaving: Sequence[Gate] = (),
) -> Published:
    """Publish a table as a delivery of a unit and period.

    Parameters
    ----------
    workspace : Workspace
        Its outbox takes the files; its settings say whether they leave at once (``release: auto``) or stay staged.
    ledger : Ledger
        Remembers the delivery.
    unit : Unit
        What is published.
    period : str
        ``YYYYMM``, or ``YYYYMMDD`` for a list on demand.
    table : pyarrow.Table
        One column per field in the order of the list; ``submitted_at`` is filled in here.
    lineage : dict, optional
        Run, model and code version; stands in the manifest.
    mode : str, optional
        Extraction mode; by default the unit's first. A correction has ``a`` (`exchange.correct`).
    before_release : sequence of functions
        Gates; each gets the table and raises `GateRefused` to stop it: nothing is staged then.
    on_leaving : sequence of functions
        Gates asked only when the list leaves; if one refuses, the list stays staged. `release` asks them for a list
        that leaves by hand.

    Returns
    -------
    Published
        With ``already`` if this content was released before: the earlier files stand unchanged.

    Raises
    ------
    GateRefused
        If a row cannot be written (O24) or a gate refuses; nothing is visible.
    LedgerMismatch
        If staged files or names in the outbox are not what the ledger knows (O05, O09).
    Locked
        If another process publishes (O08).
    DiskFailed
        If the disk refuses; temporary files are gone, and a later attempt may succeed (O02, O03).
    """
    with lock(publish_lock(workspace), "publishing"):
        recover_locked(workspace, ledger)
        known = deliveries.newest(ledger, "out", unit, workspace.settings.province, period)
        about = (lineage or {}) | _quoted(ledger, known)
        order = _order(unit, period, table, about, mode or unit.modes[0])
        same = _sent_before(workspace, ledger, order, period)
        if same:
            files = [workspace.outbox / part.file for part in deliveries.parts(ledger, same.id)]
            return Published(same.id, same.state, tuple(files), already=True)
        delivery = _begin(workspace, ledger, order, period, known)
        try:
            _build(workspace, ledger, order, delivery)
            for gate in before_release:
                gate(order.table)
        except BassbossError as error:
            _fail(workspace, ledger, delivery, error)
            raise
        failpoint("publish:7")
        if workspace.settings.release == "manual":
            parts = deliveries.parts(ledger, delivery.id)
            folder = staging(workspace, delivery.id)
            return Published(delivery.id, "staged", tuple(folder / part.file for part in parts), already=False)
        for gate in on_leaving:
            gate(order.table)
        return release_locked(workspace, ledger, delivery)


def _quoted(ledger: Ledger, known: Delivery | None) -> dict:
    """Quote the receipt that a delivery answers, if the one before it was rejected."""
    if known is None or known.state != "rejected":
        return {}
    row = ledger.one("SELECT name FROM receipt WHERE delivery = ? AND verdict = 'rejected'", (known.id,))
    return {"repeats": known.id, "receipt": row["name"]} if row else {}


def _sent_before(workspace: Workspace, ledger: Ledger, order: _Order, period: str) -> Delivery | None:
    """Give the delivery of the period that says the same and still counts, if there is one."""
    about = (order.unit.code, workspace.settings.province, period)
    for one in deliveries.in_state(ledger, "out", VISIBLE):
        if (one.stem.unit, one.stem.province, one.stem.period) == about and one.content_sha256 == order.sha256:
            return one
    return None


def _order(unit: Unit, period: str, table: pa.Table, lineage: dict, mode: Mode) -> _Order:
    stamped = STAMP in unit.names
    if stamped:
        rest = table.drop_columns([STAMP]) if STAMP in table.column_names else table
        table = rest.append_column(STAMP, pa.array([NOT_YET] * table.num_rows, pa.timestamp("s")))
    said = content(unit, table, period)
    return _Order(unit, table, said, content_sha256(said.text, [STAMP]), lineage, mode)


def _begin(workspace: Workspace, ledger: Ledger, order: _Order, period: str, known: Delivery | None) -> Delivery:
    """Step 1: take a resend number, and remember that something is being built."""
    rr, built_at = 0, workspace.now
    if known:
        rr = known.rr if known.state in REUSED else known.rr + 1
        built_at = known.built_at if known.content_sha256 == order.sha256 and known.rr == rr else workspace.now
    stem = Stem(order.mode, workspace.settings.province, period, order.unit.code, rr)
    rows = order.content.text.num_rows
    delivery = Delivery.of(
        "out", stem, "building", sha256=order.sha256, built_at=built_at, integrity="sha256", rows=rows
    )
    with ledger.transaction():
        deliveries.put(ledger, delivery, [])
        ledger.event(workspace.now, "building", delivery.id)
    failpoint("publish:1")
    return delivery


def _build(workspace: Workspace, ledger: Ledger, order: _Order, delivery: Delivery) -> None:
    """Steps 2 to 4: write aside, read back, add manifest and verification file, remember all hashes."""
    folder, stem = staging(workspace, delivery.id), delivery.stem
    with on_disk(str(stem)):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        parts = write_parts(folder, order.unit, stem, _stamped(order, delivery.built_at))
        failpoint("publish:2")
        _compare(order, [folder / part.file for part in parts])
        failpoint("publish:3")
        built_at, lineage = delivery.built_at, order.lineage
        manifest = manifests.render(order.unit, stem, parts, order.content, created=built_at, lineage=lineage)
        write_new(folder / stem.manifest, manifest)
        failpoint("publish:4")
        write_new(folder / stem.verification, verification_of(stem, parts, built_at))
        failpoint("publish:5")
        small = [Part(name, (folder / name).stat().st_size, 0, sha256_of(folder / name)) for name in stem.small_files]
    with ledger.transaction():
        deliveries.put(ledger, delivery.turned("staged"), [*parts, *small])
        ledger.event(workspace.now, "staged", delivery.id)
    failpoint("publish:6")


def _stamped(order: _Order, built_at: datetime) -> pa.Table:
    text = order.content.text
    if STAMP not in text.column_names:
        return text
    stamp = pa.array([built_at.strftime("%Y%m%d%H%M%S")], pa.string()).take(pa.array([0] * text.num_rows, pa.int32()))
    return text.set_column(text.column_names.index(STAMP), STAMP, stamp)


def _compare(order: _Order, paths: list[Path]) -> None:
    meant = ReadBack(order.content.text.num_rows, order.content.totals, order.content.key_hash)
    try:
        found = read_back(paths, order.unit)
    except ValueError as error:
        found = ReadBack(0, {"unreadable": 0}, type(error).__name__)
    if found != meant:
        raise LedgerMismatch(
            f"read back {found.rows:,} rows, meant {meant.rows:,}; sums or keys differ",
            where=paths[0].name,
            kept="nothing published",
            remedy="run again; if it stays, report it",
        )


def _fail(workspace: Workspace, ledger: Ledger, delivery: Delivery, error: BassbossError) -> None:
    """Leave nothing half-made behind, and say why in the ledger; a full disk may refuse even that."""
    shutil.rmtree(staging(workspace, delivery.id), ignore_errors=True)
    try:
        with ledger.transaction():
            deliveries.put(ledger, delivery.turned("failed"), [])
            ledger.event(workspace.now, "failed", delivery.id, {"exit_code": error.exit_code, "fault": error.fault})
    except DiskFailed as full:
        error.add_note(full.line())
