"""Who the customers are: gives newcomers their person, plan, terminal, habits and circle.

The same drawing fills the world when it opens and brings the joiners of each month. Habits are drawn first and the plan
after them, as a customer would choose: the cheapest for the use they expect, which is not quite the use that comes.
"""

import numpy as np
from scipy.special import gammaincinv, ndtri

from bassboss_lib.boss import latent, society, terminals
from bassboss_lib.boss.billing import ITEM_COLUMNS, brands, cheapest_of_brand, expected_bills
from bassboss_lib.boss.contact.types import attitudes
from bassboss_lib.boss.draws import Draws, Purpose
from bassboss_lib.boss.parameters import LATENTS
from bassboss_lib.boss.state import Origin, People, day_number, month_index, month_text
from bassboss_lib.boss.world import REASONS, World

__all__ = ["FIRST_PAYMENT_FEN", "area_network", "circles", "join_days", "newcomers", "partner"]

FIRST_PAYMENT_FEN = 5000
FRAUD_USE = -0.7  # who never means to pay uses little, in logs
NEVER = ("offer", "offer_index", "contact_index", "advised_index", "care", "care_index", "plan_index", "left_index")
NOTHING: tuple[str, ...] = (
    "months_owed",
    "suspensions",
    "bill_fen",
    "bill_before_fen",
    "cdrs",
    "late_cdrs",
    "complaint",
    "left_reason",
    "refund_fen",
    *ITEM_COLUMNS,
)
NOUGHT = ("contacts", "activity", "pain", "life", *(f"hazard_{code}" for code in REASONS))


def area_network(world: World, origin: Origin) -> np.ndarray:
    """Give each area's log-odds that a call drops, one number per area, the same for all time."""
    chance = Draws(origin.seed, 0, Purpose.AREAS).normal(np.arange(world.place.areas))
    return world.network.area.mean + world.network.area.sigma * chance


def join_days(origin: Origin, month: str, serial: np.ndarray, mean_months: float = 0.0) -> np.ndarray:
    """Give days of joining: in ``month``, or on average ``mean_months`` before it (at most fifteen years)."""
    draws = Draws(origin.seed, 0, Purpose.JOIN)
    back = np.clip(-np.log(draws.uniform(serial)) * mean_months, 0, 180).astype(np.int64)
    first = np.array([day_number(month_text(month_index(month) - step)) for step in range(181)])
    return first[back] + draws.integers(serial, 0, 28, 1)


def newcomers(world: World, origin: Origin, month: str, serial: np.ndarray, join_day: np.ndarray) -> People:
    """Give one customer for each serial, with all columns of a state."""
    people: People = {"serial": serial, "join_day": join_day}
    people |= _persons(world, origin, people)
    people |= _types(world, origin, people)
    people |= _joining(world, origin, people)
    people |= _habits(world, origin, people)
    people |= {"attitude": attitudes(world, people, Draws(origin.seed, 0, Purpose.TERMS).normal(serial, 3))}
    people |= _terms(world, origin, month, people)
    people |= _fresh(world, origin, people)
    drop, off = area_network(world, origin)[people["area"]] + people["own_network"], people["off_net"]
    return people | {"drop_share": 1 / (1 + np.exp(-drop)), "off_share": 1 / (1 + np.exp(-off))}


def circles(world: World, origin: Origin, month: str, serial: np.ndarray, active: np.ndarray) -> np.ndarray:
    """Choose partners for ``serial`` among the ``active`` (serials, ordered), one row per customer.

    Partners live or work near, so circles overlap and a departure spreads.
    """
    last = society.last_serial(world, origin, month)
    near, draws = society.Neighbours(world, origin, last), Draws(origin.seed, month_index(month), Purpose.FRIENDS)
    slots = [partner(near, draws, serial, slot, active) for slot in range(len(world.circle.weights))]
    return np.stack(slots, axis=1) if len(serial) else np.empty((0, len(slots)), np.int64)


