from collections.abc import Callable, Iterator
from pathlib import Path

import pyarrow as pa
import pytest

from bassboss_lib import flow
from bassboss_lib.cli import main
from bassboss_lib.contracts import unit
from bassboss_lib.engine import write_table
from bassboss_lib.errors import CallError, DiskFailed
from bassboss_lib.exchange import publish, write_delivery
from bassboss_lib.exchange.disk import sha256_of
from bassboss_lib.features import View
from bassboss_lib.ledger import Ledger
from bassboss_lib.runs import record
from bassboss_lib.runs.parameters import Resolved
from bassboss_lib.vault import Vault
from bassboss_lib.warehouse import paths
from bassboss_lib.warehouse.do_not_contact import do_not_contact
from bassboss_lib.warehouse.monthly import build
from bassboss_lib.warehouse.past import as_known
from bassboss_lib.warehouse.versions import known_to, remember, stale
from bassboss_lib.workspace import Workspace
from tests.conftest import call, customer
from tests.exchange.conftest import CREATED, customers, listed
from tests.warehouse.test_do_not_contact import opted_out

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


def month_of_work(workspace: Workspace, ledger: Ledger) -> str:
    """Two months delivered, a run of the first with a model of its own; then everything moves on."""
    deliver(workspace, "202609")
    opted_out(workspace, {"0000000001": "all"})
    for id, created in (("m1", "2026-10-05T08:00:00"), ("m2", "2026-12-05T08:00:00")):
        ledger.execute("INSERT INTO model VALUES (?, 'retention', 'boss', '202609', ?, '', '{}')", (id, created))
    ledger.execute("INSERT INTO champion VALUES ('retention', 'boss', 'm1', '2026-10-05T08:00:00')")
    (workspace.models / "retention" / "m1").mkdir(parents=True)
    (workspace.models / "retention" / "m1" / "model.txt").write_text("tree")
    run = ran(workspace, ledger, "202609")
    publish(workspace, ledger, unit("retention_list"), "202609", listed(analysis_month=["202609"] * 3))
    deliver(workspace, "202610")
    deliver(workspace, "202609", rr=1, region=["宁波", "宁波"])
    ledger.execute("UPDATE champion SET model = 'm2', since = '2026-12-05T08:00:00'")
    for table, month in (("score", "202608"), ("score", "202610")):
        write_table(pa.table({"a": [1]}), workspace.warehouse / table / f"month={month}" / "m1.parquet", [])
    return run


def test_R16_I28_a_workspace_is_laid_as_it_was_known_to_a_run(workspace: Workspace, ledger: Ledger) -> None:
    run = month_of_work(workspace, ledger)
    before = dump_of(workspace)
    then = as_known(workspace, ledger, run, workspace.root / ".again" / run)
    assert then.now == workspace.now
    found = {str(path.relative_to(then.root)) for path in then.root.rglob("*") if path.is_file()}
    assert found - {"ledger.db-shm", "ledger.db-wal"} == {
        "ledger.db",
        "settings.yaml",
        "models/retention/m1/model.txt",
        "vault/key",
        "vault/identity/month=202609/part-00.parquet",
        "warehouse/customer/month=202609/part-00.parquet",
        "warehouse/do_not_contact/month=202611/part-03-00.parquet",
        "warehouse/score/month=202608/m1.parquet",
    }
    assert View(then, "202609").customers()["region"].tolist() == ["杭州", "杭州"]
    assert do_not_contact(then, "marketing").pseudonyms == do_not_contact(workspace, "marketing").pseudonyms
    assert Vault(then).identities("202609").num_rows == 2
    with Ledger(then.ledger) as past:
        assert past.rows("SELECT id FROM delivery WHERE direction = 'out'") == []
        assert [row["model"] for row in past.rows("SELECT model FROM champion")] == ["m1"]
        assert past.rows("SELECT id FROM run") == []
    assert dump_of(workspace) == before


def test_R16_what_is_done_in_the_past_changes_nothing_now_and_gives_the_same_bytes(
    workspace: Workspace, ledger: Ledger
) -> None:
    run = month_of_work(workspace, ledger)
    before = dump_of(workspace)
    then = as_known(workspace, ledger, run, workspace.root / ".again" / run)
    table = listed(analysis_month=["202609"] * 3)
    with Ledger(then.ledger) as past:
        again = publish(then, past, unit("retention_list"), "202609", table)
    for path in again.files:
        assert path.read_bytes() == (workspace.outbox / path.name).read_bytes()
    write_table(pa.table({"a": [2]}), then.warehouse / "score" / "month=202608" / "m1.parquet", [])
    assert dump_of(workspace) == before


def test_R16_only_runs_that_are_known_are_laid_and_once(workspace: Workspace, ledger: Ledger) -> None:
    with pytest.raises(CallError, match="the run is unknown"):
        as_known(workspace, ledger, "x", workspace.root / ".again")
    deliver(workspace, "202609")
    run = ran(workspace, ledger, "202609")
    as_known(workspace, ledger, run, workspace.root / ".again")
    with pytest.raises(DiskFailed, match="File exists"):
        as_known(workspace, ledger, run, workspace.root / ".again")


def dump_of(workspace: Workspace) -> dict[str, str]:
    """Give every file but the ledger's, the laid workspaces left out, as its hash."""
    found = [path for path in workspace.root.rglob("*") if path.is_file() and ".again" not in path.parts]
    return {str(path): sha256_of(path) for path in found if not path.name.startswith("ledger.db")}
