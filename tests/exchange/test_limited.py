"""The limited child: what it may not do, what becomes of a task that breaks it, and what is believed of its answer."""

import errno
import os
import resource
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pytest
from pyarrow import ipc

from bassboss_lib.contracts import unit
from bassboss_lib.contracts.plain import as_plain
from bassboss_lib.errors import CallError, DiskFailed
from bassboss_lib.exchange import FileRefused, child, child_tasks, handing, limited, parsing
from bassboss_lib.warehouse import ingest
from bassboss_lib.workspace import Workspace
from tests.exchange.conftest import balances
from tests.exchange.inboxes import refused, stored

ROWS = b"1$202610$5\n2$202610$x\n1$202610$7\n"
LAYOUT = unit("balance")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "a.dat"
    path.write_bytes(ROWS)
    return path


def here(work: Callable[[], object]) -> tuple[int, bytes]:
    """Do something in a fork that has the child's limits; give its exit code and what it said."""
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        child.limit()
        try:
            os.write(writing, repr(work()).encode())
        except BaseException as error:
            os.write(writing, f"{type(error).__name__} {getattr(error, 'errno', '')}".encode())
        os._exit(0)
    os.close(writing)
    said = b""
    while chunk := os.read(reading, 1000):
        said += chunk
    os.close(reading)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), said


@pytest.mark.parametrize("hashed", [True, False])
def test_S24_the_child_finds_what_this_process_would(file: Path, hashed: bool) -> None:
    files = [("a.dat", file, 3)]
    found = limited.parse_files(file.parent, LAYOUT, "202610", files, hashed=hashed)
    ours = parsing.parse_files(LAYOUT, "202610", files)
    assert (found.table, found.rejects, found.totals) == (ours.table, ours.rejects, ours.totals)
    assert found.key_hash == (ours.key_hash if hashed else "")
    assert [row["reason"] for row in found.rejects.to_pylist()] == [2, 6]
    assert limited.USED["peak_kb"] > 1000
    assert [path.name for path in file.parent.iterdir()] == ["a.dat"]


@pytest.mark.parametrize("make", [socket.socket, lambda: Path("/etc/hostname").read_text(), os.pipe])
def test_S24_a_task_can_open_neither_a_socket_nor_a_file(make: Callable[[], object]) -> None:
    assert here(make) == (0, f"OSError {errno.EMFILE}".encode())


def test_S24_a_task_has_limits_on_memory_output_and_time() -> None:
    kinds = (resource.RLIMIT_AS, resource.RLIMIT_FSIZE, resource.RLIMIT_CPU, resource.RLIMIT_CORE)
    code, said = here(lambda: [resource.getrlimit(kind) for kind in kinds])
    memory, output, seconds, core = eval(said)  # noqa: S307 - what our own fork said
    assert (code, output, seconds, core) == (0, (16 << 30,) * 2, (600, 600), (0, 0))
    assert memory[0] == memory[1] < 64 << 30
    assert here(lambda: len(bytearray(3 << 30)))[1] == b"MemoryError "


def network_of(process: int | str) -> str:
    return str(Path(f"/proc/{process}/ns/net").readlink())


@pytest.mark.skipif(sys.platform != "linux", reason="networks of their own are Linux's")
def test_S24_the_child_has_a_network_of_its_own_where_the_system_lets_it(file: Path) -> None:
    limited.parse_files(file.parent, LAYOUT, "202610", [("a.dat", file, 3)])
    network = network_of(limited.RUNNING[0][1].pid)

    def leaving() -> int:
        child.leave_the_network()
        os.write(writing, network_of("self").encode())
        os._exit(0)

    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        leaving()
    os.waitpid(pid, 0)
    can = os.read(reading, 100).decode() != network_of("self")
    os.close(reading)
    os.close(writing)
    assert (network != network_of("self")) == can