def partner(near: society.Neighbours, draws: Draws, serial: np.ndarray, slot: int, active: np.ndarray) -> np.ndarray:
    """Choose a partner for one slot: the first candidate in network, else the last one tried."""
    chosen = near.candidate(draws, serial, slot, 0)
    for attempt in range(1, society.TRIES):
        unfit = ~_among(chosen, active) | (chosen == serial)
        if not unfit.any():
            break
        chosen[unfit] = near.candidate(draws, serial[unfit], slot, attempt)
    return chosen


def _among(serial: np.ndarray, active: np.ndarray) -> np.ndarray:
    place = np.minimum(np.searchsorted(active, serial), len(active) - 1)
    return active[place] == serial


def _persons(world: World, origin: Origin, people: People) -> People:
    person = society.persons_of(world, origin, people["serial"])
    household = society.households_of(world, origin, person)
    area = society.areas_of(world, origin, household)
    group = society.groups_of(world, origin, person, area)
    draws = Draws(origin.seed, 0, Purpose.PERSON)
    age_years = np.clip(gammaincinv(6.0, draws.uniform(person, 1)) * 3.6 + 16.0, 18.0, 88.0)
    work = np.where(group >= 0, group * 7919 % 2**20, draws.integers(person, 0, 2**20, 2))
    return {
        "person": person,
        "household": household,
        "together": household < society.LONE,
        "name": draws.integers(person, 0, 2**40),
        "birth_day": people["join_day"] - (age_years * 365.25).astype(np.int64),
        "gender": draws.integers(person, 1, 3, 3),
        "area": area,
        "employer": work,
        "group_id": group,
        "group": group >= 0,
    }


def _types(world: World, origin: Origin, people: People) -> People:
    draws, serial = Draws(origin.seed, 0, Purpose.TYPE), people["serial"]
    kind = latent.types_at_birth(world, draws, serial)
    since = np.datetime64("1970-01-01") + people["join_day"]
    first = since.astype("datetime64[M]").astype(np.int64) + 1970 * 12
    return {"latent_type": kind, "latent_since": first} | latent.drawn_at_birth(world, kind, draws, serial)


def _joining(world: World, origin: Origin, people: People) -> People:
    draws, serial = Draws(origin.seed, 0, Purpose.TERMS), people["serial"]
    channel = draws.choice(serial, [one.weight for one in world.channels.values()])
    fraud = draws.uniform(serial, 1) < np.array([one.fraud for one in world.channels.values()])[channel]
    risk, by = np.array([one.risk for one in world.channels.values()])[channel], world.payment
    chance = draws.normal(serial, 2)
    return {
        "join_channel": channel,
        "fraud": fraud,
        "risk": by.risk.mean + by.risk.sigma * chance + risk + by.fraud * fraud,
        "elasticity": world.usage.elasticity.median * np.exp(world.usage.elasticity.sigma * people["latent_price"]),
        "vas_fen": np.where(
            draws.uniform(serial, 5) < world.extras.share,
            np.array(world.extras.prices_fen)[draws.integers(serial, 0, len(world.extras.prices_fen), 6)],
            0,
        ),
    }


def _habits(world: World, origin: Origin, people: People) -> People:
    use, draws, serial = world.usage, Draws(origin.seed, 0, Purpose.HABITS), people["serial"]
    volume = draws.normal(serial)  # who calls much also surfs more
    low, middle, own = FRAUD_USE * people["fraud"], latent.centres(world)[people["latent_type"]], latent.within(world)
    quantities = {
        "log_calls": (use.calls, 0.6, "voice"),
        "log_minutes": (use.minutes_per_call, 0.0, ""),
        "log_messages": (use.messages, 0.4, "sms"),
        "log_sessions": (use.sessions, 0.3, "data"),
        "log_megabytes": (use.megabytes, 0.4, "data"),
    }
    drawn = {}
    for place, (name, (quantity, shared, of_type)) in enumerate(quantities.items(), start=1):
        away = shared * volume + np.sqrt(1 - shared**2) * draws.normal(serial, place)
        if of_type:
            away = middle[:, LATENTS.index(of_type)] + own[of_type] * away
        drawn[name] = np.log(quantity.median) + quantity.sigma * away + low
    richest = volume + draws.normal(serial, 10)
    vip = richest > np.sqrt(2) * float(ndtri(1 - world.persons.vip))
    return drawn | {"vip": vip, "trend": use.trend * draws.normal(serial, 11)}


