"""How the customer communicates: monthly usage of unit 04008 (specification 3.3.1.3, 通话行为信息), and the circle.

Levels are means of three months; shares of calls, which need many calls to be told from chance, are of six.
"""

import pandas as pd

from bassboss_lib import months
from bassboss_lib.contracts.feature import Feature
from bassboss_lib.features.bill import change
from bassboss_lib.features.view import View

__all__ = ["FEATURES", "table"]

BYTES_PER_MB = 1024 * 1024
LEVEL_MONTHS, HABIT_MONTHS = 3, 6

FEATURES = (
    Feature("call_out_min", "usage", "min", "月均主叫分钟", "Outgoing minutes a month"),
    Feature("call_in_min", "usage", "min", "月均被叫分钟", "Incoming minutes a month"),
    Feature("call_out_change", "usage", "share", "主叫时长变化", "Change of outgoing minutes"),
    Feature("event_change", "usage", "share", "通信次数变化", "Change of events"),
    Feature(
        "event_to_habit",
        "usage",
        "share",
        "通信次数与习惯之比",
        "Events against habit",
        meaning="This month against the busiest of six months.",
    ),
    Feature("sms_out_count", "usage", "count", "月均短信条数", "Messages a month"),
    Feature("data_mb", "usage", "MB", "月均流量", "Data a month"),
    Feature("data_change", "usage", "share", "流量变化", "Change of data"),
    Feature("active_days", "usage", "days", "当月活跃天数", "Active days this month"),
    Feature("silent_days", "usage", "days", "月末沉默天数", "Silent days at the end of the month"),
    Feature("toll_share", "usage", "share", "长途时长占比", "Share of toll minutes"),
    Feature("abroad_count", "usage", "count", "月均漫游及国际次数", "Roaming and international events a month"),
    Feature("short_call_share", "network", "share", "六个月短通话占比", "Share of very short calls, six months"),
    Feature("short_call_change", "network", "share", "短通话占比变化", "Change of the share of very short calls"),
    Feature("area_short_call_share", "network", "share", "小区短通话占比", "Share of very short calls at home"),
    Feature("off_net_share", "competitor", "share", "六个月异网通话占比", "Share of calls off net, six months"),
    Feature("off_net_change", "competitor", "share", "异网通话占比变化", "Change of the share of calls off net"),
    Feature("partner_count", "competitor", "count", "联系人数", "Partners"),
    Feature("off_net_partner_share", "competitor", "share", "异网联系人占比", "Share of partners on other networks"),
    Feature("off_net_partner_change", "competitor", "share", "异网联系人占比变化", "Change of that share"),
    Feature("circle_left_share", "competitor", "share", "圈内已离网占比", "Share of the circle that left"),
)


def table(view: View) -> pd.DataFrame:
    """Compute the group: one row per customer with usage in the last six months, indexed by pseudonym."""
    usage = view.recent("usage_month", HABIT_MONTHS).assign(call_count=_calls)
    parts = [_level(view, usage), _trend(usage), _quality(view, usage), _circle(view)]
    return pd.concat(parts, axis=1, join="outer").sort_index()


def _calls(usage: pd.DataFrame) -> pd.Series:
    return usage["call_out_count"] + usage["call_in_count"]


def _level(view: View, usage: pd.DataFrame) -> pd.DataFrame:
    recent = usage[usage["back"] < LEVEL_MONTHS]
    total, count = recent.groupby("pseudonym").sum(numeric_only=True), recent["back"].nunique()
    now = recent[recent["back"] == 0].set_index("pseudonym").reindex(total.index)
    end = pd.Timestamp(months.last_day(view.month))
    last = recent.groupby("pseudonym")["last_event_at"].max().dt.normalize()
    return pd.DataFrame(
        {
            "call_out_min": total["call_out_s"] / 60 / count,
            "call_in_min": total["call_in_s"] / 60 / count,
            "sms_out_count": total["sms_out_count"] / count,
            "data_mb": total["data_bytes"] / BYTES_PER_MB / count,
            "active_days": now["active_days"].fillna(0.0),
            "silent_days": (end - last).dt.days.astype(float),
            "toll_share": _share(total["call_toll_s"], total["call_out_s"]),
            "abroad_count": total["abroad_count"] / count,
        }
    )


def _trend(usage: pd.DataFrame) -> pd.DataFrame:
    """This month against the two before it, and against the busiest of six."""
    recent = usage[usage["back"] < LEVEL_MONTHS]
    before = recent[recent["back"] > 0].groupby("pseudonym").mean(numeric_only=True)
    busiest = usage.groupby("pseudonym")["event_count"].max()
    columns = ["call_out_s", "event_count", "data_bytes"]
    now = usage[usage["back"] == 0].set_index("pseudonym")[columns].reindex(busiest.index).fillna(0.0)
    before = before.reindex(busiest.index)
    return pd.DataFrame(
        {
            "call_out_change": change(now["call_out_s"], before["call_out_s"]),
            "event_change": change(now["event_count"], before["event_count"]),
            "data_change": change(now["data_bytes"], before["data_bytes"]),
            "event_to_habit": _share(now["event_count"], busiest),
        }
    )


def _quality(view: View, usage: pd.DataFrame) -> pd.DataFrame:
    counts = ["call_short_count", "call_off_net_count", "call_count"]
    total = usage.groupby("pseudonym")[counts].sum()
    now = usage[usage["back"] == 0].groupby("pseudonym")[counts].sum().reindex(total.index)
    earlier = total - now.fillna(0)
    short, off_net = ([_share(part[name], part["call_count"]) for part in (total, now, earlier)] for name in counts[:2])
    home = view.customers(["pseudonym", "home_cell_area"]).set_index("pseudonym")["home_cell_area"].reindex(total.index)
    area = total.groupby(home).sum()
    return pd.DataFrame(
        {
            "short_call_share": short[0],
            "short_call_change": short[1] - short[2],
            "area_short_call_share": home.map(_share(area["call_short_count"], area["call_count"])),
            "off_net_share": off_net[0],
            "off_net_change": off_net[1] - off_net[2],
        }
    )


def _circle(view: View) -> pd.DataFrame:
    circle = view.recent("circle_month", LEVEL_MONTHS)
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
