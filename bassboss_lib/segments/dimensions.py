"""What tells customers apart when they are divided: the dimensions of ``dimensions.yaml``, with their words."""

from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from bassboss_lib.workspace import read_yaml, validated

__all__ = ["Dimension", "Words", "dimensions"]

FILE = Path(__file__).with_name("dimensions.yaml")


class Words(BaseModel):
    """One thing said in both languages."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    zh: str = Field(min_length=1)
    en: str = Field(min_length=1)

    def text(self, language: str) -> str:
        """Give the words in ``zh`` or ``en``."""
        return self.en if language == "en" else self.zh


class Dimension(BaseModel):
    """One measure of a customer: its block, unit, scale, weight and words.

    ``weight`` says how much a difference counts against the others; ``high`` and ``low`` are the words of a trait.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    block: Literal["behaviour", "value", "life-cycle", "service"]
    unit: str
    scale: Literal["log", "plain"]
    weight: float = Field(gt=0, le=1)
    zh: str
    en: str
    high: Words
    low: Words

    def title(self, language: str) -> str:
        """Give the title in ``zh`` or ``en``."""
        return self.en if language == "en" else self.zh

    def number(self, value: float, language: str = "zh") -> str:
        """Write a value in the dimension's unit.

        Examples
        --------
        >>> dimensions()["spend"].number(12345.0), dimensions()["night"].number(0.125)
        ('123元', '12%')
        """
        if self.unit == "share":
            return f"{value:.0%}"
        if self.unit == "fen":
            return f"{value / 100:,.0f} yuan" if language == "en" else f"{value / 100:,.0f}元"
        tail = " MB" if self.unit == "MB" else ""
        return (f"{value:,.0f}" if value >= 10 else f"{value:.1f}") + tail


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    dimensions: dict[str, Dimension] = Field(min_length=2)


@cache
def dimensions(path: Path = FILE) -> dict[str, Dimension]:
    """Read the dimensions by name; raise `CallError` with file and key if they are wrong.

    Examples
    --------
    >>> dimensions()["calls"].high.zh
    '通话多'
    """
    return validated(_File, read_yaml(path), path.name).dimensions
