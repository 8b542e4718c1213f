"""A workspace that shows what a run read, and nothing else: laid by hard links, with an outbox of its own."""

import os
import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from bassboss_lib.warehouse.partitions import months, paths
from bassboss_lib.workspace import AsOf, Workspace, open_workspace

__all__ = ["FROZEN", "lay_workspace"]

FROZEN = "frozen.json"
"""Beside a reproduced notebook: which workspace it opens, at which time, and as of which month."""


def lay_workspace(workspace: Workspace, target: Path, limits: AsOf | None, now: str) -> Workspace:
    """Lay a workspace at ``target`` with the warehouse as a run read it, and vault and models as they are.

    Parameters
    ----------
    limits : AsOf, optional
        The month and the versions that the run could read; None for a table without months: everything.
    now : str
        ISO time of the run.
    """
    target.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(workspace.root / "settings.yaml", target / "settings.yaml")
    laid = open_workspace(target, now)
    seen = replace(workspace, now=datetime.fromisoformat(now), as_of=limits)
    linked = [*_warehouse(seen), *_files(workspace.vault), *_files(workspace.models)]
    for file in linked:
        link = target / file.relative_to(workspace.root)
        link.parent.mkdir(parents=True, exist_ok=True)
        os.link(file, link)
    for folder in (target / "vault").rglob("*"):
        folder.chmod(0o700) if folder.is_dir() else None
    return laid


def _warehouse(seen: Workspace) -> Iterator[Path]:
    """Give what may be read: of every table that comes in parts the version known, of others what lies before."""
    for table in sorted(seen.warehouse.iterdir()):
        if table.name == "source":
            yield from _files(table)
            continue
        visible = months(seen, table.name)
        yield from paths(seen, table.name, visible)
        for month in visible:
            yield from (file for file in _files(table / f"month={month}") if not file.name.startswith("part-"))


def _files(folder: Path) -> Iterator[Path]:
    return (path for path in sorted(folder.rglob("*")) if path.is_file())
