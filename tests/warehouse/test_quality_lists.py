from typing import Any

import pyarrow as pa
import pytest

from bassboss_lib.contracts import typed_schema, unit
from bassboss_lib.engine import read_table
from bassboss_lib.errors import GateRefused
from bassboss_lib.warehouse.quality import history
from bassboss_lib.warehouse.quality_lists import check_list, list_gate
from bassboss_lib.workspace import Workspace

UNIT = unit("retention_list")
ROW: dict[str, Any] = {
    "campaign_id": "R202610-01",
    "analysis_month": "202610",
    "segment_id": "S1",
    "segment_traits": "甲",
    "customer_name": "张三",
    "arpu_fen": 8000,
    "mou_min": 100,
    "credit_fen": 100,
    "growth_potential": "3",
    "churn_probability": "0.300000",
    "churn_reason": "R01",
    "churn_traits": "x",
    "call_traits": "y",
}


def _list(count: int = 20, **changes: Any) -> pa.Table:
    reasons = ["R01", "R02"]
    rows = [
        {**ROW, "customer_id": f"c{place}", "msisdn": f"1390000{place:04d}", "churn_reason": reasons[place % 2],
         "priority": place + 1, **changes}
        for place in range(count)
    ]  # fmt: skip
    schema = pa.schema([field.with_nullable(True) for field in typed_schema(UNIT)])
    return pa.Table.from_pylist(rows, schema=schema)


def test_a_good_list_passes(workspace: Workspace) -> None:
    list_gate(workspace, UNIT, "202610")(_list())
    verdicts = check_list(workspace, UNIT, "202610", _list())
    assert (verdicts["verdict"] == "fail").sum() == 0
    assert set(verdicts["rule"].str[0]) == {"L"}


@pytest.mark.parametrize(
    ("damage", "rule"),
    [
        ({"churn_reason": None}, "L006"),
        ({"churn_probability": "1.500000"}, "L012"),
        ({"churn_probability": "-0.100000"}, "L011"),
        ({"customer_id": "c1"}, "L003"),
        ({"msisdn": "13900000001"}, "L004"),
        ({"priority": 1}, "L005"),
    ],
)
def test_a_list_with_damage_does_not_leave(workspace: Workspace, damage: dict, rule: str) -> None:
    with pytest.raises(GateRefused, match=rf"quality refused list 31001 of 202610: .*{rule}") as caught:
        list_gate(workspace, UNIT, "202610")(_list(**damage))
    assert caught.value.exit_code == 5
    assert "139" not in caught.value.line()


def test_an_empty_list_does_not_leave(workspace: Workspace) -> None:
    with pytest.raises(GateRefused, match="L001"):
        list_gate(workspace, UNIT, "202610")(_list(0))


def test_a_list_is_compared_with_that_of_the_month_before(workspace: Workspace) -> None:
    check_list(workspace, UNIT, "202609", _list(20))
    verdicts = check_list(workspace, UNIT, "202610", _list(5, churn_traits=None)).set_index("rule")["verdict"]
    assert verdicts[["L002", "L009", "L014"]].tolist() == ["fail", "fail", "pass"]


def test_a_list_by_day_and_that_of_its_month_share_a_place_and_the_later_stands(workspace: Workspace) -> None:
    daily = check_list(workspace, UNIT, "20261012", _list(5))
    assert daily.set_index("rule")["figure"]["L001"] == 5
    assert history(workspace, ["202610"], "list_quality/retention_list").set_index("rule")["figure"]["L001"] == 5
    check_list(workspace, UNIT, "202610", _list(20))
    assert history(workspace, ["202610"], "list_quality/retention_list").set_index("rule")["figure"]["L001"] == 20


def test_S08_only_figures_of_a_list_are_kept(workspace: Workspace) -> None:
    check_list(workspace, UNIT, "202610", _list())
    kept = read_table(sorted(workspace.warehouse.rglob("*.parquet"))).to_pandas().to_csv()
    assert "1390000" not in kept
    assert "张三" not in kept
