"""Correcting what BOSS refused of a delivery that it otherwise accepted.

A correction has mode ``a`` and the next resend number, holds only rows that were refused, numbered from 1, adds to
what was accepted, and quotes the receipt in its manifest.
"""

from collections.abc import Sequence

import pyarrow as pa
import pyarrow.compute as pc

from bassboss_lib.contracts import unit
from bassboss_lib.errors import CallError
from bassboss_lib.exchange import deliveries
from bassboss_lib.exchange.outbox import Published
from bassboss_lib.exchange.publish import publish
from bassboss_lib.exchange.release import Gate
from bassboss_lib.ledger import Ledger
from bassboss_lib.vault import Vault
from bassboss_lib.workspace import Workspace

__all__ = ["correct"]


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
        The list as it should be, or any part of it; of it, the rows of customers that were refused are sent.
    lineage, before_release, on_leaving
        As in `publish`.

    Raises
    ------
    CallError
        If the delivery was not accepted in part, or no row of the table is one that was refused.
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
