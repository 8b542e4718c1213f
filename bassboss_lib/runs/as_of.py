"""Run old months again: nothing later than the month is read (R16); in a span of months each as of then.

As of then means the clock and the versions of inputs of then: a month that ran before gets those of its first
complete run, a month that never ran gets the day on which its files were due.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, time

from bassboss_lib import months
from bassboss_lib.errors import CallError
from bassboss_lib.ledger import Ledger
from bassboss_lib.warehouse import partitions, versions
from bassboss_lib.workspace import AsOf, Workspace

__all__ = ["as_of", "spanned", "up_to"]

BETWEEN = ".."
DUE_AT = time(8)
COMPLETE = "SELECT * FROM run WHERE state = 'DONE' AND month = ? AND source = '' ORDER BY started_at, rowid"


def spanned(text: str) -> list[str]:
    """Give the months of ``202601..202606``; none if the text names no span.

    Raises
    ------
    CallError
        If an end is no month, or the first lies after the last.

    Examples
    --------
    >>> spanned("202511..202601"), spanned("202601")
    (['202511', '202512', '202601'], [])
    """
    if BETWEEN not in text:
        return []
    first, _, last = text.partition(BETWEEN)
    if months.require(first) > months.require(last):
        raise CallError(f"{first} lies after {last}", where="--month", remedy=f"write {last}..{first}")
    return months.span(first, last)


def as_of(workspace: Workspace, month: str, notebooks: Sequence[str]) -> Workspace:
    """Give the workspace as it was when a month was run, or would have been.

    Parameters
    ----------
    notebooks : sequence of str
        Stems of the notebooks that are to run; the first complete run of any of them gives clock and versions.
    """
    with Ledger(workspace.ledger) as ledger:
        runs = ledger.rows(COMPLETE, (month,))
        first = next((row for row in runs if row["notebook"] in notebooks), None)
        then = datetime.fromisoformat(first["started_at"]) if first else _due(workspace, month)
        limited = replace(workspace, now=min(then, workspace.now), as_of=AsOf(month, {}))
        known = versions.known_to(ledger, first["id"]) if first else versions.known_at(limited, ledger, month)
    return replace(limited, as_of=AsOf(month, known))


def up_to(workspace: Workspace, month: str) -> Workspace:
    """Give the workspace without what is later than an old month; restatements of it count. As it is for the newest."""
    delivered = partitions.months(workspace, "customer")
    old = bool(delivered) and months.is_month(month) and month < delivered[-1]
    return replace(workspace, as_of=AsOf(month, {})) if old else workspace


def _due(workspace: Workspace, month: str) -> datetime:
    day = months.first_day(months.add(month, 1)).replace(day=workspace.settings.due_day)
    return datetime.combine(day, DUE_AT)
