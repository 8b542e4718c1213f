"""Work done in forked children that die, and what a workspace says afterwards, put down canonically."""

import ast
import os
import re
import resource
import signal
import time
import warnings
from collections.abc import Callable
from pathlib import Path

from bassboss_lib.contracts import unit
from bassboss_lib.errors import BassbossError
from bassboss_lib.exchange import publish, recover
from bassboss_lib.exchange.disk import sha256_of
from bassboss_lib.ledger import Ledger
from bassboss_lib.vault import create_key
from bassboss_lib.warehouse import ingest
from bassboss_lib.workspace import Workspace, open_workspace
from tests.exchange.conftest import listed
from tests.private import found

EXCHANGE = Path(__file__).resolve().parents[2] / "bassboss_lib" / "exchange"
NOW = "2026-11-03T08:00"
KILLED = -signal.SIGKILL
TRACEBACK = 99
NOT_COMPARED = re.compile(r"ledger\.db.*|\.[a-z]+\.lock|settings\.yaml")


def failpoints(flow: str) -> list[str]:
    """Name every failpoint of a flow, in the order of their numbers, from the sources themselves."""
    found = set()
    for path in EXCHANGE.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "failpoint":
                argument = node.args[0]
                if isinstance(argument, ast.Constant) and argument.value.startswith(f"{flow}:"):
                    found.add(argument.value)
    return sorted(found, key=lambda name: int(name.split(":")[1]))


def forked(
    work: Callable[[], object], *, step: str = "", kill_after_s: float | None = None, bytes_max: int | None = None
) -> int:
    """Do some work in a forked child and give its exit code, or minus the signal that ended it.

    It dies at failpoint ``step``, or by SIGKILL after ``kill_after_s``; no file of it may outgrow ``bytes_max``.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        child = os.fork()
    if child == 0:
        os._exit(_exit_code(work, step, bytes_max))
    if kill_after_s is not None:
        time.sleep(kill_after_s)
        os.kill(child, signal.SIGKILL)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def _exit_code(work: Callable[[], object], step: str, bytes_max: int | None) -> int:
    if step:
        os.environ["BASSBOSS_FAIL"] = step
    if bytes_max is not None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (bytes_max, resource.RLIM_INFINITY))
    try:
        work()
    except BassbossError as error:
        return error.exit_code
    except BaseException:
        return TRACEBACK
    return 0


def opened(root: Path) -> Workspace:
    """Open a workspace whose clock stands still and whose pseudonyms are always the same."""
    workspace = open_workspace(root, NOW)
    create_key(workspace, b"faults")
    return workspace


def publish_list(workspace: Workspace, count: int = 40) -> None:
    with Ledger(workspace.ledger) as ledger:
        publish(workspace, ledger, unit("retention_list"), "202610", listed(count))


def mend(workspace: Workspace) -> None:
    """Recover, and recover again, which has to change nothing."""
    with Ledger(workspace.ledger) as ledger:
        recover(workspace, ledger)
        assert recover(workspace, ledger) == []


def take(workspace: Workspace) -> None:
    ingest(workspace)


def files(workspace: Workspace, folder: str = "") -> dict[str, str]:
    """Give every file below a folder of the workspace, by path, as its hash."""
    found = {}
    for path in sorted((workspace.root / folder).rglob("*")):
        if path.is_file() and not NOT_COMPARED.fullmatch(path.name):
            found[str(path.relative_to(workspace.root))] = sha256_of(path)
    return found


def dump(workspace: Workspace) -> dict[str, object]:
    """Put a workspace down canonically: its files, every table of its ledger, the last event of every subject.

    Whatever happened to it, nobody is found in it outside the rooms for identifiers in clear (S08, S09).
    """
    assert found(workspace) == []
    said: dict[str, object] = {"files": files(workspace)}
    with Ledger(workspace.ledger) as ledger:
        named = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name <> 'event'"
        for row in ledger.rows(named):
            rows = ledger.rows(f'SELECT * FROM "{row["name"]}"')  # noqa: S608
            said[row["name"]] = sorted(repr(tuple(one)) for one in rows)
        last = "SELECT subject, kind FROM event WHERE id IN (SELECT max(id) FROM event GROUP BY subject)"
        said["last events"] = sorted(tuple(row) for row in ledger.rows(last))
        assert [tuple(row) for row in ledger.rows("PRAGMA integrity_check")] == [("ok",)]
    return said
