"""What a month leaves behind, and the same inputs laid again in another order: the same bytes are expected."""

import os
import shutil
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from bassboss_lib.ledger import Ledger
from bassboss_lib.workspace import Workspace, open_workspace

MADE_HERE = ("assignment", "outcome")
"""Tables that the ledger holds by their hash: no inputs."""


def opened(root: Path, now: str) -> Workspace:
    """Open a workspace at a time, and point the environment at it."""
    os.environ["BASSBOSS_WORKSPACE"], os.environ["BASSBOSS_NOW"] = str(root), now
    return open_workspace(root, now)


def what_is_there(root: Path, month: str) -> dict[str, bytes]:
    """Give what a run of a month makes: the list with its verification file, scores and models."""
    found = [*root.glob(f"outbox/*_{month}_31001_*"), *root.glob("models/*/*/*")]
    found += root.glob(f"warehouse/score/month={month}/*.parquet")
    return {str(path.relative_to(root)): path.read_bytes() for path in sorted(found)}


def lay_shuffled(root: Path, again: Path, seed: int, *, but: tuple[str, ...] = ()) -> None:
    """Copy a workspace as it was before its first run, with the rows of every table in another order.

    ``but`` names what is left out of the copy besides, such as tables that are to be built anew.
    """
    gone = ("outbox", "models", "score", "ledger.db*", "runs", *but)
    shutil.copytree(root, again, ignore=shutil.ignore_patterns(*gone))
    for path in again.glob("warehouse/*/month=*/part-*.parquet"):
        if path.parts[-3] not in MADE_HERE:
            table = pq.read_table(path, partitioning=None)
            order = np.random.default_rng(seed).permutation(table.num_rows)
            pq.write_table(table.take(pa.array(order)), path)
    shutil.copyfile(root / "ledger.db", again / "ledger.db")
    (again / "ledger.db").chmod(0o600)
    _forget_runs(again / "ledger.db")


def _forget_runs(path: Path) -> None:
    with Ledger(path) as ledger:
        for table in ("champion", "promotion", "model"):
            ledger.execute(f"DELETE FROM {table}")  # noqa: S608 - names of ours
        for table in ("part", "receipt", "reject"):
            ledger.execute(f"DELETE FROM {table} WHERE delivery LIKE 'out-%'")  # noqa: S608 - names of ours
        ledger.execute("DELETE FROM delivery WHERE direction = 'out'")
