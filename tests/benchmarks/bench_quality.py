"""The row rules of call records against one plain scan of the columns they use, 5,000,000 rows; key rules apart."""

import statistics
import time
from collections.abc import Callable
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa

from bassboss_lib.engine import Engine, write_table
from bassboss_lib.warehouse.quality_figures import Tables, key_figure, measures, row_figures
from bassboss_lib.warehouse.quality_rules import KEY_KINDS, ROW_KINDS, Rule, rules
from tests.benchmarks.material import FOLDER

__all__ = ["main"]

ROWS, CUSTOMERS, NUMBERS = 5_000_000, 50_000, 400_000
MONTH, RUNS, RATIO_MAX = "202610", 5, 3.0
FIRST_S = 1_790_812_800  # 2026-10-01
PLAIN = {"duration_s": "sum", "volume_bytes": "sum", "charge_fen": "sum", "discount_fen": "sum"}


def main() -> bool:
    """Print the ratio; say whether it is within its goal."""
    path = _usage()
    known = [rule for rule in rules() if rule.unit == "cdr" and rule.kind in ROW_KINDS]
    columns = sorted({name for rule in known for part in measures(rule) if part for name in _columns(part)})
    ours, plain = [], []
    for _ in range(RUNS):
        plain.append(_timed(lambda: _scan(path, columns)))
        ours.append(_timed(lambda: _rules(path, known)))
    ratio = statistics.median(ours) / statistics.median(plain)
    keyed = [rule for rule in rules() if rule.unit == "cdr" and rule.kind in KEY_KINDS]
    apart = {rule.id: round(_timed(lambda rule=rule: _key_rule(path, rule)), 2) for rule in keyed}
    print(
        f"{len(known)} row rules over {ROWS:,} call records: {statistics.median(ours):.2f} s, {ratio:.2f} x one scan "
        f"of their {len(columns)} columns by DuckDB ({statistics.median(plain):.2f} s; goal: at most {RATIO_MAX} x)"
    )
    print(f"  rules by a key, apart, in seconds: {apart}")
    return ratio <= RATIO_MAX


def _usage() -> Path:
    path = FOLDER / "quality" / "cdr.parquet"
    if not path.exists():
        write_table(_calls(np.random.default_rng(4008)), path, [])
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


def _columns(part: tuple) -> list[str]:
    column, conditions = part
    return [name for one in conditions for name in (one.column, one.before_column) if name] + (
        [column] if column else []
    )


def _scan(path: Path, columns: list[str]) -> None:
    """Read every value of the columns once: numbers are summed, of texts the bytes."""
    sums = ", ".join(f"sum({name})" if name in PLAIN else f"sum(strlen({name}))" for name in columns)
    duckdb.connect().execute(f"SELECT {sums} FROM read_parquet(?)", [str(path)]).fetchall()  # noqa: S608


def _tables(engine: Engine) -> Tables:
    return Tables(MONTH, lambda _unit, _month: None, lambda frame: engine.collect(frame, []))


def _rules(path: Path, known: list[Rule]) -> None:
    with Engine(path.parent) as engine:
        row_figures(_tables(engine), engine.scan([path]), known)


def _key_rule(path: Path, rule: Rule) -> None:
    with Engine(path.parent) as engine:
        key_figure(_tables(engine), engine.scan([path]), rule)


def _timed(task: Callable[[], object]) -> float:
    began_s = time.perf_counter()
    task()
    return time.perf_counter() - began_s


if __name__ == "__main__":
    main()
