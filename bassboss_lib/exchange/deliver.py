"""Writing a delivery into a folder, as the counterpart does that sends us its months.

Data files first, then the manifest, then the verification file: the last one is the commit, and whoever reads the
folder ignores what has none. Publishing our own lists does more (`exchange.publish`): it remembers, reads back, and
survives a crash at any step.
"""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import pyarrow as pa

from bassboss_lib.contracts import Unit
from bassboss_lib.exchange import manifest as manifests
from bassboss_lib.exchange import verification
from bassboss_lib.exchange.content import content
from bassboss_lib.exchange.data_files import FILE_BYTES_MAX, write_parts
from bassboss_lib.exchange.disk import force_folder, on_disk, place
from bassboss_lib.exchange.manifest import Part
from bassboss_lib.exchange.names import Stem
from bassboss_lib.exchange.parquet import write_parquet

__all__ = ["verification_of", "write_delivery"]


def write_delivery(
    folder: Path,
    unit: Unit,
    period: str,
    table: pa.Table,
    *,
    province: str,
    created: datetime,
    rr: int = 0,
    manifest: bool = True,
    lineage: dict | None = None,
    bytes_max: int = FILE_BYTES_MAX,
    form: str = "dat",
) -> list[Path]:
    """Write one delivery: data files, manifest, verification file.

    Parameters
    ----------
    folder : Path
        Where to, such as the inbox.
    unit : Unit
        What is sent; its first mode is used.
    period : str
        ``YYYYMM``, or ``YYYYMMDD`` for a day.
    table : pyarrow.Table
        The rows: one column per field, written in the order given.
    province : str
        Five digits.
    created : datetime
        Time of the first build of this content; it stands in the verification file.
    rr : int
        Resend number.
    manifest : bool
        Whether a manifest is sent too.
    lineage : dict, optional
        Where the content comes from; stands in the manifest.
    bytes_max : int
        Size above which a new data file begins.
    form : {"dat", "parquet"}
        Of the data files; Parquet only where the unit allows it.

    Returns
    -------
    list of Path
        The files in the order in which they appeared.

    Raises
    ------
    CallError
        If the table's columns are not the unit's.
    GateRefused
        If a row cannot be written as it is (O24).
    DiskFailed
        If the disk refuses.
    """
    stem = Stem(unit.modes[0], province, period, unit.code, rr)
    said = content(unit, table, period)
    aside = folder / f".{stem}.tmp"
    with on_disk(str(stem)):
        aside.mkdir(parents=True, exist_ok=True)
        for leftover in aside.iterdir():
            leftover.unlink()
        if form == "parquet":
            parts = [write_parquet(aside, unit, stem, table)]
        else:
            parts = write_parts(aside, unit, stem, said.text, bytes_max)
        written = [(aside / part.file).rename(folder / part.file) for part in parts]
        aside.rmdir()
        force_folder(folder)
        if manifest:
            written.append(folder / stem.manifest)
            place(written[-1], manifests.render(unit, stem, parts, said, created=created, lineage=lineage))
        written.append(folder / stem.verification)
        place(written[-1], verification_of(stem, parts, created))
    return written


def verification_of(stem: Stem, parts: Sequence[Part], created: datetime) -> bytes:
    """Write the verification file of some data files."""
    lines = [verification.Line(part.file, part.bytes, part.rows, stem.period, created) for part in parts]
    return verification.render(lines)
