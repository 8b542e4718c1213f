"""Who the customer is: master data of unit 01002 as of the month (specification 3.3.1.3, 客户信息)."""

import pandas as pd

from bassboss_lib import months
from bassboss_lib.contracts.feature import Feature
from bassboss_lib.features.view import View

__all__ = ["FEATURES", "table"]

LOOK_BACK = 12

FEATURES = (
    Feature("age_years", "customer", "years", "年龄", "Age"),
    Feature("gender", "customer", "", "性别", "Gender", "category", codes="gender"),
    Feature("region", "customer", "", "地区", "Region", "category"),
    Feature("position", "customer", "", "职务", "Position", "category"),
    Feature("vip_flag", "customer", "", "VIP客户标识", "VIP flag", "category", codes="flag"),
    Feature("group_flag", "customer", "", "集团客户标识", "Group customer flag", "category", codes="flag"),
    Feature("brand", "customer", "", "品牌", "Brand", "category", codes="brand"),
    Feature("plan_id", "plan", "", "资费营销案", "Tariff plan", "category"),
    Feature("join_channel", "customer", "", "入网渠道", "Channel of joining", "category"),
    Feature("tenure_months", "customer", "months", "在网月数", "Tenure"),
    Feature(
        "contract_left_months",
        "contract",
        "months",
        "合约剩余月数",
        "Months of contract left",
        meaning="Negative after the end; missing without a contract.",
    ),
    Feature(
        "terminal_newness",
        "terminal",
        "share",
        "终端型号新旧位次",
        "Newness of the terminal type",
        meaning="Share of customers whose type was allocated earlier: type codes (TAC) are given out in sequence.",
    ),
    Feature(
        "terminal_months",
        "terminal",
        "months",
        "当前终端使用月数",
        "Months with this terminal",
        meaning="Months for which the same terminal type was seen, at most twelve.",
    ),
    Feature(
        "home_months",
        "life",
        "months",
        "常驻小区未变月数",
        "Months at this home cell",
        meaning="Months for which the same home cell area was seen, at most twelve.",
    ),
)


def table(view: View) -> pd.DataFrame:
    """Compute the group: one row per customer, indexed by pseudonym."""
    customer = view.customers()
    end = pd.Timestamp(months.last_day(view.month))
    codes = [feature.name for feature in FEATURES if feature.kind == "category"]
    frame = customer[codes].set_index(customer["pseudonym"])
    frame["age_years"] = _months_before(end, customer["birth_date"]).to_numpy() // 12
    frame["tenure_months"] = _months_before(end, customer["join_date"]).to_numpy()
    frame["contract_left_months"] = 0.0 - _months_before(end, customer["contract_end"]).to_numpy()
    frame["terminal_newness"] = customer["terminal_tac"].rank(method="min", pct=True).to_numpy()
    frame[["terminal_months", "home_months"]] = _months_unchanged(view, customer, ["terminal_tac", "home_cell_area"])
    return frame[[feature.name for feature in FEATURES]]


def _months_before(end: pd.Timestamp, day: pd.Series) -> pd.Series:
    day = pd.to_datetime(day)
    return (end.year - day.dt.year) * 12.0 + (end.month - day.dt.month)


def _months_unchanged(view: View, customer: pd.DataFrame, columns: list[str]) -> pd.DataFrame:
    """Count the months, this one included, for which a customer's values were the same; of all columns in one look."""
    now = customer.set_index("pseudonym")[columns]
    same = pd.DataFrame(True, index=now.index, columns=columns)
    count = same.astype(float)
    for back in range(1, LOOK_BACK):
        then = view.read("customer", back, ["pseudonym", *columns]).set_index("pseudonym")
        same &= (then.reindex(now.index) == now).fillna(False).astype(bool)
        count += same
    return count.where(now.notna())
