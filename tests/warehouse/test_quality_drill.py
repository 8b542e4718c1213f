from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from bassboss_lib.warehouse.quality import check
from bassboss_lib.warehouse.quality_drill import offenders
from bassboss_lib.workspace import Workspace
from tests.conftest import customer

RULES = """
- {id: X001, unit: customer, dimension: accuracy, kind: share, where: [{column: gender, any_of: ["3"]}], band: level,
   high: 0, severity: warn, drill: region, zh: 甲, en: a}
- {id: X002, unit: customer, dimension: accuracy, kind: rows, band: change, low: 0, high: 0, severity: warn,
   drill: region, zh: 乙, en: b}
- {id: X003, unit: customer, dimension: accuracy, kind: rows, band: level, low: 0, severity: warn, drill: brand,
   zh: 丙, en: c}
"""

RATIO = """
- {id: X004, unit: customer, dimension: accuracy, kind: ratio, columns: [credit_limit_fen, credit_limit_fen],
   band: level, high: 0, severity: warn, drill: region, zh: 丁, en: d}
- {id: X005, unit: customer, dimension: accuracy, kind: sum, columns: [credit_limit_fen], band: change, high: 0,
   severity: warn, drill: region, zh: 戊, en: e}
"""


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    path = tmp_path / "mine.yaml"
    path.write_text(RULES, encoding="utf-8")
    return path


def _people(region: str, good: int, bad: int) -> list[dict]:
    return [
        customer(f"{region}{place}", region=region, gender="3" if place < bad else "1") for place in range(good + bad)
    ]


def test_offending_rows_are_counted_by_code_and_small_cells_left_empty(
    workspace: Workspace, put: Callable[..., None], mine: Path
) -> None:
    put("customer", "202609", _people("east", 20, 0))
    put("customer", "202610", [*_people("east", 20, 12), *_people("west", 30, 2), *_people("north", 3, 0)])
    found = offenders(workspace, "202610", check(workspace, "202610", mine), mine)
    rows = found.astype(object).where(pd.notna(found), None).to_dict("records")
    assert [tuple(row.values()) for row in rows] == [
        ("X001", "region", "east", 12.0, 32.0),
        ("X001", "region", "north", 0.0, None),
        ("X001", "region", "west", None, 32.0),
        ("X002", "region", "east", 32.0, 20.0),
        ("X002", "region", "west", 32.0, None),
        ("X002", "region", "north", None, None),
    ]


def test_a_ratio_and_a_month_without_one_before_are_drilled_too(
    workspace: Workspace, put: Callable[..., None], mine: Path
) -> None:
    mine.write_text(RATIO, encoding="utf-8")
    put("customer", "202610", [{**row, "credit_limit_fen": 50} for row in _people("east", 20, 0)])
    judged = check(workspace, "202610", mine).assign(verdict="fail")
    found = offenders(workspace, "202610", judged, mine).astype(object)
    rows = found.where(pd.notna(found), None).to_dict("records")
    assert [tuple(row.values()) for row in rows] == [
        ("X004", "region", "east", 1000.0, 1000.0),
        ("X005", "region", "east", 1000.0, None),
    ]


def test_without_a_failure_there_is_nothing_to_drill(
    workspace: Workspace, put: Callable[..., None], mine: Path
) -> None:
    put("customer", "202610", _people("east", 20, 0))
    found = offenders(workspace, "202610", check(workspace, "202610", mine), mine)
    assert (len(found), list(found)) == (0, ["rule", "column", "code", "value", "compared"])
