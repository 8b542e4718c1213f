"""Finding the strengths of contact, so that a world shows the targets of its YAML.

Each target is a share of three-month churn in some group. What a strength makes of it is computed from courses of the
world without contact, by the same scenarios as the truth; the strength is found by bisection.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
from scipy.optimize import brentq

from bassboss_lib.boss.contact import expected, scenarios
from bassboss_lib.boss.contact.effects import faded
from bassboss_lib.boss.contact.strengths import Strengths
from bassboss_lib.boss.contact_terms import ATTITUDES, AVERTED_MOST, CAUSES
from bassboss_lib.boss.state import State
from bassboss_lib.boss.world import World
from bassboss_lib.errors import CallError

__all__ = ["calibrated", "drift", "effects_of"]

MOST = {"offer": AVERTED_MOST, "dog": 30.0, "wake": 30.0, "drift": AVERTED_MOST}
HALF = 0.5


def calibrated(world: World, state: State, courses: Sequence[Sequence[State]]) -> Strengths:
    """Find the strengths that give the targets.

    Parameters
    ----------
    world, state : World, State
        The world as it opens.
    courses : sequence of courses
        Each the coming months without contact, from draws of its own.

    Raises
    ------
    CallError
        If a target cannot be reached with the reach, acceptance and matches of the YAML.
    """
    targets, power = world.contact.targets, Strengths(0.0, 0.0, 0.0, 0.0)
    for name, target, shows in (
        ("wake", targets.wake_up, lambda one: effects_of(world, state, courses, one)["wake_up"]),
        ("dog", targets.sleeping_dog, lambda one: effects_of(world, state, courses, one)["sleeping_dog"]),
        ("offer", targets.best_offer, lambda one: effects_of(world, state, courses, one)["best_offer"]),
        ("drift", targets.drift, lambda one: drift(world, state, courses, one)),
    ):
        power = _found(power, name, target, shows)
    return power


def effects_of(world: World, state: State, courses: Sequence[Sequence[State]], power: Strengths) -> dict[str, float]:
    """Give what the targets speak of, as strengths make it: shares of three-month churn averted or added."""
    attitude, active = state.people["attitude"], state.active
    passed = np.full(len(state), expected.mean_moment(world))
    left = np.mean(
        [scenarios.churn(world, one, scenarios.monthly(world, power, one, passed)) for one in courses], axis=0
    )
    best, codes = expected.best_offers(world, state), list(world.contact.offers)
    tasked = {code: expected.after_task(world, state, left, code) for code in codes}
    with_best = np.choose(best, [tasked[code] for code in codes])
    surveyed = expected.after_task(world, state, left, "")
    receptive, dogs = (active & (attitude == ATTITUDES.index(one)) for one in ("receptive", "sleeping_dog"))
    return {
        "best_offer": 1.0 - _ratio(with_best, left[:, 0], receptive),
        "sleeping_dog": _ratio(with_best, left[:, 0], dogs) - 1.0,
        "wake_up": _ratio(surveyed, left[:, 0], active & ~dogs) - 1.0,
    }


def drift(world: World, state: State, courses: Sequence[Sequence[State]], power: Strengths) -> float:
    """Give the share of churn averted among customers not contacted while a random half is, with the best offers."""
    with_word, without = 0.0, 0.0
    for course in courses:
        first = course[0].index
        hazard = [sum(one.people[f"hazard_{code}"] for code in CAUSES) for one in course]
        word = [1.0 - power.drift * HALF * _word(world, state, one, first) * (one.index > first) for one in course]
        plain, less = (
            [rate[:, None] for rate in hazard],
            [(h * w)[:, None] for h, w in zip(hazard, word, strict=True)],
        )
        without += float(scenarios.churn(world, course, plain)[state.active].sum())
        with_word += float(scenarios.churn(world, course, less)[state.active].sum())
    return 1.0 - with_word / max(without, 1e-12)


def _word(world: World, state: State, later: State, first: int) -> np.ndarray:
    """Give the share of each circle, by weight, that would be pleased if everybody had a task with the best offer."""
    codes = list(world.contact.offers)
    best = expected.best_offers(world, state)
    chance = np.stack([np.prod(expected.chances(world, state, code), axis=0) for code in codes])
    pleased = np.choose(best, chance) * (state.people["attitude"] != ATTITUDES.index("sleeping_dog"))
    pleased = (
        pleased
        * state.active
        * later.active
        * faded(world.contact.fading.offer, np.array(later.index - first), np.array(True))
    )
    serial = later.people["serial"]
    place = np.minimum(np.searchsorted(serial, later.circle), len(later) - 1)
    weights = np.array(world.circle.weights)
    return (pleased[place] * (serial[place] == later.circle)) @ (weights / weights.sum())


def _found(power: Strengths, name: str, target: float, shows: Callable[[Strengths], float]) -> Strengths:
    if target == 0:
        return power
    with_most = shows(replace(power, **{name: MOST[name]}))
    if with_most < target:
        raise CallError(
            f"the target of {name} is {target}, at most {with_most:.3f} can be reached",
            where="contact.yaml, targets",
            remedy="lower the target, or raise reach, acceptance or matches",
        )
    strength = brentq(lambda one: shows(replace(power, **{name: one})) - target, 0.0, MOST[name], xtol=1e-4)
    return replace(power, **{name: float(strength)})


def _ratio(numbers: np.ndarray, of: np.ndarray, group: np.ndarray) -> float:
    return float(numbers[group].sum() / max(of[group].sum(), 1e-12))
