"""How the customer communicates: monthly usage of unit 04008 (specification 3.3.1.3, 通话行为信息), and the circle."""

import pandas as pd

from bassboss_lib import months
from bassboss_lib.contracts.feature import Feature
from bassboss_lib.features.bill import change
from bassboss_lib.features.view import View

__all__ = ["FEATURES", "table"]

BYTES_PER_MB = 1024 * 1024

FEATURES = (
    Feature("call_out_min", "usage", "min", "月均主叫分钟", "Outgoing minutes a month"),
    Feature("call_in_min", "usage", "min", "月均被叫分钟", "Incoming minutes a month"),
    Feature("call_out_change", "usage", "share", "主叫时长变化", "Change of outgoing minutes"),
    Feature("event_change", "usage", "share", "通信次数变化", "Change of events"),
    Feature("sms_out_count", "usage", "count", "月均短信条数", "Messages a month"),
    Feature("data_mb", "usage", "MB", "月均流量", "Data a month"),
    Feature("data_change", "usage", "share", "流量变化", "Change of data"),
    Feature("active_days", "usage", "days", "当月活跃天数", "Active days this month"),
    Feature("silent_days", "usage", "days", "月末沉默天数", "Silent days at the end of the month"),
    Feature("toll_share", "usage", "share", "长途时长占比", "Share of toll minutes"),
    Feature("abroad_count", "usage", "count", "漫游及国际次数", "Roaming and international events"),
    Feature("short_call_share", "network", "share", "短通话占比", "Share of very short calls"),
    Feature("short_call_change", "network", "share", "短通话占比变化", "Change of the share of very short calls"),
    Feature("off_net_share", "competitor", "share", "异网通话占比", "Share of calls with other networks"),
    Feature("partner_count", "competitor", "count", "联系人数", "Partners"),
    Feature(
        "off_net_partner_share",
        "competitor",
        "share",
        "异网联系人占比",
        "Share of partners on other networks",
    ),
    Feature("off_net_partner_change", "competitor", "share", "异网联系人占比变化", "Change of that share"),
    Feature("circle_left_share", "competitor", "share", "圈内已离网占比", "Share of the circle that left"),
)


def table(view: View) -> pd.DataFrame:
    """Compute the group: one row per customer with usage in the last three months, indexed by pseudonym."""
    usage = view.recent("usage_month", 3)
    total = usage.groupby("pseudonym").sum(numeric_only=True)
    now = usage[usage["back"] == 0].set_index("pseudonym").reindex(total.index)
    before = usage[usage["back"] > 0].groupby("pseudonym").mean(numeric_only=True).reindex(total.index)
    count = usage["back"].nunique()
    frame = pd.DataFrame(index=total.index)
    frame["call_out_min"] = total["call_out_s"] / 60 / count
    frame["call_in_min"] = total["call_in_s"] / 60 / count
    frame["call_out_change"] = change(now["call_out_s"].fillna(0.0), before["call_out_s"])
    frame["event_change"] = change(now["event_count"].fillna(0.0), before["event_count"])
    frame["sms_out_count"] = total["sms_out_count"] / count
    frame["data_mb"] = total["data_bytes"] / BYTES_PER_MB / count
    frame["data_change"] = change(now["data_bytes"].fillna(0.0), before["data_bytes"])
    frame["active_days"] = now["active_days"].fillna(0.0)
    end = pd.Timestamp(months.last_day(view.month))
    frame["silent_days"] = (end - usage.groupby("pseudonym")["last_event_at"].max().dt.normalize()).dt.days
    frame["toll_share"] = _share(total["call_toll_s"], total["call_out_s"])
    frame["abroad_count"] = total["abroad_count"] / count
    return frame.join(_quality(total, now, before)).join(_circle(view), how="outer")


def _quality(total: pd.DataFrame, now: pd.DataFrame, before: pd.DataFrame) -> pd.DataFrame:
    calls = [part["call_out_count"] + part["call_in_count"] for part in (total, now, before)]
    short = [_share(part["call_short_count"], call) for part, call in zip((total, now, before), calls, strict=True)]
    return pd.DataFrame(
        {
            "short_call_share": short[0],
            "short_call_change": short[1] - short[2],
            "off_net_share": _share(total["call_off_net_count"], calls[0]),
        }
    )


def _circle(view: View) -> pd.DataFrame:
    circle = view.recent("circle_month", 3)
    now = circle[circle["back"] == 0].set_index("pseudonym")
    before = circle[circle["back"] > 0].groupby("pseudonym").sum(numeric_only=True).reindex(now.index)
    off_net = _share(now["partner_off_net_count"], now["partner_count"])
    return pd.DataFrame(
        {
            "partner_count": now["partner_count"].astype(float),
            "off_net_partner_share": off_net,
            "off_net_partner_change": off_net - _share(before["partner_off_net_count"], before["partner_count"]),
            "circle_left_share": _share(now["circle_left_count"], now["circle_count"]),
        }
    )


def _share(part: pd.Series, whole: pd.Series) -> pd.Series:
    return part / whole.where(whole > 0)
