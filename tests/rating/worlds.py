"""Random plans, usage and the bridge between engines: the reference gets calls, the fast ones columns."""

from itertools import pairwise

import numpy as np

from bassboss_lib.rating import Bill, Catalogue, Compiled, Subscriptions, Usage, make_usage, rate_owner
from bassboss_lib.rating.bills import month_days
from bassboss_lib.rating.itemised import months_of
from bassboss_lib.rating.moments import Timetable


def reference_bills(catalogue: Catalogue, compiled: Compiled, usage: Usage, plan: int) -> list[Bill]:
    """Rate every row under one plan by the reference engine."""
    bills: list[Bill] = []
    timetable = Timetable(catalogue.header.timings)
    edges = [0, *(np.flatnonzero(np.diff(usage.rows.owner)) + 1).tolist(), len(usage)]
    for start, end in pairwise(edges):
        months = months_of(compiled, usage, range(start, end))
        bills += rate_owner(catalogue.header, catalogue.plans[plan], months, timetable)
    return bills


def random_usage(
    chance: np.random.Generator,
    owners: int,
    *,
    first_month: int = 12 * 2026 + 8,
    months: int = 2,
    events: int = 10,
    members: int = 1,
    heavy: float = 1.0,
) -> Usage:
    """Draw usage of all attributes: many calls near band edges, midnight, month end; some of no length, some long."""
    owner = np.repeat(np.arange(owners), months)
    month = np.tile(np.arange(first_month, first_month + months), owners)
    kept = chance.random(len(owner)) < 0.9  # a gap now and then
    owner, month = owner[kept], month[kept]
    days = month_days(month)
    active = np.where(chance.random(len(days)) < 0.3, chance.integers(1, days + 1), days)
    people = chance.integers(1, members + 1, len(owner))
    rows = Subscriptions(owner, month, active, people, active * people)
    count = chance.poisson(events, len(owner))
    row = np.repeat(np.arange(len(owner)), count)
    start_s = (month - 12 * 1970).astype("datetime64[M]").astype("datetime64[s]").astype(np.int64)
    at = chance.integers(0, days[row] * 86_400)
    edge = chance.choice([0, 8 * 3600, 21 * 3600, 86_400], len(row)) + chance.integers(-90, 90, len(row))
    near = np.clip(at // 86_400 * 86_400 + edge, 0, days[row] * 86_400 - 1)
    moment = start_s[row] + np.where(chance.random(len(row)) < 0.5, near, at)
    order = np.lexsort((moment, row))
    moment = moment[order]
    kind = chance.choice([0, 0, 0, 1, 2], len(row))
    code = kind * 64 + chance.integers(0, 64, len(row))
    seconds = (chance.exponential(150 * heavy, len(row))).astype(np.int64)
    seconds = np.where(
        chance.random(len(row)) < 0.05, chance.choice([0, 1, 59, 60, 61, 40_000, 90_000], len(row)), seconds
    )
    size = (chance.exponential(300e6 * heavy, len(row))).astype(np.int64)
    size = np.where(chance.random(len(row)) < 0.1, chance.choice([0, 1, 1024, 1 << 20, (1 << 20) + 1], len(row)), size)
    units = np.where(kind == 0, seconds, np.where(kind == 1, 1, size))
    return make_usage(owner[row], moment, code, units, member=chance.integers(0, people[row]), rows=rows)
