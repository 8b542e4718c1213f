"""What an operator's own table is: which column is what, in a YAML file that people edit.

A mapping names every column that a model may use, with group, unit and titles, says which columns leak and
why they are left out, and how rows are split. `bassboss import --sketch` proposes one; a person decides.
"""

import difflib
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from bassboss_lib.contracts.feature import Feature
from bassboss_lib.errors import CallError
from bassboss_lib.workspace import read_yaml

__all__ = [
    "ByDeclaration",
    "ByFolds",
    "ByTime",
    "ColumnMapping",
    "LabelMapping",
    "TableMapping",
    "ValueMapping",
    "plain_name",
    "read_mapping",
]

NAME = r"^[a-z][a-z0-9_]*$"


def _as_text(value: object) -> object:
    """Codes are text; YAML reads a bare yes, no, true, false as a truth value, and 1 as a number."""
    if isinstance(value, bool):
        raise ValueError("put it in quotes: YAML reads it as a truth value")
    return str(value) if isinstance(value, int | float) else value


def _as_codes(value: object) -> object:
    return tuple(_as_text(one) for one in (value if isinstance(value, list | tuple) else (value,)))


def _as_header(value: object) -> object:
    return plain_name(value) if isinstance(value, str) else value


Code = Annotated[str, BeforeValidator(_as_text)]
Codes = Annotated[tuple[Code, ...], BeforeValidator(_as_codes), Field(min_length=1)]
Header = Annotated[str, BeforeValidator(_as_header)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class LabelMapping(_Strict):
    """Which column says what happened; several codes may mean it, such as scores of six and less.

    Without `negative`, every other value is the other class.
    """

    column: Header
    positive: Codes
    negative: Code | None = None


class ValueMapping(_Strict):
    """Which column says what a customer is worth; it orders lists."""

    column: Header
    unit: str
    zh: str
    en: str


class ColumnMapping(_Strict):
    """One column that a model may use."""

    name: str | None = Field(None, pattern=NAME, description="name in models; else made of the column's own")
    group: str
    unit: str = ""
    zh: str
    en: str
    kind: Literal["number", "category"] = "number"
    missing: tuple[Code, ...] = ()
    meaning: str = ""


class ByDeclaration(_Strict):
    """A column says which rows train and which test."""

    kind: Literal["declared"]
    column: Header
    train: Code
    test: Code


class ByFolds(_Strict):
    """Repeated stratified folds, for a table without time."""

    kind: Literal["folds"]
    times: int = Field(5, ge=1)
    folds: int = Field(5, ge=2)
    seed: int = Field(0, ge=0)


class ByTime(_Strict):
    """Later months test; the table needs a month column."""

    kind: Literal["time"]


class TableMapping(_Strict):
    """A whole mapping; one row of the table is a customer, or a customer and month."""

    name: str = Field(pattern=NAME, description="name of the source: stem of the mapping file")
    zh: str
    en: str
    origin: str = Field("", description="who published the table, and under which terms")
    format: Literal["csv", "excel", "parquet"]
    encoding: str = "utf-8"
    delimiter: str = Field(",", min_length=1, max_length=1)
    sheet: str | None = None
    identifier: Header | None = Field(None, description="customer id; none = rows are numbered")
    month: Header | None = Field(None, description="month of the row, YYYYMM")
    label: LabelMapping
    value: ValueMapping | None = None
    missing: tuple[Code, ...] = ("",)
    duplicates: Literal["drop", "keep"] = "keep"
    column_order: Literal["fixed", "any"] = Field("fixed", description="fixed: as in the import before")
    prior: float | None = Field(None, gt=0, lt=1, description="base rate of the population, if rows were sampled")
    split: ByDeclaration | ByFolds | ByTime = Field(discriminator="kind")
    drop: dict[Header, str] = Field({}, description="columns left out, with the reason")
    columns: dict[Header, ColumnMapping] = Field(min_length=1, alias="features")

    @property
    def features(self) -> tuple[Feature, ...]:
        """What the columns of the model's table are, in the mapping's order."""
        return tuple(
            Feature(self.feature_name(column), c.group, c.unit, c.zh, c.en, c.kind, c.meaning)
            for column, c in self.columns.items()
        )

    def feature_name(self, column: str) -> str:
        """Give the name in models of a column of the table."""
        return self.columns[column].name or plain_name(column).lower().replace(" ", "_")

    @property
    def used(self) -> list[str]:
        """Columns that the table must have, each once."""
        split = self.split.column if isinstance(self.split, ByDeclaration) else None
        value = self.value.column if self.value else None
        named = (self.identifier, self.month, self.label.column, split, value, *self.columns)
        return list(dict.fromkeys(column for column in named if column))

    @model_validator(mode="after")
    def _agrees(self) -> Self:
        names = [feature.name for feature in self.features]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"features: {', '.join(twice)} named twice; give one of them another `name`")
        unfit = [name for name in names if not name.isascii() or not name.isidentifier()]
        if unfit:
            raise ValueError(f"features: {unfit[0]!r} is no name for a model; give it a `name` of a-z, 0-9 and _")
        purposes = {self.identifier, self.month, self.label.column} | set(self.drop)
        if isinstance(self.split, ByDeclaration):
            purposes.add(self.split.column)
        both = [column for column in self.columns if column in purposes]
        if both:
            raise ValueError(f"features: {both[0]!r} has another purpose (identifier, month, label, split or drop)")
        if isinstance(self.split, ByTime) and not self.month:
            raise ValueError("split: kind time needs `month`")
        return self


MODELS: tuple[type[BaseModel], ...] = (
    TableMapping,
    LabelMapping,
    ValueMapping,
    ColumnMapping,
    ByDeclaration,
    ByFolds,
)


def plain_name(column: object) -> str:
    """Give a header without stray blanks: tables differ in them, people do not see them.

    Examples
    --------
    >>> plain_name(" Call  Failure ")
    'Call Failure'
    """
    return " ".join(str(column).split())


def read_mapping(path: Path) -> TableMapping:
    """Read and check a mapping file.

    Raises
    ------
    CallError
        If it is not YAML, or a key is missing, unknown or wrong: file, key and what to do.
    """
    content = read_yaml(path)
    if not isinstance(content, dict):
        raise CallError("not a mapping: no keys", where=path.name, remedy="let `bassboss import --sketch` propose one")
    try:
        mapping = TableMapping.model_validate(content)
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        said = first["msg"].removeprefix("Value error, ")
        raise CallError(
            f"{key}: {said}" if key else said, where=path.name, remedy=_remedy(first["type"], first["loc"])
        ) from error
    if mapping.name != path.stem:
        raise CallError(
            f"name: {mapping.name!r} is not the file's stem {path.stem!r}",
            where=path.name,
            remedy="rename one of them; the stem is how notebooks call the source",
        )
    return mapping


def _remedy(kind: str, place: tuple[int | str, ...]) -> str:
    if kind == "missing":
        return f"add `{place[-1]}`"
    known = {name for model in MODELS for name in model.model_fields} | {"features"}
    near = difflib.get_close_matches(str(place[-1]), sorted(known - {"columns"}), n=1) if place else []
    if kind == "extra_forbidden":
        return f"did you mean `{near[0]}`?" if near else "take the key out"
    return "mend the key"
