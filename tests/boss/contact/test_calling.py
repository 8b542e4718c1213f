import numpy as np
import pyarrow as pa

from bassboss_lib.boss import World
from bassboss_lib.boss.billing import expected_bills
from bassboss_lib.boss.contact.calling import (
    Answers,
    Tasks,
    acceptance,
    main_causes,
    reach,
    recorded,
    tasks_of,
    weariness,
)
from bassboss_lib.boss.state import State
from tests.boss.conftest import with_columns

RETENTION, SURVEY, CARE = 0, 1, 2


def tasks(state: State, kind: int = RETENTION, item: int = 0, hour: int = 11) -> Tasks:
    row = np.arange(len(state))
    same = np.ones(len(state), np.int64)
    return Tasks(row, row, 10.5 * same, hour * same, kind * same, item * same)


def test_of_several_tasks_for_one_customer_the_earliest_is_worked(town: list[State]) -> None:
    serial = int(town[0].people["serial"][3])
    unknown = int(town[0].people["serial"].max()) + 9
    columns = {"serial": [serial, serial, serial, unknown], "day": [9, 8, 0, 8], "hour": [10, 14, 9, 9]}
    found = tasks_of(town[0], pa.table(columns | {"kind": [0, 1, 2, 0], "item": [4, -1, 2, 1]}))
    assert (found.row.tolist(), found.kind.tolist(), found.order.tolist()) == ([3], [SURVEY], [1])
    assert found.passed.tolist() == [7 + 14 / 24]


def test_reach_depends_on_hour_age_contacts_and_the_line(world: World, town: list[State]) -> None:
    state = with_columns(town[-1], status=1010, contact_index=-1, contacts=0.0, birth_day=0)
    index = state.index + 1

    def mean(other: State = state, **about: int) -> float:
        return float(reach(world.contact, other.people, tasks(other, **about), index).mean())

    assert mean(hour=19) > mean() > mean(hour=9)
    assert mean(with_columns(state, birth_day=-9000)) > mean()
    assert mean(with_columns(state, contacts=2.0, contact_index=state.index)) < mean()
    assert mean(with_columns(state, status=1031)) < mean()
    assert mean(kind=CARE, item=1) > mean()


def test_an_offer_that_suits_is_accepted_more_and_sleeping_dogs_accept_little(world: World, town: list[State]) -> None:
    state = with_columns(town[-1], attitude=0, contact_index=-1, **{f"hazard_R0{at}": 0.0 for at in range(1, 10)})
    priced = with_columns(state, hazard_R01=0.1, hazard_R99=0.0)

    def mean(other: State, item: int) -> float:
        return float(acceptance(world, other.people, tasks(other, item=item), other.index + 1).mean())

    assert np.round(mean(priced, 0), 6) == 0.95
    assert mean(priced, 0) > mean(priced, 4)
    assert mean(with_columns(priced, attitude=1), 0) < mean(priced, 0)
    assert mean(with_columns(priced, attitude=2), 0) < 0.2


def test_the_main_cause_is_the_largest_hazard_and_of_a_newcomer_none(town: list[State]) -> None:
    state = with_columns(town[-1], **{f"hazard_R0{at}": 0.0 for at in range(1, 10)}, hazard_R99=0.0)
    assert set(main_causes(state.people)) == {9}
    assert set(main_causes(with_columns(state, hazard_R03=0.2, hazard_R07=0.1).people)) == {2}


def test_weariness_fades_by_the_month(world: World, town: list[State]) -> None:
    state = with_columns(town[-1], contacts=2.0, contact_index=town[-1].index)
    assert set(weariness(world.contact, state.people, state.index + 2)) == {2 * 0.75**2}
    assert set(weariness(world.contact, with_columns(state, contact_index=-1).people, state.index)) == {0.0}


def test_what_is_recorded_of_an_offer_a_survey_and_advice(world: World, town: list[State]) -> None:
    state = town[-1]
    yes, no = (np.full(len(state), value) for value in (True, False))
    offered = recorded(world, state, tasks(state, item=0), Answers(yes, yes))
    assert set(offered["offer"]) == {0}
    assert set(offered["offer_index"]) == set(offered["contact_index"]) == {state.index}
    assert set(offered["advised_index"]) == {-1}
    asked = recorded(world, state, tasks(state, SURVEY, -1), Answers(yes, yes))
    assert (set(asked["offer"]), set(asked["advised_index"])) == ({-1}, {state.index})
    refused = recorded(world, state, tasks(state, item=5), Answers(yes, no))
    assert (set(refused["offer"]), set(refused["advised_index"])) == ({-1}, {state.index})
    missed = recorded(world, state, tasks(state, item=5), Answers(no, no))
    assert all((missed[name] == state.people[name]).all() for name in missed)


def test_accepted_advice_finds_the_cheapest_plan_of_the_brand_and_use_answers_to_its_price(
    world: World, town: list[State]
) -> None:
    state = town[-1]
    yes = np.full(len(state), True)
    advised = recorded(world, state, tasks(state, item=5), Answers(yes, yes))
    moved = advised["plan"] != state.people["plan"]
    assert 0.02 < moved.mean() < 0.9
    bills = expected_bills(world, state.people, state.people["activity"])
    rows = np.arange(len(state))
    assert (bills[rows, advised["plan"]] <= bills[rows, state.people["plan"]]).all()
    assert set(advised["plan_index"][moved]) == {state.index}
    assert (advised["log_calls"][~moved] == state.people["log_calls"][~moved]).all()
    larger = recorded(world, state, tasks(state, item=1), Answers(yes, yes))
    fees = np.array([plan.fee_fen for plan in world.plans])
    assert (fees[larger["plan"]] >= fees[state.people["plan"]]).all()
