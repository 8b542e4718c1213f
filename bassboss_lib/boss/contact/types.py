"""What customers feel about being contacted at all: their attitude, beneath what files show.

Attitudes are drawn once, at birth. They show in age and use, so that a model can learn from delivered fields whom a
contact changes: the old who surf little are likelier sleeping dogs, the young who surf much likelier persuadable. The
share of their variance that shows in no field is that of the hazards of leaving.
"""

import numpy as np
from scipy.special import ndtri
from scipy.stats import gamma

from bassboss_lib.boss.state import People
from bassboss_lib.boss.world import World

__all__ = ["DAYS_A_YEAR", "attitudes"]

AGE = gamma(6.0, loc=16.0, scale=3.6)  # of newcomers, in years (population)
DAYS_A_YEAR = 365.25


def attitudes(world: World, people: People, normal: np.ndarray) -> np.ndarray:
    """Give attitudes at birth: 0 receptive, 1 indifferent, 2 sleeping dog, in the shares of ``world.attitudes``.

    Parameters
    ----------
    world : World
        Its shares of attitudes, and the share of variance that no field shows.
    people : dict
        Newcomers: ``birth_day``, ``join_day``, ``log_megabytes``.
    normal : ndarray
        One standard normal draw per newcomer.
    """
    years = (people["join_day"] - people["birth_day"]) / DAYS_A_YEAR
    old = ndtri(np.clip(AGE.cdf(years), 1e-9, 1 - 1e-9))
    surfs = (people["log_megabytes"] - np.log(world.usage.megabytes.median)) / max(world.usage.megabytes.sigma, 1e-9)
    hidden = world.unobserved.share
    level = np.sqrt(1 - hidden) * (old - surfs) / np.sqrt(2.0) + np.sqrt(hidden) * normal
    edges = ndtri(np.clip(np.cumsum(list(world.attitudes.values()))[:-1], 0.0, 1.0))
    return np.searchsorted(edges, level, side="right")
