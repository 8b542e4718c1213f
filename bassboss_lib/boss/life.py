"""One month of life: use, network, circle, complaints, payments, contracts and terminals move; then some leave.

`advance` moves every customer by a month without a single record and without newcomers, so that the world can be run
ahead in copies to learn what is likely (`ahead.py`). `renew` adds the joiners and forgets those who left long ago. Both
give a new state. Customers who left keep moving, unseen: so a copy can tell what their risk would have been.
"""

from dataclasses import replace

import numpy as np
import pyarrow as pa

from bassboss_lib import months
from bassboss_lib.boss import population
from bassboss_lib.boss.billing import PREPAID, brands, cheapest_of_brand, expected_bills
from bassboss_lib.boss.causes import hazards, observed
from bassboss_lib.boss.state import ACTIVE, People, Purpose, State, day_number, month_index, stream
from bassboss_lib.boss.world import REASONS, World

__all__ = ["advance", "gone", "month_later", "opening", "renew"]


def opening(world: World, customers: int, seed: int) -> State:
    """Open the world: ``customers`` people, who have lived ``warmup_months`` when the first month begins.

    The strength of the hidden factor is set here so that its share of the log-hazard's variance is the one asked for.
    """
    month = months.add(world.first_month, -world.warmup_months - 1)
    rng = stream(seed, month, Purpose.OPENING)
    joined = population.join_days(rng, month, customers, mean_months=38.0)
    people = population.newcomers(world, rng, month, serial=1, join_day=joined, network=population.areas(world, seed))
    header = {"customers": str(customers), "seed": str(seed), "unobserved_sd": "0.5"}
    area = people["serial"][np.argsort(people["area"], kind="stable")]
    circle = population.friends(rng, people, area, len(world.circle.weights))
    state = State(month, people, circle, header)
    for _ in range(world.warmup_months):
        state = _paid_up(month_later(world, state), world)
    seen = np.log(observed(world, state).sum(axis=1))[state.active]
    share = world.unobserved.share
    return replace(state, header=header | {"unobserved_sd": repr(float(np.sqrt(share / (1 - share) * seen.var())))})


def _paid_up(state: State, world: World) -> State:
    """Give the month a bill where no records are made: the expected one."""
    bills = expected_bills(world, state.people, state.people["activity"])
    own = bills[np.arange(len(state)), state.people["plan"]].astype(np.int64)
    return replace(state, people=state.people | {"bill_fen": np.where(state.active, own, 0)})


def month_later(world: World, state: State, orders: pa.Table | None = None) -> State:
    """Live one month: `advance`, then `renew`, with the random numbers of that month; ``orders`` as `advance` says."""
    seed, month = int(state.header["seed"]), months.add(state.month, 1)
    lived = advance(world, state, stream(seed, month, Purpose.ADVANCE), orders)
    return renew(world, lived, stream(seed, month, Purpose.RENEW))


def advance(world: World, state: State, rng: np.random.Generator, orders: pa.Table | None = None) -> State:
    """Move everybody by one month; rows stay as they are.

    Parameters
    ----------
    orders : pyarrow.Table, optional
        Tasks of that month, as `contact.work_orders` takes them.

    Returns
    -------
    State
        With the month's hazards in ``hazard_R01`` ... ``hazard_R99`` (monthly, voluntary) and, of those who left, when
        (``left_index``), whether voluntarily, and why (``left_reason``, position in `REASONS`).
    """
    area_network = population.areas(world, int(state.header["seed"]))
    month = months.add(state.month, 1)
    people = dict(state.people)
    for change in (_use, _terminal_and_contract, _move, _plan, _payment, _hidden):
        people |= change(world, people, rng, month)
    people |= _network(world, people, rng, area_network)
    people |= _complaint(world, people, rng)
    circle, left_share = _circle(world, people, state.circle, rng)
    people |= _off_net(world, people, rng, left_share)
    later = replace(state, month=month, people=people, circle=circle)
    return _departures(world, later, rng)


