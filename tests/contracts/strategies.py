"""Random valid rows of any unit, from its declaration alone: what properties of every unit are tried on."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal

import pyarrow as pa
from hypothesis import strategies as st

from bassboss_lib import months
from bassboss_lib.contracts import Field, Unit, typed_schema
from bassboss_lib.contracts.reading import belated

__all__ = ["rows", "tables", "values"]

EARLIEST, LATEST = date(1900, 1, 1), date(2099, 12, 31)
AWKWARD = ["张三", "㐂", "𠮷", "😀", "€", "ä", "\u2028", "=1+1", '"', "'", "0012345", "a b", " a", "·"]
CARRIED = {"fixed": set(map(chr, range(0x20))) | {"\x7f"}, "delimited": set("\x00\r\n$\ufeff")}
"""Characters that a profile cannot carry."""


def rows(unit: Unit, period: str, *, max_size: int = 20) -> st.SearchStrategy[list[dict]]:
    """Rows of typed values, in clear, no key twice; ``period`` is that of the delivery."""
    one = st.fixed_dictionaries({field.name: values(unit, field, period) for field in unit.fields})
    return st.lists(one, min_size=1, max_size=max_size, unique_by=lambda row: tuple(row[name] for name in unit.key))


def tables(unit: Unit, period: str, *, max_size: int = 20) -> st.SearchStrategy[pa.Table]:
    """The same as a typed table, as `contracts.check` gives it, such that a file of this period may hold it."""
    made = rows(unit, period, max_size=max_size).map(
        lambda found: pa.Table.from_pylist(found, schema=typed_schema(unit))
    )
    return made.filter(lambda table: not _of_last_month(unit, period, table))


def _of_last_month(unit: Unit, period: str, table: pa.Table) -> bool:
    """Tell whether most rows are late: then it is the wrong month's file (I27), however valid each row is."""
    late = sum(int(belated(one, table[one.name], period[:6]).sum()) for one in unit.fields)
    return 2 * late > table.num_rows


def values(unit: Unit, field: Field, period: str) -> st.SearchStrategy:
    """Valid values of one field; None too where it may be empty."""
    made = MAKERS[field.type](unit, field, period)
    return st.none() | made if field.nullable else made


def _text(unit: Unit, field: Field, period: str) -> st.SearchStrategy[str]:
    alphabet = st.characters(codec=unit.encoding, exclude_categories=["Cs"], exclude_characters=CARRIED[unit.profile])
    plain = st.characters(min_codepoint=33, max_codepoint=126, exclude_characters="$")
    loose = st.text(alphabet | plain, min_size=1, max_size=field.width) | st.sampled_from(AWKWARD)
    fitted = loose.map(lambda text: _fitted(text, field.width, unit.encoding))
    full = fitted.map(lambda text: text + "x" * (field.width - len(text.encode(unit.encoding))))
    return (fitted | full | st.text(plain, min_size=1, max_size=field.width)).filter(bool)


def _fitted(text: str, width: int, encoding: str) -> str:
    while len(text.encode(encoding)) > width:
        text = text[:-1]
    return text.rstrip(" ")


def _int(unit: Unit, field: Field, period: str) -> st.SearchStrategy[int]:
    digits = min(field.width, 18)
    low = -(10 ** (min(field.width - 1, 18)) - 1) if field.min is None else int(field.min)
    high = 10**digits - 1 if field.max is None else min(int(field.max), 10**digits - 1)
    return st.integers(low, high)


def _decimal(unit: Unit, field: Field, period: str) -> st.SearchStrategy[str]:
    digits = field.width - field.places - 2
    low = Decimal(0 if field.min is None else str(field.min))
    high = Decimal(10**digits - 1 if field.max is None else str(field.max))
    return st.decimals(low, high, places=field.places).map(lambda value: f"{value:.{field.places}f}")


def _span(field: Field, period: str) -> tuple[date, date]:
    whole = len(period) == 6
    first = months.first_day(period) if whole else datetime.strptime(period, "%Y%m%d").date()
    last = months.last_day(period) if whole else first
    as_of = (first if whole else EARLIEST, last)
    month = months.add(period[:6], -1)
    late = (months.first_day(month), last)
    spans = {"same": (first, last), "same_or_last": late, "until": (EARLIEST, last), "as_of": as_of}
    return spans.get(field.period, (EARLIEST, LATEST))


def _date(unit: Unit, field: Field, period: str) -> st.SearchStrategy[date]:
    return st.dates(*_span(field, period))


def _timestamp(unit: Unit, field: Field, period: str) -> st.SearchStrategy[datetime]:
    first, last = _span(field, period)
    if field.period != "same_or_last":
        return _moments(first, last)
    own = months.first_day(period)
    return st.integers(0, 3).flatmap(
        lambda kind: _moments(first, own - timedelta(days=1)) if kind == 3 else _moments(own, last)
    )


def _moments(first: date, last: date) -> st.SearchStrategy[datetime]:
    start = datetime.combine(first, datetime.min.time())
    return st.integers(0, ((last - first).days + 1) * 86400 - 1).map(lambda second: start + timedelta(seconds=second))


def _month(unit: Unit, field: Field, period: str) -> st.SearchStrategy[str]:
    if field.period == "same":
        return st.just(period[:6])
    return st.dates(*_span(field, period)).map(lambda day: f"{day:%Y%m}")


def _code(unit: Unit, field: Field, period: str) -> st.SearchStrategy[str]:
    assert field.codes is not None
    return st.sampled_from(sorted(field.codes.codes))


MAKERS: dict[str, Callable[[Unit, Field, str], st.SearchStrategy]] = {
    "text": _text,
    "int": _int,
    "decimal": _decimal,
    "date": _date,
    "timestamp": _timestamp,
    "month": _month,
    "code": _code,
}
