"""What an operator's table must be before it is kept; refusals name the column, the count and the remedy."""

import difflib
from collections.abc import Sequence

import numpy as np
import pandas as pd

from bassboss_lib import months
from bassboss_lib.errors import InputRefused
from bassboss_lib.warehouse.mapping import LabelMapping, TableMapping
from bassboss_lib.warehouse.wide_file import as_text

__all__ = ["check_columns", "check_keys", "labels", "month_texts", "numbers"]


def check_columns(raw: pd.DataFrame, mapping: TableMapping, earlier: list[str] | None) -> list[str]:
    """Compare the table's columns with the mapping and the import before; give columns that nobody named.

    Raises
    ------
    InputRefused
        If columns are missing, or moved since the import before (I20).
    """
    found = list(raw.columns)
    unnamed = [column for column in found if column not in mapping.used and column not in mapping.drop]
    absent = [column for column in mapping.used if column not in found]
    if absent:
        said = [_with_guess(column, unnamed) for column in absent]
        raise _refused("I20", f"{len(absent)} columns missing: {'; '.join(said)}", mapping.name, "mend the mapping")
    if earlier and mapping.column_order == "fixed":
        kept = [column for column in earlier if column in found]
        moved = [a for a, b in zip(kept, [column for column in found if column in earlier], strict=True) if a != b]
        if moved:
            what = f"{len(moved)} columns moved since the import before, first {moved[0]!r}"
            raise _refused("I20", what, mapping.name, "say `column_order: any` in the mapping if that is meant")
    return unnamed


def check_keys(table: pd.DataFrame, keys: list[str]) -> None:
    """Refuse a table in which two rows have one key (I23)."""
    repeated = int(table.duplicated(keys).sum())
    if repeated:
        remedy = "say `duplicates: drop` if whole rows repeat; else send one row per key"
        raise _refused("I23", f"{repeated} rows repeat a key", " and ".join(keys), remedy)


def numbers(values: pd.Series, missing: Sequence[str], column: str) -> np.ndarray:
    """Give float64, NaN where a missing code or nothing stands; refuse anything else that is no number (I21).

    Examples
    --------
    >>> numbers(pd.Series(["1.5", "", "-1"]), ["", "-1"], "age").tolist()
    [1.5, nan, nan]
    """
    coded = pd.to_numeric(pd.Series(list(missing), dtype=object), errors="coerce").dropna().tolist()
    if pd.api.types.is_numeric_dtype(values) and not pd.api.types.is_bool_dtype(values):
        found = values.to_numpy(dtype=np.float64, na_value=np.nan)
        return np.where(np.isin(found, coded), np.nan, found)
    text = as_text(values)
    absent = text.isna() | text.isin(list(missing))
    found = pd.to_numeric(text.where(~absent), errors="coerce").to_numpy(dtype=np.float64)
    wrong = np.isnan(found) & ~absent.to_numpy()
    if wrong.any():
        what = f"{int(wrong.sum())} values are no numbers, first in row {int(values.index[wrong][0]) + 1}"
        raise _refused("I21", what, column, "declare missing codes under `missing`, say kind: category, or mend them")
    return np.where(np.isin(found, coded), np.nan, found)


def labels(values: pd.Series, label: LabelMapping) -> np.ndarray:
    """Give 1 and 0; refuse an empty label, and a third value where both are named (I21)."""
    positive = values.isin(label.positive)
    known = values.notna() & (values != "")
    if label.negative is not None:
        known &= positive | (values == label.negative)
    if not known.all():
        what = f"{int((~known).sum())} labels are neither positive nor negative"
        raise _refused("I21", what, label.column, "mend `label`, or take those rows out")
    if positive.all() or not positive.any():
        what = f"{int(positive.sum())} of {len(values)} labels are {', '.join(label.positive)!r}"
        raise _refused("I21", what, label.column, "mend `positive` of the label")
    return positive.to_numpy().astype(np.int64)


def month_texts(values: pd.Series, column: str) -> np.ndarray:
    """Give months as text; refuse whatever is not YYYYMM (I21)."""
    wrong = ~values.map(months.is_month).to_numpy(dtype=bool)
    if wrong.any():
        what = f"{int(wrong.sum())} values are no months, first in row {int(values.index[wrong][0]) + 1}"
        raise _refused("I21", what, column, "write months as YYYYMM, such as 202602")
    return values.to_numpy(dtype=object)


def _with_guess(column: str, unnamed: list[str]) -> str:
    near = difflib.get_close_matches(column, unnamed, n=1)
    return f"{column!r} (the table has {near[0]!r})" if near else repr(column)


def _refused(fault: str, what: str, where: str, remedy: str) -> InputRefused:
    return InputRefused(what, fault=fault, where=where, kept="nothing loaded", remedy=remedy)