def test_S24_the_child_never_has_the_key(workspace: Workspace, deliver: Callable) -> None:
    deliver("balance", balances())
    ingest(workspace)
    environment = Path(f"/proc/{limited.RUNNING[0][1].pid}/environ")
    open_files = Path(f"/proc/{limited.RUNNING[0][1].pid}/fd")
    if not open_files.exists():
        pytest.skip("the system does not tell")
    assert (workspace.vault / "key").read_bytes() not in environment.read_bytes()
    assert not [link for link in open_files.iterdir() if str(workspace.root) in str(link.readlink())]


def test_I32_S24_a_task_that_dies_is_a_refusal_and_the_next_one_goes_on(
    workspace: Workspace, deliver: Callable, monkeypatch: pytest.MonkeyPatch
) -> None:
    deliver("balance", balances())
    honest = limited.hand
    monkeypatch.setattr(limited, "hand", lambda link, task, handles: honest(link, task, []))
    assert "I32: it cannot be parsed within the limits set for it (ValueError) (code 03)" in refused(workspace)
    monkeypatch.setattr(limited, "hand", lambda link, *_: link.close())
    assert "I32: it cannot be parsed within the limits set for it (code 03)" in refused(workspace)
    monkeypatch.undo()
    assert ingest(workspace).loaded[0].loaded == 3


def test_I32_S24_a_task_that_takes_too_long_is_a_refusal(
    workspace: Workspace, deliver: Callable, monkeypatch: pytest.MonkeyPatch
) -> None:
    deliver("balance", balances())
    monkeypatch.setattr(limited, "CHILD_S", 0)
    assert "I32: it cannot be parsed within the limits" in refused(workspace)


def test_S24_a_child_that_was_killed_is_started_again(workspace: Workspace, deliver: Callable) -> None:
    deliver("balance", balances())
    ingest(workspace)
    before = limited.RUNNING[0][1]
    before.kill()
    before.wait()
    deliver("balance", balances(4), rr=1)
    assert ingest(workspace).loaded[0].loaded == 4
    assert limited.RUNNING[0][1].pid != before.pid


def test_S24_a_child_that_cannot_be_started_is_no_fault_of_the_file(
    workspace: Workspace, deliver: Callable, monkeypatch: pytest.MonkeyPatch
) -> None:
    deliver("balance", balances())
    limited._stop()
    monkeypatch.setattr(limited, "CHILD", "bassboss_lib.exchange.no_such_child")
    with pytest.raises(CallError, match="the process that parses files does not run") as caught:
        ingest(workspace)
    assert (caught.value.exit_code, stored(workspace)) == (2, [])
    monkeypatch.undo()
    assert ingest(workspace).loaded[0].loaded == 3


def test_O02_a_disk_that_is_full_for_the_child_is_a_matter_of_the_disk(
    workspace: Workspace, deliver: Callable, monkeypatch: pytest.MonkeyPatch
) -> None:
    deliver("balance", balances())
    honest = limited.hand
    with Path("/dev/full").open("wb") as full:
        swapped = lambda link, task, handles: honest(link, task, [*handles[:-2], full.fileno(), handles[-1]])  # noqa: E731
        monkeypatch.setattr(limited, "hand", swapped)
        with pytest.raises(DiskFailed, match="No space left on device") as caught:
            ingest(workspace)
    assert caught.value.exit_code == 74


def garbage(tmp_path: Path, rows: bytes, rejects: bytes = b"") -> list[Path]:
    paths = [tmp_path / "rows", tmp_path / "rejects"]
    for path, data in zip(paths, (rows, rejects), strict=True):
        path.write_bytes(data)
    return paths


def streamed(schema: pa.Schema, *batches: pa.RecordBatch) -> bytes:
    sink = pa.BufferOutputStream()
    with ipc.new_stream(sink, schema) as stream:
        for batch in batches:
            stream.write_batch(batch)
    return sink.getvalue().to_pybytes()


def no_text() -> pa.RecordBatch:
    """Give a batch whose texts are not UTF-8, as no honest writer makes one."""
    schema = child_tasks.staged_schema(LAYOUT)
    wrong = pa.array([b"\xff\xfe"], pa.binary()).view(pa.string())
    columns = [wrong if pa.types.is_string(one.type) else pa.array([1], one.type) for one in schema]
    return pa.RecordBatch.from_arrays(columns, schema=schema)


