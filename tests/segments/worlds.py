"""Customers of planted types, as `measures` gives them: written down here apart from the library."""

import numpy as np
import pandas as pd

MIDDLE = {"calls": 20.0, "data": 1500.0, "sms": 2.0, "night": 0.1, "away": 0.02, "outgoing": 0.55, "circle": 20.0,
          "spend": 6000.0, "beyond": 0.2, "tenure": 30.0, "complaints": 0.0, "short_calls": 0.05}  # fmt: skip
TYPES = (
    {"calls": 1.4, "spend": 0.5}, {"data": 1.8, "spend": 0.8}, {"sms": 2.0}, {"night": 1.5}, {"away": 1.8},
    {"outgoing": -0.8, "circle": -1.2},
)  # fmt: skip
"""Shifts in logs, by type."""


def kinds(count: int = 1200) -> np.ndarray:
    """Give the type of each customer, in an order by chance, as that of pseudonyms is."""
    return np.random.default_rng(7).permutation(count) % len(TYPES)


def people(count: int = 1200, seed: int = 0) -> pd.DataFrame:
    """Give customers of the types that `kinds` gives; indexed by pseudonym."""
    chance = np.random.default_rng(seed)
    frame = {}
    for name, middle in MIDDLE.items():
        shift = np.array([one.get(name, 0.0) for one in TYPES])[kinds(count)]
        frame[name] = middle * np.exp(shift + 0.2 * chance.normal(size=count))
    frame["outgoing"] = frame["outgoing"].clip(0, 0.95)
    frame["complaints"] = (chance.uniform(size=count) < 0.03).astype(float)
    return pd.DataFrame(frame, index=pd.Index([f"p{place:06d}" for place in range(count)], name="pseudonym"))


def moved(measured: pd.DataFrame, seed: int, noise: float = 0.1) -> pd.DataFrame:
    """Give the same customers a month later: the same habits, measured with noise."""
    chance = np.random.default_rng(seed)
    return measured * np.exp(noise * chance.normal(size=measured.shape))
