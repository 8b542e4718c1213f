"""R05, R06, R12: a runner that is stopped or killed leaves no process; eight at once are not in each other's way."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from bassboss_lib.workspace import Workspace
from tests.runs.tiny import FINISH, MONTH, notebook, project, runs_of, wait_until_nothing_runs, workspace_of

SLEEPS = (
    "import subprocess, time\n"
    "subprocess.Popen(['sleep', '612'])\n"
    "subprocess.Popen(['sleep', '613'], start_new_session=True)\n"
    "(run.workspace.root / 'sleeping').touch()\n"
    "time.sleep(600)"
)
PLAN = "steps: [{notebook: 10_one}, {notebook: 11_two}]\n"
STARTED_S = 240


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    project(tmp_path, PLAN, **{"10_one": (FINISH,), "11_two": (SLEEPS, FINISH)})
    return workspace_of(tmp_path / "work")


def command(workspace: Workspace, *words: str) -> subprocess.Popen:
    home = {"BASSBOSS_WORKSPACE": str(workspace.root), "BASSBOSS_NOW": "2026-11-05T08:00"}
    return subprocess.Popen(
        [sys.executable, "-m", "bassboss_lib.cli", "run", *words],
        cwd=workspace.root.parent,
        env={**os.environ, **home},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def asleep(workspace: Workspace, *words: str) -> subprocess.Popen:
    """Start a plan and wait until its second step sleeps."""
    (workspace.root / "sleeping").unlink(missing_ok=True)
    process = command(workspace, "monthly", *words)
    ends_at = time.monotonic() + STARTED_S
    while not (workspace.root / "sleeping").exists():
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < ends_at
        time.sleep(0.1)
    return process


@pytest.mark.faults
@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_R05_a_stopped_plan_is_interrupted_leaves_nothing_and_resumes(
    workspace: Workspace, number: int, code: int
) -> None:
    with asleep(workspace) as process:
        process.send_signal(number)
        time.sleep(0.2)
        process.send_signal(number)  # somebody impatient
        said = process.communicate(timeout=30)
    assert process.returncode == code
    assert said[1].count("\n") == 1
    assert said[1].startswith("R05: stopped by SIG")
    wait_until_nothing_runs(workspace)
    assert [(run["notebook"], run["state"], run["exit_code"]) for run in runs_of(workspace)] == [
        ("10_one", "DONE", 0),
        ("11_two", "INTERRUPTED", code),
    ]
    notebook(workspace.root.parent / "notebooks", "11_two", FINISH)
    with command(workspace, "monthly", "--resume", "--log-format", "json") as resumed:
        lines = [json.loads(line) for line in resumed.communicate(timeout=240)[0].splitlines()]
    states = [(line["step"], line["state"]) for line in lines if line["event"] == "step"]
    assert (resumed.returncode, states) == (0, [("10_one", "UNCHANGED"), ("11_two", "DONE")])


@pytest.mark.faults
@pytest.mark.parametrize("others", [(), ("warden",), ("papermill",)], ids=["alone", "with warden", "with papermill"])
def test_R06_a_killed_runner_leaves_nothing_and_the_next_start_says_so(
    workspace: Workspace, others: tuple[str, ...]
) -> None:
    with asleep(workspace) as process:
        [warden] = psutil.Process(process.pid).children()
        [papermill] = warden.children()
        process.kill()
        for one in others:
            {"warden": warden, "papermill": papermill}[one].kill()
    wait_until_nothing_runs(workspace)  # neither kernel nor what a cell had started, in a session of its own or not
    assert [run["state"] for run in runs_of(workspace)] == ["DONE", "RUNNING"]
    with command(workspace, "10_one") as again:  # another notebook's start recognises it too
        again.communicate(timeout=240)
    assert again.returncode == 0
    assert [run["state"] for run in runs_of(workspace)] == ["DONE", "ABANDONED", "DONE"]
    wait_until_nothing_runs(workspace)


AT_ONCE, TIMES = 8, 20
MANY = """
import sys
from pathlib import Path
from bassboss_lib.runs import prepare, run_notebook
from bassboss_lib.workspace import open_workspace
for _ in range(int(sys.argv[3])):
    task = prepare(sys.argv[2], Path.cwd())[0]
    run_notebook(open_workspace(sys.argv[1], "2026-11-05T08:00"), task.notebook, task.resolved)
"""


@pytest.mark.slow
def test_R12_eight_notebooks_at_once_twenty_times_all_start(tmp_path: Path) -> None:
    workspace = workspace_of(tmp_path / "work")
    paths = [notebook(tmp_path / "notebooks", f"1{number}_one", FINISH) for number in range(AT_ONCE)]
    started = [
        subprocess.Popen(
            [sys.executable, "-c", MANY, str(workspace.root), str(path), str(TIMES)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        for path in paths
    ]
    said = [process.communicate()[1] for process in started]
    assert [process.returncode for process in started] == [0] * AT_ONCE, said
    found = runs_of(workspace)
    assert len(found) == AT_ONCE * TIMES
    assert {run["state"] for run in found} == {"DONE"}
    for run in found:
        result = json.loads((workspace.root / run["folder"] / "result.json").read_text())
        assert (result["notebook"], result["month"]) == (run["notebook"], MONTH)
        json.loads((workspace.root / run["folder"] / f"{run['notebook']}.ipynb").read_text())
    wait_until_nothing_runs(workspace)
