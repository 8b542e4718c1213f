import hashlib
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from bassboss_lib.errors import InputRefused
from bassboss_lib.ledger import Ledger
from bassboss_lib.warehouse import ingest
from bassboss_lib.workspace import Workspace
from tests.exchange.conftest import balances
from tests.exchange.inboxes import DATA, LATE, MANIFEST, STEM, VERF, edit, forge, receipts, refused, stored


def test_a_delivery_is_loaded_archived_answered_and_remembered(workspace: Workspace, inbox: Path) -> None:
    files = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in inbox.iterdir()}
    report = ingest(workspace)
    assert report.line() == "1 deliveries, 3 rows loaded, 0 quarantined"
    assert [(row["month"], row["balance_fen"]) for row in stored(workspace)] == [
        ("202610", 100),
        ("202610", 200),
        ("202610", 300),
    ]
    assert list(inbox.iterdir()) == []
    assert {path.name for path in workspace.archive.iterdir()} == set(files.values())
    assert receipts(workspace) == {
        f"f_{DATA[:-4]}.verf": DATA.encode().ljust(40) + b"2026110308000000\r\n",
        f"r_{VERF}": b"",
    }
    with Ledger(workspace.ledger) as ledger:
        row = ledger.one("SELECT * FROM delivery")
        parts = {part["file"]: part["sha256"] for part in ledger.rows("SELECT * FROM part")}
    assert (row["state"], row["integrity"], row["rows"], row["loaded"]) == ("accepted", "sha256", 3, 3)
    assert parts == files


def test_without_a_manifest_only_counts_speak_for_the_bytes(workspace: Workspace, deliver: Callable) -> None:
    deliver("balance", balances(), manifest=False)
    assert ingest(workspace).loaded[0].integrity == "counts only"


def test_I01_data_without_verification_file_waits_and_is_missed_after_the_due_day(
    workspace: Workspace, inbox: Path
) -> None:
    (inbox / VERF).unlink()
    before = (inbox / DATA).read_bytes()
    assert ingest(workspace).waiting == [f"{STEM}: verf missing"]
    late = replace(workspace, now=LATE)
    assert "I01: verf missing" in refused(late)
    assert (inbox / DATA).read_bytes() == before


def test_I02_a_verification_file_without_data_waits_and_is_missed_after_the_due_day(
    workspace: Workspace, inbox: Path
) -> None:
    (inbox / DATA).unlink()
    assert ingest(workspace).waiting == [f"{STEM}: data missing"]
    assert "I02: data missing (code 02)" in refused(replace(workspace, now=LATE))


def test_I03_a_truncated_file_is_refused_by_its_bytes(workspace: Workspace, inbox: Path) -> None:
    os.truncate(inbox / DATA, (inbox / DATA).stat().st_size - 5)
    line = refused(workspace)
    assert "I03: 51 bytes announced, 46 found (code 05)" in line
    assert receipts(workspace)[f"f_{DATA[:-4]}.verf"].endswith(b"05\r\n")


def test_I04_a_shorter_last_number_is_refused_by_hash_and_by_total(workspace: Workspace, inbox: Path) -> None:
    data = (inbox / DATA).read_bytes()
    (inbox / DATA).write_bytes(data[:-3] + b"\n")
    assert "I03: 51 bytes announced, 49 found" in refused(workspace)
    forge(inbox)
    assert "I07: balance_fen adds up to 303, announced 600" in refused(workspace)


def test_I05_a_flipped_byte_is_refused_by_the_hash(workspace: Workspace, inbox: Path) -> None:
    data = bytearray((inbox / DATA).read_bytes())
    for place in range(0, len(data), 4):
        flipped = data.copy()
        flipped[place] ^= 1
        (inbox / DATA).write_bytes(flipped)
        assert "I05: SHA-256 is" in refused(workspace)
    (inbox / DATA).write_bytes(data)
    assert len(ingest(workspace).loaded) == 1


def test_I06_a_wrong_record_count_shows_both(workspace: Workspace, inbox: Path) -> None:
    line = (inbox / VERF).read_bytes()
    (inbox / VERF).write_bytes(line[:60] + b"4" + line[61:])
    assert "I06: 4 records announced, 3 found (code 06)" in refused(workspace)


def test_I07_a_control_total_wrong_by_one_fen(workspace: Workspace, inbox: Path) -> None:
    edit(inbox / MANIFEST, '"balance_fen": 600', '"balance_fen": 601')
    assert "I07: balance_fen adds up to 600, announced 601" in refused(workspace)


def test_I08_a_replaced_key_is_found_by_the_key_hash(workspace: Workspace, inbox: Path) -> None:
    edit(inbox / DATA, "00002$", "00009$")
    forge(inbox)
    assert "I08: the keys are not those announced" in refused(workspace)


def test_I10_the_same_delivery_again_changes_nothing_and_has_the_same_receipt(
    workspace: Workspace, inbox: Path, deliver: Callable
) -> None:
    ingest(workspace)
    first, rows = receipts(workspace), stored(workspace)
    for name in first:
        (workspace.outbox / "receipts" / name).unlink()
    deliver("balance", balances())
    later = replace(workspace, now=LATE)
    report = ingest(later)
    assert report.already == [str(STEM)]
    assert report.line() == "0 deliveries, 0 rows loaded, 0 quarantined; 1 already loaded"
    assert (receipts(workspace), stored(workspace), list(inbox.iterdir())) == (first, rows, [])


def test_I11_the_same_name_with_other_bytes_is_refused_with_code_13(
    workspace: Workspace, inbox: Path, deliver: Callable
) -> None:
    ingest(workspace)
    rows = stored(workspace)
    deliver("balance", balances(2))
    with pytest.raises(InputRefused, match=r"I11: accepted before with other bytes \(code 13\)"):
        ingest(workspace)
    assert stored(workspace) == rows
    with Ledger(workspace.ledger) as ledger:
        assert ledger.one("SELECT state FROM delivery")["state"] == "accepted"


def test_I27_a_manifest_of_another_month(workspace: Workspace, inbox: Path) -> None:
    edit(inbox / MANIFEST, '"period": "202610"', '"period": "202609"')
    assert "I27: the manifest speaks of another unit or period (code 07)" in refused(workspace)


def test_I28_a_restatement_lies_beside_the_old_version(workspace: Workspace, inbox: Path, deliver: Callable) -> None:
    ingest(workspace)
    deliver("balance", balances(2), rr=1)
    ingest(workspace)
    assert (len(stored(workspace)), len(stored(workspace, rr=1))) == (3, 2)
