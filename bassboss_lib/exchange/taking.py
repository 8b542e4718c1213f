"""Taking one arrival in: verified, archived, parsed, checked, loaded, remembered, and only then out of the inbox.

A crash in between leaves the inbox as it was, and the next run does the same again with the same result. Steps are
numbered as failpoints.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import pyarrow as pa

from bassboss_lib import months
from bassboss_lib.contracts import Checked, Unit
from bassboss_lib.errors import BassbossError, InputRefused, LedgerMismatch, TooManyBadRecords
from bassboss_lib.exchange import deliveries, quarantine, receipts
from bassboss_lib.exchange.codes import SENT_AGAIN, FileRefused, code_of
from bassboss_lib.exchange.deliveries import Delivery
from bassboss_lib.exchange.disk import being_written, failpoint, force_folder, on_disk, sha256_of
from bassboss_lib.exchange.inbox import Arrival, overdue, unit_of
from bassboss_lib.exchange.limited import parse_files
from bassboss_lib.exchange.names import Stem, parse
from bassboss_lib.exchange.parquet import forget_texts, text_of
from bassboss_lib.exchange.report import IntakeReport, Loaded
from bassboss_lib.exchange.verify import Verified, archive, verify
from bassboss_lib.exchange.volume import require_volume
from bassboss_lib.ledger import Ledger
from bassboss_lib.workspace import Workspace

__all__ = ["TAKEN", "Desk", "Held", "Load", "Screen", "put_aside", "refuse", "take"]

Load = Callable[[Workspace, Unit, Stem, pa.Table], Path]
"""Stores the typed rows of a delivery and gives the file; called again with the same rows after a crash."""

Screen = Callable[[Unit, Stem, Checked], Checked]
"""Looks at rows that hold, and refuses more of them; raises `Held` if it is too early to tell."""

TAKEN = ("accepted", "partial")
RENUMBER = "send the changed content under the next resend number, and remove these files"


@dataclass(frozen=True)
class Desk:
    """What every step of an intake needs."""

    workspace: Workspace
    ledger: Ledger
    load: Load
    report: IntakeReport
    screen: Screen | None = None
    accepted: Sequence[str] = ()


class Held(Exception):
    """It is too early to take this in; the inbox keeps it, and what it waits for is said."""


def take(desk: Desk, arrival: Arrival) -> None:
    """Take one arrival in, or note what it waits for.

    Raises
    ------
    BassbossError
        If it is refused; nothing of it is loaded.
    """
    stem = arrival.stem
    unit = unit_of(desk.workspace, stem)
    if _left_over(desk, arrival) or _waits(desk, arrival) or _held(desk, unit, stem):
        return
    verified = verify(desk.workspace, unit, arrival)
    known = deliveries.find(desk.ledger, stem.delivery("in"))
    if known is None or known.state not in TAKEN:
        try:
            _load(desk, unit, verified)
        except Held as waits:
            desk.report.waiting.append(f"{stem}: {waits}")
        return
    if known.content_sha256 != verified.sha256:
        raise FileRefused("13", "accepted before with other bytes", fault="I11", where=str(stem), remedy=RENUMBER)
    desk.report.already.append(str(stem))
    _settle(desk, unit, verified)


def refuse(desk: Desk, arrival: Arrival, error: BassbossError) -> None:
    """Remember a refusal and answer it with a receipt; a delivery that was accepted before stays accepted."""
    stem, code, now = arrival.stem, code_of(error), desk.workspace.now
    known = deliveries.find(desk.ledger, stem.delivery("in"))
    with desk.ledger.transaction():
        if known is None or known.state not in TAKEN:
            rejected = Delivery.of("in", stem, "rejected", sha256="", built_at=now, integrity="", rows=0)
            deliveries.put(desk.ledger, rejected, [])
        desk.ledger.event(now, "refused", stem.delivery("in"), {"code": code, "error": error.line()})
    if isinstance(error, FileRefused) and arrival.verification:
        number = 0 if code >= "86" or not arrival.numbers else _number(error.where)
        receipts.refuse(desk.workspace, stem, number, now, code)


def put_aside(desk: Desk, arrival: Arrival) -> bool:
    """Archive a refused arrival and take it out of the inbox if a later resend of it is in; tell whether it was."""
    stem, workspace = arrival.stem, desk.workspace
    states = deliveries.in_state(desk.ledger, "in", TAKEN)
    later = [one for one in states if (one.stem.unit, one.stem.period) == (stem.unit, stem.period) and one.rr > stem.rr]
    known = deliveries.find(desk.ledger, stem.delivery("in"))
    if not later or (known and known.state in TAKEN):
        return False
    names = [*arrival.data, *stem.small_files]
    with on_disk("inbox"):
        for path in [workspace.inbox / name for name in names if (workspace.inbox / name).exists()]:
            archive(workspace, path)
            path.unlink()
        force_folder(workspace.inbox)
    desk.report.warnings.append(f"{stem}: refused, and put aside for a later resend")
    return True


def _left_over(desk: Desk, arrival: Arrival) -> bool:
    """Clear away what a crash left of a delivery that is in and answered: its own bytes, verification file gone."""
    stem, inbox = arrival.stem, desk.workspace.inbox
    taken = {part.file: part.sha256 for part in deliveries.parts(desk.ledger, stem.delivery("in"))}
    paths = [inbox / name for name in arrival.data]
    paths += [inbox / stem.manifest] if arrival.manifest else []
    if arrival.verification or not all(path.name in taken for path in paths):
        return False
    with on_disk("inbox"):
        if any(sha256_of(path) != taken[path.name] for path in paths):
            return False
        for path in paths:
            path.unlink()
        force_folder(inbox)
    return True


def _waits(desk: Desk, arrival: Arrival) -> bool:
    """Wait for a missing half until the due day; after it, refuse (I01, I02). Wait while a file is written (I09)."""
    if arrival.verification and arrival.numbers:
        unfinished = [name for name in arrival.data if being_written(desk.workspace.inbox / name)]
        desk.report.waiting += [f"{name}: still being written" for name in unfinished]
        return bool(unfinished)
    lacking = "data missing" if arrival.verification else "verf missing"
    if overdue(desk.workspace, arrival.stem.period):
        fault, code = ("I02", "02") if arrival.verification else ("I01", "99")
        raise FileRefused(code, lacking, fault=fault, where=str(arrival.stem))
    desk.report.waiting.append(f"{arrival.stem}: {lacking}")
    return True


def _held(desk: Desk, unit: Unit, stem: Stem) -> bool:
    """Hold an incremental unit whose period before is not in yet; a snapshot loads with a warning (I12, I13)."""
    taken = deliveries.periods(desk.ledger, unit, TAKEN)
    earlier = [period for period in taken if period < stem.period]
    if (
        unit.cycle != "month"
        or unit.feedback
        or not earlier
        or months.add(stem.period, -1) in earlier
        or stem.period in taken
    ):
        return False
    gap = months.add(earlier[-1], 1)
    if unit.snapshot:
        desk.report.warnings.append(f"{stem}: {unit.name} of {gap} never came")
        return False
    if overdue(desk.workspace, gap):
        raise InputRefused(
            f"{unit.name} of {gap} is missing",
            fault="I12",
            where=str(stem),
            kept="this delivery held in the inbox",
            remedy=f"have {gap} delivered first",
        )
    desk.report.waiting.append(f"{stem}: held until {unit.name} of {gap} comes")
    return True


def _load(desk: Desk, unit: Unit, verified: Verified) -> None:
    """Parse, check, quarantine, store and remember one verified arrival."""
    stem = verified.stem
    files = [(part.file, text_of(desk.workspace, unit, part), part.rows) for part in verified.parts]
    with on_disk(str(stem)):
        checked = parse_files(desk.workspace.quarantine, unit, stem.period, files, hashed=verified.manifest is not None)
        _compare_sums(verified, checked)
        bad = checked.rejects.num_rows
        checked = desk.screen(unit, stem, checked) if desk.screen else checked
        refused = quarantine.keep(desk.workspace, unit, stem, checked.rejects, verified.parts).num_rows
    failpoint("intake:1")
    rows, loaded = sum(part.rows for part in verified.parts), checked.table.num_rows
    if rows != loaded + refused:
        raise LedgerMismatch(f"{rows:,} rows in, {loaded:,} + {refused:,} out", where=str(stem), remedy="report it")
    _threshold(desk.workspace, stem, rows, bad)
    require_volume(desk.workspace, desk.ledger, unit, stem, rows=rows, accepted=desk.accepted)
    desk.load(desk.workspace, unit, stem, checked.table)
    failpoint("intake:2")
    _remember(desk, verified, Loaded(unit.name, stem.period, stem.rr, rows, loaded, refused, verified.integrity))
    failpoint("intake:3")
    _settle(desk, unit, verified)


def _compare_sums(verified: Verified, checked: Checked) -> None:
    """Compare exact sums and the key hash with the manifest; lines without a shape make them meaningless."""
    manifest, where = verified.manifest, verified.stem.manifest
    if manifest is None or 0 in checked.rejects["field"].to_pylist():
        return
    for name, found in checked.totals.items():
        said = manifest.totals.get(name)
        if found is not None and found != said:
            raise FileRefused("05", f"{name} adds up to {found:,}, announced {said}", fault="I07", where=where)
    if manifest.key_hash != checked.key_hash:
        raise FileRefused("05", "the keys are not those announced", fault="I08", where=where)


def _threshold(workspace: Workspace, stem: Stem, rows: int, refused: int) -> None:
    settings = workspace.settings
    if refused > settings.bad_rows_max and refused > settings.bad_share_max * rows:
        raise TooManyBadRecords(
            f"{refused:,} of {rows:,} rows are bad, more than {settings.bad_share_max:.1%}",
            fault="I19",
            where=str(stem),
            kept="nothing loaded, all bad rows listed in quarantine",
            remedy=f"see `bassboss quarantine list`; {SENT_AGAIN}",
        )


def _remember(desk: Desk, verified: Verified, loaded: Loaded) -> None:
    state = "partial" if loaded.quarantined else "accepted"
    about = {"sha256": verified.sha256, "integrity": verified.integrity}
    one = Delivery.of("in", verified.stem, state, built_at=verified.created, rows=loaded.rows, **about)
    one = replace(one, loaded=loaded.loaded, quarantined=loaded.quarantined)
    with desk.ledger.transaction():
        deliveries.put(desk.ledger, one, [*verified.parts, *verified.small])
        detail = {"state": state, "rows": loaded.rows, "quarantined": loaded.quarantined}
        desk.ledger.event(desk.workspace.now, "taken in", one.id, detail)
    desk.report.loaded.append(loaded)
    if loaded.quarantined:
        desk.report.warnings.append(f"{verified.stem}: {loaded.quarantined:,} of {loaded.rows:,} rows quarantined")


def _settle(desk: Desk, unit: Unit, verified: Verified) -> None:
    """Write the receipts of a delivery that is in the ledger, and take its files out of the inbox."""
    stem = verified.stem
    taken = "SELECT at FROM event WHERE subject = ? AND kind = 'taken in' ORDER BY id DESC"
    row = desk.ledger.one(taken, (stem.delivery("in"),))
    at = datetime.fromisoformat(row["at"]) if row else desk.workspace.now
    refused = quarantine.refused_rows(desk.workspace, unit, stem)
    receipts.accept(desk.workspace, stem, [part.file for part in verified.parts], at, refused)
    failpoint("intake:4")
    with on_disk("inbox"):
        for part in [*reversed(verified.small), *verified.parts]:
            (desk.workspace.inbox / part.file).unlink(missing_ok=True)
            failpoint("intake:5")
        force_folder(desk.workspace.inbox)
        forget_texts(desk.workspace, verified.parts)


def _number(where: str) -> int:
    """Give the file number in the name at the head of a message's place; 1 where it names no data file."""
    try:
        return parse(where.split(",", maxsplit=1)[0]).number or 1
    except InputRefused:
        return 1
