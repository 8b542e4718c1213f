"""The planted types: who is of which, what that does to habits, and how events show it."""

import numpy as np
import pytest
from pydantic import ValidationError

from bassboss_lib.boss import World, latent
from bassboss_lib.boss.ahead import truth_table
from bassboss_lib.boss.calls import events, missing_partners
from bassboss_lib.boss.draws import Draws, Purpose
from bassboss_lib.boss.parameters import LATENTS, Types
from bassboss_lib.boss.state import State, month_index
from tests.boss.conftest import with_columns


def place(world: World, name: str) -> int:
    return list(world.types.kinds).index(name)


def test_newcomers_come_in_the_planted_shares_with_latents_of_mean_0_and_variance_1(world: World) -> None:
    serial, draws = np.arange(1, 60_001), Draws(5, 0, Purpose.TYPE)
    kind = latent.types_at_birth(world, draws, serial)
    assert np.bincount(kind) / len(kind) == pytest.approx(world.types.shares, abs=0.01)
    for column in latent.drawn_at_birth(world, kind, draws, serial).values():
        assert (column.mean(), column.std()) == pytest.approx((0.0, 1.0), abs=0.02)


def test_habits_lean_on_the_type(world: World, town: list[State]) -> None:
    people = town[0].people
    found = latent.latents(world, people)
    assert list(found) == list(LATENTS)
    for name, kind in (("voice", "talker"), ("data", "surfer"), ("sms", "texter"), ("night", "night_owl")):
        mine = people["latent_type"] == place(world, kind)
        assert found[name][mine].mean() > found[name][~mine].mean() + 1.0
    thrifty = people["latent_type"] == place(world, "thrifty")
    assert np.median(people["elasticity"][thrifty]) > 1.5 * np.median(people["elasticity"][~thrifty])
    assert found["voice"].std() == pytest.approx(1.0, abs=0.2)


def shares(world: World, state: State) -> dict[str, np.ndarray]:
    """Give each customer's share of night, roaming, outgoing and first-partner calls."""
    event, count = events(world, state, missing_partners(state)), len(state)
    calls = event["kind"] == 0
    owner, total = event["owner"], np.maximum(np.bincount(event["owner"][calls], minlength=count), 1)
    hour = event["second"] // 3600 % 24
    marks = {"night": (hour >= 22) | (hour < 6), "roaming": event["zone"] == 3, "outgoing": event["outgoing"]}
    found = {name: np.bincount(owner[calls & mark], minlength=count) / total for name, mark in marks.items()}
    pair, times = np.unique(np.stack([owner[calls], event["number"][calls]]), axis=1, return_counts=True)
    first = np.zeros(count)
    np.maximum.at(first, pair[0], times)
    return found | {"first": first / total}


def test_events_show_what_is_latent_and_the_whole_stays_as_it_was(world: World, town: list[State]) -> None:
    state = town[0]
    found = shares(world, state)
    calls = np.exp(state.people["log_calls"]) > 8
    for name, kind, factor in (
        ("night", "night_owl", 2.0),
        ("roaming", "traveller", 4.0),
        ("outgoing", "thrifty", 0.7),
        ("first", "homebody", 1.7),
    ):
        mine, rest = (calls & ((state.people["latent_type"] == place(world, kind)) == one) for one in (True, False))
        ratio = found[name][mine].mean() / found[name][rest].mean()
        assert ratio > factor if factor > 1 else ratio < factor, name
    still = with_columns(state, latent_night=-40.0, latent_roaming=-40.0)
    assert shares(world, still)["night"].max() == shares(world, still)["roaming"].max() == 0.0
    assert found["roaming"][calls].mean() == pytest.approx(world.usage.zones.roaming, abs=0.012)


def test_customers_rarely_become_another_type_and_their_habits_move_along(world: World, town: list[State]) -> None:
    state = town[0]
    restless = world.model_copy(update={"types": world.types.model_copy(update={"change": 1.0})})
    before, draws = state.people, Draws(11, state.index + 1, Purpose.TYPE_CHANGE)
    after = before | latent.change_of_type(restless, before, draws)
    moved = after["latent_type"] != before["latent_type"]
    assert 0.8 < moved.mean() < 0.95
    assert set(after["latent_since"][moved]) == {state.index + 1}
    step = latent.centres(world)[after["latent_type"]] - latent.centres(world)[before["latent_type"]]
    there, here = latent.latents(world, after), latent.latents(world, before)
    for at, name in enumerate(LATENTS):
        assert there[name] - here[name] == pytest.approx(step[:, at])
    calm = latent.change_of_type(world, before, draws)
    assert 0 < (calm["latent_type"] != before["latent_type"]).mean() < 3 * world.types.change


def test_the_truth_tells_type_since_when_and_latents(world: World, town: list[State]) -> None:
    quick = world.model_copy(update={"truth": world.truth.model_copy(update={"copies": 1, "horizon_months": 1})})
    table = truth_table(quick, town[-1]).to_pandas()
    assert set(table["latent_type"]) == set(world.types.kinds)
    assert table["latent_since"].max() <= "202512"
    changed = table["latent_since"] >= "202509"
    assert 0 < changed.mean() < 0.3
    assert [name for name in table if name.startswith("latent_")][2:] == [f"latent_{name}" for name in LATENTS]
    born = town[-1].people["latent_since"] == month_index("202512")
    assert born.any()


def test_shares_of_types_that_do_not_add_up_are_refused(world: World) -> None:
    one = world.types.model_dump()
    one["kinds"]["talker"]["share"] = 0.5
    with pytest.raises(ValidationError, match=r"shares of kinds add up to 1\.36, not to 1"):
        Types.model_validate(one)
