"""Why each listed customer, in words that whoever calls can read."""

import numpy as np
import pandas as pd

from bassboss_lib.contracts.feature import Feature
from bassboss_lib.learning import Explanation
from bassboss_lib.retention.churn import Scored
from bassboss_lib.retention.listing import Selection
from bassboss_lib.retention.prospects import Prospects, with_traits

FEATURES = (
    Feature("join_channel", "customer", "", "入网渠道", "Channel of joining", "category"),
    Feature("brand", "customer", "", "品牌", "Brand", "category", codes="brand"),
)
CALLS = ["call_out_min", "call_in_min", "sms_out_count", "data_mb", "partner_count", "off_net_share"]
NAMES = {"join_channel": {"c1": {"zh": "东城代理点", "en": "agent c1"}}, "plan_id": {}}


def given(names: dict) -> tuple[Selection, Prospects]:
    index = pd.Index(["a", "b"], name="pseudonym")
    x = pd.DataFrame(
        {"join_channel": ["c1", "c9"], "brand": ["2", None], "theme_coverage_count": [1.0, 0.0]}, index=index
    )
    x = x.assign(**dict.fromkeys(CALLS, 0.0))
    rows = pd.DataFrame({"priority": [1, 2]}, index=index)
    phi = np.array([[0.3, 0.1], [0.3, -0.1]])
    scored = Scored(rows, x, Explanation(phi, -3.0, np.zeros((2, 2)), FEATURES))
    return Selection(rows, {}), Prospects(rows, scored, names=names)


def test_identifiers_and_codes_are_called_by_name_and_complaints_are_told() -> None:
    zh, en = (with_traits(*given(NAMES), language)["churn_traits"].tolist() for language in ("zh", "en"))
    assert zh == ["入网渠道 东城代理点; 品牌 神州行; 投诉过：信号覆盖", "入网渠道 c9"]
    assert en == ["Channel of joining agent c1; Brand Easyown; complaints: coverage", "Channel of joining c9"]


def test_without_reference_data_identifiers_stay() -> None:
    assert with_traits(*given({"join_channel": {}}))["churn_traits"].tolist()[1] == "入网渠道 c9"
