"""`bassboss receive`: BOSS's answers, from the inbox into the ledger and the warehouse.

Receipts first, so that feedback which came with them finds its list acknowledged. A receipt's bytes are archived
before it leaves the inbox. Order is a matter of names (period, resend number, feedback number), never of arrival time.
"""

import os
import stat
from dataclasses import dataclass, field
from pathlib import Path

from bassboss_lib.errors import InputRefused, SecurityRefused
from bassboss_lib.exchange import verdicts
from bassboss_lib.exchange.disk import force_folder, lock, on_disk
from bassboss_lib.exchange.feedback import screen_of
from bassboss_lib.exchange.intake import take_in
from bassboss_lib.exchange.names import FileName, parse
from bassboss_lib.exchange.outbox import publish_lock
from bassboss_lib.exchange.recovery import recover_locked
from bassboss_lib.exchange.report import IntakeReport
from bassboss_lib.exchange.taking import Load
from bassboss_lib.exchange.verify import archive
from bassboss_lib.ledger import Ledger
from bassboss_lib.workspace import Workspace

__all__ = ["Received", "receive"]

RECEIPTS = ("file_receipt", "record_receipt")


@dataclass(frozen=True)
class _Arrived:
    """One receipt from the inbox: its name as written and as understood, its bytes and their hash."""

    file: str
    name: FileName
    data: bytes
    sha256: str


@dataclass
class Received:
    """What was received.

    ``applied``: receipts that told something; ``again``: receipts known already; ``disputed``: receipts that contradict
    an earlier one; ``quarantined``: receipts that could not be placed, one line each; ``feedback``: what became of
    feedback units.
    """

    applied: list[str] = field(default_factory=list)
    again: list[str] = field(default_factory=list)
    disputed: list[str] = field(default_factory=list)
    quarantined: list[str] = field(default_factory=list)
    feedback: IntakeReport = field(default_factory=IntakeReport)

    def warnings(self) -> list[str]:
        """Give what somebody should look at, one line each."""
        disputed = [f"O13: {name} contradicts an earlier receipt; the state stays" for name in self.disputed]
        return [*self.quarantined, *disputed, *self.feedback.warnings]

    def line(self) -> str:
        """Give the outcome in one line.

        Examples
        --------
        >>> Received(applied=["f_i_10000_202610_31001_00_001.verf"]).line()
        '1 receipts; feedback: 0 deliveries, 0 rows loaded, 0 quarantined'
        """
        parts = [f"{len(self.applied)} receipts"]
        named = {"again": self.again, "disputed": self.disputed, "quarantined": self.quarantined}
        parts += [f"{len(found)} {name}" for name, found in named.items() if found]
        return f"{', '.join(parts)}; feedback: {self.feedback.line()}"


def receive(workspace: Workspace, load: Load) -> Received:
    """Take BOSS's receipts and feedback out of the inbox.

    Parameters
    ----------
    workspace : Workspace
        Its inbox is read; ledger, archive, quarantine and our receipts are written.
    load : function
        Stores the rows of a feedback delivery.

    Raises
    ------
    SecurityRefused
        If others may write into the inbox (S20), or a name leads out of it (I30).
    InputRefused
        If feedback is refused; receipts have been taken by then.
    """
    _require_own(workspace.inbox)
    report = Received()
    with lock(publish_lock(workspace), "publishing"), Ledger(workspace.ledger) as ledger:
        recover_locked(workspace, ledger)
        for path, name in _waiting(workspace):
            with on_disk(path.name):
                kept = archive(workspace, path)
                data = (workspace.archive / kept.sha256).read_bytes()
            _take(workspace, ledger, report, _Arrived(path.name, name, data, kept.sha256))
            with on_disk("inbox"):
                path.unlink()
                force_folder(workspace.inbox)
    with Ledger(workspace.ledger) as ledger:
        report.feedback = take_in(workspace, load, screen=screen_of(workspace, ledger))
    return report


def _take(workspace: Workspace, ledger: Ledger, report: Received, one: _Arrived) -> None:
    """Take one receipt: known already, applied, disputed or put aside."""
    if ledger.one("SELECT 1 FROM receipt WHERE name = ? AND sha256 = ?", (one.file, one.sha256)):
        report.again.append(one.file)
        return
    try:
        verdict = verdicts.judged(ledger, one.name, one.data, one.file)
    except InputRefused as error:
        verdicts.keep_aside(workspace, ledger, one.name, receipt=one.file, sha256=one.sha256, why=error.what)
        report.quarantined.append(error.line())
        return
    told = {"applied": report.applied, "disputed": report.disputed}
    told[verdicts.apply(workspace, ledger, verdict, one.file, one.sha256)].append(one.file)


def _waiting(workspace: Workspace) -> list[tuple[Path, FileName]]:
    """List the receipts in the inbox, file receipts first, each kind by name."""
    found = []
    for entry in sorted(os.scandir(workspace.inbox), key=lambda one: one.name):
        if not entry.name.startswith(("f_", "r_")):
            continue
        if entry.is_symlink() or not entry.is_file():
            raise SecurityRefused("not a plain file", fault="I30", where=repr(entry.name), remedy="remove it")
        name = _understood(entry.name)
        if name and name.kind in RECEIPTS:
            found.append((Path(entry.path), name))
    return found


def _understood(name: str) -> FileName | None:
    try:
        return parse(name)
    except InputRefused:
        return None


def _require_own(inbox: Path) -> None:
    """Receipts carry no signature: only who may write into the inbox speaks for them."""
    mode = stat.S_IMODE(inbox.stat().st_mode)
    if mode & stat.S_IWOTH:
        raise SecurityRefused(
            f"everybody may write receipts into it (mode {mode:04o})",
            fault="S20",
            where="inbox",
            kept="nothing of it was read",
            remedy="`chmod o-w` it, and check what lies in it",
        )
