"""``make bench``: ratios to a named reference, both measured in this run, alternating; medians are told.

Every measurement is a process of its own, so that peak memory is that of one task. The machine should have nothing
else to do: where it has, the ratio of cpu-seconds says more than that of the wall's.
"""

import json
import subprocess
import sys
from dataclasses import dataclass
from statistics import median

from tests.benchmarks import bench_quality, bench_rating, bench_runs, bench_search, bench_segments, bench_world
from tests.benchmarks.material import LIST_ROWS, USAGE_ROWS, large_list, usage_file

ROUNDS = 3
MEMORY_MB = 2048


@dataclass(frozen=True)
class Comparison:
    """A task, what it is compared with, how many rows it has, and what the ratio may be."""

    task: str
    reference: str
    rows: int
    ratio_max: float | None


COMPARISONS = [
    Comparison("write_list", "copy_list", LIST_ROWS, 8),
    Comparison("publish_list", "copy_list", LIST_ROWS, None),
    Comparison("take_in_utf8", "copy_usage", USAGE_ROWS, 4),
    Comparison("take_in_gb18030", "copy_usage", USAGE_ROWS, 6),
]


def measured(task: str) -> dict[str, float]:
    command = [sys.executable, "-m", "tests.benchmarks.tasks", task]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def compared(one: Comparison) -> str:
    """Measure task and reference in turn, and give a line of the table."""
    ours, theirs = [], []
    for _ in range(ROUNDS):
        theirs.append(measured(one.reference))
        ours.append(measured(one.task))
    seconds, reference = (median(run["seconds"] for run in runs) for runs in (ours, theirs))
    cores, reference_cores = (median(run["cpu_seconds"] for run in runs) for runs in (ours, theirs))
    peak_mb = max(run["peak_mb"] for run in ours)
    limit = "" if one.ratio_max is None else f"at most {one.ratio_max:g}"
    return (
        f"{one.task:16s} {seconds:7.2f} s {one.rows / seconds:10,.0f} rows/s  {one.reference:11s} {reference:6.2f} s"
        f"  ratio {seconds / reference:5.2f} {limit:10s}"
        f" of cpu-seconds {cores / reference_cores:5.2f}  peak {peak_mb:5.0f} of {MEMORY_MB} MB"
    )


def main() -> None:
    large_list()
    for encoding in ("utf-8", "gb18030"):
        usage_file(encoding)
    for one in COMPARISONS:
        print(compared(one), flush=True)
    bench_quality.main()
    bench_runs.main()
    bench_world.main()
    bench_rating.main()
    bench_search.main()
    bench_segments.main()


if __name__ == "__main__":
    main()
