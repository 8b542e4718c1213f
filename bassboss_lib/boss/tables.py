"""The delivered tables of a month, rendered from the state and the month's events.

One row per customer (customer, balance, arrears), fee item (bill_item), payment or plan; complaints and CDRs have files
of their own. Every table has the columns and types that its unit declares.
"""

from dataclasses import replace

import numpy as np
import pyarrow as pa

from bassboss_lib import months
from bassboss_lib.boss import identity
from bassboss_lib.boss.billing import FEE, ITEMS, PREPAID, brands, terms
from bassboss_lib.boss.calls import Events, windows
from bassboss_lib.boss.reference import tac
from bassboss_lib.boss.state import CLOSED, State, day_number, month_text
from bassboss_lib.boss.world import World
from bassboss_lib.contracts import typed_schema, unit

__all__ = ["Bills", "arrears", "balance", "bill_item", "bills", "customer", "payment", "plan", "with_bills"]

DAY_S = 86_400
CONTRACT_DISCOUNT = 10  # a tenth of the fee, while the contract runs
WORKPLACES = (
    "第一中学",
    "人民医院",
    "机械厂",
    "商贸公司",
    "软件园",
    "建筑公司",
    "运输公司",
    "纺织厂",
    "银行支行",
    "大学",
)
POSITIONS = ("职员", "工人", "教师", "医生", "工程师", "经理", "司机", "学生", "个体户", "退休")
CHANNELS = ("hall", "electronic", "agent", "manager")
Bills = dict[str, np.ndarray]


