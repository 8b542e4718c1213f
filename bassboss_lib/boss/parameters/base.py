"""What every part of the parameters is made of: checked numbers, and the two shapes that quantities have."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

__all__ = ["Fen", "LogNormal", "Part", "Positive", "Share", "Spread"]

Share = Annotated[float, Field(ge=0, le=1)]
Positive = Annotated[float, Field(gt=0)]
Fen = Annotated[int, Field(ge=0)]


class Part(BaseModel):
    """A group of parameters: nothing unknown, nothing changed after reading."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class LogNormal(Part):
    """A quantity by its median and the standard deviation of its logarithm."""

    median: Positive
    sigma: float = Field(ge=0)


class Spread(Part):
    """A normal quantity, mostly log-odds, that may return to its mean with factor ``rho`` a month."""

    mean: float = 0.0
    sigma: float = Field(ge=0)
    rho: Share = 0.0
