"""What BOSS knows of a month, as the tables it delivers: one per unit, rendered from the state at the month's end."""

import pyarrow as pa

from bassboss_lib.boss import complaints, reference, tables
from bassboss_lib.boss.settling import cdr_blocks
from bassboss_lib.boss.state import State
from bassboss_lib.boss.world import World

__all__ = ["EVENTS", "records"]

EVENTS = "cdr"
"""The unit of call records, which comes last and may be too large for one table (`settling.cdr_blocks`)."""


def records(world: World, state: State, *, events: bool = True) -> dict[str, pa.Table]:
    """Render the tables of a state's month, by unit name; the same state gives the same rows.

    ``events`` says whether call records are among them.
    """
    known = {
        "channel": reference.channel(),
        "partner": reference.partner(world),
        "terminal": reference.terminal(world, state.month),
        "plan": tables.plan(world),
        "customer": tables.customer(world, state),
        "balance": tables.balance(world, state),
        "bill_item": tables.bill_item(state),
        "payment": tables.payment(world, state),
        "arrears": tables.arrears(state),
        "complaint": complaints.complaint(world, state),
    }
    return known | ({EVENTS: pa.concat_tables(cdr_blocks(world, state))} if events else {})
