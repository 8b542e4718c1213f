"""The months that the world has lived, one state file each below ``boss/state``, and the step from one to the next."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from bassboss_lib import months
from bassboss_lib.boss import calls, life, state, tables
from bassboss_lib.boss.calls import Events
from bassboss_lib.boss.state import Purpose, State, stream
from bassboss_lib.boss.tables import Bills
from bassboss_lib.boss.world import World
from bassboss_lib.errors import CallError
from bassboss_lib.workspace import Workspace

__all__ = ["happened", "live", "lived", "orders_of", "path_of", "state_of"]


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
        current = life.month_later(world, current, orders_of(workspace, months.add(current.month, 1)))
        current, _, _ = happened(world, current)
        state.save(current, path_of(workspace, current.month))
    return current


def happened(world: World, current: State) -> tuple[State, Events, Bills]:
    """Give the events and bills of a state's month, and the state with what they settle."""
    event = calls.events(world, current, stream(int(current.header["seed"]), current.month, Purpose.EVENTS))
    bill = tables.bills(world, current, event)
    return tables.with_bills(current, bill, event), event, bill


def _same_world(current: State, customers: int | None, seed: int | None) -> None:
    for name, asked in (("customers", customers), ("seed", seed)):
        if asked is not None and str(asked) != current.header[name]:
            raise CallError(
                f"this workspace's world has {name} {current.header[name]}, not {asked}",
                where="boss/state",
                kept="nothing changed",
                remedy="leave the option out, or use another workspace",
            )
