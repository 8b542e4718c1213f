"""Our receipts (校验报告) for what BOSS delivered: one per data file, and one that lists refused records.

They are written from what is remembered, so that the receipt of a repeated delivery has the same bytes.
"""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import pyarrow as pa

from bassboss_lib.exchange.disk import on_disk, place
from bassboss_lib.exchange.names import Stem
from bassboss_lib.workspace import Workspace

__all__ = ["accept", "file_line", "record_lines", "refuse"]


def file_line(file: str, at: datetime, code: str) -> bytes:
    """Write the receipt of one file: its name in 40 bytes, the time in 14, the code in 2, CRLF.

    Examples
    --------
    >>> file_line("i_10000_202610_01002_00_001.dat", datetime(2026, 11, 3, 2), "00")
    b'i_10000_202610_01002_00_001.dat         2026110302000000\\r\\n'
    """
    return f"{file:<40}{at:%Y%m%d%H%M%S}{code}\r\n".encode("ascii")


def record_lines(refused: pa.Table) -> bytes:
    """Write one line per refused record: file in 40 bytes, line in 8, code in 8, CRLF; nothing if none was refused."""
    rows = refused.select(["file", "line", "code"]).to_pylist()
    return "".join(f"{row['file']:<40}{row['line']:<8}{row['code']}\r\n" for row in rows).encode("ascii")


def accept(workspace: Workspace, stem: Stem, files: Sequence[str], at: datetime, refused: pa.Table) -> list[Path]:
    """Write the receipts of a delivery that was taken in: code 00 for every file, then the refused records."""
    lines = {stem.file_receipt(number): file_line(file, at, "00") for number, file in enumerate(files, start=1)}
    return _write(workspace, {**lines, stem.record_receipt: record_lines(refused)})


def refuse(workspace: Workspace, stem: Stem, number: int, at: datetime, code: str) -> list[Path]:
    """Write the receipt of a file that was refused; number 0 if it is the verification file itself."""
    file = stem.data(number) if number else stem.verification
    return _write(workspace, {stem.file_receipt(number): file_line(file, at, code)})


def _write(workspace: Workspace, files: dict[str, bytes]) -> list[Path]:
    folder = workspace.outbox / "receipts"
    with on_disk("outbox/receipts"):
        for name, data in files.items():
            place(folder / name, data)
    return [folder / name for name in files]
