"""Look for people where they must not be: every number, identifier and name the vault knows, in every other file."""

import re
import sqlite3
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from bassboss_lib.workspace import Workspace

__all__ = ["canaries", "found", "spread"]

OPEN_FOLDERS = ("inbox", "archive", "vault", "boss", "quarantine")
"""Where identifiers in clear may be; the interface files in ``outbox/`` too, but not the receipts there."""

DIGITS = re.compile(r"(?<!\d)\d{11,12}(?!\d)")
HANZI = re.compile(r"[\u3400-\u9fff\U00020000-\U0003ffff]{3,}")


def canaries(workspace: Workspace, people: pa.Table | None = None) -> tuple[set[str], set[str]]:
    """Give numbers, identifiers and names of three characters or more: of some people, else of all in the vault."""
    wanted = ["msisdn", "customer_id", "name"]
    tables = [] if people is None else [people.select(wanted)]
    if people is None:
        kept = workspace.vault.glob("identity/*/*.parquet")
        tables = [pq.read_table(path, columns=wanted, partitioning=None) for path in kept]
    known = pa.concat_tables(tables)
    numbers = {*known["msisdn"].to_pylist(), *known["customer_id"].to_pylist()}
    return numbers, {name for name in known["name"].to_pylist() if name and len(name) >= 3}


def spread(workspace: Workspace) -> list[Path]:
    """List every file that may hold no person."""
    files = [path for path in workspace.root.rglob("*") if path.is_file()]
    inside = [(path, path.relative_to(workspace.root)) for path in files]
    return sorted(
        path
        for path, name in inside
        if not set(OPEN_FOLDERS).intersection(name.parts) and not ("outbox" in name.parts and name.suffix == ".dat")
    )


def found(workspace: Workspace, people: pa.Table | None = None) -> list[tuple[str, int]]:
    """Give the files in which somebody was found, with how many."""
    numbers, names = canaries(workspace, people)
    hits = []
    for path in spread(workspace):
        text = _text(path)
        words = "\n".join(set(HANZI.findall(text)))
        count = len(numbers.intersection(DIGITS.findall(text))) + sum(name in words for name in names)
        if count:
            hits.append((path.relative_to(workspace.root).as_posix(), count))
    return hits


def _text(path: Path) -> str:
    if path.suffix == ".parquet" and path.stat().st_size:
        table = pq.read_table(path, partitioning=None)
        strings = [name for name in table.column_names if pa.types.is_string(table.schema.field(name).type)]
        return "\n".join(str(value) for name in strings for value in table[name].unique().to_pylist())
    if path.name == "ledger.db":
        connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
        try:
            return "\n".join(connection.iterdump())
        finally:
            connection.close()
    data = path.read_bytes()
    return data.decode("utf-8", "replace") + "\n" + data.decode("gb18030", "replace")
