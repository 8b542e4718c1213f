from collections.abc import Callable

import pytest

from bassboss_lib.errors import CallError, InputRefused
from bassboss_lib.warehouse import months, newest_month, partition, paths
from bassboss_lib.workspace import Workspace


def test_readers_take_the_highest_resend_of_every_month(workspace: Workspace, put: Callable[..., None]) -> None:
    for month in ("202609", "202610"):
        put("customer", month, [{"pseudonym": "a"}])
    old = partition(workspace, "customer", "202609") / "part-00.parquet"
    new = old.with_name("part-02.parquet")
    new.write_bytes(old.read_bytes())
    old.with_name("model.parquet").write_bytes(b"")
    found = paths(workspace, "customer", ["202610", "202609", "202608"])
    assert found == [partition(workspace, "customer", "202610") / "part-00.parquet", new]


def test_months_are_those_with_a_file(workspace: Workspace, put: Callable[..., None]) -> None:
    put("customer", "202610", [{"pseudonym": "a"}])
    put("customer", "202512", [{"pseudonym": "a"}])
    partition(workspace, "customer", "202701").mkdir(parents=True)
    assert months(workspace, "customer") == ["202512", "202610"]
    assert months(workspace, "cdr") == []
    assert newest_month(workspace) == "202610"


def test_nothing_delivered_and_no_month_are_said(workspace: Workspace) -> None:
    with pytest.raises(InputRefused, match="no month was delivered"):
        newest_month(workspace)
    with pytest.raises(CallError, match="is not a month"):
        partition(workspace, "customer", "2026-10")
