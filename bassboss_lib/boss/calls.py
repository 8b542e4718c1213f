"""The month's events: calls, messages and data sessions to the second, rendered from the state and charged.

Totals and shares are set first and then spread over single events, instead of letting every event draw for itself: a
customer whose calls drop 20 % of the time shows one dropped call in five, give or take one. So the planted causes are
visible in a month of twenty events, as they are to an operator who sees hundreds.
"""

import numpy as np
import pyarrow as pa

from bassboss_lib import months
from bassboss_lib.boss import identity
from bassboss_lib.boss.billing import MEGABYTE, charges, totals
from bassboss_lib.boss.life import gone
from bassboss_lib.boss.state import State, day_number
from bassboss_lib.boss.world import World
from bassboss_lib.contracts import typed_schema, unit

__all__ = ["Events", "cdr_table", "events", "windows"]

DAY_S = 86_400
SHORT_S, LONG_S = 10, 12  # dropped calls last less than the first, others at least the second
KINDS = ("voice", "sms", "data")
ZONES = ("local", "national", "international", "roaming")
OPERATORS = ("CM", "CU", "CT")
Events = dict[str, np.ndarray]


def windows(state: State) -> tuple[np.ndarray, np.ndarray]:
    """Give the seconds of the month between which each customer can call; start equals end for none.

    Whoever joins in the month starts on that day; whoever is stopped or leaves in it ends on that day.
    """
    people, length = state.people, months.days(state.month) * DAY_S
    day_s = np.clip((people["status_day"] - day_number(state.month)) * DAY_S, 0, length)
    before = (people["status_before"] == 1010) | (people["status_before"] == 0)
    now = people["status"] == 1010
    joined = people["status_before"] == 0
    start = np.where(now & (joined | ~before), day_s, 0)
    end = np.where(now, length, np.where(before, day_s, 0))
    return start, np.maximum(start, end)


def events(world: World, state: State, rng: np.random.Generator) -> Events:
    """Draw a month's events.

    Returns
    -------
    dict
        Columns, one entry per event, ordered by owner and time: ``owner`` (row of the state), ``first`` (position of
        the owner's first event), ``second`` (of the month, unique per owner), ``kind``, ``zone``, ``outgoing``,
        ``off_net``, ``number`` (other party, 0 for data), ``duration_s``, ``volume_bytes``, ``charge_fen``, ``item``
        (place in `billing.ITEMS`).
    """
    start, end = windows(state)
    part = (end - start) / (months.days(state.month) * DAY_S)
    level = world.season[int(state.month[4:]) - 1] * part
    drawn = [_voice(world, state, rng, level), _messages(world, state, rng, level), _data(world, state, rng, level)]
    event = {name: np.concatenate([one[name] for one in drawn]) for name in drawn[0]}
    event["second"] = _moments(world, state.month, rng, start[event["owner"]], end[event["owner"]])
    order = np.lexsort((event["second"], event["owner"]))
    event = {name: column[order] for name, column in event.items()}
    event |= _apart(event["owner"], event["second"], months.days(state.month) * DAY_S)
    charge, item = charges(world, state.people["plan"][event["owner"]], event)
    return event | {"charge_fen": charge, "item": item}


def cdr_table(state: State, event: Events) -> pa.Table:
    """Render events as the unit ``cdr``: one row per event, ordered by owner and time."""
    month_start = np.datetime64(months.first_day(state.month), "s")
    ids = pa.array(identity.customer_ids(state.people["serial"]))
    silent = event["number"] == 0
    operator = np.where(event["off_net"], 1 + event["number"] % 2, 0)
    none = np.zeros(len(silent), dtype=np.int64)
    columns = {
        "customer_id": ids.take(pa.array(event["owner"])),
        "started_at": pa.array(month_start + event["second"].astype("timedelta64[s]")),
        "kind": _coded(KINDS, event["kind"]),
        "direction": _coded(("mt", "mo"), event["outgoing"]),
        "other_party": pa.array(event["number"], mask=silent).cast(pa.string()),
        "other_operator": _coded(OPERATORS, operator, silent),
        "zone": _coded(ZONES, event["zone"]),
        "duration_s": event["duration_s"],
        "volume_bytes": event["volume_bytes"],
        "charge_fen": event["charge_fen"],
        "discount_fen": none,
    }
    return pa.table(columns, schema=typed_schema(unit("cdr")))


def _coded(codes: tuple[str, ...], place: np.ndarray, missing: np.ndarray | None = None) -> pa.Array:
    return pa.DictionaryArray.from_arrays(pa.array(place.astype(np.int32), mask=missing), list(codes)).cast(pa.string())


def _voice(world: World, state: State, rng: np.random.Generator, level: np.ndarray) -> Events:
    people, use = state.people, world.usage
    owner, turn = _spread(np.exp(people["log_calls"] + people["activity"]) * level, rng, use.noise)
    dropped = _marked(people["drop_share"], owner, turn, rng)
    outgoing = _marked(np.full(len(state), use.outgoing), owner, turn, rng)
    zones = use.zones
    chance = rng.random(len(owner))
    edges = np.cumsum([zones.roaming, zones.international, zones.national])
    zone = np.select([chance < edges[0], chance < edges[1], chance < edges[2]], [3, 2, 1], 0)
    off_net, number = _partners(world, state, rng, owner, turn)
    mean_s = np.exp(people["log_minutes"]) * 60 * np.exp(rng.normal(0.0, use.noise, len(state)))
    long_s = _shared_out(mean_s, owner, ~dropped, rng, use.call_sigma)
    duration = np.where(dropped, rng.integers(1, SHORT_S, len(owner)), np.maximum(long_s, LONG_S))
    return _events(owner, kind=0, zone=zone, outgoing=outgoing, off_net=off_net, number=number, duration_s=duration)


