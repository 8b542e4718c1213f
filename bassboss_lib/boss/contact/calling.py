"""One task: does BOSS get through, does the customer accept, and what of it is remembered.

Reach depends on the hour, on age and on earlier contacts; acceptance on attitude, on how well the offer answers the
customer's main cause, and on fatigue. Both are drawn by customer and kind of task, so the same customer answers the
same call alike in every twin world, and an offer that suits better is never refused where a worse one is accepted.
"""

from dataclasses import dataclass, fields

import numpy as np
import pyarrow as pa

from bassboss_lib.boss.billing import best_plan, expected_bills
from bassboss_lib.boss.change import switched
from bassboss_lib.boss.contact_terms import ATTITUDES, CAUSES, KINDS, Contact
from bassboss_lib.boss.draws import Draws, Purpose
from bassboss_lib.boss.state import ACTIVE, People, State, day_number, month_text
from bassboss_lib.boss.world import World

__all__ = [
    "Answers",
    "Tasks",
    "acceptance",
    "answers",
    "main_causes",
    "plans_after",
    "reach",
    "recorded",
    "tasks_of",
    "weariness",
]

RETENTION, SURVEY, CARE = range(len(KINDS))
DAYS_A_YEAR, FORTY = 365.25, 40.0
REACH, ACCEPT = 0, 1  # slots of a customer's draws, by kind of task


@dataclass(frozen=True)
class Tasks:
    """Tasks of a month, one per customer: row of the state, days passed, hour, kind, and place of what is offered.

    ``order`` is the place of the task in the orders; ``item`` is the place of an offer (retention) or a form (care), -1
    for a survey or where nothing is offered.
    """

    order: np.ndarray
    row: np.ndarray
    passed: np.ndarray
    hour: np.ndarray
    kind: np.ndarray
    item: np.ndarray

    def only(self, wanted: np.ndarray) -> "Tasks":
        """Give some of the tasks."""
        return Tasks(*(getattr(self, one.name)[wanted] for one in fields(self)))


@dataclass(frozen=True)
class Answers:
    """What came of tasks: whether the customer was reached, and accepted (a survey: answered)."""

    reached: np.ndarray
    accepted: np.ndarray


def tasks_of(state: State, orders: pa.Table) -> Tasks:
    """Find the customers of some orders in a state; of several orders for one customer the earliest counts.

    Orders without a day (0) are not worked.
    """
    columns = {name: orders[name].to_numpy() for name in ("serial", "day", "hour", "kind", "item")}
    order = np.lexsort((np.arange(len(columns["serial"])), columns["hour"], columns["day"], columns["serial"]))
    order = order[columns["day"][order] > 0]
    serial = columns["serial"][order]
    place = np.minimum(np.searchsorted(state.people["serial"], serial), len(state) - 1)
    first = np.diff(serial, prepend=-1) != 0
    chosen = order[first & (state.people["serial"][place] == serial)]
    row = np.searchsorted(state.people["serial"], columns["serial"][chosen])
    passed = columns["day"][chosen] - 1 + columns["hour"][chosen] / 24.0
    return Tasks(chosen, row, passed, columns["hour"][chosen], columns["kind"][chosen], columns["item"][chosen])


def answers(world: World, state: State, tasks: Tasks, draws: Draws, index: int) -> Answers:
    """Draw what comes of tasks if the customer is still there; ``index`` is the month in which they are worked.

    Only what a month does not move before its contacts counts, so the same is found from the state before the month.
    """
    some = {name: column[tasks.row] for name, column in state.people.items()}
    drawn, slot = draws.of(Purpose.CONTACT), tasks.kind * 4
    reached = drawn.uniform(some["serial"], slot + REACH) < reach(world.contact, some, tasks, index)
    agrees = drawn.uniform(some["serial"], slot + ACCEPT) < acceptance(world, some, tasks, index)
    return Answers(reached, reached & agrees)


def reach(terms: Contact, people: People, tasks: Tasks, index: int) -> np.ndarray:
    """Give the probability that a task gets through to each of some customers."""
    by = terms.reach
    hours = np.array([by.hours.get(hour, min(by.hours.values())) for hour in range(24)])
    day = day_number(month_text(index))
    decades = np.maximum((day - people["birth_day"]) / DAYS_A_YEAR - FORTY, 0.0) / 10.0
    loud = np.array([form.loud for form in terms.care.forms.values()])
    quiet = np.where(tasks.kind == CARE, 1.0 - loud[tasks.item], 0.0)
    level = by.base + hours[tasks.hour] + by.per_decade * decades + by.message * quiet
    level += by.per_contact * weariness(terms, people, index)
    level += by.suspended * ~np.isin(people["status"], (ACTIVE[0], 0))
    return 1.0 / (1.0 + np.exp(-level))


