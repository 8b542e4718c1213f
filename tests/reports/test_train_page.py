import numpy as np
import pandas as pd

from bassboss_lib.contracts.feature import Feature
from bassboss_lib.reports.train_page import named

NAMES = {
    "join_channel": {"c1": {"zh": "客服热线", "en": "hotline"}},
    "plan_id": {"P1": {"zh": "神州行家园卡", "en": "P1"}},
}


def test_identifiers_are_called_by_their_names() -> None:
    steps = pd.DataFrame(
        {"name": ["join_channel", "plan_id", "region", "tenure_months"], "value": ["c1", "P1", "c1", 3.0]}
    )
    assert named(steps, NAMES, "zh")["value"].tolist() == ["客服热线", "神州行家园卡", "c1", 3.0]
    assert named(steps, NAMES, "en")["value"].tolist() == ["hotline", "P1", "c1", 3.0]


def test_an_identifier_that_nobody_named_stays_and_a_missing_one_is_missing() -> None:
    steps = pd.DataFrame({"name": ["join_channel"] * 2, "value": pd.Series(["c9", np.nan], dtype=object)})
    shown = named(steps, NAMES, "zh")["value"]
    assert shown.iloc[0] == "c9"
    assert np.isnan(shown.iloc[1])
    assert named(steps.head(1), {}, "en")["value"].tolist() == ["c9"]


def test_codes_of_the_models_own_lists_are_called_by_name() -> None:
    features = (Feature("brand", "customer", "", "品牌", "Brand", "category", codes="brand"),)
    steps = pd.DataFrame({"name": ["brand", "brand", "region", "rest"], "value": ["2", np.nan, "2", np.nan]})
    shown = named(steps, {}, "zh", features)["value"].tolist()
    assert shown[0] == "神州行"
    assert shown[2] == "2"
    assert np.isnan([shown[1], shown[3]]).all()
    assert named(steps, {}, "zh")["value"].iloc[0] == "2"  # of a table of one's own nobody knows the list
