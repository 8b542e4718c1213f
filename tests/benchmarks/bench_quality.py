"""Rules of call records against one plain scan of the columns they use, 5,000,000 rows: sums alone, and all rules."""

import statistics
import time
from collections.abc import Callable
from datetime import date
from functools import partial
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa

from bassboss_lib.engine import Engine, write_table
from bassboss_lib.warehouse.quality_figures import figures_of
from bassboss_lib.warehouse.quality_passes import Tables
from bassboss_lib.warehouse.quality_rules import ROW_KINDS, Condition, Rule, rules
from tests.benchmarks.material import FOLDER

__all__ = ["main"]

ROWS, CUSTOMERS, NUMBERS = 5_000_000, 50_000, 400_000
MONTH, RUNS = "202610", 5
SUMS_RATIO_MAX, RULES_RATIO_MAX = 3.0, 6.0
FIRST_S = 1_790_812_800  # 2026-10-01
PLAIN = dict.fromkeys(["duration_s", "volume_bytes", "charge_fen", "discount_fen"], "sum") | {"started_at": "max"}


def main() -> bool:
    """Print the ratios; say whether they are within their goals."""
    path = _usage()
    every = [rule for rule in rules() if rule.unit == "cdr" and rule.kind != "days_late"]
    within = []
    for what, known, ratio_max in (
        ("sums", [rule for rule in every if rule.kind in ROW_KINDS], SUMS_RATIO_MAX),
        ("sums, keys, days and repeats", every, RULES_RATIO_MAX),
    ):
        columns = _columns(known)
        ours, plain = [], []
        for _ in range(RUNS):
            plain.append(_timed(lambda columns=columns: _scan(path, columns)))
            ours.append(_timed(lambda known=known: _rules(path, known)))
        ratio = statistics.median(ours) / statistics.median(plain)
        print(
            f"{len(known)} rules over {ROWS:,} call records, {what}: {statistics.median(ours):.2f} s, {ratio:.2f} x "
            f"one scan of their {len(columns)} columns by DuckDB ({statistics.median(plain):.2f} s; goal: at most "
            f"{ratio_max} x)",
            flush=True,
        )
        within.append(ratio <= ratio_max)
    return all(within)


def _usage() -> Path:
    path = FOLDER / "quality" / "cdr.parquet"
    if not path.exists():
        write_table(_calls(np.random.default_rng(4008)), path, [])
    return path


def _customers() -> Path:
    """Give the customers of the records: one in five hundred left before the month, and as many are not known."""
    path = FOLDER / "quality" / "customer.parquet"
    if not path.exists():
        numbers = np.arange(CUSTOMERS)[np.arange(CUSTOMERS) % 500 != 1]
        left = pa.array([date(2026, 9, 1)] * len(numbers))
        status = np.where(numbers % 500 == 0, "2010", "1010")
        people = pa.array([f"{number:032x}" for number in numbers])
        write_table(pa.table({"pseudonym": people, "status": status, "status_date": left}), path, [])
    return path


def _calls(chance: np.random.Generator) -> pa.Table:
    def picked(values: list[str]) -> pa.Array:
        return pa.array(values).take(pa.array(chance.integers(0, len(values), ROWS)))

    people = [f"{number:032x}" for number in chance.permutation(CUSTOMERS)]
    others = [f"{number:032x}" for number in chance.permutation(NUMBERS)]
    seconds = FIRST_S + np.sort(chance.integers(0, 31 * 86_400, ROWS))
    return pa.table(
        {
            "pseudonym": picked(people),
            "started_at": pa.array(seconds).cast(pa.timestamp("s")),
            "kind": picked(["voice", "voice", "sms", "data"]),
            "direction": picked(["mo", "mt"]),
            "other_pseudonym": picked(others),
            "other_operator": picked(["CM", "CU", "CT", "OT"]),
            "zone": picked(["local", "local", "local", "national", "roaming", "international"]),
            "duration_s": pa.array(chance.integers(0, 600, ROWS)),
            "volume_bytes": pa.array(chance.integers(0, 10_000_000, ROWS)),
            "charge_fen": pa.array(chance.integers(0, 200, ROWS)),
            "discount_fen": pa.array(np.zeros(ROWS, np.int64)),
        }
    )


def _columns(known: list[Rule]) -> list[str]:
    """Give the columns that rules read of their unit."""

    def named(conditions: tuple[Condition, ...]) -> list[str]:
        return [name for one in conditions for name in (one.column, one.before_column) if name]

    keys = ["pseudonym"] if any(rule.kind not in ROW_KINDS for rule in known) else []
    return sorted({name for rule in known for name in (*rule.columns, *named(rule.conditions), *keys)})


def _scan(path: Path, columns: list[str]) -> None:
    """Read every value of the columns once: numbers are summed, of texts the bytes, of moments the last is sought."""
    sums = ", ".join(f"{PLAIN[name]}({name})" if name in PLAIN else f"sum(strlen({name}))" for name in columns)
    duckdb.connect().execute(f"SELECT {sums} FROM read_parquet(?)", [str(path)]).fetchall()  # noqa: S608


def _rules(path: Path, known: list[Rule]) -> None:
    with Engine(path.parent) as engine:
        frames = {"cdr": engine.scan([path]), "customer": engine.scan([_customers()])}
        collect = partial(engine.collect, order_by=[])
        figures_of(Tables(MONTH, lambda unit, _: frames[unit], collect, engine.repeats), known)


def _timed(task: Callable[[], object]) -> float:
    began_s = time.perf_counter()
    task()
    return time.perf_counter() - began_s


if __name__ == "__main__":
    main()
