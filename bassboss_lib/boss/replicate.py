"""Replicas of a lived world: the same lives under new keys, so that a million customers cost what a few thousand do.

A replica's customers have serials, names and numbers of their own and their originals' behaviour; their circles lie
within the replica. So statistics are those of the original, and keys are unique.
"""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from bassboss_lib.boss import identity
from bassboss_lib.boss.settling import cdr_blocks
from bassboss_lib.boss.state import State
from bassboss_lib.boss.world import World

__all__ = ["replicate", "replicated_cdr"]

PEOPLE_APART = 1 << 22  # replicas' persons, households and groups are numbered this far apart


def replicate(world: World, state: State, times: int) -> State:
    """Give a state with every customer ``times`` over: the originals first, then each replica in turn.

    Parameters
    ----------
    world, state : World, State
        A month that was lived and settled (`settling.happened`).
    times : int
        How often everybody is there afterwards.

    Returns
    -------
    State
        For delivering tables and for benchmarks; months after it can not be lived, since newcomers' keys are taken.
    """
    step = int(state.people["serial"][-1])
    copies = [_replica(world, state, number * step, number) for number in range(times)]
    people = {name: np.concatenate([one.people[name] for one in copies]) for name in state.people}
    circle = np.concatenate([one.circle for one in copies])
    return replace(state, people=people, circle=circle)


def _replica(world: World, state: State, shift: int, number: int) -> State:
    people = dict(state.people)
    people["serial"] = people["serial"] + shift
    people["name"] = (people["name"] + number * 7_919) % 2**40
    for name in ("person", "household"):
        people[name] = people[name] + number * PEOPLE_APART
    groups = int(people["group_id"].max(initial=0)) + 1
    people["group_id"] = np.where(people["group_id"] >= 0, people["group_id"] + number * groups, -1)
    return replace(state, people=people, circle=state.circle + shift)


def replicated_cdr(world: World, state: State, times: int) -> Iterator[pa.Table]:
    """Give the call records of a replicated month, drawing those of the original alone.

    ``state`` is the original; customers and the numbers of partners who are customers get the replicas' keys,
    numbers of other operators stay.
    """
    step = int(state.people["serial"][-1])
    serial = np.arange(1, step + 1)
    for block in cdr_blocks(world, state):
        for number in range(times):
            yield block if number == 0 else _renamed(block, serial, number * step)


def _renamed(block: pa.Table, serial: np.ndarray, shift: int) -> pa.Table:
    """Exchange the customers of a block and their partners for those whose serials are ``shift`` higher."""
    for name, keys in (("customer_id", identity.customer_ids), ("other_party", _numbers)):
        names = pc.unique(block[name]).drop_null()
        known = pa.array(keys(serial))
        place = pc.index_in(names, value_set=known)
        renamed = pa.array(keys(serial + shift)).take(place)
        new = pc.coalesce(renamed, names)
        column = new.take(pc.index_in(block[name], value_set=names))
        block = block.set_column(block.column_names.index(name), block.schema.field(name), column)
    return block


def _numbers(serial: np.ndarray) -> np.ndarray:
    return identity.msisdns(serial).astype(str)