def _terms(world: World, origin: Origin, month: str, people: People) -> People:
    draws, serial = Draws(origin.seed, 0, Purpose.TERMS), people["serial"]
    habits = [name for name in people if name.startswith("log_")]
    expected = {name: people[name] + 0.3 * draws.normal(serial, 20 + at) for at, name in enumerate(habits)}
    brand = _brands(world, people, draws)
    expected["latent_price"] = people["latent_price"]
    bills = expected_bills(world, expected, np.zeros(len(serial)))
    plan = np.where(_in_a_family(world, people, draws), _family_plan(world), cheapest_of_brand(world, bills, brand))
    length = np.array([12, 24])[draws.integers(serial, 0, 2, 31)]
    used = (day_number(month) - people["join_day"]) // 30 % length
    signs = draws.uniform(serial, 32) < world.contract.share
    back = np.log(draws.uniform(serial, 33)) / np.log(0.75)  # launches since the terminal came out
    rank = np.clip(np.digitize(draws.normal(serial, 34) + (brands(world, plan) == "1"), [-0.3, 1.0]), 0, 2)
    launch = np.maximum(terminals.newest_launch(world, month) - back.astype(np.int64), 0)
    return {
        "plan": plan,
        "terminal": launch * terminals.BANDS + rank,
        "contract_end": np.where(signs, month_index(month) + length - used, -1),
        "credit_limit_fen": np.array([5000, 10000, 20000, 50000])[draws.choice(serial, [0.3, 0.4, 0.2, 0.1], 35)],
    }


def _in_a_family(world: World, people: People, draws: Draws) -> np.ndarray:
    """Tell whose household shares a plan; a person's second number is a matter of its own."""
    drawn = draws.uniform(people["household"], 37) < world.persons.family_plan
    return drawn & people["together"] & (people["person"] == people["serial"])


def _family_plan(world: World) -> int:
    return next(place for place, plan in enumerate(world.plans) if plan.shared)


def _brands(world: World, people: People, draws: Draws) -> np.ndarray:
    """Choose brands: 3 for who surfs more than calls, 1 for who uses much of both and counts little, 2 for the rest."""
    serial, standing = people["serial"], latent.latents(world, people)
    surfs, calls = standing["data"], standing["voice"]
    young = 0.7 * (surfs - calls) + 0.5 * draws.normal(serial, 30)
    rich = 0.65 * surfs + 0.7 * calls - 0.4 * people["latent_price"] + 0.4 * draws.normal(serial, 36)
    return np.select([rich > 0.65, young > 0.35], ["1", "3"], "2")


def _fresh(world: World, origin: Origin, people: People) -> People:
    """Give what changes from month to month its first value."""
    serial, draws = people["serial"], Draws(origin.seed, 0, Purpose.FRESH)
    count, off, own = len(serial), world.circle.off_net, world.network.own
    first = dict.fromkeys(NEVER, -1) | dict.fromkeys(NOTHING, 0) | dict.fromkeys(NOUGHT, 0.0)
    first |= {"paid_fen": FIRST_PAYMENT_FEN, "net_fen": FIRST_PAYMENT_FEN, "status": 1010, "status_before": 0}
    first |= dict.fromkeys(("fading", "complaint_failed", "voluntary"), False)
    return {name: np.full(count, value) for name, value in first.items()} | {
        "status_day": people["join_day"],
        "plan_before": people["plan"],
        "own_network": own.sigma * draws.normal(serial),
        "off_net": off.mean + off.sigma * draws.normal(serial, 1),
        "hidden": draws.normal(serial, 2),
    }
