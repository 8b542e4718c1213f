"""Sentences that carry numbers: prose of a notebook whose figures are put in when it runs.

A result is never typed into prose, since the notebook runs every month. The same sentence describes a
figure to those who cannot see it (alternative text).
"""

import html
import re
from dataclasses import dataclass
from typing import Literal

from bassboss_lib.markup import BIDI
from bassboss_lib.reports.numbers import HasInterval, Kind, estimate, number, unbroken

__all__ = ["Language", "Sentence", "sentence"]

Language = Literal["zh", "en"]
_MARKDOWN = re.compile(r"([\\`*_{}\[\]()#+!|~$-])")


@dataclass(frozen=True)
class Sentence:
    """A finished sentence: as Markdown for a page, as plain text for alternative texts."""

    markdown: str
    plain: str

    def __str__(self) -> str:
        return self.plain

    def _repr_markdown_(self) -> str:
        return self.markdown

    def __repr__(self) -> str:
        return self.plain


def sentence(
    zh: str, en: str, language: Language, *, kinds: dict[str, Kind] | None = None, **values: object
) -> Sentence:
    """Put numbers into the sentence of a language.

    Parameters
    ----------
    zh, en : str
        The sentence with names in braces; Markdown is allowed.
    language : {"zh", "en"}
        Which of them.
    kinds : dict, optional
        How a number is written (see `number`); else integers as counts, others with three digits.
    **values
        Numbers, figures with an interval (``value``, ``low``, ``high``), or text, which is escaped.

    Examples
    --------
    >>> sentence("前{share}", "The top {share}", "en", kinds={"share": "percent"}, share=0.05)
    The top 5.0 %
    """
    template = zh if language == "zh" else en
    told = {name: _written(value, (kinds or {}).get(name)) for name, value in values.items()}
    marked = {
        name: unbroken(text)
        if not isinstance(values[name], str)
        else _MARKDOWN.sub(r"\\\1", html.escape(text, quote=False)).translate(BIDI)
        for name, text in told.items()
    }
    return Sentence(template.format_map(marked), re.sub(r"\*\*|`", "", template).format_map(told))


def _written(value: object, kind: Kind | None) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, HasInterval):
        return estimate(value.value, value.low, value.high, kind or "number")
    if isinstance(value, int) or hasattr(value, "__index__"):
        return number(value, kind or "count")  # type: ignore[arg-type]
    return number(value, kind or "number")  # type: ignore[arg-type]
