"""What the contacts on record make of each customer's hazards, and what the tasks of a month add to the record.

Each month `contact_factors` scales every cause's hazard by the contacts on record; where tasks are to be worked in the
month, `work_orders` says who was contacted on which day and what that makes of the rest of the month.

An accepted offer lowers the hazards of the causes that it answers, for receptive customers alone; a contact makes
sleeping dogs leave; repeated contact weakens offers and does harm of its own; advice and surveys wake people up; a
form of care lowers some hazards; and word of it reaches partners in the circle. All of it fades.
"""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from bassboss_lib import months
from bassboss_lib.boss.contact import calling, strengths
from bassboss_lib.boss.contact_terms import ATTITUDES, CAUSES, Contact, Fading
from bassboss_lib.boss.draws import Draws
from bassboss_lib.boss.state import People, State
from bassboss_lib.boss.world import World

__all__ = [
    "Worked",
    "called_part",
    "care_fit",
    "care_part",
    "complaint_factors",
    "contact_factors",
    "factors_on_record",
    "faded",
    "offer_part",
    "offer_works",
    "spread_word",
    "work_orders",
]

RECEPTIVE, SLEEPING_DOG = ATTITUDES.index("receptive"), ATTITUDES.index("sleeping_dog")


@dataclass(frozen=True)
class Worked:
    """What the tasks of a month did.

    Parameters
    ----------
    people : dict
        Columns of the state that changed, all rows.
    day : ndarray of float
        Days of the month that had passed when the customer was contacted; the length of the month for everybody else.
    factor : ndarray of float
        Factor on each cause's hazard from that day to the month's end, beside `contact_factors` before it: one row per
        customer, columns as `REASONS`.
    """

    people: People
    day: np.ndarray
    factor: np.ndarray


def contact_factors(world: World, state: State) -> np.ndarray:
    """Give the factor on each cause's hazard that the contacts on record make: rows of the state, columns as `REASONS`.

    Nobody was ever contacted: ones.
    """
    factor = np.ones((len(state), len(CAUSES)))
    touched = np.flatnonzero(state.people["contact_index"] >= 0)
    if not len(touched):
        return factor
    power = strengths.of_header(state.header)
    some = {name: column[touched] for name, column in state.people.items()}
    factor[touched] = factors_on_record(world.contact, power, some, state.index)
    return factor * (1.0 - power.drift * spread_word(world, state))[:, None]


def factors_on_record(terms: Contact, power: strengths.Strengths, people: People, index: int) -> np.ndarray:
    """Give the factors of some customers from their columns alone, without what their circle tells them.

    Parameters
    ----------
    terms : Contact
        Offers, forms and fading.
    power : Strengths
        Of the world.
    people : dict
        Columns ``attitude``, ``offer``, ``offer_index``, ``contacts``, ``contact_index``, ``advised_index``, ``care``,
        ``care_index``, ``latent_type``.
    index : int
        The month for which factors are wanted.
    """
    scalar = called_part(terms, power, people, index)
    return offer_part(terms, power, people, index) * care_part(terms, people, index) * scalar[:, None]


def offer_part(terms: Contact, power: strengths.Strengths, people: People, index: int) -> np.ndarray:
    """Give the factor of the accepted offer on each cause's hazard."""
    matches = np.array([list(match.values()) for match in terms.offers.values()])
    averts = offer_works(terms, power, people, index - people["offer_index"], people["offer"] >= 0)
    return 1.0 - averts[:, None] * matches[people["offer"]]


def offer_works(
    terms: Contact, power: strengths.Strengths, people: People, months_since: np.ndarray, there: np.ndarray
) -> np.ndarray:
    """Give the share of a cause's hazard that a wholly matching offer averts, for receptive customers alone."""
    earlier = np.maximum(people["contacts"] - 1.0, 0.0)
    left = faded(terms.fading.offer, months_since, there)
    return left * power.offer * (people["attitude"] == RECEPTIVE) / (1.0 + terms.fatigue.weakens * earlier)


def care_part(terms: Contact, people: People, index: int) -> np.ndarray:
    """Give the factor of the accepted form of care on each cause's hazard; sleeping dogs have none of it."""
    averts = np.array([[form.averts.get(cause, 0.0) for cause in CAUSES] for form in terms.care.forms.values()])
    left = faded(terms.fading.care, index - people["care_index"], people["care"] >= 0)
    works = left * care_fit(terms, people) * (people["attitude"] != SLEEPING_DOG)
    return 1.0 - works[:, None] * averts[people["care"]]


