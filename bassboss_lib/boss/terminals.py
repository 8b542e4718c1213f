"""Terminal models: at every launch one for each price band; they are numbered in the order of launch.

A model's number tells its launch, band, maker and generation, and the type allocation code (TAC) under which the
network knows it: codes are given out in sequence.
"""

import numpy as np

from bassboss_lib.boss.state import month_index
from bassboss_lib.boss.world import World

__all__ = ["BANDS", "band", "generation", "launch_month", "maker", "newest_launch", "tac"]

BANDS = 3


def newest_launch(world: World, month: str) -> int:
    """Give the number of the newest launch by ``month``; launches count from 0."""
    age = month_index(month) - month_index(world.terminal.first_launch)
    return max(age, 0) // world.terminal.launch_every_months


def launch_month(world: World, model: int) -> int:
    """Give the month (index) in which a model was launched."""
    return month_index(world.terminal.first_launch) + model // BANDS * world.terminal.launch_every_months


def band(model: np.ndarray) -> np.ndarray:
    """Give the price band of each model, 1 entry to 3 high."""
    return model % BANDS + 1


def maker(world: World, model: int) -> str:
    """Give the maker of a model."""
    return world.terminal.makers[(model // BANDS + model % BANDS) % len(world.terminal.makers)]


def generation(world: World, model: int) -> str:
    """Give the radio generation of a model: the entry band follows some launches later."""
    by = world.terminal
    first = by.second_generation + (by.entry_later if model % BANDS == 0 else 0)
    return "4G" if model // BANDS < first else "5G"


def tac(model: int) -> str:
    """Give the type allocation code of a model."""
    return str(86_100_000 + model * 1_373)
