"""Scenarios, potential outcomes and true effects, held against lives that were lived."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from bassboss_lib.boss import World
from bassboss_lib.boss.contact import scenarios, strengths, twins
from bassboss_lib.boss.contact.calibration import calibrated, effects_of
from bassboss_lib.boss.contact.potential import Potential, load, potential_outcomes
from bassboss_lib.boss.contact.true_effects import TrueEffects
from bassboss_lib.boss.draws import Draws, Purpose
from bassboss_lib.boss.life import advance, opening
from bassboss_lib.boss.state import State
from bassboss_lib.errors import CallError


def course(world: World, state: State, copy: int = 0) -> list[State]:
    states = [state]
    for _ in range(3):
        states.append(advance(world, states[-1], Draws(state.origin.seed, states[-1].index + 1, Purpose.USE, copy)))
    return states[1:]


def lived(world: World, state: State, what: str) -> np.ndarray:
    """Tell in which of three months customers in network leave, if everybody has this task in the first of them."""
    later = state
    orders = None if what == "none" else twins.orders_for(world, state, state.active, what)
    for step in range(3):
        draws = Draws(state.origin.seed, later.index + 1, Purpose.USE)
        later = advance(world, later, draws, orders if step == 0 else None)
    left = later.people["voluntary"] & (later.people["left_index"] > state.index)
    return np.where(left, later.people["left_index"] - state.index, 0)[state.active]


@pytest.fixture(scope="module")
def quiet(town: list[State]) -> State:
    """A town without word of mouth."""
    return replace(town[-1], header=town[-1].header | {"strength_drift": "0.0"})


@pytest.fixture(scope="module")
def outcomes(world: World, quiet: State) -> Potential:
    return potential_outcomes(world, quiet, plan=("N039", "月费39元，含50分钟、3GB流量"))


@pytest.mark.parametrize("what", ["none", "O01", "O05", "O06", "F11", "survey"])
def test_potential_outcomes_are_those_of_lives(world: World, quiet: State, outcomes: Potential, what: str) -> None:
    found = outcomes.columns["left_month"][:, outcomes.options.index(what)]
    true = lived(world, quiet, what)
    assert (true > 0).sum() > 50
    assert (found != true).mean() < (0.002 if what != "none" else 1e-9)


@pytest.mark.parametrize("what", ["none", "F12"])
def test_complaints_of_potential_outcomes_are_those_of_lives(
    world: World, quiet: State, outcomes: Potential, what: str
) -> None:
    orders = None if what == "none" else twins.orders_for(world, quiet, quiet.active, what)
    later, complains = quiet, np.zeros(len(quiet), bool)
    for step in range(3):
        draws = Draws(quiet.origin.seed, later.index + 1, Purpose.USE)
        here = later.active
        later = advance(world, later, draws, orders if step == 0 else None)
        complains |= here & (later.people["complaint"] > 0) & (step > 0)
    found = outcomes.columns["complained"][:, outcomes.options.index(what)]
    assert complains[quiet.active].sum() > 15
    assert (found != complains[quiet.active]).mean() < 0.002


def test_without_a_call_the_hazards_are_the_world_s_own(world: World, quiet: State) -> None:
    states = course(world, quiet)
    whole = scenarios.course_of(world, states, ())
    power = strengths.of_header(quiet.header)
    passed = np.full(len(quiet), 0.5)
    for state, rate in zip(states, scenarios.monthly(world, power, whole, passed, []), strict=True):
        own = sum(state.people[name] for name in state.people if name.startswith("hazard_"))
        assert rate[:, 0] == pytest.approx(own)


def test_outcomes_hang_together(outcomes: Potential) -> None:
    reached, accepted = outcomes.columns["reached"], outcomes.columns["accepted"]
    assert not reached[:, 0].any()
    assert not (accepted & ~reached).any()
    assert 0.6 < reached[:, 1].mean() < 0.9
    assert outcomes.columns["satisfaction"].min() >= 1
    revenue, left = outcomes.columns["revenue_fen"], outcomes.columns["left_month"]
    assert revenue[:, 0][left[:, 0] == 0].mean() > 2 * revenue[:, 0][left[:, 0] == 1].mean()
    stayed = left == 0
    assert np.abs(outcomes.columns["arpu_fen"] * 3 - revenue)[stayed].max() <= 2
    assert (outcomes.observe(np.zeros(len(left), int), ["left"])["left"] == ~stayed[:, 0]).all()
    asked = outcomes.asked
    answered = asked["response"] >= 0
    assert np.corrcoef(asked["chance"][answered], asked["response"][answered])[0, 1] > 0.6
    assert asked["response"][answered].mean() / 10 > asked["takes"].mean() + 0.03


def test_an_assignment_is_a_look_up(outcomes: Potential, tmp_path: Path) -> None:
    count = len(outcomes.serial)
    choice = np.arange(count) % len(outcomes.options)
    seen = outcomes.observe(choice)
    for row in (0, 7, count - 1):
        assert seen["left_month"][row] == outcomes.columns["left_month"][row, choice[row]]
        assert seen["revenue_fen"][row] == outcomes.columns["revenue_fen"][row, choice[row]]
    again = load(outcomes.save(tmp_path / "potential.parquet"))
    assert again.options == outcomes.options
    assert all((again.columns[name] == outcomes.columns[name]).all() for name in outcomes.columns)
    assert all((again.asked[name] == outcomes.asked[name]).all() for name in outcomes.asked)
    left = outcomes.columns["left_month"] > 0
    place = outcomes.options.index("O01")
    assert outcomes.effect("O01").sum() == int(left[:, place].sum()) - int(left[:, 0].sum())


def test_options_that_nobody_knows_and_plans_that_nobody_can_price(world: World, quiet: State) -> None:
    with pytest.raises(CallError, match="unknown options O77"):
        potential_outcomes(world, quiet, ["O01", "O77"])
    with pytest.raises(CallError, match="nobody can tell what the plan costs"):
        potential_outcomes(world, quiet, ["survey"], plan=("N1", "更划算"))


def test_true_effects_by_attitude_and_cause(world: World, quiet: State) -> None:
    effects = TrueEffects(world, quiet)
    for copy in range(1, 4):
        effects.add(course(world, quiet, copy))
    table = effects.table().to_pandas()
    assert len(table) == quiet.active.sum()
    assert table["customer_id"].is_monotonic_increasing
    mean = table.groupby("attitude").mean(numeric_only=True)
    assert mean.loc["receptive", "effect_O01"] < 0 == pytest.approx(mean.loc["indifferent", "effect_O01"], abs=1e-9)
    assert (mean.loc["sleeping_dog", ["effect_O01", "effect_survey", "effect_F11"]] > 0.005).all()
    assert mean.loc["sleeping_dog", "effect_F02"] < mean.loc["sleeping_dog", "effect_F01"] / 3  # a message is no call
    assert mean.loc["indifferent", "effect_survey"] > 0.005
    types = table.groupby("latent_type")["satisfaction_F07"].mean()
    assert types["surfer"] > 3 * types["homebody"]
    receptive = table[table["attitude"] == "receptive"]
    best = receptive[[f"effect_O0{at}" for at in range(1, 7)]].min(axis=1)
    assert best.mean() < receptive["effect_O03"].mean()


def test_true_effects_are_what_twins_show_on_average(world: World, quiet: State) -> None:
    effects = TrueEffects(world, quiet)
    copies = range(1, 6)
    for copy in copies:
        effects.add(course(world, quiet, copy))
    truth = float(np.array(effects.table()["effect_survey"].to_pylist()).mean())
    changes = []
    for copy in copies:
        found = potential_outcomes(world, quiet, ["survey"], copy=copy).effect("survey")
        changes.append(found)
    shown = np.concatenate(changes)
    assert abs(shown.mean() - truth) < 3 * shown.std() / np.sqrt(len(shown))


def test_strengths_meet_the_targets_and_targets_out_of_reach_are_refused(world: World, quiet: State) -> None:
    courses = [course(world, quiet, -1)]
    power = calibrated(world, quiet, courses)
    found, targets = effects_of(world, quiet, courses, power), world.contact.targets
    assert found == pytest.approx(targets.model_dump(), abs=2e-3)
    high = targets.model_copy(update={"best_offer": 0.9})
    greedy = world.model_copy(update={"contact": world.contact.model_copy(update={"targets": high})})
    with pytest.raises(CallError, match=r"the target of offer is 0\.9, at most"):
        calibrated(greedy, quiet, courses)


def test_attitudes_lean_on_age_and_use(world: World, town: list[State]) -> None:
    people = town[-1].people
    share = np.bincount(people["attitude"], minlength=3) / len(people["attitude"])
    assert share == pytest.approx(list(world.attitudes.values()), abs=0.04)
    old = people["birth_day"] < np.quantile(people["birth_day"], 0.2)
    dog = people["attitude"] == 2
    assert dog[old].mean() > 2 * dog[~old].mean()


@pytest.mark.truth
def test_twins_show_what_the_yaml_sets(world: World) -> None:
    """Average effect of the best offer, sleeping dogs, wake-up and drift, each within its Monte Carlo error."""
    for one in twins.shown(world, opening(world, 10_000, 3), copies=6):
        assert abs(one.apart) < 3.0, one.line()
        assert one.error < 0.25 * one.set, one.line()
