import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from bassboss_lib.errors import CallError
from bassboss_lib.ledger import Ledger
from bassboss_lib.runs import contract, prepare, record, start
from bassboss_lib.runs.reproduce import reproduce, with_values
from bassboss_lib.vault import create_key
from bassboss_lib.warehouse import versions
from bassboss_lib.warehouse.partitions import months, paths
from bassboss_lib.workspace import open_workspace
from tests.runs.tiny import FINISH, MONTH, NOW, notebook

PARAMETERS = """\
month: str = ""  # 账期 / month
size: int = 1  # 行数 / rows | rows | [1, 9]
names: list[str] = [
    "甲",
]  # names"""


@pytest.fixture
def workspace(tmp_path):
    opened = open_workspace(tmp_path / "work", NOW)
    create_key(opened, b"tests")
    for month in ("202609", MONTH):
        part(opened, month, 0)
    return opened


def part(workspace, month, rr):
    path = workspace.warehouse / "customer" / f"month={month}" / f"part-{rr:02d}.parquet"
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.table({"rr": [rr]}), path)


@pytest.fixture
def run(workspace, tmp_path):
    """A complete run, as `run_notebook` leaves it; then a restatement, another month and a later run."""
    source = notebook(tmp_path / "notebooks", "10_one", FINISH, parameters=PARAMETERS)
    given = {"month": MONTH, "size": 5, "names": "乙,丙"}
    task = prepare(str(source), tmp_path, given=given)[0]
    with Ledger(workspace.ledger) as ledger:
        row = record.begin(ledger, workspace.now, task.notebook, MONTH, task.resolved)
        versions.remember(workspace, ledger, row.id, MONTH)
        record.end(ledger, row, workspace.now, "DONE")
        record.begin(ledger, workspace.now, task.notebook, MONTH, task.resolved)
    content = json.loads(source.read_text())
    injected = {**content["cells"][1], "metadata": {"tags": ["injected-parameters"]}, "source": "size = 5"}
    content["cells"].insert(1, injected)
    content["cells"][3]["outputs"] = [{"output_type": "stream", "name": "stdout", "text": "x"}]
    content["metadata"]["papermill"] = {"x": 1}
    folder = workspace.root / row.folder
    folder.mkdir(parents=True)
    (folder / "10_one.ipynb").write_text(json.dumps(content))
    part(workspace, MONTH, 1)
    part(workspace, "202611", 0)
    return row.id


def test_a_copy_has_the_parameters_of_the_run_and_no_outputs(workspace, run):
    copy = reproduce(workspace, run)
    declared = {one.name: (one.default, one.comment) for one in contract(copy.notebook)}
    assert declared == {"month": (MONTH, "账期 / month"), "size": (5, "行数 / rows"), "names": (["乙", "丙"], "names")}
    content = json.loads(copy.notebook.read_text())
    assert [cell["outputs"] for cell in content["cells"]] == [[]] * 3
    assert set(content["metadata"]) <= {"kernelspec", "language_info"}


def test_a_copy_reads_what_the_run_read_and_writes_elsewhere(workspace, run, monkeypatch):
    copy = reproduce(workspace, run)
    monkeypatch.chdir(copy.notebook.parent)
    monkeypatch.delenv("BASSBOSS_RUN_DIR", raising=False)
    monkeypatch.setenv("BASSBOSS_WORKSPACE", str(workspace.root))  # the copy's own wins
    opened = start("10_one")
    assert (opened.month, opened.workspace.now) == (MONTH, workspace.now)
    assert months(opened.workspace, "customer") == ["202609", MONTH]
    [read] = paths(opened.workspace, "customer", [MONTH])
    assert pq.read_table(read).to_pydict() == {"rr": [0]}
    assert opened.folder.is_relative_to(copy.workspace)
    assert opened.workspace.outbox != workspace.outbox
    assert oct((copy.workspace / "vault").stat().st_mode)[-3:] == "700"
    with Ledger(copy.workspace / "ledger.db") as ledger:
        assert [row["id"] for row in ledger.rows("SELECT id FROM run")] == []
    with Ledger(workspace.ledger) as ledger:
        assert len(ledger.rows("SELECT id FROM run")) == 2


def test_a_second_call_keeps_what_was_edited(workspace, run):
    copy = reproduce(workspace, run)
    copy.notebook.write_text("edited")
    assert reproduce(workspace, run) == copy
    assert copy.notebook.read_text() == "edited"


def test_an_unknown_run_or_a_lost_notebook_is_refused(workspace, run):
    with pytest.raises(CallError, match="no run 'x'"):
        reproduce(workspace, "x")
    (workspace.root / "runs" / MONTH / "10_one" / run / "10_one.ipynb").unlink()
    with pytest.raises(CallError, match="notebook is gone"):
        reproduce(workspace, run)


def test_links_cost_no_space_and_the_original_is_not_written(workspace, run):
    copy = reproduce(workspace, run)
    one = copy.workspace / "warehouse" / "customer" / f"month={MONTH}" / "part-00.parquet"
    assert one.stat().st_nlink == 2
    assert copy.workspace != workspace.root


def test_values_take_the_place_of_defaults_whatever_stands_around():
    source = '甲: str = "甲"  # 甲 / a\nx = [1,\n  2]  # b\ny: float = -0.5'
    values = {"甲": "a'b\n", "x": ["c"], "y": 2.0}
    assert with_values(source, values) == "甲: str = \"a'b\\n\"  # 甲 / a\nx = ['c']  # b\ny: float = 2.0"
