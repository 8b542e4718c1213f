"""The door of the stand-in BOSS: a month is lived, rendered into its units, and written where BASS picks it up.

The world opens at ``first_month`` of its YAML and is carried from month to month in the workspace, so every delivery
may come from another process. A month that was lived already is rendered again, byte for byte the same.
"""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Literal

import pyarrow as pa
import pyarrow.parquet as pq

from bassboss_lib import engine, months
from bassboss_lib.boss import faults, history, reference
from bassboss_lib.boss.ahead import truth_table
from bassboss_lib.boss.choice import take_up_table
from bassboss_lib.boss.contact.true_effects import TrueEffects
from bassboss_lib.boss.damage import damaged, do_and_note
from bassboss_lib.boss.large import write_large
from bassboss_lib.boss.records import EVENTS, records
from bassboss_lib.boss.replicate import replicate, replicated_cdr
from bassboss_lib.boss.settling import cdr_blocks
from bassboss_lib.boss.state import State
from bassboss_lib.boss.world import World, read_world
from bassboss_lib.contracts import unit
from bassboss_lib.errors import CallError
from bassboss_lib.exchange import write_delivery
from bassboss_lib.workspace import Workspace

__all__ = ["PARQUET_FROM", "created_at", "deliver", "deliver_replicated", "truth"]

PARQUET_FROM = 50_000
"""Customers from which call records are delivered as Parquet."""


def deliver(
    workspace: Workspace,
    month: str,
    *,
    customers: int | None = None,
    seed: int | None = None,
    fault: Sequence[str] = (),
    world: World | None = None,
    cdr_form: Literal["auto", "dat", "parquet"] = "auto",
) -> list[Path]:
    """Live until ``month`` and write all its units into the inbox, with manifests and verification files.

    The do-not-contact list comes along, for the day of the workspace's clock.

    Parameters
    ----------
    workspace : Workspace
        Its ``boss`` folder keeps the world, its inbox takes the files.
    month : str
        ``YYYYMM``, from the world's first month on; months in between are lived, not delivered.
    customers, seed : int, optional
        For a world that opens now; default those of ``world.yaml``.
    fault : sequence of str
        Faults to do to the delivery, such as ``I03`` (CDRs) or ``I06:bill_item``.
    world : World, optional
        Parameters; default the shipped ones.
    cdr_form : {"auto", "dat", "parquet"}
        How call records come; by default as Parquet from `PARQUET_FROM` customers on.

    Returns
    -------
    list of Path
        The files, in the order in which they appeared.

    Raises
    ------
    CallError
        If the month, a fault or the world does not fit.
    DiskFailed
        If the disk refuses.
    """
    world = world or read_world()
    faults.of_unit(fault, "")
    state = history.live(workspace, world, month, customers, seed)
    large = cdr_form == "parquet" or (cdr_form == "auto" and len(state) >= PARQUET_FROM)
    written: list[Path] = []
    for name, table in records(world, state, events=not large).items():
        damages = faults.of_unit(fault, name)
        write = faults.write_wrong_month if faults.WRONG_MONTH in damages else write_delivery
        files = write(
            workspace.inbox,
            unit(name),
            month,
            table,
            province=workspace.settings.province,
            created=created_at(month),
        )
        written += do_and_note(workspace, month, name, damages, files)
    if large:
        written += _large(workspace, world, state, faults.of_unit(fault, EVENTS))
    files = reference.deliver_do_not_contact(workspace, state)
    name = "do_not_contact"
    return written + do_and_note(workspace, month, name, faults.of_unit(fault, name), files)


def deliver_replicated(workspace: Workspace, month: str, times: int, world: World | None = None) -> list[Path]:
    """Write a month that was lived into the inbox, every customer ``times`` over under new keys (`replicate`).

    Call records come as Parquet; those of the original alone are drawn.

    Raises
    ------
    CallError
        If the month has not been lived.
    """
    world, state = world or read_world(), history.state_of(workspace, month)
    province, created = workspace.settings.province, created_at(month)
    written: list[Path] = []
    for name, table in records(world, replicate(world, state, times), events=False).items():
        written += write_delivery(workspace.inbox, unit(name), month, table, province=province, created=created)
    blocks = replicated_cdr(world, state, times)
    return written + write_large(workspace.inbox, unit(EVENTS), month, blocks, province=province, created=created)


def _large(workspace: Workspace, world: World, state: State, damages: Sequence[str]) -> list[Path]:
    """Write call records as Parquet, block by block."""
    if damages:
        raise CallError(
            "faults are planted in text", where="--fault", remedy="deliver call records as dat, or a smaller world"
        )
    blocks, province = cdr_blocks(world, state), workspace.settings.province
    created = created_at(state.month)
    return write_large(workspace.inbox, unit(EVENTS), state.month, blocks, province=province, created=created)


def created_at(month: str) -> datetime:
    """Give the time at which BOSS builds a month's files: the third of the next month, two in the morning.

    Examples
    --------
    >>> created_at("202512")
    datetime.datetime(2026, 1, 3, 2, 0)
    """
    next_month = months.first_day(months.add(month, 1))
    return datetime(next_month.year, next_month.month, 3, 2)


def truth(workspace: Workspace, month: str, world: World | None = None) -> pa.Table:
    """Give the truth of a month that was lived, and keep all of it below ``boss/truth/month=<month>``.

    ``truth.parquet`` (one row per customer, see `truth_table`), ``take_up.parquet`` (one per customer and plan, see
    `choice.take_up_table`), ``effects.parquet`` (what a contact would do to each customer, see `TrueEffects.table`),
    ``damaged.parquet`` (what was damaged on purpose in the month's deliveries).

    Returns
    -------
    pyarrow.Table
        One row per customer in network at the month's end, see `truth_table`.

    Raises
    ------
    CallError
        If the month has not been delivered.
    """
    folder = workspace.boss / "truth" / f"month={months.require(month)}"
    if not (folder / "truth.parquet").exists():
        known, state = world or read_world(), history.state_of(workspace, month)
        engine.write_table(take_up_table(known, state), folder / "take_up.parquet", [])
        effects = TrueEffects(known, state)
        table = truth_table(known, state, effects.add)
        engine.write_table(effects.table(), folder / "effects.parquet", ["customer_id"])
        engine.write_table(table, folder / "truth.parquet", ["customer_id"])
    engine.write_table(damaged(workspace, month), folder / "damaged.parquet", ["unit", "line"])
    return pq.read_table(folder / "truth.parquet", partitioning=None)
