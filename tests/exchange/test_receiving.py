import json
from collections.abc import Callable
from dataclasses import replace

import pytest

from bassboss_lib.errors import CallError, InputRefused, LedgerMismatch, SecurityRefused
from bassboss_lib.exchange import Stem, publish, withdraw
from bassboss_lib.exchange.correct import correct
from bassboss_lib.exchange.deliveries import find
from bassboss_lib.exchange.sent import sent_rows
from bassboss_lib.ledger import Ledger
from bassboss_lib.vault import Vault
from bassboss_lib.workspace import Workspace
from tests.exchange.answers import ID, SENT, answer, file_receipt, record_receipt, said, send, state
from tests.exchange.conftest import listed
from tests.exchange.inboxes import quarantined, stored
from tests.exchange.outboxes import LIST, outbox


def manifest(workspace: Workspace, stem: str) -> dict:
    return json.loads(outbox(workspace)[f"{stem}.json"])


def test_a_list_is_accepted_when_its_record_receipt_has_come(workspace: Workspace) -> None:
    send(workspace)
    file_receipt(workspace)
    assert answer(workspace).applied == [SENT.file_receipt(1)]
    assert state(workspace) == "released"
    record_receipt(workspace)
    report = answer(workspace)
    assert (report.applied, report.warnings()) == ([SENT.record_receipt], [])
    assert report.line() == "1 receipts; feedback: 0 deliveries, 0 rows loaded, 0 quarantined"
    assert (state(workspace), list(workspace.inbox.iterdir())) == ("accepted", [])


def test_after_a_rejection_the_whole_file_goes_again_and_quotes_the_receipt(workspace: Workspace) -> None:
    send(workspace)
    first = outbox(workspace)[SENT.data(1)]
    file_receipt(workspace, "05")
    answer(workspace)
    assert state(workspace) == "rejected"
    again = send(workspace)
    assert again == "out-31001-10000-202610-01"
    data = outbox(workspace)["i_10000_202610_31001_01_001.dat"]
    assert (data[:30], len(data)) == (first[:30], len(first))
    lineage = manifest(workspace, "i_10000_202610_31001_01")["lineage"]
    assert lineage == {"repeats": ID, "receipt": SENT.file_receipt(1)}


def test_a_restatement_supersedes_what_was_accepted(workspace: Workspace) -> None:
    send(workspace)
    record_receipt(workspace)
    answer(workspace)
    again = send(workspace, 2)
    assert (state(workspace), state(workspace, again)) == ("superseded", "released")
    file_receipt(workspace, "05")
    assert answer(workspace).disputed == []
    assert state(workspace) == "superseded"


def test_O11_a_receipt_for_an_unknown_delivery_is_put_aside(workspace: Workspace) -> None:
    send(workspace)
    file_receipt(workspace, "05", Stem("i", "10000", "202609", "31001", 0))
    file_receipt(workspace, "05", number=2)
    file_receipt(workspace, "05", replace(SENT, mode="a"))
    report = answer(workspace)
    assert [line.split(" | ")[0] for line in report.quarantined] == [
        "O11: a receipt for a delivery that was never released",
        "O11: a receipt for a delivery that was never released",
        "O11: a receipt for a file that is not in the delivery",
    ]
    assert (report.applied, state(workspace)) == ([], "released")
    assert list(workspace.inbox.iterdir()) == []
    with Ledger(workspace.ledger) as ledger:
        assert [row["state"] for row in ledger.rows("SELECT state FROM receipt")] == ["quarantined"] * 3


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"x" * 58,
        b"i_10000_202610_31001_00_002.dat         2026110409000005\r\n",
        b"i_10000_202610_31001_00_001.dat         2026139909000005\r\n",
        b"i_10000_202610_31001_00_001.dat         2026110409000055\r\n",
        b"i_10000_202610_31001_00_001.dat         20261104090000\xff5\r\n",
    ],
)
def test_O11_a_receipt_that_cannot_be_read_is_put_aside(workspace: Workspace, data: bytes) -> None:
    send(workspace)
    file_receipt(workspace).write_bytes(data)
    [line] = answer(workspace).quarantined
    assert line.startswith("O11: the receipt cannot be read")
    assert state(workspace) == "released"


