import contextlib
import fcntl
import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from bassboss_lib.errors import BassbossError, CellFailed, DeadlinePassed, DiskFailed, GateRefused, KernelDied, Locked
from bassboss_lib.ledger import Ledger
from bassboss_lib.runs import prepare, run_notebook
from bassboss_lib.workspace import Workspace, open_workspace

NOTEBOOKS = Path(__file__).parent / "notebooks"


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    (tmp_path / "warehouse" / "customer" / "month=202610").mkdir(parents=True)
    (tmp_path / "warehouse" / "customer" / "month=202610" / "part-00.parquet").touch()
    return open_workspace(tmp_path, "2026-11-05T08:00")


def run(workspace, name, **given):
    task = prepare(str(NOTEBOOKS / f"{name}.ipynb"), NOTEBOOKS, given=given)[0]
    return run_notebook(workspace, task.notebook, task.resolved)


def last_run(workspace):
    with Ledger(workspace.ledger) as ledger:
        return dict(ledger.one("SELECT * FROM run ORDER BY id DESC"))


def only_folder(workspace, name):
    (folder,) = (workspace.runs / "202610" / name).iterdir()
    assert not any((workspace.runs / ".tmp").iterdir())
    return folder


@pytest.mark.parametrize(
    ("given", "fault", "exit_code"),
    [
        ({"mnoth": "202610"}, "R08", 2),
        ({"month": "2026-10"}, "'2026-10' is not a month", 2),
        ({"month": "202611"}, "month 202611 was not delivered", 3),
    ],
)
def test_R08_refused_before_a_kernel_and_before_a_record(workspace, given, fault, exit_code):
    with pytest.raises(BassbossError, match=fault) as raised:
        run(workspace, "good", **given)
    assert raised.value.exit_code == exit_code
    assert not workspace.ledger.exists()


def test_R11_second_run_of_notebook_and_month_is_locked(workspace):
    lock = workspace.runs / ".locks" / "good-202610-.lock"
    lock.parent.mkdir()
    with lock.open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        with pytest.raises(Locked, match="R11"):
            run(workspace, "good")


def test_R28_path_that_cannot_be_written_exits_74(workspace):
    (workspace.runs / ".tmp").write_text("in the way")
    with pytest.raises(DiskFailed, match="the run cannot be written") as raised:
        run(workspace, "good")
    assert raised.value.exit_code == 74
    assert (last_run(workspace)["state"], last_run(workspace)["exit_code"]) == ("FAILED", 74)


def test_R01_cell_that_raises_leaves_a_marked_notebook_and_nothing_else(workspace):
    with pytest.raises(CellFailed, match=r"R01: ValueError: no customer 138\*\*\*\*5678.*cell 3, line 3") as raised:
        run(workspace, "raises")
    assert raised.value.exit_code == 7
    kept = last_run(workspace)
    assert (kept["state"], kept["exit_code"], kept["message"]) == ("FAILED", 7, raised.value.line())
    folder = only_folder(workspace, "raises")
    left = sorted(path.name for path in folder.iterdir() if path.name != "papermill.log")  # the kernel may have warned
    assert left == ["raises.ipynb", "report.html"]
    cells = json.loads((folder / "raises.ipynb").read_text())["cells"]
    assert "".join(cells[0]["source"]).startswith("# FAILED")
    outputs = json.dumps([cell.get("outputs") for cell in cells])
    assert "13812345678" not in outputs
    assert "138****5678" in outputs


@pytest.mark.notebooks
def test_good_run_has_report_result_record_and_index(workspace):
    told = []
    task = prepare(str(NOTEBOOKS / "good.ipynb"), NOTEBOOKS, given={"language": "en"})[0]
    done = run_notebook(workspace, task.notebook, task.resolved, on_progress=told.append)
    assert done.result["figures"] == {"auc": 0.81, "listed": 4}
    assert [(now.cell, now.cells) for now in told][-1] == (9, 9)
    folder = only_folder(workspace, "good")
    assert folder == done.folder
    assert sorted(path.name for path in folder.iterdir()) == ["good.ipynb", "report.html", "result.json"]
    report = done.report.read_text()
    assert "This is the question." in report
    assert "这是问题" not in report
    assert 'alt="Mean 2.50."' in report
    assert f'href="runs/202610/good/{done.id}/report.html"' in workspace.index.read_text()
    kept = last_run(workspace)
    assert (kept["state"], json.loads(kept["figures"])) == ("DONE", {"auc": 0.81, "listed": 4})
    assert json.loads(kept["parameters"])["origins"] == {"month": "default", "language": "call"}


