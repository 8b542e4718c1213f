from datetime import datetime
from pathlib import Path

import pytest

from bassboss_lib.errors import CallError, DiskFailed
from bassboss_lib.workspace import open_workspace


def test_a_missing_workspace_is_made_with_settings_that_explain_themselves(tmp_path: Path) -> None:
    workspace = open_workspace(tmp_path / "new")
    assert workspace.inbox.is_dir()
    assert (workspace.vault.stat().st_mode & 0o777) == 0o700
    assert 'release: "auto"  # whether' in (workspace.root / "settings.yaml").read_text(encoding="utf-8")
    assert open_workspace(tmp_path / "new").settings == workspace.settings


def test_the_clock_is_an_argument(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BASSBOSS_NOW", "2026-11-01T08:30")
    assert open_workspace(tmp_path).now == datetime(2026, 11, 1, 8, 30)
    assert open_workspace(tmp_path, "2027-01-02").now == datetime(2027, 1, 2)
    with pytest.raises(CallError, match="is not a time"):
        open_workspace(tmp_path, "yesterday")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("provinse: '10000'", "provinse: Extra inputs are not permitted"),
        ("province: '1'", "province: String should match pattern"),
        ("bad_share_max: [", "not valid YAML"),
        ("a: !!python/object:os.system {}", "not valid YAML"),
    ],
)
def test_wrong_settings_name_file_and_key(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "settings.yaml").write_text(text)
    with pytest.raises(CallError, match=message) as caught:
        open_workspace(tmp_path)
    assert "settings.yaml" in caught.value.where


def test_R28_a_path_that_cannot_be_written_is_a_disk_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(DiskFailed, match="cannot be written"):
        open_workspace(tmp_path / "file" / "workspace")
