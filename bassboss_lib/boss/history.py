"""The months that the world has lived, one state file each below ``boss/state``, and the step from one to the next."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from bassboss_lib import months
from bassboss_lib.boss import life, state
from bassboss_lib.boss.settling import happened
from bassboss_lib.boss.state import State
from bassboss_lib.boss.world import World
from bassboss_lib.errors import CallError
from bassboss_lib.workspace import Workspace

__all__ = ["live", "lived", "orders_of", "path_of", "state_of", "twin"]


def path_of(workspace: Workspace, month: str) -> Path:
    """Name the state file of a month."""
    return workspace.boss / "state" / f"month={month}" / "state.parquet"


def orders_of(workspace: Workspace, month: str) -> pa.Table | None:
    """Read the tasks that BOSS works in a month; None where there are none."""
    path = workspace.boss / "orders" / f"month={month}" / "orders.parquet"
    return pq.read_table(path, partitioning=None) if path.exists() else None


def lived(workspace: Workspace) -> list[str]:
    """List the months that the world has lived, oldest first."""
    return sorted(
        path.parent.name.removeprefix("month=") for path in workspace.boss.glob("state/month=*/state.parquet")
    )


def state_of(workspace: Workspace, month: str) -> State:
    """Read the state at the end of a month; raise `CallError` if it has not been lived."""
    return state.load(path_of(workspace, month))


def live(workspace: Workspace, world: World, month: str, customers: int | None, seed: int | None) -> State:
    """Live until the end of ``month`` and give its state; months lived before are read, not lived again.

    Parameters
    ----------
    workspace : Workspace
        Where states are kept.
    world : World
        Its parameters.
    month : str
        ``YYYYMM``, not before the world's first month.
    customers, seed : int, optional
        For a world that opens now; default the YAML's. For one that has opened they must be the same.

    Raises
    ------
    CallError
        If the month lies before the first, or another world lives in this workspace.
    """
    if months.require(month) < world.first_month:
        raise CallError(f"the world opens in {world.first_month}", where=month, remedy="choose a later month")
    earlier = [one for one in lived(workspace) if one <= month]
    if earlier:
        current = state_of(workspace, earlier[-1])
        _same_world(current, customers, seed)
    else:
        current = life.opening(world, customers or world.customers, world.seed if seed is None else seed)
    while current.month < month:
        month_orders = orders_of(workspace, months.add(current.month, 1))
        current = happened(world, life.month_later(world, current, month_orders))
        state.save(current, path_of(workspace, current.month))
    return current


def twin(workspace: Workspace, world: World, month: str) -> State:
    """Live the same world until ``month`` without any contact: what would have been, customer by customer.

    Customers whom no contact touched, nor anybody in their circle or on their family's plan, live the same life in
    both, draw by draw. States are kept below ``boss/twin``; as long as no month had orders, the twin is the world
    itself.

    Raises
    ------
    CallError
        If the month has not been lived.
    """
    state_of(workspace, month)
    ordered = [one for one in lived(workspace) if one <= month and orders_of(workspace, one) is not None]
    if not ordered:
        return state_of(workspace, month)
    kept = {one: workspace.boss / "twin" / f"month={one}" / "state.parquet" for one in months.span(ordered[0], month)}
    done = [one for one, path in kept.items() if path.exists()]
    current = state.load(kept[done[-1]]) if done else _before(workspace, world, ordered[0])
    while current.month < month:
        current = happened(world, life.month_later(world, current))
        state.save(current, kept[current.month])
    return current


def _before(workspace: Workspace, world: World, month: str) -> State:
    """Give the state at the end of the month before; the world's opening if that is it."""
    previous = months.add(month, -1)
    if previous in lived(workspace):
        return state_of(workspace, previous)
    header = state_of(workspace, month).header
    return life.opening(world, int(header["customers"]), int(header["seed"]))


def _same_world(current: State, customers: int | None, seed: int | None) -> None:
    for name, asked in (("customers", customers), ("seed", seed)):
        if asked is not None and str(asked) != current.header[name]:
            raise CallError(
                f"this workspace's world has {name} {current.header[name]}, not {asked}",
                where="boss/state",
                kept="nothing changed",
                remedy="leave the option out, or use another workspace",
            )
