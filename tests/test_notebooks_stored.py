import json
from pathlib import Path

import pytest

from bassboss_lib.errors import CallError
from bassboss_lib.runs.new_notebook import new_notebook
from bassboss_lib.runs.notebook_checks import DESKS, problems, require_sound
from bassboss_lib.runs.released import RELEASED, released_state

ROOT = Path(__file__).resolve().parent.parent
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_stored_notebook_is_as_the_house_wants_it(path: Path) -> None:
    assert problems(path) == []


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_stored_notebook_is_released_as_it_is(path: Path) -> None:
    assert released_state(path) == RELEASED, "run `bassboss notebooks release`"


@pytest.fixture
def sound(tmp_path: Path) -> Path:
    (tmp_path / "notebooks").mkdir()
    return new_notebook("13_retention_offers", tmp_path)[0]


def test_a_new_notebook_passes_the_checks(sound: Path) -> None:
    assert problems(sound) == []
    require_sound([sound])


def _cell(kind: str, source: str, *tags: str) -> dict:
    cell = {"cell_type": kind, "id": "x", "metadata": {"tags": list(tags)}, "source": source}
    return {**cell, "outputs": [], "execution_count": None} if kind == "code" else cell


@pytest.mark.parametrize(
    ("place", "cell", "said"),
    [
        (6, _cell("code", "def f():\n    pass"), "cell 6: defines a function or class"),
        (6, _cell("code", "class A:\n    pass"), "cell 6: defines a function or class"),
        (6, _cell("code", "x = 'SELECT a FROM b'"), "cell 6: SQL"),
        (6, _cell("code", "x = '/data/x.csv'"), "cell 6: a path"),
        (6, _cell("code", "\n".join("abcdefghi")), "cell 6: 9 lines"),
        (6, _cell("code", "x = = 1"), "cell 6: not valid Python"),
        (6, {**_cell("code", "x = 1"), "execution_count": 3}, "it has outputs"),
        (4, _cell("code", "x = 1"), "cell 4: no prose before it"),
        (4, _cell("markdown", "好 0.813", "zh"), "cell 4: a result is typed into prose"),
        (4, _cell("markdown", "in 202610", "zh"), "cell 4: a result is typed into prose"),
        (4, _cell("markdown", "only English", "zh"), "cell 4: prose is not in the language of its tag"),
        (4, _cell("markdown", "one language", "en"), "prose is not in pairs of cells tagged zh and en"),
        (1, _cell("code", "x = 1"), "it does not open with prose"),
        (6, _cell("code", "y: int = 1  # y", "parameters"), "its first code cell is not the only `parameters` cell"),
        (3, _cell("code", "month: str = ''", "parameters"), "parameter month has no comment"),
        (15, _cell("code", "x = 1"), "it does not end with run.finish(…)"),
    ],
)
def test_what_breaks_a_rule_is_named(sound: Path, place: int, cell: dict, said: str) -> None:
    content = json.loads(sound.read_text())
    content["cells"][place - 1] = cell
    sound.write_text(json.dumps(content))
    assert said in problems(sound)
    with pytest.raises(CallError, match="13_retention_offers"):
        require_sound([sound])


def test_foreign_metadata_and_a_missing_parameter_file_are_named(sound: Path) -> None:
    content = json.loads(sound.read_text())
    content["metadata"]["widgets"] = {}
    sound.write_text(json.dumps(content))
    (sound.parent.parent / "params" / "13_retention_offers.yaml").unlink()
    assert problems(sound) == ["metadata widgets", "no params/13_retention_offers.yaml"]


@pytest.mark.parametrize("name", ["offers", "../13_x", "13_Offers", "13_offers.ipynb"])
def test_a_name_that_is_none_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(CallError, match="no name for a notebook"):
        new_notebook(name, tmp_path)


def test_a_notebook_that_is_there_is_not_overwritten(sound: Path) -> None:
    before = sound.read_bytes()
    with pytest.raises(CallError, match="there already"):
        new_notebook("13_retention_offers", sound.parent.parent)
    assert sound.read_bytes() == before


def test_desks_are_in_no_plan() -> None:
    for path in sorted((ROOT / "params").glob("*.yaml")):
        assert not any(f"notebook: {desk}" in path.read_text(encoding="utf-8") for desk in DESKS)


def test_the_catalogue_shows_every_kind_of_figure_with_its_sentence() -> None:
    from bassboss_lib.reports import examples

    cells = json.loads((ROOT / "notebooks" / "90_figures.ipynb").read_text(encoding="utf-8"))["cells"]
    code = "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code")
    assert [kind for kind in examples.KINDS if f"reports.{kind}(" not in code or f"captions.{kind}(" not in code] == []
