import ast
import re
from pathlib import Path

import nbformat
import pytest

from bassboss_lib.runs import contract

ROOT = Path(__file__).resolve().parent.parent
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
SQL = re.compile(r"\bselect\b.+\bfrom\b", re.IGNORECASE | re.DOTALL)
PATH = re.compile(r"['\"](/|\./|\.\./|outputs/|[A-Za-z]:\\)")


@pytest.fixture(params=NOTEBOOKS, ids=lambda path: path.stem)
def notebook(request: pytest.FixtureRequest) -> nbformat.NotebookNode:
    return nbformat.read(request.param, as_version=4)


def _code(notebook: nbformat.NotebookNode) -> list[nbformat.NotebookNode]:
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def test_stored_without_outputs(notebook: nbformat.NotebookNode) -> None:
    assert all(not cell.outputs and cell.execution_count is None for cell in _code(notebook))
    assert set(notebook.metadata) <= {"kernelspec", "language_info"}


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_the_parameters_are_typed_and_commented_and_have_a_file(path: Path) -> None:
    declared = contract(path)
    assert all(parameter.comment for parameter in declared)
    assert (ROOT / "params" / f"{path.stem}.yaml").exists()


def test_opens_with_prose_and_then_its_only_parameters(notebook: nbformat.NotebookNode) -> None:
    assert notebook.cells[0].cell_type == "markdown"
    tagged = [cell for cell in notebook.cells if "parameters" in cell.metadata.get("tags", [])]
    assert tagged == [_code(notebook)[0]]


def test_prose_stands_before_code_in_both_languages(notebook: nbformat.NotebookNode) -> None:
    cells = notebook.cells
    for place, cell in enumerate(cells):
        if cell.cell_type == "code":
            assert cells[place - 1].cell_type == "markdown"
    prose = [cell.metadata.tags for cell in cells if cell.cell_type == "markdown"]
    assert prose == [["zh"], ["en"]] * (len(prose) // 2)


def test_cells_are_short_and_call_the_library(notebook: nbformat.NotebookNode) -> None:
    for cell in _code(notebook):
        assert 1 <= len([line for line in cell.source.splitlines() if line.strip()]) <= 8
        assert not any(isinstance(node, ast.FunctionDef | ast.ClassDef) for node in ast.walk(ast.parse(cell.source)))
        assert not SQL.search(cell.source)
        assert not PATH.search(cell.source)


def test_no_result_is_typed_into_prose(notebook: nbformat.NotebookNode) -> None:
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            assert not re.search(r"\b0\.\d{2,}\b|\b20\d{4}\b", cell.source)


def test_ends_with_the_sentinel(notebook: nbformat.NotebookNode) -> None:
    if "desk" in notebook.cells[1].source.splitlines()[0]:
        return  # a desk is worked at in JupyterLab; it is in no plan and never complete
    assert "run.finish(" in _code(notebook)[-1].source
    assert notebook.cells[-1].cell_type == "code"
