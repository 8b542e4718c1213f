"""From deliveries to Parquet: typed rows in, pseudonymised partition out.

This is the last place where identifiers are in clear. Customer identifiers and numbers become pseudonyms by the same
key, so that the partner of a call can be found among the customers; names and employers go to the vault only.
"""

from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa

from bassboss_lib.contracts import Field, Unit, warehouse_schema
from bassboss_lib.contracts.parallel import side_by_side
from bassboss_lib.engine import write_table
from bassboss_lib.exchange.intake import Progress, take_in
from bassboss_lib.exchange.names import Stem
from bassboss_lib.exchange.report import IntakeReport
from bassboss_lib.vault import IDENTITIES, Vault
from bassboss_lib.warehouse.partitions import part_name, partition
from bassboss_lib.workspace import Workspace

__all__ = ["ingest", "load", "pseudonymised"]


def ingest(
    workspace: Workspace, month: str | None = None, progress: Progress | None = None, accepted: Sequence[str] = ()
) -> IntakeReport:
    """Take in what lies in the inbox and load it into the warehouse.

    Parameters
    ----------
    workspace : Workspace
        Inbox, archive, quarantine, vault, warehouse and ledger.
    month : str, optional
        Only what is of this month; every unit of it is asked for.
    progress : function, optional
        Told how many arrivals are done, how many there are, and which comes next.
    accepted : sequence of str
        Stems of deliveries whose volume somebody has looked at and accepts (I26).

    Raises
    ------
    BassbossError
        The gravest refusal (exit codes 3, 4, 12), after everything else was loaded.
    DiskFailed
        If the disk refuses; running again does the rest.
    """
    return take_in(workspace, load, month, progress, accepted=accepted)


def load(workspace: Workspace, unit: Unit, stem: Stem, table: pa.Table) -> Path:
    """Write the partition of a delivery, in the order of its file, and remember whose pseudonyms they are.

    Parameters
    ----------
    workspace : Workspace
        Its warehouse and vault are written.
    unit, stem : Unit, Stem
        What the rows are, and of which period and resend.
    table : pyarrow.Table
        Typed rows with identifiers in clear.
    """
    vault = Vault(workspace)
    stored = pseudonymised(vault, unit, table)
    month = stem.period[:6]
    if unit.name == "customer":
        who = stored["pseudonym"].cast(pa.string())
        identities = pa.table([who, *[table[name] for name in IDENTITIES.names[1:]]], schema=IDENTITIES)
        vault.remember(month, stem.rr, identities)
    path = partition(workspace, unit.name, month) / part_name(stem.period, stem.rr)
    return write_table(stored, path, [], warehouse_schema(unit))


def pseudonymised(vault: Vault, unit: Unit, table: pa.Table) -> pa.Table:
    """Give the warehouse table of typed rows: pseudonyms for identifiers, hidden fields left out.

    Pseudonyms are places in a dictionary, which is a tenth of their size; a row group at a time they are written out.
    """
    kept = [one for one in unit.fields if one.stored_as]
    columns = list(side_by_side(lambda one: _stored(vault, one, table[one.name]), kept))
    return pa.table({one.stored_as: column for one, column in zip(kept, columns, strict=True)})


def _stored(vault: Vault, one: Field, column: pa.ChunkedArray) -> pa.Array | pa.ChunkedArray:
    return vault.coded(column) if one.personal else column
