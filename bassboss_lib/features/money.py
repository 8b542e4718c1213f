"""How the customer pays: payments, prepaid balance, arrears (specification 3.3.1.3, 缴费, 预存款, 欠费信息)."""

import pandas as pd

from bassboss_lib import months
from bassboss_lib.contracts.feature import Feature
from bassboss_lib.features.bill import change
from bassboss_lib.features.view import View

__all__ = ["FEATURES", "table"]

FEATURES = (
    Feature("payment_count", "payment", "count", "三个月缴费次数", "Payments in three months"),
    Feature("paid_fen", "payment", "fen", "三个月缴费金额", "Paid in three months"),
    Feature("payment_age_days", "payment", "days", "距上次缴费天数", "Days since the last payment"),
    Feature(
        "payment_channel",
        "payment",
        "",
        "最近缴费渠道",
        "Channel of the last payment",
        "category",
        codes="payment_channel",
    ),
    Feature(
        "payment_method",
        "payment",
        "",
        "最近缴费方式",
        "Method of the last payment",
        "category",
        codes="payment_method",
    ),
    Feature("balance_fen", "balance", "fen", "预存款余额", "Prepaid balance"),
    Feature("balance_change", "balance", "share", "余额变化", "Change of the balance"),
    Feature("months_owed", "arrears", "months", "欠费时长", "Months in arrears"),
    Feature("owed_fen", "arrears", "fen", "欠费金额", "Amount owed"),
    Feature("suspensions_total", "arrears", "count", "累计欠费停机次数", "Suspensions since joining"),
)


def table(view: View) -> pd.DataFrame:
    """Compute the group: one row per customer of the month, indexed by pseudonym; 0 where nothing is owed or paid."""
    index = view.pseudonyms()
    frame = _payments(view).reindex(index)
    frame[["payment_count", "paid_fen"]] = frame[["payment_count", "paid_fen"]].fillna(0.0)
    balance = view.read("balance").set_index("pseudonym")["balance_fen"].reindex(index)
    earlier = view.read("balance", 2).set_index("pseudonym")["balance_fen"].reindex(index)
    frame["balance_fen"], frame["balance_change"] = balance, change(balance, earlier)
    arrears = view.read("arrears").set_index("pseudonym").reindex(index)
    for name in ("months_owed", "owed_fen", "suspensions_total"):
        frame[name] = arrears[name].fillna(0.0)
    return frame[[feature.name for feature in FEATURES]]


def _payments(view: View) -> pd.DataFrame:
    paid = view.recent("payment", 3)
    paid = paid.sort_values(["pseudonym", "paid_at", "amount_fen", "channel", "method"])
    received = paid[paid["amount_fen"] > 0]
    last = received.groupby("pseudonym").last()
    end = pd.Timestamp(months.last_day(view.month)) + pd.Timedelta(days=1)
    return pd.DataFrame(
        {
            "payment_count": received.groupby("pseudonym").size().astype(float),
            "paid_fen": paid.groupby("pseudonym")["amount_fen"].sum().astype(float),
            "payment_age_days": (end - last["paid_at"]).dt.days.astype(float),
            "payment_channel": last["channel"],
            "payment_method": last["method"],
        }
    )
