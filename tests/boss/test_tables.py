import numpy as np
import pandas as pd
import pytest

from bassboss_lib import months
from bassboss_lib.boss import World
from bassboss_lib.boss.life import month_later, opening
from bassboss_lib.boss.state import State
from bassboss_lib.boss.tables import payment
from bassboss_lib.contracts import typed_schema, unit
from tests.boss.conftest import MONTHS

UNITS = ["plan", "customer", "balance", "bill_item", "payment", "arrears", "complaint", "cdr"]


@pytest.mark.parametrize("name", UNITS)
def test_a_table_has_the_columns_of_its_unit_and_unique_keys(files: list[dict], name: str) -> None:
    for tables in files:
        table = tables[name]
        assert table.schema.names == typed_schema(unit(name)).names
        assert table.num_rows > 0
        keys = table.select(list(unit(name).key)).to_pandas()
        assert not keys.duplicated().any()
        required = [one.name for one in unit(name).fields if not one.nullable]
        assert {column: table[column].null_count for column in required} == dict.fromkeys(required, 0)


@pytest.mark.parametrize("name", ["cdr", "payment", "complaint"])  # of call records, what was in time
def test_what_happens_is_dated_within_its_month(files: list[dict], name: str) -> None:
    times = {"cdr": ["started_at"], "payment": ["paid_at"], "complaint": ["filed_at", "first_reply_at", "closed_at"]}
    for month, tables in zip(MONTHS, files, strict=True):
        for column in times[name]:
            seen = tables[name][column].to_pandas()
            late = seen < pd.Timestamp(months.first_day(month))
            assert late.mean() < (0.01 if name == "cdr" else 1e-9)
            assert seen.min() >= pd.Timestamp(months.first_day(months.add(month, -1)))
            assert seen.max() < pd.Timestamp(months.first_day(months.add(month, 1)))


def test_a_bill_is_the_fee_less_discount_and_the_charges_of_the_month(files: list[dict]) -> None:
    for tables in files:
        items = tables["bill_item"].to_pandas()
        used = items[~items["fee_item"].isin(["0101", "0501", "0901"])].groupby("customer_id")["receivable_fen"].sum()
        charged = tables["cdr"].to_pandas().groupby("customer_id")["charge_fen"].sum()
        assert used.to_dict() == charged[charged > 0].to_dict()
        customers = tables["customer"].to_pandas().set_index("customer_id")
        fee = items[items["fee_item"] == "0101"].set_index("customer_id")
        held = customers["plan_id"].reindex(fee.index)
        whole, alone = fee["receivable_fen"] + fee["discount_fen"], held != "F129"
        assert (whole == held.str.slice(1).astype(int) * 100)[alone].all()
        assert set(whole[~alone]) == {12_900 + 1_500, 1_500}


def test_the_state_carries_the_bill_that_was_sent(town: list[State], files: list[dict]) -> None:
    total = files[-1]["bill_item"].to_pandas()["receivable_fen"].sum()
    assert town[-1].people["bill_fen"].sum() == total


def test_every_customer_of_an_event_table_is_in_the_snapshot(files: list[dict]) -> None:
    for tables in files:
        known = set(tables["customer"]["customer_id"].to_pylist())
        for name in UNITS[2:]:
            assert set(tables[name]["customer_id"].to_pylist()) <= known


def test_the_snapshot_shows_leavers_for_three_months(files: list[dict]) -> None:
    first, fourth = (files[at]["customer"].to_pandas() for at in (0, 3))
    leaving = first["status"].isin(["1021", "2010"]) & (first["status_date"] >= months.first_day(MONTHS[0]))
    assert leaving.sum() > 10
    left = fourth.loc[fourth["status"] == "2010", "customer_id"]
    assert set(first.loc[leaving, "customer_id"]) <= set(left)


def test_whoever_left_before_the_month_has_neither_bill_nor_payment_nor_balance(files: list[dict]) -> None:
    for month, tables in zip(MONTHS, files, strict=True):
        frame = tables["customer"].to_pandas()
        gone = frame["status"].isin(["2010", "2020"]) & (frame["status_date"] < months.first_day(month))
        ids = set(frame.loc[gone, "customer_id"])
        for name in ("bill_item", "payment", "balance", "arrears", "complaint", "cdr"):
            assert not ids & set(tables[name]["customer_id"].to_pylist())


def test_arrears_name_what_is_owed(files: list[dict]) -> None:
    frame = files[-1]["arrears"].to_pandas()
    assert (frame.loc[frame["months_owed"] > 0, "owed_fen"] > 0).all()
    assert (frame.loc[frame["months_owed"] == 0, "owed_fen"] == 0).all()


def test_a_reversal_takes_back_a_payment_of_the_same_amount(world: World) -> None:
    often = world.model_copy(update={"payment": world.payment.model_copy(update={"reversals": 0.5})})
    state = month_later(often, opening(often, 200, 3))
    frame = payment(often, state).to_pandas()
    negative = frame[frame["amount_fen"] < 0]
    assert len(negative) > 10
    assert (
        frame["amount_fen"].sum()
        == state.people["paid_fen"][~np.isin(state.people["status_before"], (2010, 2020, 2030))].sum()
    )


def test_customers_of_the_town_are_of_all_brands_and_statuses(files: list[dict]) -> None:
    frame = files[-1]["customer"].to_pandas()
    assert set(frame["brand"]) == {"1", "2", "3"}
    assert {"1010", "1021", "1031", "2010"} <= set(frame["status"])
    assert frame["msisdn"].is_unique
