"""Who leaves in a month, when and why, and the status of everybody at its end.

One number a customer and month decides: with a monthly hazard h, whoever draws u < h leaves, after the share u / h of
the month. A contact on a day of the month is made only if the customer has not left before; from then on the hazard
is another, and the same u decides. So twin worlds stay coupled, customer by customer.
"""

from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa

from bassboss_lib import months
from bassboss_lib.boss.causes import hazards
from bassboss_lib.boss.contact.effects import Worked, contact_factors, work_orders
from bassboss_lib.boss.draws import Draws, Purpose
from bassboss_lib.boss.state import People, State, day_number
from bassboss_lib.boss.world import REASONS, World

__all__ = ["departures"]

NOBODY = np.inf


@dataclass(frozen=True)
class _Leaving:
    """Who leaves, after how many days of the month, and the place of the reason in `REASONS`."""

    leaves: np.ndarray
    after_days: np.ndarray
    reason: np.ndarray


def departures(world: World, state: State, draws: Draws, orders: pa.Table | None = None) -> State:
    """Draw who leaves and why, work the month's tasks, and set everybody's status at the month's end."""
    hazard = hazards(world, state) * contact_factors(world, state)
    hazard /= np.maximum(hazard.sum(axis=1) / world.hazard_max, 1.0)[:, None]
    chance = draws.of(Purpose.DEPARTURE).uniform(state.people["serial"])
    length = months.days(state.month)
    total = hazard.sum(axis=1)
    moment = np.where(state.active & (chance < total), length * chance / np.maximum(total, 1e-12), NOBODY)
    worked = None if orders is None else work_orders(world, state, orders, moment, draws)
    if worked is not None:
        state = replace(state, people=state.people | worked.people)
    left = _left(state, draws.of(Purpose.DEPARTURE), hazard, chance, worked)
    changes = {f"hazard_{code}": hazard[:, place] for place, code in enumerate(REASONS)}
    return replace(state, people=state.people | changes | _statuses(world, state, draws, left))


def _left(state: State, draws: Draws, before: np.ndarray, chance: np.ndarray, worked: Worked | None) -> _Leaving:
    """Tell who leaves: with the hazard ``before`` until the day of contact, and what it then becomes after it."""
    length, serial = months.days(state.month), state.people["serial"]
    day = np.full(len(state), float(length)) if worked is None else worked.day
    after = before if worked is None else before * worked.factor
    early, late = (hazard.sum(axis=1) for hazard in (before, after))
    until_contact = early * day / length
    leaves = state.active & (chance < until_contact + late * (1 - day / length))
    first = chance < until_contact
    after_days = np.where(
        first,
        length * chance / np.maximum(early, 1e-12),
        day + length * (chance - until_contact) / np.maximum(late, 1e-12),
    )
    hazard = np.where(first[:, None], before, after)
    share = draws.uniform(serial, 1) * hazard.sum(axis=1)
    reason = (hazard.cumsum(axis=1) < share[:, None]).sum(axis=1)
    return _Leaving(leaves, np.minimum(after_days, length - 1e-6), np.minimum(reason, len(REASONS) - 1))


def _statuses(world: World, state: State, draws: Draws, left: _Leaving) -> People:
    people, serial, here = state.people, state.people["serial"], draws.of(Purpose.STANDING)
    leaves, before = left.leaves, people["status"]
    closed = state.active & ~leaves & (people["months_owed"] >= world.payment.close_after)
    first = np.where(here.uniform(serial) < world.cancel_first, 1021, 2010)
    status = np.where(leaves, first, np.where(closed, 1022, _standing(world, people, here)))
    removed = np.where(here.uniform(serial, 1) < world.payment.frozen, 2030, 2020)
    status = np.where(state.active, status, np.where(before == 1021, 2010, np.where(before == 1022, removed, before)))
    other_day = here.integers(serial, 0, months.days(state.month), 2)
    day = day_number(state.month) + np.where(leaves, left.after_days.astype(np.int64), other_day)
    return {
        "status_before": before,
        "status": status,
        "status_day": np.where(status != before, day, people["status_day"]),
        "left_index": np.where(leaves | closed, state.index, people["left_index"]),
        "left_reason": np.where(leaves, left.reason, people["left_reason"]),
        "voluntary": people["voluntary"] | leaves,
    }


def _standing(world: World, people: People, draws: Draws) -> np.ndarray:
    """Give the status of those who stay: normal, suspended for arrears or a high bill, parked, or otherwise stopped."""
    serial, by = people["serial"], world.parking
    chance = draws.uniform(serial, 3)
    stays = chance >= by.stop
    parked = np.where(people["status"] == 1033, stays, chance < by.start)
    other = np.where(people["status"] == 1039, stays, (chance >= by.start) & (chance < by.start + by.other))
    owing = people["months_owed"] >= world.payment.suspend_after
    high = (people["bill_fen"] > world.payment.high_bill * people["credit_limit_fen"]) & (people["months_owed"] > 0)
    return np.select([owing, high, parked, other], [1031, 1032, 1033, 1039], 1010)