def test_O12_a_duplicate_receipt_changes_nothing(workspace: Workspace) -> None:
    send(workspace)
    for _ in range(2):
        record_receipt(workspace, {2: "31001078"})
        report = answer(workspace)
    assert (report.again, report.applied, report.disputed) == ([SENT.record_receipt], [], [])
    assert report.line().startswith("0 receipts, 1 again")
    with Ledger(workspace.ledger) as ledger:
        assert len(ledger.rows("SELECT * FROM reject")) == 1
        assert len(ledger.rows("SELECT * FROM event WHERE kind = 'receipt applied'")) == 1


@pytest.mark.parametrize("then", ["05", "rows"])
def test_O13_accepted_and_then_rejected_is_a_dispute(workspace: Workspace, then: str) -> None:
    send(workspace)
    record_receipt(workspace)
    answer(workspace)
    if then == "rows":
        record_receipt(workspace, {1: "31001078"})
    else:
        file_receipt(workspace, then)
    report = answer(workspace)
    assert len(report.disputed) == 1
    assert report.warnings()[0].startswith("O13: ")
    assert state(workspace) == "accepted"


def test_O14_a_partial_receipt_links_37_rows_and_the_correction_holds_exactly_those(workspace: Workspace) -> None:
    send(workspace, 100)
    rows = range(3, 40)
    record_receipt(workspace, dict.fromkeys(rows, "31001051"))
    answer(workspace)
    assert state(workspace) == "partial"
    with Ledger(workspace.ledger) as ledger:
        kept = ledger.rows("SELECT row, code, pseudonym FROM reject ORDER BY row")
        whose = Vault(workspace).pseudonyms([f"{row:010d}" for row in rows]).to_pylist()
        assert [(row["row"], row["pseudonym"]) for row in kept] == list(zip(rows, whose, strict=True))
        mended = listed(100, msisdn=[f"171{number:08d}" for number in range(1, 101)])
        sent = correct(workspace, ledger, ID, mended)
        assert sent.id == "out-31001-10000-202610-01"
        held = sent_rows(workspace, ledger, find(ledger, sent.id))
    data = outbox(workspace)["a_10000_202610_31001_01_001.dat"]
    assert (len(data), data[:8], data[36 * 907 : 36 * 907 + 8]) == (37 * 907, b"1       ", b"37      ")
    assert held["msisdn"].to_pylist() == [f"171{row:08d}" for row in rows]
    lineage = manifest(workspace, "a_10000_202610_31001_01")["lineage"]
    assert lineage == {"corrects": ID, "receipt": SENT.record_receipt}
    assert state(workspace) == "partial"
    assert send(workspace, 100) == ID


def test_O14_only_refused_rows_of_a_partly_accepted_list_are_corrected(workspace: Workspace) -> None:
    send(workspace)
    with Ledger(workspace.ledger) as ledger:
        with pytest.raises(CallError, match="the delivery is released, not partial"):
            correct(workspace, ledger, ID, listed())
        record_receipt(workspace, {3: "31001051"})
        answer(workspace)
        with pytest.raises(CallError, match="none of the rows was refused"):
            correct(workspace, ledger, ID, listed(2))


def test_O15_rows_outside_the_file_put_the_receipt_aside(workspace: Workspace) -> None:
    send(workspace)
    record_receipt(workspace, {3: "31001051", 4: "31001051", 0: "31001051"})
    [line] = answer(workspace).quarantined
    assert line.startswith("O15: 2 of 3 rows refused are not in the file")
    assert (state(workspace), list(workspace.inbox.iterdir())) == ("released", [])


@pytest.mark.parametrize("code", ["32001051", "31001991", "31001050", "3100105x"])
def test_O15_a_code_of_another_unit_field_or_reason_puts_the_receipt_aside(workspace: Workspace, code: str) -> None:
    send(workspace)
    record_receipt(workspace, {1: code})
    assert "row or code is not of this unit" in answer(workspace).quarantined[0]


def test_all_rows_refused_is_a_rejection(workspace: Workspace) -> None:
    send(workspace)
    record_receipt(workspace, dict.fromkeys((1, 2, 3), "31001051"))
    answer(workspace)
    assert state(workspace) == "rejected"


def test_O16_feedback_before_the_receipt_is_held_and_applied_later(workspace: Workspace, deliver: Callable) -> None:
    send(workspace)
    deliver("retention_feedback", said([1, 2]), "202611")
    report = answer(workspace)
    assert "O16: 2 rows answer a list that BOSS has not acknowledged yet" in report.feedback.waiting[0]
    assert (report.feedback.loaded, len(list(workspace.inbox.iterdir()))) == ([], 3)
    record_receipt(workspace)
    assert answer(workspace).feedback.loaded[0].loaded == 2
    assert list(workspace.inbox.iterdir()) == []
    rows = stored(workspace, "retention_feedback", month="202611")
    assert [row["pseudonym"] for row in rows] == Vault(workspace).pseudonyms(["0000000001", "0000000002"]).to_pylist()


