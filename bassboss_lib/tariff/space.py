"""What a search may design: bounds and steps, the objective, what it must keep to. A YAML file that people write."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal, Self

import numpy as np
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from bassboss_lib.errors import CallError
from bassboss_lib.workspace import read_yaml, validated

__all__ = ["IN_FEN", "PARAMETERS", "TIERS", "Constraints", "Costs", "Range", "Space", "design_of", "read_space"]

PARAMETERS = ("fee_yuan", "voice_min", "data_gb", "texts", "yuan_per_min", "yuan_per_gb", "yuan_per_text")
"""What a design consists of, in order: fee, three bundles, three prices beyond them."""

TIERS = ("tier_min", "yuan_per_min_after", "tier_gb", "yuan_per_gb_after")
"""What a design may have besides: after how much beyond the bundle another price holds, and which."""

TIERED = (("tier_min", "yuan_per_min_after", "yuan_per_min"), ("tier_gb", "yuan_per_gb_after", "yuan_per_gb"))
IN_FEN = np.array([100, 1, 1, 1, 100, 100, 100, 1, 100, 1, 100], dtype=np.float64)


def design_of(values: Mapping[str, np.ndarray | float]) -> np.ndarray:
    """Give designs of parameters in the space's units: fee in fen, bundles, fen a unit, and tiers if there are any.

    Examples
    --------
    >>> plain = dict(zip(PARAMETERS, (38, 100, 5, 0, 0.2, 5, 0.1)))
    >>> design_of(plain).tolist()
    [3800.0, 100.0, 5.0, 0.0, 20.0, 500.0, 10.0]
    >>> design_of(plain | {"tier_gb": 3, "yuan_per_gb_after": 3})[7:].tolist()
    [0.0, 20.0, 3.0, 300.0]
    """
    named = dict(values)
    names = (*PARAMETERS, *TIERS) if set(TIERS) & set(named) else PARAMETERS
    if names != PARAMETERS:
        for bound, after, price in TIERED:
            named.setdefault(after, named[price])
            named.setdefault(bound, named[price] * 0)
    return np.stack([np.asarray(named[name], dtype=np.float64) for name in names], axis=-1) * IN_FEN[: len(names)]


def _decimal(value: object) -> object:
    if isinstance(value, float):
        raise ValueError('must be a whole number or a decimal in quotes, such as "0.15"')
    return value


Number = Annotated[Decimal, BeforeValidator(_decimal), Field(ge=0)]


class Part(BaseModel):
    """A part of a space: unknown keys are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Range(Part):
    """From low to high in equal steps; low = high fixes the parameter."""

    low: Number
    high: Number
    step: Number = Field(Decimal(1), gt=0)

    @model_validator(mode="after")
    def _whole_steps(self) -> Self:
        if self.high < self.low or (self.high - self.low) % self.step:
            raise ValueError("high must be low plus a whole number of steps")
        return self

    @property
    def steps(self) -> int:
        """Number of values."""
        return int((self.high - self.low) / self.step) + 1


class Constraints(Part):
    """What a design must keep to.

    ``losers_max``: share of expected takers who would pay more than now; ``cannibalisation_max``: margin lost elsewhere
    over the margin of the menu; ``take_up_min``: share of customers; floors: the fee must be worth the bundles at these
    prices (price floor); ``monotone``: no tier is dearer than the one before it, and in a menu a dearer plan has no
    smaller bundle and no dearer unit.
    """

    losers_max: float = Field(default=1.0, ge=0, le=1)
    cannibalisation_max: float = Field(default=1.0, ge=0)
    take_up_min: float = Field(default=0.0, ge=0, le=1)
    floor_yuan_per_min: Number = Decimal(0)
    floor_yuan_per_gb: Number = Decimal(0)
    floor_yuan_per_text: Number = Decimal(0)
    monotone: bool = True


class Costs(Part):
    """What serving a unit costs the operator."""

    yuan_per_min: Number = Decimal(0)
    yuan_per_gb: Number = Decimal(0)
    yuan_per_text: Number = Decimal(0)

    @property
    def fen(self) -> np.ndarray:
        """Fen a minute, a GB, a message."""
        return np.array([float(one) * 100 for one in (self.yuan_per_min, self.yuan_per_gb, self.yuan_per_text)])


class Space(Part):
    """A search: ranges of the seven parameters and of tiers, what is to be maximal, costs, constraints, how long."""

    name: str = Field(pattern=r"^[a-z][a-z0-9_]{0,19}$")
    zh: str
    en: str
    brand: str = ""
    parameters: dict[str, Range]
    objective: Literal["margin", "revenue"] = "margin"
    costs: Costs = Costs()
    constraints: Constraints = Constraints()
    plans: int = Field(1, ge=1, le=4)
    sobol: int = Field(4096, ge=16, le=65536)
    subsample: int = Field(50_000, ge=100)
    finalists: int = Field(50, ge=1, le=500)
    draws: int = Field(200, ge=20, le=2000)
    seed: int = 0

    @model_validator(mode="after")
    def _seven(self) -> Self:
        missing, strange = set(PARAMETERS) - set(self.parameters), set(self.parameters) - {*PARAMETERS, *TIERS}
        missing |= {one for pair in TIERED for one in pair[:2] if set(pair[:2]) & set(self.parameters)}
        missing -= set(self.parameters)
        if missing or strange:
            raise ValueError(f"parameters: missing {sorted(missing)}, unknown {sorted(strange)}")
        return self

    @cached_property
    def names(self) -> list[str]:
        """Names of the parameters, in the order of a design."""
        return [name for name in (*PARAMETERS, *TIERS) if name in self.parameters]

    @cached_property
    def shape(self) -> np.ndarray:
        """Number of values of each parameter."""
        return np.array([self.parameters[name].steps for name in self.names])

    def values(self, grid: np.ndarray) -> dict[str, np.ndarray]:
        """Give the parameters of grid points (designs, parameters), whole numbers of steps."""
        spans = [(name, self.parameters[name]) for name in self.names]
        return {
            name: np.round(float(span.low) + grid[:, at] * float(span.step), 9) for at, (name, span) in enumerate(spans)
        }

    def designs(self, grid: np.ndarray) -> np.ndarray:
        """Turn grid points into designs."""
        return np.round(design_of(self.values(grid)), 9)

    def allowed(self, designs: np.ndarray) -> np.ndarray:
        """Tell which designs keep the price floor: the fee is worth the bundles; and whose tiers do not get dearer."""
        held = self.constraints
        floors = [
            float(one) * 100 for one in (held.floor_yuan_per_min, held.floor_yuan_per_gb, held.floor_yuan_per_text)
        ]
        kept = designs[:, 0] >= designs[:, 1:4] @ np.array(floors) - 1e-9
        if held.monotone and designs.shape[1] > len(PARAMETERS):
            kept &= np.all(designs[:, [8, 10]] <= designs[:, [4, 5]], axis=1)
        return kept

    def neighbours(self, point: np.ndarray) -> Iterator[np.ndarray]:
        """Give the grid points one step and one stride of four away along each parameter."""
        for place, size in enumerate(self.shape):
            for step in (-4, -1, 1, 4):
                if 0 <= point[place] + step < size:
                    moved = point.copy()
                    moved[place] += step
                    yield moved


def read_space(path: Path) -> Space:
    """Read a search.

    Raises
    ------
    CallError
        If a key is missing, unknown or wrong: file, key and what to do.
    """
    content = read_yaml(path)
    if not isinstance(content, dict):
        raise CallError("not a search: no keys", where=path.name, remedy="start from params/search/data.yaml")
    return validated(Space, content, path.name)
