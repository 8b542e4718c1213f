"""Usage, its totals and bills on disk: what was worked out for one plan is not worked out again for the next.

Arrays lie in files of their own and are mapped into memory, so what a plan does not need is not read. Totals are kept
for a part of the owners each, with a list of what is totalled; a plan that needs more has more added. What is kept
depends on the head of the price list (classes, hours, conventions) and the text of this room; bills on their plan too.
"""

import json
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from hashlib import sha256
from pathlib import Path
from tempfile import mkdtemp

import numpy as np

from bassboss_lib.errors import DiskFailed
from bassboss_lib.rating.compiled import Compiled, compile_plans
from bassboss_lib.rating.kernel_types import stamp
from bassboss_lib.rating.levels import Column, formulas
from bassboss_lib.rating.pricelist import Catalogue
from bassboss_lib.rating.totals import Covered, Needs, Totals, compress, needs, ordered
from bassboss_lib.rating.usage import Subscriptions, Usage

__all__ = ["aside", "keep_arrays", "keep_usage", "kept_array", "kept_bills", "kept_totals", "kept_usage"]

LIST = "needs.json"
OF_ROWS = ("owner", "month", "active_days", "members", "member_days")
OF_EVENTS = ("first", "code", "started_s", "units", "member")


@contextmanager
def aside(folder: Path) -> Iterator[Path]:
    """Give a folder to fill; when it is full it is renamed. Who comes second leaves what is there.

    Raises
    ------
    DiskFailed
        If the disk refuses.
    """
    made = None
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        made = Path(mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
        made.chmod(0o750)
        yield made
        try:
            made.rename(folder)
        except OSError:
            if not folder.exists():
                raise
    except OSError as error:
        what = f"usage not kept: {error.strerror or error}"
        raise DiskFailed(what, where=str(folder), remedy="free the disk and run again") from error
    finally:
        if made is not None:
            shutil.rmtree(made, ignore_errors=True)


def keep_arrays(folder: Path, arrays: Mapping[str, np.ndarray], said: object = None) -> None:
    """Write arrays, and what is said of them, as a folder.

    Raises
    ------
    DiskFailed
        If the disk refuses.
    """
    with aside(folder) as made:
        for name, array in arrays.items():
            np.save(made / f"{name}.npy", array)
        (made / LIST).write_text(json.dumps(said), encoding="utf-8")


def kept_array(folder: Path, name: str) -> np.ndarray:
    """Map an array into memory; what is written to it stays there."""
    return np.asarray(np.load(folder / f"{name}.npy", mmap_mode="c"))


def keep_usage(folder: Path, usage: Usage) -> None:
    """Keep usage, its numbers in as few bytes as they need.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> from bassboss_lib.rating import make_usage
    >>> made = make_usage(np.array([7]), np.array([1_700_000_000]), np.array([64]), np.array([60]))
    >>> with TemporaryDirectory() as folder:
    ...     keep_usage(Path(folder) / "usage", made)
    ...     kept_usage(Path(folder) / "usage").units
    array([60], dtype=int32)
    """
    columns = {name: getattr(usage, name) for name in OF_EVENTS} | vars(usage.rows)
    if not usage.member.any():
        del columns["member"]
    keep_arrays(folder, {name: _narrow(column) for name, column in columns.items()})


def _narrow(column: np.ndarray) -> np.ndarray:
    fits = column.dtype == np.int64 and column.min(initial=0) >= -(1 << 31) and column.max(initial=0) < 1 << 31
    return column.astype(np.int32) if fits else column


def kept_usage(folder: Path) -> Usage:
    """Give usage that was kept; its events are read when they are looked at."""
    rows = Subscriptions(*(kept_array(folder, name).astype(np.int64) for name in OF_ROWS))
    first, code, started_s, units = (kept_array(folder, name) for name in OF_EVENTS[:-1])
    several = (folder / "member.npy").exists()
    member = kept_array(folder, "member") if several else np.zeros(len(code), np.int16)
    return Usage(rows, first.astype(np.int64), code, started_s, units, member)


def kept_totals(folder: Path, compiled: Compiled, usage: Usage) -> Totals:
    """Give the totals of a part of the owners: those kept if they serve these plans, else made and kept.

    Parameters
    ----------
    folder : Path
        Where totals of this very usage are kept.
    compiled, usage : Compiled, Usage
        As for `compress`.
    """
    needed = needs(compiled, formulas(compiled))
    home = folder / _head(compiled)
    known = {path.parent: _listed(json.loads(path.read_text(encoding="utf-8"))) for path in home.glob(f"[!.]*/{LIST}")}
    for place, there in sorted(known.items()):
        if needed.within(there):
            return _read(place, compiled, usage, there)
    for there in known.values():
        needed |= there
    made = compress(compiled, usage, also=needed)
    said = _said(needed)
    keep_arrays(home / sha256(json.dumps(said).encode()).hexdigest()[:16], _compact(made), said)
    for place in known:
        shutil.rmtree(place, ignore_errors=True)
    return made


def kept_bills(folder: Path, compiled: Compiled, rated: Callable[[Compiled], np.ndarray]) -> np.ndarray:
    """Give the bills of all plans: those kept, and those of the others, rated now and kept.

    Parameters
    ----------
    folder : Path
        Where bills of this very usage are kept.
    compiled : Compiled
        The plans.
    rated : function
        Rates every row under all plans that it is given.

    Returns
    -------
    ndarray of int64
        One row per plan, one column per row of usage.
    """
    header, plans = compiled.catalogue.header, compiled.catalogue.plans
    head = _head(compiled)
    places = [folder / head / sha256(plan.model_dump_json(by_alias=True).encode()).hexdigest()[:16] for plan in plans]
    new = {plan.id: place for plan, place in zip(plans, places, strict=True) if not place.exists()}
    if new:
        chosen = tuple(plan for plan in plans if plan.id in new)
        bills = rated(compile_plans(Catalogue(header=header, plans=chosen)))
        for plan, fen in zip(chosen, bills, strict=True):
            keep_arrays(new[plan.id], {"bills": fen})
    return np.stack([kept_array(place, "bills") for place in places])


def _head(compiled: Compiled) -> str:
    """Name what totals depend on beside usage: the head of the price list, and this room as it is."""
    header = compiled.catalogue.header.model_dump_json(by_alias=True)
    return sha256(f"{stamp()} {header}".encode()).hexdigest()[:16]


def _said(needed: Needs) -> dict[str, list]:
    columns = sorted((asdict(one) for one in needed.columns), key=json.dumps)
    return {"columns": columns, "roundings": sorted(needed.roundings), "cells": sorted(needed.cells)}


def _listed(said: dict[str, list]) -> Needs:
    def steps(listed: list) -> tuple[tuple[int, int, int], ...]:
        return tuple((int(to), int(first), int(after)) for to, first, after in listed)

    columns = frozenset(Column(**one | {"rounding": steps(one["rounding"])}) for one in said["columns"])
    return Needs(columns, frozenset(steps(one) for one in said["roundings"]), frozenset(said["cells"]))


def _compact(made: Totals) -> dict[str, np.ndarray]:
    """Give totals as they are kept: calls under mixed bundles one after the other."""
    covered = made.covered
    start = np.append(0, np.cumsum(covered.counts))
    at = np.repeat(covered.first[: len(covered.counts)] - start[:-1], covered.counts) + np.arange(start[-1])
    calls = {"cells": covered.cells[at], "billed": covered.billed[:, at]}
    return {"values": made.values, "most": made.most, "start": start, "counts": covered.counts} | calls


def _read(place: Path, compiled: Compiled, usage: Usage, there: Needs) -> Totals:
    columns = {column: number for number, column in enumerate(ordered(there.columns))}
    roundings = {rounding: number for number, rounding in enumerate(sorted(there.roundings))}
    calls = (kept_array(place, name) for name in ("start", "counts", "cells", "billed"))
    values, most = (kept_array(place, name) for name in ("values", "most"))
    return Totals(compiled, formulas(compiled), usage, columns, values, most, Covered(roundings, *calls))
