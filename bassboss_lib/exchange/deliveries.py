"""Deliveries as the ledger remembers them, ours and BOSS's."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from bassboss_lib.contracts import Unit
from bassboss_lib.exchange.manifest import Part
from bassboss_lib.exchange.names import Stem
from bassboss_lib.ledger import Ledger
from bassboss_lib.markup import about

__all__ = ["Delivery", "find", "in_state", "newest", "parts", "periods", "put"]


@dataclass(frozen=True)
class Delivery:
    """One row of the ledger: the files of one unit for one period and resend number, and their state."""

    id: str
    direction: str
    stem: Stem
    state: str
    content_sha256: str
    built_at: datetime
    integrity: str
    rows: int
    loaded: int | None = None
    quarantined: int | None = None

    @classmethod
    def of(
        cls, direction: str, stem: Stem, state: str, *, sha256: str, built_at: datetime, integrity: str, rows: int
    ) -> "Delivery":
        """Give a delivery with the identifier that its stem has."""
        return cls(stem.delivery(direction), direction, stem, state, sha256, built_at, integrity, rows)

    def _repr_html_(self) -> str:
        facts = {"direction": self.direction, "unit": self.stem.unit, "period": self.stem.period, "resend": self.rr,
                 "state": self.state, "built": self.built_at, "rows": f"{self.rows:,}",
                 "loaded": "" if self.loaded is None else f"{self.loaded:,}",
                 "quarantined": "" if self.quarantined is None else f"{self.quarantined:,}",
                 "integrity": self.integrity, "sha256": self.content_sha256[:16]}  # fmt: skip
        return about(f"delivery {self.id}", facts)

    @property
    def rr(self) -> int:
        """Resend number."""
        return self.stem.rr

    def turned(self, state: str) -> "Delivery":
        """Give the delivery in another state."""
        return replace(self, state=state)


def put(ledger: Ledger, delivery: Delivery, files: Sequence[Part]) -> None:
    """Write a delivery and its files; call it inside a transaction."""
    stem = delivery.stem
    values = (
        *(delivery.id, delivery.direction, stem.unit, stem.province, stem.period, stem.mode, stem.rr, delivery.state),
        *(delivery.content_sha256, delivery.built_at.isoformat(), delivery.integrity),
        *(delivery.rows, delivery.loaded, delivery.quarantined),
    )
    ledger.execute("DELETE FROM part WHERE delivery = ?", (delivery.id,))
    ledger.execute("DELETE FROM delivery WHERE id = ?", (delivery.id,))
    ledger.execute("INSERT INTO delivery VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", values)
    for part in files:
        row = (delivery.id, part.file, part.bytes, part.rows, part.sha256)
        ledger.execute("INSERT INTO part VALUES (?, ?, ?, ?, ?)", row)


def find(ledger: Ledger, identifier: str) -> Delivery | None:
    """Give a delivery by its identifier."""
    row = ledger.one("SELECT * FROM delivery WHERE id = ?", (identifier,))
    return _delivery(row) if row else None


def newest(ledger: Ledger, direction: str, unit: Unit, province: str, period: str) -> Delivery | None:
    """Give the delivery of a unit and period with the highest resend number."""
    row = ledger.one(
        "SELECT * FROM delivery WHERE direction = ? AND unit = ? AND province = ? AND period = ? ORDER BY rr DESC",
        (direction, unit.code, province, period),
    )
    return _delivery(row) if row else None


def in_state(ledger: Ledger, direction: str, states: Sequence[str]) -> list[Delivery]:
    """List the deliveries in some states, by identifier."""
    rows = ledger.rows("SELECT * FROM delivery WHERE direction = ? ORDER BY id", (direction,))
    return [_delivery(row) for row in rows if row["state"] in states]


def periods(ledger: Ledger, unit: Unit, states: Sequence[str]) -> list[str]:
    """List the periods of a unit of which a delivery came in and is in one of some states, in order."""
    found = {one.stem.period for one in in_state(ledger, "in", states) if one.stem.unit == unit.code}
    return sorted(found)


def parts(ledger: Ledger, identifier: str) -> list[Part]:
    """List the files of a delivery in the order in which they appear: data, manifest, verification file."""
    rows = ledger.rows("SELECT * FROM part WHERE delivery = ? ORDER BY rowid", (identifier,))
    return [Part(row["file"], row["bytes"], row["rows"], row["sha256"]) for row in rows]


def _delivery(row: sqlite3.Row) -> Delivery:
    stem = Stem(row["mode"], row["province"], row["period"], row["unit"], row["rr"])
    whole = Delivery.of(
        row["direction"],
        stem,
        row["state"],
        sha256=row["content_sha256"],
        built_at=datetime.fromisoformat(row["built_at"]),
        integrity=row["integrity"],
        rows=row["rows"],
    )
    return replace(whole, loaded=row["loaded"], quarantined=row["quarantined"])
