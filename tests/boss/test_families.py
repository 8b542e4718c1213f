import numpy as np
import pytest

from bassboss_lib.boss import World, pricelist
from bassboss_lib.boss.billing import best_plan, cheapest_of_brand
from bassboss_lib.boss.families import families, fees, shared_plans
from bassboss_lib.boss.settling import _cuts
from bassboss_lib.boss.state import State
from bassboss_lib.rating.bills import Bills

PLACE = {plan.id: place for place, plan in enumerate(pricelist.catalogue().plans)}
F129, G058 = PLACE["F129"], PLACE["G058"]
PLAN = np.array([F129, F129, G058, F129, F129, F129])
HOUSEHOLD = np.array([7, 7, 7, 7, 8, 9])


def test_whoever_lives_together_on_the_shared_plan_is_rated_together() -> None:
    found = families(PLAN, HOUSEHOLD, np.ones(6, bool))
    assert found.payer.tolist() == [0, 0, 2, 0, 4, 5]
    assert found.member.tolist() == [0, 1, 0, 2, 0, 0]
    assert found.any


def test_who_is_stopped_is_not_along_and_the_next_one_pays() -> None:
    found = families(PLAN, HOUSEHOLD, np.array([False, True, True, True, True, False]))
    assert found.payer.tolist() == [0, 1, 2, 1, 4, 5]
    assert found.member.tolist() == [0, 0, 0, 1, 0, 0]
    assert not families(PLAN, HOUSEHOLD, np.zeros(6, bool)).any


def test_each_pays_his_part_of_the_fee_and_the_first_the_plan() -> None:
    found, zero = families(PLAN, HOUSEHOLD, np.ones(6, bool)), np.zeros(4, np.int64)
    billed, fee = np.array([0, 2, 4, 5]), np.array([12_900 + 3 * 1_500, 5_800, 14_400, 14_400])
    bills = Bills(fee + 70 - 20, fee, zero + 70, zero - 20, zero, zero, zero)
    paid, off = fees(PLAN, billed, bills, found)
    assert paid.tolist() == [14_400, 1_500, 5_800, 1_500, 14_400, 14_400]
    assert off.tolist() == [-20, 0, -20, 0, -20, -20]


def test_a_member_knows_the_plan_by_a_third_and_nobody_chooses_it_alone(world: World) -> None:
    known = world.plans[F129]
    assert (known.fee_fen, known.minutes, known.megabytes, known.messages) == (4_300 + 1_500, 100.0, 6_144.0, 20.0)
    assert shared_plans().sum() == 1
    bills = np.full((2, len(world.plans)), 9_000.0)
    bills[:, [F129, G058]] = [100.0, 8_000.0]
    assert cheapest_of_brand(world, bills, np.array(["1", "1"])).tolist() == [G058, G058]
    assert best_plan(world, bills, np.array([F129, PLACE["G188"]])).tolist() == [F129, G058]


def test_no_household_is_cut_in_two(world: World, town: list[State], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bassboss_lib.boss.settling.BLOCK_CUSTOMERS", 100)
    parts = [set(((town[0].people["serial"][rows] - 1) // 3).tolist()) for rows in _cuts(world, town[0])]
    assert len(parts) > 20
    assert sum(len(part) for part in parts) == len(set.union(*parts))
    assert sum(len(town[0].people["serial"][rows]) for rows in _cuts(world, town[0])) == len(town[0])
