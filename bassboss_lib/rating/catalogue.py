"""What all plans of a price list share: conventions, timings and classes of use.

Every silent choice of a rating engine is a key here: which band a call belongs to, what a bundle is debited with, where
an amount is rounded. So two engines, or BOSS and BASS, can be told apart by their files and not by their bills.
"""

import re
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic.functional_validators import BeforeValidator

from bassboss_lib.rating.quantities import Money, Percent

__all__ = ["Conventions", "Header", "Part", "PlanClass", "Rounding", "Tax", "Timing", "Title"]

_CLOCK = re.compile(r"([01]\d|2[0-3]):[0-5]\d|24:00")


class Part(BaseModel):
    """A part of a price list: unknown keys are refused, nothing changes after reading."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def _clock(value: object) -> str:
    if not isinstance(value, str) or not _CLOCK.fullmatch(value):
        raise ValueError('must be a time of day in quotes, such as "21:00"')
    return value


def _on_off(value: object) -> object:
    return {True: "on", False: "off"}[value] if isinstance(value, bool) else value  # YAML reads on and off so


Clock = Annotated[str, BeforeValidator(_clock)]


class Title(Part):
    """A name in both languages."""

    zh: str = Field(min_length=1)
    en: str = Field(min_length=1)


class Rounding(Part):
    """Where amounts are rounded (each call, each line of the bill, the bill), to what, and how."""

    per: Literal["call", "line", "bill"]
    to: Money
    mode: Literal["half_up", "half_even", "up", "down"]


class Conventions(Part):
    """The choices that a price list leaves open and a bill cannot.

    ``band_by``: the band at the call's start holds for all of it, or the call is split where the band changes.
    ``allowance``: bundles are debited with units rounded up to the increment, or with raw units, and only what lies
    beyond is rounded. ``zero_duration``: calls of no length are free, or cost the first increment. ``kilo``: bytes in a
    KB, KB in an MB.
    """

    band_by: Literal["start", "split"]
    month_by: Literal["start"]
    allowance: Literal["after_increment", "raw"]
    zero_duration: Literal["free", "first_increment"]
    rounding: Rounding
    kilo: Literal[1024, 1000] = 1024


class Timing(Part):
    """Hours of certain days. Days are those on which the moment itself lies, also where ``to`` is before ``from``.

    With ``holidays`` the official calendar rules: its holidays belong to the timing whatever their weekday, and weekend
    days on which people work do not count as weekend but as working days.
    """

    weekdays: list[Annotated[int, Field(ge=1, le=7)]] = [1, 2, 3, 4, 5, 6, 7]
    start: Clock = Field("00:00", alias="from")
    to: Clock = "24:00"
    holidays: Literal["CN"] | None = None
    title: Title | None = None

    @model_validator(mode="after")
    def _some_time(self) -> Self:
        if self.start == self.to:
            raise ValueError("from and to are the same: leave both out for the whole day")
        return self


class PlanClass(Part):
    """A class of use, by what its CDRs have in common; what is left out may be anything."""

    service: Literal["voice", "sms", "data"]
    direction: Literal["mo", "mt"] | None = Field(None, alias="dir")
    zone: Literal["local", "national", "intl", "roam", "domestic"] | None = None
    net: Annotated[Literal["on", "off"] | None, BeforeValidator(_on_off)] = None
    group: Literal["closed"] | None = None
    app: Literal["directed"] | None = None
    title: Title | None = None


class Tax(Part):
    """Whether prices contain the tax; if not, what is added to the bill."""

    mode: Literal["inclusive", "exclusive"] = "inclusive"
    percent: Percent | None = None

    @model_validator(mode="after")
    def _rate_where_added(self) -> Self:
        if (self.mode == "exclusive") != (self.percent is not None):
            raise ValueError("percent is given if, and only if, the mode is exclusive")
        return self


class Header(Part):
    """The head of a price list."""

    id: str = Field(min_length=1)
    currency: str = Field(pattern="^[A-Z]{3}$")
    minor_unit: Literal[2] = 2
    tz: str
    tax: Tax = Tax()
    conventions: Conventions
    timings: dict[str, Timing] = {}
    classes: dict[str, PlanClass]
