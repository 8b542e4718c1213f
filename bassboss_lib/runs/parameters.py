"""The parameter contract: what the one `parameters` cell of a notebook declares, and what a caller gives.

The cell is the only declaration. It is read without executing anything: typed assignments of literals, each
with a comment that says its meaning, unit and range. Papermill only warns about a parameter it does not know; here
an unknown, missing, mistyped or out-of-range one is refused before a kernel starts.
"""

import ast
import difflib
import io
import json
import math
import re
import tokenize
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from bassboss_lib.errors import CallError, SecurityRefused
from bassboss_lib.reports.mask import mask
from bassboss_lib.runs.ranges import Range, read_comment
from bassboss_lib.workspace import read_yaml

__all__ = [
    "Layers",
    "Parameter",
    "Resolved",
    "Value",
    "contract",
    "own_values",
    "read_values",
    "refuse_unknown",
    "resolve",
]

Value = str | int | float | bool | list[str]
Layers = Mapping[str, Mapping[str, object]]
SECRET = re.compile(r"(^|_)(token|secret|password|passwd|credential|api_?key|private_?key)s?(_|$)", re.IGNORECASE)
TYPES = ("str", "int", "float", "bool", "list[str]")


@dataclass(frozen=True)
class Parameter:
    """One declared parameter; ``default`` is None where a value must be given."""

    name: str
    type: str
    default: Value | None
    comment: str
    unit: str = ""
    range: Range | None = None


@dataclass(frozen=True)
class Resolved:
    """The value of every parameter, and the name of the layer it came from."""

    values: dict[str, Value]
    origins: dict[str, str]


def contract(notebook: Path) -> tuple[Parameter, ...]:
    """Read the declaration of a notebook's parameters, without executing it.

    Raises
    ------
    CallError
        If the notebook cannot be read, or has not exactly one `parameters` cell of literal assignments (R09).
    SecurityRefused
        If a parameter is named as a secret (S11): papermill writes every value into the notebook, three times.
    """
    source = _parameters_cell(notebook)
    try:
        statements = ast.parse(source).body
    except SyntaxError as error:
        raise _refused(notebook, "it is not valid Python", error.lineno) from error
    comments = _comments(source)
    declared = tuple(_declared(notebook, statement, comments) for statement in statements)
    secret = [one.name for one in declared if SECRET.search(one.name)]
    if secret:
        what, remedy = (
            f"parameter {secret[0]!r} is named as a secret",
            "keep it in the environment or in a file of mode 0600",
        )
        raise SecurityRefused(what, fault="S11", where=notebook.name, kept="nothing ran", remedy=remedy)
    return declared


def own_values(notebook: Path) -> dict[str, Mapping[str, object]]:
    """Give the layer of a notebook's own file, ``params/STEM.yaml`` beside its folder; empty without one."""
    beside = notebook.resolve().parent.parent / "params" / f"{notebook.stem}.yaml"
    return {f"params/{beside.name}": read_values(beside)} if beside.exists() else {}


def read_values(path: Path) -> Mapping[str, object]:
    """Read parameters from a YAML file.

    Raises
    ------
    CallError
        If it is missing, is not YAML, or does not hold names and values.
    """
    content = read_yaml(path)
    if content is None:
        return {}
    if not isinstance(content, dict) or not all(isinstance(name, str) for name in content):
        raise CallError("not a list of names and values", where=path.name, remedy="write `name: value` lines")
    return content


def refuse_unknown(known: Collection[str], given: Layers) -> None:
    """Raise `CallError` (R08) for the first name nobody declares, with the nearest one that it might mean."""
    for origin, layer in given.items():
        for name in layer:
            if name not in known:
                near = difflib.get_close_matches(name, known, n=1, cutoff=0.4)
                remedy = f"did you mean {near[0]!r}?" if near else f"known are {', '.join(known) or 'none'}"
                raise CallError(f"unknown parameter {mask(name)!r}", fault="R08", where=origin, remedy=remedy)


def resolve(declared: tuple[Parameter, ...], given: Layers) -> Resolved:
    """Settle every parameter from its default and from layers of values, the last layer strongest.

    Text is turned into the declared type (``"7"`` for an int, ``"a,b"`` for a list); a parameter declared
    as text keeps its text (``"007"``). A value of another type is refused, so a month without quotes in
    YAML does not pass.

    Raises
    ------
    CallError
        For an unknown, missing, mistyped or out-of-range parameter (R08).

    Examples
    --------
    >>> declared = (Parameter("month", "str", "202610", "month"), Parameter("top", "int", 3, "rows"))
    >>> resolve(declared, {"call": {"month": "007", "top": "5"}}).values
    {'month': '007', 'top': 5}
    """
    by_name = {parameter.name: parameter for parameter in declared}
    values = {parameter.name: parameter.default for parameter in declared}
    origins = dict.fromkeys(by_name, "default")
    refuse_unknown(list(by_name), given)
    for origin, layer in given.items():
        for name, value in layer.items():
            values[name], origins[name] = _typed(by_name[name], value, origin), origin
    settled = {name: value for name, value in values.items() if value is not None}
    missing = [name for name in values if name not in settled]
    if missing:
        raise CallError(
            f"parameter {missing[0]!r} has no value",
            fault="R08",
            where="parameters",
            remedy=f"give -p {missing[0]} VALUE",
        )
    return Resolved(settled, origins)


