"""One month of life: use, network, circle, complaints, payments, contracts and terminals move; then some leave.

`advance` moves every customer by a month without a single record and without newcomers, so that the world can be run
ahead in copies to learn what is likely (`ahead.py`). `renew` adds the joiners and forgets those who left long ago. Both
give a new state. Customers who left keep moving, unseen: so a copy can tell what their risk would have been.
"""

from dataclasses import replace

import numpy as np
import pyarrow as pa

from bassboss_lib import months
from bassboss_lib.boss import change, population, society
from bassboss_lib.boss.billing import expected_bills
from bassboss_lib.boss.causes import observed
from bassboss_lib.boss.contact.calibration import calibrated
from bassboss_lib.boss.contact.effects import complaint_factors
from bassboss_lib.boss.contact.strengths import in_header
from bassboss_lib.boss.departures import departures
from bassboss_lib.boss.draws import Draws, Purpose
from bassboss_lib.boss.state import Origin, State
from bassboss_lib.boss.world import World

__all__ = ["advance", "gone", "month_later", "opening", "renew"]

OPENING_TENURE_MONTHS = 38.0


def opening(world: World, customers: int, seed: int) -> State:
    """Open the world: ``customers`` people, who have lived ``warmup_months`` when the first month begins.

    The strength of the hidden factor is set here so that its share of the log-hazard's variance is the one asked for,
    and that of contact so that the targets of ``contact.yaml`` are met.
    """
    month, origin = months.add(world.first_month, -world.warmup_months - 1), Origin(customers, seed)
    serial = np.arange(1, customers + 1)
    joined = population.join_days(origin, month, serial, OPENING_TENURE_MONTHS)
    people = population.newcomers(world, origin, month, serial, joined)
    header = {"customers": str(customers), "seed": str(seed), "unobserved_sd": "0.5"}
    circle = population.circles(world, origin, month, serial, serial)
    state = State(month, people, circle, header)
    for _ in range(world.warmup_months):
        state = _paid_up(month_later(world, state), world)
    seen = np.log(observed(world, state).sum(axis=1))[state.active]
    share = world.unobserved.share
    strength = {"unobserved_sd": repr(float(np.sqrt(share / (1 - share) * seen.var())))}
    state = replace(state, header=header | strength)
    return replace(state, header=state.header | in_header(calibrated(world, state, [_course(world, state)])))


def _course(world: World, state: State) -> list[State]:
    """Give months that the world could live next, from draws that it will not use."""
    course = [state]
    for _ in range(world.contact.horizon_months):
        course.append(advance(world, course[-1], Draws(state.origin.seed, course[-1].index + 1, Purpose.USE, copy=-1)))
    return course[1:]


def _paid_up(state: State, world: World) -> State:
    """Give the month a bill where no records are made: the expected one."""
    bills = expected_bills(world, state.people, state.people["activity"])
    own = bills[np.arange(len(state)), state.people["plan"]].astype(np.int64)
    billed = {"bill_before_fen": state.people["bill_fen"], "bill_fen": np.where(state.active, own, 0)}
    return replace(state, people=state.people | billed)


def month_later(world: World, state: State, orders: pa.Table | None = None) -> State:
    """Live one month: `advance`, then `renew`, with the draws of that month; ``orders`` as `advance` says."""
    draws = Draws(state.origin.seed, state.index + 1, Purpose.USE)
    return renew(world, advance(world, state, draws, orders))


def advance(world: World, state: State, draws: Draws, orders: pa.Table | None = None) -> State:
    """Move everybody by one month; rows stay as they are.

    Parameters
    ----------
    world, state : World, State
        The month before.
    draws : Draws
        Of the month to live, and of the copy; of any purpose.
    orders : pyarrow.Table, optional
        Tasks of that month, as `contact.work_orders` takes them.

    Returns
    -------
    State
        With the month's hazards in ``hazard_R01`` ... ``hazard_R99`` (monthly, voluntary) and, of those who left, when
        (``left_index``), whether voluntarily, and why (``left_reason``, position in `REASONS`).
    """
    people = dict(state.people)
    for purpose, step in change.STEPS:
        people |= step(world, people, draws.of(purpose))
    area_network = population.area_network(world, state.origin)
    people |= change.network(world, people, draws.of(Purpose.NETWORK), area_network)
    calmed = complaint_factors(world, people, state.index + 1)
    people |= change.complaint(world, people, draws.of(Purpose.COMPLAINT), calmed)
    circle, left_share = _circle(world, state, draws.of(Purpose.CIRCLE))
    people |= change.off_net(world, people, draws.of(Purpose.OFF_NET), left_share)
    later = replace(state, month=months.add(state.month, 1), people=people, circle=circle)
    return departures(world, later, draws, orders)


def renew(world: World, state: State) -> State:
    """Let newcomers join, and forget customers who left more than ``keep_left_months`` ago."""
    people, origin = state.people, state.origin
    keep = (people["left_index"] < 0) | (people["left_index"] >= state.index - world.keep_left_months)
    last, count = society.last_serial(world, origin, state.month), society.joiners(world, origin, state.index)
    serial = last - count + 1 + np.arange(count)
    joined = population.join_days(origin, state.month, serial)
    new = population.newcomers(world, origin, state.month, serial, joined)
    active = np.concatenate([people["serial"][state.active], serial])
    circle = population.circles(world, origin, state.month, serial, active)
    grown = {name: np.concatenate([column[keep], new[name]]) for name, column in people.items()}
    return replace(state, people=grown, circle=np.concatenate([state.circle[keep], circle]))


def _circle(world: World, state: State, draws: Draws) -> tuple[np.ndarray, np.ndarray]:
    """Replace some partners who left; give the circle and the weight of those still missing, one per customer."""
    serial, active, circle = state.people["serial"], state.active, state.circle
    missing = gone(serial, active, circle)
    weights = np.array(world.circle.weights)
    chosen, row = circle.copy(), np.flatnonzero(missing.any(axis=1))
    if not len(row):
        return chosen, np.zeros(len(state))
    near = society.Neighbours(world, state.origin, society.last_serial(world, state.origin, state.month))
    for slot in range(circle.shape[1]):
        again = missing[:, slot] & (draws.uniform(serial, 400 + slot) < world.circle.renewal)
        found = population.partner(near, draws, serial[again], slot, serial[active])
        chosen[again, slot] = found
    still = gone(serial, active, chosen)
    return chosen, still @ (weights / weights.sum())


def gone(serial: np.ndarray, active: np.ndarray, circle: np.ndarray) -> np.ndarray:
    """Tell which partners are no longer in network; a partner long forgotten is gone too."""
    place = np.minimum(np.searchsorted(serial, circle), len(serial) - 1)
    return (serial[place] != circle) | ~active[place]
