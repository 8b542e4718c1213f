import ast
import re
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]
INBOUND = [f"I{number:02d}" for number in range(1, 33) if number != 14]
OUTBOUND = [f"O{number:02d}" for number in range(1, 25)]
RUNS = [f"R{number:02d}" for number in range(1, 29)]
SECURITY = [f"S{number:02d}" for number in (*range(1, 13), 15, 20, 24)]


def rows_tested() -> set[str]:
    """Give every row of the fault table that stands in the name of a test."""
    found = set()
    for path in TESTS.rglob("test_*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                found |= set(re.findall(r"(?<=_)[IORS]\d\d(?=_)", node.name))
    return found


def test_every_row_of_the_fault_table_has_a_test_of_its_name() -> None:
    wanted = {*INBOUND, *OUTBOUND, *RUNS, *SECURITY}
    assert sorted(wanted - rows_tested()) == []
