"""Helpers of the tests that do something to a delivery in the inbox and look at what became of it."""

import hashlib
import json
from datetime import datetime
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from bassboss_lib.errors import BassbossError, InputRefused
from bassboss_lib.exchange import Stem
from bassboss_lib.warehouse import ingest
from bassboss_lib.workspace import Workspace

STEM = Stem("i", "10000", "202610", "03003", 0)
DATA, MANIFEST, VERF = STEM.data(1), STEM.manifest, STEM.verification
LATE = datetime(2026, 11, 11)


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_bytes().decode()
    assert old in text
    path.write_bytes(text.replace(old, new, 1).encode())


def forge(inbox: Path) -> None:
    """Make manifest and verification file say what the data file now is: only the sums can tell."""
    data = (inbox / DATA).read_bytes()
    manifest = json.loads((inbox / MANIFEST).read_text())
    about = {"hash": f"sha256:{hashlib.sha256(data).hexdigest()}", "bytes": len(data)}
    manifest["resources"][0] |= about
    (inbox / MANIFEST).write_text(json.dumps(manifest))
    line = (inbox / VERF).read_bytes()
    (inbox / VERF).write_bytes(line[:40] + str(len(data)).encode().ljust(20) + line[60:])


def stored(workspace: Workspace, table: str = "balance", rr: int = 0, month: str = "202610") -> list[dict]:
    path = workspace.warehouse / table / f"month={month}" / f"part-{rr:02d}.parquet"
    return pq.read_table(path, partitioning=None).to_pylist() if path.exists() else []


def quarantined(workspace: Workspace, table: str = "balance", month: str = "202610") -> list[tuple]:
    path = workspace.quarantine / table / f"month={month}" / "part-00.parquet"
    rows = pq.read_table(path, partitioning=None).to_pylist()
    return [(row["line"], row["field"], row["code"], row["raw_line"]) for row in rows]


def receipts(workspace: Workspace) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted((workspace.outbox / "receipts").glob("*"))}


def refused(workspace: Workspace, kind: type[BassbossError] = InputRefused) -> str:
    """Take in, expect a refusal, and expect that nothing was loaded."""
    with pytest.raises(kind) as caught:
        ingest(workspace)
    assert not list(workspace.warehouse.glob("*/*/*"))
    return caught.value.line()
