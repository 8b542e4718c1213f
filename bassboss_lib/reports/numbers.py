"""How a number is written for a reader: its kind gives unit and precision, its interval stands beside it.

Every room computes in fen, shares and seconds; only here they become yuan and per cent.
"""

import math
import re
from typing import Literal, Protocol, SupportsFloat, runtime_checkable

__all__ = ["HasInterval", "Kind", "change", "estimate", "number", "quantity", "unbroken", "unit_title"]

Kind = Literal["number", "count", "percent", "points", "times", "yuan"]


UNITS = {
    "fen": ("元", "yuan"),
    "share": ("占比", "share"),
    "months": ("月", "months"),
    "month": ("月", "months"),
    "days": ("天", "days"),
    "years": ("岁", "years"),
    "min": ("分钟", "min"),
    "s": ("秒", "s"),
    "h": ("小时", "h"),
    "points": ("分", "points"),
    "count": ("次", "times"),
}


@runtime_checkable
class HasInterval(Protocol):
    """A figure with the ends of its interval, such as an estimate of ``learning``."""

    @property
    def value(self) -> float:
        """The figure."""

    @property
    def low(self) -> float:
        """Lower end."""

    @property
    def high(self) -> float:
        """Upper end."""


def number(value: SupportsFloat | None, kind: Kind = "number") -> str:
    """Write one number.

    Parameters
    ----------
    value : number
        A share for ``percent`` and ``points``, fen for ``yuan``; None or not finite is written as a dash.
    kind : str
        ``number`` (three significant digits), ``count``, ``percent``, ``points`` (percentage points, signed),
        ``times`` (a ratio), ``yuan``.

    Examples
    --------
    >>> number(0.8421), number(0.0312, "percent"), number(123456, "yuan"), number(4.31, "times"), number(None)
    ('0.842', '3.1 %', '¥1,235', '4.3×', '–')
    """
    plain = math.nan if value is None else float(value)
    if not math.isfinite(plain):
        return "–"
    if kind == "yuan":
        return _yuan(plain)
    shown = plain * 100 if kind in ("percent", "points") else plain
    places = 2 if 0 < abs(shown) < 1 else 1
    forms = {
        "count": f"{plain:z,.0f}",  # z: less than half below nothing is nothing
        "percent": f"{shown:.{places}f} %",
        "points": f"{shown:+.{places}f} pp",
        "times": f"{shown:.{places}f}×",
        "number": _significant(plain),
    }
    return forms[kind]


def change(value: SupportsFloat, before: SupportsFloat, kind: Kind = "number") -> str:
    """Write by how much a number has changed, with its direction; shares change by percentage points.

    Examples
    --------
    >>> change(0.842, 0.83), change(0.031, 0.034, "percent"), change(500, 480, "count"), change(2, 2, "count")
    ('↑ +0.012', '↓ -0.30 pp', '↑ +20', '→ 0')
    """
    moved = float(value) - float(before)
    said = (
        f"{moved:.{_places(float(value))}f}"
        if kind == "number"
        else number(moved, "points" if kind == "percent" else kind)
    )
    told = f"+{said}" if moved > 0 and not said.startswith("+") else said
    if not any(digit in told for digit in "123456789"):
        return "→ 0"
    return f"{'↑' if moved > 0 else '↓'} {told}"


def estimate(
    value: SupportsFloat | None, low: SupportsFloat | None, high: SupportsFloat | None, kind: Kind = "number"
) -> str:
    """Write a number with its interval; without one, the number alone.

    Examples
    --------
    >>> estimate(0.842, 0.81, 0.87), estimate(0.03, None, None, "percent")
    ('0.842 [0.810, 0.870]', '3.0 %')
    """
    if low is None or high is None:
        return number(value, kind)
    return f"{number(value, kind)} [{number(low, kind)}, {number(high, kind)}]"


def unit_title(unit: str, language: str) -> str:
    """Give the words for a declared unit, as a reader sees it: fen become yuan, unknown ones stay.

    Examples
    --------
    >>> unit_title("months", "zh"), unit_title("fen", "en"), unit_title("Erlang", "zh")
    ('月', 'yuan', 'Erlang')
    """
    return UNITS[unit][0 if language == "zh" else 1] if unit in UNITS else unit


def quantity(value: SupportsFloat, unit: str, language: str) -> str:
    """Write a value of a declared unit.

    Examples
    --------
    >>> quantity(2.0, "months", "zh"), quantity(12345, "fen", "en"), quantity(39, "h", "zh")
    ('2 月', '¥123.45', '39 小时')
    """
    if unit in ("fen", "share"):
        return number(value, "yuan" if unit == "fen" else "percent")
    whole = float(value).is_integer()
    return f"{number(value, 'count' if whole else 'number')} {unit_title(unit, language)}".strip()


def _yuan(fen: float) -> str:
    sign = "-" if fen < 0 else ""
    return f"{sign}¥{abs(fen) / 100:,.{0 if abs(fen) >= 100_000 else 2}f}"


def _significant(value: float) -> str:
    """Three significant digits, never an exponent, thousands grouped."""
    if value == 0:
        return "0"
    return f"{value:,.{_places(value)}f}"


def _places(value: float) -> int:
    """Decimals that give a number three significant digits; none from a thousand on."""
    if value == 0 or abs(value) >= 1000:
        return 0
    places = max(0, 2 - math.floor(math.log10(abs(value))))
    return min(places, 3 if abs(value) >= 0.1 else 6)


def unbroken(text: str) -> str:
    """Keep a number on one line: a browser may break before an interval, but not before a unit or after a sign.

    Examples
    --------
    >>> unbroken("-¥3 [-¥5, -¥1]").replace("\u00a0", "_").replace("\u2060", "~")
    '-~¥3 [-~¥5,_-~¥1]'
    """
    return re.sub(r"-(?=[¥\d])", "-\u2060", re.sub(r" (?!\[)", "\u00a0", text))
