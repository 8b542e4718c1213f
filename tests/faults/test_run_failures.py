"""What a notebook can do to its run: no failure is ever called a success, and nothing is left running."""

import json
import time
from dataclasses import replace
from pathlib import Path

import pytest

from bassboss_lib.errors import BassbossError, CallError, CellFailed, DeadlinePassed, KernelDied
from bassboss_lib.runs import RunResult, prepare, run_notebook
from bassboss_lib.workspace import Workspace
from tests.runs.tiny import FINISH, notebook, runs_of, wait_until_nothing_runs, workspace_of

pytestmark = pytest.mark.faults

NOTICED_S = 10
DEADLINE_S, PATIENT_S = 15, 300
MEMORY_MB = 700

MUTE = (
    "def mute(*_, **__):\n    raise MemoryError\nget_ipython().InteractiveTB.structured_traceback = mute\n"
    "get_ipython().SyntaxTB.structured_traceback = mute\n"
)
"""What IPython does where no memory is left to show an error with."""

FAILURES = {
    # name: (cells, exit code, fault, what the line says)
    "R01_raises": (("1 / 0", FINISH), 7, "R01", "ZeroDivisionError"),
    "R01_raises_after_the_sentinel": ((FINISH, "1 / 0"), 7, "R01", "ZeroDivisionError"),
    "R01_names_a_number": (("raise ValueError('no 13812345678')", FINISH), 7, "R01", r"138\*\*\*\*5678"),
    "R01_cannot_be_shown": ((MUTE + "1 / 0", FINISH), 7, "R01", "ZeroDivisionError: division by zero"),
    "R02_kernel_killed": (("import os\nos.kill(os.getpid(), 9)", FINISH), 8, "R02", "ended by SIGKILL"),
    "R02_killed_after_the_sentinel": ((FINISH, "import os\nos.kill(os.getpid(), 9)"), 8, "R02", "kernel died"),
    "R02_leaves_silently": ((FINISH, "import os\nos._exit(0)"), 8, "R02", "ended with exit code 0"),
    "R02_segfault": (("import ctypes\nctypes.string_at(0)", FINISH), 8, "R02", "ended by SIGSEGV"),
    "R02_papermill_killed": (
        ("import os\nos.kill(os.getppid(), 9)", FINISH),
        8,
        "R02",
        "runs papermill was ended by SIGKILL",
    ),
    "R02_warden_killed": (
        ("import psutil\npsutil.Process().parent().parent().kill()", FINISH),
        8,
        "R02",
        "kernel died",
    ),
    "R03_no_memory": (("import numpy\nnumpy.ones(10**10)", FINISH), 8, "R03", "memory|MB"),
    "R03_grows": (("kept = []\nwhile True:\n    kept.append(bytearray(5_000_000))", FINISH), 8, "R03", "memory|MB"),
    "R03_cannot_be_shown": ((MUTE + "bytearray(10**15)", FINISH), 8, "R03", "the kernel found no memory"),
    "R04_sleeps": (("import time\ntime.sleep(600)", FINISH), 9, "R04", "cell passed its deadline"),
    "R04_native_loop": (("import re\nre.match('(a+)+$', 'a' * 60 + 'b')", FINISH), 9, "R04", "cell 3"),
    "R04_stops_itself": (("import os\nos.kill(os.getpid(), 19)", FINISH), 9, "R04", "deadline"),
    "R04_refuses_to_stop": (
        (
            "import signal, time\nsignal.signal(15, signal.SIG_IGN)\nsignal.signal(2, signal.SIG_IGN)\n"
            "while True:\n    time.sleep(1)",
            FINISH,
        ),
        9,
        "R04",
        "deadline",
    ),
    "R15_no_sentinel": (("1 + 1",), 7, "R15", "without its result file"),
    "R15_leaves_early": (("import sys\nsys.exit(0)", FINISH), 7, "R15", "before its last cell"),
    "R15_leaves_after_the_sentinel": ((FINISH, "import sys\nsys.exit(0)", "1"), 7, "R15", "before its last cell"),
    "R15_broken_sentinel": (("(run.folder / 'result.json').write_text('{')",), 7, "R15", "none that run.finish"),
    "R15_empty_sentinel": (("(run.folder / 'result.json').touch()",), 7, "R15", "none that run.finish"),
    "R15_foreign_sentinel": (
        ("start('another', month=month).finish({'listed': 1})",),
        7,
        "R15",
        "another notebook's",
    ),
    "R01_figure_is_no_number": (("run.finish({'auc': float('nan')})",), 2, "", "auc is nan"),
    "R19_gate": (
        (
            "from bassboss_lib.errors import GateRefused\n"
            "raise GateRefused('positives 0 < 200', fault='R19', remedy='wait')",
        ),
        5,
        "R19",
        "positives 0 < 200",
    ),
    "R28_disk_full": (
        (
            "from bassboss_lib.errors import DiskFailed\nraise DiskFailed('no space', fault='R28')",
            FINISH,
        ),
        74,
        "R28",
        "no space",
    ),
}


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    opened = workspace_of(tmp_path_factory.mktemp("failures") / "work")
    return _limited(opened, cell_deadline_s=PATIENT_S, run_memory_max_mb=MEMORY_MB)


