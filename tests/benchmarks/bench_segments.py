"""Segments of 1,000,000 customers: the first month, which chooses how many, and the next, which keeps them."""

import resource
import time

from bassboss_lib.segments import divide
from tests.segments.worlds import moved, people

__all__ = ["main"]

CUSTOMERS = 1_000_000
SECONDS_MAX, MEMORY_MAX_GB = 120.0, 3.0
"""Its part of six minutes and six GB for segment, match, list and report."""


def main() -> bool:
    """Print seconds and peak memory; say whether they are within their goals."""
    measured = people(CUSTOMERS)
    began = time.perf_counter()
    first = divide(measured, "202610")
    chose = time.perf_counter()
    later = divide(moved(measured, 1), "202611", earlier=first.model, before=first.labels)
    ended = time.perf_counter()
    memory_gb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
    print(
        f"{CUSTOMERS:,} customers: {later.model.clusters.count} segments, first month {chose - began:.1f} s, next "
        f"{ended - chose:.1f} s, peak {memory_gb:.2f} GB (goals: {SECONDS_MAX:.0f} s, {MEMORY_MAX_GB:.0f} GB); "
        f"{later.kept_share:.1%} kept their segment"
    )
    return chose - began <= SECONDS_MAX and memory_gb <= MEMORY_MAX_GB


if __name__ == "__main__":
    raise SystemExit(0 if main() else 1)
