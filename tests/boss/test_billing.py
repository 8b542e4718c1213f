import json
from collections import defaultdict
from datetime import datetime

import numpy as np
import pandas as pd
import pytest

from bassboss_lib import months
from bassboss_lib.boss import World, identity, pricelist
from bassboss_lib.boss.billing import expected_bills, marginal_prices, use_by_class
from bassboss_lib.boss.records import records
from bassboss_lib.boss.state import State
from bassboss_lib.rating import Call, Month, expected_bill, parse_terms, rate_owner
from bassboss_lib.rating.classes import class_of
from tests.boss.conftest import live

USE_ITEMS = {"0201", "0301", "0401", "0601", "0633"}


@pytest.fixture(scope="module")
def village(world: World) -> list[dict]:
    """Two months of five hundred customers, as delivered, and who lives in which household."""
    return [
        records(world, state) | {"household": dict(zip(_ids(state), state.people["household"].tolist(), strict=True))}
        for state in live(world, 500, 17)[3:]
    ]


def _ids(state: State) -> list[str]:
    return identity.customer_ids(state.people["serial"]).tolist()


def _item(kind: str, zone: str) -> str:
    if kind != "voice":
        return {"sms": "0601", "data": "0633"}[kind]
    return {"local": "0401", "national": "0301", "international": "0301", "roaming": "0201"}[zone]


def test_every_bill_equals_an_independent_rating_of_its_call_records(village: list[dict]) -> None:
    compared = differences = shared = 0
    for month, tables in zip(months.span("202511", "202512"), village, strict=True):
        price_list = parse_terms(tables["plan"]["terms"].to_pylist())
        plans = dict(zip(*(tables["customer"][name].to_pylist() for name in ("customer_id", "plan_id")), strict=True))
        events: dict[str, list[dict]] = defaultdict(list)
        for row in tables["cdr"].to_pylist():
            events[row["customer_id"]].append(row)
        billed: dict[str, dict[str, int]] = defaultdict(dict)
        for row in tables["bill_item"].to_pylist():
            billed[row["customer_id"]][row["fee_item"]] = row["receivable_fen"] + row["discount_fen"]
        for members in _together(price_list, plans, tables["household"], sorted(billed.keys() | events.keys())):
            rows = sorted((row for one in members for row in events[one]), key=lambda row: row["started_at"])
            rated = _rated(price_list, price_list.plan(plans[members[0]]), month, rows, members)
            for one in members:
                mine = [place for place, row in enumerate(rows) if row["customer_id"] == one]
                charges = [rated.charges[place] for place in mine]
                sent = {item: fen for item, fen in billed[one].items() if item in USE_ITEMS}
                differences += charges != [row["charge_fen"] for row in events[one]]
                differences += sent != _by_item(events[one], charges)
            fee = sum(line.amount_fen for line in rated.lines if line.kind == "fee")
            fees = [billed[one].get("0101", 0) for one in members]
            differences += sum(fees) != fee or any(part != 1500 for part in sorted(fees)[:-1])
            compared, shared = compared + len(members), shared + (len(members) > 1)
    assert compared > 950
    assert shared > 5
    assert differences == 0


def _together(price_list, plans: dict, household: dict, customers: list[str]) -> list[list[str]]:
    """Put those together who share a plan at home; everybody else is alone."""
    found: dict[tuple, list[str]] = defaultdict(list)
    for one in customers:
        shared = price_list.plan(plans[one]).scope == "group"
        found[(plans[one], household[one]) if shared else (one,)].append(one)
    return list(found.values())


def _rated(price_list, plan, month: str, events: list[dict], members: list[str]):
    calls = [
        Call(
            class_of(
                price_list.header.classes,
                row["kind"],
                row["direction"],
                row["zone"],
                on_net=row["other_operator"] in ("CM", None),
            ),
            row["started_at"],
            {"voice": row["duration_s"], "sms": 1, "data": row["volume_bytes"]}[row["kind"]],
            members.index(row["customer_id"]),
        )
        for row in events
    ]
    first = datetime.combine(months.first_day(month), datetime.min.time())
    [bill] = rate_owner(price_list.header, plan, [Month(first, months.days(month), calls, len(members))])
    return bill


