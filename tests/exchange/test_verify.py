import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from bassboss_lib.contracts import unit
from bassboss_lib.errors import InputRefused
from bassboss_lib.exchange import verify as module
from bassboss_lib.exchange.inbox import Arrival
from bassboss_lib.exchange.names import Stem
from bassboss_lib.exchange.verify import verify
from bassboss_lib.workspace import Workspace
from tests.exchange.conftest import CREATED, balances

BALANCE = unit("balance")
STEM = Stem("i", "10000", "202610", "03003", 0)


@pytest.fixture
def arrival(deliver: Callable) -> Arrival:
    deliver("balance", balances(4), bytes_max=40)
    return Arrival(STEM, [1, 2], manifest=True, verification=True)


def test_several_files_are_one_delivery(workspace: Workspace, arrival: Arrival) -> None:
    found = verify(workspace, BALANCE, arrival)
    assert [(part.file, part.rows) for part in found.parts] == [(STEM.data(1), 2), (STEM.data(2), 2)]
    assert [part.file for part in found.small] == STEM.small_files
    assert (found.created, found.integrity) == (CREATED, "sha256")
    for part in [*found.parts, *found.small]:
        assert (workspace.archive / part.sha256).read_bytes() == (workspace.inbox / part.file).read_bytes()


def refused(workspace: Workspace, arrival: Arrival, **changes: object) -> str:
    with pytest.raises(InputRefused) as caught:
        verify(workspace, replace(BALANCE, **changes), arrival)
    return caught.value.line()


def test_a_unit_that_requires_a_manifest(workspace: Workspace, arrival: Arrival) -> None:
    arrival.manifest = False
    assert "requires a manifest (code 03)" in refused(workspace, arrival, manifest="required")


def test_a_fixed_file_whose_size_is_not_records_times_length(workspace: Workspace, arrival: Arrival) -> None:
    assert "size is not 2 records of 50 bytes (code 04)" in refused(workspace, arrival, profile="fixed")


def test_a_file_that_is_too_large(workspace: Workspace, arrival: Arrival, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "FILE_BYTES_MAX", 30)
    assert "34 bytes are too many for one file (code 12)" in refused(workspace, arrival)


def test_I02_a_listed_file_that_is_missing(workspace: Workspace, arrival: Arrival) -> None:
    (workspace.inbox / STEM.data(2)).unlink()
    assert "I02: the data file named is missing (code 02)" in refused(workspace, arrival)


def test_a_file_that_is_not_listed(workspace: Workspace, arrival: Arrival) -> None:
    arrival.numbers.append(3)
    assert "a data file is not listed (code 16)" in refused(workspace, arrival)


def edit(path: Path, change: Callable[[dict], object]) -> None:
    manifest = json.loads(path.read_text())
    change(manifest)
    path.write_text(json.dumps(manifest))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda manifest: manifest.update(schema_version=2), "I20: layout version 2, version 1 is declared here"),
        (lambda manifest: manifest["resources"].pop(), "list different data files (code 16)"),
        (lambda manifest: manifest.pop("key_hash"), "the manifest cannot be read at key_hash (code 03)"),
        (lambda manifest: manifest["resources"][0].update(bytes=-1), "cannot be read at resources.0.bytes"),
    ],
)
def test_a_manifest_that_does_not_fit(
    workspace: Workspace, arrival: Arrival, change: Callable[[dict], object], message: str
) -> None:
    edit(workspace.inbox / STEM.manifest, change)
    assert message in refused(workspace, arrival)


def test_a_manifest_that_is_no_json(workspace: Workspace, arrival: Arrival) -> None:
    (workspace.inbox / STEM.manifest).write_bytes(b"{")
    assert "the manifest cannot be read at file (code 03)" in refused(workspace, arrival)
