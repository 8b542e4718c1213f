"""Run the steps of a plan in order: what is kept, skipped or waits is said, what fails does not stop what can go on."""

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from bassboss_lib.errors import BassbossError, DeadlinePassed, DiskFailed, Interrupted, KernelDied
from bassboss_lib.ledger import Ledger
from bassboss_lib.runs.decide import Action, Choice, Decision, chosen, decide
from bassboss_lib.runs.execute import Progress, RunResult, run_notebook, settle_month
from bassboss_lib.runs.plan import Task
from bassboss_lib.runs.supervise import signals_raise
from bassboss_lib.workspace import Workspace

__all__ = ["Listener", "StepResult", "dry_run", "run_plan"]

WORTH_ANOTHER_TRY = (KernelDied, DeadlinePassed, DiskFailed)
"""What may go away by itself; a cell that raises or a gate that refuses does so again."""


@dataclass(frozen=True)
class StepResult:
    """What became of a step: the action taken, why, and its run or its error."""

    name: str
    month: str
    action: Action
    why: str
    elapsed_s: float = 0.0
    result: RunResult | None = None
    error: BassbossError | None = None
    attempts: int = 1

    @property
    def state(self) -> str:
        """One word for tables: DONE, FAILED, UNCHANGED, SKIPPED, LEFT OUT or NOT RUN."""
        if self.action == "run":
            return "FAILED" if self.error else "DONE"
        return {"keep": "UNCHANGED", "skip": "SKIPPED", "leave": "LEFT OUT", "wait": "NOT RUN"}[self.action]


class Listener(Protocol):
    """Who is told while a plan runs."""

    def begin(self, task: Task, decision: Decision, month: str) -> None:
        """A step begins to run."""

    def tell(self, progress: Progress) -> None:
        """A step is under way."""

    def end(self, result: StepResult) -> None:
        """A step has ended, or was not run."""


def dry_run(workspace: Workspace, tasks: Sequence[Task], choice: Choice) -> list[StepResult]:
    """Say what would run and why; nothing runs."""
    looked_at, found = chosen(tasks, choice), list[StepResult]()
    with Ledger(workspace.ledger) as ledger:
        for task in tasks:
            month = settle_month(workspace, task.resolved)
            ran = [one.name for one in found if one.action == "run"]
            decision = decide(workspace, ledger, task, month, choice=choice, looked_at=looked_at, ran=ran)
            found.append(StepResult(task.name, month, decision.action, decision.why))
    return found


def run_plan(workspace: Workspace, tasks: Sequence[Task], choice: Choice, listener: Listener) -> list[StepResult]:
    """Run the steps that are to run, in their order, and give what became of each.

    A step whose predecessor failed is not run; one that depends on nothing that failed still is.

    Raises
    ------
    CallError
        If a step that was named is none, or the month is none.
    InputRefused
        If the month was not delivered.
    Interrupted
        If it is stopped: no further step begins.
    """
    looked_at = chosen(tasks, choice)
    months = [settle_month(workspace, task.resolved) for task in tasks]
    found: list[StepResult] = []
    with signals_raise():
        for task, month in zip(tasks, months, strict=True):
            ran = [one.name for one in found if one.state == "DONE"]
            failed = [one.name for one in found if one.state in ("FAILED", "NOT RUN")]
            with Ledger(workspace.ledger) as ledger:
                decision = decide(
                    workspace, ledger, task, month, choice=choice, looked_at=looked_at, ran=ran, failed=failed
                )
                if decision.action == "skip":
                    ledger.event(workspace.now, "step skipped", f"{month} {task.name}", {"why": decision.why})
            found.append(_step(workspace, task, month, decision, listener))
            listener.end(found[-1])
            if isinstance(found[-1].error, Interrupted):
                raise found[-1].error
    return found


def _step(workspace: Workspace, task: Task, month: str, decision: Decision, listener: Listener) -> StepResult:
    if decision.action != "run":
        kept = _kept(workspace, decision)
        return StepResult(task.name, month, decision.action, decision.why, result=kept)
    listener.begin(task, decision, month)
    began_s, plain = time.monotonic(), StepResult(task.name, month, "run", decision.why)
    attempts, tried = 1, _try(workspace, task, listener.tell)
    while isinstance(tried, WORTH_ANOTHER_TRY) and attempts <= task.retries:
        attempts, tried = attempts + 1, _try(workspace, task, listener.tell)
    elapsed_s = time.monotonic() - began_s
    if isinstance(tried, BassbossError):
        return replace(plain, elapsed_s=elapsed_s, error=tried, attempts=attempts)
    return replace(plain, elapsed_s=elapsed_s, result=tried, attempts=attempts)


def _try(workspace: Workspace, task: Task, tell: Callable[[Progress], None]) -> RunResult | BassbossError:
    try:
        return run_notebook(
            workspace,
            task.notebook,
            task.resolved,
            deadline_s=task.deadline_s,
            reads_models=task.reads_models,
            on_progress=tell,
        )
    except BassbossError as error:
        return error


def _kept(workspace: Workspace, decision: Decision) -> RunResult | None:
    if decision.kept is None:
        return None
    folder = workspace.root / decision.kept["folder"]
    result = json.loads((folder / "result.json").read_text(encoding="utf-8"))
    return RunResult(decision.kept["id"], folder, result, 0.0)
