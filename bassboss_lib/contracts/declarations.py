"""Reads the declarations: unit files and value lists, YAML that people edit, checked to the last key.

A mistake in one of them names the file, the key and the remedy. Everything is read once and kept, since declarations
do not change while a program runs.
"""

from functools import cache
from pathlib import Path
from typing import Literal, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError, model_validator
from pydantic import Field as Key

from bassboss_lib.contracts.fields import (
    CodeList,
    Cycle,
    Direction,
    Field,
    FieldType,
    Mode,
    Period,
    Personal,
    Profile,
    Unit,
)
from bassboss_lib.errors import CallError
from bassboss_lib.workspace import read_yaml

__all__ = ["code_list", "code_lists", "read_unit", "unit", "units"]

HERE = Path(__file__).parent
STORED = {"": "", "customer": "pseudonym", "number": "number_pseudonym", "hidden": ""}
NAME = r"^[a-z][a-z0-9_]*$"


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Text(_Strict):
    zh: str
    en: str


class _CodeFile(_Strict):
    title: _Text
    codes: dict[str, _Text]


class _FieldKeys(_Text):
    name: str = Key(pattern=NAME)
    type: FieldType
    width: int = Key(ge=1)
    nullable: bool = False
    min: float | None = None
    max: float | None = None
    places: int = Key(0, ge=0)
    codes: str = ""
    meaning: _Text | None = None
    personal: Personal = ""
    stored_as: str = ""
    period: Period = ""

    @model_validator(mode="after")
    def _whole(self) -> "_FieldKeys":
        if (self.type == "code") != bool(self.codes):
            raise ValueError(f"{self.name}: `codes` names the value list of a field of type code, and only of one")
        return self


class _UnitFile(_Strict):
    code: str = Key(pattern=r"^\d{5}$")
    name: str = Key(pattern=NAME)
    title: _Text
    direction: Direction
    cycle: Cycle
    modes: list[Mode] = Key(min_length=1)
    profile: Profile
    encoding: Literal["gb18030", "utf-8"]
    key: list[str] = Key(min_length=1)
    manifest: Literal["required", "optional"]
    allow_empty: bool
    on_demand: bool = False
    version: int = Key(1, ge=1)
    parquet: bool = False
    fields: list[_FieldKeys] = Key(min_length=1)

    @model_validator(mode="after")
    def _known(self) -> "_UnitFile":
        names = [one.name for one in self.fields]
        twice = sorted({name for name in names if names.count(name) > 1})
        unknown = [name for name in self.key if name not in names]
        if twice or unknown:
            raise ValueError(f"fields named twice: {twice}; key names without a field: {unknown}")
        if self.on_demand and self.cycle != "month":
            raise ValueError("on_demand: a unit that comes by month may also come by day; one by day comes so anyway")
        return self


@cache
def units() -> tuple[Unit, ...]:
    """Give every unit declared, in the order of their codes.

    Examples
    --------
    >>> [one.name for one in units()][:3]
    ['customer', 'do_not_contact', 'plan']
    """
    found = [read_unit(path) for path in (HERE / "units").glob("*.yaml")]
    return tuple(sorted(found, key=lambda one: one.code))


def unit(name_or_code: str) -> Unit:
    """Give a unit by its name or its five-digit code.

    Raises
    ------
    CallError
        If no unit is called so.

    Examples
    --------
    >>> unit("31001").name, unit("retention_list").record_bytes
    ('retention_list', 907)
    """
    for one in units():
        if name_or_code in (one.code, one.name):
            return one
    known = ", ".join(one.name for one in units())
    raise CallError(f"no unit is called {name_or_code!r}", where="unit", remedy=f"one of: {known}")


@cache
def code_list(name: str) -> CodeList:
    """Give a value list by its name.

    Raises
    ------
    CallError
        If there is none, or its file is not valid.

    Examples
    --------
    >>> code_list("churn_reason").text("R01", "zh")
    '价格'
    """
    keys = _validated(_CodeFile, HERE / "codes" / f"{name}.yaml")
    return CodeList(name, keys.title.model_dump(), {code: text.model_dump() for code, text in keys.codes.items()})


def code_lists() -> tuple[CodeList, ...]:
    """Give every value list, by name."""
    return tuple(code_list(path.stem) for path in sorted((HERE / "codes").glob("*.yaml")))


def read_unit(path: Path) -> Unit:
    """Read one unit file.

    Raises
    ------
    CallError
        If it is not valid; the line names file, key and remedy.
    """
    keys = _validated(_UnitFile, path)
    whole = keys.model_dump(exclude={"fields", "title", "modes", "key"})
    return Unit(
        **whole,
        title=keys.title.model_dump(),
        modes=tuple(keys.modes),
        key=tuple(keys.key),
        fields=tuple(_field(one) for one in keys.fields),
    )


def _field(keys: _FieldKeys) -> Field:
    plain = keys.model_dump(exclude={"zh", "en", "codes", "meaning", "stored_as"})
    return Field(
        **plain,
        title={"zh": keys.zh, "en": keys.en},
        codes=code_list(keys.codes) if keys.codes else None,
        meaning=keys.meaning.model_dump() if keys.meaning else {},
        stored_as=keys.stored_as or STORED[keys.personal] or ("" if keys.personal else keys.name),
    )


Model = TypeVar("Model", bound=BaseModel)


def _validated(model: type[Model], path: Path) -> Model:
    try:
        return model.model_validate(read_yaml(path))
    except ValidationError as error:
        first = min(error.errors(), key=lambda one: one["type"] != "extra_forbidden")
        key = ".".join(str(part) for part in first["loc"]) or "file"
        raise CallError(f"{key}: {first['msg']}", where=path.name, remedy="mend the key in the declaration") from error