def _by_item(events: list[dict], charges: list[int]) -> dict[str, int]:
    sums: dict[str, int] = defaultdict(int)
    for row, charge in zip(events, charges, strict=True):
        sums[_item(row["kind"], row["zone"])] += charge
    return {item: fen for item, fen in sums.items() if fen}


def test_what_is_given_back_after_a_complaint_stands_on_the_bill(village: list[dict]) -> None:
    refunds = pd.concat([tables["bill_item"].to_pandas().query("fee_item == '0901'") for tables in village])
    assert len(refunds) > 0
    assert (refunds["receivable_fen"] < 0).all()
    helped = {
        customer
        for tables in village
        for customer, result in zip(
            *(tables["complaint"][name].to_pylist() for name in ("customer_id", "result")), strict=True
        )
        if result in ("refunded", None)
    }
    assert set(refunds["customer_id"]) <= helped


def test_the_sketch_of_a_plan_is_what_a_customer_knows_of_it() -> None:
    by_id = {one.id: one for one in pricelist.sketches()}
    known = by_id["G088"]
    assert (known.brand, known.fee_fen, known.minutes, known.megabytes, known.messages) == ("1", 8800, 80, 5120, 20)
    assert (known.price_voice, known.price_data, known.price_message) == pytest.approx((35, 3, 10))
    assert len(by_id) >= 8
    assert {one.brand for one in by_id.values()} == {"1", "2", "3"}


def test_the_expected_bill_is_the_fee_for_those_who_do_not_call(world: World) -> None:
    habits = {f"log_{name}": np.array([-40.0]) for name in ("calls", "megabytes", "messages")}
    habits["log_minutes"] = habits["latent_price"] = np.array([0.0])
    assert expected_bills(world, habits, np.zeros(1)).round().tolist() == [[plan.fee_fen for plan in world.plans]]


def test_expected_bills_rank_plans_much_as_the_rating_room_expects(world: World, town: list[State]) -> None:
    people = town[0].rows(slice(0, 500)).people
    quick = expected_bills(world, people, people["activity"])
    near = expected_bill(pricelist.compiled(), use_by_class(world, people, people["activity"]))
    alone = [place for place, plan in enumerate(world.plans) if not plan.shared]
    quick, near = quick[:, alone], near[:, alone]
    assert np.corrcoef(quick.ravel(), near.ravel())[0, 1] > 0.97
    assert np.median(np.abs(quick - near) / near) < 0.1


def test_bills_come_near_what_was_expected(world: World, town: list[State]) -> None:
    state = town[-1]
    steady = (state.people["status"] == 1010) & (state.people["status_before"] == 1010)
    expected = expected_bills(world, state.people, state.people["activity"])
    own = expected[np.arange(len(state)), state.people["plan"]][steady]
    billed = state.people["bill_fen"][steady]
    assert np.corrcoef(own, billed)[0, 1] > 0.9
    assert abs(billed.mean() / own.mean() - 1) < 0.1


def test_the_next_minute_is_felt_to_cost_more_beyond_the_bundle(world: World) -> None:
    place = next(at for at, one in enumerate(world.plans) if one.id == "G088")
    habits = {"log_calls": np.log([2.0, 400.0]), "log_minutes": np.log([1.0, 3.0]), "log_messages": np.zeros(2)}
    habits |= {"log_megabytes": np.log([10.0, 90_000.0]), "latent_price": np.zeros(2)}
    felt = marginal_prices(world, habits, np.array([place, place]))
    for name in ("voice", "data"):
        assert felt[name][1] > 8 * felt[name][0]


def test_the_catalogue_is_delivered_with_money_as_text(village: list[dict]) -> None:
    content = json.loads(village[0]["plan"]["terms"][0].as_py())
    assert content["plan"]["fee"]["amount"] == "58.00"
    assert all(isinstance(rate.get("price", "0"), str) for rate in content["plan"]["rates"])
