import json
from types import SimpleNamespace

import numpy as np
import pytest

from bassboss_lib.errors import CallError, GateRefused, InputRefused
from bassboss_lib.runs import context
from bassboss_lib.runs.context import start


@pytest.fixture
def root(tmp_path, monkeypatch):
    monkeypatch.setenv("BASSBOSS_WORKSPACE", str(tmp_path))
    monkeypatch.setenv("BASSBOSS_NOW", "2026-11-05T08:00")
    monkeypatch.delenv("BASSBOSS_RUN_DIR", raising=False)
    deliver(tmp_path, "202610")
    return tmp_path


def deliver(root, month):
    (root / "warehouse" / "customer" / f"month={month}").mkdir(parents=True)
    (root / "warehouse" / "customer" / f"month={month}" / "part-00.parquet").touch()


def test_result_has_exactly_the_shape_of_the_design(root):
    run = start("10_retention_train", month="202610")
    list_file = root / "outbox" / "i_10000_202610_31001_00_001.dat"
    run.finish(
        {"auc": np.float64(0.81), "listed": np.int64(3), "converged": 1.0},
        {"auc": (np.float32(0.75), 0.875)},
        {"train": np.int64(1000)},
        [list_file, run.folder / "list.parquet"],
    )
    assert json.loads((run.folder / "result.json").read_text()) == {
        "notebook": "10_retention_train",
        "month": "202610",
        "source": "",
        "figures": {"auc": 0.81, "listed": 3, "converged": 1.0},
        "intervals": {"auc": [0.75, 0.875]},
        "rows": {"train": 1000},
        "files": ["outbox/i_10000_202610_31001_00_001.dat", "list.parquet"],
    }


@pytest.mark.parametrize("value", [float("nan"), float("inf"), np.nan])
def test_figures_that_are_no_numbers_are_refused(root, value):
    run = start("x", month="202610")
    with pytest.raises(CallError, match="auc is"):
        run.finish({"auc": value})
    assert not (run.folder / "result.json").exists()


def test_interval_needs_its_figure(root):
    with pytest.raises(CallError, match="interval 'acu' needs a figure"):
        start("x", month="202610").finish({"auc": 0.8}, {"acu": (0.1, 0.2)})


def test_manual_runs_get_folders_of_their_own(root):
    assert [start("x", month="202610").folder.relative_to(root).as_posix() for _ in range(2)] == [
        "runs/202610/x/manual-1",
        "runs/202610/x/manual-2",
    ]


def test_run_folder_of_the_environment_is_taken(root, monkeypatch):
    monkeypatch.setenv("BASSBOSS_RUN_DIR", str(root / "aside"))
    assert start("x", month="202610").folder == root / "aside"


def test_a_source_has_no_month(root):
    run = start("x", month="202610", source="cell2cell", language="en")
    assert (run.month, run.source, run.text("甲", "a")) == ("none", "cell2cell", "a")


def test_month_is_the_newest_delivered(root):
    deliver(root, "202609")
    assert start("x").month == "202610"


def test_month_that_was_not_delivered_is_refused(root, tmp_path_factory, monkeypatch):
    with pytest.raises(InputRefused, match="month 202611 was not delivered") as raised:
        start("x", month="202611")
    assert raised.value.exit_code == 3
    monkeypatch.setenv("BASSBOSS_WORKSPACE", str(tmp_path_factory.mktemp("empty")))
    with pytest.raises(InputRefused, match="no month was delivered"):
        start("x")


def test_wrong_language_and_month_are_refused(root):
    with pytest.raises(CallError, match="language 'fr'"):
        start("x", month="202610", language="fr")  # type: ignore[arg-type]
    with pytest.raises(CallError, match="'2026-10' is not a month"):
        start("x", month="2026-10")


def test_error_of_ours_is_kept_masked_for_the_runner(root, monkeypatch):
    monkeypatch.setenv("BASSBOSS_RUN_DIR", str(root))
    error = GateRefused("13812345678 refused", fault="R19", remedy="wait")
    context._keep_error(SimpleNamespace(error_in_exec=error))
    assert json.loads((root / "error.json").read_text()) == {
        "class": "GateRefused",
        "what": "138****5678 refused",
        "fault": "R19",
        "where": "",
        "kept": "",
        "remedy": "wait",
    }
    (root / "error.json").unlink()
    context._keep_error(SimpleNamespace(error_in_exec=ValueError("x")))
    assert not (root / "error.json").exists()


def test_jupyterlab_finds_the_workspace_beside_the_notebooks(tmp_path, monkeypatch):
    monkeypatch.delenv("BASSBOSS_WORKSPACE", raising=False)
    monkeypatch.delenv("BASSBOSS_RUN_DIR", raising=False)
    deliver(tmp_path / "outputs", "202610")
    (tmp_path / "notebooks").mkdir()
    monkeypatch.chdir(tmp_path / "notebooks")
    assert start("x", month="202610").folder == (tmp_path / "outputs" / "runs" / "202610" / "x" / "manual-1")
