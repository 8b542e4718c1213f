"""The listener itself: it hears what it should, and is deaf to what names nobody."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from bassboss_lib.errors import InputRefused
from tests.canaries import HEARD, listened, seeded


@pytest.mark.parametrize(
    ("name", "is_row"),
    [("test_I05_one_byte", True), ("test_O14_rows", True), ("test_R28_ledger", True), ("test_S09_masking", False)],
)
def test_tests_of_fault_rows_are_listened_to(name: str, is_row: bool) -> None:
    assert listened(name) is is_row


@pytest.mark.parametrize(
    ("text", "who"),
    [
        ("call 13912345678 now", ["13912345678"]),
        ("customer 0000000012", ["0000000012"]),
        ("bad value '张三'", ["张三"]),
        ("客户 20000000077", ["20000000077"]),
        ("139****5678, row 12, 0.00000012, 20261103080000, in-03003-10000-202610-00", []),
        ("d13912345678e1700000000", []),
    ],
)
def test_S09_canaries_are_heard(text: str, who: list[str]) -> None:
    assert seeded(text, ({"20000000077"}, {"赵六六"})) == who


SAYS = {
    "error": 'InputRefused("13912345678")',
    "stderr": 'print("13912345678", file=sys.stderr)',
    "process": 'subprocess.run(["echo", "13912345678"], capture_output=True)',
}


@pytest.mark.parametrize("how", SAYS)
def test_S09_a_test_that_names_somebody_fails(tmp_path: Path, how: str) -> None:
    says = SAYS[how]
    (tmp_path / "conftest.py").write_text("from tests.canaries import heard, pytest_runtest_makereport\n")
    (tmp_path / "test_it.py").write_text(
        f"import subprocess\nimport sys\nfrom bassboss_lib.errors import InputRefused\n"
        f"def test_I05_x(tmp_path): {says}\n"
        f"def test_something_else(tmp_path): {says}\n"
        f'def test_I06_x(tmp_path): InputRefused("3 of 5 rows")\n'
    )
    words = [sys.executable, "-m", "pytest", "-q", "-c", os.devnull, "-p", "no:xdist", "-p", "no:cacheprovider", "."]
    around = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])}
    done = subprocess.run(words, cwd=tmp_path, env=around, capture_output=True, text=True, check=False)
    assert "1 failed, 2 passed" in done.stdout


def test_S09_a_workspace_that_many_tests_share_is_searched(tmp_path: Path) -> None:
    (tmp_path / "conftest.py").write_text("from tests.canaries import heard, pytest_runtest_makereport\n")
    (tmp_path / "test_it.py").write_text(
        "import pytest\nfrom bassboss_lib.ledger import Ledger\nfrom bassboss_lib.workspace import open_workspace\n"
        "@pytest.fixture(scope='module')\n"
        "def shared(tmp_path_factory): return open_workspace(tmp_path_factory.mktemp('w'))\n"
        "def test_I05_x(shared):\n    with Ledger(shared.ledger): pass\n"
        "def test_I06_x(shared): (shared.runs / 'said.txt').write_text('17000000001')\n"
    )
    words = [sys.executable, "-m", "pytest", "-q", "-c", os.devnull, "-p", "no:xdist", "-p", "no:cacheprovider", "."]
    around = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])}
    done = subprocess.run(words, cwd=tmp_path, env=around, capture_output=True, text=True, check=False)
    assert "somebody is named in a file of the workspace" in done.stdout
    assert "2 passed, 1 error" in done.stdout


def test_R01_errors_are_noted_while_a_row_is_tested(request: pytest.FixtureRequest) -> None:
    error = InputRefused("3 rows")
    assert request.node.stash[HEARD] == [error]
    print("3 rows", file=sys.stderr)
