"""Read an operator's file as it is: text stays text, so that identifiers keep zeros and nothing turns null.

Only Parquet carries types of its own, and keeps them. Which values mean "missing" is the mapping's business.
"""

import csv
import re
from math import isnan
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.csv as pc
import pyarrow.parquet as pq

from bassboss_lib.errors import CallError, DiskFailed, InputRefused
from bassboss_lib.warehouse.mapping import plain_name

__all__ = ["as_text", "read_file"]

OTHER_ENCODING = "name the encoding in the mapping, such as gb18030"


def read_file(
    path: Path, form: str, *, encoding: str = "utf-8", delimiter: str = ",", sheet: str | None = None
) -> pd.DataFrame:
    """Read one file: one row per record, columns by plain name; text as is, Parquet numbers as numbers.

    Raises
    ------
    CallError
        If there is no such file.
    InputRefused
        If it cannot be read as declared, two columns have one name, or it has no rows (I15, I20, I25).
    DiskFailed
        If the disk refuses (I31).
    """
    if not path.is_file():
        raise CallError("file not found", where=path.name, remedy="check the name")
    try:
        if form == "csv":
            frame = _csv(path, "utf-8-sig" if encoding.lower() in ("utf-8", "utf8") else encoding, delimiter)
        elif form == "excel":
            frame = pd.read_excel(path, sheet_name=sheet or 0, dtype=object, na_filter=False)
        else:
            frame = pq.read_table(path).to_pandas(integer_object_nulls=True)
    except OSError as error:
        raise DiskFailed(f"file not read: {error.strerror or error}", where=path.name, remedy="try again") from error
    except UnicodeError as error:
        raise _refused(path, "I15", f"not {encoding}", OTHER_ENCODING) from error
    except (ValueError, LookupError, pa.ArrowException) as error:
        if "UTF8" in str(error):
            raise _refused(path, "I15", "not utf-8", OTHER_ENCODING) from error
        remedy = "mend format, delimiter or sheet of the mapping"
        raise _refused(path, "I20", f"not {form} as declared: {_brief(error)}", remedy) from error
    return _checked(frame, path)


def as_text(values: pd.Series) -> pd.Series:
    """Give values as stripped text; whole floats without their ``.0``; null stays null.

    Examples
    --------
    >>> as_text(pd.Series([" 007 ", 7.0, None])).tolist()
    ['007', '7', None]
    """
    return pd.Series([_word(value) for value in values], index=values.index, dtype=object)


def _word(value: object) -> str | None:
    if value is None or value is pd.NA or (isinstance(value, float) and isnan(value)):
        return None
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()


def _csv(path: Path, encoding: str, delimiter: str) -> pd.DataFrame:
    with path.open(encoding=encoding, newline="") as file:
        header = next(csv.reader(file, delimiter=delimiter), [])
    if not header:
        return pd.DataFrame()
    names = [str(number) for number in range(len(header))]  # headers may repeat; rows must have one field for each
    table = pc.read_csv(
        path,
        pc.ReadOptions(column_names=names, skip_rows=1, encoding=encoding),
        pc.ParseOptions(delimiter=delimiter, newlines_in_values=True),
        pc.ConvertOptions(column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False),
    )
    return table.to_pandas().set_axis(pd.Index(header), axis=1)


def _checked(frame: pd.DataFrame, path: Path) -> pd.DataFrame:
    names = [plain_name(column) for column in frame.columns]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise _refused(path, "I20", f"{len(twice)} columns have one name: {twice[0]!r}", "name them apart")
    if len(frame) == 0:
        raise _refused(path, "I25", "header only, no rows" if names else "empty file", "send the rows")
    return frame.set_axis(pd.Index(names, dtype=object), axis=1)


def _refused(path: Path, fault: str, what: str, remedy: str) -> InputRefused:
    return InputRefused(what, fault=fault, where=path.name, kept="nothing loaded", remedy=remedy)


def _brief(error: BaseException) -> str:
    """What a reader said, without the row that it quotes."""
    said = str(error).splitlines()[0] if str(error) else type(error).__name__
    return re.sub(r"(got \d+).*", r"\1", said)[:120]