def _limited(workspace: Workspace, **limits: int) -> Workspace:
    return Workspace(workspace.root, workspace.settings.model_copy(update=limits), workspace.now)


def run(workspace: Workspace, name: str, *cells: str) -> RunResult:
    path = notebook(workspace.root.parent / "notebooks", name, *cells)
    task = prepare(str(path), workspace.root.parent)[0]
    return run_notebook(workspace, task.notebook, task.resolved)


@pytest.mark.parametrize("name", FAILURES)
def test_R01_R02_R03_R04_R15_R19_R28_no_failure_is_called_a_success(workspace: Workspace, name: str) -> None:
    cells, code, fault, what = FAILURES[name]
    deadline_s = DEADLINE_S if fault == "R04" else PATIENT_S  # a busy machine takes its time over an innocent cell
    with pytest.raises(BassbossError, match=what) as raised:
        run(_limited(workspace, cell_deadline_s=deadline_s), name, *cells)
    assert (raised.value.exit_code, raised.value.fault) == (code, fault)
    wait_until_nothing_runs(workspace)
    kept = runs_of(workspace)[-1]
    assert (kept["notebook"], kept["state"], kept["exit_code"]) == (name, "FAILED", code)
    assert kept["message"] == raised.value.line()
    assert not any(one["state"] == "DONE" for one in runs_of(workspace) if one["notebook"] == name)
    saved = json.loads((workspace.root / kept["folder"] / f"{name}.ipynb").read_text())
    assert "".join(saved["cells"][0]["source"]).startswith("# FAILED")
    assert "FAILED" in (workspace.root / kept["folder"] / "report.html").read_text()
    assert not (workspace.root / kept["folder"] / "result.json").exists()
    assert "13812345678" not in json.dumps([one.get("outputs") for one in saved["cells"]])


def test_R01_the_failing_cell_stands_first(workspace: Workspace) -> None:
    with pytest.raises(CellFailed, match="cell 4, line 2"):
        run(workspace, "R01_first", "'well'", "x = 1\n1 / 0", FINISH)
    kept = runs_of(workspace)[-1]
    cells = json.loads((workspace.root / kept["folder"] / "R01_first.ipynb").read_text())["cells"]
    assert cells[1]["metadata"]["tags"] == ["failing-cell"]
    assert cells[1]["source"] == "x = 1\n1 / 0" or "".join(cells[1]["source"]) == "x = 1\n1 / 0"
    assert cells[1]["outputs"][0]["ename"] == "ZeroDivisionError"


def test_R02_a_killed_kernel_is_noticed_within_10_s(workspace: Workspace) -> None:
    mark = workspace.root / "killed_at"
    with pytest.raises(KernelDied):
        code = f"import os, time\nopen({str(mark)!r}, 'w').write(str(time.time()))\nos.kill(os.getpid(), 9)"
        run(workspace, "R02_noticed", code, FINISH)
    assert time.time() - float(mark.read_text()) < NOTICED_S


