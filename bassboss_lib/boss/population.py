"""Who the customers are: draws newcomers with their person, plan, terminal, habits and circle.

The same drawing fills the world when it opens and brings the joiners of each month. Habits are drawn first and the plan
after them, as a customer would choose: the cheapest for the use they expect, which is not quite the use that comes.
"""

import numpy as np

from bassboss_lib.boss.billing import cheapest_of_brand, expected_bills
from bassboss_lib.boss.state import People, Purpose, day_number, month_index, month_text, stream
from bassboss_lib.boss.world import REASONS, LogNormal, World

__all__ = ["areas", "friends", "join_days", "newcomers", "newest_terminal"]

FIRST_PAYMENT_FEN = 5000


def areas(world: World, seed: int) -> np.ndarray:
    """Give each area's log-odds that a call drops, one number per area, the same for all time."""
    rng = stream(seed, world.first_month, Purpose.AREAS)
    count = len(world.cities) * world.areas_per_city
    return rng.normal(world.network.area.mean, world.network.area.sigma, count)


def newcomers(
    world: World, rng: np.random.Generator, month: str, *, serial: int, join_day: np.ndarray, network: np.ndarray
) -> People:
    """Draw one customer per entry of ``join_day``, with all columns of a state; serials count up from ``serial``.

    ``network`` is what `areas` gave.
    """
    people: People = {"serial": serial + np.arange(len(join_day)), "join_day": join_day}
    people |= _persons(world, rng, join_day)
    people |= _habits(world, rng, len(join_day))
    people |= _terms(world, rng, month, people)
    people |= _fresh(world, rng, join_day)
    drop, off = network[people["area"]] + people["own_network"], people["off_net"]
    return people | {"drop_share": 1 / (1 + np.exp(-drop)), "off_share": 1 / (1 + np.exp(-off))}


def join_days(rng: np.random.Generator, month: str, count: int, mean_months: float = 0.0) -> np.ndarray:
    """Draw days of joining: in ``month``, or on average ``mean_months`` before it (at most fifteen years)."""
    back = np.clip(rng.exponential(mean_months, count), 0, 180).astype(np.int64)
    first = np.array([day_number(month_text(month_index(month) - step)) for step in range(181)])
    return first[back] + rng.integers(0, 28, count)


def newest_terminal(world: World, month: str) -> int:
    """Give the number of the newest terminal model launched by ``month``; models count from 0."""
    age = month_index(month) - month_index(world.terminal.first_launch)
    return max(age, 0) // world.terminal.launch_every_months


def friends(rng: np.random.Generator, people: People, candidates: np.ndarray, slots: int) -> np.ndarray:
    """Draw partners among ``candidates`` (serials, ordered by home area), one row per customer of ``people``.

    Partners live near in that order, so circles overlap and a departure spreads.
    """
    count = len(people["serial"])
    centre = (people["area"] + rng.random(count)) / (people["area"].max(initial=0) + 1) * len(candidates)
    near = centre[:, None] + rng.normal(0.0, 12.0, (count, slots))
    return candidates[near.astype(np.int64) % len(candidates)]


def _persons(world: World, rng: np.random.Generator, join_day: np.ndarray) -> People:
    count = len(join_day)
    age_years = np.clip(rng.gamma(6.0, 3.6, count) + 16.0, 18.0, 88.0)
    return {
        "name": rng.integers(0, 2**40, count),
        "birth_day": join_day - (age_years * 365.25).astype(np.int64),
        "gender": rng.integers(1, 3, count),
        "area": rng.integers(0, len(world.cities) * world.areas_per_city, count),
        "employer": rng.integers(0, 2**20, count),
        "vip": rng.random(count) < 0.06,
        "group": rng.random(count) < 0.15,
        "join_channel": rng.choice(4, count, p=[0.45, 0.10, 0.30, 0.15]),
    }


def _habits(world: World, rng: np.random.Generator, count: int) -> People:
    use = world.usage
    volume = rng.normal(size=count)  # who calls much also surfs more
    return {
        "log_calls": _drawn(rng, use.calls, volume, 0.6),
        "log_minutes": _drawn(rng, use.minutes_per_call, volume, 0.0),
        "log_messages": _drawn(rng, use.messages, volume, 0.4),
        "log_sessions": _drawn(rng, use.sessions, volume, 0.3),
        "log_megabytes": _drawn(rng, use.megabytes, volume, 0.4),
    }


def _drawn(rng: np.random.Generator, quantity: LogNormal, volume: np.ndarray, shared: float) -> np.ndarray:
    own = rng.normal(size=len(volume))
    return np.log(quantity.median) + quantity.sigma * (shared * volume + np.sqrt(1 - shared**2) * own)


def _terms(world: World, rng: np.random.Generator, month: str, people: People) -> People:
    count = len(people["serial"])
    expected = {name: people[name] + rng.normal(0.0, 0.3, count) for name in people if name.startswith("log_")}
    megabytes = world.usage.megabytes
    taste = 0.7 * (people["log_megabytes"] - np.log(megabytes.median)) / megabytes.sigma + 0.7 * rng.normal(size=count)
    brand = np.select([taste < -0.25, taste > 0.65], ["2", "1"], "3")
    newest = newest_terminal(world, month)
    length = rng.choice([12, 24], count)
    used = (day_number(month) - people["join_day"]) // 30 % length
    signs = rng.random(count) < world.contract.share
    return {
        "plan": cheapest_of_brand(world, expected_bills(world, expected, np.zeros(count)), brand),
        "terminal": np.maximum(newest - rng.geometric(0.25, count) + 1, 0),
        "contract_end": np.where(signs, month_index(month) + length - used, -1),
        "credit_limit_fen": rng.choice([5000, 10000, 20000, 50000], count, p=[0.3, 0.4, 0.2, 0.1]),
    }


def _fresh(world: World, rng: np.random.Generator, join_day: np.ndarray) -> People:
    """Give what changes from month to month its first value."""
    count = len(join_day)
    whole = dict.fromkeys(("months_owed", "suspensions", "bill_fen", "cdrs", "complaint", "left_reason"), 0)
    never = dict.fromkeys(("offer", "offer_index", "contact_index", "advised_index", "care", "care_index"), -1)
    real = dict.fromkeys(("contacts", "activity", "pain", "life", *(f"hazard_{code}" for code in REASONS)), 0.0)
    off, own = world.circle.off_net, world.network.own
    return {name: np.full(count, value) for name, value in (whole | never | real).items()} | {
        "paid_fen": np.full(count, FIRST_PAYMENT_FEN),
        "net_fen": np.full(count, FIRST_PAYMENT_FEN),
        "status": np.full(count, 1010),
        "status_before": np.full(count, 0),
        "status_day": join_day,
        "fading": np.zeros(count, dtype=bool),
        "own_network": rng.normal(0.0, own.sigma, count),
        "off_net": rng.normal(off.mean, off.sigma, count),
        "risk": rng.normal(world.payment.risk.mean, world.payment.risk.sigma, count),
        "complaint_failed": np.zeros(count, dtype=bool),
        "hidden": rng.normal(size=count),
        "attitude": rng.choice(len(world.attitudes), count, p=list(world.attitudes.values())),
        "left_index": np.full(count, -1),
        "voluntary": np.zeros(count, dtype=bool),
    }
