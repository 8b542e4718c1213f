"""Whether a step of a plan is run, and why: said before anything runs, and the same for `--dry-run`."""

import difflib
import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from sqlite3 import Row
from typing import Literal

from bassboss_lib.errors import CallError
from bassboss_lib.ledger import Ledger
from bassboss_lib.runs import record
from bassboss_lib.runs.conditions import unmet
from bassboss_lib.runs.fingerprint import changes, fingerprint
from bassboss_lib.runs.plan import Task
from bassboss_lib.workspace import Workspace

__all__ = ["Choice", "Decision", "chosen", "decide"]

Action = Literal["run", "keep", "skip", "leave", "wait"]


@dataclass(frozen=True)
class Choice:
    """What the caller wants of a plan.

    Parameters
    ----------
    resume : bool
        Go on at the step that failed: complete steps stand, even where code or notebook was mended since.
    force : bool
        Run steps though nothing changed.
    start : str
        The first step looked at; empty for the plan's first.
    only : sequence of str
        The only steps looked at; empty for all.
    always : bool
        Run what is named, changed or not: for a notebook that was called by its name.
    """

    resume: bool = False
    force: bool = False
    start: str = ""
    only: Sequence[str] = ()
    always: bool = False


@dataclass(frozen=True)
class Decision:
    """What becomes of a step: it is run, kept as it is, skipped, left out by the caller, or waits for a failed one."""

    action: Action
    why: str
    kept: Row | None = None


def chosen(tasks: Sequence[Task], choice: Choice) -> set[str]:
    """Give the names of the steps that ``--from`` and ``--only`` leave.

    Raises
    ------
    CallError
        If one of them is no step; the error names the nearest.
    """
    names = [task.name for task in tasks]
    for name in [*choice.only, *([choice.start] if choice.start else [])]:
        if name not in names:
            near = difflib.get_close_matches(name, names, n=1, cutoff=0.3)
            remedy = f"did you mean {near[0]!r}?" if near else f"steps are {', '.join(names)}"
            raise CallError(f"no step {name!r} in the plan", where="--from, --only", remedy=remedy)
    later = names[names.index(choice.start) :] if choice.start else names
    return {name for name in later if not choice.only or name in choice.only}


def decide(
    workspace: Workspace,
    ledger: Ledger,
    task: Task,
    month: str,
    *,
    choice: Choice,
    looked_at: Collection[str],
    ran: Collection[str] = (),
    failed: Collection[str] = (),
) -> Decision:
    """Decide on one step.

    Parameters
    ----------
    month : str
        The month settled; ``none`` for a table without months.
    looked_at : collection of str
        The steps that `chosen` gave.
    ran, failed : collection of str
        Steps that ran (or would run), and steps that failed or were not run, earlier in this call.
    """
    if task.name not in looked_at:
        return Decision("leave", "left out by the call")
    broken = [name for name in task.after if name in failed]
    if broken:
        return Decision("wait", f"{broken[0]} did not succeed")
    for name, about in task.when.items():
        reason = unmet(workspace, ledger, task.name, month, name=name, about=about)
        if reason:
            return Decision("skip", reason)
    return _by_history(workspace, ledger, task, month, choice=choice, ran=ran)


def _by_history(
    workspace: Workspace, ledger: Ledger, task: Task, month: str, *, choice: Choice, ran: Collection[str]
) -> Decision:
    if choice.always or choice.force:
        return Decision("run", "forced" if choice.force else "named in the call")
    before = [name for name in task.after if name in ran]
    kept = record.finished(ledger, task.name, month, task.source)
    reason = _must_run(workspace, ledger, task, month, kept) or (f"{before[0]} ran" if before else "")
    if kept is not None and not reason and not choice.resume:
        reason = _changed(workspace, ledger, task, month, kept)
    if kept is None or reason:
        return Decision("run", reason)
    return Decision("keep", f"{'complete' if choice.resume else 'unchanged'} since {kept['id']}", kept)


def _must_run(workspace: Workspace, ledger: Ledger, task: Task, month: str, kept: Row | None) -> str:
    """Say why there is no complete run to keep; empty if there is one."""
    if kept is None:
        return "has not run for this month"
    newest = record.newest(ledger, task.name, month, task.source)
    if newest is not None and newest["id"] != kept["id"]:
        return f"its newest run is {newest['state']}"
    whole = (workspace.root / kept["folder"] / "result.json").is_file()
    return "" if whole else "the folder of its run is gone"


def _changed(workspace: Workspace, ledger: Ledger, task: Task, month: str, kept: Row) -> str:
    """Say what changed since a run; empty if nothing did."""
    before = json.loads(kept["fingerprint"] or "{}")
    values = task.resolved.values
    now = fingerprint(workspace, ledger, task.notebook, month, values, reads_models=task.reads_models)
    told = []
    for part in changes(before, now):
        if part == "parameters":
            names = changes(json.loads(kept["parameters"])["values"], values)
            told.append(f"parameters changed: {', '.join(names)}")
        elif part == "inputs" and month != "none":
            told.append(f"inputs changed: {_news(workspace, ledger, month, kept['id'])}")
        else:
            told.append(f"{part} changed")
    return "; ".join(told)


def _news(workspace: Workspace, ledger: Ledger, month: str, run: str) -> str:
    """Name the first inputs of which a run had read another version, or none."""
    from bassboss_lib.warehouse.versions import known_now

    rows = ledger.rows("SELECT unit, period, rr FROM run_input WHERE run = ?", (run,))
    read = {(row["unit"], row["period"]): row["rr"] for row in rows}
    now = known_now(workspace, month)
    news = [f"{unit} {period}" for unit in now for period, rr in now[unit].items() if read.get((unit, period)) != rr]
    return f"{', '.join(news[:3])}{' …' if len(news) > 3 else ''}"
