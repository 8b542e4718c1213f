import json
import os
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from bassboss_lib import boss
from bassboss_lib.cli import main
from bassboss_lib.ledger import Ledger
from bassboss_lib.workspace import open_workspace

NOW = "2026-09-03T08:00"
AFTER_DUE_DAY = "2026-09-20T08:00"
PHONE = re.compile(r"(?<!\d)1[3-9]\d{9}(?!\d)")

Call = Callable[..., tuple[int, str, str]]


@pytest.fixture
def call(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Call:
    monkeypatch.setenv("BASSBOSS_WORKSPACE", str(tmp_path / "work"))
    monkeypatch.setenv("BASSBOSS_NOW", NOW)

    def run(*words: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as leaving:
            main(list(words))
        said = capsys.readouterr()
        return int(leaving.value.code or 0), said.out, said.err

    return run


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A year of a small world, lived once; each test gets a copy."""
    root = tmp_path_factory.mktemp("lived") / "work"
    boss.deliver(open_workspace(root, NOW), "202608", customers=80)
    return root


@pytest.fixture
def delivered(call: Call, lived: Path, tmp_path: Path) -> Path:
    return shutil.copytree(lived, tmp_path / "work")


def _inbox(workspace: Path, ending: str) -> Path:
    [path] = (workspace / "inbox").glob(f"*_202608_04008_{ending}")
    return path


def _loaded(workspace: Path) -> set[str]:
    return {path.parent.parent.name for path in workspace.glob("warehouse/*/month=202608/*.parquet")}


def _one_line(said: str, *parts: str) -> None:
    assert said.count("\n") == 1
    assert all(part in said for part in parts), said
    assert "Traceback" not in said
    assert not PHONE.search(said)


def test_a_month_comes_in_once(call: Call, delivered: Path) -> None:
    copies = {path.name: path.read_bytes() for path in (delivered / "inbox").iterdir()}
    code, said, _ = call("ingest")
    assert (code, list((delivered / "inbox").iterdir())) == (0, [])
    assert "0 quarantined" in said
    before = {path: path.read_bytes() for path in (delivered / "warehouse").rglob("*.parquet")}
    for name, content in copies.items():
        (delivered / "inbox" / name).write_bytes(content)
    code, said, _ = call("ingest")
    assert code == 0
    assert said.count("already loaded") == 12
    assert {path: path.read_bytes() for path in (delivered / "warehouse").rglob("*.parquet")} == before


def test_I01_a_missing_verification_file_is_waited_for_until_the_due_day(call: Call, delivered: Path) -> None:
    _inbox(delivered, "00.verf").unlink()
    code, said, _ = call("ingest")
    assert (code, "waiting for" in said) == (0, True)
    code, _, said = call("ingest", "--now", AFTER_DUE_DAY)
    assert code == 3
    _one_line(said, "I01", "04008", "verf", "next:")
    assert "cdr" not in _loaded(delivered)
    assert "customer" in _loaded(delivered)


@pytest.mark.parametrize(
    ("fault", "part"), [("I03", "bytes"), ("I04", "bytes"), ("I05", "SHA-256"), ("I06", "records")]
)
def test_a_damaged_file_is_refused_whole(call: Call, delivered: Path, fault: str, part: str) -> None:
    path = _inbox(delivered, "00_001.dat")
    content = path.read_bytes()
    if fault == "I03":
        path.write_bytes(content[:-5])
    elif fault == "I04":
        path.write_bytes(content[:-2])
    elif fault == "I05":
        middle = len(content) // 2
        path.write_bytes(content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :])
    else:
        line = _inbox(delivered, "00.verf").read_bytes()
        count = int(line[60:80])
        _inbox(delivered, "00.verf").write_bytes(line[:60] + f"{count + 1:<20}".encode() + line[80:])
    code, _, said = call("ingest")
    assert code == 3
    _one_line(said, path.name, part, "next:")
    assert "cdr" not in _loaded(delivered)
    assert path.exists()


def test_R08_a_wrong_parameter_is_refused_before_a_kernel_starts(call: Call) -> None:
    code, _, said = call("run", "10_retention_train", "-p", "mnoth", "202610")
    assert code == 2
    _one_line(said, "R08", "mnoth", "did you mean 'month'?")


def test_a_month_that_was_not_delivered(call: Call, delivered: Path) -> None:
    assert call("ingest")[0] == 0
    for words in (("run", "monthly", "--month", "202601"), ("check", "--month", "202601")):
        code, _, said = call(*words)
        assert code == 3
        _one_line(said, "202601", "next:")


def test_nothing_delivered_yet(call: Call) -> None:
    code, _, said = call("check")
    assert code == 3
    _one_line(said, "no month was delivered", "bassboss ingest")


def test_R28_a_path_that_cannot_be_written(call: Call, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    code, _, said = call("ingest", "--workspace", str(tmp_path / "file" / "inside"))
    assert code == 74
    _one_line(said, "cannot be written", "next:")


@pytest.mark.parametrize("words", [("nonsense",), ("ingest", "--month", "2026-10"), ("run", "nowhere"), ("import",)])
def test_a_wrong_call_is_one_line_and_code_2(call: Call, words: tuple[str, ...]) -> None:
    code, _, said = call(*words)
    assert code == 2
    _one_line(said, "next:")


def test_global_options_stand_anywhere(call: Call, tmp_path: Path) -> None:
    for place in (["--workspace", str(tmp_path / "a"), "init"], ["init", f"--workspace={tmp_path / 'b'}"]):
        assert call(*place)[0] == 0
    assert (tmp_path / "a" / "settings.yaml").exists()
    assert (tmp_path / "b" / "settings.yaml").exists()


def test_a_bug_is_said_to_be_ours_and_shows_its_traceback_only_on_demand(
    call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bassboss_lib.commands.workspace.open_workspace", lambda: 1 / 0)
    code, _, said = call("init")
    assert code == 1
    _one_line(said, "a bug of ours: ZeroDivisionError")
    assert "Traceback" in call("init", "--debug")[2]


def test_the_demo_does_not_touch_a_workspace_in_use(call: Call, delivered: Path) -> None:
    code, _, said = call("demo", "--customers", "200")
    assert code == 2
    _one_line(said, "the workspace is in use", "--workspace")


def test_an_operators_table_comes_in_by_its_mapping(call: Call, tmp_path: Path) -> None:
    rows = "\n".join(f"{n:05},{n % 7},{n % 2}" for n in range(40))
    (tmp_path / "mine.csv").write_text(f"id,calls,left\n{rows}\n")
    assert "label" in call("import", "--sketch", str(tmp_path / "mine.csv"))[1]
    mapping = {
        "name": "mine",
        "zh": "自有表",
        "en": "mine",
        "format": "csv",
        "identifier": "id",
        "label": {"column": "left", "positive": "1"},
        "split": {"kind": "folds"},
        "features": {"calls": {"group": "usage", "zh": "通话", "en": "calls"}},
    }
    (tmp_path / "mine.yaml").write_text(json.dumps(mapping))
    code, said, _ = call("import", str(tmp_path / "mine.yaml"), str(tmp_path / "mine.csv"))
    assert code == 0
    assert "40 rows (20 positive), 1 features" in said


def test_status_and_models_speak_before_anything_ran(call: Call, tmp_path: Path) -> None:
    assert "runs: none" in call("status")[1]
    assert call("models", "list")[0] == 0
    assert call("models", "show")[0] == 2
    with Ledger(tmp_path / "work" / "ledger.db") as ledger:
        assert ledger.one("SELECT 1 FROM run") is None


def test_the_feature_dictionary_and_the_doctor(call: Call) -> None:
    assert "short_call_share" in call("features")[1]
    assert call("doctor")[0] == 0
    assert os.environ["BASSBOSS_NOW"] == NOW
