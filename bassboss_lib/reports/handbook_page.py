"""The interface handbook as one page to hand to the BOSS team: no script, nothing from elsewhere, prints well.

Everything that can be computed is: layouts from the declarations, records by the writer that writes real deliveries,
error codes from the tables that our own receipts use.
"""

import hashlib
import re
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pandas as pd
import pyarrow as pa

from bassboss_lib.contracts import CodeList, Unit, check, units
from bassboss_lib.contracts import unit as declared
from bassboss_lib.contracts.check import REASONS
from bassboss_lib.contracts.handbook import code_lists_of, example, example_period, layout
from bassboss_lib.exchange import delimited, fixed, manifest, receipts, verification
from bassboss_lib.exchange.codes import FILE_CODES
from bassboss_lib.exchange.content import content
from bassboss_lib.exchange.names import Stem
from bassboss_lib.reports.page import fill
from bassboss_lib.reports.sanitize import markup
from bassboss_lib.reports.sentences import Language
from bassboss_lib.reports.tables import table
from bassboss_lib.reports.writing import write_text

__all__ = ["codes_frame", "layout_frame", "record", "render", "write_handbook"]

EXAMPLE = "31001"
FIELD = re.compile(r'{\s+("name": "[^"]+",)\s+("type": "[^"]+",)\s+("width": \d+)\s+}')
"""A field in a manifest; on one line each, the example fits a page."""
CREATED = datetime(2026, 11, 3, 8, 0, 0)
TITLES = {
    "zh": {"place": "序号", "name": "字段", "title": "名称", "type": "类型", "bytes": "字节位置",
           "width": "宽度", "empty": "可空", "allowed": "取值", "example": "示例", "meaning": "说明"},
    "en": {"place": "no.", "name": "field", "title": "title", "type": "type", "bytes": "bytes",
           "width": "width", "empty": "optional", "allowed": "values", "example": "example",
           "meaning": "meaning"},
}  # fmt: skip
CODE_TITLES = {"zh": {"code": "代码", "title": "含义"}, "en": {"code": "code", "title": "meaning"}}


@dataclass(frozen=True)
class _Files:
    """The files of an example delivery, as text."""

    data: str
    record: str
    verification: str
    manifest: str
    file_receipt: str
    record_receipt: str


def write_handbook(path: Path, language: Language, province: str) -> Path:
    """Write the handbook as one HTML file.

    Raises
    ------
    DiskFailed
        If it cannot be written.
    """
    return write_text(path, render(language, province))


def render(language: Language, province: str) -> str:
    """Give the handbook of every unit declared, in one language, with names of the given province."""
    shown = [_unit(one, language, province) for one in units()]
    lists = {found.name: found for one in units() for found in code_lists_of(one)}
    return fill(
        "handbook.html.j2",
        language,
        title="接口手册" if language == "zh" else "Interface handbook",
        units=shown,
        lists=[_list(lists[name], language) for name in sorted(lists)],
        example=_files(declared(EXAMPLE), province),
        file_codes=_codes(FILE_CODES, language),
        reasons=_codes({str(digit): text for digit, text in REASONS.items()}, language),
    )


def layout_frame(unit: Unit, language: Language) -> pd.DataFrame:
    """Give the layout of a unit for readers: one row per field in the order of the file; empty columns left out."""
    shown = {"row_number": "1", **example(unit).to_pylist()[0]}
    rows = [
        {
            "place": row.place,
            "name": row.field.name,
            "title": row.field.title[language],
            "type": row.field.type,
            "bytes": f"{row.first}–{row.last}" if row.first else "",
            "width": row.field.width,
            "empty": row.field.nullable,
            "allowed": row.allowed,
            "example": shown[row.field.name],
            "meaning": row.field.meaning.get(language, ""),
        }
        for row in layout(unit)
    ]
    frame = pd.DataFrame(rows)
    return frame.drop(columns=[name for name in ("bytes", "meaning") if not frame[name].any()])


def codes_frame(codes: CodeList, language: Language) -> pd.DataFrame:
    """Give a value list for readers: one row per code."""
    return pd.DataFrame([{"code": code, "title": codes.text(code, language)} for code in codes.codes])


def record(unit: Unit, text: pa.Table) -> str:
    """Give a record as the file carries it, its line end shown as ``<CR><LF>`` or ``<LF>``."""
    data = fixed.encode(unit, text) if unit.profile == "fixed" else delimited.encode(unit, text)
    return _visible(data, unit.encoding)


def _unit(unit: Unit, language: Language, province: str) -> dict[str, object]:
    return {
        "unit": unit,
        "title": unit.title[language],
        "layout": markup(table(layout_frame(unit, language), titles=TITLES[language], rows_max=200).text),
        "lists": [(codes.name, codes.title[language]) for codes in code_lists_of(unit)],
        "name": _stem(unit, province).data(1),
        "record": record(unit, example(unit)),
    }


def _list(codes: CodeList, language: Language) -> dict[str, object]:
    shown = table(codes_frame(codes, language), titles=CODE_TITLES[language], rows_max=200)
    return {"name": codes.name, "title": codes.title[language], "table": markup(shown.text)}


def _codes(codes: dict[str, dict[str, str]], language: Language) -> object:
    frame = pd.DataFrame([{"code": code, "title": text[language]} for code, text in codes.items()])
    return markup(table(frame, titles=CODE_TITLES[language], rows_max=len(frame)).text)


def _stem(unit: Unit, province: str) -> Stem:
    return Stem(unit.modes[0], province, example_period(unit), unit.code, 0)


def _files(unit: Unit, province: str) -> _Files:
    """Make an example delivery of one record, and the receipts it could get."""
    stem, text = _stem(unit, province), example(unit)
    data = fixed.encode(unit, text)
    said = content(unit, check(unit, text, stem.period).table, stem.period)
    part = manifest.Part(stem.data(1), len(data), 1, hashlib.sha256(data).hexdigest())
    line = verification.Line(stem.data(1), len(data), 1, stem.period, CREATED)
    refused = pa.table({"file": [stem.data(1)], "line": [1], "code": [f"{unit.code}012"]})
    return _Files(
        stem.data(1),
        record(unit, text),
        _visible(verification.render([line]), "ascii"),
        FIELD.sub(r"{\1 \2 \3}", manifest.render(unit, stem, [part], said, created=CREATED).decode()),
        _visible(receipts.file_line(stem.data(1), CREATED, "00"), "ascii"),
        _visible(receipts.record_lines(refused), "ascii"),
    )


def _visible(data: bytes, encoding: str) -> str:
    return data.decode(encoding).replace("\r", "<CR>").replace("\n", "<LF>")
