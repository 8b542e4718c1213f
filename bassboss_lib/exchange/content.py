"""What a delivery says, before it becomes bytes: the text of its rows, checked, and the sums that speak for it."""

from dataclasses import dataclass

import pyarrow as pa

from bassboss_lib.contracts import Unit, check, control_totals, to_text
from bassboss_lib.contracts.check import REASONS
from bassboss_lib.errors import CallError, GateRefused

__all__ = ["Content", "content"]


@dataclass(frozen=True)
class Content:
    """What a delivery says: the text of its rows, and the sums that its manifest carries."""

    text: pa.Table
    totals: dict[str, int]
    key_hash: str


def content(unit: Unit, table: pa.Table, period: str) -> Content:
    """Give what a table says, if it may be written: every row passes the unit's own check.

    Raises
    ------
    CallError
        If its columns are not the unit's, the unit does not come by such a period, or it is empty and may not be.
    GateRefused
        If a row does not hold (O24); the line names row, field and reason, never the value.
    """
    if not unit.takes(period):
        what = f"{period!r} is not a {' or '.join(unit.cycles)} that the unit comes by"
        raise CallError(what, where=unit.name, remedy="write a month as YYYYMM, a day as YYYYMMDD")
    text = to_text(unit, table)
    if text.num_rows == 0 and not unit.allow_empty:
        raise CallError("a delivery without records is not allowed", where=unit.name, remedy="check the source")
    checked = check(unit, text, period)
    if checked.rejects.num_rows:
        first = checked.rejects.slice(0, 1).to_pylist()[0]
        raise GateRefused(
            f"{checked.rejects.num_rows:,} rows cannot be written; the first: {REASONS[first['reason']]['en']}",
            fault="O24",
            where=f"{unit.name}, row {first['row']}, field {first['name']}",
            kept="nothing written",
            remedy="mend the rows; values are never cut",
        )
    return Content(text, control_totals(unit, table), checked.key_hash)
