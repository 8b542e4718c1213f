"""What the customer complained about, and how it was answered: unit 02029 (specification 3.3.1.3, 客服信息)."""

import pandas as pd

from bassboss_lib import months
from bassboss_lib.contracts.feature import Feature
from bassboss_lib.features.view import View

__all__ = ["FEATURES", "table"]

LOOK_BACK = 3

FEATURES = (
    Feature("complaint_count", "service", "count", "三个月投诉次数", "Complaints in three months"),
    Feature("complaint_age_days", "service", "days", "距上次投诉天数", "Days since the last complaint"),
    Feature(
        "complaint_category",
        "service",
        "",
        "最近投诉类别",
        "Category of the last complaint",
        "category",
        codes="complaint_category",
    ),
    Feature(
        "complaint_channel",
        "service",
        "",
        "最近投诉渠道",
        "Channel of the last complaint",
        "category",
        codes="complaint_channel",
    ),
    Feature(
        "complaint_level",
        "service",
        "",
        "最近投诉级别",
        "Level of the last complaint",
        "category",
        codes="complaint_level",
    ),
    Feature(
        "complaint_result",
        "service",
        "",
        "最近投诉处理结果",
        "Result of the last complaint",
        "category",
        codes="complaint_result",
    ),
    Feature("complaint_open_count", "service", "count", "未办结投诉数", "Complaints still open"),
    Feature("reply_hours", "service", "h", "最初回复时长", "Hours to the first reply"),
    Feature("satisfaction_min", "service", "points", "投诉处理最低满意度", "Lowest satisfaction with the handling"),
)


def table(view: View) -> pd.DataFrame:
    """Compute the group: one row per customer of the month, indexed by pseudonym; counts are 0 without complaints."""
    index = view.pseudonyms()
    end = pd.Timestamp(months.last_day(view.month)) + pd.Timedelta(days=1)
    filed = view.recent("complaint", LOOK_BACK).sort_values(["pseudonym", "filed_at", "complaint_id"])
    filed = _as_known(filed, end)
    by = filed.groupby("pseudonym")
    last = by.last()
    frame = pd.DataFrame(index=index)
    frame["complaint_count"] = by.size().reindex(index).fillna(0).astype(float)
    frame["complaint_age_days"] = (end - last["filed_at"]).dt.days.astype(float).reindex(index)
    for name in ("category", "channel", "level", "result"):
        frame[f"complaint_{name}"] = last[name].reindex(index)
    open_still = filed["closed_at"].isna().groupby(filed["pseudonym"]).sum()
    frame["complaint_open_count"] = open_still.reindex(index).fillna(0.0)
    hours = (filed["first_reply_at"] - filed["filed_at"]).dt.total_seconds() / 3600
    frame["reply_hours"] = hours.groupby(filed["pseudonym"]).max().reindex(index)
    frame["satisfaction_min"] = pd.to_numeric(filed["satisfaction"]).groupby(filed["pseudonym"]).min().reindex(index)
    return frame


def _as_known(filed: pd.DataFrame, end: pd.Timestamp) -> pd.DataFrame:
    """Blank what happened after the month: a reply or a closing dated later is not yet known."""
    later = filed["closed_at"] >= end
    filed.loc[later, ["satisfaction", "result"]] = None
    filed.loc[later, "closed_at"] = pd.NaT
    filed.loc[filed["first_reply_at"] >= end, "first_reply_at"] = pd.NaT
    return filed
