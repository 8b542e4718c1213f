import logging
import sqlite3
import sys
import warnings
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pyarrow as pa
import pytest

from bassboss_lib.contracts import unit
from bassboss_lib.errors import BassbossError, DiskFailed, GateRefused, InputRefused, LedgerMismatch, SecurityRefused
from bassboss_lib.exchange import publish, release, take_in
from bassboss_lib.ledger import Ledger
from bassboss_lib.reports import mask
from bassboss_lib.warehouse import ingest
from bassboss_lib.workspace import Workspace
from tests.exchange.conftest import balances, listed
from tests.exchange.inboxes import DATA, MANIFEST, VERF, refused, stored
from tests.exchange.outboxes import LIST, outbox


def test_O02_a_disk_that_rolls_back_by_itself_leaves_nothing_half_done(tmp_path: Path) -> None:
    """SQLite ends the transaction on a full disk; the refusal is told, and the ledger can be used on."""
    with Ledger(tmp_path / "ledger.db") as ledger:
        with pytest.raises(DiskFailed, match="the ledger cannot be used"), ledger.transaction():
            ledger.event(datetime(2026, 11, 1), "a", "b")
            ledger.execute("ROLLBACK")
            raise DiskFailed("the ledger cannot be used: disk full")
        assert ledger.rows("SELECT * FROM event") == []
        with pytest.raises(sqlite3.IntegrityError), ledger.transaction():
            ledger.event(datetime(2026, 11, 1), "a", "b")
            ledger.execute("DELETE FROM event")
        with ledger.transaction():
            ledger.event(datetime(2026, 11, 1), "c", "d")
        assert [row["kind"] for row in ledger.rows("SELECT kind FROM event")] == ["c"]


def test_O02_a_ledger_that_cannot_be_opened_is_a_matter_of_the_disk(tmp_path: Path) -> None:
    with pytest.raises(DiskFailed, match="the ledger cannot be used") as caught:
        Ledger(tmp_path / "nowhere" / "ledger.db")
    assert caught.value.exit_code == 74
    (tmp_path / "ledger.db").write_bytes(b"no database, whatever its name says" * 100)
    (tmp_path / "ledger.db").chmod(0o600)
    with pytest.raises(DiskFailed, match="not a database"):
        Ledger(tmp_path / "ledger.db")


def test_R28_a_ledger_that_may_only_be_read_is_a_matter_of_the_disk() -> None:
    with Ledger(Path(":memory:")) as ledger:
        ledger.execute("PRAGMA query_only = ON")
        with pytest.raises(DiskFailed, match="readonly") as caught:
            ledger.event(datetime(2026, 11, 1), "a", "b")
        assert caught.value.exit_code == 74
        assert ledger.one("SELECT * FROM event") is None


def test_S15_a_ledger_that_others_may_read_is_refused(tmp_path: Path) -> None:
    Ledger(tmp_path / "ledger.db").__exit__()
    (tmp_path / "ledger.db").chmod(0o640)
    with pytest.raises(SecurityRefused, match="S15: others may read it") as caught:
        Ledger(tmp_path / "ledger.db")
    assert caught.value.exit_code == 12


