"""Every row under every plan: each plan at its lowest exact level, all levels equal to the reference engine.

`rate_many` gives the bills from totals, `rate_everybody` from usage, a part of the owners at a time; `explain` says
which level a plan is rated at and why.
"""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np

from bassboss_lib.errors import InputRefused
from bassboss_lib.rating.bills import close_plan, close_quickly
from bassboss_lib.rating.compiled import Compiled
from bassboss_lib.rating.direct import blocks, rate_direct
from bassboss_lib.rating.hinges import exact_in_floats, hinges
from bassboss_lib.rating.knees import knees
from bassboss_lib.rating.levels import Formula, formulas
from bassboss_lib.rating.places import CAPPED, MODE, MODES, PER, POOL_UNITS, ROLLOVER, ROUND_PER, SHARED, STEPPED
from bassboss_lib.rating.sequences import sequences
from bassboss_lib.rating.stored import kept_totals
from bassboss_lib.rating.totals import Totals, compress
from bassboss_lib.rating.usage import Usage

__all__ = ["explain", "is_plain", "levels_of", "rate_everybody", "rate_many", "use_of"]

ON_MONTH = 2
PART_ROWS = 1 << 18
"""Owner-months totalled at once: totals of a part, not of everybody, are in memory."""


def rate_everybody(
    compiled: Compiled,
    usage: Usage,
    wanted: Sequence[str] = (),
    *,
    threads: int = 1,
    part_rows: int = PART_ROWS,
    kept: Path | None = None,
) -> np.ndarray:
    """Total usage once and rate it under many plans, a part of the owners after the other.

    Parameters
    ----------
    compiled, usage : Compiled, Usage
        The plans, and events by rows of owner and month.
    wanted : sequence of str
        Identifiers of plans; default all of the catalogue, in its order.
    threads : int
        Parts rated side by side; no byte depends on it.
    part_rows : int
        About how many rows a part has; no byte depends on it either.
    kept : Path, optional
        Folder in which totals of this very usage are kept: from the second time on nothing is totalled that was.

    Returns
    -------
    ndarray of int64
        Bills in fen: one row per plan, one column per row of usage.

    Examples
    --------
    >>> from bassboss_lib.rating import make_usage, read_catalogue, compile_plans
    >>> from bassboss_lib import boss
    >>> from pathlib import Path
    >>> listed = compile_plans(read_catalogue(Path(boss.__file__).with_name("plans.yaml")))
    >>> rate_everybody(listed, make_usage(*np.array([[1], [1_790_000_000], [64], [60]])), ["G058", "G088"]).tolist()
    [[5800], [8800]]
    """
    parts = blocks(usage.rows.owner, max(-(-len(usage) // part_rows), 1))
    count = len(wanted) or len(compiled.plan)
    out = np.empty((count, len(usage)), dtype=np.int64)

    def rate_part(one: tuple[int, int]) -> None:
        part = usage.part(*one)
        place = kept / "-".join(map(str, one)) if kept is not None else None
        out[:, slice(*one)] = rate_many(
            kept_totals(place, compiled, part) if place else compress(compiled, part), wanted
        )

    with ThreadPoolExecutor(max(threads, 1)) as pool:
        list(pool.map(rate_part, parts))
    return out


def rate_many(totals: Totals, wanted: Sequence[str] = ()) -> np.ndarray:
    """Rate every row under plans.

    Parameters
    ----------
    totals : Totals
        From `compress`.
    wanted : sequence of str
        Identifiers of plans; default all of the catalogue, in its order.

    Returns
    -------
    ndarray of int64
        Bills in fen: one row per plan, one column per row of totals.

    Raises
    ------
    InputRefused
        If a plan needs the calls in their order and only totals are there.
    """
    compiled = totals.compiled
    places = [compiled.place(name) for name in wanted] or list(range(len(compiled.plan)))
    out = np.empty((len(places), len(totals.rows)), dtype=np.int64)
    at = {place: number for number, place in enumerate(places)}
    for place, use in use_of(totals, places):
        plan = compiled.catalogue.plans[place]
        quick = close_quickly(compiled.catalogue.header, plan, use)
        whole = close_plan(compiled.catalogue.header, plan, totals.rows.rows, use)[0] if quick is None else quick
        out[at[place]] = whole
    return out


def use_of(totals: Totals, places: Sequence[int]) -> Iterator[tuple[int, np.ndarray]]:
    """Give, for each plan, its place and what use costs each row in fen; plans of plain lines come first, together."""
    chosen = [_known(totals, place) for place in places]
    fit = (one for one in chosen if one.level != "L4" and is_plain(totals.compiled, one))
    plain = [one for one in fit if exact_in_floats(totals, one)]
    rated = hinges(totals, plain) if plain else np.zeros((0, len(totals.rows)), np.int64)
    for number, one in enumerate(plain):
        whole = totals.has_calls and knees(totals.compiled, one)
        yield one.plan, rated[number] if whole else _with_calls(totals, one, rated[number])
    for one in chosen:
        if one not in plain:
            yield one.plan, _with_calls(totals, one, None if one.level == "L4" else sequences(totals, one))


def _known(totals: Totals, place: int) -> Formula:
    """Give a plan's formula; members with bundles of their own can only be rated from the calls."""
    made = totals.formulas[place]
    pools = [pool for _, listed in made.bundles for pool in listed]
    own = any(not totals.compiled.pools[pool, SHARED] for pool in pools)
    if own and int(totals.rows.rows.members.max(initial=1)) > 1 and made.level != "L4":
        made = replace(made, why=list(made.why))
        made.raise_to("L4", "members have bundles of their own")
    return made


def is_plain(compiled: Compiled, made: Formula) -> bool:
    """Tell whether a bill is a sum of hinges: no tiers of the month, nothing that rolls over, no rounding to even."""
    rules, rates = compiled.rules, [line.rate for line in made.lines]
    pools = [pool for _, listed in made.bundles for pool in listed]
    return (
        rules[MODE] != MODES["half_even"]
        and not any(compiled.rates[rate, STEPPED] >= ON_MONTH for rate in rates)
        and not any(compiled.pools[pool, ROLLOVER] for pool in pools)
        and not (rules[ROUND_PER] == PER["bill"] and any(compiled.rates[rate, CAPPED] for rate in rates))
    )


def _with_calls(totals: Totals, made: Formula, use: np.ndarray | None) -> np.ndarray:
    """Rate call by call those rows whose order matters: all at L4, those beyond a bundle at L1."""
    if use is not None and made.level != "L1":
        return use
    chosen = np.ones(len(totals.rows), dtype=bool) if use is None else _beyond(totals, made)
    if not chosen.any():
        return use if use is not None else np.zeros(len(totals.rows), np.int64)
    if not totals.has_calls:
        name = totals.compiled.catalogue.plans[made.plan].id
        what = f"{name} needs the calls in their order ({'; '.join(made.why)})"
        raise InputRefused(what, where="totals", remedy="keep the calls, or take `bounds`")
    from_calls = rate_direct(totals.compiled, totals.rows, np.where(chosen, made.plan, -1)).cost_fen.sum(axis=1)
    return np.where(chosen, from_calls, 0 if use is None else use)


def _beyond(totals: Totals, made: Formula) -> np.ndarray:
    """Find the rows beyond a bundle or with calls to watch; with bundles that roll over, all rows of their owners."""
    compiled = totals.compiled
    over, zero = np.zeros(len(totals.rows), dtype=bool), np.zeros(len(totals.rows), np.int64)
    units = [sum((totals.of(column) for column in columns), zero) for columns, _ in made.bundles]
    for _, pools in made.bundles:
        sharing = [one for one, (_, others) in zip(units, made.bundles, strict=True) if set(others) & set(pools)]
        over |= sum(sharing, zero) > int(compiled.pools[list(pools), POOL_UNITS].sum())
    for column in made.watched:
        over |= totals.of(column) > 0
    if any(compiled.pools[pool, ROLLOVER] for _, pools in made.bundles for pool in pools):
        owner = totals.rows.rows.owner
        over = np.isin(owner, owner[over])
    return over


def levels_of(compiled: Compiled) -> dict[str, str]:
    """Give the level of every plan."""
    return {compiled.catalogue.plans[one.plan].id: one.level for one in formulas(compiled)}


def explain(compiled: Compiled) -> list[str]:
    """Say of every plan at which level it is rated, and why not at a lower one."""
    lines = []
    for one in formulas(compiled):
        why = "; ".join(one.why) or "totals of the month are enough"
        lines.append(f"{compiled.catalogue.plans[one.plan].id}: {one.level} ({why})")
    return lines
