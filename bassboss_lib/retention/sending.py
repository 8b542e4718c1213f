"""Send the retention list: as unit 31001 to BOSS, or as a table in the run's folder where there is no identity."""

from pathlib import Path

import pandas as pd
import pyarrow as pa

from bassboss_lib.engine import write_table
from bassboss_lib.exchange.outbox import Published
from bassboss_lib.exchange.publish import publish
from bassboss_lib.ledger import Ledger
from bassboss_lib.retention.listing import PURPOSE, UNIT, interface_table
from bassboss_lib.vault import Vault
from bassboss_lib.warehouse.do_not_contact import contact_gate, do_not_contact, release_gates
from bassboss_lib.warehouse.quality_lists import list_gate
from bassboss_lib.workspace import Workspace

__all__ = ["deliver", "send", "write_list"]


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


def write_list(folder: Path, listed: pd.DataFrame) -> Path:
    """Write the list of an operator's own table as ``list.parquet``: one row per listed customer, in list order."""
    table = pa.Table.from_pandas(listed.reset_index(), preserve_index=False)
    return write_table(table, folder / "list.parquet", [])
