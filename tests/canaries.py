"""After every test of a fault row: nobody may be named by what it said or left (S09).

Every test whose name carries a row of the fault table (I, O or R) is listened to: each error of ours that is made, what
goes to standard error, what is logged, and what processes say that it started. Afterwards the workspaces that it left
or used are searched: ledger, receipts, runs, reports, warehouse. The canaries are the seeded people of the literal
rows, and everybody in the vaults of those workspaces.
"""

import re
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pyarrow as pa
import pytest

from bassboss_lib.errors import BassbossError
from bassboss_lib.workspace import Workspace, open_workspace
from tests.private import canaries, found

__all__ = ["heard", "listened", "pytest_runtest_makereport", "seeded"]

ROW = re.compile(r"_[IOR]\d\d_")
SEEDED = re.compile(
    r"(?<![0-9A-Za-z])1[3-9]\d{9}(?![0-9A-Za-z])|(?<![0-9A-Za-z.])0{6,}[1-9]\d{0,4}(?![0-9A-Za-z])"
    r"|张三|李四|王五|𠀀㐀😀|O'Neil|欧阳春晖|司马相如|春晖机械厂"
)
"""Numbers, identifiers and names as the literal rows of the tests have them."""

PEOPLE = pa.table(
    {
        "msisdn": [f"170{number:08d}" for number in range(1, 101)],
        "customer_id": [f"{number:010d}" for number in range(1, 101)],
        "name": ["欧阳春晖", "司马相如", "𠀀㐀😀", 'O\'Neil "x"'] * 25,
    }
)
"""Whom to look for where a workspace has taken in nobody."""

DIGITS = re.compile(r"(?<!\d)\d{10,12}(?!\d)")
HEARD = pytest.StashKey[list[BassbossError]]()
SAID = pytest.StashKey[list[str]]()
LEDGERS = pytest.StashKey[Callable[[], list[Path]]]()


def listened(name: str) -> bool:
    """Tell whether a test is one of a fault row."""
    return ROW.search(f"_{name}_") is not None


def seeded(text: str, people: tuple[set[str], set[str]] = (set(), set())) -> list[str]:
    """Give the canaries in a text: seeded ones, and of ``people`` numbers and names."""
    numbers, names = people
    return [*SEEDED.findall(text), *numbers.intersection(DIGITS.findall(text)), *[one for one in names if one in text]]


@pytest.fixture(autouse=True)
def heard(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Listen to a test of a fault row, and search what it left."""
    if not listened(request.node.name):
        yield
        return
    made: list[BassbossError] = []
    honest = BassbossError.__init__
    said: list[str] = []
    communicate = subprocess.Popen.communicate

    def noted(self: BassbossError, *about: object, **more: object) -> None:
        honest(self, *about, **more)  # type: ignore[arg-type]
        made.append(self)

    def overheard(self: subprocess.Popen, *about: object, **more: object) -> tuple:
        streams = communicate(self, *about, **more)  # type: ignore[arg-type]
        said.extend(one if isinstance(one, str) else one.decode("utf-8", "replace") for one in streams if one)
        return streams

    monkeypatch.setattr(BassbossError, "__init__", noted)
    monkeypatch.setattr(subprocess.Popen, "communicate", overheard)
    folder, node = request.getfixturevalue("tmp_path"), request.node

    def ledgers() -> list[Path]:
        used = [one.root for one in node.funcargs.values() if isinstance(one, Workspace)]
        return sorted({path for root in (folder, *used) for path in root.rglob("ledger.db") if _is_ledger(path)})

    node.stash[HEARD], node.stash[SAID], node.stash[LEDGERS] = made, said, ledgers
    yield
    for ledger in ledgers():
        people = None if any(ledger.parent.glob("vault/identity/*/*.parquet")) else PEOPLE
        assert found(open_workspace(ledger.parent), people) == [], "somebody is named in a file of the workspace"


def _is_ledger(path: Path) -> bool:
    """Tell whether a test left a ledger there, and not what it had put in its place."""
    with path.open("rb") as file:
        return file.read(6) == b"SQLite"


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """Fail a test of a fault row if an error, standard error or a log named a canary."""
    outcome = yield
    report = outcome.get_result()  # type: ignore[attr-defined]
    if report.when != "call" or report.failed or HEARD not in item.stash:
        return
    told = [f"{error.line()} {' '.join(getattr(error, '__notes__', []))}" for error in item.stash[HEARD]]
    told += [report.capstderr, report.caplog, *item.stash[SAID]]
    vaults = [path.parent for path in item.stash[LEDGERS]()]
    known = [canaries(open_workspace(vault)) for vault in vaults if any(vault.glob("vault/identity/*/*.parquet"))]
    people = set().union(*[numbers for numbers, _ in known]), set().union(*[names for _, names in known])
    if any(seeded(text, people) for text in told):
        report.outcome = "failed"
        report.longrepr = "S09: an error, standard error or a log names somebody of the seeded people"
