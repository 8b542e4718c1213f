"""Turn a frame of numbers and codes into the matrix that the booster reads, and remember how.

Codes become numbers by their rank in the training rows (most frequent first). The booster's own categorical
splits would rule out the fast explanations, so a code is an ordinary number to it, and the encoding travels
with the model as JSON. Whatever the training rows did not show, a missing value or an infinity becomes NaN,
which trees handle.
"""

import json
from dataclasses import asdict, dataclass
from typing import Literal

import numpy as np
import pandas as pd

from bassboss_lib.errors import InputRefused
from bassboss_lib.learning.tables import Sample

__all__ = ["Column", "Encoding", "fit_encoding"]


@dataclass(frozen=True)
class Column:
    """How one column becomes numbers; `categories` lists codes in the order of their numbers."""

    name: str
    kind: Literal["number", "category"]
    categories: tuple[str, ...] = ()


@dataclass(frozen=True)
class Encoding:
    """How a frame becomes a matrix: which columns, in which order, by which codes.

    `dropped` names the constant columns that were left out, `notes` says what was odd in the training rows.

    Examples
    --------
    >>> from bassboss_lib.contracts.feature import Feature
    >>> brand = Feature("brand", "customer", "", "品牌", "Brand", kind="category")
    >>> rows = pd.DataFrame({"brand": ["2", "2", "1"]})
    >>> encoding = fit_encoding(Sample(pd.DataFrame({"row": [1, 2, 3]}), rows, None, (brand,)))
    >>> encoding.matrix(pd.DataFrame({"brand": ["1", "9", None]})).ravel()
    array([ 1., nan, nan])
    """

    columns: tuple[Column, ...]
    dropped: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def names(self) -> list[str]:
        """Names of the matrix's columns."""
        return [column.name for column in self.columns]

    def matrix(self, frame: pd.DataFrame) -> np.ndarray:
        """Give the rows of a frame as float64, one column per encoded column.

        Raises
        ------
        InputRefused
            If columns that the model learnt from are missing (I20).
        """
        absent = [name for name in self.names if name not in frame.columns]
        if absent:
            raise InputRefused(
                f"{len(absent)} columns of the model are missing: {', '.join(absent[:10])}",
                fault="I20",
                where="features",
                remedy="deliver the columns, or train again without them",
            )
        matrix = np.empty((len(frame), len(self.columns)))
        for place, column in enumerate(self.columns):
            matrix[:, place] = _numbers(frame[column.name], column)
        return matrix

    def to_json(self) -> str:
        """Give the encoding as JSON text."""
        return json.dumps(asdict(self), ensure_ascii=False, indent=1, sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> "Encoding":
        """Read what `to_json` wrote."""
        parts = json.loads(text)
        columns = tuple(Column(c["name"], c["kind"], tuple(c["categories"])) for c in parts["columns"])
        return cls(columns, tuple(parts["dropped"]), tuple(parts["notes"]))


def fit_encoding(sample: Sample) -> Encoding:
    """Learn the encoding from training rows; columns that say one thing only are dropped, with a note."""
    columns, dropped, notes = [], [], []
    for feature in sample.features:
        values = sample.x[feature.name]
        column = Column(feature.name, feature.kind, _categories(values) if feature.kind == "category" else ())
        numbers = _numbers(values, column)
        if feature.kind == "number" and (infinite := int(np.isinf(_floats(values)).sum())):
            notes.append(f"{feature.name}: {infinite} infinite values read as missing")
        if _constant(numbers):
            dropped.append(feature.name)
            notes.append(f"{feature.name}: constant in the training rows, left out")
        else:
            columns.append(column)
    return Encoding(tuple(columns), tuple(dropped), tuple(notes))


def _categories(values: pd.Series) -> tuple[str, ...]:
    counts = values.dropna().astype(str).value_counts()
    return tuple(sorted(counts.index, key=lambda code: (-counts[code], code)))


def _numbers(values: pd.Series, column: Column) -> np.ndarray:
    if column.kind == "number":
        numbers = _floats(values)
        return np.where(np.isfinite(numbers), numbers, np.nan)
    text = values.astype(object).where(values.notna(), None).map(str, na_action="ignore")
    codes = pd.Index(column.categories, dtype=object).get_indexer(pd.Index(text))
    return np.where(codes >= 0, codes, np.nan).astype(np.float64)


def _floats(values: pd.Series) -> np.ndarray:
    return pd.to_numeric(values).to_numpy(dtype=np.float64, na_value=np.nan)


def _constant(numbers: np.ndarray) -> bool:
    """One value everywhere; a column that is one value or missing still tells the two apart."""
    missing = np.isnan(numbers)
    known = numbers[~missing]
    return len(known) == 0 or (not missing.any() and bool((known == known[0]).all()))
