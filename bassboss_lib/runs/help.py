"""What `bassboss run TARGET --help` says: the parameters that a notebook declares, and the steps of a plan."""

from collections.abc import Iterator
from pathlib import Path

from bassboss_lib.runs.parameters import Parameter, contract
from bassboss_lib.runs.plan import find, read_plan

__all__ = ["COLUMNS", "STEP_COLUMNS", "rows", "step_rows"]

COLUMNS = ("name", "type", "default", "unit", "range", "meaning")
STEP_COLUMNS = ("step", "after", "when", "deadline", "parameters")


def rows(notebook: Path) -> Iterator[tuple[str, ...]]:
    """Give one row per parameter of a notebook, as `COLUMNS` names them."""
    for one in contract(notebook):
        allowed = one.range.text if one.range else ""
        yield one.name, one.type, _shown(one), one.unit, allowed, one.comment


def step_rows(plan: Path, root: Path) -> Iterator[tuple[str, str, str, str, str]]:
    """Give one row per step of a plan, as `STEP_COLUMNS` names them."""
    for step in read_plan(plan).steps:
        names = ", ".join(one.name for one in contract(find(step.notebook, root, plans=False)))
        deadline = f"{step.deadline_s} s" if step.deadline_s else ""
        when = ", ".join(f"{name}: {about}" for name, about in step.when.items())
        yield step.notebook, ", ".join(step.after or ()), when, deadline, names


def _shown(parameter: Parameter) -> str:
    if parameter.default is None:
        return "must be given"
    return ",".join(parameter.default) if isinstance(parameter.default, list) else str(parameter.default)
