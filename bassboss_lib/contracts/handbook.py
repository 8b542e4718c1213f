"""The interface handbook as data: the layout of a unit, byte by byte, and a record that shows it.

The BOSS team builds its side from this. It is read from the declarations that our own reader and writer use, so the
handbook cannot say anything else than what the programs do. The record is made up; nobody is in it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal

import pyarrow as pa

from bassboss_lib import months
from bassboss_lib.contracts.fields import ROW_NUMBER_BYTES, CodeList, Field, Unit
from bassboss_lib.contracts.schema import typed_schema
from bassboss_lib.contracts.text import to_text

__all__ = ["LayoutRow", "code_lists_of", "example", "example_period", "layout"]

EXAMPLE_MONTH, EXAMPLE_DAY = "202610", "20261031"
TEST_NUMBER = "13800138000"
"""The operator's own service number, on which nobody can be called."""


@dataclass(frozen=True)
class LayoutRow:
    """One field in its place.

    Parameters
    ----------
    place : int
        Place among the fields, as error codes count it; 0 = the row number of the fixed profile.
    field : Field
        The field.
    first, last : int
        Bytes of the record it fills, from 1; 0 in profiles without fixed places.
    allowed : str
        Range or name of the value list, empty where any value of the type will do.
    """

    place: int
    field: Field
    first: int
    last: int
    allowed: str


def layout(unit: Unit) -> tuple[LayoutRow, ...]:
    """Give the fields of a unit in their places; the fixed profile begins with the row number.

    Examples
    --------
    >>> from bassboss_lib.contracts.declarations import unit
    >>> [(row.field.name, row.first, row.last) for row in layout(unit("31001"))][:3]
    [('row_number', 1, 8), ('campaign_id', 9, 24), ('analysis_month', 25, 30)]
    """
    fixed = unit.profile == "fixed"
    number = Field("row_number", {"zh": "行号，从 1 起", "en": "row number, from 1"}, "int", ROW_NUMBER_BYTES)
    rows, at = ([LayoutRow(0, number, 1, ROW_NUMBER_BYTES, "")], ROW_NUMBER_BYTES) if fixed else ([], 0)
    for place, one in enumerate(unit.fields, start=1):
        first, last = (at + 1, at + one.width) if fixed else (0, 0)
        rows.append(LayoutRow(place, one, first, last, _allowed(one)))
        at = last
    return tuple(rows)


def code_lists_of(unit: Unit) -> tuple[CodeList, ...]:
    """Give the value lists that a unit uses, each once, in the order of its fields."""
    return tuple({one.codes.name: one.codes for one in unit.fields if one.codes}.values())


def example_period(unit: Unit) -> str:
    """Give the period of the example: a month, or a day where the unit comes by day only."""
    return EXAMPLE_MONTH if unit.cycle == "month" else EXAMPLE_DAY


def example(unit: Unit) -> pa.Table:
    """Give one valid made-up record of a unit, as text columns in the order of the file.

    Examples
    --------
    >>> from bassboss_lib.contracts.declarations import unit
    >>> example(unit("balance")).to_pylist()
    [{'customer_id': 'C0000000001', 'month': '202610', 'balance_fen': '100'}]
    """
    row = {one.name: EXAMPLES[one.type](unit, one) for one in unit.fields}
    return to_text(unit, pa.Table.from_pylist([row], schema=typed_schema(unit)))


def _allowed(one: Field) -> str:
    if one.codes:
        return one.codes.name
    if one.min is None and one.max is None:
        return ""
    low, high = ("" if edge is None else f"{edge:g}" for edge in (one.min, one.max))
    return f"{low} – {high}".strip() if low and high else f"≥ {low}" if low else f"≤ {high}"


def _text(unit: Unit, one: Field) -> str:
    made = {"customer": "C0000000001", "number": TEST_NUMBER}.get(one.personal, one.title["zh"])
    if one.name in unit.key and not one.personal:
        made = f"{unit.code}-0001"
    while len(made.encode(unit.encoding)) > one.width:
        made = made[:-1]
    return made


def _int(_: Unit, one: Field) -> int:
    wanted = min(100, 10 ** min(one.width, 3) - 1) if one.width < 3 else 100
    return int(max(one.min if one.min is not None else wanted, min(wanted, one.max if one.max is not None else wanted)))


def _decimal(_: Unit, one: Field) -> str:
    high = Decimal(str(one.max)) if one.max is not None else Decimal(1)
    return f"{high / 2:.{one.places}f}"


def _day(unit: Unit) -> date:
    period = example_period(unit)
    return months.first_day(period) if len(period) == 6 else datetime.strptime(period, "%Y%m%d").date()


EXAMPLES: dict[str, Callable[[Unit, Field], object]] = {
    "text": _text,
    "code": lambda _, one: next(iter(one.codes.codes)) if one.codes else None,
    "int": _int,
    "decimal": _decimal,
    "month": lambda unit, _: example_period(unit)[:6],
    "date": lambda unit, _: _day(unit),
    "timestamp": lambda unit, _: datetime.combine(_day(unit), time(8, 30)),
}
