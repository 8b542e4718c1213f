"""The month's events: calls, messages and data sessions to the second, drawn from the state.

Totals and shares are set first and then spread over single events, instead of letting every event draw for itself: a
customer whose calls drop 20 % of the time shows one dropped call in five, give or take one. So the planted causes are
visible in a month of twenty events, as they are to an operator who sees hundreds. Every draw is keyed by customer and
number of the event: any part of the customers gives the same events as all of them.
"""

import numpy as np

from bassboss_lib import months
from bassboss_lib.boss import identity, latent
from bassboss_lib.boss.billing import MEGABYTE, totals
from bassboss_lib.boss.draws import Purpose
from bassboss_lib.boss.life import gone
from bassboss_lib.boss.moments import moments_of
from bassboss_lib.boss.state import State, day_number
from bassboss_lib.boss.world import World

__all__ = ["Events", "events", "missing_partners", "windows"]

DAY_S = 86_400
SHORT_S, LONG_S = 10, 12  # dropped calls last less than the first, others at least the second
ROAMING = 3  # place in the zones of call records
PER_EVENT = 8  # draws of an event
OFFSET = 1 << 32  # slots from here on belong to the customer's month and not to one event
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


def missing_partners(state: State) -> np.ndarray:
    """Tell which partners are no longer in network; needs all customers of the month."""
    return gone(state.people["serial"], state.active, state.circle)


def events(world: World, state: State, missing: np.ndarray) -> Events:
    """Draw a month's events of some customers.

    Parameters
    ----------
    world, state : World, State
        Any rows of a month's state.
    missing : ndarray of bool
        The same rows of what `missing_partners` gives.

    Returns
    -------
    dict
        Columns, one entry per event, ordered by owner and time: ``owner`` (row of the state), ``first`` (position of
        the owner's first event), ``second`` (of the month, unique per owner; below zero for a record of the month
        before that comes late), ``kind`` (place in `moments.KINDS`),
        ``zone``, ``outgoing``, ``off_net``, ``number`` (other party, 0 for data), ``duration_s``, ``volume_bytes``.
    """
    start, end = windows(state)
    part = world.calendar.season[int(state.month[4:]) - 1] * (end - start) / (months.days(state.month) * DAY_S)
    course, settled = moments_of(world, state.month), _settled(state)
    drawn = []
    for kind, draw in (("voice", _voice), ("sms", _messages), ("data", _data)):
        each, one = draw(world, state, missing, part * course[kind].level)
        at_night = latent.odds_of(course[kind].night_share, latent.factor(world, state.people, "night"))
        night, owner = each.marked(at_night, 7), one["owner"]
        second = course[kind].between(each.uniform(0), night, start[owner], end[owner])
        one["second"] = np.where(settled[owner], _late(world, each, one["zone"], second), second)
        drawn.append(one)
    event = {name: np.concatenate([one[name] for one in drawn]) for name in drawn[0]}
    order = np.lexsort((event["kind"], event["second"], event["owner"]))
    event = {name: column[order] for name, column in event.items()}
    return event | _apart(event["owner"], event["second"], months.days(state.month) * DAY_S)


def _settled(state: State) -> np.ndarray:
    """Tell who could call in all of this month and of the month before."""
    before = day_number(months.add(state.month, -1))
    return (state.people["status"] == 1010) & (state.people["status_day"] < before)


