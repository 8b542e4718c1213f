"""Correcting a list that BOSS accepted in part: number and name as the vault knows them now, and nothing else.

It serves every list that we send (31001, 32001, 33001). Other fields are mended by running the list again, which
supersedes the whole.
"""

import pyarrow as pa
import pyarrow.compute as pc

from bassboss_lib.contracts import Unit, unit
from bassboss_lib.errors import CallError
from bassboss_lib.exchange import Gate, Published, deliveries
from bassboss_lib.exchange.correct import correct
from bassboss_lib.exchange.deliveries import Delivery
from bassboss_lib.exchange.sent import accepted_rows, sent_rows
from bassboss_lib.ledger import Ledger
from bassboss_lib.vault import Vault
from bassboss_lib.warehouse.do_not_contact import PURPOSES, DoNotContact, contact_gate, do_not_contact, release_gates
from bassboss_lib.warehouse.quality_lists import list_gate
from bassboss_lib.workspace import Workspace

__all__ = ["correct_list"]

CONTROL = r"[\x00-\x1f\x7f]"


def correct_list(workspace: Workspace, delivery: str) -> Published:
    """Send again the rows that BOSS refused of a list: as they were, with number and name as the vault knows them now.

    Who opted out meanwhile is left out. The gates are those of a list; quality is judged for the list as it stands
    with the correction. The same correction again changes nothing.

    Parameters
    ----------
    workspace : Workspace
        Archive, vault, ledger and outbox.
    delivery : str
        A list accepted in part, such as ``out-31001-10000-202610-00``.

    Raises
    ------
    CallError
        If it is no list accepted in part, or nobody who was refused may be contacted.
    GateRefused
        If a blocking rule for lists fails, or the do-not-contact list is missing or too old (O21).
    """
    with Ledger(workspace.ledger) as ledger:
        found = deliveries.find(ledger, delivery)
        if found is None or found.direction != "out" or found.stem.unit not in PURPOSES or found.state != "partial":
            state = found.state if found else "unknown"
            what = f"the delivery is {state}, no list accepted in part"
            raise CallError(what, where=delivery, remedy="see `bassboss status`")
        listed, purpose = unit(found.stem.unit), PURPOSES[found.stem.unit]
        forbidden = do_not_contact(workspace, purpose)
        return correct(
            workspace,
            ledger,
            delivery,
            _mended(workspace, sent_rows(workspace, ledger, found), found.stem.period[:6], forbidden),
            lineage={"period": found.stem.period, "do_not_contact": forbidden.version},
            before_release=[_whole_list_gate(workspace, ledger, listed, found), contact_gate(workspace, purpose)],
            on_leaving=release_gates(workspace, listed.code),
        )


def _mended(workspace: Workspace, rows: pa.Table, month: str, forbidden: DoNotContact) -> pa.Table:
    """Give number and name anew by pseudonym, and leave out who must not be contacted."""
    vault = Vault(workspace)
    whose = vault.pseudonyms(rows["customer_id"])
    known = vault.identities(month)
    place = pc.index_in(whose, known["pseudonym"].combine_chunks())
    names = pc.replace_substring_regex(known["name"], CONTROL, " ")
    for column, current in (("msisdn", known["msisdn"]), ("customer_name", names)):
        anew = pc.coalesce(current.take(place), rows[column])
        rows = rows.set_column(rows.column_names.index(column), column, anew)
    return rows.filter(pc.invert(forbidden.holds(whose)))


def _whole_list_gate(workspace: Workspace, ledger: Ledger, listed: Unit, corrected: Delivery) -> Gate:
    """Judge the list as it stands with its correction: what was accepted of it, and the rows about to be sent."""

    def gate(table: pa.Table) -> None:
        of_list = (corrected.stem.unit, corrected.stem.period)
        counts = deliveries.in_state(ledger, "out", ["accepted", "partial"])
        accepted = [
            accepted_rows(workspace, ledger, one).select(listed.names)
            for one in counts
            if (one.stem.unit, one.stem.period) == of_list
        ]
        whole = pa.concat_tables([*accepted, table.select(listed.names)], promote_options="permissive")
        list_gate(workspace, listed, corrected.stem.period)(whole)

    return gate
