from pathlib import Path

import pytest

from bassboss_lib.cli import main


def _said(capsys: pytest.CaptureFixture[str], root: Path, *words: str) -> str:
    with pytest.raises(SystemExit) as left:
        main(["--workspace", str(root), "boss", *words])
    assert left.value.code == 0
    return capsys.readouterr().out


def test_a_world_is_delivered_described_and_replicated(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = tmp_path / "work"
    _said(capsys, root, "deliver", "--month", "202508", "--customers", "120", "--cdr-form", "parquet")
    assert len(list((root / "inbox").glob("*.parquet"))) == 1
    said = _said(capsys, root, "describe")
    assert all(name in said for name in ("calls", "unanswered", "arpu", "transitions", "balances"))
    assert "202508" in _said(capsys, root, "replicate", "--month", "202508", "--times", "2")


def test_a_replica_of_a_month_not_lived_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main(["--workspace", str(tmp_path / "work"), "boss", "replicate", "--month", "202508", "--times", "2"])
    assert left.value.code == 2
    assert "not delivered yet" in capsys.readouterr().err
