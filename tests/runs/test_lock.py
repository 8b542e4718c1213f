import json
import os
import subprocess
import sys
import time

import pytest

from bassboss_lib.errors import Locked
from bassboss_lib.ledger import Ledger
from bassboss_lib.runs import prepare, record
from bassboss_lib.runs.lock import is_free, locked, owner
from bassboss_lib.runs.recover import abandon_all
from bassboss_lib.runs.supervise import RUN_DIR
from tests.runs.tiny import FINISH, MONTH, notebook, runs_of, workspace_of


@pytest.fixture
def workspace(tmp_path):
    return workspace_of(tmp_path / "work")


def test_R11_the_second_is_told_who_holds_the_lock_and_since_when(workspace):
    with locked(workspace, "10_one", MONTH, "") as lock:
        lock.beat()
        with (
            pytest.raises(
                Locked, match=rf"R11: .*process {owner()}, last sign of life 0 s ago.*10_one, {MONTH}"
            ) as raised,
            locked(workspace, "10_one", MONTH, ""),
        ):
            pass
        with locked(workspace, "10_one", "202609", ""), locked(workspace, "10_one", MONTH, "cell2cell"):
            pass  # another month and another source are not held
    assert raised.value.exit_code == 6
    with locked(workspace, "10_one", MONTH, ""):
        pass


def test_the_heartbeat_is_written_down(workspace):
    with locked(workspace, "10_one", MONTH, "") as lock:
        [path] = (workspace.runs / ".locks").iterdir()
        first = json.loads(path.read_text())
        time.sleep(0.02)
        lock.beat()
        second = json.loads(path.read_text())
    assert first["owner"] == second["owner"] == owner()
    assert second["beat"] > first["beat"]
    assert not is_free(workspace, "x", MONTH, "") or is_free(workspace, "10_one", MONTH, "")


def test_S05_a_source_cannot_lead_the_lock_out_of_its_folder(workspace):
    with locked(workspace, "10_one", "none", "../../etc/x"):
        assert [path.parent.name for path in workspace.root.rglob("*.lock")] == [".locks"]


def test_R06_runs_of_other_notebooks_whose_process_is_gone_are_abandoned_too(workspace, tmp_path):
    task = prepare(str(notebook(tmp_path / "notebooks", "10_one", FINISH)), tmp_path)[0]
    other = prepare(str(notebook(tmp_path / "notebooks", "11_two", FINISH)), tmp_path)[0]
    with Ledger(workspace.ledger) as ledger:
        gone = record.begin(ledger, workspace.now, task.notebook, MONTH, task.resolved)
        held = record.begin(ledger, workspace.now, other.notebook, MONTH, other.resolved)
        aside = workspace.runs / ".tmp" / gone.id
        aside.mkdir(parents=True)
        left = subprocess.Popen(["sleep", "600"], env={**os.environ, RUN_DIR: str(aside)})
        with locked(workspace, "11_two", MONTH, ""):
            assert abandon_all(workspace, ledger) == [gone.id]
    left.wait(timeout=15)
    assert not aside.exists()
    assert {run["id"]: run["state"] for run in runs_of(workspace)} == {gone.id: "ABANDONED", held.id: "RUNNING"}


def test_R06_a_lock_ends_with_its_holder(workspace):
    code = (
        "import sys, time; from bassboss_lib.runs.lock import locked\n"
        "from bassboss_lib.workspace import open_workspace\n"
        "with locked(open_workspace(sys.argv[1]), '10_one', '202610', ''):\n"
        "    print('held', flush=True); time.sleep(600)"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, str(workspace.root)], stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout.readline() == "held\n"
        assert not is_free(workspace, "10_one", MONTH, "")
        holder.kill()
        holder.wait(timeout=10)
    assert is_free(workspace, "10_one", MONTH, "")
