"""Potential outcomes: what happens to each customer under every choice that BOSS has, lived once, looked up ever after.

One course of the next three months, the one that the world will live, carries all choices; a customer has one number a
month that decides whether the hazard is enough to leave. So outcomes are fixed, an assignment is a look-up, and a
campaign can be assigned anew thousands of times a minute: coverage of intervals is measured so. Word of mouth between
customers is left out: what happens to one does not depend on whom else BOSS calls.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from bassboss_lib import engine, months
from bassboss_lib.boss.change import complaint_chances
from bassboss_lib.boss.choice import take_up
from bassboss_lib.boss.contact import calling, feelings, scenarios, strengths, twins
from bassboss_lib.boss.contact.effects import complaint_factors
from bassboss_lib.boss.contact_terms import KINDS
from bassboss_lib.boss.draws import Draws, Purpose
from bassboss_lib.boss.identity import customer_ids
from bassboss_lib.boss.life import advance
from bassboss_lib.boss.state import People, State
from bassboss_lib.boss.world import World
from bassboss_lib.errors import CallError

__all__ = ["NOBODY", "Potential", "load", "potential_outcomes"]

NOBODY = "none"
MEASURES = ("reached", "accepted", "left_month", "revenue_fen", "arpu_fen", "complained", "satisfaction")
SURVEYED = ("response", "takes", "chance", "revenue_new_fen")
TAKES = 120  # slot of a customer's draws


@dataclass(frozen=True)
class Potential:
    """Outcomes of every customer under every option.

    Parameters
    ----------
    serial : ndarray of int
        Customers in network at the end of the month, ordered.
    options : tuple of str
        ``none`` first, then offers, forms of care and ``survey``, as asked for.
    columns : dict
        Measure → array with a row per customer and a column per option: ``reached``, ``accepted`` (booleans),
        ``left_month`` (int8; 0 stayed, else the month after the first in which the customer left voluntarily, 1 to 3),
        ``revenue_fen`` (int64; bills expected over the three months until leaving, under the plan then held),
        ``arpu_fen`` (int64; of that, a month in network), ``complained`` (boolean; in the two months after the call,
        while in network), ``satisfaction`` (int8; 1 to 10, what the customer would answer at the end of the first
        month).
    asked : dict
        Of a survey with a plan, one entry per customer: ``response`` (int8; 0 to 10, -1 where none is given),
        ``chance`` (true probability to take the plan), ``takes`` (boolean), ``revenue_new_fen`` (int64; expected
        monthly bill under it). Empty without a plan.
    """

    serial: np.ndarray
    options: tuple[str, ...]
    columns: Mapping[str, np.ndarray]
    asked: Mapping[str, np.ndarray]

    @property
    def customer_id(self) -> np.ndarray:
        """Ids of the customers, in clear."""
        return customer_ids(self.serial)

    def observe(self, assignment: np.ndarray, measures: Sequence[str] = MEASURES) -> dict[str, np.ndarray]:
        """Look up what would be seen if BOSS did as assigned.

        Parameters
        ----------
        assignment : ndarray of int
            Place in ``options``, one per customer.
        measures : sequence of str
            Which columns; fewer is quicker. ``left`` (boolean) is whether ``left_month`` names one.

        Examples
        --------
        >>> two = Potential(np.array([1, 2]), ("none", "O01"), {"left_month": np.array([[2, 0], [0, 0]])}, {})
        >>> two.observe(np.array([1, 0]), ["left_month"])["left_month"].tolist()
        [0, 0]
        """
        flat = np.arange(len(self.serial)) * len(self.options) + assignment
        return {name: self._table(name).ravel()[flat] for name in measures}

    def effect(self, option: str, measure: str = "left") -> np.ndarray:
        """Give the difference that an option makes to each customer; measures as `observe` takes them."""
        column = self._table(measure)
        return column[:, self.options.index(option)].astype(np.int64) - column[:, 0].astype(np.int64)

    def _table(self, measure: str) -> np.ndarray:
        return self.columns["left_month"] > 0 if measure == "left" else self.columns[measure]

    def save(self, path: Path) -> Path:
        """Write the table: a row per customer, a column per measure and option (``left_month_O01``) or ``asked_…``."""
        wide = {
            f"{name}_{option}": column[:, place]
            for name, column in self.columns.items()
            for place, option in enumerate(self.options)
        }
        asked = {f"asked_{name}": column for name, column in self.asked.items()}
        table = pa.table({"serial": self.serial} | wide | asked)
        return engine.write_table(table.replace_schema_metadata({"options": ",".join(self.options)}), path, ["serial"])


def load(path: Path) -> Potential:
    """Read a table that `Potential.save` wrote."""
    table = pq.read_table(path, partitioning=None)
    options = tuple((table.schema.metadata or {})[b"options"].decode().split(","))
    columns = {name: np.column_stack([table[f"{name}_{option}"].to_numpy() for option in options]) for name in MEASURES}
    asked = {name.removeprefix("asked_"): table[name].to_numpy() for name in table.column_names if name[:6] == "asked_"}
    return Potential(table["serial"].to_numpy(), options, columns, asked)


def potential_outcomes(
    world: World, state: State, options: Sequence[str] | None = None, plan: tuple[str, str] | None = None, copy: int = 0
) -> Potential:
    """Live the next three months once, and give everybody's outcomes under every option.

    Parameters
    ----------
    world, state : World, State
        A world at a month's end; BOSS would call in the next month.
    options : sequence of str, optional
        Codes of offers and forms, and ``survey``; default all of them. ``none`` comes first in any case.
    plan : (str, str), optional
        Code and words of the plan that a survey is about, as unit 32001 carries them.
    copy : int
        0 is what this world will live; other numbers give other worlds of the same customers.

    Raises
    ------
    CallError
        If an option is unknown, or neither catalogue nor words tell what the plan costs.
    """
    terms = world.contact
    known = [*terms.offers, *terms.care.forms, "survey"]
    chosen = known if options is None else [one for one in options if one != NOBODY]
    unknown = sorted(set(chosen) - set(known))
    if unknown:
        raise CallError(f"unknown options {', '.join(unknown)}", where="options", remedy=f"choose from {known[0]} …")
    rows = np.flatnonzero(state.active)
    here, course = scenarios.rows_of(state, rows), _course(world, state, rows, copy)
    columns: dict[str, list[np.ndarray]] = {name: [] for name in MEASURES}
    for option in (NOBODY, *chosen):
        for name, column in _outcomes(world, here, course, option, copy).items():
            columns[name].append(column)
    stacked = {name: np.column_stack(parts) for name, parts in columns.items()}
    asked = _asked(world, here, plan, copy) if plan else {}
    return Potential(here.people["serial"], (NOBODY, *chosen), stacked, asked)


def _course(world: World, state: State, rows: np.ndarray, copy: int) -> scenarios.Course:
    later, states = state, []
    for _ in range(world.contact.horizon_months):
        later = advance(world, later, Draws(state.origin.seed, later.index + 1, Purpose.USE, copy=copy))
        states.append(scenarios.rows_of(later, rows))
    return scenarios.course_of(world, states)


def _outcomes(world: World, here: State, course: scenarios.Course, option: str, copy: int) -> dict[str, np.ndarray]:
    """Give every measure under one option."""
    first, terms = course.states[0], world.contact
    draws = Draws(here.origin.seed, first.index, Purpose.CONTACT, copy=copy)
    called = "survey" if option == NOBODY else option  # nobody is reached then
    tasks = calling.tasks_of(here, twins.orders_for(world, here, np.ones(len(here), bool), called))
    answer = calling.answers(world, here, tasks, draws, first.index)
    item = "" if option in (NOBODY, "survey") else option
    passed = tasks.passed / months.days(first.month)
    items = [item] if item else []
    hazard = scenarios.monthly(world, strengths.of_header(here.header), course, passed, items)
    names = scenarios.names(terms, items)
    chance = [_uniform(here, state, copy) for state in course.states]
    there = chance[0] >= hazard[0][:, 0] * passed
    reached = answer.reached & there & (option != NOBODY)
    accepted = answer.accepted & reached
    refused = names.index(scenarios.declined(terms, item))
    taken = names.index(item) if item else refused
    column = np.where(accepted, taken, np.where(reached, refused, 0))
    left = _left(world, course, [rate[np.arange(len(here)), column] for rate in hazard], chance)
    people = _record(world, first, tasks, reached, accepted)
    revenue, stayed = _revenue(world, course, left, people)
    return {
        "reached": reached,
        "accepted": accepted,
        "left_month": left,
        "revenue_fen": revenue,
        "arpu_fen": np.round(revenue / stayed).astype(np.int64),
        "complained": _complained(world, course, left, people, copy),
        "satisfaction": feelings.satisfaction(world, people, first.month, here.origin.seed).astype(np.int8),
    }


def _uniform(here: State, later: State, copy: int) -> np.ndarray:
    draws = Draws(here.origin.seed, later.index, Purpose.DEPARTURE, copy=copy)
    return draws.uniform(here.people["serial"])


def _left(
    world: World, course: scenarios.Course, rates: Sequence[np.ndarray], chance: Sequence[np.ndarray]
) -> np.ndarray:
    """Give the month in which each customer leaves voluntarily, 0 for those who stay or are closed before."""
    left, open_still = np.zeros(len(rates[0]), np.int8), np.ones(len(rates[0]), bool)
    for place, (state, rate, drawn) in enumerate(zip(course.states, rates, chance, strict=True), start=1):
        leaves = open_still & (drawn < rate)
        left[leaves] = place
        open_still &= ~leaves & (state.people["months_owed"] < world.payment.close_after)
    return left


def _record(world: World, first: State, tasks: calling.Tasks, reached: np.ndarray, accepted: np.ndarray) -> People:
    """Give everybody's columns at the end of the first month, with what the call left on record."""
    return first.people | calling.recorded(world, first, tasks, calling.Answers(reached, accepted))


