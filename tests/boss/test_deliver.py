import hashlib
from datetime import datetime
from pathlib import Path

import pytest

from bassboss_lib.boss import deliver, truth
from bassboss_lib.errors import CallError
from bassboss_lib.exchange import parse
from bassboss_lib.workspace import Workspace, open_workspace

SMALL = {"customers": 200, "seed": 3}


def _hashes(workspace: Workspace, month: str) -> dict[str, str]:
    files = sorted(workspace.inbox.glob(f"*_{month}_*"))
    return {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in files}


def test_a_month_comes_as_all_its_units_with_manifest_and_verification_file(workspace: Workspace) -> None:
    written = deliver(workspace, "202508", **SMALL)
    monthly = {"01002", "02001", "02029", "03003", "03004", "03006", "03007", "04008", "06012", "06021", "06040"}
    units = {*monthly, "01003"}
    assert {parse(file.name).stem.unit for file in written} == units
    assert len(written) == 3 * len(units)
    assert {parse(file.name).kind for file in written} == {"data", "manifest", "verification"}
    assert all(file.exists() for file in written)


def test_a_month_is_built_on_the_third_of_the_next_whatever_the_clock_says(workspace: Workspace) -> None:
    written = deliver(workspace, "202508", **SMALL)
    verification = next(file for file in written if file.suffix == ".verf").read_text()
    assert datetime.strptime(verification[88:102], "%Y%m%d%H%M%S") == datetime(2025, 9, 3, 2)


def test_month_by_month_and_in_one_go_give_the_same_bytes(tmp_path: Path) -> None:
    slow, quick = (open_workspace(tmp_path / name) for name in ("slow", "quick"))
    for month in ("202508", "202509", "202510"):
        deliver(slow, month, **SMALL)
    deliver(quick, "202510", **SMALL)
    assert _hashes(slow, "202510") == _hashes(quick, "202510")
    assert not _hashes(quick, "202509")


def test_a_month_delivered_again_has_the_same_bytes(workspace: Workspace) -> None:
    deliver(workspace, "202508", **SMALL)
    first = _hashes(workspace, "202508")
    deliver(workspace, "202509")
    for file in workspace.inbox.iterdir():
        file.unlink()
    deliver(workspace, "202508")
    assert _hashes(workspace, "202508") == first


def test_another_seed_gives_other_bytes(tmp_path: Path) -> None:
    one, other = (open_workspace(tmp_path / name) for name in ("one", "other"))
    deliver(one, "202508", customers=200, seed=3)
    deliver(other, "202508", customers=200, seed=4)
    names = [name for name in _hashes(one, "202508") if name.endswith("04008_00_001.dat")]
    assert [_hashes(one, "202508")[name] == _hashes(other, "202508")[name] for name in names] == [False]


@pytest.mark.parametrize(
    ("month", "options", "message"),
    [
        ("202507", {}, "opens in 202508"),
        ("2025-08", {}, "is not a month"),
        ("202509", {"customers": 300}, "has customers 200, not 300"),
        ("202509", {"seed": 9}, "has seed 3, not 9"),
        ("202509", {"fault": ["I99"]}, "unknown fault I99"),
        ("202509", {"fault": ["I03:nothing"]}, "unknown unit nothing"),
    ],
)
def test_a_call_that_does_not_fit_is_refused(workspace: Workspace, month: str, options: dict, message: str) -> None:
    deliver(workspace, "202508", **SMALL)
    before = sorted(workspace.inbox.iterdir())
    with pytest.raises(CallError, match=message):
        deliver(workspace, month, **options)
    assert sorted(workspace.inbox.iterdir()) == before


def test_the_truth_of_a_month_is_kept_and_covers_who_is_in_network(workspace: Workspace) -> None:
    deliver(workspace, "202508", **SMALL)
    table = truth(workspace, "202508")
    assert (workspace.boss / "truth" / "month=202508" / "truth.parquet").exists()
    assert table.equals(truth(workspace, "202508"))
    assert table["customer_id"].to_pylist() == sorted(table["customer_id"].to_pylist())
    with pytest.raises(CallError, match="not delivered yet"):
        truth(workspace, "202509")
