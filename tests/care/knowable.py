"""What a task would bring by all that fields can tell: the attitude by age and use, the type by segment.

Nobody who sees only what is delivered knows more of a customer whom care never met; earlier answers may tell more.
"""

import numpy as np
from scipy.special import ndtr, ndtri

from bassboss_lib.boss.contact.types import AGE, DAYS_A_YEAR
from bassboss_lib.boss.contact_terms import ATTITUDES
from bassboss_lib.boss.state import People
from bassboss_lib.boss.world import World

__all__ = ["attitude_shares", "knowable_gain"]


def attitude_shares(world: World, people: People) -> np.ndarray:
    """Give the probability of each attitude, a row per customer, given age at joining and use of data."""
    years = (people["join_day"] - people["birth_day"]) / DAYS_A_YEAR
    old = ndtri(np.clip(AGE.cdf(years), 1e-9, 1 - 1e-9))
    use = world.usage.megabytes
    shown = (old - (people["log_megabytes"] - np.log(use.median)) / use.sigma) / np.sqrt(2.0)
    hidden = world.unobserved.share
    edges = ndtri(np.cumsum(list(world.attitudes.values()))[:-1])
    below = ndtr((edges[None, :] - np.sqrt(1 - hidden) * shown[:, None]) / np.sqrt(hidden))
    return np.diff(np.column_stack([np.zeros(len(shown)), below, np.ones(len(shown))]), axis=1)


def knowable_gain(world: World, people: People, segment: np.ndarray, forms: tuple[str, ...]) -> np.ndarray:
    """Give the expected points of whoever is reached, a row per customer and a column per form."""
    terms, attitude = world.contact, attitude_shares(world, people)
    types = np.eye(len(world.types.kinds))[people["latent_type"]]
    shares = np.stack([types[segment == one].mean(axis=0) for one in range(int(segment.max()) + 1)])[segment]
    dog = ATTITUDES.index("sleeping_dog")
    found = []
    for code in forms:
        form = terms.care.forms[code]
        fit = np.array(form.fit)
        suits = terms.accept.match * np.minimum(fit / 2.0, 1.0)
        gains = [form.satisfaction * fit * (getattr(terms.accept, name) + suits) for name in ATTITUDES]
        gains[dog] = np.full(len(fit), terms.satisfaction.sleeping_dog * form.loud)
        found.append(sum(attitude[:, place] * (shares @ gain) for place, gain in enumerate(gains)))
    return np.column_stack(found)
