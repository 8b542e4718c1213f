"""Names and traits of segments, from what sets them apart, and the proof that they hold.

A trait is a claim: most members of the segment lie above (or below) the middle of all customers on one dimension. A
claim is made only where it holds for at least three in five members and the effect size, a difference of means in
robust standard deviations, is not small. `holds` checks claims against any month's customers, so that a name can be
proven, kept as long as it is true, and changed when it is not.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from bassboss_lib.segments.dimensions import dimensions
from bassboss_lib.segments.keep import OUTLIERS

__all__ = ["Claim", "Name", "effects", "holds", "named", "overridden"]

EFFECT_MIN = 0.5
HOLDS_MIN = 0.6
"""Half of all customers lie above the middle anyway; three in five of a segment is more than chance."""

WORDS = 2
TRAITS_MAX = 4
MIDDLE = {"zh": "各项居中", "en": "middle of the road"}
EXTREME = {"zh": "特殊客户", "en": "unlike any segment"}


@dataclass(frozen=True)
class Claim:
    """What is said of a segment's members on one dimension, beside the median of all customers then.

    Parameters
    ----------
    dimension : str
        Name in ``dimensions.yaml``.
    side : {"high", "low"}
        Above or below the middle of all customers.
    effect : float
        Difference of means to all others, in robust standard deviations.
    typical, middle : float
        Median of the members and of all customers, in the dimension's unit.
    """

    dimension: str
    side: Literal["high", "low"]
    effect: float
    typical: float
    middle: float

    def words(self, language: str) -> str:
        """Give the trait in words."""
        known = dimensions()[self.dimension]
        return (known.high if self.side == "high" else known.low).text(language)

    def sentence(self, language: str) -> str:
        """Give the trait with its numbers."""
        known = dimensions()[self.dimension]
        own, everybody = (known.number(one, language) for one in (self.typical, self.middle))
        if language == "en":
            return f"{self.words('en')} ({known.en.lower()} {own}, of all {everybody})"
        return f"{self.words('zh')}（{known.zh}{own}，全体{everybody}）"


@dataclass(frozen=True)
class Name:
    """What a segment is called, and the claims it rests on."""

    zh: str
    en: str
    claims: tuple[Claim, ...] = ()

    def text(self, language: str) -> str:
        """Give the name in ``zh`` or ``en``."""
        return self.en if language == "en" else self.zh

    def traits(self, language: str) -> str:
        """Give the traits in words, strongest first."""
        if not self.claims:
            return self.text(language)
        return ("；" if language == "zh" else "; ").join(claim.sentence(language) for claim in self.claims)


def effects(standard: pd.DataFrame, labels: pd.Series) -> pd.DataFrame:
    """Give how far the members of each segment lie from all others, in robust standard deviations.

    Parameters
    ----------
    standard : DataFrame
        Standard scores (`Space.standard`), one column per dimension.
    labels : Series
        Segment number of the same rows.

    Returns
    -------
    DataFrame
        Segments in rows, dimensions in columns; 0 where a segment is everybody or nobody.
    """
    total, count = standard.sum(), len(standard)
    by = standard.groupby(labels.to_numpy())
    sums, sizes = by.sum(), by.size()
    others = np.maximum(count - sizes, 1)
    apart = sums.div(sizes, axis=0) - (total - sums).div(others, axis=0)
    return apart.where(sizes < count, 0.0, axis=0)


def named(
    measured: pd.DataFrame, standard: pd.DataFrame, labels: pd.Series, kept: Mapping[str, Name] | None = None
) -> dict[str, Name]:
    """Name the segments: last month's names where their claims still hold, else from what sets members apart.

    Parameters
    ----------
    measured, standard : DataFrame
        Measures and their standard scores, same rows.
    labels : Series
        Segment number of the same rows.
    kept : mapping, optional
        Last month's names by segment number.

    Returns
    -------
    dict
        Number → name, no two alike.
    """
    apart = effects(standard, labels)
    claims = {str(number): _claims(measured, labels, str(number), apart.loc[number]) for number in apart.index}
    names: dict[str, Name] = {}
    for number in sorted(claims):
        before = (kept or {}).get(number)
        if number == OUTLIERS:
            names[number] = Name(EXTREME["zh"], EXTREME["en"])
        elif before is not None and _still(before, measured, labels, number):
            names[number] = Name(before.zh, before.en, _refreshed(before, claims[number], measured, labels, number))
    for number in sorted(set(claims) - set(names)):
        names[number] = _new_name(claims[number], number, list(names.values()))
    return dict(sorted(names.items()))


def _claims(measured: pd.DataFrame, labels: pd.Series, number: str, apart: pd.Series) -> list[Claim]:
    """Give what can be claimed of a segment, largest effect first."""
    members = measured[(labels == number).to_numpy()]
    found = []
    for name in apart.abs().sort_values(ascending=False, kind="stable").index:
        side: Literal["high", "low"] = "high" if apart[name] > 0 else "low"
        claim = _claim(measured, members, str(name), side, float(apart[name]))
        if abs(claim.effect) >= EFFECT_MIN and _share(claim, members, measured) >= HOLDS_MIN:
            found.append(claim)
    return found


def _claim(
    measured: pd.DataFrame, members: pd.DataFrame, name: str, side: Literal["high", "low"], effect: float
) -> Claim:
    return Claim(name, side, effect, float(members[name].median()), float(measured[name].median()))


def _share(claim: Claim, members: pd.DataFrame, everybody: pd.DataFrame) -> float:
    """Give the share of members for whom a claim holds."""
    if members.empty:
        return 0.0
    middle = everybody[claim.dimension].median()
    values = members[claim.dimension]
    return float(((values > middle) if claim.side == "high" else (values < middle)).mean())


def _still(name: Name, measured: pd.DataFrame, labels: pd.Series, number: str) -> bool:
    members = measured[(labels == number).to_numpy()]
    return all(_share(claim, members, measured) >= HOLDS_MIN for claim in name.claims)


def _refreshed(
    name: Name, claims: Sequence[Claim], measured: pd.DataFrame, labels: pd.Series, number: str
) -> tuple[Claim, ...]:
    """Give a kept name's claims with this month's numbers."""
    now = {claim.dimension: claim for claim in claims}
    members = measured[(labels == number).to_numpy()]
    return tuple(
        now.get(old.dimension) or _claim(measured, members, old.dimension, old.side, old.effect) for old in name.claims
    )


def _new_name(claims: Sequence[Claim], number: str, taken: Sequence[Name]) -> Name:
    """Name a segment by its strongest traits; by one more as long as another segment is called the same."""
    used = {name.zh for name in taken} | {name.en for name in taken}
    for words in range(min(WORDS, len(claims)), len(claims) + 1):
        zh = "、".join(claim.words("zh") for claim in claims[:words]) or MIDDLE["zh"]
        en = ", ".join(claim.words("en") for claim in claims[:words]) or MIDDLE["en"]
        if not used & {zh, en}:
            return Name(zh, en, tuple(claims[: max(words, TRAITS_MAX)]))
    return Name(f"{zh}（{number}）", f"{en} ({number})", tuple(claims[:TRAITS_MAX]))


def holds(names: Mapping[str, Name], measured: pd.DataFrame, labels: pd.Series) -> pd.DataFrame:
    """Check what the names claim, on any month's customers.

    Returns
    -------
    DataFrame
        One row per segment and claim: ``segment``, ``dimension``, ``side``, ``share`` (of members for whom it holds),
        ``everybody`` (of all customers), ``holds``.
    """
    rows = []
    for number, name in names.items():
        members = measured[(labels == number).to_numpy()]
        for claim in name.claims:
            share, everybody = _share(claim, members, measured), _share(claim, measured, measured)
            rows.append((number, claim.dimension, claim.side, share, everybody, share >= HOLDS_MIN))
    return pd.DataFrame(rows, columns=["segment", "dimension", "side", "share", "everybody", "holds"])


def overridden(names: Mapping[str, Name], own: Mapping[str, Mapping[str, str]]) -> dict[str, Name]:
    """Give the names with those that somebody wrote down instead; claims stay, so that they stay checkable."""
    return {
        number: Name(own[number]["zh"], own[number]["en"], name.claims) if number in own else name
        for number, name in names.items()
    }