def _revenue(world: World, course: scenarios.Course, left: np.ndarray, people: People) -> tuple[np.ndarray, np.ndarray]:
    """Add up expected bills until leaving, and months until then; the month of leaving counts half."""
    total, stayed = np.zeros(len(left)), np.zeros(len(left))
    moved = {"plan": people["plan"]}
    for place, state in enumerate(course.states, start=1):
        share = np.where((left == 0) | (left > place), 1.0, np.where(left == place, 0.5, 0.0))
        total += share * feelings.own_bills(world, state.people | moved)
        stayed += share
    return np.round(total).astype(np.int64), stayed


def _complained(world: World, course: scenarios.Course, left: np.ndarray, people: People, copy: int) -> np.ndarray:
    """Tell who complains after the month of the call; what a form of care on record calms counts."""
    found, cared = np.zeros(len(left), bool), {name: people[name] for name in ("care", "care_index")}
    closed = course.states[0].people["months_owed"] >= world.payment.close_after
    for place, state in enumerate(course.states[1:], start=2):
        drawn = Draws(state.origin.seed, state.index, Purpose.COMPLAINT, copy=copy).uniform(state.people["serial"])
        calmed = complaint_factors(world, state.people | cared, state.index)
        level = complaint_chances(world, state.people)[-1]
        found |= (drawn / calmed < level) & ((left == 0) | (left >= place)) & ~closed
        closed |= state.people["months_owed"] >= world.payment.close_after
    return found


def _asked(world: World, here: State, plan: tuple[str, str], copy: int) -> dict[str, np.ndarray]:
    people, seed = here.people, here.origin.seed
    told = feelings.told_plan(*plan)
    if told is None:
        raise CallError("nobody can tell what the plan costs", where=plan[0], remedy="say the monthly fee in its words")
    chance = take_up(world, here, told)
    drawn = Draws(seed, here.index + 1, Purpose.CONTACT, copy=copy)
    answers = drawn.uniform(people["serial"], KINDS.index("survey") * 4 + calling.ACCEPT)
    willing = answers < np.array(list(world.contact.survey.answers.values()))[people["attitude"]]
    said = feelings.stated(world, people, chance, months.add(here.month, 1), seed)
    return {
        "response": np.where(willing, said, -1).astype(np.int8),
        "chance": chance,
        "takes": drawn.uniform(people["serial"], TAKES) < chance,
        "revenue_new_fen": np.round(feelings.bills_with(world, people, told)[1]).astype(np.int64),
    }
