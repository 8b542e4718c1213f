"""How a plan is told while it runs: one line per step with time, rows and key figure, and a closing table."""

from collections import Counter
from collections.abc import Sequence
from contextlib import ExitStack
from typing import Any

from rich.table import Table

from bassboss_lib.console import Step, console, json_lines, say, under_way
from bassboss_lib.runs import Decision, Progress, RunResult, StepResult, Task

__all__ = ["RunLines", "close", "figures_line", "show_dry_run"]

KEY_FIGURES = ("auc", "listed", "rules_failed", "hit_rate", "itt", "parity_share", "take_up", "ari")
"""The figure a reader looks for first; those that a notebook has are told, in this order."""


class RunLines:
    """Listens to a plan and writes its lines; on a terminal a bar shows the step under way.

    Parameters
    ----------
    told : list of StepResult
        Every step that has ended is added; ``own`` are those of this plan and month.
    """

    def __init__(self, told: list[StepResult]) -> None:
        self._open, self._step, self._told = ExitStack(), Step("", None), told
        self.own: list[StepResult] = []

    def begin(self, task: Task, decision: Decision, month: str) -> None:
        """Show the bar of a step that begins."""
        if json_lines():
            say("begin", step=task.name, month=month, why=decision.why)
        self._step = self._open.enter_context(under_way(task.name))

    def tell(self, progress: Progress) -> None:
        """Move the bar: by cells, and inside a long cell by what it reports."""
        if progress.total:
            self._step.tell(progress.done, progress.total, f"cell {progress.cell}/{progress.cells}: {progress.what}")
        else:
            self._step.tell(progress.cell, progress.cells)

    def end(self, result: StepResult) -> None:
        """Take the bar away and write the line of the step."""
        self._open.close()
        self.own.append(result)
        self._told.append(result)
        if json_lines():
            say("step", **_as_json(result))
        elif result.action != "leave":
            console.print(f"{result.name:<24}{_time(result)}  {_outcome(result)}".rstrip(), markup=False)


def close(name: str, results: Sequence[StepResult]) -> None:
    """Sum up a plan: a table on a terminal, one line where it is piped."""
    month = results[0].month
    counts = Counter(result.state for result in results)
    seconds = sum(result.elapsed_s for result in results)
    summed = ", ".join(f"{count} {state.lower()}" for state, count in counts.items())
    if json_lines():
        say("end", plan=name, month=month, seconds=round(seconds, 1), steps=[_as_json(result) for result in results])
    elif console.is_terminal:
        table = Table("step", "month", "state", "time", "rows", "key figures", "why", title=f"{name}: {summed}")
        for one in results:
            rows, figures = figures_line(one.result) if one.result else ("", "")
            table.add_row(one.name, one.month, one.state, _time(one).strip(), rows, figures, one.why)
        console.print(table)
    else:
        console.print(f"{name} {month}: {summed}, {seconds:.1f} s", markup=False)


def show_dry_run(results: Sequence[StepResult]) -> None:
    """Say what would run and why."""
    words = {"run": "would run", "keep": "unchanged", "skip": "skipped", "leave": "left out", "wait": "would wait"}
    for one in results:
        if json_lines():
            say("would", step=one.name, month=one.month, action=one.action, why=one.why)
        else:
            console.print(f"{one.name:<24}{one.month:<8}{words[one.action]:<12}{one.why}", markup=False)


def figures_line(result: RunResult) -> tuple[str, str]:
    """Give the largest number of rows of a result, and its key figures."""
    rows = result.result.get("rows", {})
    figures = result.result["figures"]
    told = [f"{name} {figures[name]:.4g}" for name in KEY_FIGURES if name in figures]
    return (f"{max(rows.values()):,} rows" if rows else ""), "  ".join(told[:2])


def _outcome(result: StepResult) -> str:
    if result.error is not None:
        tries = f" after {result.attempts} attempts" if result.attempts > 1 else ""
        return f"FAILED{tries} ({result.error.exit_code})"
    if result.result is None:
        return f"{result.state.lower()}: {result.why}"
    told = [part for part in figures_line(result.result) if part]
    unchanged = [f"not run again: {result.why}"] if result.action == "keep" else []
    return "  ".join([*unchanged, *told, str(result.result.report)])


def _time(result: StepResult) -> str:
    return f"{result.elapsed_s:6.1f} s" if result.action == "run" else f"{'–':>6}  "


def _as_json(result: StepResult) -> dict[str, Any]:
    done, error = result.result, result.error
    return {
        "step": result.name,
        "month": result.month,
        "state": result.state,
        "why": result.why,
        "seconds": round(result.elapsed_s, 1),
        "attempts": result.attempts,
        "run": done.id if done else "",
        "rows": done.result.get("rows", {}) if done else {},
        "figures": done.result["figures"] if done else {},
        "exit_code": error.exit_code if error else 0,
        "message": error.line() if error else "",
    }
