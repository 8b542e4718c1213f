"""Plans: which notebooks run in which order, on which conditions, with which parameters (``params/monthly.yaml``).

`prepare` settles the parameters of every step before the first kernel starts, so a plan with a wrong name
fails at once and not after an hour.
"""

import difflib
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from bassboss_lib.errors import CallError
from bassboss_lib.markup import about, listing
from bassboss_lib.runs.conditions import known_condition
from bassboss_lib.runs.notebook_checks import DESKS
from bassboss_lib.runs.parameters import (
    Layers,
    Parameter,
    Resolved,
    Value,
    contract,
    own_values,
    read_values,
    refuse_unknown,
    resolve,
)
from bassboss_lib.workspace import read_yaml, validated

__all__ = ["Plan", "Step", "Task", "find", "prepare", "read_plan", "title_of"]

RETRIES_MAX = 5


class Step(BaseModel):
    """One notebook of a plan: its parameters, what it waits for, when it is wanted, and how long it may take.

    ``after`` names earlier steps that must have succeeded (left out: the one before it; ``[]``: none). ``when`` holds
    conditions that must all be met, else the step is skipped. ``reads_models`` says that it depends on the champion,
    so that a promotion by hand is a reason to run it again.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    notebook: str = Field(pattern=r"^[A-Za-z0-9_]+$")
    parameters: dict[str, Value] = Field(default_factory=dict)
    after: tuple[str, ...] | None = None
    when: dict[str, str] = Field(default_factory=dict)
    deadline_s: int | None = Field(None, ge=1)
    retries: int = Field(0, ge=0, le=RETRIES_MAX)
    reads_models: bool = False

    @field_validator("when")
    @classmethod
    def _conditions_are_known(cls, when: dict[str, str]) -> dict[str, str]:
        for name, meant in when.items():
            known_condition(name, meant)
        return when


class Plan(BaseModel):
    """Steps in the order in which they run; ``zh`` and ``en`` say what the plan is for."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    zh: str = ""
    en: str = ""
    steps: tuple[Step, ...] = Field(min_length=1)

    @model_validator(mode="before")
    @classmethod
    def _after_the_one_before(cls, given: Any) -> Any:
        """Let every step wait for the one before it where it does not say for which."""
        steps = given.get("steps") if isinstance(given, dict) else None
        if not isinstance(steps, list) or not all(isinstance(step, dict) for step in steps):
            return given
        waiting = [{"after": [before.get("notebook")], **step} for before, step in pairwise(steps)]
        return {**given, "steps": steps[:1] + waiting}

    @model_validator(mode="after")
    def _steps_stand_in_order(self) -> "Plan":
        earlier: list[str] = []
        for step in self.steps:
            late = [name for name in step.after or () if name not in earlier]
            if late or step.notebook in earlier:
                what = f"{step.notebook} waits for {late[0]}, which" if late else f"{step.notebook}, which"
                raise ValueError(f"{what} does not stand before it" if late else f"{what} stands there twice")
            earlier.append(step.notebook)
        return self

    def _repr_html_(self) -> str:
        rows = [
            (place, step.notebook, ", ".join(f"{name}={value}" for name, value in step.parameters.items()))
            for place, step in enumerate(self.steps, 1)
        ]
        return about("plan", {}, listing(["step", "notebook", "parameters"], rows))


@dataclass(frozen=True)
class Task:
    """One notebook with every parameter settled: ready to run; the rest is as `Step` says it."""

    notebook: Path
    resolved: Resolved
    after: tuple[str, ...] = ()
    when: Mapping[str, str] = field(default_factory=dict)
    deadline_s: int | None = None
    retries: int = 0
    reads_models: bool = False

    @property
    def name(self) -> str:
        """The notebook's stem."""
        return self.notebook.stem

    @property
    def source(self) -> str:
        """The imported table it runs on; empty for BOSS's deliveries."""
        return str(self.resolved.values.get("source", ""))


def read_plan(path: Path) -> Plan:
    """Read and check a plan.

    Raises
    ------
    CallError
        If it is missing or wrong; the error names the key.
    """
    return validated(Plan, read_yaml(path), path.name)


def prepare(
    target: str, root: Path, *, given: Mapping[str, object] | None = None, file: Path | None = None
) -> tuple[Task, ...]:
    """Settle what is to run: the steps of a plan, or one notebook.

    Parameters
    ----------
    target : str
        Name of a plan in ``params/``, name of a notebook in ``notebooks/``, or the path of either.
    root : Path
        The folder that holds ``params/`` and ``notebooks/``.
    given : mapping, optional
        Parameters of the call; in a plan each goes to the steps that declare it.
    file : Path, optional
        A YAML file of parameters, weaker than those of the call; spread over a plan in the same way.

    Raises
    ------
    CallError
        If the target is not found or a desk, or a parameter is unknown (to every step), missing or mistyped.
    """
    shared: dict[str, Mapping[str, object]] = {file.name: read_values(file)} if file else {}
    shared["call"] = given or {}
    path = find(target, root)
    steps = [(path, Step.model_validate({"notebook": "one"}))]
    if path.suffix != ".ipynb":
        steps = [(find(step.notebook, root, plans=False), step) for step in read_plan(path).steps]
    for notebook, _ in steps:
        _refuse_desk(notebook)
    declared = [contract(notebook) for notebook, _ in steps]
    refuse_unknown([parameter.name for parameters in declared for parameter in parameters], shared)
    return tuple(_task(*step, parameters, shared) for step, parameters in zip(steps, declared, strict=True))


def _refuse_desk(notebook: Path) -> None:
    """A desk writes no result: a run of it could only fail at its end."""
    if notebook.stem in DESKS:
        what = f"{notebook.stem} is a desk to work at, not a report to run"
        raise CallError(what, where=notebook.name, kept="nothing ran", remedy="open it with `bassboss lab`")


def _task(notebook: Path, step: Step, declared: tuple[Parameter, ...], shared: Layers) -> Task:
    """Settle one step; of the shared layers it takes what it declares."""
    names = {parameter.name for parameter in declared}
    taken = {origin: {name: layer[name] for name in layer if name in names} for origin, layer in shared.items()}
    resolved = resolve(declared, {**own_values(notebook), "plan": step.parameters, **taken})
    rules = (step.after or (), step.when, step.deadline_s, step.retries, step.reads_models)
    return Task(notebook, resolved, *rules)


def title_of(target: str, root: Path, language: str) -> str:
    """Give what a plan is for, in zh or en; empty for a notebook."""
    path = find(target, root)
    if path.suffix == ".ipynb":
        return ""
    plan = read_plan(path)
    return plan.zh if language == "zh" else plan.en


def find(target: str, root: Path, *, plans: bool = True) -> Path:
    """Give the path of a notebook or, if ``plans``, a plan by its name or path.

    Raises
    ------
    CallError
        If there is none; the error names the nearest.
    """
    # Notebooks first: a notebook's own parameter file lies among the plans, under its name.
    named = [root / "params" / f"{target}.yaml"] if plans else []
    for path in [root / "notebooks" / f"{target}.ipynb", *named, Path(target)]:
        if path.suffix in (".ipynb", ".yaml") and path.is_file():
            return path
    stems = [path.stem for folder in ("notebooks/*.ipynb", "params/*.yaml") for path in sorted(root.glob(folder))]
    near = difflib.get_close_matches(target, stems, n=1)
    remedy = f"did you mean {near[0]!r}?" if near else "name a plan of params/ or a notebook of notebooks/"
    raise CallError(f"no plan or notebook {target!r}", where=root.name, remedy=remedy)
