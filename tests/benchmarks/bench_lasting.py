"""Segments of six months of a large world against its planted types: agreement, identity, and types found again.

    python -m tests.benchmarks.bench_lasting FOLDER [MONTHS]

The folder is a workspace of the stand-in with months taken in; nothing is written there.
"""

import resource
import sys
import time

from bassboss_lib import months
from bassboss_lib.features import View
from bassboss_lib.segments import divide
from bassboss_lib.segments.dividing import Segmented
from bassboss_lib.segments.measures import measures
from bassboss_lib.warehouse.partitions import months as delivered_months
from bassboss_lib.workspace import Workspace, open_workspace
from tests.segments.lasting import Seen, seen

__all__ = ["main"]

SPAN = 6
AGREED_MIN, KEPT_MIN, SHARE_MIN = 0.85, 0.97, 0.80


class Months:
    """Divides one month after the other, each from where the one before ended, and remembers nothing on disk."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        self.last: Segmented | None = None

    def __call__(self, month: str) -> Segmented:
        """Divide the customers of a month."""
        began, last = time.perf_counter(), self.last
        measured = measures(View(self.workspace, month))
        earlier, before = (last.model, last.labels) if last else (None, None)
        self.last = divide(measured, month, earlier=earlier, before=before)
        took = time.perf_counter() - began
        print(
            f"{month}: {len(measured):,} customers, {self.last.model.clusters.count} segments, {took:.1f} s", flush=True
        )
        return self.last


def main(folder: str, span: int = SPAN) -> bool:
    """Print the figures of each month; say whether all reach their goals."""
    workspace = open_workspace(folder)
    newest = delivered_months(workspace, "usage_month")[-1]
    wanted = months.span(months.add(newest, 1 - span), newest)
    passed = [_told(one) for one in seen(workspace, wanted, Months(workspace))]
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
    print(f"goals: agreement {AGREED_MIN}, kept {KEPT_MIN}, share of the best {SHARE_MIN}; peak {peak:.2f} GB")
    return all(passed)


def _told(one: Seen) -> bool:
    print(one, flush=True)
    return one.agreed >= AGREED_MIN and one.kept >= KEPT_MIN and one.mine >= SHARE_MIN * one.best


if __name__ == "__main__":
    raise SystemExit(0 if main(sys.argv[1], *map(int, sys.argv[2:3])) else 1)
