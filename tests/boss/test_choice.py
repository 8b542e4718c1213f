import numpy as np
import pytest

from bassboss_lib.boss import World, pricelist
from bassboss_lib.boss.change import switched
from bassboss_lib.boss.choice import take_up, take_up_table
from bassboss_lib.boss.state import State
from bassboss_lib.rating import Plan
from tests.boss.conftest import with_columns


def _plan(**changes: object) -> Plan:
    known = pricelist.catalogue().plan("M048").model_dump(mode="json", by_alias=True, exclude_unset=True)
    return Plan.model_validate(known | {"id": "NEW"} | changes)


def test_a_cheaper_plan_is_taken_more_often(world: World, town: list[State]) -> None:
    state = town[0].rows(slice(0, 300))
    prices = [
        take_up(world, state, _plan(fee={"amount": fee, "period": "month"})) for fee in ("28.00", "48.00", "98.00")
    ]
    assert (prices[0] >= prices[1]).all()
    assert (prices[1] >= prices[2]).all()
    assert prices[0].mean() > prices[1].mean() + 0.05 > prices[2].mean() + 0.1
    assert all(((one > 0) & (one < 1)).all() for one in prices)


def test_a_flat_fee_is_liked_for_the_same_bill(world: World, town: list[State]) -> None:
    calls_only = {"log_megabytes": -40.0, "log_messages": -40.0, "log_calls": np.log(100.0), "plan": 4}
    state = with_columns(town[0].rows(slice(0, 300)), **calls_only)
    flatter = world.model_copy(update={"choice": world.choice.model_copy(update={"flat": 2.0})})
    dear = _plan(fee={"amount": "120.00", "period": "month"})
    assert (take_up(flatter, state, dear) > take_up(world, state, dear)).all()


def test_the_table_has_every_customer_and_plan_but_his_own(world: World, town: list[State]) -> None:
    state = town[-1].rows(slice(0, 200))
    frame = take_up_table(world, state).to_pandas()
    shared = np.array([plan.shared for plan in world.plans])
    alone = state.active & ~shared[state.people["plan"]]
    assert len(frame) == state.active.sum() * (~shared).sum() - alone.sum()
    assert not set(frame["plan_id"]) & {plan.id for plan in world.plans if plan.shared}
    assert not frame.duplicated(["customer_id", "plan_id"]).any()
    assert 0.02 < frame["take_up"].mean() < 0.4


def test_use_answers_to_the_marginal_price_with_the_customers_elasticity(world: World, town: list[State]) -> None:
    heavy = {"log_calls": np.log(300.0), "log_minutes": np.log(3.0), "log_megabytes": np.log(60_000.0), "plan": 0}
    state = with_columns(town[0].rows(slice(0, 300)), **heavy)
    people, index = state.people, state.index
    cheap = np.full(300, next(at for at, one in enumerate(world.plans) if one.id == "G188"))
    after = switched(world, people, np.arange(300) % 2 == 0, cheap, index)
    moved = np.arange(300) % 2 == 0
    assert (after["plan_index"][moved] == index).all()
    assert (after["plan_before"][moved] == 0).all()
    ratio = np.log(world.plans[int(cheap[0])].price_data / world.plans[0].price_data)
    change = after["log_megabytes"] - people["log_megabytes"]
    assert change[moved] == pytest.approx(-people["elasticity"][moved] * ratio, rel=0.05)
    assert (change[~moved] == 0).all()
    assert (after["log_calls"][moved] > people["log_calls"][moved]).all()