def _messages(world: World, state: State, rng: np.random.Generator, level: np.ndarray) -> Events:
    people, use = state.people, world.usage
    owner, turn = _spread(np.exp(people["log_messages"] + people["activity"]) * level, rng, use.noise)
    outgoing = _marked(np.full(len(state), use.outgoing), owner, turn, rng)
    off_net, number = _partners(world, state, rng, owner, turn)
    return _events(owner, kind=1, outgoing=outgoing, off_net=off_net, number=number)


def _data(world: World, state: State, rng: np.random.Generator, level: np.ndarray) -> Events:
    people, use = state.people, world.usage
    owner, _ = _spread(np.exp(people["log_sessions"] + people["activity"]) * level, rng, use.noise)
    count = np.maximum(np.bincount(owner, minlength=len(state)), 1)
    total = totals(world, people, people["activity"])["megabytes"] * level
    mean_bytes = total * np.exp(rng.normal(0.0, use.noise, len(state))) * MEGABYTE / count
    everyone = np.ones(len(owner), dtype=bool)
    volume = np.maximum(_shared_out(mean_bytes, owner, everyone, rng, use.call_sigma), 1)
    duration = np.minimum(volume // 200_000 + rng.integers(20, 600, len(owner)), DAY_S - 1)
    return _events(owner, kind=2, outgoing=everyone, duration_s=duration, volume_bytes=volume)


def _events(owner: np.ndarray, kind: int, **columns: np.ndarray) -> Events:
    nothing = {name: np.zeros(len(owner), dtype=np.int64) for name in ("zone", "number", "duration_s", "volume_bytes")}
    own_network = np.zeros(len(owner), dtype=bool)
    return {"owner": owner, "kind": np.full(len(owner), kind), "off_net": own_network} | nothing | columns


def _spread(mean: np.ndarray, rng: np.random.Generator, noise: float) -> tuple[np.ndarray, np.ndarray]:
    """Give the owner of each event and its turn among the owner's events, for a mean number of events per owner."""
    count = np.floor(mean * np.exp(rng.normal(0.0, noise, len(mean))) + rng.random(len(mean))).astype(np.int64)
    owner = np.repeat(np.arange(len(mean)), count)
    return owner, np.arange(len(owner)) - np.repeat(np.cumsum(count) - count, count)


def _marked(share: np.ndarray, owner: np.ndarray, turn: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Mark a share of each owner's events, evenly: never more than one event away from the share."""
    offset, part = rng.random(len(share))[owner], share[owner]
    return np.floor((turn + 1) * part + offset) > np.floor(turn * part + offset)


def _shared_out(
    mean: np.ndarray, owner: np.ndarray, among: np.ndarray, rng: np.random.Generator, sigma: float
) -> np.ndarray:
    """Spread each owner's total over events with heavy tails, in whole numbers, so that their mean is ``mean``."""
    weight = np.exp(rng.normal(0.0, sigma, len(owner))) * among
    total = np.bincount(owner, weight, minlength=len(mean))
    count = np.bincount(owner[among], minlength=len(mean))
    scale = mean * count / np.where(total > 0, total, 1.0)
    return (weight * scale[owner]).astype(np.int64)


def _partners(
    world: World, state: State, rng: np.random.Generator, owner: np.ndarray, turn: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Choose the other party of each call: whether off-net, and the number.

    On-net calls go to partners still in network. Off-net calls go to six contacts elsewhere, where a partner who left
    keeps his place with a new number.
    """
    missing = gone(state.people["serial"], state.active, state.circle)
    alone = np.asarray(missing.all(axis=1))
    off_net = _marked(state.people["off_share"], owner, turn, rng) | alone[owner]
    weights = np.cumsum(world.circle.weights)
    slot = np.searchsorted(weights / weights[-1], rng.random(len(owner)))
    left = missing[owner, slot]
    present = np.where(left, missing.argmin(axis=1)[owner], slot)
    on_number = identity.msisdns(state.circle[owner, present])
    contact = state.people["serial"][owner] * 16 + slot + 2**31
    off_number = identity.foreign_numbers(np.where(left, state.circle[owner, slot], contact))
    return off_net, np.where(off_net, off_number, on_number)


def _moments(world: World, month: str, rng: np.random.Generator, start: np.ndarray, end: np.ndarray) -> np.ndarray:
    """Draw seconds of the month inside each event's window, following the hours of the day."""
    weight = np.tile(np.array(world.hours), months.days(month))
    passed = np.concatenate([[0.0], np.cumsum(weight)])
    edges = np.arange(len(passed)) * 3600.0
    low, high = np.interp(start, edges, passed), np.interp(end, edges, passed)
    return np.interp(low + (high - low) * rng.random(len(start)), passed, edges).astype(np.int64)


def _apart(owner: np.ndarray, second: np.ndarray, length: int) -> Events:
    """Give events of one owner different seconds: those too close move apart, none beyond the month's end."""
    place = np.arange(len(owner))
    first = np.searchsorted(owner, owner)
    last = np.searchsorted(owner, owner, side="right") - 1
    earliest = np.minimum(second, length - 1 - (last - place)) - (place - first)
    return {"first": first, "second": _rising(earliest, first) + place - first}


def _rising(value: np.ndarray, first: np.ndarray) -> np.ndarray:
    """Give the running maximum within each owner."""
    step = int(np.abs(value).max(initial=0)) + 1
    return np.maximum.accumulate(value + first * 2 * step) - first * 2 * step
