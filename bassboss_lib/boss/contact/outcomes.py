"""What came of a month's tasks, once the month is lived: one row per task, with all that feedback will ever say of it.

Nothing is drawn that was not drawn when the month was lived: who was reached and who accepted stands in the state.
"""

from dataclasses import replace

import numpy as np
import pyarrow as pa

from bassboss_lib.boss.choice import take_up
from bassboss_lib.boss.contact import feelings, words
from bassboss_lib.boss.contact.calling import Answers, Tasks, answers, main_causes, tasks_of
from bassboss_lib.boss.contact_terms import KINDS
from bassboss_lib.boss.draws import Draws, Purpose
from bassboss_lib.boss.state import People, State, day_number, month_text
from bassboss_lib.boss.world import World

__all__ = ["outcomes"]

RETENTION, SURVEY, CARE = range(len(KINDS))
NOT_WORKED, NOT_REACHED, DECLINED, ACCEPTED = range(4)


def outcomes(world: World, before: State, after: State, orders: pa.Table) -> pa.Table:
    """Give what came of the tasks of a month.

    Parameters
    ----------
    world : World
        Its terms.
    before, after : State
        The ends of the month before and of the month in which they were worked.
    orders : pyarrow.Table
        Its tasks, as `desk.schedule` made them.

    Returns
    -------
    pyarrow.Table
        The orders, in their order, with ``handled`` (0 not worked, 1 not reached, 2 declined, 3 accepted; of a survey 3
        is answered), ``opinion``, ``response`` (0-10), ``suggestion``, ``theme``, ``satisfaction`` (1-10), ``said``
        (place in `REASONS` of the cause named, -1 if none).
    """
    draws = Draws(int(after.header["seed"]), after.index, Purpose.CONTACT)
    tasks = tasks_of(before, orders)
    answer = answers(world, before, tasks, draws, after.index)
    handled = np.zeros(orders.num_rows, int)
    handled[tasks.order] = _handled(before, after, tasks, answer)
    some = _rows(before, orders["serial"].to_numpy())
    later = _rows(after, some["serial"])
    said, texts = _said(world, some, orders, handled, draws)
    answered = (orders["kind"].to_numpy() == SURVEY) & (handled == ACCEPTED)
    response, theme, suggestion = _surveyed(world, before, orders, answered, draws)
    satisfied = feelings.satisfaction(world, later, after.month, draws.seed)
    met = handled >= DECLINED
    columns = {
        "handled": handled,
        "opinion": texts,
        "response": response,
        "suggestion": suggestion,
        "theme": theme,
        "satisfaction": pa.array(satisfied, mask=~(met & (orders["kind"].to_numpy() == CARE))),
        "said": np.where(met, said, -1),
    }
    for name, column in columns.items():
        orders = orders.append_column(name, column if isinstance(column, pa.Array) else pa.array(column))
    return orders


def _handled(before: State, after: State, tasks: Tasks, answer: Answers) -> np.ndarray:
    """Read 是否处理 off the two states; who left before the day of the task was not worked."""
    serial = before.people["serial"][tasks.row]
    later = _rows(after, serial)
    day = later["status_day"] - day_number(after.month)
    gone = (later["left_index"] == after.index) & (day < np.floor(tasks.passed)) & later["voluntary"]
    met = later["contact_index"] == after.index
    record = np.where(tasks.kind == CARE, later["care_index"], later["offer_index"]) == after.index
    took = np.where((tasks.kind == SURVEY) | (tasks.item < 0), answer.accepted, record)
    there = before.active[tasks.row] & ~gone
    return np.where(met, np.where(took, ACCEPTED, DECLINED), np.where(there, NOT_REACHED, NOT_WORKED))


def _rows(state: State, serial: np.ndarray) -> People:
    """Give the rows of some customers; somebody long forgotten has the row of a neighbour, and left before."""
    place = np.minimum(np.searchsorted(state.people["serial"], serial), len(state) - 1)
    return {name: column[place] for name, column in state.people.items()}


def _said(
    world: World, some: People, orders: pa.Table, handled: np.ndarray, draws: Draws
) -> tuple[np.ndarray, list[str | None]]:
    said = words.said_causes(world.contact, some, main_causes(some), draws)
    kind = orders["kind"].to_numpy()
    retained = words.opinions(some, handled, said, words.says_leaving(some, handled, draws), draws)
    cared = words.care_opinions(some, handled, draws)
    texts = [
        text if which == RETENTION else care if which == CARE else None
        for text, care, which in zip(retained, cared, kind.tolist(), strict=True)
    ]
    return np.where(kind == RETENTION, said, -1), texts


def _surveyed(
    world: World, before: State, orders: pa.Table, answered: np.ndarray, draws: Draws
) -> tuple[pa.Array, pa.Array, pa.Array]:
    """Give answers, themes and suggestions of surveys; null elsewhere. To a plan that nobody can picture all say no."""
    count, month = orders.num_rows, month_text(draws.month_index)
    answer, theme = np.zeros(count, int), np.full(count, "", object)
    suggestion = np.full(count, None, object)
    place = np.minimum(np.searchsorted(before.people["serial"], orders["serial"].to_numpy()), len(before) - 1)
    plans = np.array(orders["plan"].to_pylist(), object)
    for plan in sorted({one for one in plans[answered] if one}):
        rows = np.flatnonzero(answered & (plans == plan))
        whose = replace(before, people={name: column[place[rows]] for name, column in before.people.items()})
        told = feelings.told_plan(plan, orders["plan_text"][int(rows[0])].as_py())
        if told is None:  # nobody can picture it
            theme[rows] = "fee"
            continue
        chance = take_up(world, whose, told)
        answer[rows] = feelings.stated(world, whose.people, chance, month, draws.seed)
        own, new = feelings.bills_with(world, whose.people, told)
        about = words.themes(whose.people, own - new, draws)
        theme[rows] = about
        everybody = np.ones(len(rows), bool)
        suggestion[rows] = words.suggestions(world.contact, whose.people, everybody, about, draws)
    return (
        pa.array(answer, mask=~answered),
        pa.array(theme, pa.string(), mask=~answered),
        pa.array(suggestion, pa.string()),
    )
