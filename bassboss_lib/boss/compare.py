"""The world beside its twin without contact: who left of their own accord in one and not in the other."""

import numpy as np
import pyarrow as pa

from bassboss_lib import months
from bassboss_lib.boss import history
from bassboss_lib.boss.identity import customer_ids
from bassboss_lib.boss.state import State
from bassboss_lib.boss.world import World, read_world
from bassboss_lib.workspace import Workspace

__all__ = ["beside_twin"]


def beside_twin(workspace: Workspace, since: str, month: str, world: World | None = None) -> pa.Table:
    """Compare the world with its twin at a month's end.

    Parameters
    ----------
    since : str
        Month at whose end both were the same; at most as many months before ``month`` as customers who left are kept.

    Returns
    -------
    pyarrow.Table
        One row per customer in network at the end of ``since``: ``customer_id``, ``left``, ``left_twin`` (whether the
        customer had left of their own accord by ``month``, with contact and without), ``called`` (whether BOSS worked a
        task for the customer in between).
    """
    start = history.state_of(workspace, since)
    known = start.people["serial"][start.active]
    lives = history.state_of(workspace, month), history.twin(workspace, world or read_world(), month)
    left, left_twin = (np.isin(known, _leavers(state, start.index)) for state in lives)
    tasks = [history.orders_of(workspace, one) for one in months.span(months.add(since, 1), month)]
    called = [table["serial"].to_numpy() for table in tasks if table is not None]
    worked = np.isin(known, np.concatenate(called)) if called else np.zeros(len(known), bool)
    return pa.table({"customer_id": customer_ids(known), "left": left, "left_twin": left_twin, "called": worked})


def _leavers(state: State, since: int) -> np.ndarray:
    people = state.people
    return people["serial"][people["voluntary"] & (people["left_index"] > since)]
