"""Why this customer: the coded reason (离网原因) and the evidence in words (离网特征), from SHAP contributions.

A contribution says how far a feature moves this customer's log-odds from the average. Features are grouped into the
reasons of ``reasons.yaml``; the reason whose features together push up most is named, if the push is strong enough.
"""

from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from pydantic import BaseModel, ConfigDict

from bassboss_lib.contracts.feature import Feature
from bassboss_lib.workspace import read_yaml, validated

__all__ = ["NONE_CLEAR", "Taxonomy", "main_reasons", "taxonomy", "traits"]

NONE_CLEAR = "R99"
TAXONOMY = Path(__file__).with_name("reasons.yaml")
TRAITS = 3


class Reason(BaseModel):
    """A reason with its titles and the groups of features that speak for it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    zh: str
    en: str
    groups: tuple[str, ...]


class Taxonomy(BaseModel):
    """The reasons, and how strong a push must be to count (log-odds)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    least_log_odds: float
    reasons: dict[str, Reason]


@cache
def taxonomy(path: Path = TAXONOMY) -> Taxonomy:
    """Read the taxonomy; raise `CallError` with file and key if it is wrong."""
    return validated(Taxonomy, read_yaml(path), path.name)


def main_reasons(contributions: np.ndarray, features: tuple[Feature, ...]) -> list[str]:
    """Name the main reason of each row.

    Parameters
    ----------
    contributions : ndarray of shape (n_rows, n_features)
        SHAP values in log-odds, in the order of ``features``.

    Returns
    -------
    list of str
        Reason codes; ``R99`` where no reason pushes up by at least the taxonomy's threshold. Ties take the first code.
    """
    known = taxonomy()
    codes = [code for code in known.reasons if code != NONE_CLEAR]
    groups = np.array([feature.group for feature in features])
    pushes = np.column_stack(
        [contributions[:, np.isin(groups, known.reasons[code].groups)].sum(axis=1) for code in codes]
    )
    best, strength = pushes.argmax(axis=1), pushes.max(axis=1)
    strong = strength >= known.least_log_odds
    return [codes[place] if enough else NONE_CLEAR for place, enough in zip(best, strong, strict=True)]


def traits(
    x: pd.DataFrame,
    contributions: np.ndarray,
    features: tuple[Feature, ...],
    typical: pd.Series,
    language: str = "zh",
) -> list[str]:
    """Say in words which features push each row up most, with the value and what is typical.

    Parameters
    ----------
    x : DataFrame
        One row per customer, columns as ``features``.
    typical : Series
        Median of each number over the population; missing for codes.

    Returns
    -------
    list of str
        At most three traits a row, strongest first; empty text where nothing pushes up.
    """
    order = np.argsort(-contributions, axis=1, kind="stable")[:, :TRAITS]
    shared: dict[str, Any] = {"features": features, "typical": typical, "language": language}
    rows = zip(x.itertuples(index=False), contributions, order, strict=True)
    return ["; ".join(_trait(row, push, place, **shared)) for row, push, place in rows]


def _trait(
    row: tuple,
    push: np.ndarray,
    order: np.ndarray,
    *,
    features: tuple[Feature, ...],
    typical: pd.Series,
    language: str,
) -> list[str]:
    words = []
    for place in order:
        feature, value = features[place], row[place]
        if push[place] <= 0:
            continue
        known = "none" if language == "en" else "无"
        if not pd.isna(value):
            known = f"{_value(feature, value, language)}{_typical(feature, typical, language)}"
        words.append(f"{feature.title(language)} {known}")
    return words


def _typical(feature: Feature, typical: pd.Series, language: str) -> str:
    usual = typical.get(feature.name)
    if feature.kind == "category" or usual is None or pd.isna(usual):
        return ""
    return f" ({'typical' if language == 'en' else '中位'} {_value(feature, usual, language)})"


def _value(feature: Feature, value: object, language: str) -> str:
    if feature.kind == "category":
        return feature.called(str(value), language)
    number = float(value)  # type: ignore[arg-type]
    if feature.unit == "share":
        return f"{number:z.0%}"
    if feature.unit == "fen":
        return f"¥{number / 100:.2f}" if language == "en" else f"{number / 100:.2f}元"
    return f"{number:.4g}"
