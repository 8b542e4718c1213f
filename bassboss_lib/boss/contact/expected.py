"""What a task would do on average: probabilities of getting through and of acceptance, put to the scenarios.

A task is what BOSS can do and what is assigned; whether the customer is reached and accepts is part of its effect.
"""

from collections.abc import Sequence

import numpy as np

from bassboss_lib.boss.contact import scenarios
from bassboss_lib.boss.contact.calling import Tasks, acceptance, main_causes, reach
from bassboss_lib.boss.contact_terms import KINDS, Contact
from bassboss_lib.boss.state import State
from bassboss_lib.boss.world import World

__all__ = ["Chances", "after_task", "best_offers", "chances", "mean_moment"]

RETENTION, SURVEY, CARE = range(len(KINDS))
DAYS = 30.4
Chances = tuple[np.ndarray, np.ndarray]
"""Probability of getting through, and of acceptance by whoever is reached; one of each per customer."""


def mean_moment(world: World) -> float:
    """Give the share of a month that has passed at the middle of BOSS's working days."""
    desk = world.contact.desk
    return (desk.first_day + desk.last_day) / 2.0 / DAYS


def chances(world: World, state: State, item: str) -> Chances:
    """Give the probability that a task of the coming month gets through, and that it is accepted then.

    Parameters
    ----------
    world, state : World, State
        The end of the month before the call.
    item : str
        Code of an offer or a form; empty for a survey.
    """
    terms, people = world.contact, state.people
    care = item in terms.care.forms
    kind = CARE if care else RETENTION if item else SURVEY
    place = list(terms.care.forms if care else terms.offers).index(item) if item else -1
    count = len(state)
    zero = np.zeros(count, np.int64)

    def at(hour: int) -> Tasks:
        return Tasks(zero, zero, zero.astype(float), zero + hour, zero + kind, zero + place)

    through = np.mean([reach(terms, people, at(hour), state.index + 1) for hour in terms.reach.hours], axis=0)
    return through, acceptance(world, people, at(9), state.index + 1)


def after_task(
    terms: Contact, left: np.ndarray, item: str, chance: Chances, items: Sequence[str] | None = None
) -> np.ndarray:
    """Give the probability of leaving if BOSS works a task, from those under the scenarios.

    Parameters
    ----------
    left : ndarray
        As `scenarios.churn` gives it: a row per customer, a column per scenario of ``items``.
    item : str
        Code of an offer or a form; empty for a survey.
    chance : pair of ndarray
        As `chances` gives it.
    """
    columns = scenarios.names(terms, items)
    through, accepts = chance
    refused = left[:, columns.index(scenarios.declined(terms, item))]
    taken = left[:, columns.index(item)] if item else refused
    return (1 - through) * left[:, 0] + through * (accepts * taken + (1 - accepts) * refused)


def best_offers(world: World, state: State) -> np.ndarray:
    """Give the offer (its place) that answers each customer's main cause best."""
    matches = np.array([list(match.values()) for match in world.contact.offers.values()])
    return matches[:, main_causes(state.people)].argmax(axis=0)
