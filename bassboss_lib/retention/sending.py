"""Send the retention list: as unit 31001 to BOSS, or as a table in the run's folder where there is no identity."""

from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from bassboss_lib.engine import write_table
from bassboss_lib.errors import CallError
from bassboss_lib.exchange import deliveries
from bassboss_lib.exchange.correct import correct
from bassboss_lib.exchange.deliveries import Delivery
from bassboss_lib.exchange.outbox import Published
from bassboss_lib.exchange.publish import publish
from bassboss_lib.exchange.release import Gate
from bassboss_lib.exchange.sent import accepted_rows, sent_rows
from bassboss_lib.ledger import Ledger
from bassboss_lib.retention.listing import CONTROL, PURPOSE, UNIT, interface_table
from bassboss_lib.vault import Vault
from bassboss_lib.warehouse.do_not_contact import DoNotContact, contact_gate, do_not_contact, release_gates
from bassboss_lib.warehouse.quality_lists import list_gate
from bassboss_lib.workspace import Workspace

__all__ = ["correct_list", "deliver", "send", "write_list"]


def deliver(
    workspace: Workspace, month: str, source: str, listed: pd.DataFrame, *, model_id: str, folder: Path
) -> list[Path]:
    """Send the list where it belongs: to BOSS, or for an operator's own table into ``folder``; give the files."""
    if source:
        return [write_list(folder, listed)]
    return list(send(workspace, month, listed, model_id=model_id).files)


def send(workspace: Workspace, month: str, listed: pd.DataFrame, *, model_id: str) -> Published:
    """Stage the list and, if the settings say so, release it to ``outbox/``.

    The same content sent again changes nothing; other content becomes the next resend number.

    Raises
    ------
    GateRefused
        If a blocking rule for lists fails (``rules_lists.yaml``) or a customer must not be contacted (O20): nothing is
        staged. If the do-not-contact list is missing or too old (O21): it stays staged.
    LedgerMismatch
        If a file of that name with other bytes is there already.
    DiskFailed
        If the disk refuses; nothing is visible to BOSS then.
    """
    identities = Vault(workspace).identities(month)
    table = interface_table(listed, identities, campaign=f"R{month}-01", month=month)
    with Ledger(workspace.ledger) as ledger:
        return publish(
            workspace,
            ledger,
            UNIT,
            month,
            table,
            lineage={
                "model": model_id,
                "analysis_month": month,
                "do_not_contact": do_not_contact(workspace, PURPOSE).version,
            },
            before_release=[list_gate(workspace, UNIT, month), contact_gate(workspace, PURPOSE)],
            on_leaving=release_gates(workspace, UNIT.code),
        )


def correct_list(workspace: Workspace, delivery: str) -> Published:
    """Send again the rows that BOSS refused of a list: as they were, with number and name as the vault knows them now.

    Who opted out meanwhile is left out. The gates are those of a list; quality is judged for the list as it stands
    with the correction. The same correction again changes nothing.

    Raises
    ------
    CallError
        If it is no retention list accepted in part, or nobody who was refused may be contacted.
    GateRefused
        As in `send`.
    """
    with Ledger(workspace.ledger) as ledger:
        found = deliveries.find(ledger, delivery)
        if found is None or found.direction != "out" or found.stem.unit != UNIT.code or found.state != "partial":
            state = found.state if found else "unknown"
            what = f"the delivery is {state}, no list accepted in part"
            raise CallError(what, where=delivery, remedy="see `bassboss status`")
        month, purpose = found.stem.period, do_not_contact(workspace, PURPOSE)
        return correct(
            workspace,
            ledger,
            delivery,
            _mended(workspace, sent_rows(workspace, ledger, found), month, purpose),
            lineage={"analysis_month": month, "do_not_contact": purpose.version},
            before_release=[_whole_list_gate(workspace, ledger, month), contact_gate(workspace, PURPOSE)],
            on_leaving=release_gates(workspace, UNIT.code),
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


def _whole_list_gate(workspace: Workspace, ledger: Ledger, month: str) -> Gate:
    """Judge the list as it stands with its correction: what was accepted of it, and the rows about to be sent."""

    def gate(table: pa.Table) -> None:
        counts = [one for one in deliveries.in_state(ledger, "out", ["accepted", "partial"]) if _of(one, month)]
        parts = [accepted_rows(workspace, ledger, one).select(UNIT.names) for one in counts]
        whole = pa.concat_tables([*parts, table.select(UNIT.names)], promote_options="permissive")
        list_gate(workspace, UNIT, month)(whole)

    return gate


def _of(one: Delivery, month: str) -> bool:
    return (one.stem.unit, one.stem.period) == (UNIT.code, month)


def write_list(folder: Path, listed: pd.DataFrame) -> Path:
    """Write the list of an operator's own table as ``list.parquet``: one row per listed customer, in list order."""
    table = pa.Table.from_pandas(listed.reset_index(), preserve_index=False)
    return write_table(table, folder / "list.parquet", [])
