"""How customers belong together: persons with several numbers, households, corporate groups, neighbourhoods.

All of it follows from the serial (and the world's seed) alone, so nobody's company depends on who else left:
two worlds of one seed have the same society. Who of it is still in network does depend on that,
and decides who is called.
"""

import numpy as np

from bassboss_lib.boss.draws import Draws, Purpose
from bassboss_lib.boss.state import Origin, month_index
from bassboss_lib.boss.world import World

__all__ = ["TRIES", "Neighbours", "areas_of", "groups_of", "households_of", "joiners", "last_serial", "persons_of"]

TRIES = 5  # how often a customer looks for a partner who is still in network
DESKS = 4.0  # colleagues are this many places apart
LONE = 1 << 40  # households of one are numbered from here


def joiners(world: World, origin: Origin, index: int) -> int:
    """Give how many join in a month (counted as an index); it depends on nothing that happened."""
    usual = world.arrivals.share * origin.customers * world.arrivals.season[index % 12]
    chance = float(Draws(origin.seed, index, Purpose.GROWTH).normal(np.array([0]))[0])
    return max(round(usual + chance * usual**0.5), 0)


def last_serial(world: World, origin: Origin, month: str) -> int:
    """Give the highest serial that exists at the end of a month: those who opened the world, and all joiners since."""
    opened = month_index(world.first_month) - world.warmup_months
    return origin.customers + sum(joiners(world, origin, at) for at in range(opened, month_index(month) + 1))


def persons_of(world: World, origin: Origin, serial: np.ndarray) -> np.ndarray:
    """Give the person behind each number: a few numbers belong to the person of an earlier one."""
    draws, person = Draws(origin.seed, 0, Purpose.PERSON), serial.copy()
    for _ in range(4):
        known = (draws.uniform(person, 90) < world.arrivals.known_person) & (person > 1)
        earlier = draws.integers(person, 1, np.maximum(person, 2), 91)
        person = np.where(known, earlier, person)
    return person


def households_of(world: World, origin: Origin, person: np.ndarray) -> np.ndarray:
    """Give each person's household; neighbours in number share one, others have their own."""
    shared = Draws(origin.seed, 0, Purpose.PERSON).uniform(person, 92) < world.persons.household
    return np.where(shared, (person - 1) // world.persons.household_size, person + LONE)


def areas_of(world: World, origin: Origin, household: np.ndarray) -> np.ndarray:
    """Give the cell area in which a household lives."""
    weights = list(world.place.cities.values())
    draws = Draws(origin.seed, 0, Purpose.PERSON)
    city = draws.choice(household, weights, 93)
    return city * world.place.areas_per_city + draws.integers(household, 0, world.place.areas_per_city, 94)


def groups_of(world: World, origin: Origin, person: np.ndarray, area: np.ndarray) -> np.ndarray:
    """Give each person's corporate group, -1 for none; a group has its members in one city."""
    draws, by = Draws(origin.seed, 0, Purpose.PERSON), world.persons
    count = max(round(origin.customers * by.group / by.group_size / len(world.place.cities)), 1)
    city = area // world.place.areas_per_city
    return np.where(draws.uniform(person, 95) < by.group, city * count + draws.integers(person, 0, count, 96), -1)


class Neighbours:
    """All serials up to a month in the order of their communities, to look up who lives or works near.

    Parameters
    ----------
    world : World
        Its parameters.
    origin : Origin
        What the world opened with.
    last : int
        The highest serial of the month.
    """

    def __init__(self, world: World, origin: Origin, last: int) -> None:
        serial = np.arange(1, last + 1)
        self.reach, self.size = world.circle.reach, world.persons.household_size
        self.person = persons_of(world, origin, serial)
        self.household = households_of(world, origin, self.person)
        area = areas_of(world, origin, self.household)
        group = groups_of(world, origin, self.person, area)
        within = Draws(origin.seed, 0, Purpose.PERSON).uniform(serial, 97)
        self.near, self.work = (
            _Community(order) for order in (np.lexsort((within, area)), np.lexsort((within, group)))
        )
        self.grouped = group >= 0

    def candidate(self, draws: Draws, serial: np.ndarray, slot: int, attempt: int) -> np.ndarray:
        """Give one candidate for a partner's slot: 0 lives in the same household, 1 works in the same group, the rest
        live near; who has no household or group looks near too, and so does everybody after the first attempt."""
        key = slot * TRIES + attempt
        near = self.near.beside(serial, draws.normal(serial, key) * self.reach)
        if attempt == 0 and slot == 0:
            other = draws.integers(serial, 1, self.size, key + 500)
            person = self.person[serial - 1]
            mate = (person - 1) // self.size * self.size + (person - 1 + other) % self.size + 1
            there = (mate <= len(self.person)) & (self.household[np.minimum(mate, len(self.person)) - 1] < LONE)
            return np.where((self.household[serial - 1] < LONE) & there, mate, near)
        if attempt == 0 and slot == 1:
            work = self.work.beside(serial, draws.normal(serial, key) * DESKS)
            return np.where(self.grouped[serial - 1], work, near)
        return near


class _Community:
    """Serials in an order in which those who belong together stand together."""

    def __init__(self, order: np.ndarray) -> None:
        self.order = order + 1
        self.place = np.empty(len(order), np.int64)
        self.place[order] = np.arange(len(order))

    def beside(self, serial: np.ndarray, away: np.ndarray) -> np.ndarray:
        """Give who stands some places ``away``, at least one."""
        step = np.where(away < 0, np.floor(away), np.ceil(away)).astype(np.int64)
        return self.order[(self.place[serial - 1] + step) % len(self.order)]
