"""What a month's events cost: the bills, item by item, and the call records, block by block of customers.

Events are drawn and charged for some thousand customers at a time, two blocks side by side, and never kept: the state
keeps the bills, and whoever needs the records draws them again, the same. So memory does not grow with the world.
"""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pyarrow as pa

from bassboss_lib import months
from bassboss_lib.boss import identity
from bassboss_lib.boss.billing import ITEM_COLUMNS, ITEMS, charges
from bassboss_lib.boss.calls import Events, events, missing_partners, windows
from bassboss_lib.boss.moments import KINDS
from bassboss_lib.boss.state import People, State
from bassboss_lib.boss.world import World
from bassboss_lib.contracts import typed_schema, unit
from bassboss_lib.contracts.parallel import side_by_side

__all__ = ["cdr_blocks", "charged", "happened"]

BLOCK_CUSTOMERS = 5_000
ZONES = ("local", "national", "international", "roaming")
OPERATORS = ("CM", "CU", "CT")


def happened(world: World, state: State) -> State:
    """Give the state with what the month's events settle: each customer's bill by item, and number of events."""
    sums = np.concatenate([_sums(event, rows) for event, rows in _blocks(world, state)])
    return replace(state, people=state.people | _bill(world, state, sums[:, :-1]) | {"cdrs": sums[:, -1]})


def charged(world: World, state: State, missing: np.ndarray) -> Events:
    """Draw a month's events of some customers (see `calls.events`), with ``charge_fen`` and ``item``."""
    event = events(world, state, missing)
    charge, item = charges(world, state.people["plan"][event["owner"]], event)
    return event | {"charge_fen": charge, "item": item}


def cdr_blocks(world: World, state: State) -> Iterator[pa.Table]:
    """Give the unit ``cdr`` in tables of some customers each: one row per event, ordered by customer and time."""
    for event, rows in _blocks(world, state):
        yield _table(rows, event)


def _blocks(world: World, state: State) -> Iterator[tuple[Events, State]]:
    missing = missing_partners(state)

    def one(start: int) -> tuple[Events, State]:
        rows = slice(start, start + BLOCK_CUSTOMERS)
        part = state.rows(rows)
        return charged(world, part, missing[rows]), part

    return side_by_side(one, range(0, len(state), BLOCK_CUSTOMERS))


def _sums(event: Events, state: State) -> np.ndarray:
    """Sum charges by customer and item; the last column counts events."""
    width = len(ITEMS)
    cells = np.bincount(event["owner"] * width + event["item"], event["charge_fen"], minlength=len(state) * width)
    count = np.bincount(event["owner"], minlength=len(state))
    return np.column_stack([cells.reshape(len(state), width).astype(np.int64), count])


def _bill(world: World, state: State, use: np.ndarray) -> People:
    """Make the bill: fee less the contract's discount, use, value-added services, and what is given back."""
    people = state.people
    start, end = windows(state)
    served = end > start
    fee = np.array([plan.fee_fen for plan in world.plans])[people["plan"]] * served
    in_contract = people["contract_end"] >= state.index
    discount = (np.round(fee * world.contract.discount) * in_contract).astype(np.int64)
    extra = people["vas_fen"] * served
    total = fee - discount + use.sum(axis=1) + extra
    back = np.minimum(people["refund_fen"], total) * served
    columns = [fee - discount, *use.T, extra, -back, discount]
    named = dict(zip(ITEM_COLUMNS, columns, strict=True))
    return named | {"bill_before_fen": people["bill_fen"], "bill_fen": total - back}


def _table(state: State, event: Events) -> pa.Table:
    month_start = np.datetime64(months.first_day(state.month), "s")
    ids = pa.array(identity.customer_ids(state.people["serial"]))
    silent = event["number"] == 0
    operator = np.where(event["off_net"], 1 + event["number"] % 2, 0)
    columns = {
        "customer_id": ids.take(pa.array(event["owner"])),
        "started_at": pa.array(month_start + event["second"].astype("timedelta64[s]")),
        "kind": _coded(KINDS, event["kind"]),
        "direction": _coded(("mt", "mo"), event["outgoing"]),
        "other_party": pa.array(event["number"], mask=silent).cast(pa.string()),
        "other_operator": _coded(OPERATORS, operator, silent),
        "zone": _coded(ZONES, event["zone"]),
        "duration_s": event["duration_s"],
        "volume_bytes": event["volume_bytes"],
        "charge_fen": event["charge_fen"],
        "discount_fen": np.zeros(len(silent), dtype=np.int64),
    }
    return pa.table(columns, schema=typed_schema(unit("cdr")))


def _coded(codes: tuple[str, ...], place: np.ndarray, missing: np.ndarray | None = None) -> pa.Array:
    return pa.DictionaryArray.from_arrays(pa.array(place.astype(np.int32), mask=missing), list(codes)).cast(pa.string())