def called_part(terms: Contact, power: strengths.Strengths, people: People, index: int) -> np.ndarray:
    """Give the factor of having been called on all hazards alike: anger, fatigue, and being woken."""
    earlier, loud = np.maximum(people["contacts"] - 1.0, 0.0), np.minimum(people["contacts"], 1.0)
    angry = faded(terms.fading.contact, index - people["contact_index"], people["contact_index"] >= 0)
    dog = people["attitude"] == SLEEPING_DOG
    harm = (1.0 + power.dog * dog * loud * angry) * (1.0 + terms.fatigue.harm * earlier * angry)
    woken = faded(terms.fading.wake_up, index - people["advised_index"], people["advised_index"] >= 0)
    return harm * (1.0 + power.wake * woken * ~dog)


def faded(by: Fading, months_since: np.ndarray, there: np.ndarray) -> np.ndarray:
    """Give what is left of an effect, between 0 and 1, some months after its own.

    Examples
    --------
    >>> faded(Fading(months=1, fade=2), np.array([0, 1, 2, 3, 9]), np.ones(5, bool)).tolist()
    [1.0, 1.0, 0.5, 0.0, 0.0]
    """
    over = np.maximum(months_since - by.months, 0)
    return there * np.clip(1.0 - over / max(by.fade, 1), 0.0, 1.0)


def care_fit(terms: Contact, people: People) -> np.ndarray:
    """Give how well the form of care on record suits each customer, 0 where none was accepted."""
    fits = np.array([form.fit for form in terms.care.forms.values()])
    return np.where(people["care"] >= 0, fits[people["care"], people["latent_type"]], 0.0)


def complaint_factors(world: World, people: People, index: int) -> np.ndarray:
    """Give the factor on each customer's chance to complain in a month that a form of care on record makes."""
    terms, factor = world.contact, np.ones(len(people["serial"]))
    cared = np.flatnonzero(people["care"] >= 0)
    if len(cared):
        some = {name: column[cared] for name, column in people.items()}
        averts = np.array([form.complaints for form in terms.care.forms.values()])
        left = faded(terms.fading.care, index - some["care_index"], some["care"] >= 0)
        fit = care_fit(terms, some) * (some["attitude"] != SLEEPING_DOG)
        factor[cared] = 1.0 - averts[some["care"]] * left * fit
    return factor


def spread_word(world: World, state: State) -> np.ndarray:
    """Give each customer's share of the circle, by weight, for whom an accepted offer or care still works."""
    terms, people = world.contact, state.people
    offered = faded(terms.fading.offer, state.index - people["offer_index"], people["offer"] >= 0)
    cared = faded(terms.fading.care, state.index - people["care_index"], people["care"] >= 0)
    pleased = np.maximum(offered, cared) * (people["attitude"] != SLEEPING_DOG) * state.active
    if not pleased.any():
        return pleased
    place = np.minimum(np.searchsorted(people["serial"], state.circle), len(state) - 1)
    known = people["serial"][place] == state.circle
    weights = np.array(world.circle.weights)
    return (pleased[place] * known) @ (weights / weights.sum())


def work_orders(world: World, state: State, orders: pa.Table, moment: np.ndarray, draws: Draws) -> Worked | None:
    """Work the tasks of a month; None if none is worked.

    Parameters
    ----------
    world, state : World, State
        The month as it stands before anybody leaves in it.
    orders : pyarrow.Table
        One row per task, as `desk.schedule` makes them: ``serial``, ``day`` (from 1), ``hour``, ``kind``, ``item``
        (place of the offer or form, -1 for a survey). Of several tasks for one customer the first is worked.
    moment : ndarray of float
        Days of the month after which the customer leaves if nobody calls; infinite for those who stay. A task on a
        later day finds nobody.
    draws : Draws
        Of the month and copy.
    """
    tasks = calling.tasks_of(state, orders)
    there = state.active[tasks.row] & (moment[tasks.row] > tasks.passed)
    tasks = tasks.only(there)
    answer = calling.answers(world, state, tasks, draws, state.index)
    if not answer.reached.any():
        return None
    people = calling.recorded(world, state, tasks, answer)
    rows = tasks.row[answer.reached]
    day, factor = np.full(len(state), float(months.days(state.month))), np.ones((len(state), len(CAUSES)))
    day[rows] = tasks.passed[answer.reached]
    power = strengths.of_header(state.header)
    before, after = (
        factors_on_record(world.contact, power, {name: of[name][rows] for name in of}, state.index)
        for of in (state.people, state.people | people)
    )
    factor[rows] = after / before
    return Worked(people, day, factor)
