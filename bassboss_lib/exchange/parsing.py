"""The parse step of intake: data files of one delivery to checked rows.

It comes in two halves, since intake lets a child with limits do the first (`exchange.limited`): bytes to checked
blocks, and blocks to what is said of the delivery as a whole.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from bassboss_lib.contracts import Checked, Unit
from bassboss_lib.contracts.check import OTHER, RANGE, Block, check_block, conclude
from bassboss_lib.contracts.parallel import side_by_side
from bassboss_lib.contracts.reading import belated
from bassboss_lib.exchange import delimited, fixed
from bassboss_lib.exchange.codes import FileRefused
from bassboss_lib.exchange.data_files import blocks

__all__ = ["concluded", "parse_files", "parsed", "parsed_block", "raw_lines"]

DATED = ("same", "same_or_last", "as_of")


def parse_files(unit: Unit, period: str, files: Sequence[tuple[str, Path, int]]) -> Checked:
    """Parse and check the data files of a delivery in this process: what we wrote ourselves.

    Parameters
    ----------
    unit : Unit
        Their layout.
    period : str
        The period that their rows must belong to.
    files : sequence of (name, path, rows)
        Name for messages, where the bytes lie, and how many records there are.

    Returns
    -------
    Checked
        Row numbers count through all files of the delivery.

    Raises
    ------
    FileRefused
        If a file cannot be decoded (I15, I16), most rows are of another period (I27) or of another shape (I20).
    """
    return concluded(unit, period, list(parsed(unit, period, files)), files)


def parsed(
    unit: Unit, period: str, files: Sequence[tuple[str, Path | int, int]], *, hashed: bool = True
) -> Iterator[Block]:
    """Give the checked blocks of a delivery in order, a few being worked on at once; see `parse_files`.

    Where a file is a descriptor, it is read from there; ``hashed`` says whether anybody compares the key hash.
    """
    before = 0
    for name, source, rows in files:
        one = partial(parsed_block, unit, period, name, before, hashed=hashed)
        yield from side_by_side(one, blocks(source, unit, name))
        before += rows


def concluded(unit: Unit, period: str, found: list[Block], files: Sequence[tuple[str, Path, int]]) -> Checked:
    """Put blocks together, and refuse the delivery rather than its rows if most have the same thing wrong."""
    checked = conclude(unit, found)
    _refuse_wholesale(unit, checked, period, sum(rows for _, _, rows in files), files[0][0])
    return checked


def parsed_block(
    unit: Unit, period: str, name: str, before: int, records: tuple[int, bytes], *, hashed: bool = True
) -> Block:
    """Decode and check some records of a file; ``before`` are the rows of the files before it."""
    decode = fixed.decode if unit.profile == "fixed" else delimited.decode
    text, numbers, broken = decode(unit, records[1], records[0], name)
    block = check_block(unit, text, period, numbers + before, hashed=hashed)
    counted = broken.set_column(0, broken.schema.field(0), pc.add(broken["row"], before))
    return replace(block, rejects=pa.concat_tables([block.rejects, counted]))


def _refuse_wholesale(unit: Unit, checked: Checked, period: str, rows: int, where: str) -> None:
    """Refuse the file rather than its rows if most of them have the same thing wrong."""
    fields = checked.rejects["field"].to_numpy()
    reasons = checked.rejects["reason"].to_numpy()
    dated = [place for place, one in enumerate(unit.fields, start=1) if one.period in DATED]
    shapeless = int(((fields == 0) & (reasons == OTHER)).sum())
    if 2 * shapeless > rows:
        what = f"{shapeless:,} of {rows:,} lines do not have {len(unit.fields)} fields"
        raise FileRefused("18", what, fault="I20", where=where)
    strange = int((np.isin(fields, dated) & (reasons == RANGE)).sum())
    # One late record is late; a file of nothing else is the month before.
    strange += sum(int(belated(one, checked.table[one.name], period[:6]).sum()) for one in unit.fields)
    if 2 * strange > rows:
        raise FileRefused("07", f"{strange:,} of {rows:,} rows are of another period", fault="I27", where=where)


def raw_lines(unit: Unit, path: Path, lines: Sequence[int]) -> list[str]:
    """Give some lines of a data file as text, numbered from 1, in order; bytes that are none are escaped."""
    wanted, found = np.asarray(lines), []
    for first, data in blocks(path, unit):
        records = _records(unit, data)
        here = wanted[(wanted >= first) & (wanted < first + len(records))] - first
        found += [records[place].decode(unit.encoding, "backslashreplace") for place in here]
    return found


def _records(unit: Unit, data: bytes) -> list[bytes]:
    if unit.profile == "delimited":
        return data.split(b"\n")[:-1]
    size = unit.record_bytes
    return [data[at : at + size - 2] for at in range(0, len(data), size)]
