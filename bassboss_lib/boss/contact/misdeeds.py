"""Feedback as BOSS sends it: well, or with what a sloppy or hostile BOSS does to a file.

The damage is done by the faults of the `I` series where they fit, so that one name means one thing.
"""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pyarrow as pa

from bassboss_lib.boss import faults
from bassboss_lib.boss.contact.receipts import does
from bassboss_lib.boss.contact_terms import Manners
from bassboss_lib.boss.draws import Draws
from bassboss_lib.contracts import unit
from bassboss_lib.exchange import write_delivery
from bassboss_lib.workspace import Workspace

__all__ = ["Letter", "send"]

STRANGER, STRANGE_NUMBER = "999999999999", "12999999999"
NO_TEXT = b"\xff\xff"


@dataclass(frozen=True)
class Letter:
    """One feedback delivery: unit, period, rows, and when it was built."""

    name: str
    period: str
    rows: pa.Table
    created: datetime


def send(workspace: Workspace, letter: Letter, manners: Manners, draws: Draws) -> list[Path]:
    """Write one feedback delivery into the inbox, as BOSS's manners are; give its files."""
    about, rows = f"{letter.name} {letter.period}", letter.rows
    if does(manners, "unknown_customer", about, draws):
        rows = pa.concat_tables([rows, _stranger(rows)])
    garbled, twice = (does(manners, one, about, draws) for one in ("garbled", "twice_in_file"))
    files = write_delivery(
        workspace.inbox,
        unit(letter.name),
        letter.period,
        rows,
        province=workspace.settings.province,
        created=letter.created,
        manifest=not garbled and not twice,
    )
    if twice:
        _repeat(letter.name, files)
    if garbled:
        _garble(files)
    if does(manners, "wrong_total", about, draws):
        faults.damage(["I06"], files)
    if does(manners, "missing_data", about, draws):
        faults.damage(["I02"], files)
    return [file for file in files if file.exists()]


def _stranger(rows: pa.Table) -> pa.Table:
    """Give a row for somebody who was never listed."""
    row = rows.slice(0, 1)
    for column, value in (("customer_id", STRANGER), ("msisdn", STRANGE_NUMBER)):
        field = row.schema.field(column)
        row = row.set_column(row.column_names.index(column), field, pa.array([value], field.type))
    return row


def _repeat(name: str, files: list[Path]) -> None:
    """Put the first record at the end once more, and announce it."""
    data, announced = (next(file for file in files if file.suffix == ending) for ending in (".dat", ".verf"))
    whole, content, line = unit(name).record_bytes, data.read_bytes(), announced.read_bytes()
    count = len(content) // whole + 1
    content += f"{count:<8}".encode() + content[8:whole]
    data.write_bytes(content)
    announced.write_bytes(line[:40] + f"{len(content):<20}{count:<20}".encode() + line[80:])


def _garble(files: list[Path]) -> None:
    """Put bytes into the first record's campaign that are no text in any encoding of the interface."""
    data = next(file for file in files if file.suffix == ".dat")
    content = bytearray(data.read_bytes())
    content[8 : 8 + len(NO_TEXT)] = NO_TEXT
    data.write_bytes(content)