def test_O17_feedback_for_a_customer_never_sent_is_quarantined_and_counted(
    workspace: Workspace, deliver: Callable
) -> None:
    send(workspace)
    record_receipt(workspace)
    deliver("retention_feedback", said([1, 99, 2, *range(200, 220)]), "202611")
    report = answer(workspace)
    [loaded] = report.feedback.loaded
    assert (loaded.rows, loaded.loaded, loaded.quarantined) == (23, 2, 21)
    assert "21 of 23 rows quarantined" in report.warnings()[0]
    kept = quarantined(workspace, "retention_feedback", "202611")
    assert [row[:3] for row in kept[:2]] == [(2, 3, "31002037"), (4, 3, "31002037")]


def test_feedback_is_left_to_receive_and_sources_to_ingest(workspace: Workspace, inbox: object) -> None:
    assert answer(workspace).feedback.loaded == []
    assert len(list(workspace.inbox.iterdir())) == 3


def test_feedback_that_is_refused_stays_and_is_answered(workspace: Workspace, deliver: Callable) -> None:
    files = deliver("retention_feedback", said([1]), "202611")
    files[0].write_bytes(files[0].read_bytes()[:-1])
    with pytest.raises(InputRefused, match=r"I03: 390 bytes announced, 389 found \(code 05\)"):
        answer(workspace)
    assert files[0].exists()


def test_withdrawn_is_gone_and_its_number_is_not_used_again(workspace: Workspace) -> None:
    send(workspace)
    with Ledger(workspace.ledger) as ledger:
        assert withdraw(workspace, ledger, ID).state == "withdrawn"
        with pytest.raises(CallError, match="withdrawn, neither staged nor released"):
            withdraw(workspace, ledger, ID)
    assert outbox(workspace) == {}
    file_receipt(workspace)
    assert answer(workspace).quarantined[0].startswith("O11")
    assert send(workspace) == "out-31001-10000-202610-01"


def test_what_boss_has_picked_up_is_not_withdrawn(workspace: Workspace) -> None:
    send(workspace)
    (workspace.outbox / SENT.verification).unlink()
    with Ledger(workspace.ledger) as ledger, pytest.raises(CallError, match="BOSS has picked it up"):
        withdraw(workspace, ledger, ID)


def test_a_receipt_is_understood_after_boss_has_picked_the_files_up(workspace: Workspace) -> None:
    send(workspace)
    for path in workspace.outbox.glob("i_*"):
        path.unlink()
    record_receipt(workspace, {2: "31001051"})
    answer(workspace)
    assert state(workspace) == "partial"


def test_S20_an_inbox_that_everybody_may_write_is_refused(workspace: Workspace) -> None:
    workspace.inbox.chmod(0o777)
    with pytest.raises(SecurityRefused, match="S20: everybody may write receipts") as caught:
        answer(workspace)
    assert caught.value.exit_code == 12


def test_I30_a_receipt_that_is_a_link_is_refused(workspace: Workspace) -> None:
    (workspace.inbox / SENT.file_receipt(1)).symlink_to(workspace.root / "settings.yaml")
    with pytest.raises(SecurityRefused, match="I30: not a plain file"):
        answer(workspace)


def test_O07_other_content_gets_the_next_number(workspace: Workspace, ledger: Ledger) -> None:
    first = publish(workspace, ledger, LIST, "202610", listed())
    before = outbox(workspace)
    second = publish(workspace, ledger, LIST, "202610", listed(2))
    assert (first.id[-2:], second.id[-2:]) == ("00", "01")
    assert before.items() <= outbox(workspace).items()


def test_what_was_sent_and_altered_since_is_not_believed(workspace: Workspace) -> None:
    send(workspace)
    with (workspace.outbox / SENT.data(1)).open("r+b") as file:
        file.write(b"9")
    record_receipt(workspace, {2: "31001051"})
    with pytest.raises(LedgerMismatch, match="what was sent was altered") as caught:
        answer(workspace)
    assert (caught.value.exit_code, state(workspace)) == (10, "released")


def test_names_that_are_no_receipts_are_left_alone(workspace: Workspace) -> None:
    (workspace.inbox / "f_notes.txt").write_text("?")
    assert answer(workspace).applied == []
    assert (workspace.inbox / "f_notes.txt").exists()
