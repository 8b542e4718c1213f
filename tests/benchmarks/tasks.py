"""One measured task in a process of its own: ``python -m tests.benchmarks.tasks NAME`` prints seconds and memory."""

import json
import resource
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import duckdb
import pandas as pd  # noqa: F401 - Arrow imports it at its first conversion; that is not what is measured
import pyarrow as pa
import pyarrow.parquet as pq

from bassboss_lib.contracts import unit, units
from bassboss_lib.exchange import inbox, limited, publish
from bassboss_lib.exchange.content import content
from bassboss_lib.exchange.data_files import write_parts
from bassboss_lib.exchange.deliver import verification_of
from bassboss_lib.exchange.disk import sha256_of
from bassboss_lib.exchange.manifest import Part
from bassboss_lib.exchange.names import Stem
from bassboss_lib.exchange.readback import ReadBack, read_back
from bassboss_lib.ledger import Ledger
from bassboss_lib.vault import create_key
from bassboss_lib.warehouse import ingest
from bassboss_lib.workspace import open_workspace
from tests.benchmarks.material import USAGE_ROWS, large_list, usage_file

Spent = tuple[float, float]
"""Seconds by the wall, and seconds of all cores."""

NOW = "2026-11-03T08:00"
COLUMNS = {"date": "DATE", "timestamp": "TIMESTAMP", "int": "BIGINT"}
CSV = "delim='$', header=false, quote='', escape='', timestampformat='%Y%m%d%H%M%S'"


def publish_list(folder: Path) -> Spent:
    """Publish the list: checked, written, hashed, read back, released."""
    table, workspace = pq.read_table(large_list()), open_workspace(folder, NOW)
    with Ledger(workspace.ledger) as ledger:
        return timed(lambda: publish(workspace, ledger, unit("retention_list"), "202610", table))


def write_list(folder: Path) -> Spent:
    """Write the same list and no more: checked, encoded, hashed, forced down, read back and compared."""
    layout, table = unit("retention_list"), pq.read_table(large_list())
    moment = pa.array([datetime(2026, 11, 3)], pa.timestamp("s")).take(pa.array([0] * table.num_rows, pa.int32()))
    stem = Stem("i", "10000", "202610", layout.code, 0)

    def write() -> None:
        said = content(layout, table.append_column("submitted_at", moment), "202610")
        parts = write_parts(folder, layout, stem, said.text)
        found = read_back([folder / part.file for part in parts], layout)
        assert found == ReadBack(table.num_rows, said.totals, said.key_hash)

    return timed(write)


def copy_list(folder: Path) -> Spent:
    """Let DuckDB write the same rows as plain CSV."""
    connection, table = duckdb.connect(), pq.read_table(large_list())
    connection.register("listed", table)
    target = folder / "list.csv"
    return timed(lambda: connection.execute(f"COPY listed TO '{target}' (FORMAT csv)"))


def take_in(folder: Path, encoding: str) -> Spent:
    """Take in the month's usage: archived, hashed, counted, checked, pseudonymised, stored, remembered, answered."""
    workspace, stem = open_workspace(folder, NOW), Stem("s", "10000", "202610", "04008", 0)
    create_key(workspace, b"benchmark")
    source = usage_file(encoding)
    shutil.copyfile(source, workspace.inbox / stem.data(1))
    part = Part(stem.data(1), source.stat().st_size, USAGE_ROWS, sha256_of(source))
    (workspace.inbox / stem.verification).write_bytes(verification_of(stem, [part], workspace.now))
    return timed(lambda: ingest(workspace))


def take_in_gb18030(folder: Path) -> Spent:
    """Take in the same in GB18030, declared so."""
    declared = [replace(one, encoding="gb18030") if one.name == "cdr" else one for one in units()]
    vars(inbox)["units"] = lambda: declared
    return take_in(folder, "gb18030")


def copy_usage(folder: Path) -> Spent:
    """Let DuckDB turn the UTF-8 file into typed Parquet, unchecked, identifiers in clear."""
    columns = {one.name: COLUMNS.get(one.type, "VARCHAR") for one in unit("cdr").fields}
    read = f"read_csv('{usage_file('utf-8')}', {CSV}, columns={columns})"
    target = folder / "usage.parquet"
    connection = duckdb.connect()
    return timed(lambda: connection.execute(f"COPY (FROM {read}) TO '{target}' (FORMAT parquet)"))


def timed(work: Callable[[], object]) -> Spent:
    """Measure work; what the limited child took for it counts too."""
    begun, used = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - begun, time.process_time() - used + limited.USED.get("cpu_s", 0.0)


TASKS: dict[str, Callable[[Path], Spent]] = {
    "write_list": write_list,
    "publish_list": publish_list,
    "copy_list": copy_list,
    "take_in_utf8": lambda folder: take_in(folder, "utf-8"),
    "take_in_gb18030": take_in_gb18030,
    "copy_usage": copy_usage,
}


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        seconds, cpu_seconds = TASKS[sys.argv[1]](Path(folder))
    peak_mb = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss + limited.USED.get("peak_kb", 0.0)) / 1024
    print(json.dumps({"seconds": seconds, "cpu_seconds": cpu_seconds, "peak_mb": peak_mb}))


if __name__ == "__main__":
    main()
