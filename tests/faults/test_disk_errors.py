import errno
import io
import os
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from bassboss_lib.errors import DiskFailed
from bassboss_lib.workspace import Workspace
from tests.faults.conftest import Scene
from tests.faults.crashes import dump, files, forked, publish_list, take
from tests.faults.test_crash_matrix import loaded_whole, shown_whole

EXIT_DISK = 74
NEVER_MORE_THAN = 400


class Shim:
    """Counts calls that touch the disk, and refuses the n-th as a full disk would."""

    def __init__(self, nth: int) -> None:
        self.left = nth

    def __call__(self, call: Callable) -> Callable:
        def counted(*about: object, **more: object) -> object:
            self.count()
            return call(*about, **more)

        return counted

    def count(self) -> None:
        self.left -= 1
        if self.left == 0:
            raise OSError(errno.ENOSPC, "No space left on device")


def refuse_writes(patched: pytest.MonkeyPatch, shim: Shim) -> None:
    """Refuse the n-th write of a file opened by Python, or of a Parquet file."""
    honest = io.open

    def opening(*about: object, **more: object) -> io.IOBase:
        file = honest(*about, **more)  # type: ignore[call-overload]
        return Watched(file, shim) if file.writable() else file  # type: ignore[return-value]

    patched.setattr(io, "open", opening)
    patched.setattr(pq.ParquetWriter, "write_table", shim(pq.ParquetWriter.write_table))


class Watched:
    """A file whose writes are counted."""

    def __init__(self, file: io.BufferedWriter, shim: Shim) -> None:
        self.file, self.write = file, shim(file.write)

    def __getattr__(self, name: str) -> object:
        return getattr(self.file, name)

    def __enter__(self) -> "Watched":
        return self

    def __exit__(self, *_: object) -> None:
        self.file.close()


def refuse_folder_changes(patched: pytest.MonkeyPatch, shim: Shim) -> None:
    """Refuse the n-th rename, link or removal."""
    for name in ("rename", "replace", "link", "unlink"):
        patched.setattr(os, name, shim(getattr(os, name)))


def refuse_forcing(patched: pytest.MonkeyPatch, shim: Shim) -> None:
    """Refuse the n-th fsync."""
    patched.setattr(os, "fsync", shim(os.fsync))


def refuse_statements(patched: pytest.MonkeyPatch, shim: Shim) -> None:
    """Refuse the n-th statement of the ledger, as SQLite does on a failing disk."""

    class Failing(sqlite3.Connection):
        def execute(self, *about: object) -> sqlite3.Cursor:
            try:
                shim.count()
            except OSError as error:
                raise sqlite3.OperationalError("disk I/O error") from error
            return super().execute(*about)  # type: ignore[arg-type]

    honest = sqlite3.connect
    patched.setattr(sqlite3, "connect", lambda *about, **more: honest(*about, **more, factory=Failing))


REFUSALS = [refuse_writes, refuse_folder_changes, refuse_forcing, refuse_statements]


def sweep(scene: Scene, folder: Path, refuse: Callable, work: Callable, whole: Callable) -> int:
    """Refuse the n-th call for n = 1, 2, 3 … until the work passes; give how many refusals there were."""
    for nth in range(1, NEVER_MORE_THAN):
        workspace = scene.fresh(folder / str(nth))
        with pytest.MonkeyPatch.context() as patched:
            shim = Shim(nth)
            refuse(patched, shim)
            try:
                work(workspace)
            except DiskFailed as error:
                assert error.exit_code == EXIT_DISK
        whole(workspace, scene)
        if shim.left > 0:
            return nth - 1
        work(workspace)
        assert dump(workspace) == scene.undisturbed
    raise AssertionError("it never passed")


@pytest.mark.faults
@pytest.mark.parametrize("refuse", REFUSALS)
def test_O02_O03_the_nth_refusal_of_the_disk_while_publishing(
    publishing: Scene, tmp_path: Path, refuse: Callable
) -> None:
    assert sweep(publishing, tmp_path, refuse, publish_list, shown_whole) >= 3


@pytest.mark.faults
@pytest.mark.parametrize("refuse", REFUSALS)
def test_I31_the_nth_refusal_of_the_disk_while_taking_in(arriving: Scene, tmp_path: Path, refuse: Callable) -> None:
    assert sweep(arriving, tmp_path, refuse, take, loaded_whole) >= 3


@pytest.mark.faults
@pytest.mark.parametrize("flow", ["publishing", "arriving"])
def test_O02_no_file_may_outgrow_a_limit(request: pytest.FixtureRequest, tmp_path: Path, flow: str) -> None:
    """The kernel itself refuses here: whatever writes the file, it fails in the middle of it."""
    scene: Scene = request.getfixturevalue(flow)
    work, whole = (publish_list, shown_whole) if flow == "publishing" else (take, loaded_whole)
    codes = []
    for limit in [0, 1, 100, 104, 500, 1000, 2000, 4000, 8000, 16_000, 36_000, 65_000, 100_000, 1 << 22]:
        workspace: Workspace = scene.fresh(tmp_path / str(limit))
        codes.append(forked(lambda at=workspace: work(at), bytes_max=limit))  # type: ignore[misc]
        whole(workspace, scene)
        work(workspace)
        assert dump(workspace) == scene.undisturbed
    assert set(codes) == {EXIT_DISK, 0}
    assert codes == sorted(codes, reverse=True)
    assert files(workspace) == scene.undisturbed["files"]
