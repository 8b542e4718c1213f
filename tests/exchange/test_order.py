import itertools
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pyarrow as pa
import pytest

from bassboss_lib.errors import InputRefused
from bassboss_lib.exchange.disk import being_written
from bassboss_lib.warehouse import ingest, paths
from bassboss_lib.workspace import Workspace, open_workspace
from tests.exchange.conftest import balances
from tests.exchange.inboxes import DATA, LATE, VERF, stored


def payments(month: str) -> pa.Table:
    day = datetime(int(month[:4]), int(month[4:]), 5, 10)
    rows = {"customer_id": ["1"], "paid_at": [day], "amount_fen": [int(month[4:])]}
    stamped = pa.table({**rows, "channel": ["hall"], "method": ["cash"]})
    return stamped.set_column(1, "paid_at", stamped["paid_at"].cast(pa.timestamp("s")))


def loaded(workspace: Workspace) -> list[tuple[str, int]]:
    months = ["202608", "202609", "202610"]
    return [(month, row["amount_fen"]) for month in months for row in stored(workspace, "payment", month=month)]


@pytest.mark.parametrize("order", list(itertools.permutations(["202608", "202609", "202610"])))
def test_I13_any_order_of_arrival_ends_in_the_same_tables(
    workspace: Workspace, deliver: Callable, order: tuple[str, ...]
) -> None:
    deliver("payment", payments("202607"), "202607")
    ingest(workspace)
    for month in order:
        deliver("payment", payments(month), month)
        try:
            ingest(workspace)
        except InputRefused as held:
            assert held.fault == "I12"
    ingest(workspace)
    assert loaded(workspace) == [("202608", 8), ("202609", 9), ("202610", 10)]
    assert list(workspace.inbox.iterdir()) == []


def test_I09_a_file_still_being_written_is_not_picked_up(workspace: Workspace, inbox: Path) -> None:
    whole = (inbox / DATA).read_bytes()
    with (inbox / DATA).open("wb") as slow:
        slow.write(whole[:20])
        slow.flush()
        assert being_written(inbox / DATA)
        report = ingest(replace(workspace, now=LATE))
        assert (report.loaded, report.waiting) == ([], [f"{DATA}: still being written"])
        slow.write(whole[20:])
    assert not being_written(inbox / DATA)
    assert [one.rows for one in ingest(workspace).loaded] == [3]


def test_I09_without_its_verification_file_nothing_is_picked_up(workspace: Workspace, inbox: Path) -> None:
    line = (inbox / VERF).read_bytes()
    (inbox / VERF).unlink()
    (inbox / f"{VERF}.tmp").write_bytes(line)
    assert ingest(workspace).loaded == []
    assert stored(workspace) == []


def test_I25_an_empty_file_that_announces_millions_is_refused(workspace: Workspace, inbox: Path) -> None:
    (inbox / DATA).write_bytes(b"")
    line = (inbox / VERF).read_bytes()
    (inbox / VERF).write_bytes(line[:40] + b"0".ljust(20) + b"5000000".ljust(20) + line[80:])
    (inbox / DATA.replace("_001.dat", ".json")).unlink()
    with pytest.raises(InputRefused, match=r"I06: 5,000,000 records announced, 0 found \(code 06\)"):
        ingest(workspace)


def test_I28_an_old_month_is_read_as_it_was_known(workspace: Workspace, inbox: Path, deliver: Callable) -> None:
    ingest(workspace)
    later = open_workspace(workspace.root, "2026-11-05T08:00")
    deliver("balance", balances(2), rr=1)
    ingest(later)
    [now] = paths(later, "balance", ["202610"])
    [then] = paths(later, "balance", ["202610"], {"202610": 0})
    assert (now.name, then.name) == ("part-01.parquet", "part-00.parquet")
