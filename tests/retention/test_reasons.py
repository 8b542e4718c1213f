import numpy as np
import pandas as pd
import pytest

from bassboss_lib.contracts import unit
from bassboss_lib.contracts.feature import Feature
from bassboss_lib.errors import CallError
from bassboss_lib.features import said
from bassboss_lib.retention.reasons import main_reasons, taxonomy, traits

FEATURES = (
    Feature("receivable_fen", "price", "fen", "当月应收", "Receivable"),
    Feature("short_call_share", "network", "share", "短通话占比", "Short calls"),
    Feature("complaint_count", "service", "count", "投诉次数", "Complaints"),
    Feature("complaint_category", "service", "", "投诉类别", "Category", "category"),
)


def test_the_reason_is_the_group_that_pushes_most() -> None:
    pushes = np.array([[0.5, 0.2, 0.0, 0.0], [0.3, 0.0, 0.2, 0.2], [0.05, 0.0, 0.0, 0.0], [-1.0, 0.0, 0.0, 0.0]])
    assert main_reasons(pushes, FEATURES) == ["R01", "R03", "R99", "R99"]


def test_ties_take_the_first_code() -> None:
    assert main_reasons(np.array([[0.0, 0.4, 0.4, 0.0]]), FEATURES) == ["R02"]


def test_traits_carry_value_and_what_is_typical() -> None:
    x = pd.DataFrame([[12345.0, 0.25, np.nan, "network"]], columns=[feature.name for feature in FEATURES])
    pushes = np.array([[0.1, 0.3, 0.9, 0.2]])
    typical = pd.Series({"receivable_fen": 6000.0, "short_call_share": 0.05})
    assert traits(x, pushes, FEATURES, typical * -0.01)[0].endswith("25% (中位 0%); 投诉类别 network")
    assert traits(x, pushes, FEATURES, typical) == ["投诉次数 无; 短通话占比 25% (中位 5%); 投诉类别 network"]
    assert traits(x, pushes, FEATURES, typical, "en") == [
        "Complaints none; Short calls 25% (typical 5%); Category network"
    ]


def test_the_taxonomy_has_the_codes_of_the_list() -> None:
    codes = unit("retention_list").field("churn_reason").codes
    assert codes is not None
    assert list(taxonomy().reasons) == list(codes.codes)


def test_a_wrong_taxonomy_names_file_and_key(tmp_path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text("least_log_odds: 0.1\nreasons: {R01: {zh: 价格, en: price, group: [a]}}\n", encoding="utf-8")
    with pytest.raises(CallError, match=r"reasons.R01.group.*mine.yaml"):
        taxonomy(path)


def test_codes_are_called_by_name_in_traits() -> None:
    features = (
        Feature("complaint_result", "service", "", "最近投诉处理结果", "Result", "category", codes="complaint_result"),
        Feature("region", "customer", "", "地区", "Region", "category"),
    )
    x = pd.DataFrame([["rejected", "0571"], ["odd", None]], columns=["complaint_result", "region"])
    pushes = np.array([[0.3, 0.2], [0.3, 0.2]])
    assert traits(x, pushes, features, pd.Series(dtype=float)) == [
        "最近投诉处理结果 不成立; 地区 0571",
        "最近投诉处理结果 odd; 地区 无",
    ]
    assert traits(x, pushes, features, pd.Series(dtype=float), "en")[0] == "Result rejected; Region 0571"


@pytest.mark.parametrize(
    ("theme", "reason"),
    [
        ("coverage", "R02"),
        ("slow_data", "R02"),
        ("bill", "R01"),
        ("staff", "R03"),
        ("terminal", "R08"),
        ("threat", "R99"),
    ],
)
def test_a_theme_of_complaints_speaks_for_its_reason(theme: str, reason: str) -> None:
    pushes = np.array([[0.5 if one.name == f"theme_{theme}_count" else 0.0 for one in said.FEATURES]])
    assert main_reasons(pushes, said.FEATURES) == [reason]