def test_O02_a_refusal_that_cannot_even_be_remembered_is_still_told(
    workspace: Workspace, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    honest = ledger.event

    def full(at: datetime, kind: str, *about: object) -> None:
        if kind == "failed":
            raise DiskFailed("the ledger cannot be used: disk full")
        honest(at, kind, *about)  # type: ignore[arg-type]

    def gate(table: pa.Table) -> None:
        raise GateRefused("too old", fault="O21")

    monkeypatch.setattr(ledger, "event", full)
    with pytest.raises(GateRefused, match="O21") as caught:
        publish(workspace, ledger, LIST, "202610", listed(), before_release=[gate])
    assert caught.value.__notes__ == ["the ledger cannot be used: disk full"]
    monkeypatch.undo()
    assert outbox(workspace) == {}
    assert publish(workspace, ledger, LIST, "202610", listed()).state == "released"


def test_O21_a_gate_on_leaving_keeps_a_staged_list_staged(workspace: Workspace, ledger: Ledger) -> None:
    seen = []

    def gate(table: pa.Table) -> None:
        seen.append(table["customer_id"].to_pylist())
        if len(seen) < 3:
            raise GateRefused("too old", fault="O21")

    with pytest.raises(GateRefused, match="O21"):
        publish(workspace, ledger, LIST, "202610", listed(), on_leaving=[gate])
    [row] = ledger.rows("SELECT id, state FROM delivery")
    assert (row["state"], outbox(workspace)) == ("staged", {})
    with pytest.raises(GateRefused, match="O21"):
        release(workspace, ledger, row["id"], [gate])
    assert release(workspace, ledger, row["id"], [gate]).state == "released"
    assert seen == [[f"{number:010d}" for number in (1, 2, 3)]] * 3


def test_O09_a_staged_list_that_was_altered_is_not_even_shown_to_the_gates(
    workspace: Workspace, ledger: Ledger
) -> None:
    manual = replace(workspace, settings=workspace.settings.model_copy(update={"release": "manual"}))
    staged = publish(manual, ledger, LIST, "202610", listed())
    with staged.files[0].open("ab") as file:
        file.write(b"x")
    with pytest.raises(LedgerMismatch, match="O09"):
        release(workspace, ledger, staged.id, [lambda _: None])


def test_a_list_without_a_time_of_submission_is_published_as_it_is(workspace: Workspace, ledger: Ledger) -> None:
    layout = replace(LIST, fields=tuple(one for one in LIST.fields if one.name != "submitted_at"))
    done = publish(workspace, ledger, layout, "202610", listed())
    assert done.files[0].stat().st_size == 3 * (907 - 14)
    later = replace(workspace, now=datetime(2026, 11, 5))
    assert publish(later, ledger, layout, "202610", listed()).already


def test_other_periods_stay_as_they_are_when_a_list_is_superseded(workspace: Workspace, ledger: Ledger) -> None:
    september = listed(analysis_month=["202609"] * 3)
    publish(workspace, ledger, LIST, "202609", september)
    for count in (3, 2):
        publish(workspace, ledger, LIST, "202610", listed(count))
    states = {row["id"]: row["state"] for row in ledger.rows("SELECT id, state FROM delivery")}
    assert states == {
        "out-31001-10000-202609-00": "released",
        "out-31001-10000-202610-00": "superseded",
        "out-31001-10000-202610-01": "released",
    }
    assert publish(workspace, ledger, LIST, "202609", september).already
    with pytest.raises(BassbossError, match="superseded, not staged"):
        release(workspace, ledger, "out-31001-10000-202610-00")


def test_I11_other_bytes_without_their_verification_file_wait_and_stay(
    workspace: Workspace, inbox: Path, deliver: Callable
) -> None:
    ingest(workspace)
    deliver("balance", balances(2))
    (inbox / VERF).unlink()
    assert "verf missing" in ingest(workspace).waiting[0]
    assert {path.name for path in inbox.iterdir()} == {DATA, MANIFEST}
    assert len(stored(workspace)) == 3


def test_O01_what_a_crash_left_of_a_loaded_delivery_is_cleared_away_even_after_the_due_day(
    workspace: Workspace, inbox: Path, deliver: Callable
) -> None:
    ingest(workspace)
    deliver("balance", balances())
    (inbox / VERF).unlink()
    late = replace(workspace, now=datetime(2027, 1, 1))
    assert ingest(late).line() == "0 deliveries, 0 rows loaded, 0 quarantined"
    assert list(inbox.iterdir()) == []


def test_rows_that_come_out_must_be_those_that_went_in(
    workspace: Workspace, inbox: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from bassboss_lib.exchange import taking

    honest = taking.parse_files

    def losing(*about: object, **more: object) -> object:
        checked = honest(*about, **more)  # type: ignore[arg-type]
        return replace(checked, table=checked.table.slice(1))

    monkeypatch.setattr(taking, "parse_files", losing)
    assert "3 rows in, 2 + 0 out" in refused(workspace, LedgerMismatch)


def test_I30_a_folder_or_a_link_in_the_inbox_is_refused_and_nothing_of_it_opened(
    workspace: Workspace, inbox: Path, tmp_path: Path
) -> None:
    (tmp_path / "secret").write_text("x")
    (inbox / DATA.replace("_001", "_002")).symlink_to(tmp_path / "secret")
    with pytest.raises(SecurityRefused, match="I30: not a plain file"):
        ingest(workspace)


def test_names_that_look_like_ours_are_refused_with_code_01_and_others_left_alone(workspace: Workspace) -> None:
    (workspace.inbox / "balance.dat").write_bytes(b"x")
    (workspace.inbox / "notes.txt").write_bytes(b"x")
    with pytest.raises(InputRefused, match=r"not a name of the interface \(code 01\)"):
        take_in(workspace, lambda *_: workspace.warehouse)


def test_a_daily_unit_is_due_on_the_day_after(workspace: Workspace) -> None:
    layout = unit("do_not_contact")
    name = f"i_10000_20261101_{layout.code}_00.verf"
    (workspace.inbox / name).write_bytes(b"")
    with pytest.raises(InputRefused, match="I02: data missing"):
        ingest(workspace)
    early = replace(workspace, now=datetime(2026, 11, 2, 12))
    assert "data missing" in ingest(early).waiting[0]


def test_S09_warnings_and_tracebacks_are_masked(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    honest = warnings.showwarning
    root, handler = logging.getLogger(), logging.StreamHandler(sys.stderr)
    monkeypatch.setattr(root, "handlers", [handler])
    try:
        mask.mask_logs()
        mask.mask_logs()
        warnings.showwarning(UserWarning("call 13812345678"), UserWarning, "a.py", 1)
        root.error("id 110105194912310021")
        try:
            raise KeyError("13912345678")
        except KeyError:
            told = mask.masked_traceback()
    finally:
        warnings.showwarning = honest
    said = capsys.readouterr().err + told
    assert "138****5678" in said
    assert "110***" in said
    assert "139****5678" in said
    assert not any(clear in said for clear in ("13812345678", "13912345678", "110105194912310021"))
