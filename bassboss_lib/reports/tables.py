"""Tables and cards as HTML, made in one place, so that every cell, header and index is escaped.

What stands in a table may come from customers: a name, a region, a plan. Nothing of it can become markup.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from unicodedata import east_asian_width

import numpy as np
import pandas as pd

from bassboss_lib.markup import escape
from bassboss_lib.reports.numbers import Kind, number, unbroken

__all__ = ["Card", "Html", "key_figures", "table"]

LONG = 40
"""Characters from which on a text is a sentence and not a word."""
SHORT = 18
"""Half-width characters up to which a text is not broken: a column of states would else be one character wide."""
BREAKS = re.compile(r"[\s/\u2013\u2e80-\uffff-]")
"""Where a browser may break a text."""
IDENTIFIER = re.compile(r"[\w.]+(-[\w.]+)+")
"""What has hyphens and no blanks could not be read if it were broken at each hyphen."""
INTERVAL = re.compile(r"\[[^\]]{1,40}\]")
"""An interval is never broken into two lines."""


@dataclass(frozen=True)
class Html:
    """A finished, escaped piece of a page."""

    text: str

    def _repr_html_(self) -> str:
        return self.text

    def __repr__(self) -> str:
        return "table"


@dataclass(frozen=True)
class Card:
    """One key figure: its title, its value, what stands below it (interval, population), and its change."""

    title: str
    value: str
    note: str = ""
    change: str = ""


def table(
    frame: pd.DataFrame,
    *,
    titles: Mapping[str, str] | None = None,
    kinds: Mapping[str, Kind] | None = None,
    caption: str = "",
    index: bool = False,
    rows_max: int = 50,
) -> Html:
    """Give a frame as an HTML table.

    Parameters
    ----------
    frame : DataFrame
        One row per line of the table.
    titles : mapping, optional
        Column name → title.
    kinds : mapping, optional
        Column name → how its numbers are written (see `number`).
    caption : str
        Stands above the table.
    index : bool
        Whether the index is the first column.
    rows_max : int
        Lines shown; a last line says how many are left out.

    Examples
    --------
    >>> table(pd.DataFrame({"<b>": ["a&b"]})).text.partition("<tbody>")[2]
    '<tr><td>a&amp;b</td></tr></tbody></table>'
    """
    shown = (frame.reset_index(allow_duplicates=True) if index else frame).head(rows_max)
    columns = [str(name) for name in shown.columns]
    looks = [_look(shown.iloc[:, place]) for place in range(shown.shape[1])]
    heads = [
        f'<th scope="col"{look}>{escape((titles or {}).get(name, name))}</th>'
        for name, look in zip(columns, looks, strict=True)
    ]
    lines = []
    for row in shown.itertuples(index=False, name=None):
        cells = zip(columns, looks, row, strict=True)
        lines.append("".join(f"<td{look}>{_cell(value, (kinds or {}).get(name))}</td>" for name, look, value in cells))
    if len(frame) > rows_max:
        lines.append(f'<td colspan="{len(columns)}">… +{len(frame) - rows_max:,}</td>')
    title = f"<caption>{escape(caption)}</caption>" if caption else ""
    body = "".join(f"<tr>{line}</tr>" for line in lines)
    head = f"<thead><tr>{''.join(heads)}</tr></thead>"
    return Html(f'<table class="data">{title}{head}<tbody>{body}</tbody></table>')


def key_figures(cards: Sequence[Card]) -> Html:
    """Give key figures as a row of cards.

    Examples
    --------
    >>> "0.84" in key_figures([Card("AUC", "0.84", "0.81 – 0.87")]).text
    True
    """
    items = "".join(
        f'<div class="card"><dt>{escape(card.title)}</dt><dd class="value">{escape(card.value)}</dd>'
        f'<dd class="note">{escape(card.note)}</dd>'
        + (f'<dd class="note change">{escape(card.change)}</dd>' if card.change else "")
        + "</div>"
        for card in cards
    )
    return Html(f'<dl class="cards">{items}</dl>')


def _look(column: pd.Series) -> str:
    """Numbers stand right; a column of sentences gets room, whatever stands beside it."""
    if pd.api.types.is_numeric_dtype(column.dtype):
        return ' class="number"'
    said = [str(value) for value in column if pd.notna(value)]
    if any(len(text) > LONG for text in said):
        return ' class="long"'
    is_short = any(map(BREAKS.search, said)) and all(_width(text) <= SHORT for text in said)
    return ' class="word"' if is_short or (said and all(map(IDENTIFIER.fullmatch, said))) else ""


def _width(text: str) -> int:
    """Give the width of a text in half-width characters."""
    return sum(2 if east_asian_width(one) in "WF" else 1 for one in text)


def _cell(value: object, kind: Kind | None) -> str:
    if isinstance(value, bool | np.bool_):
        return "✓" if value else ""
    if isinstance(value, int | np.integer):
        return number(int(value), kind or "count")
    if isinstance(value, float | np.floating):
        return number(float(value), kind or "number")
    if value is None or value is pd.NA or value is pd.NaT:
        return ""
    return INTERVAL.sub(lambda found: unbroken(found.group()), escape(str(value)))
