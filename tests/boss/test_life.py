from itertools import pairwise

import numpy as np

from bassboss_lib.boss import World
from bassboss_lib.boss.life import month_later, opening
from bassboss_lib.boss.state import ACTIVE, State, day_number


def test_the_same_seed_lives_the_same_life(world: World) -> None:
    first, again = (month_later(world, opening(world, 200, 5)) for _ in range(2))
    assert all(np.array_equal(first.people[name], again.people[name]) for name in first.people)
    assert np.array_equal(first.circle, again.circle)


def test_another_seed_lives_another_life(world: World) -> None:
    first, other = (opening(world, 200, seed) for seed in (5, 6))
    assert not np.array_equal(first.people["log_calls"][:100], other.people["log_calls"][:100])


def test_a_step_alters_nothing_of_the_state_it_starts_from(world: World) -> None:
    state = opening(world, 200, 5)
    before = {name: column.copy() for name, column in state.people.items()}
    month_later(world, state)
    assert all(np.array_equal(state.people[name], column) for name, column in before.items())


def test_statuses_follow_one_another_as_they_may(town: list[State]) -> None:
    allowed = {1021: {2010}, 1022: {2020, 2030}, 2010: {2010}, 2020: {2020}, 2030: {2030}}
    for state in town:
        pairs = set(zip(state.people["status_before"].tolist(), state.people["status"].tolist(), strict=True))
        for before, now in pairs:
            assert now in allowed.get(before, {*ACTIVE, 1021, 1022, 2010})


def test_whoever_left_is_marked_with_month_and_kind(town: list[State]) -> None:
    people = town[-1].people
    active = town[-1].active
    assert (people["left_index"][active] == -1).all()
    assert (people["left_index"][~active] >= 0).all()
    assert set(people["status"][people["voluntary"]].tolist()) <= {1021, 2010}
    assert set(people["status"][~people["voluntary"] & ~active].tolist()) <= {1022, 2020, 2030}


def test_a_status_changes_on_a_day_of_its_month(town: list[State]) -> None:
    for state in town:
        people = state.people
        changed = (people["status"] != people["status_before"]) & (people["status_before"] != 0)
        start = day_number(state.month)
        assert people["status_day"][changed].min() >= start
        assert people["status_day"].max() < start + 31


def test_customers_who_left_stay_for_months_and_then_are_forgotten(world: World, town: list[State]) -> None:
    state = town[-1]
    assert (state.people["left_index"][~state.active] >= state.index - world.keep_left_months).all()
    assert set(town[0].people["serial"][~town[0].active]) & set(town[3].people["serial"])


def test_serials_rise_and_newcomers_join(town: list[State]) -> None:
    for before, after in pairwise(town):
        assert (np.diff(after.people["serial"]) > 0).all()
        assert after.people["serial"][-1] > before.people["serial"][-1]


def test_an_unpaid_bill_suspends_and_at_last_closes(world: World, town: list[State]) -> None:
    people = town[-1].people
    owing = people["months_owed"]
    assert (people["status"][(owing >= world.payment.suspend_after) & town[-1].active] == 1031).all()
    assert (owing[people["status"] == 1022] >= world.payment.close_after).all()
