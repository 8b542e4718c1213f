"""Rating many plans at once, against one Parquet scan and against pandas, all measured in this run, in cpu-seconds.

Twenty plans in the shape of real ones: ten whose bundles cover one price ("uniform"), ten with cheaper nights inside
the bundle, so that the order of calls counts ("mixed"). pandas rates two of them, and its time is taken ten times.
From the stored usage is how a month is rehearsed every time but the first, which stores it.
"""

import resource
import statistics
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from bassboss_lib.engine import write_table
from bassboss_lib.rating import Catalogue, Compiled, Usage, charge_events, compile_plans, read_catalogue
from bassboss_lib.rating.charging import events_usage
from bassboss_lib.rating.many import rate_everybody, rate_many
from bassboss_lib.rating.pricelist import check_catalogue
from bassboss_lib.rating.stored import keep_usage, kept_totals, kept_usage
from bassboss_lib.rating.totals import compress
from tests.benchmarks.material import FOLDER

__all__ = ["main"]

ROWS, CUSTOMERS, MONTHS, PLANS = 20_000_000, 300_000, 3, 20
START_S = 1_788_220_800  # 2026-09-01, local
SHIPPED = Path(__file__).resolve().parents[2] / "bassboss_lib" / "boss" / "plans.yaml"
COLUMNS = ("owner", "started_s", "kind", "outgoing", "zone", "on_net", "duration_s", "volume_bytes")
RUNS, AT_ONCE = 3, 2_000_000


def main(rows: int = ROWS) -> None:
    """Print every ratio beside its goal."""
    path, compiled = _calls(rows), compile_plans(_catalogue())
    rate_many(compress(compiled, next(_read(path)).part(0, 3)))  # compiled before anything is measured
    scan = _median(
        lambda: [pq.ParquetFile(path).read_row_group(at) for at in range(pq.read_metadata(path).num_row_groups)]
    )
    with TemporaryDirectory() as folder:
        first = _timed(lambda: _first(path, compiled, Path(folder)))
        parts = sorted(Path(folder).iterdir())
        again = _median(lambda: [_again(compiled, part) for part in parts])
        rating = _speeds(compiled, parts, scan)
        peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(f"peak {peak_mb:.0f} MB (below 2,048)", flush=True)
        pandas = scan + _pandas(compiled, parts)
    print(
        f"{PLANS} plans end to end, the Parquet scan on pandas' side: pandas {pandas:.0f} cpu-s; from the stored usage "
        f"{again:.2f} cpu-s, {pandas / again:.0f} x (at least 50); the first time, from call records and with keeping "
        f"them, {first:.1f} cpu-s, {pandas / first:.0f} x; rating alone {(pandas - scan) / rating:.0f} x"
    )
    _events(_columns(pq.ParquetFile(path).read_row_group(0)))


def _read(path: Path) -> Iterator[Usage]:
    """Read call records, some owners at a time."""
    rest = None
    for batch in pq.ParquetFile(path).iter_batches(AT_ONCE, use_threads=False):
        table = pa.Table.from_batches([batch])
        table = pa.concat_tables([rest, table]) if rest is not None else table
        owner = table["owner"].to_numpy()
        whole = int(np.searchsorted(owner, owner[-1]))
        rest = table.slice(whole)
        yield events_usage(**_columns(table.slice(0, whole)))
    if rest is not None:
        yield events_usage(**_columns(rest))


def _first(path: Path, compiled: Compiled, folder: Path) -> None:
    """Rehearse from call records, and keep usage and totals."""
    for number, usage in enumerate(_read(path)):
        keep_usage(folder / f"{number:03d}" / "usage", usage)
        rate_everybody(compiled, usage, kept=folder / f"{number:03d}" / "totals")


def _again(compiled: Compiled, part: Path) -> np.ndarray:
    """Rehearse from what was kept."""
    return rate_everybody(compiled, kept_usage(part / "usage"), kept=part / "totals")


def _speeds(compiled: Compiled, parts: list[Path], scan: float) -> float:
    """Print what totalling and rating take each; give the time of rating all plans."""
    stored = [kept_usage(part / "usage") for part in parts]
    squeezed = _median(lambda: [compress(compiled, usage) for usage in stored])
    places = [part / "totals" / f"0-{len(usage)}" for part, usage in zip(parts, stored, strict=True)]
    totals = [kept_totals(place, compiled, usage) for place, usage in zip(places, stored, strict=True)]
    row_plans = sum(map(len, stored)) * PLANS // 2
    names = [[plan.id for plan in compiled.catalogue.plans if plan.id.startswith(kind)] for kind in ("U", "M")]
    uniform, mixed = (_median(lambda wanted=wanted: [rate_many(one, wanted) for one in totals]) for wanted in names)
    events = sum(len(usage.units) for usage in stored)
    print(
        f"compress {events:,} call records: {squeezed:.2f} cpu-s, {squeezed / scan:.2f} x the Parquet scan (at most 2)"
    )
    print(f"rate uniform plans: {row_plans / uniform / 1e6:.0f} M row-plans/cpu-s (at least 100)")
    print(f"rate all plans: {2 * row_plans / (uniform + mixed) / 1e6:.0f} M row-plans/cpu-s (at least 40)")
    return uniform + mixed


def _columns(table: pa.Table) -> dict[str, np.ndarray]:
    return {name: column.to_numpy() for name, column in zip(COLUMNS, table.columns, strict=True)}


def _median(task: Callable[[], Any]) -> float:
    return statistics.median(_timed(task) for _ in range(RUNS))


def _timed(task: Callable[[], Any]) -> float:
    began_s = time.process_time()
    task()
    return time.process_time() - began_s


