import json
from pathlib import Path

import pytest

from bassboss_lib.errors import CallError
from bassboss_lib.runs.plan import prepare, read_plan


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for name, source in {
        "10_one": 'month: str = ""\nsize: int = 1',
        "11_two": 'month: str = ""\nlanguage: str = "zh"',
    }.items():
        cell = {"cell_type": "code", "metadata": {"tags": ["parameters"]}, "source": source}
        (tmp_path / "notebooks").mkdir(exist_ok=True)
        (tmp_path / "notebooks" / f"{name}.ipynb").write_text(json.dumps({"cells": [cell]}))
    (tmp_path / "params").mkdir()
    (tmp_path / "params" / "10_one.yaml").write_text("size: 2\n")
    (tmp_path / "params" / "monthly.yaml").write_text(
        "steps:\n  - notebook: 10_one\n    parameters: {size: 3}\n  - notebook: 11_two\n"
    )
    return tmp_path


def test_plan_settles_every_step_in_order(root):
    tasks = prepare("monthly", root, given={"month": "202610", "language": "en"})
    assert [(task.notebook.stem, task.resolved.values) for task in tasks] == [
        ("10_one", {"month": "202610", "size": 3}),
        ("11_two", {"month": "202610", "language": "en"}),
    ]
    assert tasks[0].resolved.origins == {"month": "call", "size": "plan"}


def test_precedence_default_own_file_plan_file_call(root):
    own = prepare("10_one", root)[0].resolved
    assert (own.values["size"], own.origins["size"]) == (2, "params/10_one.yaml")
    (root / "mine.yaml").write_text("size: 4\n")
    by_file = prepare("monthly", root, file=root / "mine.yaml")[0].resolved
    assert (by_file.values["size"], by_file.origins["size"]) == (4, "mine.yaml")
    assert prepare("monthly", root, file=root / "mine.yaml", given={"size": "5"})[0].resolved.values["size"] == 5


def test_R08_name_no_step_declares(root):
    with pytest.raises(CallError, match=r"R08: unknown parameter 'mnoth'.*did you mean 'month'"):
        prepare("monthly", root, given={"mnoth": "202610"})


def test_target_by_path_and_unknown_target(root):
    path = root / "notebooks" / "10_one.ipynb"
    assert prepare(str(path), root)[0].notebook == path
    with pytest.raises(CallError, match=r"no plan or notebook '10_on'.*did you mean '10_one'"):
        prepare("10_on", root)


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("steps: []\n", "steps"),
        ("step: 1\n", "steps"),
        ("steps:\n  - notebook: ../x\n", "steps.0.notebook"),
        ("steps:\n  - notebook: a\n    parameter: {}\n", "steps.0.parameter"),
    ],
)
def test_wrong_plan_names_file_and_key(tmp_path, text, where):
    path = tmp_path / "monthly.yaml"
    path.write_text(text)
    with pytest.raises(CallError, match=rf"{where}: .*where: monthly\.yaml"):
        read_plan(path)


@pytest.mark.parametrize("target", ["00_start", "monthly"])
def test_a_desk_is_no_report_and_stands_in_no_plan(root, target):
    (root / "notebooks" / "10_one.ipynb").rename(root / "notebooks" / "00_start.ipynb")
    (root / "params" / "monthly.yaml").write_text("steps: [{notebook: 11_two}, {notebook: 00_start}]\n")
    with pytest.raises(CallError, match="00_start is a desk") as caught:
        prepare(target, root)
    assert caught.value.line().endswith("kept: nothing ran | next: open it with `bassboss lab`")
