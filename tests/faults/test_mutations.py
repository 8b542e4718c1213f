import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from bassboss_lib.contracts import Unit, unit, units
from bassboss_lib.errors import BassbossError
from bassboss_lib.exchange import inbox, take_in, write_delivery
from bassboss_lib.exchange.names import Stem
from bassboss_lib.exchange.report import Loaded
from bassboss_lib.workspace import Workspace, open_workspace
from tests.exchange.conftest import CREATED, balances, customers
from tests.faults.crashes import NOW
from tests.faults.mutations import mutated
from tests.faults.stranger import good_rows
from tests.private import found

EACH, EACH_SLOW = 2_500, 12_500
LOOK_EVERY = 50
"""After so many mutations, the workspace is searched for people where they must not be (S08, S09)."""
CALLS = {"kind": "voice", "direction": "mo", "other_operator": "CM", "zone": "local", "volume_bytes": 0}
CALLS |= {"charge_fen": 20, "discount_fen": 5}


def calls(count: int = 9) -> pa.Table:
    numbers = range(count)
    rows = [
        {
            **CALLS,
            "customer_id": f"{n % 4:05d}",
            "started_at": datetime(2026, 10, 1 + n, 8, n),
            "other_party": f"1700000{n:04d}" if n else None,
            "duration_s": 60 + n,
        }
        for n in numbers
    ]
    names = unit("cdr").names
    typed = pa.Table.from_pylist(rows).select(names)
    return typed.set_column(1, "started_at", typed["started_at"].cast(pa.timestamp("s")))


TABLES = {"balance": balances(12), "customer": customers(), "cdr": calls()}
CASES = [("balance", "delimited"), ("cdr", "delimited"), ("customer", "delimited"), ("customer", "fixed")]


@dataclass
class Desk:
    """An intake whose rows are caught instead of stored."""

    unit: Unit
    folder: Path
    workspace: Workspace
    caught: list[dict]

    def offer(self, files: dict[str, bytes]) -> Loaded | BassbossError | None:
        """Put files into the inbox and take them in; what was accepted before is forgotten."""
        self.caught.clear()
        for path in self.workspace.inbox.iterdir():
            path.unlink()
        for name, data in files.items():
            (self.workspace.inbox / name).write_bytes(data)
        try:
            report = take_in(self.workspace, self._load)
        except BassbossError as error:
            return error
        if not report.loaded:
            return None
        shutil.rmtree(self.workspace.root)
        self.workspace = open_workspace(self.folder / "w", NOW)
        return report.loaded[0]

    def _load(self, workspace: Workspace, layout: Unit, stem: Stem, table: pa.Table) -> Path:
        self.caught += table.to_pylist()
        return workspace.warehouse


@pytest.fixture
def fast_folder(tmp_path: Path) -> Iterator[Path]:
    """A folder in memory where the machine has one: thousands of deliveries go through it."""
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else tmp_path) as folder:
        yield Path(folder)


def desk_of(folder: Path, patched: pytest.MonkeyPatch, name: str, profile: str) -> Desk:
    layout = replace(unit(name), profile=profile)
    patched.setattr(inbox, "units", lambda: [layout, *[one for one in units() if one.name != name]])
    return Desk(layout, folder, open_workspace(folder / "w", NOW), [])


def delivery(desk: Desk, name: str, manifest: bool) -> dict[str, bytes]:
    sent = {"province": "10000", "created": CREATED, "manifest": manifest, "bytes_max": 300}
    paths = write_delivery(desk.folder / "sent", desk.unit, "202610", TABLES[name], **sent)
    return {path.name: path.read_bytes() for path in paths}


def judged(desk: Desk, files: dict[str, bytes], whole: list[dict] | None) -> str:
    """Offer files and say what became of them; what is loaded must be what a stranger finds good in them."""
    outcome = desk.offer(files)
    if not isinstance(outcome, Loaded):
        return f"exit {outcome.exit_code}" if outcome else "waits"
    data = [files[name] for name in sorted(files) if name.endswith(".dat")]
    assert desk.caught == good_rows(desk.unit, "202610", data)
    assert (outcome.loaded, outcome.rows) == (len(desk.caught), len(desk.caught) + outcome.quarantined)
    if outcome.integrity == "sha256":
        assert desk.caught == whole
    return "loaded"


def mutate_and_judge(desk: Desk, name: str, *, manifest: bool, seed: int, count: int) -> Counter:
    files, chance, seen = delivery(desk, name, manifest), np.random.default_rng(seed), Counter()
    assert judged(desk, files, TABLES[name].to_pylist()) == "loaded"
    for number in range(count):
        changed = mutated(files, chance)
        became = judged(desk, changed, TABLES[name].to_pylist())
        assert became == "loaded" or changed != files
        seen[became] += 1
        if number % LOOK_EVERY == LOOK_EVERY - 1:
            assert found(desk.workspace, TABLES["customer"]) == []
    return seen


@pytest.mark.faults
@pytest.mark.parametrize("manifest", [True, False], ids=["sha256", "counts only"])
@pytest.mark.parametrize(("name", "profile"), CASES)
def test_I05_I06_I07_no_mutation_is_wrongly_accepted(
    fast_folder: Path, monkeypatch: pytest.MonkeyPatch, name: str, profile: str, manifest: bool
) -> None:
    desk = desk_of(fast_folder, monkeypatch, name, profile)
    seen = mutate_and_judge(desk, name, manifest=manifest, seed=len(name), count=EACH)
    assert seen["exit 3"] > EACH / 2
    assert set(seen) <= {"exit 3", "exit 4", "exit 12", "loaded", "waits"}


@pytest.mark.slow
@pytest.mark.parametrize("manifest", [True, False], ids=["sha256", "counts only"])
@pytest.mark.parametrize(("name", "profile"), CASES)
def test_I05_I06_I07_no_mutation_of_very_many_is_wrongly_accepted(
    fast_folder: Path, monkeypatch: pytest.MonkeyPatch, name: str, profile: str, manifest: bool
) -> None:
    desk = desk_of(fast_folder, monkeypatch, name, profile)
    seen = mutate_and_judge(desk, name, manifest=manifest, seed=99, count=EACH_SLOW)
    kind = "sha256" if manifest else "counts only"
    print(f"{name}, {profile}, {kind}: {dict(sorted(seen.items()))}; 0 wrongly accepted")
    assert seen["exit 3"] > EACH_SLOW / 2
    assert set(seen) <= {"exit 3", "exit 4", "exit 12", "loaded", "waits"}
