"""Who lives in the world: the province, its persons, how they come to us, and what they hold in their hands."""

from typing import Self

from pydantic import Field, model_validator

from bassboss_lib import months
from bassboss_lib.boss.parameters.base import Part, Positive, Share

__all__ = ["Arrivals", "Channel", "Persons", "Place", "Terminals"]


class Place(Part):
    """A province: cities of unequal size, each with the same number of districts, these with some cell areas."""

    province: str
    cities: dict[str, Positive] = Field(min_length=1)
    districts: list[str] = Field(min_length=1)
    areas_per_district: int = Field(ge=1)

    @property
    def areas_per_city(self) -> int:
        """Cell areas of one city."""
        return len(self.districts) * self.areas_per_district

    @property
    def areas(self) -> int:
        """Cell areas of the province; they are numbered city by city, district by district."""
        return len(self.cities) * self.areas_per_city


class Arrivals(Part):
    """Who joins: a share of the world's size every month, more in some months than in others."""

    share: Share
    season: list[Positive] = Field(min_length=12, max_length=12)
    known_person: Share  # joiners who hold, or held, another number of ours


class Persons(Part):
    """Persons, households, corporate groups."""

    household: Share  # persons who live in a household of up to ``household_size`` customers
    household_size: int = Field(ge=2)
    family_plan: Share  # of these households share a plan
    group: Share  # members of a corporate group
    group_size: int = Field(ge=2)
    vip: Share


class Channel(Part):
    """A channel of joining: how many come through it, and what they are like."""

    weight: Positive
    hazard: Positive  # factor on every cause
    risk: float  # added to the log-odds of not paying
    fraud: Share  # who never means to pay


class Terminals(Part):
    """Terminal models: launched at a steady pace, one for every price band, taken up by upgrades."""

    upgrade: Share
    launch_every_months: int = Field(ge=1)
    first_launch: str
    makers: list[str] = Field(min_length=1)
    second_generation: int = Field(ge=0)  # launches before the middle and high bands come as 5G
    entry_later: int = Field(ge=0)  # launches by which the entry band is behind

    @model_validator(mode="after")
    def _a_month(self) -> Self:
        if not months.is_month(self.first_launch):
            raise ValueError(f"{self.first_launch!r} is not a month")
        return self
