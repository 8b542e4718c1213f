"""Prove that no feature looks ahead: compute it with the future present and with the future gone.

A feature as of a month may use only what lies at or before its end. The proof does not trust the code that reads: it
lays a second warehouse that ends with the month, computes every feature in both, and names the columns that differ.
"""

import os
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pandas as pd

from bassboss_lib.errors import BassbossError, GateRefused
from bassboss_lib.features.build import GROUPS, Group
from bassboss_lib.features.view import View

__all__ = ["leaking", "refuse_leaks"]


def leaking(view: View, groups: Sequence[Group] = GROUPS) -> list[str]:
    """Name the features whose values change when the months after the view's month are taken away."""
    names = []
    with tempfile.TemporaryDirectory(dir=view.workspace.root, prefix=".past-") as folder:
        past = replace(view, workspace=replace(view.workspace, root=Path(folder)))
        _lay_past(view, past)
        for group in groups:
            with_future, without = group.table(view), _without_future(group, past)
            names += [feature.name for feature in group.features if not _same(feature.name, with_future, without)]
    return names


def _without_future(group: Group, past: View) -> pd.DataFrame:
    try:
        return group.table(past)
    except (BassbossError, OSError, LookupError, ValueError):
        return pd.DataFrame()  # it cannot be computed at all without the future


def _same(name: str, one: pd.DataFrame, other: pd.DataFrame) -> bool:
    return name in other and one[name].equals(other[name])


def _lay_past(view: View, past: View) -> None:
    """Link the partitions up to the view's month into a second warehouse; links cost no space."""
    source = view.workspace.warehouse
    for file in sorted(source.glob("*/month=*/*.parquet")):
        if file.parent.name <= f"month={view.month}":
            target = past.workspace.warehouse / file.relative_to(source)
            target.parent.mkdir(parents=True, exist_ok=True)
            os.link(file, target)


def refuse_leaks(view: View, groups: Sequence[Group] = GROUPS) -> None:
    """Raise `GateRefused` with the names of the features that look ahead (R18)."""
    names = leaking(view, groups)
    if names:
        raise GateRefused(
            f"features look past {view.month}: {', '.join(names)}",
            fault="R18",
            where=names[0],
            kept="no model was trained",
            remedy="read through the view of the month",
        )
