"""Plans: which notebooks run in which order, with which parameters (``params/monthly.yaml``).

`prepare` settles the parameters of every step before the first kernel starts, so a plan with a wrong name
fails at once and not after an hour.
"""

import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bassboss_lib.errors import CallError
from bassboss_lib.markup import about, listing
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
from bassboss_lib.workspace import read_yaml

__all__ = ["Plan", "Step", "Task", "prepare", "read_plan"]


class Step(BaseModel):
    """One notebook of a plan and the parameters the plan gives it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    notebook: str = Field(pattern=r"^[A-Za-z0-9_]+$")
    parameters: dict[str, Value] = Field(default_factory=dict)


class Plan(BaseModel):
    """Steps in the order in which they run."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    steps: tuple[Step, ...] = Field(min_length=1)

    def _repr_html_(self) -> str:
        rows = [
            (place, step.notebook, ", ".join(f"{name}={value}" for name, value in step.parameters.items()))
            for place, step in enumerate(self.steps, 1)
        ]
        return about("plan", {}, listing(["step", "notebook", "parameters"], rows))


@dataclass(frozen=True)
class Task:
    """One notebook with every parameter settled: ready to run."""

    notebook: Path
    resolved: Resolved


def read_plan(path: Path) -> Plan:
    """Read and check a plan.

    Raises
    ------
    CallError
        If it is missing or wrong; the error names the key.
    """
    try:
        return Plan.model_validate(read_yaml(path))
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"]) or "steps"
        raise CallError(f"{key}: {first['msg']}", where=path.name, remedy="mend the key") from error


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
        If the target is not found, or a parameter is unknown (to every step), missing or mistyped.
    """
    shared: dict[str, Mapping[str, object]] = {file.name: read_values(file)} if file else {}
    shared["call"] = given or {}
    path = _find(target, root)
    steps: list[tuple[Path, Mapping[str, object]]] = [(path, {})]
    if path.suffix != ".ipynb":
        steps = [(_find(step.notebook, root, plans=False), step.parameters) for step in read_plan(path).steps]
    declared = [contract(notebook) for notebook, _ in steps]
    refuse_unknown([parameter.name for parameters in declared for parameter in parameters], shared)
    return tuple(_task(*step, parameters, shared) for step, parameters in zip(steps, declared, strict=True))


def _task(notebook: Path, planned: Mapping[str, object], declared: tuple[Parameter, ...], shared: Layers) -> Task:
    """Settle one step; of the shared layers it takes what it declares."""
    names = {parameter.name for parameter in declared}
    taken = {origin: {name: layer[name] for name in layer if name in names} for origin, layer in shared.items()}
    return Task(notebook, resolve(declared, {**own_values(notebook), "plan": planned, **taken}))


def _find(target: str, root: Path, *, plans: bool = True) -> Path:
    # Notebooks first: a notebook's own parameter file lies among the plans, under its name.
    named = [root / "params" / f"{target}.yaml"] if plans else []
    for path in [root / "notebooks" / f"{target}.ipynb", *named, Path(target)]:
        if path.suffix in (".ipynb", ".yaml") and path.is_file():
            return path
    stems = [path.stem for path in sorted((root / "notebooks").glob("*.ipynb"))]
    near = difflib.get_close_matches(target, stems, n=1)
    remedy = f"did you mean {near[0]!r}?" if near else "name a plan of params/ or a notebook of notebooks/"
    raise CallError(f"no plan or notebook {target!r}", where=root.name, remedy=remedy)
