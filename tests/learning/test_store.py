import json
import pickle
from pathlib import Path

import pytest

from bassboss_lib.errors import CallError, SecurityRefused
from bassboss_lib.learning import Fitted, Sample, card, declared_split, load, save, train
from bassboss_lib.ledger import Ledger
from bassboss_lib.workspace import Workspace
from tests.learning.conftest import QUICK, table


@pytest.fixture(scope="module")
def fitted() -> Fitted:
    sample = table(600)
    split = declared_split(["1"] * 450 + ["0"] * 150, "1", "0")
    return train(sample, split, QUICK, rows_min=100, positives_min=20)


@pytest.fixture
def stored(workspace: Workspace, fitted: Fitted) -> tuple[Workspace, str]:
    with Ledger(workspace.ledger) as ledger:
        return workspace, save(workspace, ledger, fitted, function="retention", source="boss", month="202607")


def read(workspace: Workspace, id: str | None = None):
    with Ledger(workspace.ledger) as ledger:
        return load(workspace, ledger, "retention", "boss", id)


def folder(stored: tuple[Workspace, str]) -> Path:
    return stored[0].models / "retention" / stored[1]


def test_a_stored_model_scores_as_the_fitted_one(stored: tuple[Workspace, str], fitted: Fitted, sample: Sample) -> None:
    model = read(stored[0])
    assert (model.probability(sample.x) == fitted.model.probability(sample.x)).all()
    assert model.id == stored[1]
    assert model.features == fitted.model.features


def test_same_inputs_same_id_and_nothing_new(stored: tuple[Workspace, str], fitted: Fitted) -> None:
    workspace, id = stored
    with Ledger(workspace.ledger) as ledger:
        assert save(workspace, ledger, fitted, function="retention", source="boss", month="202607") == id
        assert len(ledger.rows("SELECT * FROM model")) == 1
        assert [row["kind"] for row in ledger.rows("SELECT kind FROM event")] == ["model", "promote"]


def test_another_source_has_its_own_champion(stored: tuple[Workspace, str], fitted: Fitted) -> None:
    workspace, id = stored
    with Ledger(workspace.ledger) as ledger:
        other = save(workspace, ledger, fitted, function="retention", source="iranian_churn")
    assert other != id
    assert read(workspace).id == id


def test_files_are_text_with_sums(stored: tuple[Workspace, str]) -> None:
    names = sorted(path.name for path in folder(stored).iterdir())
    assert names[:2] == ["SHA256SUMS", "SIGNATURE"]
    assert names[2:5] == ["calibration.json", "card.json", "card_en.md"]
    assert names[5:] == ["card_zh.md", "encoding.json", "features.json", "model.txt"]


def test_pictures_are_signed_with_the_model_but_do_not_name_it(workspace: Workspace, fitted: Fitted) -> None:
    about = {"function": "retention", "source": "boss", "month": "202607"}
    with Ledger(workspace.ledger) as ledger:
        id = save(workspace, ledger, fitted, pictures={"gains_en.png": b"a picture"}, **about)
        assert save(workspace, ledger, fitted, pictures={"gains_en.png": b"another"}, **about) == id
        assert save(workspace, ledger, fitted, **about) == id
    path = workspace.models / "retention" / id / "gains_en.png"
    assert path.read_bytes() == b"a picture"
    assert read(workspace).id == id
    path.write_bytes(b"altered")
    with pytest.raises(SecurityRefused, match=r"R26: model altered: gains_en\.png"):
        read(workspace)


def test_the_card_tells_what_the_model_is(stored: tuple[Workspace, str]) -> None:
    with Ledger(stored[0].ledger) as ledger:
        facts = card(stored[0], ledger, "retention", "boss")
    assert facts["month"] == "202607"
    assert facts["settings"]["leaves"] == 7
    assert set(facts["figures"]) == {"model", "logistic", "untuned"}
    assert set(facts["figures"]["model"]["auc"]) == {"value", "low", "high"}
    assert "threads" not in facts["settings"]


@pytest.mark.parametrize("name", ["model.txt", "calibration.json", "card.json", "SHA256SUMS"])
def test_R26_one_flipped_byte_is_refused(stored: tuple[Workspace, str], name: str) -> None:
    path = folder(stored) / name
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    with pytest.raises(SecurityRefused, match="R26: model altered") as caught:
        read(stored[0])
    assert caught.value.exit_code == 12


def test_R26_sums_made_anew_do_not_help(stored: tuple[Workspace, str]) -> None:
    import hashlib

    text = json.dumps({"intercept": 9.0, "slope": 1.0})
    (folder(stored) / "calibration.json").write_text(text)
    files = sorted(path for path in folder(stored).iterdir() if path.name not in ("SHA256SUMS", "SIGNATURE"))
    sums = "".join(f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n" for path in files)
    (folder(stored) / "SHA256SUMS").write_text(sums)
    with pytest.raises(SecurityRefused, match="SHA256SUMS"):
        read(stored[0])


class Trap:
    def __reduce__(self) -> tuple:
        return Path.touch, (Path("trapped"),)


def test_R26_a_foreign_pickle_is_not_opened(
    stored: tuple[Workspace, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (folder(stored) / "model.txt").write_bytes(pickle.dumps(Trap()))
    with pytest.raises(SecurityRefused):
        read(stored[0])
    (folder(stored) / "extra.pkl").write_bytes(pickle.dumps(Trap()))
    with pytest.raises(SecurityRefused, match=r"extra\.pkl"):
        read(stored[0])
    assert not (tmp_path / "trapped").exists()


def test_R26_a_lost_folder_is_named(stored: tuple[Workspace, str]) -> None:
    for path in folder(stored).iterdir():
        path.unlink()
    with pytest.raises(SecurityRefused, match="SHA256SUMS"):
        read(stored[0])


def test_no_model_yet_is_a_bad_call(workspace: Workspace) -> None:
    with pytest.raises(CallError, match="no model yet"):
        read(workspace)


def test_an_unknown_id_is_a_bad_call(stored: tuple[Workspace, str]) -> None:
    with pytest.raises(CallError, match="no model 0123"):
        read(stored[0], "0123")


def test_training_again_puts_an_altered_folder_right(stored: tuple[Workspace, str], fitted: Fitted) -> None:
    (folder(stored) / "model.txt").write_text("altered")
    with Ledger(stored[0].ledger) as ledger:
        save(stored[0], ledger, fitted, function="retention", source="boss", month="202607")
    assert read(stored[0]).id == stored[1]