def _parameters_cell(notebook: Path) -> str:
    try:
        cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    except FileNotFoundError as error:
        raise CallError("notebook not found", where=str(notebook), remedy="check the name") from error
    except (ValueError, KeyError, TypeError) as error:
        raise CallError("not a notebook", where=notebook.name, remedy="save it again in JupyterLab") from error
    tagged = [cell for cell in cells if "parameters" in cell.get("metadata", {}).get("tags", [])]
    if len(tagged) != 1:
        raise CallError(
            f"{len(tagged)} cells tagged `parameters`, expected one",
            fault="R09",
            where=notebook.name,
            remedy="tag the cell that declares the parameters",
        )
    source = tagged[0]["source"]
    return source if isinstance(source, str) else "".join(source)


def _comments(source: str) -> dict[int, str]:
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    return {token.start[0]: token.string.lstrip("# ").rstrip() for token in tokens if token.type == tokenize.COMMENT}


def _declared(notebook: Path, statement: ast.stmt, comments: dict[int, str]) -> Parameter:
    """Read ``name: type = literal``; without a type, the literal tells it."""
    target: ast.expr | None = None
    if isinstance(statement, ast.AnnAssign):
        target = statement.target
    elif isinstance(statement, ast.Assign) and len(statement.targets) == 1:
        target = statement.targets[0]
    if not isinstance(statement, ast.AnnAssign | ast.Assign) or not isinstance(target, ast.Name):
        raise _refused(notebook, "only assignments of literals belong there", statement.lineno)
    try:
        default = None if statement.value is None else ast.literal_eval(statement.value)
    except ValueError as error:
        raise _refused(notebook, f"the default of {target.id} is not a literal", statement.lineno) from error
    told = ast.unparse(statement.annotation) if isinstance(statement, ast.AnnAssign) else _type_of(default)
    if told not in TYPES or (default is not None and not _is(told, default)):
        raise _refused(notebook, f"{target.id} must be one of {', '.join(TYPES)}", statement.lineno)
    try:
        return Parameter(target.id, told, default, *read_comment(comments.get(statement.end_lineno or 0, "")))
    except ValueError as error:
        raise _refused(notebook, f"the comment of {target.id} has no range: {error}", statement.lineno) from error


def _refused(notebook: Path, why: str, line: int | None) -> CallError:
    return CallError(
        f"parameters cell: {why}",
        fault="R09",
        where=f"{notebook.name}, line {line} of the cell",
        remedy="write `name: type = value  # meaning | unit | [low, high]`",
    )


def _typed(parameter: Parameter, value: object, origin: str) -> Value:
    try:
        typed = _from_text(parameter.type, value) if isinstance(value, str) else value
    except ValueError:
        typed = None
    if parameter.type == "float" and type(typed) is int:
        typed = float(typed)
    if not _is(parameter.type, typed):
        raise CallError(
            f"parameter {parameter.name!r} must be {parameter.type}, got {mask(repr(value))}",
            fault="R08",
            where=origin,
            remedy=f"{parameter.comment or 'see the parameters cell'}; text in YAML needs quotes",
        )
    if parameter.range and typed != parameter.default and not parameter.range.holds(typed):
        raise CallError(
            f"parameter {parameter.name!r} must lie in {parameter.range.text}, got {mask(repr(value))}",
            fault="R08",
            where=origin,
            remedy=_nearest(parameter.range, typed) or parameter.comment or "see the parameters cell",
        )
    return typed  # type: ignore[return-value]  # _is has just told its type


def _nearest(allowed: Range, value: object) -> str:
    near = difflib.get_close_matches(str(value), allowed.words, n=1, cutoff=0.4)
    return f"did you mean {near[0]!r}?" if near else ""


def _from_text(kind: str, text: str) -> object:
    if kind == "int":
        return int(text)
    if kind == "float":
        return float(text)
    if kind == "bool":
        return {"true": True, "false": False}.get(text.lower())
    if kind == "list[str]":
        return [part.strip() for part in text.split(",") if part.strip()]
    return text


def _type_of(value: object) -> str:
    return next((kind for kind in TYPES if _is(kind, value)), "")


def _is(kind: str, value: object) -> bool:
    if kind == "list[str]":
        return isinstance(value, list) and all(isinstance(item, str) for item in value)
    return type(value).__name__ == kind and not (isinstance(value, float) and not math.isfinite(value))
