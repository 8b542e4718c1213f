"""What complaints are about, by their words: themes of ``themes.yaml``, so that everybody can see why one was found."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from functools import cache
from itertools import chain, islice
from pathlib import Path
from typing import Annotated

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from bassboss_lib.workspace import read_yaml, validated

__all__ = ["OTHER", "Theme", "common_words", "found_themes", "speak_of", "themes"]

FILE = Path(__file__).with_name("themes.yaml")
OTHER = "other"
CHINESE = re.compile(r"[\u4e00-\u9fff]+")
TEXTS_MAX, SAME = 20_000, 0.8
"""Texts looked at for what they share, and from which share of its texts on a run tells nothing beside another."""


class Theme(BaseModel):
    """A theme: its names, the group of features it belongs to, and the words that tell it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    zh: str
    en: str
    group: str = "service"
    tone: bool = False
    words: tuple[Annotated[str, Field(min_length=1)], ...] = Field(min_length=1)

    def text(self, language: str) -> str:
        """Give the name in ``zh`` or ``en``."""
        return self.en if language == "en" else self.zh


def _not_other(name: str) -> str:
    if name == OTHER:
        raise ValueError("is what no theme tells; take another name")
    return name


Name = Annotated[str, Field(pattern="^[a-z][a-z0-9_]*$"), AfterValidator(_not_other)]
"""Names become those of features."""


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    themes: dict[Name, Theme] = Field(min_length=1)


@cache
def themes(path: Path | None = None) -> dict[str, Theme]:
    """Read the themes by name; raise `CallError` with file and key if they are wrong."""
    file = path or FILE
    return validated(_File, read_yaml(file), file.name).themes


def found_themes(texts: Iterable[str | None], known: Mapping[str, Theme] | None = None) -> pd.DataFrame:
    """Find the themes of texts: those of ``themes.yaml``, or others.

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
    rows, distinct = pd.factorize(pd.Series(list(texts), dtype=object).fillna(""))  # each text is looked at once
    said = pa.array(distinct, pa.string())
    columns = {name: _any_of(said, one.words)[rows] for name, one in (known or themes()).items()}
    frame = pd.DataFrame(columns, index=range(len(rows)))
    return frame.assign(**{OTHER: ~frame.any(axis=1)})


def speak_of(texts: Iterable[str | None], group: str) -> pd.Series:
    """Tell which texts have a theme of a group of features.

    Examples
    --------
    >>> speak_of(["在家里信号很差", "话费比平时多了很多"], "network").tolist()
    [True, False]
    """
    return found_themes(texts)[[name for name, one in themes().items() if one.group == group]].any(axis=1)


def common_words(texts: Iterable[str], least: int, most: int = 10) -> dict[str, int]:
    """Find what texts share that no word list knows: runs of two to four Chinese characters, and how many have each.

    Parameters
    ----------
    least : int
        Texts that a run must stand in.
    most : int
        Runs given, the most frequent first, of equal ones the longest; a run that overlaps with one given by two
        characters or more and is about as frequent is left out.

    Examples
    --------
    >>> common_words(["通话有杂音", "总有杂音!", "杂音很大", "没电"], 2)
    {'杂音': 3, '有杂音': 2}
    """
    counts = Counter(chain.from_iterable(map(_runs, islice(texts, TEXTS_MAX))))
    kept: dict[str, int] = {}
    for run in sorted((run for run in counts if counts[run] >= least), key=lambda run: (-counts[run], -len(run), run)):
        if len(kept) == most:
            break
        if not any(_overlap(run, other) and counts[run] >= SAME * count for other, count in kept.items()):
            kept[run] = counts[run]
    return kept


def _overlap(one: str, other: str) -> bool:
    return any(one[start : start + 2] in other for start in range(len(one) - 1))


def _runs(text: str) -> set[str]:
    """Cut a text into runs of two to four Chinese characters; digits, and so numbers, are in none."""
    return {
        part[start : start + length]
        for part in CHINESE.findall(text)
        for length in (2, 3, 4)
        for start in range(len(part) - length + 1)
    }


def _any_of(texts: pa.Array, words: Iterable[str]) -> np.ndarray:
    """Look for all words at once, each taken literally: one pass of an automaton over the texts."""
    pattern = "|".join(re.escape(word) for word in words)
    return np.asarray(pc.match_substring_regex(texts, pattern).to_numpy(zero_copy_only=False), dtype=bool)