@pytest.mark.notebooks
def test_R02_dead_kernel_is_noticed_and_nothing_survives(workspace):
    with pytest.raises(KernelDied, match=r"R02.*cell 3") as raised:
        run(workspace, "kills_kernel")
    assert raised.value.exit_code == 8
    assert last_run(workspace)["state"] == "FAILED"
    saved = json.loads((only_folder(workspace, "kills_kernel") / "kills_kernel.ipynb").read_text())
    assert "".join(saved["cells"][0]["source"]).startswith("# FAILED")


@pytest.mark.notebooks
def test_R15_run_without_sentinel_is_not_done(workspace):
    with pytest.raises(CellFailed, match="R15"):
        run(workspace, "no_sentinel")
    assert last_run(workspace)["state"] == "FAILED"


@pytest.mark.notebooks
def test_R19_gate_refused_in_a_cell_keeps_its_exit_code(workspace):
    with pytest.raises(GateRefused, match=r"R19: positives 0 < 200.*next: wait for labels") as raised:
        run(workspace, "refuses")
    assert raised.value.exit_code == 5
    assert last_run(workspace)["exit_code"] == 5


@pytest.mark.notebooks
def test_R04_endless_cell_ends_at_the_deadline(workspace):
    settings = workspace.settings.model_copy(update={"run_deadline_s": 8})
    with pytest.raises(DeadlinePassed, match="R04"):
        run(Workspace(workspace.root, settings, workspace.now), "sleeps")
    assert (last_run(workspace)["state"], last_run(workspace)["exit_code"]) == ("FAILED", 9)


def started_runner(workspace):
    code = (
        "import sys; from pathlib import Path; from bassboss_lib.errors import BassbossError\n"
        "from bassboss_lib.runs import prepare, run_notebook; from bassboss_lib.workspace import open_workspace\n"
        "task = prepare(sys.argv[2], Path.cwd())[0]\n"
        "tell = lambda now: print(now.cell, flush=True)\n"
        "try: run_notebook(open_workspace(sys.argv[1]), task.notebook, task.resolved, on_progress=tell)\n"
        "except BassbossError as error: sys.exit(error.exit_code)\n"
    )
    arguments = [str(workspace.root), str(NOTEBOOKS / "sleeps.ipynb")]
    process = subprocess.Popen([sys.executable, "-c", code, *arguments], stdout=subprocess.PIPE, text=True)
    for line in process.stdout:
        if line.strip() == "3":
            return process
    raise AssertionError("the sleeping cell never began")


def wait_until_nothing_runs(workspace):
    ends_at = time.monotonic() + 15
    while time.monotonic() < ends_at:
        run_dirs = []
        for process in psutil.process_iter():
            with contextlib.suppress(psutil.Error):
                run_dirs.append(process.environ().get("BASSBOSS_RUN_DIR", ""))
        if not any(run_dir.startswith(str(workspace.root)) for run_dir in run_dirs):
            return
        time.sleep(0.2)
    raise AssertionError("a process of the run is left after 15 s")


@pytest.mark.notebooks
def test_R05_stopped_run_is_interrupted_and_leaves_no_process(workspace):
    with started_runner(workspace) as process:
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=30) == 143
    wait_until_nothing_runs(workspace)
    assert (last_run(workspace)["state"], last_run(workspace)["exit_code"]) == ("INTERRUPTED", 143)


@pytest.mark.notebooks
def test_R06_killed_runner_leaves_no_process_and_its_run_is_abandoned(workspace):
    with started_runner(workspace) as process:
        process.kill()
    wait_until_nothing_runs(workspace)
    assert last_run(workspace)["state"] == "RUNNING"
    settings = workspace.settings.model_copy(update={"run_deadline_s": 1})
    with pytest.raises(DeadlinePassed):
        run(Workspace(workspace.root, settings, workspace.now), "sleeps")
    with Ledger(workspace.ledger) as ledger:
        states = [row["state"] for row in ledger.rows("SELECT state FROM run ORDER BY rowid")]
    assert states == ["ABANDONED", "FAILED"]
