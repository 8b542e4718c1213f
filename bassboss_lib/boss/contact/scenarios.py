"""What each customer's hazards would be if BOSS called in the coming month: for every offer and form of care at once.

Contact scales hazards and leaves everything else that moves a customer alone, so one course of the world without
contact carries all scenarios, and none has to be lived. What an accepted offer or form averts is linear in the causes'
hazards: two products of matrices a month give all of them. Where an accepted offer brings another plan, the hazards
of the months after are taken under that plan.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from bassboss_lib.boss.causes import hazards
from bassboss_lib.boss.change import switched
from bassboss_lib.boss.contact import effects
from bassboss_lib.boss.contact.calling import Tasks, advises, plans_after, weariness
from bassboss_lib.boss.contact.strengths import Strengths
from bassboss_lib.boss.contact.types import latent_types
from bassboss_lib.boss.contact_terms import ATTITUDES, CAUSES, KINDS, Contact
from bassboss_lib.boss.state import People, State
from bassboss_lib.boss.world import World

__all__ = ["churn", "declined", "if_called", "monthly", "names"]

SLEEPING_DOG = ATTITUDES.index("sleeping_dog")
RETENTION, SURVEY, CARE = range(len(KINDS))
BRING_A_PLAN = ("O02", "O06", "F10")


def names(terms: Contact) -> list[str]:
    """Name the scenarios: not reached, called and declined, woken (survey; advice declined), accepted, a form declined.

    Examples
    --------
    >>> from bassboss_lib.boss.contact_terms import read_contact
    >>> names(read_contact())[:5]
    ['none', 'called', 'woken', 'O01', 'O02']
    """
    forms = list(terms.care.forms)
    return ["none", "called", "woken", *terms.offers, *forms, *(f"no {form}" for form in forms)]


def declined(terms: Contact, item: str) -> str:
    """Name the scenario in which an offer or form is declined; a survey (``""``) wakes whoever is reached."""
    if item in terms.care.forms:
        return f"no {item}"
    return "woken" if item in ("O06", "") else "called"


def if_called(world: World, people: People, first: int, loud: float = 1.0, *, woken: bool = False) -> People:
    """Give the columns of everybody's record if BOSS had got through in the month ``first``."""
    when = np.full(len(people["serial"]), first)
    record = {"contact_index": when, "contacts": weariness(world.contact, people, first) + loud}
    return people | record | ({"advised_index": when} if woken else {})


def monthly(world: World, power: Strengths, course: Sequence[State], passed: np.ndarray) -> list[np.ndarray]:
    """Give the voluntary hazards of each month of a course under every scenario.

    Parameters
    ----------
    world, power : World, Strengths
        Terms, and how strong contact is.
    course : sequence of State
        The coming months without contact in them, the first one being that of the call.
    passed : ndarray
        Share of the first month that has passed when BOSS calls, one per customer.

    Returns
    -------
    list of ndarray
        One per month: a row per customer, a column per scenario of `names`. The first month's hazard is that of the
        whole month, before and after the call.
    """
    first, found = course[0].index, []
    for later in course:
        total = _totals(world, power, later, first)
        if later.index == first:
            found.append(total[:, :1] * passed[:, None] + total * (1 - passed)[:, None])
        else:
            found.append(np.minimum(total, world.hazard_max))
    return found


def churn(world: World, course: Sequence[State], hazard: Sequence[np.ndarray]) -> np.ndarray:
    """Give the probability of leaving voluntarily within the course: rows and columns as ``hazard``."""
    here, left = np.ones((len(course[0]), 1)), np.zeros_like(hazard[0])
    for later, rate in zip(course, hazard, strict=True):
        left += here * rate
        open_still = later.people["months_owed"] < world.payment.close_after
        here = here * (1.0 - rate) * open_still[:, None]
    return left


def _totals(world: World, power: Strengths, later: State, first: int) -> np.ndarray:
    """Give one month's hazards, summed over causes, under every scenario."""
    terms, people, index = world.contact, later.people, later.index
    base = np.column_stack([people[f"hazard_{code}"] for code in CAUSES])
    quiet = base / effects.called_part(terms, power, people, index)[:, None]  # as if nobody had ever called
    still, records = quiet.sum(axis=1), _records(world, people, first)
    called = {name: effects.called_part(terms, power, record, index) for name, record in records.items()}
    total = {"none": base.sum(axis=1)} | {name: still * factor for name, factor in called.items()}
    total |= _accepted_offers(world, power, later, first, quiet) | _accepted_forms(world, power, later, first, quiet)
    return np.column_stack([total[name] for name in names(terms)])


def _records(world: World, people: People, first: int) -> dict[str, People]:
    """Give everybody's record in the scenarios in which nothing was accepted."""
    forms = world.contact.care.forms
    plain = {"called": if_called(world, people, first), "woken": if_called(world, people, first, woken=True)}
    return plain | {
        f"no {item}": if_called(world, people, first, form.loud, woken=item in BRING_A_PLAN)
        for item, form in forms.items()
    }


def _accepted_offers(world: World, power: Strengths, later: State, first: int, quiet: np.ndarray) -> dict:
    """Give the hazards under each offer accepted; an offer takes the place of one on record."""
    terms, index = world.contact, later.index
    record = if_called(world, later.people, first)
    bare = quiet / effects.offer_part(terms, power, later.people, index)
    since = np.full(len(later), index - first)
    works = effects.offer_works(terms, power, record, since, np.ones(len(later), bool))
    called = effects.called_part(terms, power, record, index)
    found = {}
    for item, match in terms.offers.items():
        under = bare * _plan_ratio(world, later, item, first)
        found[item] = (under.sum(axis=1) - works * (under @ np.array(list(match.values())))) * called
    return found


def _accepted_forms(world: World, power: Strengths, later: State, first: int, quiet: np.ndarray) -> dict:
    """Give the hazards under each form of care accepted; it takes the place of one on record."""
    terms, people, index = world.contact, later.people, later.index
    types = latent_types(world, people, later.month)
    bare = quiet / effects.care_part(terms, people, index, types)
    since = np.full(len(later), index - first)
    left = effects.faded(terms.fading.care, since, people["attitude"] != SLEEPING_DOG)
    found = {}
    for item, form in terms.care.forms.items():
        under = bare * _plan_ratio(world, later, item, first)
        averts = np.array([form.averts.get(cause, 0.0) for cause in CAUSES])
        called = effects.called_part(terms, power, if_called(world, people, first, form.loud), index)
        found[item] = (under.sum(axis=1) - left * np.array(form.fit)[types] * (under @ averts)) * called
    return found


def _plan_ratio(world: World, later: State, item: str, first: int) -> np.ndarray:
    """Give what the plan that an item brings makes of each cause's hazard, in the months after the call."""
    if item not in BRING_A_PLAN or later.index == first:
        return np.ones((1, len(CAUSES)))
    terms, people = world.contact, later.people
    care = item in terms.care.forms
    place = list(terms.care.forms if care else terms.offers).index(item)
    kind, one = np.array([CARE if care else RETENTION]), np.zeros(1, np.int64)
    task = Tasks(one, one, one.astype(float), one, kind, np.array([place]))
    plan = plans_after(world, people, task, advises(terms, task))
    moved = replace(later, people=people | switched(world, people, plan != people["plan"], plan, first))
    before, after = hazards(world, later), hazards(world, moved)
    return np.where(before > 0, after / np.maximum(before, 1e-300), 1.0)
