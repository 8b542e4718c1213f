"""A tariff plan as data: fee, bundles, rates, discounts, bounds of the bill.

The shape is that of a price list that people edit; what a plan means is the reference engine's business.
"""

from typing import Literal, Self

from pydantic import Field, field_validator, model_validator

from bassboss_lib.rating.catalogue import Part, Title
from bassboss_lib.rating.quantities import Money, Percent, Quantity

__all__ = ["Allowance", "Block", "Cap", "Discount", "Fee", "Plan", "Rate", "Steps", "Surcharge", "Tier"]

ROLLOVER_MAX = 12


class Fee(Part):
    """The fixed fee of a month, or of a day; ``prorate: daily`` charges days in network only."""

    amount: Money
    period: Literal["month", "day"] = "month"
    prorate: Literal["none", "daily"] = "none"
    per_member: Money | None = None


class Allowance(Part):
    """A bundle of units for some classes, at some times; a lower ``priority`` is used first.

    ``rollover``: for how many months units left over may be used; the oldest go first. In a group plan a bundle belongs
    to each member unless it is ``shared``.
    """

    id: str = Field(min_length=1)
    units: Quantity
    of: list[str] = Field(min_length=1)
    when: list[str] = Field(default_factory=list)
    priority: int = Field(10, ge=0)
    rollover: int = Field(0, ge=0, le=ROLLOVER_MAX)
    shared: Literal["group"] | None = None


class Block(Part):
    """A block of units that costs no more than its cap: what is used of it afterwards is free."""

    size: Quantity
    cap: Money


class Steps(Part):
    """What the tiers count: units of one call, of the month, or of the month beyond bundles.

    ``graduated``: each unit has the price of its tier; ``volume``: all units have the price of the tier reached.
    """

    on: Literal["call", "month", "month_overage"]
    policy: Literal["graduated", "volume"] = "graduated"


class Tier(Part):
    """A price up to a number of units; the last tier has no ``to``.

    In steps on the call ``increment`` rounds the call within the tier; in steps on the month it rounds the month's
    units of the tier.
    """

    to: Quantity | None = None
    price: Money
    per: Quantity | None = None
    increment: list[Quantity] | None = Field(None, min_length=2, max_length=2)
    block: Block | None = None


class Cap(Part):
    """The most that a rate may cost in a day or month."""

    per: Literal["day", "month"]
    amount: Money


class Surcharge(Part):
    """What is added to a charged call: a percentage of it, or an amount."""

    percent: Percent | None = None
    amount: Money | None = None

    @model_validator(mode="after")
    def _one(self) -> Self:
        if (self.percent is None) == (self.amount is None):
            raise ValueError("either percent or amount is needed")
        return self


class Rate(Part):
    """What units of some classes cost at some times beyond bundles; of several that fit, the heaviest holds.

    ``connect`` is charged with the first unit of a call that no bundle covers.
    """

    of: list[str] = Field(min_length=1)
    when: list[str] = Field(default_factory=list)
    price: Money | None = None
    per: Quantity | None = None
    increment: list[Quantity] | None = Field(None, min_length=2, max_length=2)
    connect: Money | None = None
    max_per_call: Money | None = None
    weight: int = Field(10, ge=0)
    steps: Steps | None = None
    tiers: list[Tier] = Field(default_factory=list)
    cap: Cap | None = None
    surcharge: Surcharge | None = None

    @model_validator(mode="after")
    def _price_or_tiers(self) -> Self:
        if (self.steps is None) != (not self.tiers):
            raise ValueError("steps and tiers belong together")
        if (self.price is None) == (not self.tiers):
            raise ValueError("either price or tiers is needed")
        return self


class BillOver(Part):
    """Holds where the bill before discounts is above an amount."""

    bill_over: Money


class Discount(Part):
    """A percentage or an amount off the bill, the fee, or what use costs."""

    of: Literal["bill", "fee", "usage"]
    percent: Percent | None = None
    amount: Money | None = None
    when: BillOver | None = None

    @model_validator(mode="after")
    def _one(self) -> Self:
        if (self.percent is None) == (self.amount is None):
            raise ValueError("either percent or amount is needed")
        return self

    @field_validator("percent")
    @classmethod
    def _at_most_all(cls, value: Percent | None) -> Percent | None:
        if value is not None and value > 100:
            raise ValueError("must be at most 100")
        return value


class Plan(Part):
    """A tariff plan (资费营销案)."""

    id: str = Field(min_length=1, max_length=20)
    name: Title | None = None
    brand: str = ""
    scope: Literal["customer", "group"] = "customer"
    payment: Literal["postpaid", "prepaid"] = "postpaid"
    fee: Fee | None = None
    allowances: list[Allowance] = Field(default_factory=list)
    rates: list[Rate] = Field(min_length=1)
    discounts: list[Discount] = Field(default_factory=list)
    cap: Cap | None = None
    min_spend: Money | None = None

    @model_validator(mode="after")
    def _bounds(self) -> Self:
        if self.cap is not None and self.cap.per != "month":
            raise ValueError("the bill's cap is per month")
        if self.cap is not None and self.min_spend is not None and self.min_spend > self.cap.amount:
            raise ValueError("min_spend is above the cap")
        return self