@pytest.mark.parametrize(
    ("rows", "sums"),
    [
        (lambda: b"no Arrow", [[{}, 0]]),
        (lambda: streamed(pa.schema([("a", pa.int64())])), []),
        (lambda: streamed(child_tasks.staged_schema(LAYOUT)), [[{}, 0]]),
        (lambda: streamed(child_tasks.staged_schema(LAYOUT), no_text()), [[{}, 0]]),
    ],
    ids=["no Arrow", "another schema", "blocks missing", "no text"],
)
def test_S24_an_answer_that_is_not_whole_is_not_used(tmp_path: Path, rows: Callable[[], bytes], sums: list) -> None:
    held, aside = garbage(tmp_path, rows(), streamed(child_tasks.REJECTS))
    with held.open("rb") as good, aside.open("rb") as bad, pytest.raises(FileRefused, match=r"I32.*cannot be used"):
        list(limited._blocks(LAYOUT, good, bad, sums, "a.dat"))


def served(task: dict, handles: list[int]) -> dict:
    """Let a fork of this process serve a task, as the child's forks do."""
    ours, theirs = socket.socketpair()
    pid = os.fork()
    if pid == 0:
        ours.close()
        child.serve(theirs)
        os._exit(0)
    theirs.close()
    with ours:
        handing.hand(ours, task, handles)
        said = handing.told(ours)
    os.waitpid(pid, 0)
    return said


def test_a_task_with_more_files_than_a_message_can_carry(tmp_path: Path) -> None:
    with (tmp_path / "x").open("wb") as file:
        handles = [file.fileno()] * (handing.HANDLES_AT_ONCE + 5)
        ours, theirs = socket.socketpair()
        with ours, theirs:
            sending = threading.Thread(target=handing.hand, args=(ours, {"task": "x"}, handles))
            sending.start()
            task, got = handing.received(theirs)
            sending.join()
        assert (task, len(got)) == ({"task": "x"}, len(handles))
        for one in got:
            os.close(one)


def test_a_caller_that_is_gone_ends_the_receiving() -> None:
    for sent in (b"", handing.HEAD.pack(5, 0), handing.HEAD.pack(5, 1)):
        ours, theirs = socket.socketpair()
        with theirs:
            ours.sendall(sent)
            ours.close()
            with pytest.raises(EOFError):
                handing.received(theirs)


def test_an_answer_that_is_no_json_is_none() -> None:
    ours, theirs = socket.socketpair()
    with ours:
        with theirs:
            theirs.sendall(b"{")
        assert handing.told(ours) == {}


def test_S24_what_a_task_breaks_on_is_said_by_its_kind_alone(tmp_path: Path) -> None:
    said = served({"task": "parse", "unit": as_plain(LAYOUT), "files": [["a", 1]], "period": "x", "hashed": True}, [])
    assert said == {"broken": "ValueError"}


def test_O01_a_task_ends_with_its_caller(tmp_path: Path) -> None:
    ours, theirs = socket.socketpair()
    pid = os.fork()
    if pid == 0:
        ours.close()
        vars(child_tasks)["TASKS"]["wait"] = lambda *_: time.sleep(60)
        child.serve(theirs)
        os._exit(0)
    theirs.close()
    handing.hand(ours, {"task": "wait"}, [])
    ours.close()
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 1


def test_S24_nothing_of_the_child_is_left_when_its_callers_are_gone(file: Path) -> None:
    limited.parse_files(file.parent, LAYOUT, "202610", [("a.dat", file, 3)])
    mailbox, process = limited.RUNNING.pop()
    mailbox.close()
    assert process.wait(10) == 0
    limited.parse_files(file.parent, LAYOUT, "202610", [("a.dat", file, 3)])
    assert limited.RUNNING[0][1].poll() is None
    os.kill(limited.RUNNING[0][1].pid, signal.SIGINT)
    assert limited._alive()
