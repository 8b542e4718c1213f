"""Recognise runs whose process is gone, at the next start (R06)."""

import shutil

from bassboss_lib.ledger import Ledger
from bassboss_lib.runs import record
from bassboss_lib.runs.lock import is_free
from bassboss_lib.runs.processes import end_processes
from bassboss_lib.workspace import Workspace

__all__ = ["abandon_all"]


def abandon_all(workspace: Workspace, ledger: Ledger, but: tuple[str, str, str] | None = None) -> list[str]:
    """Mark RUNNING runs that nobody holds as ABANDONED, end what is left of them, and give their ids.

    Parameters
    ----------
    but : (notebook, month, source), optional
        What this process holds the lock of: a RUNNING row of it is abandoned as well.
    """
    found = []
    for row in ledger.rows("SELECT DISTINCT notebook, month, source FROM run WHERE state = 'RUNNING'"):
        key = (row["notebook"], row["month"], row["source"])
        if key == but or is_free(workspace, *key):
            found += record.abandon(ledger, workspace.now, *key)
    for run in found:
        aside = workspace.runs / ".tmp" / run
        end_processes(str(aside))
        shutil.rmtree(aside, ignore_errors=True)
    return found
