"""What we sent, and what of it counts, read back from the archive, which keeps its bytes whatever BOSS picks up."""

import pyarrow as pa

from bassboss_lib.contracts import unit
from bassboss_lib.errors import LedgerMismatch
from bassboss_lib.exchange import deliveries
from bassboss_lib.exchange.deliveries import Delivery
from bassboss_lib.exchange.disk import on_disk, sha256_of
from bassboss_lib.exchange.manifest import Part
from bassboss_lib.exchange.names import parse
from bassboss_lib.exchange.parsing import parse_files
from bassboss_lib.ledger import Ledger
from bassboss_lib.workspace import Workspace

__all__ = ["accepted_rows", "data_parts", "refused_places", "sent_rows"]


def data_parts(ledger: Ledger, delivery: Delivery) -> list[Part]:
    """Give the data files of a delivery, in order; manifest and verification file left out."""
    return [part for part in deliveries.parts(ledger, delivery.id) if parse(part.file).kind == "data"]


def sent_rows(workspace: Workspace, ledger: Ledger, delivery: Delivery) -> pa.Table:
    """Give the typed rows of a delivery that was released, in the order in which they were sent, in clear."""
    what = unit(delivery.stem.unit)
    parts = data_parts(ledger, delivery)
    with on_disk(delivery.id):
        altered = [part.file for part in parts if sha256_of(workspace.archive / part.sha256) != part.sha256]
        if altered:
            raise LedgerMismatch("what was sent was altered", where=altered[0], remedy="restore the archive")
        files = [(part.file, workspace.archive / part.sha256, part.rows) for part in parts]
        return parse_files(what, delivery.stem.period, files).table


def refused_places(ledger: Ledger, delivery: Delivery) -> list[int]:
    """Give the places, from 0, of the rows of a delivery that BOSS refused one by one."""
    before, start = {}, 0
    for part in data_parts(ledger, delivery):
        before[part.file], start = start, start + part.rows
    refused = ledger.rows("SELECT file, row FROM reject WHERE delivery = ? ORDER BY file, row", (delivery.id,))
    return [before[row["file"]] + row["row"] - 1 for row in refused]


def accepted_rows(workspace: Workspace, ledger: Ledger, delivery: Delivery) -> pa.Table:
    """Give the rows that were sent, without those refused one by one; their corrections count with what corrects."""
    rows, refused = sent_rows(workspace, ledger, delivery), set(refused_places(ledger, delivery))
    if not refused:
        return rows
    return rows.filter(pa.array([place not in refused for place in range(rows.num_rows)], pa.bool_()))
