"""R28: a full disk or a ledger that may only be read ends a run with 74, and the ledger is whole."""

import errno
import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from bassboss_lib.errors import BassbossError, DiskFailed
from bassboss_lib.ledger import Ledger
from bassboss_lib.runs import execute, prepare, run_notebook
from bassboss_lib.workspace import Workspace
from tests.runs.tiny import FINISH, notebook, runs_of, wait_until_nothing_runs, workspace_of

pytestmark = pytest.mark.faults

SMALL_BYTES = 60_000


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return workspace_of(tmp_path / "work")


def run(workspace: Workspace, name: str, *cells: str) -> None:
    path = notebook(workspace.root.parent / "notebooks", name, *cells)
    task = prepare(str(path), workspace.root.parent)[0]
    run_notebook(workspace, task.notebook, task.resolved)


def intact(workspace: Workspace) -> bool:
    with sqlite3.connect(workspace.ledger) as ledger:
        return ledger.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


def test_R28_a_disk_that_is_full_for_every_file_of_the_run(workspace: Workspace) -> None:
    """A limit on the size of files stands for the full disk, in a process of its own and in all it starts."""
    path = notebook(workspace.root.parent / "notebooks", "R28_full", "print('x' * 90_000)", FINISH)
    code = (
        "import resource, signal, sys\n"
        "from bassboss_lib.cli import main\n"
        "from bassboss_lib.ledger import Ledger\nfrom bassboss_lib.workspace import open_workspace\n"
        "with Ledger(open_workspace().ledger): pass\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        f"resource.setrlimit(resource.RLIMIT_FSIZE, ({SMALL_BYTES}, {SMALL_BYTES}))\n"
        "main(['run', sys.argv[1]])\n"
    )
    home = {"BASSBOSS_WORKSPACE": str(workspace.root), "BASSBOSS_NOW": "2026-11-05T08:00"}
    done = subprocess.run(
        [sys.executable, "-c", code, str(path)], env={**os.environ, **home}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 74, done.stderr
    assert done.stderr.count("\n") == 1
    assert "next: free the disk and run again" in done.stderr
    assert intact(workspace)
    wait_until_nothing_runs(workspace)
    assert "DONE" not in [one["state"] for one in runs_of(workspace)]
    run(workspace, "R28_full", "print('x' * 90_000)", FINISH)  # with room again
    assert [one["state"] for one in runs_of(workspace)][-1] == "DONE"


def test_R28_a_ledger_that_may_only_be_read(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    with Ledger(workspace.ledger) as ledger:
        ledger.execute("PRAGMA journal_mode=DELETE")
    honest = sqlite3.connect
    monkeypatch.setattr(sqlite3, "connect", lambda path, **more: honest(f"file:{path}?mode=ro", uri=True, **more))
    with pytest.raises(DiskFailed) as raised:
        run(workspace, "R28_read_only", FINISH)
    monkeypatch.undo()
    assert raised.value.exit_code == 74
    assert "the ledger cannot be used" in raised.value.line()
    assert intact(workspace)
    assert runs_of(workspace) == []


def test_R28_the_end_of_a_run_that_the_ledger_cannot_take_is_no_success(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise DiskFailed("the ledger cannot be used: disk is full", fault="R28")

    with monkeypatch.context() as patched:
        patched.setattr(execute.record, "end", refuse)
        with pytest.raises(DiskFailed):
            run(workspace, "R28_end", FINISH)
    assert [one["state"] for one in runs_of(workspace)] == ["RUNNING"]
    run(workspace, "R28_end", FINISH)
    assert [one["state"] for one in runs_of(workspace)] == ["ABANDONED", "DONE"]
    assert intact(workspace)


@pytest.mark.parametrize("nth", range(1, 5))
def test_R28_the_nth_refusal_of_the_disk_while_the_folder_is_finished(
    workspace: Workspace, nth: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    left = [nth]

    def counted(*_: object) -> None:
        left[0] -= 1
        if left[0] == 0:
            raise OSError(errno.ENOSPC, "No space left on device")

    opening = Path.open

    def watched(path: Path, *about: object, **more: object) -> object:
        if str(path).startswith(str(workspace.runs)) and about[:1] == ("w",):
            counted()
        return opening(path, *about, **more)  # type: ignore[arg-type]

    with monkeypatch.context() as patched:
        patched.setattr(Path, "open", watched)
        try:
            run(workspace, "R28_nth", FINISH)
        except BassbossError as error:
            assert error.exit_code == 74
            assert "DONE" not in [one["state"] for one in runs_of(workspace)]
        else:
            assert left[0] > 0, "a refused write was not noticed"
    assert intact(workspace)
