"""What BOSS's receipts do to our deliveries: states, rejects by row and key, disputes.

A receipt is remembered by name and bytes, so the same one again does nothing. One that nobody can place is put aside;
one that contradicts an earlier one is kept as a dispute and changes nothing, because somebody has to ask BOSS which of
the two holds.
"""

from dataclasses import dataclass
from typing import Literal

from bassboss_lib.contracts import unit
from bassboss_lib.errors import InputRefused
from bassboss_lib.exchange import deliveries
from bassboss_lib.exchange.deliveries import Delivery
from bassboss_lib.exchange.names import FileName
from bassboss_lib.exchange.receipt_files import Refusal, file_code, refusals
from bassboss_lib.exchange.sent import data_parts, sent_rows
from bassboss_lib.ledger import Ledger
from bassboss_lib.vault import Vault
from bassboss_lib.workspace import Workspace

__all__ = ["Verdict", "apply", "judged", "keep_aside", "refused_rows"]

ANSWERED = ("released", "accepted", "partial", "rejected", "superseded", "closed")
AGREES = {
    "received": ("accepted", "partial", "closed"),
    "rejected": ("rejected",),
    "accepted": ("accepted", "closed"),
    "partial": ("partial", "closed"),
}
"""Verdict → states in which it says nothing new; in any other than these and ``released`` it contradicts."""


@dataclass(frozen=True)
class Verdict:
    """What one receipt says of one delivery."""

    delivery: Delivery
    says: Literal["received", "rejected", "accepted", "partial"]
    code: str
    refused: tuple[Refusal, ...] = ()


def judged(ledger: Ledger, name: FileName, data: bytes, where: str) -> Verdict:
    """Read a receipt and find the delivery that it speaks of.

    Raises
    ------
    InputRefused
        If it cannot be read, no such delivery was released (O11), or it speaks of rows that are not in it (O15).
    """
    delivery = deliveries.find(ledger, name.stem.delivery("out"))
    if delivery is None or delivery.state not in ANSWERED or delivery.stem != name.stem:
        raise _aside("a receipt for a delivery that was never released", "O11", where)
    rows = {part.file: part.rows for part in data_parts(ledger, delivery)}
    if name.kind == "file_receipt":
        if name.number and name.stem.data(name.number) not in rows:
            raise _aside("a receipt for a file that is not in the delivery", "O11", where)
        code = file_code(name, data, where)
        return Verdict(delivery, "received" if code == "00" else "rejected", code)
    refused = refusals(unit(name.stem.unit), data, where)
    outside = [one for one in refused if not 1 <= one.row <= rows.get(one.file, 0)]
    if outside:
        raise _aside(f"{len(outside):,} of {len(refused):,} rows refused are not in the file", "O15", where)
    whole = len(refused) == delivery.rows and delivery.rows > 0
    return Verdict(delivery, "rejected" if whole else "partial" if refused else "accepted", "", tuple(refused))


def apply(workspace: Workspace, ledger: Ledger, verdict: Verdict, receipt: str, sha256: str) -> str:
    """Let a verdict change its delivery, in one transaction; give ``applied`` or ``disputed``."""
    delivery = verdict.delivery
    first = delivery.state == "released"
    state = "applied" if first or _agrees(ledger, verdict) else "disputed"
    refused = _linked(workspace, ledger, verdict, receipt) if first else []
    with ledger.transaction():
        about = (delivery.id, verdict.says, verdict.code, len(verdict.refused))
        row = (receipt, sha256, *about, workspace.now.isoformat(), state)
        ledger.execute("INSERT INTO receipt VALUES (?, ?, ?, ?, ?, ?, ?, ?)", row)
        for one in refused:
            ledger.execute("INSERT INTO reject VALUES (?, ?, ?, ?, ?, ?)", one)
        if first and verdict.says != "received":
            deliveries.put(ledger, delivery.turned(verdict.says), deliveries.parts(ledger, delivery.id))
        detail = {"receipt": receipt, "says": verdict.says, "code": verdict.code, "refused": len(verdict.refused)}
        ledger.event(workspace.now, f"receipt {state}", delivery.id, detail)
    return state


def keep_aside(workspace: Workspace, ledger: Ledger, name: FileName, *, receipt: str, sha256: str, why: str) -> None:
    """Remember a receipt that was put aside; nothing else changes."""
    subject = name.stem.delivery("out")
    row = (receipt, sha256, subject, "unknown", "", 0, workspace.now.isoformat(), "quarantined")
    with ledger.transaction():
        ledger.execute("INSERT INTO receipt VALUES (?, ?, ?, ?, ?, ?, ?, ?)", row)
        ledger.event(workspace.now, "receipt quarantined", subject, {"receipt": receipt, "why": why})


def refused_rows(ledger: Ledger, delivery: str) -> list[Refusal]:
    """List the records of a delivery that BOSS refused, by file and row."""
    found = ledger.rows("SELECT file, row, code FROM reject WHERE delivery = ? ORDER BY file, row", (delivery,))
    return [Refusal(row["file"], row["row"], row["code"]) for row in found]


def _agrees(ledger: Ledger, verdict: Verdict) -> bool:
    """Tell whether a later verdict says what is known already; about a superseded delivery it no longer matters."""
    delivery = verdict.delivery
    if delivery.state == "superseded":
        return True
    same = verdict.says != "partial" or list(verdict.refused) == refused_rows(ledger, delivery.id)
    return delivery.state in AGREES[verdict.says] and same


def _linked(workspace: Workspace, ledger: Ledger, verdict: Verdict, receipt: str) -> list[tuple]:
    """Give a row of the ledger for every record refused: its place, and by pseudonym whose it is."""
    if not verdict.refused:
        return []
    before, start = {}, 0
    for part in data_parts(ledger, verdict.delivery):
        before[part.file], start = start, start + part.rows
    places = [before[one.file] + one.row - 1 for one in verdict.refused]
    customers = sent_rows(workspace, ledger, verdict.delivery)["customer_id"].take(places)
    whose = Vault(workspace).pseudonyms(customers).to_pylist()
    return [
        (verdict.delivery.id, one.file, one.row, one.code, pseudonym, receipt)
        for one, pseudonym in zip(verdict.refused, whose, strict=True)
    ]


def _aside(what: str, fault: str, where: str) -> InputRefused:
    kept = "the receipt in quarantine, the delivery as it was"
    return InputRefused(what, fault=fault, where=where, kept=kept, remedy="ask BOSS which delivery it means")
