"""Suggestions (客户建议) grouped into themes, tied to parts of a plan, and turned into plans to rehearse at once."""

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from pathlib import Path

import pandas as pd
from pydantic import BaseModel, ConfigDict, Field

from bassboss_lib.rating import Header, Plan
from bassboss_lib.rating.quantities import Money, amount
from bassboss_lib.workspace import read_yaml, validated

__all__ = ["OTHER", "Edit", "Theme", "edited_plan", "group_suggestions", "themes"]

FILE = Path(__file__).with_name("themes.yaml")
OTHER = "other"
PHRASES = 3


class Edit(BaseModel):
    """Factors by which a plan is changed: its fee, its bundles by service, its prices beyond bundles."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    fee: Money | None = None
    voice: Money | None = None
    data: Money | None = None
    sms: Money | None = None
    price: Money | None = None


class Theme(BaseModel):
    """A theme: what tells it, and what it proposes."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    zh: str
    en: str
    words: list[str] = Field(min_length=1)
    edit: Edit | None = None


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    themes: dict[str, Theme]


@cache
def themes(path: Path = FILE) -> dict[str, Theme]:
    """Read the themes; raise `CallError` with file and key if they are wrong."""
    return validated(_File, read_yaml(path), path.name).themes


def group_suggestions(texts: Sequence[str | None]) -> pd.DataFrame:
    """Count suggestions by theme, most frequent first, with their commonest phrases.

    Returns
    -------
    DataFrame
        theme, count, phrases; what fits no theme is ``other``. A suggestion of two themes counts under both. Phrases
        that only one customer said are left out, so that nobody is quoted.

    Examples
    --------
    >>> group_suggestions(["流量太少", "流量太少", "月费再低一点", None]).to_dict("records")[0]
    {'theme': 'data', 'count': 2, 'phrases': '流量太少'}
    """
    said = [text.strip() for text in texts if text and text.strip()]
    found = [
        (name, text)
        for text in said
        for name in ([name for name, one in themes().items() if any(word in text for word in one.words)] or [OTHER])
    ]
    frame = pd.DataFrame(found, columns=["theme", "text"])
    rows = []
    for name, group in frame.groupby("theme"):
        counts = group["text"].value_counts()
        common = sorted(counts[counts > 1].items(), key=lambda one: (-one[1], one[0]))[:PHRASES]
        rows.append({"theme": name, "count": len(group), "phrases": "；".join(str(text) for text, _ in common)})
    table = pd.DataFrame(rows, columns=["theme", "count", "phrases"])
    return table.sort_values(["count", "theme"], ascending=[False, True], ignore_index=True)


def edited_plan(header: Header, plan: Plan, theme: str) -> Plan | None:
    """Give the plan as a theme proposes it, under a name of its own; None if the theme proposes nothing for this plan.

    Examples
    --------
    >>> from bassboss_lib.rating import read_catalogue
    >>> known = read_catalogue(Path(__file__).parents[1] / "boss" / "plans.yaml")
    >>> edited_plan(known.header, known.plan("G088"), "fee").fee.amount
    Decimal('79.20')
    """
    found = themes().get(theme)
    if found is None or found.edit is None:
        return None
    edit = found.edit
    change: dict[str, object] = {"id": f"{plan.id[:11]}-{theme[:8]}"}
    if edit.fee is not None and plan.fee is not None:
        change["fee"] = plan.fee.model_copy(update={"amount": _cents(plan.fee.amount * edit.fee)})
    change["allowances"] = [
        one.model_copy(update={"units": _bigger(header, one.units, getattr(edit, header.classes[one.of[0]].service))})
        for one in plan.allowances
    ]
    if edit.price is not None:
        change["rates"] = [
            one.model_copy(update={"price": (one.price * edit.price).quantize(Decimal("0.0001"))})
            if one.price is not None
            else one
            for one in plan.rates
        ]
    edited = Plan.model_validate(
        plan.model_copy(update=change).model_dump(mode="json", by_alias=True, exclude_none=True)
    )
    # More of a bundle that the plan does not have is no edit.
    return None if _terms(edited) == _terms(plan) else edited


def _terms(plan: Plan) -> dict[str, object]:
    return plan.model_dump(exclude={"id"})


def _cents(value: Decimal) -> Decimal:
    return value.quantize(Decimal("0.01"), ROUND_HALF_UP)


def _bigger(header: Header, units: str | int, factor: Decimal | None) -> str | int:
    """Scale a bundle; whole minutes, megabytes or messages."""
    if factor is None:
        return units
    kilo = header.conventions.kilo
    size = int(amount(units, kilo) * factor)
    if isinstance(units, int):
        return size
    return f"{size // kilo**2}MB" if units.endswith("B") else f"{size // 60}min"
