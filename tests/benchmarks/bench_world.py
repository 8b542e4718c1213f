"""The stand-in's world at size: call records per second against DuckDB writing as many random rows, and peak memory.

``python -m tests.benchmarks.bench_world [CUSTOMERS] [MONTHS]``; the goal is 200,000 customers for 12 months with
at least 60 call records per customer and month, below 20 minutes on two cores and below 8 GB. Each side is a
process of its own.
"""

import json
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import duckdb
import psutil
import pyarrow.parquet as pq

from bassboss_lib import boss, months
from bassboss_lib.boss import read_world
from bassboss_lib.boss.life import month_later, opening
from bassboss_lib.boss.replicate import replicate
from bassboss_lib.boss.settling import happened
from bassboss_lib.workspace import open_workspace

__all__ = ["main"]

CUSTOMERS, MONTHS = 20_000, 2
FIRST = "202508"
RANDOM_ROWS = """
COPY (SELECT (random() * 1e12)::BIGINT::VARCHAR AS customer_id,
             TIMESTAMP '2025-08-01' + to_seconds((random() * 2678400)::BIGINT) AS started_at,
             ['voice', 'sms', 'data'][1 + (random() * 2)::INT] AS kind, ['mo', 'mt'][1 + (random())::INT] AS direction,
             (12e9 + random() * 1e8)::BIGINT::VARCHAR AS other_party, ['CM', 'CU', 'CT'][1 + (random() * 2)::INT] AS o,
             ['local', 'national'][1 + (random())::INT] AS zone, (random() * 3600)::BIGINT AS duration_s,
             (random() * 1e9)::BIGINT AS volume_bytes, (random() * 500)::BIGINT AS charge_fen, 0 AS discount_fen
      FROM range({rows})) TO '{path}' (FORMAT parquet, COMPRESSION zstd)
"""


def _deliver(customers: int, count: int) -> dict:
    world, rows = read_world(), 0
    folder = Path(tempfile.mkdtemp(prefix="bassboss-world-"))
    workspace, peaks = open_workspace(folder), []
    for month in months.span(FIRST, months.add(FIRST, count - 1)):
        written = boss.deliver(workspace, month, customers=customers, world=world, cdr_form="parquet")
        rows += sum(pq.read_metadata(path).num_rows for path in written if path.suffix == ".parquet")
        peaks.append(psutil.Process().memory_info().rss / 2**20)
        for path in written:
            path.unlink()
    shutil.rmtree(folder)
    return {"rows": rows, "rss_mb": [round(one) for one in peaks]}


def _random(rows: int) -> dict:
    with tempfile.TemporaryDirectory() as folder, duckdb.connect() as connection:
        connection.execute("SET threads = 2")
        connection.execute(RANDOM_ROWS.format(rows=rows, path=Path(folder) / "random.parquet"))
    return {"rows": rows}


def _replicated(customers: int) -> dict:
    world = read_world()
    state = happened(world, month_later(world, opening(world, customers // 10, world.seed)))
    started = time.perf_counter()
    large = replicate(world, state, 10)
    return {"rows": len(large), "replicating_s": round(time.perf_counter() - started, 2)}


TASKS = {"deliver": _deliver, "random": _random, "replicated": _replicated}


def _measured(task: str, *numbers: int) -> dict:
    words = [sys.executable, "-m", "tests.benchmarks.bench_world", task, *map(str, numbers)]
    return json.loads(subprocess.run(words, check=True, capture_output=True, text=True).stdout)


def _report(task: str, numbers: list[int]) -> None:
    """Run a task here and print what it took."""
    before, cpu = time.perf_counter(), time.process_time()
    said = TASKS[task](*numbers)
    said["seconds"] = round(time.perf_counter() - before, 2)
    said["cpu_seconds"] = round(time.process_time() - cpu, 2)
    said["peak_mb"] = round(_peak_mb())
    print(json.dumps(said))


def _peak_mb() -> float:
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main(customers: int = CUSTOMERS, count: int = MONTHS) -> None:
    """Print call records per second beside DuckDB's, and what replication takes."""
    ours = _measured("deliver", customers, count)
    theirs = _measured("random", ours["rows"])
    per_month = ours["rows"] / customers / count
    print(
        f"world            {ours['seconds']:7.2f} s {ours['rows'] / ours['seconds']:10,.0f} call records/s "
        f"({customers:,} x {count} months, {per_month:.1f} each)  duckdb {theirs['seconds']:6.2f} s "
        f"ratio {ours['seconds'] / theirs['seconds']:5.2f}  of cpu-seconds "
        f"{ours['cpu_seconds'] / theirs['cpu_seconds']:5.2f}  peak {ours['peak_mb']} MB, by month {ours['rss_mb']}"
    )
    copied = _measured("replicated", customers)
    print(f"replicated       {copied['replicating_s']:7.2f} s for {copied['rows']:,} customers")


if __name__ == "__main__":
    if len(sys.argv) > 1 and sys.argv[1] in TASKS:
        _report(sys.argv[1], [int(word) for word in sys.argv[2:]])
    else:
        main(*(int(word) for word in sys.argv[1:3]))
