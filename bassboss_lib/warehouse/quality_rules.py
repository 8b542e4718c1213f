"""Quality rules as data: what a rule may say, and the rules shipped.

A rule is one figure of one unit and month, and the band it must keep. ``rules.yaml`` judges what BOSS delivers,
``rules_lists.yaml`` what we send. People edit both, so every key is checked, and every column against the unit.
"""

from datetime import date
from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, model_validator

from bassboss_lib.contracts import unit as declared
from bassboss_lib.contracts import warehouse_schema
from bassboss_lib.errors import CallError
from bassboss_lib.workspace import read_yaml

__all__ = [
    "KEY_KINDS",
    "LIST_RULES",
    "REGION_KINDS",
    "ROW_KINDS",
    "RULES",
    "Against",
    "Condition",
    "Kind",
    "Rule",
    "Waiver",
    "rules",
]

RULES = Path(__file__).with_name("rules.yaml")
LIST_RULES = Path(__file__).with_name("rules_lists.yaml")

Kind = Literal[
    "rows", "share", "mean", "sum", "ratio", "sum_share",
    "per_customer", "duplicate_share", "largest_share", "orphan_share", "linked_share", "absent_share",
    "part_total", "flow", "missing_days", "day_deviation", "days_late", "regions_share", "regions_rows",
]  # fmt: skip
ROW_KINDS = frozenset({"rows", "share", "mean", "sum", "ratio", "sum_share"})
"""Kinds whose figures are sums over the rows of one table: all of a unit come from one scan."""

KEY_KINDS = frozenset({"per_customer", "duplicate_share", "largest_share", "missing_days", "day_deviation"})
"""Kinds that group one table by a key."""

REGION_KINDS = frozenset({"regions_share", "regions_rows"})
"""Kinds that hold the regions of a month against one another."""

SHARES = frozenset({"share", "regions_share"})
TWO_TABLES = frozenset({"orphan_share", "linked_share", "absent_share", "part_total"})
COLUMNS = dict.fromkeys(
    ("mean", "sum", "sum_share", "per_customer", "largest_share", "part_total", *REGION_KINDS), 1
) | {"ratio": 2}


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Condition(_Strict):
    """What a row must be to count: one column and one test of it; an empty value passes none but ``empty``."""

    column: str
    empty: bool | None = None
    any_of: tuple[str, ...] = ()
    none_of: tuple[str, ...] = ()
    below: float | None = None
    above: float | None = None
    before_column: str = ""
    period: Literal["", "same", "earlier"] = ""

    @model_validator(mode="after")
    def _one_test(self) -> "Condition":
        if len(self.model_fields_set) != 2:
            raise ValueError(f"{self.column}: name one test of the column")
        return self


class Against(_Strict):
    """The other table of a rule: its key or amount, and which of its rows count."""

    unit: str
    column: str
    where: tuple[Condition, ...] = ()


class Waiver(_Strict):
    """An exception: until when (inclusive), why, and agreed by which role."""

    until: date
    reason: str = Field(min_length=1)
    by: str = Field(min_length=1)


class Rule(_Strict):
    """One figure of one unit and period, and the band it must keep; the kinds are explained in ``rules.yaml``."""

    id: str = Field(pattern=r"^[A-Z]\d{3}$")
    unit: str
    cycle: Literal["month", "day"] = "month"
    dimension: Literal["timeliness", "completeness", "accuracy", "consistency"]
    kind: Kind
    columns: tuple[str, ...] = ()
    where: tuple[Condition, ...] = ()
    among: tuple[Condition, ...] = ()
    against: Against | None = None
    band: Literal["level", "change", "sigma"]
    low: float | None = None
    high: float | None = None
    weight: float = Field(0.05, gt=0, le=1)
    severity: Literal["warn", "block"]
    churn_relevant: bool = False
    drill: str = ""
    waiver: Waiver | None = None
    zh: str = Field(min_length=1)
    en: str = Field(min_length=1)

    @model_validator(mode="after")
    def _whole(self) -> "Rule":
        if (self.kind in TWO_TABLES) != (self.against is not None):
            raise ValueError(f"{self.id}: `against` belongs to {', '.join(sorted(TWO_TABLES))}, and only to these")
        if len(self.columns) < COLUMNS.get(self.kind, 0) or (self.kind in SHARES and not self.where):
            raise ValueError(f"{self.id}: a rule of kind {self.kind} names its columns, a share its `where`")
        if self.low is None and self.high is None:
            raise ValueError(f"{self.id}: a band has `low`, `high` or both")
        return self

    @property
    def conditions(self) -> tuple[Condition, ...]:
        """Every condition on the rule's own unit."""
        return self.where + self.among


def rules(path: Path = RULES) -> tuple[Rule, ...]:
    """Read the rules of a file.

    Raises
    ------
    CallError
        If one is wrong: an unknown key, a column its unit has not, an identifier used twice.

    Examples
    --------
    >>> len(rules()) >= 40
    True
    """
    return _read(path, path.stat().st_mtime_ns if path.exists() else 0)


@cache
def _read(path: Path, _: int) -> tuple[Rule, ...]:
    """Read a file once for as long as nobody writes it."""
    try:
        known = TypeAdapter(tuple[Rule, ...]).validate_python(read_yaml(path) or ())
    except ValidationError as error:
        first = min(error.errors(), key=lambda one: one["type"] != "extra_forbidden")
        key = ".".join(str(part) for part in first["loc"])
        raise CallError(f"rule {key}: {first['msg']}", where=path.name, remedy="mend the rule") from error
    for place, rule in enumerate(known):
        unknown = _unknown(rule)
        if rule.id in {other.id for other in known[:place]}:
            unknown = "the identifier is used twice"
        if unknown:
            raise CallError(f"rule {rule.id}: {unknown}", where=path.name, remedy="mend the rule")
    return known


def _unknown(rule: Rule) -> str:
    """Say what of a rule its units do not have; nothing if all is there."""
    of_unit = declared(rule.unit)
    if of_unit.cycle != rule.cycle:
        return f"{rule.unit} comes by {of_unit.cycle}"
    own = [*rule.columns, *_columns(rule.conditions), *([rule.drill] if rule.drill else [])]
    missing = [name for name in own if name not in _names(rule.unit)]
    if rule.against:
        there = [rule.against.column, *_columns(rule.against.where)]
        missing += [name for name in there if name not in _names(rule.against.unit)]
    if missing:
        return f"no column is called {', '.join(missing)}"
    return f"{rule.drill} leads to persons" if rule.drill and _personal(rule.unit, rule.drill) else ""


def _columns(conditions: tuple[Condition, ...]) -> list[str]:
    return [name for one in conditions for name in (one.column, one.before_column) if name]


def _names(name: str) -> list[str]:
    """Columns a rule may name: in the warehouse for what we receive, of the file for what we send."""
    of_unit = declared(name)
    return of_unit.names if of_unit.direction == "out" else warehouse_schema(of_unit).names


def _personal(name: str, column: str) -> bool:
    return any(one.personal for one in declared(name).fields if column in (one.name, one.stored_as))
