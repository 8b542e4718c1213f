import hashlib
import os
import signal
import warnings
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pyarrow as pa
import pytest

from bassboss_lib.errors import BassbossError, InputRefused
from bassboss_lib.ledger import Ledger
from bassboss_lib.warehouse import ingest
from bassboss_lib.workspace import Workspace
from tests.exchange.conftest import balances, customers
from tests.exchange.inboxes import DATA, LATE, STEM, receipts, refused, stored


def test_a_refusal_does_not_stop_the_others_and_counts_them(
    workspace: Workspace, inbox: Path, deliver: Callable
) -> None:
    for name in ("customer", "arrears"):
        path = deliver(name, customers() if name == "customer" else ARREARS)[0]
        os.truncate(path, 3)
    with pytest.raises(InputRefused, match=r"I03: .* \(and 1 more refused\)"):
        ingest(workspace)
    assert len(stored(workspace)) == 3


ARREARS = pa.table(
    {"customer_id": ["1"], "month": ["202610"], "months_owed": [1], "owed_fen": [5], "suspensions_total": [0]}
)


def test_a_month_asked_for_asks_for_all_its_units(workspace: Workspace, inbox: Path, deliver: Callable) -> None:
    deliver("balance", balances(1, "202609"), "202609")
    told: list[tuple] = []
    report = ingest(workspace, "202610", lambda *about: told.append(about))
    assert [one.period for one in report.loaded] == ["202610"]
    assert told == [(0, 1, str(STEM))]
    assert "cdr 202610: not delivered yet" in report.waiting
    with pytest.raises(InputRefused, match=r"not delivered.*and 9 more refused.*customer 202610"):
        ingest(replace(workspace, now=LATE), "202610")


@pytest.mark.parametrize("step", range(1, 5))
def test_a_kill_at_any_step_of_intake_loads_once(workspace: Workspace, deliver: Callable, step: int) -> None:
    deliver("customer", customers())
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        child = os.fork()
    if child == 0:
        os.environ["BASSBOSS_FAIL"] = f"intake:{step}"
        try:
            ingest(workspace)
        finally:
            os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL
    report = ingest(workspace)
    assert len(report.loaded) + len(report.already) == 1
    assert len(stored(workspace, "customer")) == 2
    assert len(receipts(workspace)) == 2
    assert list(workspace.inbox.iterdir()) == []


def test_a_refused_delivery_is_put_aside_once_its_resend_is_in(
    workspace: Workspace, inbox: Path, deliver: Callable
) -> None:
    os.truncate(inbox / DATA, 20)
    assert "I03" in refused(workspace)
    cut = hashlib.sha256((inbox / DATA).read_bytes()).hexdigest()
    deliver("balance", balances(), rr=1)
    report = ingest(workspace)
    assert [one.rr for one in report.loaded] == [1]
    assert report.warnings == [f"{STEM}: refused, and put aside for a later resend"]
    assert list(inbox.iterdir()) == []
    assert (workspace.archive / cut).exists()


def test_I31_a_file_that_vanishes_is_a_matter_of_the_disk(
    workspace: Workspace, inbox: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from bassboss_lib.exchange import verify

    def vanish(*_: object) -> None:
        raise FileNotFoundError(2, "No such file or directory")

    with monkeypatch.context() as patched:
        patched.setattr(verify, "archive", vanish)
        with pytest.raises(BassbossError) as caught:
            ingest(workspace)
    assert caught.value.exit_code == 74
    with Ledger(workspace.ledger) as ledger:
        assert ledger.rows("SELECT * FROM delivery") == []
    assert len(ingest(workspace).loaded) == 1


def test_I12_I13_a_gap_holds_an_incremental_unit_and_warns_of_a_snapshot(
    workspace: Workspace, deliver: Callable
) -> None:
    item = {"customer_id": ["1"], "fee_item": ["0101"], "receivable_fen": [1], "discount_fen": [0]}
    for month in ("202608", "202610"):
        deliver("bill_item", pa.table({**item, "month": [month]}), month)
        deliver("balance", balances(1, month), month)
    early = replace(workspace, now=datetime(2026, 10, 8))
    with pytest.raises(InputRefused, match="I12: bill_item of 202609 is missing"):
        ingest(workspace)
    report = ingest(early)
    assert report.waiting == ["s_10000_202610_03004_00: held until bill_item of 202609 comes"]
    deliver("bill_item", pa.table({**item, "month": ["202609"]}), "202609")
    assert [one.period for one in ingest(workspace).loaded] == ["202609", "202610"]


def test_I12_a_gap_in_a_snapshot_is_a_warning(workspace: Workspace, deliver: Callable) -> None:
    for month in ("202608", "202610"):
        deliver("balance", balances(1, month), month)
    assert ingest(workspace).warnings == ["i_10000_202610_03003_00: balance of 202609 never came"]
