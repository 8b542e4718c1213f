"""How customers use the network: how much, with whom, and when."""

from datetime import date
from typing import Annotated, Self

from pydantic import Field, model_validator

from bassboss_lib.boss.parameters.base import LogNormal, Part, Positive, Share, Spread

__all__ = ["Calendar", "Circle", "Dormancy", "Holiday", "Late", "Profile", "Usage", "Zones"]


Hour = Annotated[int, Field(ge=0, le=23)]


class Zones(Part):
    """Shares of calls outside the local zone."""

    national: Share
    international: Share
    roaming: Share


class Late(Part):
    """Call records delivered a month late: with the file of the month after they were made, and on its bill."""

    share: Share
    roaming: Share  # of those made away from home, which come through other operators
    days: int = Field(ge=1, le=28)  # they were made in the last so many days of the month before


class Usage(Part):
    """How much customers call, write and surf in a month."""

    calls: LogNormal
    minutes_per_call: LogNormal
    messages: LogNormal
    sessions: LogNormal
    megabytes: LogNormal
    noise: float = Field(ge=0)
    drift: float = Field(ge=0)
    trend: float = Field(ge=0)
    call_sigma: float = Field(ge=0)
    session_sigma: float = Field(ge=0)
    outgoing: Share
    unanswered: Share
    zones: Zones
    late: Late
    elasticity: LogNormal


class Profile(Part):
    """When events of a kind happen: weights of the hours of a day, and of the days of a week from Monday."""

    hours: list[Positive] = Field(min_length=24, max_length=24)
    weekdays: list[Positive] = Field(min_length=7, max_length=7)


class Holiday(Part):
    """Days on which use is not as usual: factors on the number of events of each kind."""

    name: str
    first: date
    last: date
    voice: Positive
    sms: Positive
    data: Positive

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.last < self.first:
            raise ValueError("last lies before first")
        return self


class Calendar(Part):
    """The year and the day: use by calendar month, profiles by kind, holidays."""

    season: list[Positive] = Field(min_length=12, max_length=12)
    voice: Profile
    sms: Profile
    data: Profile
    night: tuple[Hour, Hour]  # from, until
    holidays: list[Holiday]


class Offer(Part):
    """A competitor's offer: its chance and how far it lifts the log-odds of calling off-net."""

    chance: Share
    lift: float


class Circle(Part):
    """Whom customers call: partners from household, work and neighbourhood, and other operators' customers."""

    weights: list[Share] = Field(min_length=3)
    reach: Positive  # neighbours are this many places apart in the order of a community
    renewal: Share
    off_net: Spread
    offer: Offer


class Dormancy(Part):
    """How use fades, in logs below the habit."""

    onset: Share
    fall: Positive
    recovery: Share
    rho: Share
    sigma: float = Field(ge=0)
    floor: float = Field(lt=0)