def renew(world: World, state: State, rng: np.random.Generator) -> State:
    """Let newcomers join, and forget customers who left more than ``keep_left_months`` ago."""
    people, active = state.people, state.active
    keep = (people["left_index"] < 0) | (people["left_index"] >= state.index - world.keep_left_months)
    count = rng.poisson(world.join_share * active.sum())
    joined = population.join_days(rng, state.month, count)
    network = population.areas(world, int(state.header["seed"]))
    new = population.newcomers(
        world, rng, state.month, serial=int(people["serial"][-1]) + 1, join_day=joined, network=network
    )
    nearby = np.flatnonzero(active)[np.argsort(people["area"][active], kind="stable")]
    circle = population.friends(rng, new, people["serial"][nearby], state.circle.shape[1])
    grown = {name: np.concatenate([column[keep], new[name]]) for name, column in people.items()}
    return replace(state, people=grown, circle=np.concatenate([state.circle[keep], circle]))


def _use(world: World, people: People, rng: np.random.Generator, month: str) -> People:
    by, count = world.dormancy, len(people["serial"])
    chance = rng.random(count)
    fading = np.where(people["fading"], chance >= by.recovery, chance < by.onset)
    steady = by.rho * people["activity"] + rng.normal(0.0, by.sigma, count)
    activity = np.where(fading, people["activity"] - by.fall, steady)
    drift = {
        name: people[name] + rng.normal(0.0, world.usage.drift, count)
        for name in ("log_calls", "log_minutes", "log_megabytes")
    }
    return {"fading": fading, "activity": np.maximum(activity, by.floor)} | drift


def _terminal_and_contract(world: World, people: People, rng: np.random.Generator, month: str) -> People:
    count, index = len(people["serial"]), month_index(month)
    upgrades = rng.random(count) < world.terminal.upgrade
    newest = population.newest_terminal(world, month)
    ended = (people["contract_end"] >= 0) & (people["contract_end"] < index)
    chance = np.where(ended, world.contract.renewal, world.contract.signing)
    signs = (people["contract_end"] < index) & (rng.random(count) < chance)
    until = index + rng.choice([12, 24], count)
    forgotten = people["contract_end"] < index - 6  # an old contract's end means nothing any more
    kept = np.where(forgotten, -1, people["contract_end"])
    return {
        "terminal": np.where(upgrades, np.maximum(newest - rng.integers(0, 4, count), 0), people["terminal"]),
        "contract_end": np.where(signs, until, kept),
    }


def _move(world: World, people: People, rng: np.random.Generator, month: str) -> People:
    count = len(people["serial"])
    moves = rng.random(count) < world.life.chance
    area = rng.integers(0, len(world.cities) * world.areas_per_city, count)
    return {
        "area": np.where(moves, area, people["area"]),
        "employer": np.where(moves, rng.integers(0, 2**20, count), people["employer"]),
        "life": np.where(moves, 1.0, people["life"] * world.life.decay),
    }


def _plan(world: World, people: People, rng: np.random.Generator, month: str) -> People:
    chosen = np.flatnonzero(rng.random(len(people["serial"])) < world.plan_change)
    habits = {name: people[name][chosen] for name in people if name.startswith("log_")}
    plan = people["plan"].copy()
    bills = expected_bills(world, habits, people["activity"][chosen])
    plan[chosen] = cheapest_of_brand(world, bills, brands(world, plan[chosen]))
    return {"plan": plan}


def _payment(world: World, people: People, rng: np.random.Generator, month: str) -> People:
    """Settle last month's bill. ``net_fen`` above zero is a balance, below it a debt that is due."""
    by = world.payment
    prepaid = brands(world, people["plan"]) == PREPAID
    net = people["net_fen"] - people["bill_fen"]
    misses = rng.random(len(net)) < np.where(people["months_owed"] > 0, by.again, 1 / (1 + np.exp(-people["risk"])))
    # A prepaid customer tops up by whole notes, so that a bill and a half and ten yuan are in hand.
    wanted = np.maximum(1.5 * people["bill_fen"] + 1000 - net, 0.0)
    top_up = np.where(wanted > 1000, np.ceil(wanted / 3000) * 3000, 0).astype(np.int64)
    paid = np.where(misses, 0, np.where(prepaid, top_up, np.maximum(-net, 0)))
    owing = net + paid < 0
    owed = np.where(owing, people["months_owed"] + 1, 0)
    return {
        "net_fen": net + paid,
        "paid_fen": paid,
        "months_owed": owed,
        "suspensions": people["suspensions"] + (owed == by.suspend_after),
    }


def _hidden(world: World, people: People, rng: np.random.Generator, month: str) -> People:
    rho = world.unobserved.rho
    return {"hidden": rho * people["hidden"] + np.sqrt(1 - rho**2) * rng.normal(size=len(people["hidden"]))}


