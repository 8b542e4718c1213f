from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bassboss_lib import flow
from bassboss_lib.cli import main
from bassboss_lib.contracts import unit
from bassboss_lib.exchange import write_delivery
from bassboss_lib.features import View
from bassboss_lib.ledger import Ledger
from bassboss_lib.runs import record
from bassboss_lib.runs.parameters import Resolved
from bassboss_lib.warehouse import paths
from bassboss_lib.warehouse.monthly import build
from bassboss_lib.warehouse.versions import known_to, remember, stale
from bassboss_lib.workspace import Workspace
from tests.conftest import call, customer
from tests.exchange.conftest import CREATED, customers

NOTEBOOK = Path(__file__).parents[1] / "runs" / "notebooks" / "good.ipynb"


@pytest.fixture
def ledger(workspace: Workspace) -> Iterator[Ledger]:
    with Ledger(workspace.ledger) as opened:
        yield opened


def ran(workspace: Workspace, ledger: Ledger, month: str) -> str:
    row = record.begin(ledger, workspace.now, NOTEBOOK, month, Resolved({"month": month, "source": ""}, {}))
    remember(workspace, ledger, row.id, month)
    record.end(ledger, row, workspace.now, "DONE")
    return row.id


def deliver(workspace: Workspace, month: str, rr: int = 0, **changes: list) -> None:
    about: dict = {"province": "10000", "created": CREATED, "rr": rr}
    write_delivery(workspace.inbox, unit("customer"), month, customers(**changes), **about)
    flow.ingest(workspace)


def test_I28_an_old_run_reproduces_after_a_restatement_and_status_names_it(
    workspace: Workspace, ledger: Ledger, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> None:
    deliver(workspace, "202609")
    run = ran(workspace, ledger, "202609")
    before = View(workspace, "202609").customers()
    deliver(workspace, "202610")
    assert stale(workspace, ledger) == []
    deliver(workspace, "202609", rr=1, region=["宁波", "宁波"])
    assert View(workspace, "202609").customers()["region"].tolist() == ["宁波", "宁波"]
    then = View(workspace, "202609", known_to(ledger, run)).customers()
    assert then.equals(before)
    said = "202609, customer restated after the run of good"
    assert [one.line() for one in stale(workspace, ledger)] == [said]
    monkeypatch.setenv("BASSBOSS_WORKSPACE", str(workspace.root))
    with pytest.raises(SystemExit):
        main(["status"])
    assert f"stale: {said}" in capsys.readouterr().out
    flow.ingest(workspace)
    assert len(ledger.rows("SELECT 1 FROM event WHERE kind = 'stale' AND subject = '202609'")) == 1
    ran(workspace, ledger, "202609")
    assert stale(workspace, ledger) == []


def test_I28_what_a_run_read_is_kept_by_delivery(workspace: Workspace, ledger: Ledger) -> None:
    deliver(workspace, "202609")
    deliver(workspace, "202610")
    run = ran(workspace, ledger, "202609")
    kept = ledger.rows("SELECT unit, period, rr, delivery FROM run_input WHERE run = ?", (run,))
    assert [tuple(row) for row in kept] == [("customer", "202609", 0, "in-01002-10000-202609-00")]
    remember(workspace, ledger, "of a table without months", "none")


@pytest.mark.parametrize(
    ("restated", "anew"), [("customer", ["circle_month"]), ("cdr", ["usage_month", "circle_month"])]
)
def test_I28_monthly_tables_follow_a_restatement_and_the_old_ones_stay(
    workspace: Workspace, ledger: Ledger, put: Callable[..., None], restated: str, anew: list[str]
) -> None:
    put("cdr", "202610", [call("a", "2026-10-01T08:00:00", other_pseudonym="n-b")])
    put("customer", "202610", [customer("a"), customer("b")])
    build(workspace, "202610")
    run = ran(workspace, ledger, "202610")
    old = {name: paths(workspace, name, ["202610"])[0] for name in anew}
    bytes_then = {name: path.read_bytes() for name, path in old.items()}
    [source] = paths(workspace, restated, ["202610"])
    source.with_name("part-01.parquet").write_bytes(source.read_bytes())
    assert build(workspace, "202610") == anew
    assert build(workspace, "202610") == []
    for name in anew:
        assert paths(workspace, name, ["202610"])[0].name == "part-01.parquet"
        known = known_to(ledger, run)[name]
        assert paths(workspace, name, ["202610"], known) == [old[name]]
        assert old[name].read_bytes() == bytes_then[name]
