"""Why people leave: causes, what makes them stronger or weaker, what nobody sees, and how choices are made."""

from typing import Self

from pydantic import Field, model_validator

from bassboss_lib import months
from bassboss_lib.boss.parameters.base import Part, Positive, Share

__all__ = ["REASONS", "Cause", "Choice", "Drift", "Interaction", "Multipliers", "Tenure", "Truth", "Unobserved"]

REASONS = ("R01", "R02", "R03", "R04", "R05", "R06", "R07", "R08", "R09", "R99")


class Cause(Part):
    """One reason to leave: hazard = full / (1 + exp(-(driver - mid) / width))."""

    full: Share
    mid: float
    width: Positive


class Interaction(Part):
    """Causes that make each other worse."""

    price_by_off_net: float = Field(ge=0)  # a dear plan hurts more where the circle is off-net
    off_net_mid: Share
    service_by_network: float = Field(ge=0)  # a failed complaint hurts more where calls drop
    drop_mid: Share


class Tenure(Part):
    """A factor that holds below or above a number of months."""

    months: int = Field(ge=0)
    factor: Positive


class Multipliers(Part):
    """What scales all causes alike."""

    brand: dict[str, Positive]
    first_months: Tenure
    loyal: Tenure
    group: Positive
    locked: Positive
    household: Positive  # lives with other customers of ours


class Unobserved(Part):
    """The part of the variance of the log-hazard, and of attitudes to contact, that no delivered field shows."""

    share: float = Field(ge=0, lt=1)
    rho: Share


class Drift(Part):
    """A change of the rules: from a month on, coefficients of causes are multiplied.

    ``month`` is empty for a world that stays as it is; ``factors`` are keyed ``R02.full``, ``R04.mid``, ``R01.width``.
    """

    month: str = ""
    factors: dict[str, Positive] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _known(self) -> Self:
        if self.month and not months.is_month(self.month):
            raise ValueError(f"{self.month!r} is not a month")
        for key in self.factors:
            code, _, name = key.partition(".")
            if code not in REASONS or name not in Cause.model_fields:
                raise ValueError(f"{key!r} is not a coefficient of a cause, such as R02.full")
        return self


class Choice(Part):
    """How a customer who is offered a plan decides: a logit of what it would do to the bill.

    Saving and risk (standard deviation of the monthly saving) are in yuan a month.
    """

    constant: float
    saving: float
    saving_scale: Positive
    risk: float
    flat: float  # preference for a bill that is all fee
    headroom: float  # bundle left over, as a share of what is used
    tenure: float  # per year with us
    taste: float = Field(ge=0)  # standard deviation of what nobody sees


class Truth(Part):
    """How the true probabilities are computed: months ahead, forward copies of the world."""

    horizon_months: int = Field(ge=1)
    copies: int = Field(ge=1)
