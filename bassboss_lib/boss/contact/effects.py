"""The two places where life asks what contact does.

Each month `contact_factors` scales every cause's hazard by the contacts on record; where tasks are to be worked in the
month, `work_orders` says who was contacted on which day and what that makes of the rest of the month.
"""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from bassboss_lib.boss.draws import Draws
from bassboss_lib.boss.state import People, State
from bassboss_lib.boss.world import REASONS, World

__all__ = ["Worked", "contact_factors", "work_orders"]


@dataclass(frozen=True)
class Worked:
    """What the tasks of a month did.

    Parameters
    ----------
    people : dict
        Columns of the state that changed, all rows.
    day : ndarray of float
        Days of the month that had passed when the customer was contacted; the length of the month for everybody else.
    factor : ndarray of float
        Factor on each cause's hazard from that day to the month's end: one row per customer, columns as `REASONS`.
    """

    people: People
    day: np.ndarray
    factor: np.ndarray


def contact_factors(world: World, state: State) -> np.ndarray:
    """Give the factor on each cause's hazard that the contacts on record make: rows of the state, columns as `REASONS`.

    No contact, no change: ones.
    """
    return np.ones((len(state), len(REASONS)))


def work_orders(world: World, state: State, orders: pa.Table, moment: np.ndarray, draws: Draws) -> Worked | None:
    """Work the tasks of a month; None if none is worked.

    Parameters
    ----------
    world, state : World, State
        The month as it stands before anybody leaves in it.
    orders : pyarrow.Table
        One row per task: ``serial``, ``day`` (from 1), ``hour``, ``kind`` (retention, survey, care), what is offered.
    moment : ndarray of float
        Days of the month after which the customer leaves if nobody calls; infinite for those who stay. A task on
        a later day finds nobody.
    draws : Draws
        Of the month and copy.
    """
    return None
