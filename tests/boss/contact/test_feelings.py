import numpy as np
import pytest

from bassboss_lib.boss import World
from bassboss_lib.boss.choice import take_up
from bassboss_lib.boss.contact.feelings import bills_with, overstatement, satisfaction, stated, told_plan
from bassboss_lib.boss.pricelist import catalogue
from bassboss_lib.boss.state import State
from tests.boss.conftest import with_columns


def mean(world: World, state: State) -> float:
    found = satisfaction(world, state.people, state.month, 11)
    assert set(found) <= set(range(1, 11))
    return float(found.mean())


def test_satisfaction_falls_with_trouble_and_rises_with_care_that_suits(world: World, town: list[State]) -> None:
    calm = with_columns(town[-1], pain=0.0, drop_share=0.05, months_owed=0, attitude=0)
    assert mean(world, with_columns(calm, pain=1.0)) < mean(world, calm) - 1.5
    assert mean(world, with_columns(calm, drop_share=0.3)) < mean(world, calm) - 1.0
    helped = with_columns(calm, care=11, care_index=calm.index, contact_index=calm.index, contacts=0.9)
    assert mean(world, helped) == pytest.approx(mean(world, calm) + 1.2, abs=0.25)
    assert mean(world, with_columns(helped, care_index=calm.index - 9)) == mean(world, calm)
    assert mean(world, with_columns(helped, attitude=2)) < mean(world, calm) - 0.5


def test_a_plan_is_known_by_its_code_or_by_what_is_read_out() -> None:
    assert told_plan("G088", None) is catalogue().plan("G088")
    told = told_plan("N1", "月费: 66元, 含120分钟国内通话, 2.5GB流量, 超出0.2元/分钟")
    assert told is not None
    assert told.fee is not None
    assert (told.id, str(told.fee.amount)) == ("N1", "66")
    assert {one.units for one in told.allowances} >= {"120min", "2560MB"}
    assert told_plan("N1", "流量更多") is None
    assert told_plan("N1", None) is None


def test_a_cheaper_fee_saves_and_is_taken_more(world: World, town: list[State]) -> None:
    state = town[-1]
    words = "月费{}元，含80分钟、5GB流量"
    plans = [told_plan("N1", words.format(fee)) for fee in (19, 69)]
    assert None not in plans
    cheap, dear = (bills_with(world, state.people, plan)[1] for plan in plans if plan)
    assert dear - cheap == pytest.approx(5000, abs=1)
    low, high = (take_up(world, state, plan).mean() for plan in plans if plan)
    assert low > high


def test_answers_exceed_deeds_by_a_known_amount_that_differs(world: World, town: list[State]) -> None:
    state = town[-1]
    factor = overstatement(world, state.people, state.month, 11)
    by = world.contact.survey
    assert factor.std() == pytest.approx(by.overstates_spread, rel=0.1)
    assert factor.mean() == pytest.approx(by.overstates, abs=0.2)
    said = stated(world, state.people, np.full(len(state), 0.2), state.month, 11)
    assert set(said) <= set(range(11))
    assert said.mean() / 10 > 0.3
