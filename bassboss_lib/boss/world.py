"""The parameters of the stand-in's world, read from one YAML and checked before anything lives by them.

Everything that decides how customers behave and why they leave is in ``world.yaml`` beside this file, so that a truth
that is planted can be read, changed and quoted in one place. The rest of this room takes a `World` and no constants.
"""

from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from bassboss_lib import months
from bassboss_lib.boss.contact_terms import Contact, read_contact
from bassboss_lib.errors import CallError
from bassboss_lib.workspace import read_yaml

__all__ = ["REASONS", "Cause", "Plan", "World", "read_world"]

REASONS = ("R01", "R02", "R03", "R04", "R05", "R06", "R07", "R08", "R09", "R99")

Share = Annotated[float, Field(ge=0, le=1)]
Positive = Annotated[float, Field(gt=0)]
Fen = Annotated[int, Field(ge=0)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class LogNormal(_Part):
    """A quantity by its median and the standard deviation of its logarithm."""

    median: Positive
    sigma: float = Field(ge=0)


class Spread(_Part):
    """A normal quantity, mostly log-odds, that may return to its mean with factor ``rho`` a month."""

    mean: float = 0.0
    sigma: float = Field(ge=0)
    rho: Share = 0.0


class Zones(_Part):
    """Shares of events outside the local zone."""

    national: Share
    international: Share
    roaming: Share


class Usage(_Part):
    """How much customers call, write and surf."""

    calls: LogNormal
    minutes_per_call: LogNormal
    messages: LogNormal
    sessions: LogNormal
    megabytes: LogNormal
    noise: float = Field(ge=0)
    drift: float = Field(ge=0)
    call_sigma: float = Field(ge=0)
    outgoing: Share
    zones: Zones


class Network(_Part):
    """Log-odds that a call drops: of the home cell's area and of the customer's corner of it."""

    area: Spread
    own: Spread


class Offer(_Part):
    """A competitor's offer: its chance and how far it lifts the log-odds of calling off-net."""

    chance: Share
    lift: float


class Circle(_Part):
    """Whom customers call."""

    weights: list[Share] = Field(min_length=1)
    renewal: Share
    off_net: Spread
    offer: Offer


class Dormancy(_Part):
    """How use fades, in logs below the habit."""

    onset: Share
    fall: Positive
    recovery: Share
    rho: Share
    sigma: float = Field(ge=0)
    floor: float = Field(lt=0)


class Payment(_Part):
    """Who does not pay, and what follows."""

    risk: Spread
    again: Share
    suspend_after: int = Field(ge=1)
    close_after: int = Field(ge=2)
    reversals: Share


class Complaints(_Part):
    """How often customers complain, how often it fails them, how fast they forget."""

    base: Share
    per_drop_share: float = Field(ge=0)
    failed: Share
    decay: Share


class Life(_Part):
    """Moves, and how fast their effect decays."""

    chance: Share
    decay: Share


class Contract(_Part):
    """Contracts of 12 or 24 months."""

    share: Share
    renewal: Share
    signing: Share


class Terminal(_Part):
    """Terminal models: launched at a steady pace, taken up by upgrades."""

    upgrade: Share
    launch_every_months: int = Field(ge=1)
    first_launch: str


class Parking(_Part):
    """停机保号: use stopped at the customer's wish, the number kept."""

    start: Share
    stop: Share


class Cause(_Part):
    """One reason to leave: hazard = full / (1 + exp(-(driver - mid) / width))."""

    full: Share
    mid: float
    width: Positive


class Interaction(_Part):
    """How much more a dear plan hurts where the circle is off-net."""

    price_by_off_net: float = Field(ge=0)
    off_net_mid: Share


class Tenure(_Part):
    """A factor that holds below or above a number of months."""

    months: int = Field(ge=0)
    factor: Positive


class Multipliers(_Part):
    """What scales all causes alike."""

    brand: dict[str, Positive]
    first_months: Tenure
    loyal: Tenure
    group: Positive
    locked: Positive


class Unobserved(_Part):
    """The part of the log-hazard's variance that no delivered field shows."""

    share: float = Field(ge=0, lt=1)
    rho: Share


class Truth(_Part):
    """How the true probabilities are computed: months ahead, forward copies of the world."""

    horizon_months: int = Field(ge=1)
    copies: int = Field(ge=1)


class Plan(_Part):
    """A tariff plan: a fee, three bundles, and linear prices beyond them."""

    id: str
    brand: str
    name: str
    fee_fen: Fen
    minutes: int = Field(ge=0)
    megabytes: int = Field(ge=0)
    messages: int = Field(ge=0)
    price_voice: Fen
    price_data: Fen


class Prices(_Part):
    """Prices outside every bundle, fen a message or minute."""

    message: Fen
    roaming_minute: Fen
    international_minute: Fen


class World(_Part):
    """All parameters of a world; see ``world.yaml`` for what each means."""

    first_month: str
    customers: int = Field(ge=50)
    seed: int = Field(ge=0)
    warmup_months: int = Field(ge=0)
    join_share: Share
    keep_left_months: int = Field(ge=3)
    cities: list[str] = Field(min_length=1)
    areas_per_city: int = Field(ge=1)
    season: list[Positive] = Field(min_length=12, max_length=12)
    hours: list[Positive] = Field(min_length=24, max_length=24)
    usage: Usage
    network: Network
    circle: Circle
    dormancy: Dormancy
    payment: Payment
    complaints: Complaints
    life: Life
    contract: Contract
    terminal: Terminal
    plan_change: Share
    attitudes: dict[Literal["receptive", "indifferent", "sleeping_dog"], Share]
    parking: Parking
    causes: dict[str, Cause]
    interaction: Interaction
    multipliers: Multipliers
    unobserved: Unobserved
    hazard_max: Share
    cancel_first: Share
    truth: Truth
    plans: list[Plan] = Field(min_length=1)
    prices: Prices
    contact: Contact = Field(default_factory=read_contact)

    @model_validator(mode="after")
    def _complete(self) -> Self:
        for name in (self.first_month, self.terminal.first_launch):
            if not months.is_month(name):
                raise ValueError(f"{name!r} is not a month")
        if tuple(self.causes) != REASONS:
            raise ValueError(f"causes must be {', '.join(REASONS)} in this order")
        unknown = {plan.brand for plan in self.plans} - set(self.multipliers.brand)
        if unknown:
            raise ValueError(f"multipliers.brand lacks {', '.join(sorted(unknown))}")
        return self


def read_world(path: Path | None = None) -> World:
    """Read and check a world.

    Parameters
    ----------
    path : Path, optional
        A YAML of the shape of the shipped ``world.yaml``; default the shipped one.

    Raises
    ------
    CallError
        If a key is missing, unknown or out of range; names file and key.

    Examples
    --------
    >>> read_world().causes["R01"].full < 1
    True
    """
    source = path or Path(__file__).with_name("world.yaml")
    try:
        return World.model_validate(read_yaml(source))
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"]) or "the file"
        raise CallError(
            f"{key}: {first['msg']}", where=source.name, remedy="mend the key; the shipped world.yaml shows all"
        ) from error
