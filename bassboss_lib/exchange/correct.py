"""Correcting what BOSS refused of a delivery that it otherwise accepted.

A correction has mode ``a`` and the next resend number, holds only rows that were refused, numbered from 1, adds to
what was accepted, and quotes the receipt in its manifest.
"""

from collections.abc import Sequence
from dataclasses import replace

import pyarrow as pa
import pyarrow.compute as pc

from bassboss_lib.contracts import Unit, to_text, unit
from bassboss_lib.errors import CallError
from bassboss_lib.exchange import deliveries
from bassboss_lib.exchange.deliveries import Delivery
from bassboss_lib.exchange.outbox import Published
from bassboss_lib.exchange.publish import publish
from bassboss_lib.exchange.release import Gate
from bassboss_lib.exchange.sent import sent_rows
from bassboss_lib.ledger import Ledger
from bassboss_lib.vault import Vault
from bassboss_lib.workspace import Workspace

__all__ = ["MENDED", "correct"]

MENDED = ("msisdn", "customer_name")
"""What a correction may alter of a row."""


def correct(
    workspace: Workspace,
    ledger: Ledger,
    delivery: str,
    table: pa.Table,
    *,
    lineage: dict | None = None,
    before_release: Sequence[Gate] = (),
    on_leaving: Sequence[Gate] = (),
) -> Published:
    """Send the corrected rows of a delivery that was accepted in part.

    Parameters
    ----------
    workspace, ledger : Workspace, Ledger
        Where it is published, and what knows the rows refused.
    delivery : str
        The delivery accepted in part.
    table : pyarrow.Table
        The list as it should be, or any part of it; of it, the rows of customers that were refused are sent. Number
        and name of a customer may differ from what was sent.
    lineage, before_release, on_leaving
        As in `publish`.

    Raises
    ------
    CallError
        If the delivery was not accepted in part, no row of the table is one that was refused, or anything else of a
        row differs from what was sent.
    """
    found = deliveries.find(ledger, delivery)
    if found is None or found.state != "partial":
        state = found.state if found else "unknown"
        raise CallError(f"the delivery is {state}, not partial", where=delivery, remedy="see `bassboss status`")
    refused = ledger.rows("SELECT pseudonym, receipt FROM reject WHERE delivery = ?", (delivery,))
    whose = Vault(workspace).pseudonyms(table["customer_id"].cast(pa.string()))
    chosen = table.filter(pc.is_in(whose, pa.array([row["pseudonym"] for row in refused], pa.string())))
    if chosen.num_rows == 0:
        raise CallError("none of the rows was refused", where=delivery, remedy="give the rows of the refused customers")
    _require_same(found, chosen, sent_rows(workspace, ledger, found))
    quoted = {"corrects": delivery, "receipt": refused[0]["receipt"]}
    return publish(
        workspace,
        ledger,
        unit(found.stem.unit),
        found.stem.period,
        chosen,
        mode="a",
        lineage=(lineage or {}) | quoted,
        before_release=before_release,
        on_leaving=on_leaving,
    )


def _require_same(found: Delivery, chosen: pa.Table, sent: pa.Table) -> None:
    """Refuse a correction that alters more than it may: other fields are mended by sending the whole list again."""
    what = unit(found.stem.unit)
    kept = tuple(one for one in what.fields if one.name not in (*MENDED, "submitted_at"))
    before, now = (_rows(replace(what, fields=kept), table) for table in (sent, chosen))
    for key, row in now.items():
        changed = [name for name, value in row.items() if value != before.get(key, row)[name]]
        if changed or key not in before:
            altered = ", ".join(changed) or "the customer"
            raise CallError(
                f"a correction alters number and name only, not {altered}",
                where=found.id,
                kept="nothing sent",
                remedy="run the list again, which supersedes the whole",
            )


def _rows(what: Unit, table: pa.Table) -> dict[tuple, dict]:
    """Give the text of every row by its key."""
    text = to_text(what, table.select(what.names)).to_pylist()
    return {tuple(row[name] for name in what.key): row for row in text}
