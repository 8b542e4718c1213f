"""Who must not be contacted (免打扰, unit 01003), and the gates that keep them off our lists.

It is asked three times: when a list is built, before it is staged, and when it leaves. The version that counts is the
newest day delivered up to the run's clock, and of it the highest resend number.
"""

from dataclasses import dataclass
from datetime import datetime

import pyarrow as pa
import pyarrow.compute as pc

from bassboss_lib.contracts import unit
from bassboss_lib.engine import read_table
from bassboss_lib.errors import GateRefused
from bassboss_lib.exchange import Gate, Stem, deliveries
from bassboss_lib.ledger import Ledger
from bassboss_lib.vault import Vault
from bassboss_lib.warehouse.partitions import PART, months, paths
from bassboss_lib.workspace import Workspace

__all__ = ["DoNotContact", "contact_gate", "do_not_contact", "freshness_gate", "gates_of", "release_gates"]

UNIT = unit("do_not_contact")
PURPOSES = {"31001": "marketing", "32001": "survey", "33001": "marketing"}
"""List → what its contacts are for; scope ``all`` forbids every purpose."""


@dataclass(frozen=True)
class DoNotContact:
    """One version of the list.

    Parameters
    ----------
    version : str
        Identifier of its delivery, such as ``in-01003-10000-20261103-00``; empty if none was ever delivered.
    created : datetime, optional
        When BOSS built it.
    pseudonyms : pyarrow.Array
        Customers who must not be contacted for the purpose asked for.
    """

    version: str
    created: datetime | None
    pseudonyms: pa.Array

    def holds(self, pseudonyms: pa.Array) -> pa.Array:
        """Tell of each pseudonym whether it must not be contacted."""
        return pc.is_in(pseudonyms, self.pseudonyms)


def do_not_contact(workspace: Workspace, purpose: str) -> DoNotContact:
    """Read the version that counts now.

    Parameters
    ----------
    workspace : Workspace
        Its clock says which day is the newest that counts.
    purpose : {"marketing", "survey"}
        What contacts are for.
    """
    today = f"{workspace.now:%Y%m%d}"
    found = []
    for month in months(workspace, UNIT.name):
        for path in paths(workspace, UNIT.name, [month]):
            part = PART.fullmatch(path.name)
            period = month + (part["day"] or "")[:2] if part else ""
            found += [(period, int(part["rr"]), path)] if part and period <= today else []
    if not found:
        return DoNotContact("", None, pa.array([], pa.string()))
    period, rr, path = max(found)
    version = Stem(UNIT.modes[0], workspace.settings.province, period, UNIT.code, rr).delivery("in")
    with Ledger(workspace.ledger) as ledger:
        known = deliveries.find(ledger, version)
    rows = read_table([path])
    forbidden = rows.filter(pc.is_in(rows["scope"], pa.array(["all", purpose])))
    return DoNotContact(version, known.built_at if known else None, forbidden["pseudonym"].combine_chunks())


def contact_gate(workspace: Workspace, purpose: str, fault: str = "O20") -> Gate:
    """Give the gate that refuses a list with a customer who must not be contacted (O20; at release O22)."""

    def gate(table: pa.Table) -> None:
        current = do_not_contact(workspace, purpose)
        count = pc.sum(current.holds(Vault(workspace).pseudonyms(table["customer_id"]))).as_py() or 0
        if count:
            staged = fault == "O22"
            raise GateRefused(
                f"{count:,} of {table.num_rows:,} customers must not be contacted",
                fault=fault,
                where=current.version,
                kept="the list stays staged, nothing released" if staged else "nothing staged",
                remedy="`bassboss withdraw` it and run the list again" if staged else "run the list again",
            )

    return gate


def freshness_gate(workspace: Workspace, purpose: str) -> Gate:
    """Give the gate that refuses to let a list go while the do-not-contact list is missing or too old (O21)."""

    def gate(_: pa.Table) -> None:
        current, limit = do_not_contact(workspace, purpose), workspace.settings.dnc_max_age_h
        age_h = (workspace.now - current.created).total_seconds() / 3600 if current.created else None
        if age_h is None or age_h > limit:
            what = "is missing" if age_h is None else f"is {age_h:.0f} h old, more than {limit} h"
            raise GateRefused(
                f"the do-not-contact list (unit 01003) {what}",
                fault="O21",
                where=current.version or "warehouse/do_not_contact",
                kept="the list stays staged, nothing released",
                remedy="have today's delivered, `bassboss ingest`, then `bassboss release` the list",
            )

    return gate


def gates_of(workspace: Workspace, delivery: str) -> list[Gate]:
    """Give the gates that a staged delivery passes; none for a unit that contacts nobody."""
    code = delivery.split("-")[1] if delivery.count("-") >= 1 else ""
    return release_gates(workspace, code) if code in PURPOSES else []


def release_gates(workspace: Workspace, code: str) -> list[Gate]:
    """Give the gates that a list passes when it leaves: a fresh version, and nobody on it who opted out meanwhile."""
    purpose = PURPOSES[code]
    return [freshness_gate(workspace, purpose), contact_gate(workspace, purpose, "O22")]
