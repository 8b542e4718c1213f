"""What is latent in customers: their type, and the numbers that their habits lean on.

A customer's type shifts eight latents (`LATENTS`): how much is called, surfed and written, how much of it at night and
away from home, how many people are called, how prices and troubles are felt. Over newcomers each has mean 0 and
variance 1 whatever the types, so that types move customers apart and leave the world's totals where they were. Rarely a
customer becomes another type; habits then move by the difference.
"""

from functools import cache

import numpy as np

from bassboss_lib.boss.draws import Draws
from bassboss_lib.boss.parameters.types import LATENTS, Types
from bassboss_lib.boss.state import People
from bassboss_lib.boss.world import World

__all__ = [
    "OF_HABITS",
    "centres",
    "change_of_type",
    "drawn_at_birth",
    "factor",
    "latents",
    "odds_of",
    "outgoing_share",
    "types_at_birth",
    "within",
]

OF_HABITS = {"voice": "calls", "data": "megabytes", "sms": "messages"}
"""Latents that are the size of a habit, and the part of ``usage`` that tells it."""
OWN = tuple(name for name in LATENTS if name not in OF_HABITS)
SLOT = 300  # of a newcomer's draws; one more for each latent


def types_at_birth(world: World, draws: Draws, serial: np.ndarray) -> np.ndarray:
    """Give newcomers their type, as its place in ``types.kinds``."""
    return draws.choice(serial, world.types.shares.tolist(), SLOT)


def centres(world: World) -> np.ndarray:
    """Give the mean of each latent by type, in standard deviations over newcomers: types in rows, latents in columns.

    Examples
    --------
    >>> from bassboss_lib.boss import read_world
    >>> world = read_world()
    >>> bool(np.allclose(world.types.shares @ centres(world), 0.0))
    True
    """
    return _standard(_key(world.types))[0]


def within(world: World) -> dict[str, float]:
    """Give the standard deviation of each latent within a type."""
    return dict(zip(LATENTS, _standard(_key(world.types))[1].tolist(), strict=True))


def _key(types: Types) -> tuple[bytes, bytes, int]:
    return types.shares.tobytes(), types.shifts.tobytes(), len(types.kinds)


@cache
def _standard(key: tuple[bytes, bytes, int]) -> tuple[np.ndarray, np.ndarray]:
    shares, shifts = np.frombuffer(key[0]), np.frombuffer(key[1]).reshape(key[2], len(LATENTS))
    away = shifts - shares @ shifts
    own = 1.0 / np.sqrt(1.0 + shares @ away**2)
    return away * own, own


def drawn_at_birth(world: World, kind: np.ndarray, draws: Draws, serial: np.ndarray) -> People:
    """Give newcomers the latents that are no habit's size, as columns ``latent_night`` and so on."""
    middle, own = centres(world)[kind], within(world)
    return {
        f"latent_{name}": middle[:, LATENTS.index(name)] + own[name] * draws.normal(serial, SLOT + 1 + at)
        for at, name in enumerate(OWN)
    }


def factor(world: World, people: People, name: str) -> np.ndarray:
    """Give what a latent makes of a chance: a factor whose mean over newcomers is 1."""
    spread = getattr(world.types.spreads, name)
    middle, own = centres(world)[:, LATENTS.index(name)], within(world)[name]
    mean = float(world.types.shares @ np.exp(spread * middle + (spread * own) ** 2 / 2))
    return np.exp(spread * people[f"latent_{name}"]) / mean


def outgoing_share(world: World, people: People) -> np.ndarray:
    """Give the share of each customer's calls and messages that go out: who counts money waits to be called."""
    return odds_of(world.usage.outgoing, np.exp(-world.types.spreads.price * people["latent_price"]))


def odds_of(share: float, ratio: np.ndarray) -> np.ndarray:
    """Give the share that comes of multiplying the odds of a usual one.

    Examples
    --------
    >>> odds_of(0.5, np.array([1.0, 3.0])).tolist()
    [0.5, 0.75]
    """
    return share * ratio / (1.0 - share + share * ratio)


def change_of_type(world: World, people: People, draws: Draws) -> People:
    """Let some become another type, from this month on: their habits move by what lies between the two."""
    serial, before = people["serial"], people["latent_type"]
    changes = draws.uniform(serial) < world.types.change
    kind = np.where(changes, draws.choice(serial, world.types.shares.tolist(), 1), before)
    step = centres(world)[kind] - centres(world)[before]
    moved = {f"latent_{name}": people[f"latent_{name}"] + step[:, LATENTS.index(name)] for name in OWN}
    for name, habit in OF_HABITS.items():
        sigma = getattr(world.usage, habit).sigma
        moved[f"log_{habit}"] = people[f"log_{habit}"] + sigma * step[:, LATENTS.index(name)]
    feels = np.exp(world.usage.elasticity.sigma * step[:, LATENTS.index("price")])
    since = np.where(kind != before, draws.month_index, people["latent_since"])
    return moved | {"latent_type": kind, "latent_since": since, "elasticity": people["elasticity"] * feels}


def latents(world: World, people: People) -> People:
    """Give the latents as they stand, one column for each of `LATENTS`; habits drift, and with them their latents."""
    found = {}
    for name in LATENTS:
        if name in OF_HABITS:
            habit = getattr(world.usage, OF_HABITS[name])
            found[name] = (people[f"log_{OF_HABITS[name]}"] - np.log(habit.median)) / habit.sigma
        else:
            found[name] = people[f"latent_{name}"]
    return found
