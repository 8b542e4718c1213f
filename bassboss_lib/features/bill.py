"""What the customer is charged: monthly bill aggregates of unit 03004 (specification 3.3.1.3, 帐务信息)."""

import pandas as pd

from bassboss_lib.contracts.feature import Feature
from bassboss_lib.features.view import View

__all__ = ["FEATURES", "change", "table"]

FEATURES = (
    Feature("receivable_fen", "price", "fen", "当月应收", "Receivable this month"),
    Feature("receivable_mean_fen", "price", "fen", "三个月月均应收", "Mean receivable, three months"),
    Feature(
        "receivable_change",
        "price",
        "share",
        "应收变化",
        "Change of receivable",
        meaning="This month against the mean of the two before it, minus one; missing without them.",
    ),
    Feature("beyond_fee_share", "price", "share", "套餐外费用占比", "Share beyond the monthly fee"),
    Feature("discount_share", "price", "share", "优惠占比", "Share of discounts"),
)


def table(view: View) -> pd.DataFrame:
    """Compute the group: one row per customer billed in the last three months, indexed by pseudonym."""
    bills = view.recent("bill_month", 3)
    now = bills[bills["back"] == 0].set_index("pseudonym")
    before = bills[bills["back"] > 0].groupby("pseudonym")["receivable_fen"].mean()
    total = bills.groupby("pseudonym")[["receivable_fen", "fixed_fen", "discount_fen"]].sum()
    frame = pd.DataFrame(index=total.index)
    frame["receivable_fen"] = now["receivable_fen"].reindex(frame.index).fillna(0.0)
    frame["receivable_mean_fen"] = bills.groupby("pseudonym")["receivable_fen"].mean()
    frame["receivable_change"] = change(frame["receivable_fen"], before.reindex(frame.index))
    billed = total["receivable_fen"].where(total["receivable_fen"] > 0)
    frame["beyond_fee_share"] = 1 - total["fixed_fen"] / billed
    frame["discount_share"] = total["discount_fen"] / (billed + total["discount_fen"])
    return frame


def change(now: pd.Series, before: pd.Series) -> pd.Series:
    """Give the relative change; missing where there was nothing before.

    Examples
    --------
    >>> change(pd.Series([50.0, 1.0]), pd.Series([100.0, 0.0])).tolist()
    [-0.5, nan]
    """
    return now / before.where(before > 0) - 1
