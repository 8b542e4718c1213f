"""Writing call records that are too many for one table: block by block into one Parquet file, with its totals.

The delivery that results is like any other: data file, manifest, verification file, in this order.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from bassboss_lib.contracts import Unit, control_totals, to_text, typed_schema
from bassboss_lib.contracts.text import key_hashes
from bassboss_lib.exchange import Stem, manifest
from bassboss_lib.exchange.content import Content
from bassboss_lib.exchange.deliver import verification_of
from bassboss_lib.exchange.disk import force_folder, on_disk, place, sha256_of
from bassboss_lib.exchange.manifest import Part

__all__ = ["write_large"]

ROWS_AT_ONCE = 1 << 20


def write_large(
    folder: Path, unit: Unit, month: str, blocks: Iterable[pa.Table], *, province: str, created: datetime
) -> list[Path]:
    """Write one delivery whose rows come in blocks; memory holds about a million rows at a time.

    Parameters
    ----------
    folder, unit, month, province, created
        As `exchange.write_delivery` takes them; the unit must allow Parquet.
    blocks : iterable of pyarrow.Table
        Typed rows; their customers may not overlap.

    Returns
    -------
    list of Path
        Data file, manifest, verification file.
    """
    stem = Stem(unit.modes[0], province, month, unit.code, 0)
    target = folder / stem.data(1, "parquet")
    aside = target.with_name(f".{target.name}.tmp")
    with on_disk(str(stem)):
        folder.mkdir(parents=True, exist_ok=True)
        rows, totals, keys = _write(aside, unit, blocks)
        aside.replace(target)
        force_folder(folder)
        parts = [Part(target.name, target.stat().st_size, rows, sha256_of(target))]
        said = Content(pa.table({}), totals, f"{keys % 2**64:016x}")
        place(folder / stem.manifest, manifest.render(unit, stem, parts, said, created=created))
        place(folder / stem.verification, verification_of(stem, parts, created))
    return [target, folder / stem.manifest, folder / stem.verification]


def _write(path: Path, unit: Unit, blocks: Iterable[pa.Table]) -> tuple[int, dict[str, int], int]:
    """Write the rows; give their number, control totals and the sum of their key hashes."""
    rows, keys, totals = 0, 0, dict.fromkeys(unit.totalled(), 0)
    keyed = replace(unit, fields=tuple(one for one in unit.fields if one.name in unit.key))
    with pq.ParquetWriter(path, typed_schema(unit), compression="zstd", compression_level=1) as file:
        for block in _gathered(blocks):
            file.write_table(block, ROWS_AT_ONCE)
            text = to_text(keyed, block.select(keyed.names))
            keys += int(key_hashes(unit, text).sum(dtype="uint64"))
            totals = {name: total + control_totals(unit, block)[name] for name, total in totals.items()}
            rows += block.num_rows
    return rows, totals, keys


def _gathered(blocks: Iterable[pa.Table]) -> Iterable[pa.Table]:
    """Join small blocks into ones of about `ROWS_AT_ONCE` rows."""
    waiting: list[pa.Table] = []
    for block in blocks:
        waiting.append(block)
        if sum(one.num_rows for one in waiting) >= ROWS_AT_ONCE:
            yield pa.concat_tables(waiting).combine_chunks()
            waiting = []
    if waiting:
        yield pa.concat_tables(waiting).combine_chunks()