def _network(world: World, people: People, rng: np.random.Generator, area_network: np.ndarray) -> People:
    by, count = world.network.own, len(people["serial"])
    own = by.rho * people["own_network"] + np.sqrt(1 - by.rho**2) * rng.normal(0.0, by.sigma, count)
    return {"own_network": own, "drop_share": 1 / (1 + np.exp(-(area_network[people["area"]] + own)))}


def _complaint(world: World, people: People, rng: np.random.Generator) -> People:
    """Let some complain: 1 about the network, 2 the bill, 3 the service, 4 the plan; some complaints fail them."""
    by, count = world.complaints, len(people["serial"])
    network = by.per_drop_share * people["drop_share"]
    chance = rng.random(count)
    other = rng.integers(2, 5, count)
    kind = np.where(chance < network, 1, np.where(chance < network + by.base, other, 0))
    failed = (kind > 0) & (rng.random(count) < by.failed)
    return {"complaint": kind, "complaint_failed": failed, "pain": np.where(failed, 1.0, people["pain"] * by.decay)}


def _circle(
    world: World, people: People, circle: np.ndarray, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Replace some partners who left; give the circle and the weight of those still missing, one per customer."""
    serial = people["serial"]
    active = np.isin(people["status"], ACTIVE)
    missing = gone(serial, active, circle)
    replaced = missing & (rng.random(circle.shape) < world.circle.renewal)
    candidates = serial[active]
    others = candidates[rng.integers(0, len(candidates), circle.shape)]
    weights = np.array(world.circle.weights)
    return np.where(replaced, others, circle), (missing & ~replaced) @ (weights / weights.sum())


def gone(serial: np.ndarray, active: np.ndarray, circle: np.ndarray) -> np.ndarray:
    """Tell which partners are no longer in network; a partner long forgotten is gone too."""
    place = np.minimum(np.searchsorted(serial, circle), len(serial) - 1)
    return (serial[place] != circle) | ~active[place]


def _off_net(world: World, people: People, rng: np.random.Generator, left_share: np.ndarray) -> People:
    by, offer, count = world.circle.off_net, world.circle.offer, len(people["serial"])
    reached = rng.random(count) < offer.chance
    noise = np.sqrt(1 - by.rho**2) * rng.normal(0.0, by.sigma, count)
    level = by.mean + by.rho * (people["off_net"] - by.mean) + noise + offer.lift * reached
    share = 1 / (1 + np.exp(-level))
    return {"off_net": level, "off_share": share + (1 - share) * left_share}


def _departures(world: World, state: State, rng: np.random.Generator) -> State:
    """Draw who leaves and why, and set everybody's status at the month's end."""
    people, count = state.people, len(state)
    hazard = hazards(world, state)
    total = hazard.sum(axis=1)
    leaves = state.active & (rng.random(count) < total)
    closed = state.active & ~leaves & (people["months_owed"] >= world.payment.close_after)
    before = people["status"]
    first = np.where(rng.random(count) < world.cancel_first, 1021, 2010)
    status = np.where(leaves, first, np.where(closed, 1022, _standing(world, people, rng)))
    status = np.where(state.active, status, np.where(before == 1021, 2010, np.where(before == 1022, 2020, before)))
    day = day_number(state.month) + rng.integers(0, months.days(state.month), count)
    reason = (hazard.cumsum(axis=1) < (rng.random(count) * total)[:, None]).sum(axis=1)
    changes = {f"hazard_{code}": hazard[:, place] for place, code in enumerate(REASONS)} | {
        "status_before": before,
        "status": status,
        "status_day": np.where(status != before, day, people["status_day"]),
        "left_index": np.where(leaves | closed, state.index, people["left_index"]),
        "left_reason": np.where(leaves, np.minimum(reason, len(REASONS) - 1), people["left_reason"]),
        "voluntary": people["voluntary"] | leaves,
    }
    return replace(state, people=people | changes)


def _standing(world: World, people: People, rng: np.random.Generator) -> np.ndarray:
    """Give the status of those who stay: normal, suspended for arrears, or parked at their wish."""
    chance = rng.random(len(people["serial"]))
    parked = np.where(people["status"] == 1033, chance >= world.parking.stop, chance < world.parking.start)
    suspended = people["months_owed"] >= world.payment.suspend_after
    return np.where(suspended, 1031, np.where(parked, 1033, 1010))