def _calls(rows: int) -> Path:
    path = FOLDER / "rating" / f"{rows}.parquet"
    if not path.exists():
        chance = np.random.default_rng(7)
        owner = np.sort(chance.integers(0, CUSTOMERS * rows // ROWS, rows))
        started_s = START_S + chance.integers(0, 91 * 86_400, rows)
        kind = chance.choice(3, rows, p=[0.5, 0.2, 0.3])
        columns = [
            owner,
            started_s[np.lexsort((started_s, owner))],
            kind.astype(np.int8),
            chance.random(rows) < 0.6,
            chance.choice(4, rows, p=[0.8, 0.15, 0.01, 0.04]).astype(np.int8),
            chance.random(rows) < 0.6,
            np.where(kind == 0, chance.exponential(130, rows), 0).astype(np.int32),
            np.where(kind == 2, chance.exponential(40e6, rows), 0).astype(np.int64),
        ]
        write_table(pa.table(dict(zip(COLUMNS, columns, strict=True))), path, [])
    return path


def _catalogue() -> Catalogue:
    shipped = read_catalogue(SHIPPED).header.model_dump(mode="json", by_alias=True, exclude_unset=True)
    shipped["conventions"]["rounding"]["per"] = "line"
    plans = [_plan(number, mixed=mixed) for mixed in (False, True) for number in range(PLANS // 2)]
    return check_catalogue({"catalogue": shipped, "plans": plans}, "benchmark")


def _plan(number: int, *, mixed: bool) -> dict:
    voice, minute = ["v.local.on", "v.local.off", "v.nat"], {"per": "60s", "increment": [60, 60]}
    night = {"of": voice[:1], "when": ["night"], "weight": 20, "price": "0.05"} | minute
    return {
        "id": f"{'M' if mixed else 'U'}{number}",
        "fee": {"amount": f"{18 + 10 * number}.00"},
        "allowances": [
            {"id": "min", "units": f"{10 * number}min", "of": voice},
            {"id": "gb", "units": f"{100 * number}MB", "of": ["d.dom"]},
        ],
        "rates": [
            {"of": voice, "price": f"0.{40 - number}"} | minute,
            *([night] if mixed else []),
            {"of": ["v.roam", "v.intl"], "price": "0.60"} | minute,
            {"of": ["sms"], "price": "0.10"},
            {"of": ["d.dom", "d.roam"], "price": "0.03", "per": "1MB", "increment": ["1KB", "1KB"]},
        ],
    }


def _pandas(compiled: Compiled, parts: list[Path]) -> float:
    """Rate two uniform plans with pandas, check that they agree, and give the time of all plans."""
    stored = [kept_usage(part / "usage") for part in parts]
    events = np.concatenate([np.diff(usage.first) for usage in stored])
    units = np.concatenate([usage.units.astype(np.int64) for usage in stored])
    klass = np.concatenate([compiled.class_of[usage.code] for usage in stored])
    frame = pd.DataFrame({"row": np.repeat(np.arange(len(events)), events), "klass": klass, "units": units})
    names, spent = list(compiled.catalogue.header.classes), 0.0
    ours = np.concatenate([_again(compiled, part) for part in parts], axis=1)
    for plan in ("U3", "U7"):
        began_s = time.process_time()
        bills = _by_pandas(frame, names, int(plan[1]), len(events))
        spent += time.process_time() - began_s
        assert (bills == ours[compiled.place(plan)]).all()
    return spent * PLANS / 2


def _by_pandas(frame: pd.DataFrame, names: list[str], number: int, rows: int) -> np.ndarray:
    bill = np.full(rows, 1800 + 1000 * number)
    voice, price = [names.index(name) for name in ("v.local.on", "v.local.off", "v.nat")], 40 - number
    bill += _line(frame, voice, 60, 600 * number, price, 60, rows)
    away = [names.index(name) for name in ("v.roam", "v.intl")]
    bill += _line(frame, away, 60, 0, 60, 60, rows) + _line(frame, [names.index("sms")], 1, 0, 10, 1, rows)
    home = _line(frame, [names.index("d.dom")], 1024, number * 100 << 20, 3, 0, rows)
    roam = _line(frame, [names.index("d.roam")], 1024, 0, 3, 0, rows)
    return bill + (2 * (home + roam) + (1 << 20)) // (2 << 20)


def _line(  # noqa: PLR0917
    frame: pd.DataFrame, of: list[int], step: int, bundle: int, price: int, per: int, rows: int
) -> np.ndarray:
    """Charge calls beyond the bundle in their order; without ``per`` give units times price."""
    part = frame[frame["klass"].isin(of)]
    units = -(-part["units"] // step) * step
    used = units.groupby(part["row"]).cumsum()
    beyond = (used - bundle).clip(lower=0).clip(upper=units)
    cost = (beyond * price).groupby(part["row"]).sum().reindex(range(rows), fill_value=0).to_numpy()
    return cost if not per else (2 * cost + per) // (2 * per)


def _events(columns: dict[str, np.ndarray]) -> None:
    """Tell how fast the stand-in BOSS can charge events, one plan each."""
    compiled = compile_plans(read_catalogue(SHIPPED))
    some = {name: column[:2_000_000] for name, column in columns.items()}
    singles = np.flatnonzero([plan.scope == "customer" for plan in compiled.catalogue.plans])
    plans = singles[np.arange(int(some["owner"].max()) + 1) % len(singles)]
    charge_events(compiled, plans, **{name: column[:10] for name, column in some.items()})
    spent = _median(lambda: charge_events(compiled, plans, **some))
    print(f"charge events: {len(some['owner']) / spent / 1e6:.1f} M events/cpu-s (at least 5)")


if __name__ == "__main__":
    main()