def _late(world: World, each: "_Each", zone: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Move the events whose records come late into the last days of the month before, at the same time of day.

    They are drawn in the month that they come in: whoever has left by then has no bill that could take them.
    """
    late = world.usage.late
    chance, drawn = np.where(zone == ROAMING, late.roaming, late.share), each.uniform(6)
    day = np.minimum(drawn / np.maximum(chance, 1e-12) * late.days, late.days - 1).astype(np.int64)
    return np.where(drawn < chance, second % DAY_S - (day + 1) * DAY_S, second)


class _Each:
    """The events of one kind: the owner of each, its turn among the owner's, and their draws."""

    def __init__(self, state: State, purpose: Purpose, mean: np.ndarray, noise: float) -> None:
        self.serial, self.draws = state.people["serial"], state.draws(purpose)
        amount = mean * np.exp(noise * self.normal_of_month(0))
        count = np.floor(amount + self.of_month(1)).astype(np.int64)
        self.owner = np.repeat(np.arange(len(count)), count)
        self.turn = np.arange(len(self.owner)) - np.repeat(np.cumsum(count) - count, count)
        self.key = self.serial[self.owner]

    def of_month(self, slot: int) -> np.ndarray:
        return self.draws.uniform(self.serial, OFFSET + slot)

    def normal_of_month(self, slot: int) -> np.ndarray:
        return self.draws.normal(self.serial, OFFSET + slot)

    def uniform(self, slot: int) -> np.ndarray:
        return self.draws.uniform(self.key, self.turn * PER_EVENT + slot)

    def normal(self, slot: int) -> np.ndarray:
        return self.draws.normal(self.key, self.turn * PER_EVENT + slot)

    def marked(self, share: np.ndarray, slot: int) -> np.ndarray:
        """Mark a share of each owner's events, evenly: never more than one event away from the share."""
        offset, part = self.of_month(slot)[self.owner], share[self.owner]
        return np.floor((self.turn + 1) * part + offset) > np.floor(self.turn * part + offset)


def _voice(world: World, state: State, missing: np.ndarray, level: np.ndarray) -> tuple[_Each, Events]:
    people, use = state.people, world.usage
    each = _Each(state, Purpose.VOICE, np.exp(people["log_calls"] + people["activity"]) * level, use.noise)
    dropped = each.marked(people["drop_share"], 2)
    outgoing = each.marked(latent.outgoing_share(world, people), 3)
    answered = (each.uniform(1) >= use.unanswered) | dropped
    zones, chance = use.zones, each.uniform(2)
    away = each.marked(latent.odds_of(zones.roaming, latent.factor(world, people, "roaming")), 6)
    edges = np.cumsum([zones.international, zones.national]) / (1.0 - zones.roaming)
    zone = np.select([away, chance < edges[0], chance < edges[1]], [ROAMING, 2, 1], 0)
    off_net, number = _partners(world, state, each, missing)
    mean_s = np.exp(people["log_minutes"]) * 60 * np.exp(use.noise * each.normal_of_month(4)) - LONG_S
    long_s = _shared_out(np.maximum(mean_s, 1.0), each, answered & ~dropped, use.call_sigma) + LONG_S
    duration = np.where(dropped, 1 + (each.uniform(4) * (SHORT_S - 1)).astype(np.int64), long_s * answered)
    event = _events(each, kind=0, zone=zone, outgoing=outgoing, off_net=off_net, number=number)
    return each, event | {"duration_s": np.minimum(duration, 6 * 3600)}


def _messages(world: World, state: State, missing: np.ndarray, level: np.ndarray) -> tuple[_Each, Events]:
    people, use = state.people, world.usage
    each = _Each(state, Purpose.MESSAGE, np.exp(people["log_messages"] + people["activity"]) * level, use.noise)
    outgoing = each.marked(latent.outgoing_share(world, people), 3)
    off_net, number = _partners(world, state, each, missing)
    return each, _events(each, kind=1, outgoing=outgoing, off_net=off_net, number=number)


def _data(world: World, state: State, missing: np.ndarray, level: np.ndarray) -> tuple[_Each, Events]:
    people, use = state.people, world.usage
    each = _Each(state, Purpose.DATA, np.exp(people["log_sessions"] + people["activity"]) * level, use.noise)
    count = np.maximum(np.bincount(each.owner, minlength=len(state)), 1)
    total = totals(world, people, people["activity"])["megabytes"] * level
    mean_bytes = total * np.exp(use.noise * each.normal_of_month(4)) * MEGABYTE / count
    everyone = np.ones(len(each.owner), dtype=bool)
    volume = np.maximum(_shared_out(mean_bytes, each, everyone, use.session_sigma), 1)
    duration = np.minimum(volume // 200_000 + 20 + (each.uniform(4) * 580).astype(np.int64), DAY_S - 1)
    event = _events(each, kind=2, outgoing=everyone)
    return each, event | {"duration_s": duration, "volume_bytes": volume}


def _events(each: _Each, kind: int, **columns: np.ndarray) -> Events:
    count = len(each.owner)
    nothing = {name: np.zeros(count, dtype=np.int64) for name in ("zone", "number", "duration_s", "volume_bytes")}
    own_network = np.zeros(count, dtype=bool)
    return {"owner": each.owner, "kind": np.full(count, kind), "off_net": own_network} | nothing | columns


def _shared_out(mean: np.ndarray, each: _Each, among: np.ndarray, sigma: float) -> np.ndarray:
    """Spread each owner's total over events with heavy tails, in whole numbers, so that their mean is ``mean``."""
    weight = np.exp(sigma * each.normal(3)) * among
    total = np.bincount(each.owner, weight, minlength=len(mean))
    count = np.bincount(each.owner[among], minlength=len(mean))
    scale = mean * count / np.where(total > 0, total, 1.0)
    return (weight * scale[each.owner]).astype(np.int64)


def _partners(world: World, state: State, each: _Each, missing: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Choose the other party of each call: whether off-net, and the number.

    On-net calls go to partners still in network. Off-net calls go to six contacts elsewhere, where a partner who left
    keeps his place with a new number. Whoever keeps a small circle calls the first of it most.
    """
    owner = each.owner
    alone = np.asarray(missing.all(axis=1))
    off_net = each.marked(state.people["off_share"], 5) | alone[owner]
    weights = np.cumsum(world.circle.weights)
    narrow = np.exp(-world.types.spreads.circle * state.people["latent_circle"])
    slot = np.searchsorted(weights / weights[-1], each.uniform(5) ** narrow[owner])
    left = missing[owner, slot]
    present = np.where(left, missing.argmin(axis=1)[owner], slot)
    on_number = identity.msisdns(state.circle[owner, present])
    contact = each.key * 16 + slot + 2**31
    off_number = identity.foreign_numbers(np.where(left, state.circle[owner, slot], contact))
    return off_net, np.where(off_net, off_number, on_number)


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
