"""The same month again: later data, a restatement, another order of rows, other threads change no byte."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import papermill
import pyarrow.parquet as pq
import pytest

from bassboss_lib import boss, flow, months
from bassboss_lib.ledger import Ledger
from bassboss_lib.runs import Choice
from bassboss_lib.runs.new_notebook import new_notebook
from bassboss_lib.runs.reproduce import reproduce
from bassboss_lib.vault import create_key
from tests.again_world import lay_shuffled, opened, what_is_there
from tests.monthly_world import CUSTOMERS, SETTINGS

pytestmark = pytest.mark.notebooks

MONTH, THEN = "202603", "2026-04-03T08:00"
LATER, NOW = "202604", "2026-05-03T08:00"
AGAIN = Choice(force=True)


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A world in which March was run in April."""
    root = tmp_path_factory.mktemp("again") / "work"
    root.mkdir()
    (root / "settings.yaml").write_text(SETTINGS)
    workspace = opened(root, THEN)
    create_key(workspace, b"tests")
    for month in months.span("202508", MONTH):
        boss.deliver(workspace, month, customers=CUSTOMERS)
    flow.ingest(workspace)
    flow.run_target(workspace, "monthly", {"month": MONTH})
    yield root
    shutil.rmtree(root)


def test_R16_an_old_month_again_is_the_same_whatever_came_later(root: Path) -> None:
    before = what_is_there(root, MONTH)
    assert any(name.endswith(".dat") for name in before)
    workspace = opened(root, NOW)
    boss.deliver(workspace, LATER, customers=CUSTOMERS)
    flow.ingest(workspace)
    flow.run_target(workspace, "10_retention_train", {"month": LATER})
    with Ledger(workspace.ledger) as ledger:
        [champion] = ledger.rows("SELECT model FROM champion WHERE function = 'retention'")
    flow.run_target(workspace, "monthly", {"month": MONTH}, choice=AGAIN)
    after = what_is_there(root, MONTH)
    assert {name: after[name] for name in before} == before
    assert {name for name in after if "31001" in name} == {name for name in before if "31001" in name}
    with Ledger(workspace.ledger) as ledger:
        serving = ledger.rows("SELECT model FROM champion WHERE function = 'retention'")
        assert serving == [champion]  # an old month takes nothing back


def test_R16_as_of_then_a_restatement_does_not_count_and_else_it_does(root: Path) -> None:
    before = what_is_there(root, MONTH)
    workspace = opened(root, NOW)
    first = workspace.warehouse / "customer" / f"month={MONTH}" / "part-00.parquet"
    table = pq.read_table(first)
    pq.write_table(table.slice(0, table.num_rows // 2), first.with_name("part-01.parquet"))
    flow.run_target(workspace, "monthly", {"month": MONTH}, choice=AGAIN, then=True)
    assert what_is_there(root, MONTH) == before
    with Ledger(workspace.ledger) as ledger:
        run = ledger.one("SELECT started_at FROM run ORDER BY rowid DESC")
        assert run["started_at"] == f"{THEN}:00"
    flow.run_target(workspace, "11_retention_list", {"month": MONTH})
    corrected = {name for name in what_is_there(root, MONTH) if "31001_01" in name}
    assert len(corrected) == 3  # the restated month is another list: the next resend number
    first.with_name("part-01.parquet").unlink()


def test_a_run_is_reproduced_on_what_it_read_and_nothing_of_it_leaves(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace = opened(root, NOW)
    with Ledger(workspace.ledger) as ledger:
        query = "SELECT id, figures FROM run WHERE notebook = '11_retention_list' AND state = 'DONE' ORDER BY rowid"
        run = ledger.one(query)
    before = what_is_there(root, MONTH)
    copy = reproduce(workspace, run["id"])
    monkeypatch.chdir(copy.notebook.parent)
    papermill.execute_notebook(copy.notebook, tmp_path / "out.ipynb", progress_bar=False)
    [result] = copy.workspace.glob(f"runs/{MONTH}/11_retention_list/manual-1/result.json")
    assert json.loads(result.read_text())["figures"] == json.loads(run["figures"])
    [listed] = copy.workspace.glob("outbox/*_31001_*.dat")
    assert listed.read_bytes() == before[f"outbox/{listed.name}"]
    assert what_is_there(root, MONTH) == before


def test_a_new_notebook_runs_as_it_is(root: Path, tmp_path: Path) -> None:
    (tmp_path / "notebooks").mkdir()
    path, _ = new_notebook("13_retention_offers", tmp_path)
    [result] = flow.run_target(opened(root, NOW), str(path), {"month": MONTH})
    assert result.result["figures"]["customers"] > CUSTOMERS / 2


@pytest.mark.slow
@pytest.mark.parametrize("attempt", range(10))
def test_R17_threads_and_the_order_of_rows_change_no_byte(
    root: Path, tmp_path: Path, attempt: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = what_is_there(root, MONTH)
    again = tmp_path / "work"
    lay_shuffled(root, again, attempt)
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
        monkeypatch.setenv(name, str(1 + attempt % 2))
    flow.run_target(opened(again, THEN), "backfill", {"month": MONTH}, choice=AGAIN)
    flow.run_target(opened(again, THEN), "11_retention_list", {"month": MONTH})
    after = what_is_there(again, MONTH)
    assert {name: content for name, content in before.items() if name in after} == after
    assert any(name.endswith(".dat") for name in after)
    assert any("model.txt" in name for name in after)
