"""A mapping of an operator's own usage, users and plans: which columns of which file mean what.

Files are told apart by their headers, so they may be given in any order. The plans' table becomes a price list in the
plan schema, written beside the usage, where everybody can read what was understood.
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from bassboss_lib.errors import CallError
from bassboss_lib.workspace import read_yaml, validated

__all__ = [
    "PlanTable",
    "UsageMapping",
    "UsageTable",
    "UserTable",
    "is_usage_mapping",
    "price_list",
    "read_usage_mapping",
]

CLASSES = {
    "voice": {"service": "voice", "dir": "mo", "title": {"zh": "通话", "en": "calls"}},
    "data": {"service": "data", "title": {"zh": "流量", "en": "data"}},
    "sms": {"service": "sms", "dir": "mo", "title": {"zh": "短信", "en": "messages"}},
}


class Part(BaseModel):
    """A part of a mapping: unknown keys are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class UserTable(Part):
    """One row per customer; ``traits``: column → what it is called here (numbers and words that tell who they are)."""

    identifier: str
    plan: str
    joined: str
    traits: dict[str, str] = {}

    def columns(self) -> set[str]:
        """Columns that the file must have."""
        return {self.identifier, self.plan, self.joined, *self.traits}


class UsageTable(Part):
    """One row per event of a service; without ``amount`` every row counts one."""

    service: Literal["voice", "data", "sms"]
    identifier: str
    moment: str
    amount: str | None = None
    unit: Literal["s", "min", "B", "KB", "MB", ""] = ""

    def columns(self) -> set[str]:
        """Columns that the file must have."""
        return {self.identifier, self.moment} | ({self.amount} if self.amount else set())


class Terms(Part):
    """What a plan says of a service: units included, price of ``per`` units more, what is rounded up to ``step``."""

    included: str
    price: str
    unit: Literal["s", "min", "KB", "MB", ""] = ""
    per: int = Field(1, ge=1)
    rounded: Literal["call", "month", "none"] = "none"
    step: int = Field(1, ge=1)


class PlanTable(Part):
    """One row per plan."""

    identifier: str
    fee: str
    voice: Terms | None = None
    data: Terms | None = None
    sms: Terms | None = None

    def services(self) -> Iterator[tuple[str, Terms]]:
        """Give the services that plans speak of."""
        for name in CLASSES:
            terms = getattr(self, name)
            if terms is not None:
                yield name, terms

    def columns(self) -> set[str]:
        """Columns that the file must have."""
        return {self.identifier, self.fee} | {
            one for _, terms in self.services() for one in (terms.included, terms.price)
        }


class UsageMapping(Part):
    """The whole mapping."""

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    kind: Literal["usage"]
    zh: str
    en: str
    origin: str
    currency: str = Field(pattern="^[A-Z]{3}$")
    tz: str
    date: str
    kilo: Literal[1000, 1024] = 1024
    users: UserTable
    usage: list[UsageTable] = Field(min_length=1)
    plans: PlanTable

    def tables(self) -> dict[str, set[str]]:
        """Give the columns that tell each table's file from the others."""
        return {
            "users": self.users.columns(),
            "plans": self.plans.columns(),
            **{f"usage {number} ({one.service})": one.columns() for number, one in enumerate(self.usage, start=1)},
        }


def is_usage_mapping(path: Path) -> bool:
    """Tell whether a mapping file is one of usage, users and plans."""
    content = read_yaml(path)
    return isinstance(content, dict) and content.get("kind") == "usage"


def read_usage_mapping(path: Path) -> UsageMapping:
    """Read and check a mapping.

    Raises
    ------
    CallError
        If a key is missing, unknown or wrong: file, key and what to do.
    """
    mapping = validated(UsageMapping, read_yaml(path), path.name)
    if mapping.name != path.stem:
        what = f"name: {mapping.name!r} is not the file's stem {path.stem!r}"
        raise CallError(what, where=path.name, remedy="rename one of them; the stem is how notebooks call the source")
    return mapping


def price_list(mapping: UsageMapping, rows: Sequence[Mapping[str, str]]) -> dict[str, Any]:
    """Turn the plans' rows into a price list in the plan schema; numbers stay the text that they were.

    Examples
    --------
    >>> shipped = Path(__file__).resolve().parents[2] / "params" / "sources" / "megaline.yaml"
    >>> row = {"plan_name": "surf", "usd_monthly_pay": "20", "minutes_included": "500", "usd_per_minute": "0.03"}
    >>> row |= {"mb_per_month_included": "15360", "usd_per_gb": "10"}
    >>> row |= {"messages_included": "50", "usd_per_message": "0.03"}
    >>> price_list(read_usage_mapping(shipped), [row])["plans"][0]["rates"][0]
    {'of': ['voice'], 'price': '0.03', 'per': '1min', 'increment': ['1min', '1min']}
    """
    conventions = {
        "band_by": "start",
        "month_by": "start",
        "allowance": "after_increment",
        "zero_duration": "free",
        "rounding": {"per": "line", "to": "0.01", "mode": "half_up"},
        "kilo": mapping.kilo,
    }
    classes = {name: CLASSES[name] for name, _ in mapping.plans.services()}
    header = {"id": mapping.name, "currency": mapping.currency, "tz": mapping.tz, "conventions": conventions}
    return {"catalogue": header | {"classes": classes}, "plans": [_plan(mapping, row) for row in rows]}


def _plan(mapping: UsageMapping, row: Mapping[str, str]) -> dict[str, Any]:
    name = row[mapping.plans.identifier]
    plan: dict[str, Any] = {"id": name, "name": {"zh": name, "en": name}, "fee": {"amount": row[mapping.plans.fee]}}
    plan["allowances"], plan["rates"] = [], []
    for service, terms in mapping.plans.services():
        units = int(row[terms.included])
        if units:
            plan["allowances"].append({"id": service, "units": _units(units, terms), "of": [service]})
        plan["rates"].append(_rate(service, terms, row[terms.price]))
    return plan


def _rate(service: str, terms: Terms, price: str) -> dict[str, Any]:
    priced: dict[str, Any] = {"price": price} | ({"per": _units(terms.per, terms)} if terms.unit else {})
    step = [_units(terms.step, terms)] * 2
    if terms.rounded == "month":
        tier = priced | {"increment": step}
        return {"of": [service], "steps": {"on": "month_overage", "policy": "graduated"}, "tiers": [tier]}
    return {"of": [service]} | priced | ({"increment": step} if terms.rounded == "call" else {})


def _units(count: int, terms: Terms) -> str | int:
    return f"{count}{terms.unit}" if terms.unit else count
