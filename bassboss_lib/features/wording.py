"""What complaints are about, by their words: themes of ``themes.yaml``, so that everybody can see why one was found."""

from collections.abc import Iterable
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
from pydantic import BaseModel, ConfigDict, Field

from bassboss_lib.workspace import read_yaml, validated

__all__ = ["OTHER", "Theme", "found_themes", "themes"]

FILE = Path(__file__).with_name("themes.yaml")
OTHER = "other"


class Theme(BaseModel):
    """A theme: its names, and the words that tell it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    zh: str
    en: str
    words: tuple[str, ...] = Field(min_length=1)

    def text(self, language: str) -> str:
        """Give the name in ``zh`` or ``en``."""
        return self.en if language == "en" else self.zh


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    themes: dict[str, Theme] = Field(min_length=1)


@cache
def themes(path: Path = FILE) -> dict[str, Theme]:
    """Read the themes by name; raise `CallError` with file and key if they are wrong."""
    return validated(_File, read_yaml(path), path.name).themes


def found_themes(texts: Iterable[str | None]) -> pd.DataFrame:
    """Find the themes of texts.

    Returns
    -------
    DataFrame
        One row per text, one boolean column per theme, and ``other`` where no theme was found.

    Examples
    --------
    >>> found = found_themes(["昨天晚上在家里信号很差，再这样就要换号", None])
    >>> [name for name in found if found[name].iloc[0]]
    ['coverage', 'threat']
    """
    said = [text or "" for text in texts]
    columns = {
        name: np.array([any(word in text for word in one.words) for text in said], dtype=bool)
        for name, one in themes().items()
    }
    frame = pd.DataFrame(columns, index=range(len(said)))
    return frame.assign(**{OTHER: ~frame.any(axis=1)})
