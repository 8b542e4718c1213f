"""Money and quantities as people write them in a plan file: decimal text, and numbers with a unit.

Money is text such as ``"0.19"``: a YAML float has lost its last digit before anybody looks. Quantities are ``500min``,
``6s``, ``30GB``, or a whole number (messages; seconds in an increment of calls). Everything is counted in the smallest
unit of its service: seconds, messages, bytes.
"""

import re
from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Any

from pydantic import BeforeValidator, PlainSerializer

__all__ = ["Money", "Percent", "Quantity", "amount", "fen", "measures"]

_MONEY = re.compile(r"\d{1,9}(\.\d{1,6})?")
_QUANTITY = re.compile(r"(\d{1,12})(s|min|h|B|KB|MB|GB)")
_SECONDS = {"s": 1, "min": 60, "h": 3600}
_POWERS = {"B": 0, "KB": 1, "MB": 2, "GB": 3}
FEN_PER_YUAN = 100


def _decimal(value: Any) -> Decimal:
    if isinstance(value, Decimal) and value.is_finite() and value >= 0:
        return value
    if not isinstance(value, str):
        raise ValueError('must be a decimal in quotes, such as "0.19": a number without quotes loses digits')
    if not _MONEY.fullmatch(value):
        raise ValueError('must be a decimal not below zero, such as "0.19"')
    return Decimal(value)


def _quantity(value: Any) -> str | int:
    if isinstance(value, bool) or not isinstance(value, int | str):
        raise ValueError("must be a whole number, or one with a unit, such as 500min, 6s or 30GB")
    if isinstance(value, int):
        if not 0 <= value < 10**12:
            raise ValueError("must not be below zero")
        return value
    if not _QUANTITY.fullmatch(value):
        raise ValueError(f"{value!r} is not a quantity: write 500min, 6s, 2h, 100KB, 30GB or a whole number")
    return value


Money = Annotated[Decimal, BeforeValidator(_decimal), PlainSerializer(str, return_type=str)]
"""Yuan (or the catalogue's currency) as decimal text; a float is refused."""

Percent = Money
"""A percentage as decimal text."""

Quantity = Annotated[str | int, BeforeValidator(_quantity)]
"""A number of messages or seconds, or a number with its unit."""


def measures(quantity: str | int) -> str:
    """Tell what a quantity measures: ``voice``, ``data``, or ``""`` for a plain number.

    Examples
    --------
    >>> measures("500min"), measures("30GB"), measures(100)
    ('voice', 'data', '')
    """
    if isinstance(quantity, int):
        return ""
    found = _QUANTITY.fullmatch(quantity)
    return "voice" if found and found[2] in _SECONDS else "data"


def amount(quantity: str | int, kilo: int) -> int:
    """Count a quantity in seconds, bytes or messages; ``kilo`` is 1024 or 1000.

    Examples
    --------
    >>> amount("500min", 1024), amount("3KB", 1000), amount(60, 1024)
    (30000, 3000, 60)
    """
    if isinstance(quantity, int):
        return quantity
    found = _QUANTITY.fullmatch(quantity)
    if found is None:
        raise ValueError(f"{quantity!r} is not a quantity")
    number, unit = int(found[1]), found[2]
    return number * _SECONDS[unit] if unit in _SECONDS else number * kilo ** _POWERS[unit]


def fen(money: Decimal) -> Fraction:
    """Give money in fen, exactly.

    Examples
    --------
    >>> fen(Decimal("0.195"))
    Fraction(39, 2)
    """
    return Fraction(money) * FEN_PER_YUAN
