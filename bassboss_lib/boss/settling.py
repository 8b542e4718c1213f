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
from bassboss_lib.boss.billing import ITEM_COLUMNS, charges, closed
from bassboss_lib.boss.calls import Events, events, missing_partners, windows
from bassboss_lib.boss.moments import KINDS
from bassboss_lib.boss.state import People, State, day_number
from bassboss_lib.boss.world import World
from bassboss_lib.contracts import typed_schema, unit
from bassboss_lib.contracts.parallel import side_by_side
from bassboss_lib.rating import FEE_ITEMS, Subscriptions
from bassboss_lib.rating.bills import Bills

__all__ = ["cdr_blocks", "charged", "happened"]

BLOCK_CUSTOMERS = 5_000
DAY_S = 86_400
ZONES = ("local", "national", "international", "roaming")
OPERATORS = ("CM", "CU", "CT")


def happened(world: World, state: State) -> State:
    """Give the state with what the month's events settle: each customer's bill by item, and number of events."""
    parts = [_settled(world, rows, event, bills) for event, bills, rows in _blocks(world, state)]
    return replace(
        state, people=state.people | {name: np.concatenate([one[name] for one in parts]) for name in parts[0]}
    )


def charged(world: World, state: State, missing: np.ndarray) -> tuple[Events, Bills]:
    """Draw a month's events of some customers (see `calls.events`), with ``charge_fen`` and ``item``, and the bills.

    Bills have a row for each customer who could use the service in the month.
    """
    event, plan = events(world, state, missing), state.people["plan"]
    started_s = day_number(state.month) * DAY_S + event["second"]
    priced = charges(plan, event, started_s, _billed(state))
    return event | {"charge_fen": priced.charge_fen, "item": priced.item}, closed(plan, priced)


def _billed(state: State) -> Subscriptions:
    """Give who is billed, and for how many days in network."""
    start, end = windows(state)
    owner = np.flatnonzero(end > start)
    days = (-(-end // DAY_S) - start // DAY_S)[owner]
    return Subscriptions(owner, np.full(len(owner), state.index), days, np.ones_like(days), days)


def cdr_blocks(world: World, state: State) -> Iterator[pa.Table]:
    """Give the unit ``cdr`` in tables of some customers each: one row per event, ordered by customer and time."""
    for event, _, rows in _blocks(world, state):
        yield _table(rows, event)


def _blocks(world: World, state: State) -> Iterator[tuple[Events, Bills, State]]:
    missing = missing_partners(state)

    def one(start: int) -> tuple[Events, Bills, State]:
        rows = slice(start, start + BLOCK_CUSTOMERS)
        part = state.rows(rows)
        return *charged(world, part, missing[rows]), part

    return side_by_side(one, range(0, len(state), BLOCK_CUSTOMERS))


def _settled(world: World, state: State, event: Events, bills: Bills) -> People:
    """Make the bill: fee less the contract's discount, use by item, value-added services, and what is given back."""
    people, width = state.people, len(FEE_ITEMS)
    cells = np.bincount(event["owner"] * width + event["item"], event["charge_fen"], minlength=len(state) * width)
    use = cells.reshape(len(state), width).astype(np.int64)[:, 1:-1]
    served = _billed(state).owner
    fee, plan_off = np.zeros((2, len(state)), dtype=np.int64)
    fee[served] = bills.fee_fen
    plan_off[served] = bills.total_fen - bills.fee_fen - bills.use_fen  # the plan's discounts, cap and least spend
    in_contract = people["contract_end"] >= state.index
    discount = np.round(fee * world.contract.discount * in_contract).astype(np.int64)
    extra = np.where(np.isin(np.arange(len(state)), served), people["vas_fen"], 0)
    total = fee - discount + use.sum(axis=1) + plan_off + extra
    back = np.minimum(people["refund_fen"], total)
    columns = [fee - discount, *use.T, extra, plan_off - back, discount]
    return dict(zip(ITEM_COLUMNS, columns, strict=True)) | {
        "bill_before_fen": people["bill_fen"],
        "bill_fen": total - back,
        "cdrs": np.bincount(event["owner"], minlength=len(state)),
        "late_cdrs": np.bincount(event["owner"], event["second"] < 0, minlength=len(state)).astype(np.int64),
    }


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
