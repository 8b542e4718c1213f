"""The delivered tables of a month, rendered from the state and the month's events.

One row per customer (customer, balance, arrears), fee item (bill_item), payment or plan; complaints and CDRs have files
of their own. Every table has the columns and types that its unit declares.
"""

import numpy as np
import pyarrow as pa

from bassboss_lib import months
from bassboss_lib.boss import identity
from bassboss_lib.boss.billing import ITEM_COLUMNS, PREPAID, brands
from bassboss_lib.boss.draws import Purpose
from bassboss_lib.boss.pricelist import catalogue
from bassboss_lib.boss.state import CLOSED, State, day_number, month_text
from bassboss_lib.boss.terminals import tac
from bassboss_lib.boss.world import World
from bassboss_lib.contracts import typed_schema, unit
from bassboss_lib.rating import terms

__all__ = ["arrears", "balance", "bill_item", "customer", "payment", "plan"]

DAY_S = 86_400
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


def bill_item(state: State) -> pa.Table:
    """Render the unit ``bill_item``: one row per customer and fee item with an amount."""
    codes = np.array([name.removeprefix("bill_") for name in ITEM_COLUMNS[:-1]])
    grid = np.column_stack([state.people[name] for name in ITEM_COLUMNS[:-1]])
    owner, place = np.nonzero(grid)
    columns = {
        "customer_id": _ids(state)[owner],
        "month": _all(state.month, len(owner)),
        "fee_item": codes[place],
        "receivable_fen": grid[owner, place],
        "discount_fen": np.where(place == 0, state.people["bill_discount"][owner], 0),
    }
    return pa.table(columns, schema=typed_schema(unit("bill_item")))


def customer(world: World, state: State) -> pa.Table:
    """Render the unit ``customer``: one row per customer, those who left in the last months included."""
    people, place = state.people, world.place
    city, district = people["area"] // place.areas_per_city, people["area"] // place.areas_per_district
    regions = [f"{one}{other}" for one in place.cities for other in place.districts]
    work = people["employer"]
    workplaces = [f"{one}{other}" for one in place.cities for other in WORKPLACES]
    ends = {end: None if end < 0 else months.last_day(month_text(end)) for end in set(people["contract_end"].tolist())}
    columns = {
        "customer_id": _ids(state),
        "msisdn": identity.msisdns(people["serial"]).astype(str),
        "name": identity.names(people["name"]),
        "birth_date": _days(people["birth_day"]),
        "gender": people["gender"].astype(str),
        "region": np.array(regions)[district],
        "employer": np.array(workplaces)[city * len(WORKPLACES) + work % len(WORKPLACES)],
        "position": np.array(POSITIONS)[work // len(WORKPLACES) % len(POSITIONS)],
        "vip_flag": people["vip"].astype(int).astype(str),
        "group_flag": people["group"].astype(int).astype(str),
        "brand": brands(world, people["plan"]),
        "plan_id": np.array([one.id for one in world.plans])[people["plan"]],
        "join_date": _days(people["join_day"]),
        "status": people["status"].astype(str),
        "status_date": _days(people["status_day"]),
        "credit_limit_fen": people["credit_limit_fen"],
        "join_channel": np.array(list(world.channels))[people["join_channel"]],
        "terminal_tac": np.array([tac(model) for model in range(people["terminal"].max() + 1)])[people["terminal"]],
        "home_cell_area": np.char.add("A", np.char.zfill((people["area"] + 1).astype(str), 4)),
        "contract_end": [ends[end] for end in people["contract_end"].tolist()],
    }
    return pa.table(columns, schema=typed_schema(unit("customer")))


def plan(world: World) -> pa.Table:
    """Render the unit ``plan``: one row per plan on sale."""
    price_list, count = catalogue(), len(world.plans)
    columns = {
        "plan_id": [one.id for one in world.plans],
        "name": [one.name for one in world.plans],
        "brand": [one.brand for one in world.plans],
        "valid_from": [months.first_day("202001")] * count,
        "valid_to": [None] * count,
        "terms": [terms(price_list, one) for one in price_list.plans],
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


def payment(world: World, state: State) -> pa.Table:
    """Render the unit ``payment``: one row per payment, and two more where one was booked twice and reversed."""
    people, draws = state.people, state.draws(Purpose.PAYMENT_RECORD)
    rows = np.flatnonzero((people["paid_fen"] > 0) & ~np.isin(people["status_before"], CLOSED))
    serial = people["serial"][rows]
    from_day = np.clip(people["join_day"][rows] - day_number(state.month), 0, 26)
    day = from_day + draws.integers(serial, 0, 27 - from_day)
    second = day * DAY_S + draws.integers(serial, 8 * 3600, 21 * 3600, 1)
    twice = np.flatnonzero(draws.uniform(serial, 2) < world.payment.reversals)
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
