"""A list for people: an Excel file beside the interface file, with titles, filters, and numbers masked.

The interface file is for a machine and stays raw; here whatever a spreadsheet would take for a formula is made text
(OWASP's rule), as strings that begin with an apostrophe, whatever cell type they have. Opening the file shows nothing
that BOSS did not get, and by default less.
"""

import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa

from bassboss_lib.contracts import Field, Unit, unit
from bassboss_lib.errors import CallError, DiskFailed
from bassboss_lib.exchange import deliveries
from bassboss_lib.exchange.deliveries import Delivery
from bassboss_lib.exchange.sent import sent_rows
from bassboss_lib.ledger import Ledger
from bassboss_lib.markup import BIDI
from bassboss_lib.reports.mask import mask
from bassboss_lib.workspace import Workspace

__all__ = ["LISTS", "excel_list", "harmless", "write_excel"]

LISTS = ("31001", "32001", "33001")
_STARTS = "=+-@\t\r\n＝＋－＠"
_RISKY = re.compile(rf"(?:^|[,;\t|])[\s\"'“”‘’]*[{re.escape(_STARTS)}]|^[\t\r\n]")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
ROWS_MAX = 1_048_575
WIDTH_MAX = 60
HIDDEN = {"customer": 4, "number": 4}
"""Characters of an identifier that stay at its end."""


def harmless(text: str) -> str:
    """Give text that no spreadsheet takes for a formula: an apostrophe in front where it might.

    It might where a cell, or what follows a separator inside it, begins with one of ``= + - @``, tab, CR or LF, plain
    or full-width, blanks and quotation marks aside.

    Examples
    --------
    >>> harmless("=1+1"), harmless("a"), harmless('x;"=1"'), harmless("＝1"), harmless("-")
    ("'=1+1", 'a', '\\'x;"=1"', "'＝1", "'-")
    """
    plain = _CONTROL.sub("", text).translate(BIDI)
    return f"'{plain}" if _RISKY.search(plain) else plain


def excel_list(workspace: Workspace, delivery: str, *, language: str = "zh", in_clear: bool = False) -> Path:
    """Write a list that was sent as ``.xlsx`` beside its interface file, and say so in the ledger.

    Parameters
    ----------
    workspace : Workspace
        Where the list was sent from.
    delivery : str
        Identifier of the delivery, as `bassboss status` shows it.
    language : {"zh", "en"}
        Language of titles and of codes.
    in_clear : bool
        Customers, names and numbers in clear; the ledger keeps that it was asked for.

    Raises
    ------
    CallError
        If it is no list of ours, or was not released.
    DiskFailed
        If the disk refuses.
    """
    with Ledger(workspace.ledger) as ledger:
        found = deliveries.find(ledger, delivery)
        if found is None or found.stem.unit not in LISTS or found.direction != "out":
            raise CallError("no list of ours has this name", where=delivery, remedy="see `bassboss status`")
        if found.state in ("building", "staged", "failed", "withdrawn"):
            raise CallError(f"the list is {found.state}", where=delivery, remedy="release it first")
        rows = sent_rows(workspace, ledger, found)
        path = workspace.outbox / f"{_stem(found)}.xlsx"
        detail = {"in_clear": in_clear, "rows": rows.num_rows, "file": path.name}
        ledger.event(workspace.now, "excel", found.id, detail)  # before the file: no list in clear without its trace
        return write_excel(path, unit(found.stem.unit), rows, language=language, in_clear=in_clear)


def _stem(delivery: Delivery) -> str:
    return delivery.stem.data(1).rpartition("_")[0]


def write_excel(path: Path, what: Unit, rows: pa.Table, *, language: str = "zh", in_clear: bool = False) -> Path:
    """Write rows of a unit as one sheet: a frozen line of titles with filters, codes with their meaning; mode 0600.

    Raises
    ------
    CallError
        If a sheet cannot hold so many rows.
    DiskFailed
        If the disk refuses; nothing is left behind.
    """
    if rows.num_rows > ROWS_MAX:
        raise CallError(f"{rows.num_rows:,} rows do not fit a sheet", where=path.name, remedy="filter the list first")
    fields = [one for one in what.fields if one.name in rows.column_names]
    columns = [_column(one, rows[one.name].to_pylist(), language, in_clear) for one in fields]
    titles = [harmless(one.title[language]) for one in fields]
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        os.close(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600))
        _save(temporary, what.title[language], titles, columns)
        temporary.replace(path)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise DiskFailed(
            f"file not written: {error.strerror or error}", where=path.name, remedy="free the disk"
        ) from error
    return path


def _column(field: Field, values: Sequence[object], language: str, in_clear: bool) -> list[object]:
    if field.personal and not in_clear:
        return ["" if value is None else harmless(_masked(str(value), field.personal)) for value in values]
    if field.codes:
        codes = field.codes
        return [
            "" if value is None else harmless(_coded(str(value), codes.text(str(value), language))) for value in values
        ]
    if field.type in ("int", "decimal"):
        return [value if value is None or isinstance(value, int) else float(str(value)) for value in values]
    return [_text(value, in_clear) for value in values]


def _coded(code: str, meaning: str) -> str:
    return code if meaning == code else f"{code} {meaning}"


def _text(value: object, in_clear: bool) -> str:
    if value is None:
        return ""
    return harmless(str(value) if in_clear else mask(str(value)))


def _masked(value: str, personal: str) -> str:
    """Keep the end of an identifier and the first character of a name."""
    if personal in HIDDEN:
        end = HIDDEN[personal]
        return "*" * max(len(value) - end, 4) + value[-end:] if len(value) > end else "****"
    return value[:1] + "**"


def _save(path: Path, sheet_title: str, titles: list[str], columns: list[list[object]]) -> None:
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Font
    from openpyxl.utils import get_column_letter

    book = Workbook(write_only=True)
    sheet = book.create_sheet(re.sub(r"[\[\]:*?/\\]", " ", sheet_title)[:31])
    sheet.freeze_panes = "A2"
    for place, (title, column) in enumerate(zip(titles, columns, strict=True), 1):
        longest = max((_width(value) for value in [title, *column[:1000]]), default=8)
        sheet.column_dimensions[get_column_letter(place)].width = min(longest + 2, WIDTH_MAX)
    heads = [WriteOnlyCell(sheet, value=title) for title in titles]
    for head in heads:
        head.font = Font(bold=True)
    sheet.append(heads)
    for row in zip(*columns, strict=True):
        sheet.append([_cell(sheet, value) for value in row])
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(titles))}{len(columns[0]) + 1 if columns else 1}"
    book.save(path)


def _cell(sheet: Any, value: object) -> object:
    """Give texts as cells of type string, so that not even the writer takes one for a formula."""
    if not isinstance(value, str) or not value:
        return value or None if isinstance(value, str) else value
    from openpyxl.cell import WriteOnlyCell

    cell = WriteOnlyCell(sheet, value=value)
    cell.data_type = "s"
    return cell


def _width(value: object) -> int:
    return sum(2 if character > "\u2e80" else 1 for character in str(value))
