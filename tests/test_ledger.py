import sqlite3
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import pytest

from bassboss_lib.errors import DiskFailed
from bassboss_lib.ledger import Ledger

NOW = datetime(2026, 11, 1)


def test_events_can_only_be_added(tmp_path: Path) -> None:
    with Ledger(tmp_path / "ledger.db") as ledger:
        ledger.event(NOW, "run", "10_retention_train", {"state": "DONE"})
        for statement in ("UPDATE event SET kind = 'x'", "DELETE FROM event"):
            with pytest.raises(sqlite3.IntegrityError, match="append-only"):
                ledger.execute(statement)
        assert [row["subject"] for row in ledger.rows("SELECT subject FROM event")] == ["10_retention_train"]


def test_a_transaction_happens_whole_or_not_at_all(tmp_path: Path) -> None:
    with Ledger(tmp_path / "ledger.db") as ledger:
        with pytest.raises(ValueError, match="stop"), ledger.transaction():
            ledger.event(NOW, "a", "b")
            raise ValueError("stop")
        assert ledger.one("SELECT 1 FROM event") is None


def test_R28_a_ledger_that_cannot_be_opened_is_a_disk_error(tmp_path: Path) -> None:
    with pytest.raises(DiskFailed, match="ledger cannot be used"):
        Ledger(tmp_path / "missing" / "ledger.db")


def test_a_copy_holds_everything_and_is_its_owners(tmp_path: Path) -> None:
    copied = tmp_path / "copied.db"
    with Ledger(tmp_path / "ledger.db") as ledger:
        ledger.event(NOW, "run", "10_retention_train")
        ledger.copy(copied)
        ledger.event(NOW, "run", "11_retention_list")
    assert copied.stat().st_mode & 0o777 == 0o600
    with Ledger(copied) as then:
        assert [row["subject"] for row in then.rows("SELECT subject FROM event")] == ["10_retention_train"]


def test_R28_a_copy_that_cannot_be_written_is_a_disk_error(tmp_path: Path) -> None:
    taken = tmp_path / "taken.db"
    taken.touch(0o600)
    taken.write_bytes(b"no database " * 100)
    with Ledger(tmp_path / "ledger.db") as ledger, pytest.raises(DiskFailed, match=r"taken\.db") as caught:
        ledger.copy(taken)
    assert caught.value.exit_code == 74


SHARED_BYTES = (510, 0x40000002)
TAKES_IT = (
    "import fcntl, sys\n"
    "with open(sys.argv[1], 'r+b') as file:\n"
    f"    fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB, {SHARED_BYTES[0]}, {SHARED_BYTES[1]})\n"
)


def test_R12_a_second_connection_of_a_process_does_not_drop_the_lock_of_the_first(tmp_path: Path) -> None:
    """SQLite holds a lock on these bytes as long as a connection is open; without it the file can be lost."""
    path = tmp_path / "ledger.db"
    with Ledger(path) as first:
        first.rows("SELECT * FROM run")
        with Ledger(path) as second:
            second.rows("SELECT * FROM run")
        taken = subprocess.run([sys.executable, "-c", TAKES_IT, str(path)], capture_output=True, text=True, check=False)
        assert taken.returncode != 0
        assert "BlockingIOError" in taken.stderr
    subprocess.run([sys.executable, "-c", TAKES_IT, str(path)], check=True)
