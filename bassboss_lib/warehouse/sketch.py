"""Propose a mapping for a table never seen, with the reasons as comments; a person decides.

What it looks for is what goes wrong most: codes that mean "missing", columns that know the answer because
they were written after it, repeated rows, identifiers and personal text that no model should see. It shows
names of columns and codes that many rows share, never a value that could belong to one customer.
"""

import csv
import json
import re
from pathlib import Path

import pandas as pd

from bassboss_lib import months
from bassboss_lib.errors import CallError
from bassboss_lib.warehouse.sketch_column import Look, binary_labels, look_at
from bassboss_lib.warehouse.wide_file import as_text, read_file

__all__ = ["sketch"]

FORMATS = {".csv": "csv", ".txt": "csv", ".dat": "csv", ".xlsx": "excel", ".parquet": "parquet"}
LABEL_WORDS = ("churn", "label", "target", "left", "exited", "attrition", "流失", "离网", "标签")
ID_WORDS = re.compile(r"(?<![a-z])(id|no|number|key|code)$|customer|msisdn|phone|user|编号|号码|客户号|用户号")
POSITIVE_WORDS = ("1", "yes", "y", "true", "churn", "churned", "是", "流失", "离网")


def sketch(path: Path) -> str:
    """Give the text of a mapping for a file.

    Raises
    ------
    CallError
        If the file's kind cannot be told from its name.
    InputRefused
        If it cannot be read, or has no rows.
    """
    form = FORMATS.get(path.suffix.lower())
    if form is None:
        known = ", ".join(FORMATS)
        raise CallError(f"unknown kind of file {path.suffix!r}", where=path.name, remedy=f"bring one of {known}")
    encoding, delimiter = _dialect(path) if form == "csv" else ("utf-8", ",")
    table = read_file(path, form, encoding=encoding, delimiter=delimiter)
    label = _label(table)
    y = binary_labels(table[label], _positive(table[label])) if label else None
    identifier = _identifier(table, label)
    month = _month(table)
    taken = {label, identifier, month}
    looks = [look_at(table[column], y) for column in table.columns if column not in taken]
    head = _head(path, form, encoding, delimiter)
    return "\n".join([*head, *_rows(table, identifier, month), *_labels(table, label), *_columns(looks)]) + "\n"


def _head(path: Path, form: str, encoding: str, delimiter: str) -> list[str]:
    name = re.sub(r"[^a-z0-9]+", "_", path.stem.lower()).strip("_") or "table"
    name = name if name[0].isalpha() else f"table_{name}"
    lines = [
        f"# Proposed for {path.name}; read every line, mend what is wrong, save it as params/sources/{name}.yaml.",
        f"name: {name}",
        f"zh: {_quote(path.stem)}",
        f"en: {_quote(path.stem)}",
        "origin: ''  # who gave the table, and under which terms",
        f"format: {form}",
    ]
    if form == "csv":
        lines += [f"encoding: {encoding}", f"delimiter: {_quote(delimiter)}"]
    return lines


def _rows(table: pd.DataFrame, identifier: str | None, month: str | None) -> list[str]:
    repeated = int(table.duplicated().sum())
    keep = "keep" if identifier or not repeated else "drop"
    return [
        f"identifier: {_quote(identifier) if identifier else 'null'}  # customer id; null numbers the rows",
        f"month: {_quote(month) if month else 'null'}  # month of the row, YYYYMM",
        f"duplicates: {keep}  # {repeated:,} of {len(table):,} rows repeat another one exactly",
        "prior: null  # share of the positive label in the population, if rows were sampled by label",
        "split: {kind: time}" if month else "split: {kind: folds, times: 5, folds: 5, seed: 0}  # no month: at random",
    ]


def _labels(table: pd.DataFrame, label: str | None) -> list[str]:
    if label is None:
        return ["label: {column: '', positive: ''}  # no column with two values has a name like churn: say which it is"]
    positive = _positive(table[label])
    share = float((as_text(table[label]) == positive).mean())
    text = f"label: {{column: {_quote(label)}, positive: {_quote(positive)}}}"
    return [f"{text}  # positive in {share:.1%} of the rows"]


def _columns(looks: list[Look]) -> list[str]:
    dropped = [look for look in looks if look.leave_out]
    kept = [look for look in looks if not look.leave_out]
    drop = [f"  {_quote(look.column)}: {_quote(look.leave_out)}" for look in dropped]
    lines = ["drop:", *drop] if drop else ["drop: {}"]
    names = _names([look.column for look in kept])
    return [*lines, "features:", *(_feature(look, name) for look, name in zip(kept, names, strict=True))]


def _names(columns: list[str]) -> list[str]:
    """Names for models; columns that give none, or one already taken, are numbered."""
    names: list[str] = []
    for number, column in enumerate(columns, 1):
        name = re.sub(r"[^a-z0-9]+", "_", column.lower()).strip("_")
        names.append(name if name and name[0].isalpha() and name not in names else f"feature_{number}")
    return names


def _feature(look: Look, name: str) -> str:
    title = _quote(look.column)
    missing = f", missing: [{', '.join(_quote(code) for code in look.missing)}]" if look.missing else ""
    kind = "" if look.kind == "number" else ", kind: category"
    note = f"  # {look.note}" if look.note else ""
    return f"  {title}: {{name: {name}, group: other, zh: {title}, en: {title}{kind}{missing}}}{note}"


def _label(table: pd.DataFrame) -> str | None:
    two = [column for column in table.columns if as_text(table[column]).nunique() == 2]
    named = [column for column in two if any(word in column.lower() for word in LABEL_WORDS)]
    return named[-1] if named else None


def _positive(values: pd.Series) -> str:
    counts = as_text(values).value_counts()
    named = [code for code in counts.index if code.lower() in POSITIVE_WORDS]
    return str(named[0] if named else counts.index[-1])


def _identifier(table: pd.DataFrame, label: str | None) -> str | None:
    """A column named like one, whose values differ in every row."""
    for column in table.columns:
        if column != label and ID_WORDS.search(column.lower()):
            values = as_text(table[column])
            if values.notna().all() and values.is_unique and not values.str.contains(".", regex=False).any():
                return str(column)
    return None


def _month(table: pd.DataFrame) -> str | None:
    for column in table.columns:
        if as_text(table[column].head(1000)).map(months.is_month).all():
            return str(column)
    return None


def _dialect(path: Path) -> tuple[str, str]:
    start = path.read_bytes()[:65536]
    encoding = "utf-8"
    try:
        text = start.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        # A character cut at the end of the piece is no sign of another encoding.
        encoding = "utf-8" if error.start > len(start) - 4 else "gb18030"
        text = start.decode(encoding, errors="ignore")
    try:
        return encoding, csv.Sniffer().sniff(text.splitlines()[0], delimiters=",;\t|$").delimiter
    except (csv.Error, IndexError):
        return encoding, ","


def _quote(text: str) -> str:
    """A YAML scalar; JSON strings are YAML."""
    return json.dumps(text, ensure_ascii=False)
