"""What each customer's hazards would be if BOSS called in the coming month: for every offer and form of care at once.

Contact scales hazards and leaves everything else that moves a customer alone, so one course of the world without
contact carries all scenarios, and none has to be lived. What an accepted offer or form averts is linear in the causes'
hazards: two products of matrices a month give all of them. Where an accepted offer brings another plan, the hazards
of the months after are taken under that plan.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from bassboss_lib.boss.causes import hazards
from bassboss_lib.boss.change import switched
from bassboss_lib.boss.contact import effects
from bassboss_lib.boss.contact.calling import Tasks, advises, plans_after, weariness
from bassboss_lib.boss.contact.strengths import Strengths
from bassboss_lib.boss.contact_terms import ATTITUDES, CAUSES, KINDS, Contact
from bassboss_lib.boss.state import People, State
from bassboss_lib.boss.world import World

__all__ = ["BRING_A_PLAN", "Course", "churn", "course_of", "declined", "if_called", "monthly", "names", "rows_of"]

SLEEPING_DOG = ATTITUDES.index("sleeping_dog")
RETENTION, SURVEY, CARE = range(len(KINDS))
BRING_A_PLAN = ("O02", "O06", "F10")


@dataclass(frozen=True)
class Course:
    """The coming months without contact in them, the first one being that of the call.

    Parameters
    ----------
    states : tuple of State
        One per month, the same rows in each.
    ratios : dict
        (item, month's place) → what the plan that the item brings makes of each cause's hazard.
    """

    states: tuple[State, ...]
    ratios: dict[tuple[str, int], np.ndarray]

    def rows(self, chosen: np.ndarray) -> "Course":
        """Give some customers alone."""
        states = tuple(rows_of(one, chosen) for one in self.states)
        return Course(states, {key: ratio[chosen] for key, ratio in self.ratios.items()})


def course_of(world: World, states: Sequence[State], items: Sequence[str] = BRING_A_PLAN) -> Course:
    """Make a course of some months, for scenarios in which those of the ``items`` that bring a plan may be accepted."""
    first, ratios = states[0].index, {}
    for place, later in enumerate(states[1:], start=1):
        before = hazards(world, later)
        for item in items:
            ratios[item, place] = _plan_ratio(world, later, item, first, before)
    return Course(tuple(states), ratios)


def names(terms: Contact, items: Sequence[str] | None = None) -> list[str]:
    """Name the scenarios: not reached, called and declined, woken (survey; advice declined), accepted, a form declined.

    ``items`` are the offers and forms that matter, default all.

    Examples
    --------
    >>> from bassboss_lib.boss.contact_terms import read_contact
    >>> names(read_contact())[:5]
    ['none', 'called', 'woken', 'O01', 'O02']
    """
    every = [*terms.offers, *terms.care.forms]
    wanted = every if items is None else [one for one in every if one in items]
    return ["none", "called", "woken", *wanted, *(f"no {one}" for one in wanted if one in terms.care.forms)]


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


def monthly(
    world: World, power: Strengths, course: Course, passed: np.ndarray, items: Sequence[str] | None = None
) -> list[np.ndarray]:
    """Give the voluntary hazards of each month of a course under every scenario.

    Parameters
    ----------
    world, power : World, Strengths
        Terms, and how strong contact is.
    course : Course
        The coming months.
    passed : ndarray
        Share of the first month that has passed when BOSS calls, one per customer.
    items : sequence of str, optional
        Offers and forms that matter; default all.

    Returns
    -------
    list of ndarray
        One per month: a row per customer, a column per scenario of `names`. The first month's hazard is that of the
        whole month, before and after the call.
    """
    found = []
    for place in range(len(course.states)):
        total = _totals(world, power, course, place, items)
        if place == 0:
            found.append(total[:, :1] * passed[:, None] + total * (1 - passed)[:, None])
        else:
            found.append(np.minimum(total, world.hazard_max))
    return found


def churn(world: World, course: Course, hazard: Sequence[np.ndarray]) -> np.ndarray:
    """Give the probability of leaving voluntarily within the course: rows and columns as ``hazard``."""
    here, left = np.ones((len(course.states[0]), 1)), np.zeros_like(hazard[0])
    for later, rate in zip(course.states, hazard, strict=True):
        left += here * rate
        open_still = later.people["months_owed"] < world.payment.close_after
        here = here * (1.0 - rate) * open_still[:, None]
    return left


def _totals(world: World, power: Strengths, course: Course, place: int, items: Sequence[str] | None) -> np.ndarray:
    """Give one month's hazards, summed over causes, under every scenario."""
    later, first = course.states[place], course.states[0].index
    terms, people, index = world.contact, later.people, later.index
    base = np.column_stack([people[f"hazard_{code}"] for code in CAUSES])
    quiet = base / effects.called_part(terms, power, people, index)[:, None]  # as if nobody had ever called
    still, wanted = quiet.sum(axis=1), names(terms, items)
    total = {"none": base.sum(axis=1)}
    for name in wanted:
        if name in ("called", "woken") or name.startswith("no "):
            total[name] = still * effects.called_part(terms, power, _refused(world, people, first, name), index)
    here = _Month(world, power, later, first, {item: course.ratios.get((item, place)) for item in wanted})
    total |= _accepted_offers(here, quiet) | _accepted_forms(here, quiet)
    return np.column_stack([total[name] for name in wanted])


@dataclass(frozen=True)
class _Month:
    """One month of a course: the state, the month of the call, and the ratios of the items that matter."""

    world: World
    power: Strengths
    later: State
    first: int
    ratios: dict[str, np.ndarray | None]

    def under(self, bare: np.ndarray, item: str) -> np.ndarray:
        """Give hazards under the plan that an item brings, if it brings one."""
        ratio = self.ratios[item]
        return bare if ratio is None else bare * ratio


def _refused(world: World, people: People, first: int, name: str) -> People:
    """Give everybody's record in a scenario in which nothing was accepted."""
    item = name.removeprefix("no ")
    form = world.contact.care.forms.get(item)
    return if_called(world, people, first, form.loud if form else 1.0, woken=name == "woken" or item in BRING_A_PLAN)


def _accepted_offers(here: _Month, quiet: np.ndarray) -> dict[str, np.ndarray]:
    """Give the hazards under each offer accepted; an offer takes the place of one on record."""
    terms, people, index = here.world.contact, here.later.people, here.later.index
    record = if_called(here.world, people, here.first)
    bare = quiet / effects.offer_part(terms, here.power, people, index)
    since = np.full(len(here.later), index - here.first)
    works = effects.offer_works(terms, here.power, record, since, since >= 0)
    called = effects.called_part(terms, here.power, record, index)
    found = {}
    for item in terms.offers:
        if item in here.ratios:
            under = here.under(bare, item)
            averts = under @ np.array(list(terms.offers[item].values()))
            found[item] = (under.sum(axis=1) - works * averts) * called
    return found


def _accepted_forms(here: _Month, quiet: np.ndarray) -> dict[str, np.ndarray]:
    """Give the hazards under each form of care accepted; it takes the place of one on record."""
    terms, people, index = here.world.contact, here.later.people, here.later.index
    types = people["latent_type"]
    bare = quiet / effects.care_part(terms, people, index)
    since = np.full(len(here.later), index - here.first)
    left = effects.faded(terms.fading.care, since, people["attitude"] != SLEEPING_DOG)
    found = {}
    for item, form in terms.care.forms.items():
        if item in here.ratios:
            under = here.under(bare, item)
            averts = under @ np.array([form.averts.get(cause, 0.0) for cause in CAUSES])
            record = if_called(here.world, people, here.first, form.loud)
            called = effects.called_part(terms, here.power, record, index)
            found[item] = (under.sum(axis=1) - left * np.array(form.fit)[types] * averts) * called
    return found


def _plan_ratio(world: World, later: State, item: str, first: int, before: np.ndarray) -> np.ndarray:
    """Give what the plan that an item brings makes of each cause's hazard, in a month after the call."""
    terms, people = world.contact, later.people
    care = item in terms.care.forms
    place = list(terms.care.forms if care else terms.offers).index(item)
    kind, one = np.array([CARE if care else RETENTION]), np.zeros(1, np.int64)
    task = Tasks(one, one, one.astype(float), one, kind, np.array([place]))
    plan = plans_after(world, people, task, advises(terms, task))
    moved = replace(later, people=people | switched(world, people, plan != people["plan"], plan, first))
    after = hazards(world, moved)
    return np.where(before > 0, after / np.maximum(before, 1e-300), 1.0)


def rows_of(state: State, chosen: np.ndarray) -> State:
    """Give some customers of a state alone, by their rows."""
    people = {name: column[chosen] for name, column in state.people.items()}
    return replace(state, people=people, circle=state.circle[chosen])
