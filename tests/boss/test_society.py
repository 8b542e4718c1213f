from dataclasses import replace

import numpy as np

from bassboss_lib.boss import World, society, terminals
from bassboss_lib.boss.life import gone
from bassboss_lib.boss.records import records
from bassboss_lib.boss.state import Origin, State, month_index

ORIGIN = Origin(2000, 11)


def test_who_arrives_depends_on_nothing_that_happened(world: World, town: list[State]) -> None:
    for state in town:
        assert state.people["serial"][-1] == society.last_serial(world, ORIGIN, state.month)
    counts = [society.joiners(world, ORIGIN, month_index("202501") + at) for at in range(12)]
    assert max(counts) == counts[8]
    assert all(count > 0 for count in counts)


def test_some_numbers_belong_to_a_person_who_had_one_before(world: World, town: list[State]) -> None:
    people = town[-1].people
    again = people["person"] != people["serial"]
    assert 0.02 < again.mean() < 0.12
    assert (people["person"][again] < people["serial"][again]).all()
    serial = np.arange(1, 3000)
    person = society.persons_of(world, ORIGIN, serial)
    assert (society.persons_of(world, ORIGIN, person) == person).mean() > 0.99


def test_a_person_keeps_name_birthday_and_gender_over_numbers(town: list[State]) -> None:
    people = town[-1].people
    order = np.argsort(people["person"], kind="stable")
    same = np.flatnonzero(np.diff(people["person"][order]) == 0)
    one, other = order[same], order[same + 1]
    assert len(one) > 10
    for name in ("name", "gender", "household"):
        assert (people[name][one] == people[name][other]).all()


def test_households_live_together_and_groups_work_in_one_city(world: World) -> None:
    serial = np.arange(1, 4000)
    person = society.persons_of(world, ORIGIN, serial)
    household = society.households_of(world, ORIGIN, person)
    area = society.areas_of(world, ORIGIN, household)
    group = society.groups_of(world, ORIGIN, person, area)
    for key, column in ((household, area), (group[group >= 0], (area // world.place.areas_per_city)[group >= 0])):
        order = np.argsort(key, kind="stable")
        same = np.diff(key[order]) == 0
        assert (np.diff(column[order])[same] == 0).all()
    assert 0.4 < (household < society.LONE).mean() < 0.7
    assert 0.1 < (group >= 0).mean() < 0.2


def test_circles_have_communities(world: World, town: list[State]) -> None:
    state = town[0]
    serial, place = state.people["serial"], np.minimum(np.searchsorted(state.people["serial"], state.circle), 10**9)
    place = np.minimum(place, len(serial) - 1)
    known = serial[place] == state.circle
    near = state.people["area"][place] == state.people["area"][:, None]
    assert near[known].mean() > 10 / world.place.areas
    mates = (state.people["household"][place] == state.people["household"][:, None]) & known
    assert mates[:, 0].mean() > 0.2 > mates[:, 3].mean()
    assert (state.circle != serial[:, None]).mean() > 0.98
    missing = gone(serial, state.active, state.circle)
    assert missing[state.active].mean() < 0.15


def test_channels_bring_customers_of_different_quality(world: World, town: list[State]) -> None:
    people, names = town[-1].people, list(world.channels)
    agent, manager = (people["join_channel"] == names.index(name) for name in ("agent", "manager"))
    assert people["fraud"][agent].mean() > people["fraud"][manager].mean()
    assert people["risk"][agent].mean() > people["risk"][manager].mean() + 0.5


def test_terminals_follow_their_launches(world: World) -> None:
    known = terminals.newest_launch(world, "202610") * terminals.BANDS + 2
    generations = [terminals.generation(world, model) for model in range(known + 1)]
    assert {"4G", "5G"} == set(generations)
    assert generations.index("5G") % terminals.BANDS == 1
    launches = [terminals.launch_month(world, model) for model in range(known + 1)]
    assert launches == sorted(launches)
    assert launches[-1] <= month_index("202610")


def test_regions_are_districts_of_cities(world: World, town: list[State]) -> None:
    regions = set(records(world, replace(town[0]), events=False)["customer"]["region"].to_pylist())
    assert len(regions) == len(world.place.cities) * len(world.place.districts)
    assert all(any(region.startswith(city) for city in world.place.cities) for region in regions)
