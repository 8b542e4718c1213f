"""What BOSS knows of a month, as the tables it delivers: one per unit, rendered from the state at the month's end."""

import pyarrow as pa

from bassboss_lib.boss import complaints, history, reference, tables
from bassboss_lib.boss.calls import cdr_table
from bassboss_lib.boss.state import Purpose, State, stream
from bassboss_lib.boss.world import World

__all__ = ["records"]


def records(world: World, state: State) -> dict[str, pa.Table]:
    """Render the tables of a state's month, by unit name; the same state gives the same rows."""
    seed = int(state.header["seed"])
    settled, event, bill = history.happened(world, state)
    return {
        "channel": reference.channel(),
        "partner": reference.partner(world),
        "terminal": reference.terminal(world, state.month),
        "plan": tables.plan(world),
        "customer": tables.customer(world, settled),
        "balance": tables.balance(world, settled),
        "bill_item": tables.bill_item(settled, bill),
        "payment": tables.payment(world, settled, stream(seed, state.month, Purpose.PAYMENTS)),
        "arrears": tables.arrears(settled),
        "complaint": complaints.complaint(settled, stream(seed, state.month, Purpose.COMPLAINTS)),
        "cdr": cdr_table(settled, event),
    }
