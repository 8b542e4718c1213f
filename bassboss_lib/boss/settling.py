"""What a month's events cost: the bills, item by item, and the call records, block by block of customers.

Events are drawn and charged for some thousand customers at a time, two blocks side by side, and never kept: the state
keeps the bills, and whoever needs the records draws them again, the same. So memory does not grow with the world.
"""

from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pyarrow as pa

from bassboss_lib import months
from bassboss_lib.boss import identity
from bassboss_lib.boss.billing import ITEM_COLUMNS, charges, closed
from bassboss_lib.boss.calls import Events, events, missing_partners, windows
from bassboss_lib.boss.families import Families, families, fees
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
SPAN_S = 1 << 23  # more seconds than any month and what comes late of the one before
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

    Bills have a row for each customer who could use the service in the month; for a family's members but the first who
    pays, none.
    """
    event, plan, found = events(world, state, missing), state.people["plan"], _families(state)
    order, rows = _in_time(event, found), _billed(state, found)
    together = {name: column[order] for name, column in event.items()}
    started_s, who = day_number(state.month) * DAY_S + together["second"], together["owner"]
    priced = charges(plan, together | {"owner": found.payer[who]}, started_s, rows, found.member[who])
    charge_fen, item = np.empty_like(priced.charge_fen), np.empty_like(priced.item)
    charge_fen[order], item[order] = priced.charge_fen, priced.item
    return event | {"charge_fen": charge_fen, "item": item}, closed(plan, priced)


def _families(state: State) -> Families:
    start, end = windows(state)
    return families(state.people["plan"], state.people["household"], end > start)


def _in_time(event: Events, found: Families) -> np.ndarray:
    """Give the order in which events are rated: a family's by time, whoever made them."""
    if not found.any:
        return np.arange(len(event["owner"]))
    return np.argsort(found.payer[event["owner"]] * SPAN_S + event["second"] + SPAN_S // 2, kind="stable")


def _billed(state: State, found: Families) -> Subscriptions:
    """Give whose use is rated: of a family who pays, with all who are along; and for how many days in network."""
    start, end = windows(state)
    served, days = end > start, -(-end // DAY_S) - start // DAY_S
    owner = np.flatnonzero(served & (found.member == 0))
    members, member_days = (
        np.bincount(found.payer, weight, len(state)).astype(np.int64) for weight in (served, served * days)
    )
    months_of = np.full(len(owner), state.index)
    return Subscriptions(owner, months_of, days[owner], members[owner], member_days[owner])


def cdr_blocks(world: World, state: State) -> Iterator[pa.Table]:
    """Give the unit ``cdr`` in tables of some customers each: one row per event, ordered by customer and time."""
    for event, _, rows in _blocks(world, state):
        yield _table(rows, event)


def _blocks(world: World, state: State) -> Iterator[tuple[Events, Bills, State]]:
    missing, cuts = missing_partners(state), _cuts(world, state)

    def one(rows: slice) -> tuple[Events, Bills, State]:
        part = state.rows(rows)
        return *charged(world, part, missing[rows]), part

    return side_by_side(one, cuts)


def _cuts(world: World, state: State) -> list[slice]:
    """Cut customers into blocks, none through a household."""
    home = (state.people["serial"] - 1) // world.persons.household_size
    begins = np.append(np.flatnonzero(np.append(True, np.diff(home) != 0)), len(state))
    edges = begins[np.searchsorted(begins, np.arange(0, len(state), BLOCK_CUSTOMERS))].tolist()
    return [slice(*pair) for pair in pairwise([*edges, len(state)])]


def _settled(world: World, state: State, event: Events, bills: Bills) -> People:
    """Make the bill: fee less the contract's discount, use by item, value-added services, and what is given back."""
    people, width = state.people, len(FEE_ITEMS)
    cells = np.bincount(event["owner"] * width + event["item"], event["charge_fen"], minlength=len(state) * width)
    use = cells.reshape(len(state), width).astype(np.int64)[:, 1:-1]
    found, (start, end) = _families(state), windows(state)
    # The plan's discounts, cap and least spend come off too.
    fee, plan_off = fees(people["plan"], _billed(state, found).owner, bills, found)
    in_contract = people["contract_end"] >= state.index
    discount = np.round(fee * world.contract.discount * in_contract).astype(np.int64)
    extra = np.where(end > start, people["vas_fen"], 0)
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
