"""Look at one column of an unknown table: its kind, its codes for missing, and whether it knows the label too well."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from bassboss_lib.warehouse.wide_file import as_text

__all__ = ["Look", "binary_labels", "look_at"]

WORDS = ("", "na", "n/a", "nan", "null", "none", "\\n", "-", "?", "unknown", "missing", "未知", "缺失", "空")
NINES = (99.0, 999.0, 9999.0, 99999.0, 999999.0)
NEGATIVES = (-1.0, -9.0, -99.0, -999.0, -9999.0)
LEAK = 0.95
CHANCE = 1e-9
SHARED = 10
"""Rows that a code must stand in before it is shown: fewer could point at a person."""


@dataclass(frozen=True)
class Look:
    """What a column seems to be; `leave_out` gives the reason if it should not be a feature."""

    column: str
    kind: Literal["number", "category"]
    missing: tuple[str, ...]
    leave_out: str
    note: str


def look_at(values: pd.Series, y: np.ndarray | None) -> Look:
    """Look at a column; with labels (NaN = unknown), also at what it alone says about them."""
    text = as_text(values)
    words = _words(text)
    present = text[text.notna() & ~text.isin(words)]
    parsed = pd.to_numeric(present, errors="coerce")
    kind: Literal["number", "category"] = "number" if len(present) and parsed.notna().mean() >= 0.99 else "category"
    codes = _numeric_codes(parsed.dropna()) if kind == "number" else ()
    missing = tuple(word for word in (*words, *codes) if word != "")
    leave_out = _reason(text, present, kind, y)
    note = _note(text, present, kind, parsed)
    return Look(str(values.name), kind, missing, leave_out, note)


def binary_labels(values: pd.Series, positive: str) -> np.ndarray:
    """Give 1 for the positive value, 0 for the other, NaN where there is none."""
    text = as_text(values)
    return np.where(text.isna() | (text == ""), np.nan, (text == positive).astype(float))


def _words(text: pd.Series) -> tuple[str, ...]:
    return tuple(sorted(code for code in text.dropna().unique() if code.lower() in WORDS))


def _numeric_codes(numbers: pd.Series) -> tuple[str, ...]:
    """Values that stand apart from the rest and that many rows share: -1 below what is never negative, 999 above."""
    counts = numbers.value_counts()
    found = []
    for code in (*NEGATIVES, *NINES):
        rest = numbers[numbers != code]
        if counts.get(code, 0) < SHARED or rest.nunique() < 3:
            continue
        alone_below = code < 0 and rest.min() >= 0
        alone_above = code > 0 and rest.max() < code / 2
        if alone_below or alone_above:
            found.append(f"{code:g}")
    return tuple(found)


def _reason(text: pd.Series, present: pd.Series, kind: str, y: np.ndarray | None) -> str:
    """Why the column should be left out; empty if it may stay."""
    if text.nunique(dropna=False) <= 1:
        return "one value everywhere: tells nothing"
    if kind == "category" and present.nunique() > max(50, 0.2 * len(present)):
        return "free text or an identifier: nothing a model should learn"
    if y is None:
        return ""
    alone = _says_alone(text, present, kind, y)
    if alone >= LEAK:
        return f"suspicious leak: alone it ranks the label with AUC {alone:.3f}"
    sure = _only_positive(text, present, y)
    return f"suspicious leak: {sure} rows share something that only the positive label has" if sure else ""


def _note(text: pd.Series, present: pd.Series, kind: str, parsed: pd.Series) -> str:
    notes = []
    if len(present) < len(text):
        notes.append(f"{1 - len(present) / len(text):.1%} missing")
    if kind == "category":
        notes.append(f"{present.nunique()} codes")
    elif wrong := int(parsed.isna().sum()):
        notes.append(f"{wrong} values are no numbers: mend them, or name them as missing")
    return ", ".join(notes)


def _only_positive(text: pd.Series, present: pd.Series, y: np.ndarray) -> int:
    """Rows of a code, or of "filled at all", that are all positive though chance would not do that; 0 if none."""
    known = ~np.isnan(y)
    there = text.index.isin(present.index)
    label = pd.Series(y[known])
    sure = 0
    for groups in (text.fillna("").to_numpy()[known], there[known]):
        counts = label.groupby(groups).agg(["size", "mean"])
        certain = (counts["mean"] == 1) & (counts["size"] * np.log(y[known].mean()) < np.log(CHANCE))
        sure = max(sure, int(counts["size"].where(certain, 0).max()))
    return sure


def _says_alone(text: pd.Series, present: pd.Series, kind: str, y: np.ndarray) -> float:
    """Best AUC of the column alone: by its order, by the rate of its codes, or by its being there at all."""
    known = ~np.isnan(y)
    there = pd.Series(text.index.isin(present.index), index=text.index).astype(float)
    scores = [there]
    if kind == "number":
        scores.append(pd.to_numeric(present, errors="coerce").reindex(text.index))
    counts = text.value_counts()
    if len(counts) <= max(20, 0.02 * len(text)):  # few codes: their rates are not just memory
        label = pd.Series(y, index=text.index)
        scores.append(label.groupby(text.fillna("")).transform("mean"))
    return max(_auc(score.to_numpy(dtype=float)[known], y[known]) for score in scores)


def _auc(score: np.ndarray, y: np.ndarray) -> float:
    """Area under the curve in whichever direction, missing scores lowest."""
    ranks = pd.Series(score).rank(na_option="top").to_numpy()
    positive = y == 1
    m, n = int(positive.sum()), int((~positive).sum())
    if min(m, n) < SHARED:  # a handful of rows is ranked well by chance
        return 0.0
    area = (ranks[positive].sum() - m * (m + 1) / 2) / (m * n)
    return float(max(area, 1 - area))
