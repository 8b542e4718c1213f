import os
import signal
import warnings
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from bassboss_lib.errors import CallError, DiskFailed, LedgerMismatch
from bassboss_lib.exchange import publish, recover, release, withdraw
from bassboss_lib.ledger import Ledger
from bassboss_lib.workspace import Workspace, open_workspace
from tests.exchange.answers import ID
from tests.exchange.conftest import listed
from tests.exchange.outboxes import LIST, NAMES, STEPS, outbox, publish_apart


def killed(work: Callable[[], object], step: str) -> bool:
    """Do some work in a forked child that dies at a failpoint; tell whether it did."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        child = os.fork()
    if child == 0:
        os.environ["BASSBOSS_FAIL"] = step
        try:
            work()
        finally:
            os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL


def dump(workspace: Workspace) -> tuple:
    with Ledger(workspace.ledger) as ledger:
        rows = [tuple(row) for row in ledger.rows("SELECT * FROM delivery ORDER BY id")]
        parts = [tuple(row) for row in ledger.rows("SELECT * FROM part ORDER BY file")]
    return outbox(workspace), rows, parts, sorted(path.name for path in (workspace.outbox / ".tmp").glob("*"))


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> tuple:
    workspace = open_workspace(tmp_path_factory.mktemp("undisturbed"), "2026-11-03T08:00")
    publish_apart(workspace)
    return dump(workspace)


def failing(call: Callable, count: int) -> Callable:
    """Give a call that fails when it is called for the n-th time."""
    left = [count]

    def fail(*about: object) -> object:
        left[0] -= 1
        if left[0] == 0:
            raise OSError(28, "No space left on device")
        return call(*about)

    return fail


@pytest.mark.parametrize("name", ["fsync", "link"])
def test_O02_O03_the_nth_refusal_of_the_disk_leaves_old_or_new(
    tmp_path: Path, undisturbed: tuple, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    for count in range(1, 20):
        workspace = open_workspace(tmp_path / str(count), "2026-11-03T08:00")
        with monkeypatch.context() as patched:
            patched.setattr(os, name, failing(getattr(os, name), count))
            try:
                publish_apart(workspace)
            except DiskFailed as error:
                assert (error.exit_code, "No space left" in error.line()) == (74, True)
            else:
                break
        assert NAMES[1] not in outbox(workspace) or outbox(workspace) == undisturbed[0]
        publish_apart(workspace)
        assert dump(workspace) == undisturbed
    assert count > 3


@pytest.mark.parametrize("step", range(1, STEPS + 1))
def test_O01_O04_a_kill_at_any_step_shows_nothing_or_everything(
    workspace: Workspace, undisturbed: tuple, step: int
) -> None:
    assert killed(lambda: publish_apart(workspace), f"publish:{step}")
    visible = outbox(workspace)
    if NAMES[1] in visible:
        assert visible == undisturbed[0]
    with Ledger(workspace.ledger) as ledger:
        recover(workspace, ledger)
        assert recover(workspace, ledger) == []
    assert list(outbox(workspace)) in ([], NAMES)
    publish_apart(workspace)
    assert dump(workspace) == undisturbed


def test_recover_sweeps_what_nobody_knows_after_a_day(workspace: Workspace, ledger: Ledger) -> None:
    old, new = (workspace.outbox / ".tmp" / name for name in ("old", "new"))
    for folder in (old, new):
        folder.mkdir(parents=True)
    long_ago = (datetime.now() - timedelta(days=2)).timestamp()
    os.utime(old, (long_ago, long_ago))
    recover(workspace, ledger)
    assert (old.exists(), new.exists()) == (False, True)


def test_a_release_begun_whose_files_are_gone_needs_a_person(workspace: Workspace, ledger: Ledger) -> None:
    assert killed(lambda: publish_apart(workspace), "publish:8")
    for path in sorted((workspace.outbox / ".tmp").rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()
    with pytest.raises(LedgerMismatch, match="staged files are gone") as caught:
        recover(workspace, ledger)
    assert caught.value.exit_code == 10


@pytest.mark.parametrize("step", ["withdraw:1", "withdraw:2"])
def test_a_withdrawal_that_was_interrupted_is_finished(workspace: Workspace, step: str) -> None:
    publish_apart(workspace)

    def take_back() -> None:
        with Ledger(workspace.ledger) as ledger:
            withdraw(workspace, ledger, ID)

    assert killed(take_back, step)
    assert (NAMES[1] in outbox(workspace)) == (step == "withdraw:1")
    with Ledger(workspace.ledger) as ledger:
        assert recover(workspace, ledger) == [f"{ID}: withdrawal finished"]
        assert recover(workspace, ledger) == []
        assert ledger.one("SELECT state FROM delivery")["state"] == "withdrawn"
    assert outbox(workspace) == {}


def test_an_archive_on_a_disk_of_its_own_gets_a_copy(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    link = os.link

    def across(source: Path, target: Path) -> None:
        if target.parent == workspace.archive:
            raise OSError(18, "Invalid cross-device link")
        link(source, target)

    monkeypatch.setattr(os, "link", across)
    publish_apart(workspace)
    assert list(outbox(workspace)) == NAMES
    kept = {path.read_bytes() for path in workspace.archive.iterdir()}
    assert kept == set(outbox(workspace).values())


def manual(workspace: Workspace) -> Workspace:
    return replace(workspace, settings=workspace.settings.model_copy(update={"release": "manual"}))


def test_a_manual_release_stays_staged_until_it_is_let_go(workspace: Workspace, ledger: Ledger) -> None:
    staged = publish(manual(workspace), ledger, LIST, "202610", listed())
    assert (staged.state, outbox(workspace)) == ("staged", {})
    assert all(path.exists() for path in staged.files)
    assert recover(workspace, ledger) == []
    assert release(workspace, ledger, staged.id).state == "released"
    assert list(outbox(workspace)) == NAMES
    assert release(workspace, ledger, staged.id).already
    with pytest.raises(CallError, match="unknown, not staged"):
        release(workspace, ledger, "out-31001-10000-202609-00")


def test_O09_a_staged_file_that_was_altered_is_not_released(workspace: Workspace, ledger: Ledger) -> None:
    staged = publish(manual(workspace), ledger, LIST, "202610", listed())
    with staged.files[0].open("ab") as file:
        file.write(b"x")
    with pytest.raises(LedgerMismatch, match="O09: a staged file was altered"):
        release(workspace, ledger, staged.id)
    assert outbox(workspace) == {}


def test_O02_a_full_disk_is_remembered_as_failed(
    workspace: Workspace, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "fsync", failing(os.fsync, 1))
    with pytest.raises(DiskFailed, match="No space left"):
        publish(workspace, ledger, LIST, "202610", listed())
    assert [row["state"] for row in ledger.rows("SELECT state FROM delivery")] == ["failed"]
    assert not any((workspace.outbox / ".tmp").iterdir())