def acceptance(world: World, people: People, tasks: Tasks, index: int) -> np.ndarray:
    """Give the probability that each of some customers, once reached, accepts; of a survey: answers at all."""
    terms, by = world.contact, world.contact.accept
    base = np.array([getattr(by, name) for name in ATTITUDES])[people["attitude"]]
    matches = np.array([list(match.values()) for match in terms.offers.values()])
    fits = np.array([form.fit for form in terms.care.forms.values()])
    suits = matches[np.minimum(tasks.item, len(matches) - 1), main_causes(people)]
    fit = np.minimum(fits[tasks.item, people["latent_type"]] / 2.0, 1.0)
    suits = np.where(tasks.item < 0, 0.0, np.where(tasks.kind == CARE, fit, suits))
    willing = np.where(people["attitude"] == len(ATTITUDES) - 1, 0.2, 1.0)
    chance = base + by.match * suits * willing + by.per_contact * weariness(terms, people, index)
    answering = np.array([terms.survey.answers[name] for name in ATTITUDES])[people["attitude"]]
    return np.clip(np.where(tasks.kind == SURVEY, answering, chance), 0.0, 0.98)


def weariness(terms: Contact, people: People, index: int) -> np.ndarray:
    """Give how many contacts weigh on each customer: those reached so far, faded by the month."""
    met = people["contact_index"] >= 0
    months_since = np.where(met, np.maximum(index - people["contact_index"], 0), 0)
    return met * people["contacts"] * terms.fatigue.decay**months_since


def main_causes(people: People) -> np.ndarray:
    """Give each customer's largest cause in the month before, as its place in `REASONS`; R99 for a newcomer."""
    hazard = np.stack([people[f"hazard_{code}"] for code in CAUSES])
    return np.where(hazard.any(axis=0), hazard.argmax(axis=0), len(CAUSES) - 1)


def recorded(world: World, state: State, tasks: Tasks, answer: Answers) -> People:
    """Give the columns of the state that the tasks of its month change, all rows."""
    terms, people, index = world.contact, state.people, state.index
    columns = ("offer", "offer_index", "care", "care_index", "contact_index", "advised_index", "contacts")
    new = {name: people[name].copy() for name in columns}
    met = tasks.only(answer.reached)
    taken = answer.accepted[answer.reached]
    loud = np.array([form.loud for form in terms.care.forms.values()])
    some = {name: column[met.row] for name, column in people.items()}
    new["contacts"][met.row] = weariness(terms, some, index) + np.where(met.kind == CARE, loud[met.item], 1.0)
    new["contact_index"][met.row] = index
    for kind, name in ((RETENTION, "offer"), (CARE, "care")):
        rows = met.row[taken & (met.kind == kind) & (met.item >= 0)]
        new[name][rows] = met.item[taken & (met.kind == kind) & (met.item >= 0)]
        new[f"{name}_index"][rows] = index
    advice = advises(terms, met)
    new["advised_index"][met.row[(met.kind == SURVEY) | (advice & ~taken)]] = index
    plan = people["plan"].copy()
    plan[met.row[taken]] = plans_after(world, some, met, advice)[taken]
    return new | switched(world, people, plan != people["plan"], plan, index)


def advises(terms: Contact, tasks: Tasks) -> np.ndarray:
    """Tell which tasks are plan advice: offer O06 and form F10."""
    offers, forms = list(terms.offers), list(terms.care.forms)
    by_offer = (tasks.kind == RETENTION) & (tasks.item == offers.index("O06"))
    return by_offer | ((tasks.kind == CARE) & (tasks.item == forms.index("F10")))


def plans_after(world: World, people: People, tasks: Tasks, advice: np.ndarray) -> np.ndarray:
    """Give the plan that each customer has after accepting: advice finds the cheapest, an upgrade the next larger."""
    plan = people["plan"].copy()
    best = best_plan(world, expected_bills(world, people, people["activity"]), plan)
    upgrade = (tasks.kind == RETENTION) & (tasks.item == list(world.contact.offers).index("O02"))
    return np.where(advice, best, np.where(upgrade, _next_larger(world)[plan], plan))


def _next_larger(world: World) -> np.ndarray:
    """Give, for each plan, the plan of its brand with the next higher fee; the largest stays."""
    fees = [plan.fee_fen for plan in world.plans]
    larger = []
    for place, plan in enumerate(world.plans):
        same = [one for one, other in enumerate(world.plans) if other.brand == plan.brand and not other.shared]
        above = [one for one in same if fees[one] > fees[place]]
        larger.append(min(above, key=lambda one: fees[one], default=place))
    return np.array(larger)
