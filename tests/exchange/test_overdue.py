from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from bassboss_lib.errors import SomethingOverdue
from bassboss_lib.exchange.overdue import require_nothing_overdue, what_is_overdue
from bassboss_lib.ledger import Ledger
from bassboss_lib.warehouse import ingest
from bassboss_lib.workspace import Workspace
from tests.exchange.answers import ID, answer, file_receipt, record_receipt, said, send
from tests.exchange.conftest import balances


def found(workspace: Workspace, hours: int = 0) -> list[tuple[str, str]]:
    later = replace(workspace, now=workspace.now + timedelta(hours=hours))
    with Ledger(workspace.ledger) as ledger:
        return [(one.fault, one.where) for one in what_is_overdue(later, ledger)]


def test_O10_a_receipt_that_never_comes_is_overdue_after_its_deadline(workspace: Workspace) -> None:
    send(workspace)
    assert (found(workspace, 48), found(workspace, 49)) == ([], [("O10", ID)])
    late = replace(workspace, now=workspace.now + timedelta(hours=49))
    with (
        Ledger(workspace.ledger) as ledger,
        pytest.raises(SomethingOverdue, match="O10: OVERDUE: no receipt within 48 h") as caught,
    ):
        require_nothing_overdue(late, ledger)
    assert caught.value.exit_code == 11
    record_receipt(workspace)
    answer(workspace)
    assert found(workspace, 49) == []


def test_O13_a_dispute_is_reported_until_another_delivery_supersedes_it(workspace: Workspace) -> None:
    send(workspace)
    record_receipt(workspace)
    file_receipt(workspace, "00")
    answer(workspace)
    file_receipt(workspace, "05")
    answer(workspace)
    assert found(workspace) == [("O13", ID)]
    send(workspace, 2)
    assert found(workspace) == []


@pytest.mark.parametrize("rows", [{2: "31001051"}, {1: "31001051", 2: "31001051", 3: "31001051"}])
def test_O14_a_negative_receipt_is_reported_until_something_is_sent(workspace: Workspace, rows: dict) -> None:
    send(workspace)
    record_receipt(workspace, rows)
    answer(workspace)
    with Ledger(workspace.ledger) as ledger, pytest.raises(SomethingOverdue, match=f"{len(rows)} of 3 records refused"):
        require_nothing_overdue(workspace, ledger)
    send(workspace, 2)
    assert found(workspace) == []


def test_feedback_is_asked_for_some_weeks_after_the_acceptance(workspace: Workspace, deliver: Callable) -> None:
    send(workspace)
    record_receipt(workspace)
    answer(workspace)
    assert (found(workspace, 45 * 24), found(workspace, 45 * 24 + 1)) == ([], [("O10", ID)])
    deliver("retention_feedback", said([1]), "202611")
    answer(workspace)
    assert found(workspace, 45 * 24 + 1) == []


def test_I01_a_month_that_did_not_come_by_its_due_day_is_overdue(workspace: Workspace, deliver: Callable) -> None:
    deliver("balance", balances(month="202609"), "202609")
    ingest(workspace)
    assert found(workspace, 7 * 24) == []
    assert found(workspace, 8 * 24) == [("I01", "balance 202610")]


def test_O19_period_and_number_decide_and_not_the_clock(workspace: Workspace) -> None:
    send(workspace)
    back = replace(workspace, now=datetime(2026, 10, 25, 2, 30))
    assert send(back, 2) == "out-31001-10000-202610-01"
    with Ledger(workspace.ledger) as ledger:
        states = {row["id"]: row["state"] for row in ledger.rows("SELECT id, state FROM delivery")}
    assert states == {ID: "superseded", "out-31001-10000-202610-01": "released"}
    assert found(back) == []
    record_receipt(back)
    assert answer(back).applied == ["r_i_10000_202610_31001_00.verf"]


def test_O19_months_are_counted_over_the_turn_of_the_year(workspace: Workspace, deliver: Callable) -> None:
    deliver("balance", balances(month="202512"), "202512")
    deliver("balance", balances(month="202601"), "202601")
    report = ingest(workspace)
    assert ([one.period for one in report.loaded], report.warnings) == (["202512", "202601"], [])
    january = replace(workspace, now=datetime(2026, 2, 11))
    assert found(january, 0) == []
