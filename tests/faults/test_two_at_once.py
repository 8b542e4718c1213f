import importlib
import os
import time
import warnings
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from bassboss_lib.contracts import unit
from bassboss_lib.errors import BassbossError
from bassboss_lib.exchange import publish, release
from bassboss_lib.ledger import Ledger
from bassboss_lib.workspace import Workspace
from tests.exchange.conftest import listed
from tests.faults.crashes import TRACEBACK, opened

ROUNDS = 50
putting_out = importlib.import_module("bassboss_lib.exchange.outbox")
LONG_ENOUGH_S = 0.1


def let_go(workspace: Workspace, delivery: str) -> None:
    """Release, slowly enough that whoever comes at the same time finds the lock taken."""
    honest = putting_out.force_folder

    def slow(folder: Path) -> None:
        time.sleep(LONG_ENOUGH_S)
        honest(folder)

    vars(putting_out)["force_folder"] = slow
    with Ledger(workspace.ledger) as ledger:
        release(workspace, ledger, delivery)


def waiting_child(work: Callable[[], None], gate: int) -> int:
    """Fork a child that starts when the gate is closed by everybody who holds its other end."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        child = os.fork()
    if child:
        return child
    code = TRACEBACK
    try:
        os.read(gate, 1)
        work()
        code = 0
    except BassbossError as error:
        code = error.exit_code
    finally:
        os._exit(code)


def both(work: Callable[[], None]) -> list[int]:
    """Let two processes do the same at once; give their exit codes in order."""
    gate, opener = os.pipe()
    children = [waiting_child(work, gate) for _ in range(2)]
    os.write(opener, b"go")
    codes = [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children]
    os.close(gate)
    os.close(opener)
    return sorted(codes)


@pytest.mark.faults
def test_O08_of_two_releases_at_once_one_wins_and_the_other_is_locked_out(tmp_path: Path) -> None:
    for number in range(ROUNDS):
        automatic = opened(tmp_path / str(number))
        workspace = replace(automatic, settings=automatic.settings.model_copy(update={"release": "manual"}))
        with Ledger(workspace.ledger) as ledger:
            staged = publish(workspace, ledger, unit("retention_list"), "202610", listed())
        assert both(lambda at=workspace, one=staged.id: let_go(at, one)) == [0, 6]  # type: ignore[misc]
        with Ledger(workspace.ledger) as ledger:
            [row] = ledger.rows("SELECT state FROM delivery")
            [released] = ledger.rows("SELECT count(*) AS times FROM event WHERE kind = 'released'")
        assert (row["state"], released["times"]) == ("released", 1)
        assert len([path for path in workspace.outbox.iterdir() if path.is_file()]) == 3