def test_R12_a_kernel_needs_no_port_that_another_process_could_take(workspace: Workspace) -> None:
    code = (
        "import json, ipykernel.connect\n"
        "(run.workspace.root / 'sockets').write_text(ipykernel.connect.get_connection_file())\n"
        "assert json.loads(ipykernel.connect.get_connection_info())['transport'] == 'ipc'"
    )
    run(workspace, "R12_ports", code, FINISH)
    assert not Path((workspace.root / "sockets").read_text()).parent.exists()


def test_R12_output_that_comes_late_is_waited_for(workspace: Workspace) -> None:
    """A busy machine: the reply of a cell is there, and what it shows takes longer than papermill's four seconds."""
    code = "import time\nget_ipython().kernel.iopub_thread.schedule(lambda: time.sleep(6))\nprint('late but there')"
    done = run(workspace, "R12_late", code, FINISH)
    assert "late but there" in (done.folder / "R12_late.ipynb").read_text()


def test_R03_the_peak_of_memory_is_in_the_record(workspace: Workspace) -> None:
    run(workspace, "R03_peak", "import time\nkept = b'x' * 300_000_000\ntime.sleep(1.5)", FINISH)
    assert 300_000_000 < runs_of(workspace)[-1]["peak_memory_bytes"] < 1_500_000_000


def test_R04_a_run_that_passes_its_deadline_keeps_the_cells_that_were_done(workspace: Workspace) -> None:
    path = notebook(
        workspace.root.parent / "notebooks", "R04_run", "print('done before')", "import time\ntime.sleep(600)"
    )
    patient = replace(workspace, settings=workspace.settings.model_copy(update={"cell_deadline_s": 600}))
    task = prepare(str(path), workspace.root.parent)[0]
    began = time.monotonic()
    with pytest.raises(DeadlinePassed, match="the run passed its deadline of 20 s"):
        run_notebook(patient, task.notebook, task.resolved, deadline_s=20)
    assert time.monotonic() - began < 20 + 15
    kept = runs_of(workspace)[-1]
    assert "done before" in (workspace.root / kept["folder"] / "R04_run.ipynb").read_text()


def test_R07_grandchildren_are_gone_even_with_a_washed_environment(workspace: Workspace) -> None:
    code = (
        "import subprocess, sys\n"
        "quiet = dict(stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True, env={})\n"
        'spawn = f\'import subprocess; print(subprocess.Popen(["sleep", "611"], **{quiet}).pid)\'\n'
        "said = subprocess.run([sys.executable, '-c', spawn], env={}, capture_output=True, text=True)\n"
        "(run.workspace.root / 'sleeper').write_text(said.stdout)"
    )
    run(workspace, "R07_washed", code, "import time\ntime.sleep(1.2)", FINISH)
    sleeper = int((workspace.root / "sleeper").read_text())
    assert not Path(f"/proc/{sleeper}").exists() or "Z" in Path(f"/proc/{sleeper}/stat").read_text()


def test_R13_fifty_megabytes_of_output_are_capped_with_a_mark(workspace: Workspace) -> None:
    done = run(workspace, "R13_prints", "for _ in range(50):\n    print('x' * 1_000_000)", FINISH)
    saved = (done.folder / "R13_prints.ipynb").read_text()
    assert "output capped at 100,000 characters" in saved
    assert len(saved) < 400_000
    assert done.report.stat().st_size < 5_000_000


@pytest.mark.parametrize("kernel", ["julia-1.9", ""])
def test_R10_a_missing_kernel_is_refused_before_anything_runs(workspace: Workspace, kernel: str) -> None:
    path = notebook(workspace.root.parent / "notebooks", "R10_kernel", FINISH, kernel=kernel)
    task = prepare(str(path), workspace.root.parent)[0]
    before = len(runs_of(workspace))
    with pytest.raises(CallError, match=r"R10.*R10_kernel\.ipynb.*next: choose Python 3") as raised:
        run_notebook(workspace, task.notebook, task.resolved)
    assert raised.value.exit_code == 2
    assert len(runs_of(workspace)) == before


def test_R17_linear_algebra_has_one_thread_whatever_the_caller_has(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENBLAS_NUM_THREADS", "4")
    asked = "import os\n\nrun.finish({'threads': int(os.environ['OPENBLAS_NUM_THREADS'])})"
    assert run(workspace, "R17_threads", asked).result["figures"] == {"threads": 1}
