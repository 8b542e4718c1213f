"""The ledger: what was delivered, run, trained and decided, in one SQLite file.

Many short processes write tiny durable transactions into it (write-ahead log, full synchronisation). Events are
append-only. The rooms keep their own statements; this file opens the ledger and owns its tables, so that they can be
read in one place.
"""

import json
import os
import sqlite3
import stat
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from datetime import datetime
from pathlib import Path

from bassboss_lib.errors import DiskFailed, SecurityRefused

__all__ = ["Ledger"]

IN_MEMORY = ":memory:"
AGAIN = "free the disk and run again"

TABLES = """
CREATE TABLE IF NOT EXISTS event (
    id INTEGER PRIMARY KEY, at TEXT NOT NULL, kind TEXT NOT NULL, subject TEXT NOT NULL, detail TEXT NOT NULL
) STRICT;
CREATE TRIGGER IF NOT EXISTS event_no_update BEFORE UPDATE ON event BEGIN SELECT RAISE(ABORT, 'append-only'); END;
CREATE TRIGGER IF NOT EXISTS event_no_delete BEFORE DELETE ON event BEGIN SELECT RAISE(ABORT, 'append-only'); END;
CREATE TABLE IF NOT EXISTS delivery (
    id TEXT PRIMARY KEY, direction TEXT NOT NULL CHECK (direction IN ('in', 'out')), unit TEXT NOT NULL,
    province TEXT NOT NULL, period TEXT NOT NULL, mode TEXT NOT NULL, rr INTEGER NOT NULL, state TEXT NOT NULL,
    content_sha256 TEXT NOT NULL, built_at TEXT NOT NULL, integrity TEXT NOT NULL, rows INTEGER NOT NULL,
    loaded INTEGER, quarantined INTEGER, UNIQUE (direction, unit, province, period, rr)
) STRICT;
CREATE TABLE IF NOT EXISTS part (
    delivery TEXT NOT NULL REFERENCES delivery (id), file TEXT NOT NULL, bytes INTEGER NOT NULL,
    rows INTEGER NOT NULL, sha256 TEXT NOT NULL, PRIMARY KEY (delivery, file)
) STRICT;
CREATE TABLE IF NOT EXISTS receipt (
    name TEXT NOT NULL, sha256 TEXT NOT NULL, delivery TEXT NOT NULL, verdict TEXT NOT NULL, code TEXT NOT NULL,
    refused INTEGER NOT NULL, at TEXT NOT NULL, state TEXT NOT NULL, PRIMARY KEY (name, sha256)
) STRICT;
CREATE TABLE IF NOT EXISTS reject (
    delivery TEXT NOT NULL, file TEXT NOT NULL, row INTEGER NOT NULL, code TEXT NOT NULL, pseudonym TEXT NOT NULL,
    receipt TEXT NOT NULL, PRIMARY KEY (delivery, file, row)
) STRICT;
CREATE TABLE IF NOT EXISTS run (
    id TEXT PRIMARY KEY, notebook TEXT NOT NULL, month TEXT NOT NULL, source TEXT NOT NULL, state TEXT NOT NULL,
    started_at TEXT NOT NULL, ended_at TEXT, exit_code INTEGER, folder TEXT NOT NULL, parameters TEXT NOT NULL,
    versions TEXT NOT NULL, figures TEXT NOT NULL DEFAULT '{}', message TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE TABLE IF NOT EXISTS run_detail (
    run TEXT PRIMARY KEY REFERENCES run (id), fingerprint TEXT NOT NULL DEFAULT '{}', owner TEXT NOT NULL DEFAULT '',
    peak_memory_bytes INTEGER, elapsed_s REAL
) STRICT;
CREATE TABLE IF NOT EXISTS run_input (
    run TEXT NOT NULL REFERENCES run (id), unit TEXT NOT NULL, period TEXT NOT NULL, rr INTEGER NOT NULL,
    delivery TEXT NOT NULL, PRIMARY KEY (run, unit, period)
) STRICT;
CREATE TABLE IF NOT EXISTS model (
    id TEXT PRIMARY KEY, function TEXT NOT NULL, source TEXT NOT NULL, month TEXT NOT NULL, created_at TEXT NOT NULL,
    sha256 TEXT NOT NULL, figures TEXT NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS champion (
    function TEXT NOT NULL, source TEXT NOT NULL, model TEXT NOT NULL REFERENCES model (id), since TEXT NOT NULL,
    PRIMARY KEY (function, source)
) STRICT;
CREATE TABLE IF NOT EXISTS promotion (
    id INTEGER PRIMARY KEY, at TEXT NOT NULL, kind TEXT NOT NULL CHECK (kind IN ('promote', 'rollback')),
    function TEXT NOT NULL, source TEXT NOT NULL, model TEXT NOT NULL REFERENCES model (id), previous TEXT NOT NULL,
    why TEXT NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS campaign_part (
    kind TEXT NOT NULL CHECK (kind IN ('assignment', 'outcome')), campaign TEXT NOT NULL, version INTEGER NOT NULL,
    month TEXT NOT NULL, rows INTEGER NOT NULL, sha256 TEXT NOT NULL, counts TEXT NOT NULL, at TEXT NOT NULL,
    PRIMARY KEY (kind, campaign, version)
) STRICT;
CREATE TRIGGER IF NOT EXISTS campaign_part_no_update BEFORE UPDATE ON campaign_part
    BEGIN SELECT RAISE(ABORT, 'append-only'); END;
CREATE TRIGGER IF NOT EXISTS campaign_part_no_delete BEFORE DELETE ON campaign_part
    BEGIN SELECT RAISE(ABORT, 'append-only'); END;
"""


