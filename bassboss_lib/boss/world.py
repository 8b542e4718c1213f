"""The parameters of the stand-in's world, read from one YAML and checked before anything lives by them.

Everything that decides how customers behave and why they leave is in ``world.yaml`` beside this file, so that a truth
that is planted can be read, changed and quoted in one place. The rest of this room takes a `World` and no constants.
"""

from pathlib import Path
from typing import Literal, Self

from pydantic import Field, model_validator

from bassboss_lib import months
from bassboss_lib.boss import parameters as part
from bassboss_lib.boss import pricelist
from bassboss_lib.boss.contact_terms import Contact, read_contact
from bassboss_lib.boss.parameters import REASONS, Cause
from bassboss_lib.boss.parameters.base import Share
from bassboss_lib.workspace import read_yaml, validated

__all__ = ["REASONS", "Cause", "World", "read_world"]


class World(part.Part):
    """All parameters of a world; see ``world.yaml`` for what each means."""

    first_month: str
    customers: int = Field(ge=50)
    seed: int = Field(ge=0)
    warmup_months: int = Field(ge=0)
    keep_left_months: int = Field(ge=3)
    arrivals: part.Arrivals
    place: part.Place
    persons: part.Persons
    types: part.Types
    channels: dict[str, part.Channel] = Field(min_length=1)
    calendar: part.Calendar
    usage: part.Usage
    network: part.Network
    circle: part.Circle
    dormancy: part.Dormancy
    payment: part.Payment
    complaints: part.Complaints
    life: part.Life
    contract: part.Contract
    terminal: part.Terminals
    plan_change: part.PlanChange
    extras: part.Extras
    attitudes: dict[Literal["receptive", "indifferent", "sleeping_dog"], Share]
    parking: part.Parking
    causes: dict[str, Cause]
    interaction: part.Interaction
    multipliers: part.Multipliers
    unobserved: part.Unobserved
    drift: part.Drift
    hazard_max: Share
    cancel_first: Share
    choice: part.Choice
    truth: part.Truth
    contact: Contact = Field(default_factory=read_contact)

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if not months.is_month(self.first_month):
            raise ValueError(f"{self.first_month!r} is not a month")
        if tuple(self.causes) != REASONS:
            raise ValueError(f"causes must be {', '.join(REASONS)} in this order")
        if tuple(self.contact.care.types) != tuple(self.types.kinds):
            raise ValueError("types.kinds must be the care.types of contact.yaml, in their order")
        unknown = {plan.brand for plan in self.plans} - set(self.multipliers.brand)
        if unknown:
            raise ValueError(f"multipliers.brand lacks {', '.join(sorted(unknown))}")
        return self

    @property
    def plans(self) -> tuple[pricelist.Sketch, ...]:
        """The plans of the price list; customers' ``plan`` is a place in them."""
        return pricelist.sketches()

    def causes_in(self, month: str) -> dict[str, Cause]:
        """Give the causes as they are in a month: after a drift its factors hold."""
        if not self.drift.month or month < self.drift.month:
            return self.causes
        changed = dict(self.causes)
        for key, factor in self.drift.factors.items():
            code, name = key.split(".")
            changed[code] = changed[code].model_copy(update={name: getattr(changed[code], name) * factor})
        return changed


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
    return validated(World, read_yaml(source), source.name, remedy="mend the key; the shipped world.yaml shows all")
