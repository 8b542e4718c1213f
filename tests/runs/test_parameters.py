import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bassboss_lib.errors import CallError
from bassboss_lib.runs.parameters import Parameter, contract, own_values, read_values, resolve

NOTEBOOKS = Path(__file__).parent / "notebooks"
DECLARED = (
    Parameter("month", "str", "202610", "账期 / month, YYYYMM"),
    Parameter("size", "int", 500, "customers"),
    Parameter("share", "float", 0.1, ""),
    Parameter("dry", "bool", False, ""),
    Parameter("brands", "list[str]", ["1"], ""),
)


def notebook(folder: Path, source: str, *, tags: tuple[str, ...] = ("parameters",), copies: int = 1) -> Path:
    cell = {"cell_type": "code", "metadata": {"tags": list(tags)}, "source": source.splitlines(keepends=True)}
    path = folder / "sample.ipynb"
    path.write_text(json.dumps({"cells": [cell] * copies, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}))
    return path


def test_contract_reads_types_defaults_and_comments(tmp_path):
    source = (
        'month: str = "202610"  # 账期 / month, YYYYMM\n'
        "# a line of its own says nothing of a parameter\n"
        "size: int = 500  # customers\n"
        "brands: list[str] = [\n    'a',\n    'b',\n]  # codes\n"
        "share = 0.1\n"
        "province: str\n"
        "change: float = -0.5\n"
    )
    assert contract(notebook(tmp_path, source)) == (
        Parameter("month", "str", "202610", "账期 / month, YYYYMM"),
        Parameter("size", "int", 500, "customers"),
        Parameter("brands", "list[str]", ["a", "b"], "codes"),
        Parameter("share", "float", 0.1, ""),
        Parameter("province", "str", None, ""),
        Parameter("change", "float", -0.5, ""),
    )


def test_contract_executes_nothing(tmp_path):
    victim = tmp_path / "victim"
    path = notebook(tmp_path, f"month: str = open({str(victim)!r}, 'w').name")
    with pytest.raises(CallError, match="not a literal"):
        contract(path)
    assert not victim.exists()


@pytest.mark.parametrize("copies", [0, 2])
def test_R09_not_exactly_one_parameters_cell(tmp_path, copies):
    with pytest.raises(CallError, match=f"R09: {copies} cells tagged"):
        contract(notebook(tmp_path, "x: int = 1", copies=copies))


def test_R09_no_parameters_cell_exits_2():
    with pytest.raises(CallError, match=r"R09.*no_parameters\.ipynb") as raised:
        contract(NOTEBOOKS / "no_parameters.ipynb")
    assert raised.value.exit_code == 2


@pytest.mark.parametrize(
    ("source", "why"),
    [
        ("import os", "only assignments"),
        ("x: int = 1\nx += 1", "line 2 of the cell"),
        ("x: date = '2026'", "must be one of"),
        ("x: int = 'a'", "x must be one of"),
        ("x = None", "must be one of"),
        ("x = = 1", "not valid Python"),
        ("a = b = 1", "only assignments"),
    ],
)
def test_R09_cell_that_declares_badly(tmp_path, source, why):
    with pytest.raises(CallError, match=why):
        contract(notebook(tmp_path, source))


def test_contract_names_a_missing_or_broken_notebook(tmp_path):
    with pytest.raises(CallError, match="notebook not found"):
        contract(tmp_path / "none.ipynb")
    broken = tmp_path / "broken.ipynb"
    broken.write_text("{")
    with pytest.raises(CallError, match=r"not a notebook.*broken\.ipynb"):
        contract(broken)


def test_last_layer_is_strongest_and_origins_are_kept():
    found = resolve(DECLARED, {"params/x.yaml": {"size": 10, "share": 1}, "plan": {"size": 20}, "call": {"size": "30"}})
    assert found.values == {"month": "202610", "size": 30, "share": 1.0, "dry": False, "brands": ["1"]}
    assert found.origins == {
        "month": "default",
        "size": "call",
        "share": "params/x.yaml",
        "dry": "default",
        "brands": "default",
    }


def test_text_of_a_call_takes_the_declared_type_and_text_stays_text():
    given = {"month": "007", "size": "7", "share": "0.5", "dry": "True", "brands": "1, 2"}
    assert resolve(DECLARED, {"call": given}).values == {
        "month": "007",
        "size": 7,
        "share": 0.5,
        "dry": True,
        "brands": ["1", "2"],
    }


def test_R08_unknown_parameter_suggests_the_nearest():
    with pytest.raises(CallError, match=r"R08: unknown parameter 'mnoth'.*did you mean 'month'") as raised:
        resolve(DECLARED, {"call": {"mnoth": "202610"}})
    assert raised.value.exit_code == 2


def test_R08_missing_parameter():
    with pytest.raises(CallError, match="R08: parameter 'province' has no value"):
        resolve((Parameter("province", "str", None, ""),), {})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("month", 202610),
        ("size", "seven"),
        ("size", True),
        ("size", 1.5),
        ("share", "nan"),
        ("dry", "maybe"),
        ("brands", [1]),
        ("month", None),
    ],
)
def test_R08_mistyped_parameter(name, value):
    with pytest.raises(CallError, match=f"R08: parameter '{name}' must be"):
        resolve(DECLARED, {"params/x.yaml": {name: value}})


def test_R08_error_masks_a_number():
    with pytest.raises(CallError, match=r"138\*\*\*\*5678"):
        resolve(DECLARED, {"call": {"size": "13812345678x"}})


@given(st.text())
def test_any_text_stays_the_text_it_was(text):
    assert resolve(DECLARED, {"call": {"month": text}}).values["month"] == text


def test_values_of_files(tmp_path):
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "params").mkdir()
    path = notebook(tmp_path / "notebooks", "size: int = 1")
    assert own_values(path) == {}
    (tmp_path / "params" / "sample.yaml").write_text("size: 5\n")
    assert own_values(path) == {"params/sample.yaml": {"size": 5}}
    (tmp_path / "empty.yaml").write_text("# nothing yet\n")
    assert read_values(tmp_path / "empty.yaml") == {}
    (tmp_path / "list.yaml").write_text("- 1\n")
    with pytest.raises(CallError, match=r"not a list of names.*list\.yaml"):
        read_values(tmp_path / "list.yaml")