class Ledger:
    """An open ledger.

    Parameters
    ----------
    path : Path
        The SQLite file; it is created with its tables where it is missing.

    Raises
    ------
    DiskFailed
        If the file cannot be opened or written.
    SecurityRefused
        If others can read it (S15); it is 0600, and so are the files SQLite puts beside it.

    Examples
    --------
    >>> with Ledger(Path(":memory:")) as ledger:
    ...     ledger.event(datetime(2026, 11, 1), "run", "10_retention_train", {"state": "done"})
    ...     [row["kind"] for row in ledger.rows("SELECT kind FROM event")]
    ['run']
    """

    def __init__(self, path: Path) -> None:
        _keep_private(path)
        try:
            self._connection = sqlite3.connect(path, isolation_level=None, timeout=30)
            self._connection.row_factory = sqlite3.Row
            for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
                self._connection.execute(f"PRAGMA {pragma}")
            self._connection.executescript(TABLES)
        except sqlite3.Error as error:
            raise _disk(path, error) from error
        self._path = path

    def __enter__(self) -> "Ledger":
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All statements inside it happen, or none; other writers wait."""
        self.execute("BEGIN IMMEDIATE")
        try:
            yield
            self.execute("COMMIT")
        except BaseException:
            if self._connection.in_transaction:  # a full disk may have rolled it back already
                self._connection.rollback()
            raise

    def execute(self, statement: str, values: tuple | dict = ()) -> int:
        """Run one statement with bound values; give the number of rows it changed."""
        return self._run(statement, values).rowcount

    def rows(self, statement: str, values: tuple | dict = ()) -> list[sqlite3.Row]:
        """Read rows; columns by name."""
        return self._run(statement, values).fetchall()

    def one(self, statement: str, values: tuple | dict = ()) -> sqlite3.Row | None:
        """Read the first row, or None."""
        return self._run(statement, values).fetchone()

    def event(self, at: datetime, kind: str, subject: str, detail: dict | None = None) -> None:
        """Append an event: what happened to what, at which time of the run's clock."""
        text = json.dumps(detail or {}, ensure_ascii=False, sort_keys=True)
        row = (at.isoformat(), kind, subject, text)
        self.execute("INSERT INTO event (at, kind, subject, detail) VALUES (?, ?, ?, ?)", row)

    def copy(self, path: Path) -> None:
        """Copy the whole ledger into a new file of its owner's, as it is at this moment."""
        _keep_private(path)
        try:
            with closing(sqlite3.connect(path)) as other:
                self._connection.backup(other)
        except sqlite3.Error as error:
            raise _disk(path, error) from error

    def _run(self, statement: str, values: tuple | dict) -> sqlite3.Cursor:
        try:
            return self._connection.execute(statement, values)
        except sqlite3.OperationalError as error:
            raise _disk(self._path, error) from error


def _keep_private(path: Path) -> None:
    """Create the file for its owner only; refuse one that others can read."""
    if str(path) == IN_MEMORY:
        return
    try:
        # Only a file that is not there is opened: closing a handle drops every lock that this process holds on a file,
        # also those of another connection, and a ledger without its lock can be destroyed by two processes.
        with suppress(FileExistsError):
            os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
        mode = stat.S_IMODE(path.stat().st_mode)
    except OSError as error:
        raise DiskFailed(f"the ledger cannot be used: {error.strerror}", where=str(path), remedy=AGAIN) from error
    if mode & 0o077:
        raise SecurityRefused(
            f"others may read it (mode {mode:04o})",
            fault="S15",
            where=path.name,
            remedy="check who did, then `chmod go-rwx` it",
        )


def _disk(path: Path, error: sqlite3.Error) -> DiskFailed:
    return DiskFailed(f"the ledger cannot be used: {error}", where=str(path), remedy=AGAIN)
