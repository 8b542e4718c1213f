"""What types of customers the world holds, and how far their habits lie apart."""

from typing import Self

import numpy as np
from pydantic import Field, model_validator

from bassboss_lib.boss.parameters.base import Part, Positive, Share

__all__ = ["LATENTS", "Kind", "Types"]

LATENTS = ("voice", "data", "sms", "night", "roaming", "circle", "price", "complaint")
"""What a customer's habits lean on, each a normal number of mean 0 and variance 1 over newcomers."""


class Kind(Part):
    """One type: its names, its share of newcomers, and where its latents lie from those of others."""

    zh: str
    en: str
    share: Share
    voice: float = 0.0
    data: float = 0.0
    sms: float = 0.0
    night: float = 0.0
    roaming: float = 0.0
    circle: float = 0.0
    price: float = 0.0
    complaint: float = 0.0


class Spreads(Part):
    """What one standard deviation of a latent does, in logs, where no part of ``usage`` says it."""

    night: Positive
    roaming: Positive
    circle: Positive
    price: Positive  # of the odds that a call or message goes out: who counts money waits to be called
    complaint: Positive


class Types(Part):
    """The planted types, which segments are to find again."""

    separation: float = Field(ge=0)  # multiplies all shifts; within a type latents have a standard deviation of one
    change: Share  # a month: becoming another type
    spreads: Spreads
    kinds: dict[str, Kind] = Field(min_length=2)

    @model_validator(mode="after")
    def _whole(self) -> Self:
        total = sum(kind.share for kind in self.kinds.values())
        if abs(total - 1.0) > 1e-9:
            raise ValueError(f"shares of kinds add up to {total:g}, not to 1")
        return self

    @property
    def shares(self) -> np.ndarray:
        """Share of each type among newcomers."""
        return np.array([kind.share for kind in self.kinds.values()])

    @property
    def shifts(self) -> np.ndarray:
        """Where each type's latents lie, in standard deviations within a type: types in rows, `LATENTS` in columns."""
        return self.separation * np.array([[getattr(kind, name) for name in LATENTS] for kind in self.kinds.values()])
