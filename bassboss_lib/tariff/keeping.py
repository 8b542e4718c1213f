"""What a rehearsal works out before it looks at a candidate is kept beside the warehouse, for the next candidate.

The usage of a window of months, the bills beside it, parity, units by class, totals (`rating.stored`): all of it
follows from what was delivered, and lies in a folder named by a hash of just that, and of the text of this room. So
nothing has to be told when a delivery is restated or a rule changes: another hash, another folder; the old one goes.
"""

import json
import shutil
from collections.abc import Sequence
from dataclasses import fields
from functools import cache
from hashlib import file_digest, sha256
from math import inf
from pathlib import Path
from time import time

import pandas as pd
import pyarrow as pa

from bassboss_lib import months as calendar
from bassboss_lib.engine import read_table, write_table
from bassboss_lib.rating.kernel_types import stamp
from bassboss_lib.rating.stored import aside, keep_arrays, keep_usage, kept_array, kept_usage
from bassboss_lib.tariff.material import Material, boss_catalogue, boss_material, source_material
from bassboss_lib.tariff.parity import Parity, parity
from bassboss_lib.warehouse.partitions import paths
from bassboss_lib.workspace import Workspace

__all__ = ["kept_material", "kept_parity"]

FOLDER, DAY_S = "rehearsal", 86_400
WINDOWS_MOST = 6
"""Windows of months kept, those made last: each takes more room than its call records."""
FRAMES = [one.name for one in fields(Parity) if one.name not in ("unrated_fen", "grouped")]


def kept_material(workspace: Workspace, month: str, source: str, count: int) -> Material:
    """Give the last ``count`` months up to ``month``, as kept, or read and then kept; a source is read anew.

    Raises
    ------
    InputRefused
        If a month lacks a unit.
    DiskFailed
        If the disk refuses.
    """
    if source:
        return source_material(workspace, source)
    months = calendar.span(calendar.add(month, 1 - count), month)
    home = workspace.warehouse / FOLDER / f"{months[0]}-{months[-1]}"
    place = home / _hash(workspace, months)
    if not (place / "usage").exists():
        made = boss_material(workspace, months)
        if place.exists() and not (place / "usage").exists():
            shutil.rmtree(place, ignore_errors=True)  # what a rehearsal left whose folder was removed under it
        with aside(place) as folder:
            _keep(folder, made)
        _forget_others(place)
    catalogue = boss_catalogue(workspace, month)
    return Material(
        catalogue,
        kept_usage(place / "usage"),
        kept_array(place / "plans", "plan_of_row"),
        _frame(place, "customers"),
        _frame(place, "sent"),
        catalogue.header.currency,
        place,
        kept_array(place / "plans", "grouped"),
    )


def _keep(place: Path, made: Material) -> None:
    keep_arrays(place / "plans", {"plan_of_row": made.plan_of_row, "grouped": made.grouped})
    _write(place, "customers", made.customers)
    _write(place, "sent", made.sent)
    keep_usage(place / "usage", made.usage)


def _forget_others(place: Path) -> None:
    """Remove what was kept of earlier deliveries and windows, and what a killed run left half done a day ago."""
    for other in place.parent.iterdir():
        unfinished = other.name.startswith(".") and _age_s(other) < DAY_S
        if other != place and not unfinished:
            shutil.rmtree(other, ignore_errors=True)
    for window in sorted(place.parent.parent.iterdir(), key=_age_s)[WINDOWS_MOST:]:
        shutil.rmtree(window, ignore_errors=True)


def _age_s(folder: Path) -> float:
    """Give the seconds since a folder changed; one finished or removed meanwhile is the oldest."""
    try:
        return time() - folder.stat().st_mtime
    except FileNotFoundError:
        return inf


def _write(place: Path, name: str, frame: pd.DataFrame | None) -> None:
    write_table(pa.Table.from_pandas(frame, preserve_index=False), place / f"{name}.parquet", [])


def _frame(place: Path, name: str) -> pd.DataFrame:
    return read_table([place / f"{name}.parquet"]).to_pandas()


def _hash(workspace: Workspace, months: Sequence[str]) -> str:
    """Hash what material follows from: the bytes delivered, and the text of this room and of rating."""
    found = sha256(f"{stamp()} {_text()} {months}".encode())
    for table, wanted in (("plan", months[-1:]), ("customer", months), ("bill_item", months), ("cdr", months)):
        for path in paths(workspace, table, wanted):
            with path.open("rb") as file:
                found.update(f"{path.parent.name}/{path.name}".encode() + file_digest(file, "sha256").digest())
    return found.hexdigest()[:16]


@cache
def _text() -> str:
    sources = sorted(Path(__file__).parent.glob("*.py"))
    return sha256(b"".join(path.read_bytes() for path in sources)).hexdigest()


def kept_parity(given: Material) -> Parity | None:
    """Give the parity of material, as kept if it is."""
    if given.kept is None:
        return parity(given)
    place = given.kept / "parity"
    if not place.exists():
        found = parity(given)
        if found is None:
            return None
        with aside(place) as folder:
            for name in FRAMES:
                _write(folder, name, getattr(found, name))
            (folder / "unrated.json").write_text(json.dumps(found.unrated_fen), encoding="utf-8")
    unrated = json.loads((place / "unrated.json").read_text(encoding="utf-8"))
    return Parity(**{name: _frame(place, name) for name in FRAMES}, unrated_fen=unrated, grouped=len(given.grouped))
