"""Looking into quarantine, masked, and judging refused rows again after a declaration was mended."""

from dataclasses import dataclass, replace
from pathlib import Path

import pyarrow.parquet as pq

from bassboss_lib.contracts import Unit, unit
from bassboss_lib.contracts.check import REASONS
from bassboss_lib.errors import CallError
from bassboss_lib.exchange import deliveries, quarantine
from bassboss_lib.exchange.disk import lock, on_disk
from bassboss_lib.exchange.limited import parse_files
from bassboss_lib.exchange.parquet import forget_texts, text_of
from bassboss_lib.exchange.sent import data_parts
from bassboss_lib.exchange.taking import Load
from bassboss_lib.ledger import Ledger
from bassboss_lib.workspace import Workspace

__all__ = ["Kept", "RefusedRow", "kept", "masked", "replay", "show"]

MASK = "***"


@dataclass(frozen=True)
class Kept:
    """Refused rows of one delivery: its identifier, how many there are, and the reasons with their counts."""

    delivery: str
    rows: int
    reasons: dict[str, int]


@dataclass(frozen=True)
class RefusedRow:
    """One refused row: its place, its code, the field and reason in words, and its line."""

    file: str
    line: int
    code: str
    field: str
    reason: str
    text: str


def kept(workspace: Workspace) -> list[Kept]:
    """List what lies in quarantine, by delivery."""
    found = []
    for path in sorted(workspace.quarantine.glob("*/month=*/part-*.parquet")):
        table = pq.read_table(path, partitioning=None, columns=["code"])
        counts: dict[str, int] = {}
        for code in table["code"].to_pylist():
            counts[code] = counts.get(code, 0) + 1
        found.append(Kept(_delivery_of(workspace, path), table.num_rows, counts))
    return sorted(found, key=lambda one: one.delivery)


def show(
    workspace: Workspace, delivery: str, language: str, *, limit: int = 20, clear: bool = False
) -> list[RefusedRow]:
    """Give refused rows of a delivery in words.

    Parameters
    ----------
    workspace, delivery : Workspace, str
        Where it lies, and which one, such as ``in-01002-10000-202610-00``.
    language : {"zh", "en"}
        Of field names and reasons.
    limit : int
        Rows given at most.
    clear : bool
        Give lines as they came; by default personal fields are masked.

    Raises
    ------
    CallError
        If nothing of this delivery lies in quarantine.
    """
    with Ledger(workspace.ledger) as ledger:
        found = deliveries.find(ledger, delivery)
    what = unit(found.stem.unit) if found and found.direction == "in" else None
    rows = quarantine.refused_rows(workspace, what, found.stem) if what and found else quarantine.COLUMNS.empty_table()
    if what is None or rows.num_rows == 0:
        raise CallError("nothing of it is in quarantine", where=delivery, remedy="see `bassboss quarantine list`")
    return [_in_words(what, row, language, clear) for row in rows.slice(0, limit).to_pylist()]


def masked(what: Unit, line: str) -> str:
    """Mask the personal fields of a line; the whole line where it does not have the unit's shape.

    Examples
    --------
    >>> masked(unit("balance"), "0001$202610$12x")
    '***$202610$12x'
    >>> masked(unit("balance"), "0001$2026")
    '*** (9 characters)'
    """
    if what.profile == "delimited":
        values = line.split("$")
        if len(values) == len(what.fields):
            return "$".join(MASK if one.personal else value for one, value in zip(what.fields, values, strict=True))
    return f"{MASK} ({len(line)} characters)"


def replay(workspace: Workspace, load: Load, delivery: str) -> Kept:
    """Judge a delivery's rows again from the archive, and load those that hold now beside those that did.

    Parameters
    ----------
    workspace : Workspace
        Archive, quarantine, warehouse and ledger.
    load : function
        Stores the rows of a delivery.
    delivery : str
        One that was taken in with refused rows.

    Returns
    -------
    Kept
        What is still refused.

    Raises
    ------
    CallError
        If it was not taken in with refused rows.
    """
    with lock(workspace.root / ".ingest.lock", "taking in"), Ledger(workspace.ledger) as ledger:
        found = deliveries.find(ledger, delivery)
        if found is None or found.direction != "in" or found.state != "partial":
            state = found.state if found else "unknown"
            remedy = "only what was taken in with refused rows is replayed; the rest is sent again"
            raise CallError(f"the delivery is {state}", where=delivery, remedy=remedy)
        what, parts = unit(found.stem.unit), data_parts(ledger, found)
        files = [(part.file, text_of(workspace, what, part), part.rows) for part in parts]
        with on_disk(delivery):
            checked = parse_files(workspace.quarantine, what, found.stem.period, files, hashed=False)
            load(workspace, what, found.stem, checked.table)
            refused = quarantine.keep(workspace, what, found.stem, checked.rejects, parts)
        forget_texts(workspace, parts)
        done = replace(found, loaded=checked.table.num_rows, quarantined=refused.num_rows)
        turned = done.turned("partial" if refused.num_rows else "accepted")
        with ledger.transaction():
            deliveries.put(ledger, turned, deliveries.parts(ledger, delivery))
            ledger.event(workspace.now, "replayed", delivery, {"loaded": done.loaded, "quarantined": done.quarantined})
    counts = refused.group_by("code").aggregate([("code", "count")]).to_pylist()
    return Kept(delivery, refused.num_rows, {row["code"]: row["code_count"] for row in counts})


def _in_words(what: Unit, row: dict, language: str, clear: bool) -> RefusedRow:
    field = what.fields[row["field"] - 1].title[language] if row["field"] else ""
    reason = REASONS[int(row["code"][-1])][language]
    text = row["raw_line"] if clear else masked(what, row["raw_line"])
    return RefusedRow(row["file"], row["line"], row["code"], field, reason, text)


def _delivery_of(workspace: Workspace, path: Path) -> str:
    period = path.parent.name.removeprefix("month=")
    what, rr = unit(path.parent.parent.name), path.stem.removeprefix("part-")
    return f"in-{what.code}-{workspace.settings.province}-{period}-{rr}"