def bills(world: World, state: State, event: Events) -> Bills:
    """Make the month's bills from its events.

    Returns
    -------
    dict
        One entry per fee item, ordered by ``owner`` (row of the state) and item: ``owner``, ``place`` (0 = monthly fee,
        then 1 + place in `billing.ITEMS`), ``receivable_fen`` (what is owed, after discount), ``discount_fen``. Whoever
        could use the service in the month pays the fee.
    """
    start, end = windows(state)
    fee = np.array([plan.fee_fen for plan in world.plans])[state.people["plan"]] * (end > start)
    grid = np.zeros((len(state), 1 + len(ITEMS)), dtype=np.int64)
    np.add.at(grid, (event["owner"], 1 + event["item"]), event["charge_fen"])
    discount = np.where(state.people["contract_end"] >= state.index, fee // CONTRACT_DISCOUNT, 0)
    grid[:, 0] = fee - discount
    owner, place = np.nonzero(grid)
    reduced = np.where(place == 0, discount[owner], 0)
    return {"owner": owner, "place": place, "receivable_fen": grid[owner, place], "discount_fen": reduced}


def with_bills(state: State, bill: Bills, event: Events) -> State:
    """Give the state with what the month's records settle: each customer's bill and number of events."""
    count = len(state)
    total = np.bincount(bill["owner"], bill["receivable_fen"], minlength=count).astype(np.int64)
    cdrs = np.bincount(event["owner"], minlength=count)
    return replace(state, people=state.people | {"bill_fen": total, "cdrs": cdrs})


def bill_item(state: State, bill: Bills) -> pa.Table:
    """Render the unit ``bill_item``: one row per customer and fee item with an amount."""
    codes = np.array([FEE, *ITEMS])
    columns = {
        "customer_id": _ids(state)[bill["owner"]],
        "month": _all(state.month, len(bill["owner"])),
        "fee_item": codes[bill["place"]],
        "receivable_fen": bill["receivable_fen"],
        "discount_fen": bill["discount_fen"],
    }
    return pa.table(columns, schema=typed_schema(unit("bill_item")))


def customer(world: World, state: State) -> pa.Table:
    """Render the unit ``customer``: one row per customer, those who left in the last months included."""
    people = state.people
    city = people["area"] // world.areas_per_city
    work = people["employer"]
    workplaces = [
        f"{world.cities[place]}{WORKPLACES[one % len(WORKPLACES)]}" for place, one in zip(city, work, strict=True)
    ]
    contract = [None if end < 0 else months.last_day(month_text(end)) for end in people["contract_end"].tolist()]
    columns = {
        "customer_id": _ids(state),
        "msisdn": identity.msisdns(people["serial"]).astype(str),
        "name": identity.names(people["name"]),
        "birth_date": _days(people["birth_day"]),
        "gender": people["gender"].astype(str),
        "region": np.array(world.cities)[city],
        "employer": workplaces,
        "position": np.array(POSITIONS)[work // len(WORKPLACES) % len(POSITIONS)],
        "vip_flag": people["vip"].astype(int).astype(str),
        "group_flag": people["group"].astype(int).astype(str),
        "brand": brands(world, people["plan"]),
        "plan_id": np.array([one.id for one in world.plans])[people["plan"]],
        "join_date": _days(people["join_day"]),
        "status": people["status"].astype(str),
        "status_date": _days(people["status_day"]),
        "credit_limit_fen": people["credit_limit_fen"],
        "join_channel": np.array(CHANNELS)[people["join_channel"]],
        "terminal_tac": np.array([tac(model) for model in range(people["terminal"].max() + 1)])[people["terminal"]],
        "home_cell_area": np.char.add("A", np.char.zfill((people["area"] + 1).astype(str), 4)),
        "contract_end": contract,
    }
    return pa.table(columns, schema=typed_schema(unit("customer")))


def plan(world: World) -> pa.Table:
    """Render the unit ``plan``: one row per plan on sale."""
    count = len(world.plans)
    columns = {
        "plan_id": [one.id for one in world.plans],
        "name": [one.name for one in world.plans],
        "brand": [one.brand for one in world.plans],
        "valid_from": [months.first_day("202001")] * count,
        "valid_to": [None] * count,
        "terms": [terms(one, world) for one in world.plans],
    }
    return pa.table(columns, schema=typed_schema(unit("plan")))


def balance(world: World, state: State) -> pa.Table:
    """Render the unit ``balance``: one row per customer not closed; a prepaid bill is taken off at once."""
    rows = ~np.isin(state.people["status"], CLOSED)
    prepaid = brands(world, state.people["plan"]) == PREPAID
    left = state.people["net_fen"] - np.where(prepaid, state.people["bill_fen"], 0)
    columns = {
        "customer_id": _ids(state)[rows],
        "month": _all(state.month, rows.sum()),
        "balance_fen": np.maximum(left, 0)[rows],
    }
    return pa.table(columns, schema=typed_schema(unit("balance")))


def arrears(state: State) -> pa.Table:
    """Render the unit ``arrears``: one row per customer not closed who owes or was ever suspended for owing."""
    people = state.people
    rows = ~np.isin(people["status"], CLOSED) & ((people["months_owed"] > 0) | (people["suspensions"] > 0))
    owed = np.where(people["months_owed"] > 0, np.maximum(-people["net_fen"], 0), 0)
    columns = {
        "customer_id": _ids(state)[rows],
        "month": _all(state.month, rows.sum()),
        "months_owed": people["months_owed"][rows],
        "owed_fen": owed[rows],
        "suspensions_total": people["suspensions"][rows],
    }
    return pa.table(columns, schema=typed_schema(unit("arrears")))


def payment(world: World, state: State, rng: np.random.Generator) -> pa.Table:
    """Render the unit ``payment``: one row per payment, and two more where one was booked twice and reversed."""
    people = state.people
    rows = np.flatnonzero((people["paid_fen"] > 0) & ~np.isin(people["status_before"], CLOSED))
    from_day = np.clip(people["join_day"][rows] - day_number(state.month), 0, None)
    day = from_day + rng.integers(0, 27 - np.minimum(from_day, 26))
    second = day * DAY_S + rng.integers(8 * 3600, 21 * 3600, len(rows))
    twice = np.flatnonzero(rng.random(len(rows)) < world.payment.reversals)
    index = np.concatenate([np.arange(len(rows)), twice, twice])
    late = np.concatenate([np.zeros(len(rows)), np.full(len(twice), 60), np.full(len(twice), 3600)]).astype(np.int64)
    sign = np.where(late == 3600, -1, 1)
    channel, method = _habit_of_paying(world, state, rows)
    columns = {
        "customer_id": _ids(state)[rows][index],
        "paid_at": np.datetime64(months.first_day(state.month), "s") + (second[index] + late).astype("timedelta64[s]"),
        "amount_fen": people["paid_fen"][rows][index] * sign,
        "channel": channel[index],
        "method": method[index],
    }
    return pa.table(columns, schema=typed_schema(unit("payment")))


def _habit_of_paying(world: World, state: State, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    prepaid = brands(world, state.people["plan"][rows]) == PREPAID
    habit = state.people["name"][rows] % 4
    before = np.array([("agent", "card"), ("electronic", "card"), ("electronic", "card"), ("hall", "cash")])
    after = np.array([("bank", "collection"), ("bank", "collection"), ("electronic", "cash"), ("hall", "cash")])
    chosen = np.where(prepaid[:, None], before[habit], after[habit])
    return chosen[:, 0], chosen[:, 1]


def _ids(state: State) -> np.ndarray:
    return identity.customer_ids(state.people["serial"])


def _all(text: str, count: int) -> np.ndarray:
    return np.full(count, text)


def _days(number: np.ndarray) -> np.ndarray:
    return number.astype("datetime64[D]")
