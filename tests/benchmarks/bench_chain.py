"""A million customers from habits to the list on its way: the notebooks 20 and 21 as they are run, one after the other.

    python -m tests.benchmarks.bench_chain [customers]

A small world is delivered and taken in; then each customer of its monthly tables gets copies with a name of their own.
What is measured is dividing, occasions, matching, assignments, the list, unit 33001 read back and released, and both
reports: wall, cpu-seconds, and the largest process.
"""

import os
import shutil
import sys
import time
from pathlib import Path
from resource import RUSAGE_CHILDREN, RUSAGE_SELF, getrusage

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from bassboss_lib import boss, flow
from bassboss_lib.engine import read_table, write_table
from bassboss_lib.vault import Vault, create_key
from bassboss_lib.workspace import Workspace, open_workspace
from tests.benchmarks.material import FOLDER

__all__ = ["main"]

CUSTOMERS, TIMES = 1_000_000, 200
MONTHS, NOW = ("202508", "202509", "202510", "202511"), "2025-12-03T08:00"
TABLES = ("customer", "usage_month", "circle_month", "bill_month", "balance", "arrears", "complaint")
SECONDS_MAX, MEMORY_MAX_GB = 360.0, 6.0
LIST = {"list_size": 100_000, "budget_fen": 40_000_000}


def main(customers: int = CUSTOMERS) -> bool:
    """Print what each notebook and the chain take; say whether they are within their goals."""
    root = FOLDER / "chain"
    shutil.rmtree(root, ignore_errors=True)
    workspace = replicated(root, customers)
    began, cpu = time.perf_counter(), _cpu()
    for stem, given in (("20_care_segment", {}), ("21_care_list", LIST)):
        start = time.perf_counter()
        [result] = flow.run_target(workspace, stem, {"month": MONTHS[-1], **given})
        print(f"{stem}: {time.perf_counter() - start:.1f} s, {result.report.stat().st_size / 2**20:.1f} MB", flush=True)
    wall, peak = time.perf_counter() - began, getrusage(RUSAGE_CHILDREN).ru_maxrss / 1024**2
    [file] = workspace.outbox.glob("s_*_33001_00_001.dat")
    print(
        f"{customers:,} customers, {file.stat().st_size / 2**20:.1f} MB listed: {wall:.1f} s, {_cpu() - cpu:.1f} "
        f"cpu-seconds, peak {peak:.2f} GB (goals: {SECONDS_MAX:.0f} s, {MEMORY_MAX_GB:.0f} GB)"
    )
    shutil.rmtree(root)
    return wall <= SECONDS_MAX and peak <= MEMORY_MAX_GB


def _cpu() -> float:
    return sum(used.ru_utime + used.ru_stime for used in map(getrusage, (RUSAGE_SELF, RUSAGE_CHILDREN)))


def replicated(root: Path, customers: int) -> Workspace:
    """Give a workspace with every customer of a small world many times over."""
    workspace = open_workspace(root, NOW)
    os.environ["BASSBOSS_WORKSPACE"], os.environ["BASSBOSS_NOW"] = str(root), NOW
    create_key(workspace, b"benchmark")
    for month in MONTHS:
        boss.deliver(workspace, month, customers=customers // TIMES)
    flow.ingest(workspace)
    vault = Vault(workspace)
    known = pd.concat([vault.identities(month).to_pandas() for month in MONTHS]).drop_duplicates("pseudonym")
    copies = pd.concat([known.assign(customer_id=known["customer_id"] + f"{copy:03d}") for copy in range(TIMES)])
    copies = copies.rename(columns={"pseudonym": "was"})
    copies["msisdn"] = [f"1{number:010d}" for number in range(len(copies))]
    copies["pseudonym"] = vault.pseudonyms(pa.array(copies["customer_id"])).to_numpy(zero_copy_only=False)
    vault.remember(MONTHS[-1], 1, pa.Table.from_pandas(copies.drop(columns="was"), preserve_index=False))
    names = pa.Table.from_pandas(copies[["was", "pseudonym"]], preserve_index=False)
    names = names.cast(pa.schema([("was", pa.string()), ("pseudonym", pa.string())]))
    for path in sorted(path for name in TABLES for path in workspace.warehouse.glob(f"{name}/month=*/*.parquet")):
        _replicate(path, names)
    return workspace


def _replicate(path: Path, names: pa.Table) -> None:
    """Give each row of a table once for every copy of its customer."""
    rows = read_table([path])
    if not rows.num_rows:
        return
    joined = rows.rename_columns(["was" if name == "pseudonym" else name for name in rows.column_names])
    joined = joined.join(names, "was", join_type="inner").select(rows.column_names)
    assert pc.count_distinct(joined["pseudonym"]).as_py() <= names.num_rows
    path.unlink()
    write_table(joined, path, ["pseudonym"])


if __name__ == "__main__":
    raise SystemExit(0 if main(*map(int, sys.argv[1:2])) else 1)
