"""What keeps persons out of a page: previews by pseudonym, and no figure of fewer than ten customers (S10)."""

import re

import pandas as pd
import pyarrow as pa

from bassboss_lib.contracts import units
from bassboss_lib.reports.mask import mask
from bassboss_lib.reports.tables import Html, table
from bassboss_lib.vault import Vault
from bassboss_lib.workspace import Workspace

__all__ = ["FEW", "few", "pooled", "preview"]

FEW = 10
"""Of fewer customers no figure is shown."""
CUT = 8
_PSEUDONYM = re.compile(r"[0-9a-f]{32}")


def few(count: int) -> str:
    """Write a number of customers; from one to nine it is only said that they are few.

    Examples
    --------
    >>> few(0), few(7), few(1200)
    ('0', '<10', '1,200')
    """
    return f"<{FEW}" if 0 < count < FEW else f"{count:,}"


def pooled(labels: pd.Series, other: str, k: int = FEW) -> pd.Series:
    """Give labels with the rare ones made one, so that each is borne by at least ``k`` rows.

    If all rare ones together are still fewer than ``k``, the next rarest joins them; otherwise the number of a single
    rare label would follow from the total.

    Parameters
    ----------
    labels : Series
        One label per customer.
    other : str
        What the pooled label is called.
    k : int
        Rows that a label needs.

    Examples
    --------
    >>> pooled(pd.Series(["a"] * 5 + ["b"] * 2 + ["c"]), "other", k=4).value_counts().to_dict()
    {'other': 8}
    >>> pooled(pd.Series(["a"] * 5 + ["b"] * 2 + ["c"] * 2), "other", k=4).value_counts().to_dict()
    {'a': 5, 'other': 4}
    """
    counts = sorted(labels.value_counts().items(), key=lambda item: (item[1], str(item[0])))
    rare: list[object] = []
    together = 0
    for label, count in counts:
        if count >= k and (not rare or together >= k):
            break
        rare.append(label)
        together += count
    return labels.where(~labels.isin(rare), other)


def preview(workspace: Workspace, frame: pd.DataFrame, *, rows: int = 10, titles: dict[str, str] | None = None) -> Html:
    """Show the first rows of a table without saying who they are.

    Columns that identify (customers, numbers, as the units declare them) become the first digits of their pseudonym,
    columns that are personal in another way (names, employers) are left out, and numbers of people inside texts are
    masked.

    Parameters
    ----------
    workspace : Workspace
        Its vault gives the pseudonyms: the same as in the warehouse.
    frame : DataFrame
        Any table.
    rows : int
        Rows shown.
    titles : dict, optional
        Column → title.
    """
    shown = frame.head(rows).copy()
    personal = {one.name: one.personal for unit in units() for one in unit.fields if one.personal}
    for name in [column for column in shown.columns if personal.get(str(column)) == "hidden"]:
        shown = shown.drop(columns=[name])
    for name in shown.columns:
        if personal.get(str(name)) in ("customer", "number"):
            values = [None if pd.isna(value) else str(value) for value in shown[name]]
            keyed = Vault(workspace).pseudonyms(pa.array(values, pa.string())).to_pylist()
            shown[name] = [f"{value[:CUT]}…" if value else "" for value in keyed]
        elif not pd.api.types.is_numeric_dtype(shown[name].dtype):
            shown[name] = shown[name].map(_safe)
    return table(shown, titles=titles, rows_max=rows)


def _safe(value: object) -> object:
    if not isinstance(value, str):
        return value
    return f"{value[:CUT]}…" if _PSEUDONYM.fullmatch(value) else mask(value)
