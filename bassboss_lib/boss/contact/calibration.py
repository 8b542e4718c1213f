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

__all__ = ["calibrated", "effects_of", "group_of"]

MOST = {"offer": AVERTED_MOST, "dog": 30.0, "wake": 30.0, "drift": AVERTED_MOST}
HALF = 0.5
CUSTOMERS_LEAST, CUSTOMERS_MOST = 1_000, 10_000  # to find strengths from


def calibrated(world: World, state: State, courses: Sequence[Sequence[State]]) -> Strengths:
    """Find the strengths that give the targets; a small world takes those of the shipped one.

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
    if state.active.sum() < CUSTOMERS_LEAST:
        return Strengths()
    targets, power = world.contact.targets, Strengths(0.0, 0.0, 0.0, 0.0)
    shown = {name: _Shown(world, state, courses, name) for name in ("wake_up", "sleeping_dog", "best_offer")}
    for name, target, shows in (
        ("wake", targets.wake_up, shown["wake_up"].at),
        ("dog", targets.sleeping_dog, shown["sleeping_dog"].at),
        ("offer", targets.best_offer, shown["best_offer"].at),
        ("drift", targets.drift, _Drift(world, state, courses).at),
    ):
        power = _found(power, name, target, shows)
    return power


class _Shown:
    """What one target speaks of, as a function of strengths: a share of three-month churn in a group."""

    def __init__(self, world: World, state: State, courses: Sequence[Sequence[State]], name: str) -> None:
        rows = np.flatnonzero(group_of(state, name))
        rows = rows[:: max(1, len(rows) // CUSTOMERS_MOST)]
        self.world, self.name = world, name
        self.items = () if name == "wake_up" else tuple(world.contact.offers)
        self.state = scenarios.rows_of(state, rows)
        self.chances = {code: expected.chances(world, self.state, code) for code in self.items or ("",)}
        self.best = expected.best_offers(world, self.state) if self.items else np.zeros(len(rows), int)
        brings = [item for item in scenarios.BRING_A_PLAN if item in self.items]
        self.courses = [
            scenarios.course_of(world, [scenarios.rows_of(one, rows) for one in states], brings) for states in courses
        ]

    def at(self, power: Strengths) -> float:
        """Give the share averted (of an offer) or added (by anger, by waking)."""
        world = self.world
        passed = np.full(len(self.state), expected.mean_moment(world))
        left = np.mean(
            [
                scenarios.churn(world, one, scenarios.monthly(world, power, one, passed, self.items))
                for one in self.courses
            ],
            axis=0,
        )
        each = [
            expected.after_task(world.contact, left, code, chance, self.items) for code, chance in self.chances.items()
        ]
        tasked = np.choose(self.best, each)
        change = float(tasked.sum() / max(left[:, 0].sum(), 1e-12)) - 1.0
        return -change if self.name == "best_offer" else change


def group_of(state: State, name: str) -> np.ndarray:
    """Tell who belongs to the group of which a target speaks: persuadables, sleeping dogs, or everybody else."""
    dog = state.people["attitude"] == ATTITUDES.index("sleeping_dog")
    receptive = state.people["attitude"] == ATTITUDES.index("receptive")
    return state.active & {"best_offer": receptive, "sleeping_dog": dog, "wake_up": ~dog}[name]


def effects_of(world: World, state: State, courses: Sequence[Sequence[State]], power: Strengths) -> dict[str, float]:
    """Give what the targets speak of, as strengths make it: shares of three-month churn averted or added."""
    shares = {name: _Shown(world, state, courses, name).at(power) for name in ("best_offer", "sleeping_dog", "wake_up")}
    return shares | {"drift": _Drift(world, state, courses).at(power)}


class _Drift:
    """The share of churn averted among customers not contacted, while a random half is, with the best offers."""

    def __init__(self, world: World, state: State, courses: Sequence[Sequence[State]]) -> None:
        self.world, self.active = world, state.active
        self.courses = [scenarios.Course(tuple(states), {}) for states in courses]
        pleased = _pleased(world, state)
        self.heard = [[_word(world, pleased, one, states[0].index) for one in states] for states in courses]

    def at(self, power: Strengths) -> float:
        """Give the share averted."""
        left = np.zeros(2)
        for course, heard in zip(self.courses, self.heard, strict=True):
            hazard = [
                np.outer(np.sum([one.people[f"hazard_{code}"] for code in CAUSES], axis=0), [1.0, 1.0])
                for one in course.states
            ]
            for rate, word in zip(hazard, heard, strict=True):
                rate[:, 1] *= 1.0 - power.drift * HALF * word
            left += scenarios.churn(self.world, course, hazard)[self.active].sum(axis=0)
        return float(1.0 - left[1] / max(left[0], 1e-12))


def _pleased(world: World, state: State) -> np.ndarray:
    """Give each customer's probability to accept the best offer if BOSS works a task, sleeping dogs apart."""
    each = [np.prod(expected.chances(world, state, code), axis=0) for code in world.contact.offers]
    dog = state.people["attitude"] == ATTITUDES.index("sleeping_dog")
    return np.choose(expected.best_offers(world, state), each) * ~dog * state.active


def _word(world: World, pleased: np.ndarray, later: State, first: int) -> np.ndarray:
    """Give the share of each circle, by weight, for whom an offer works, if everybody had a task; none in its month."""
    left = faded(world.contact.fading.offer, np.array(later.index - first), np.array(later.index > first))
    serial, there = later.people["serial"], pleased * later.active * left
    place = np.minimum(np.searchsorted(serial, later.circle), len(later) - 1)
    weights = np.array(world.circle.weights)
    return (there[place] * (serial[place] == later.circle)) @ (weights / weights.sum())


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
