"""Complaints in Chinese, from a small grammar: what happened, what is asked for, what was answered.

Text, category, reply and satisfaction follow from the complaint that the state holds, so a reader of any of them can
learn whether the customer was helped.
"""

import numpy as np
import pyarrow as pa

from bassboss_lib import months
from bassboss_lib.boss import identity
from bassboss_lib.boss.state import CLOSED, State
from bassboss_lib.contracts import typed_schema, unit

__all__ = ["complaint"]

CATEGORIES = {1: "network", 2: "billing", 3: "service", 4: "plan"}
WHEN = ("近几天", "本月以来", "最近一周", "昨天晚上", "上个月开始")
WHAT = {
    "network": ("在家里信号很差", "通话经常中断", "打电话总是掉线", "室内没有信号", "说几句话就断"),
    "billing": ("话费比平时多了很多", "账单里有不认识的收费", "被多扣了流量费", "月租重复收取"),
    "service": ("营业厅排队太久没人管", "客服态度不好", "反映的问题一直没有答复", "热线很难接通"),
    "plan": ("套餐不知什么时候被更改", "说好的优惠没有到账", "退订业务没有成功", "套餐内容与介绍不一致"),
}
REQUESTS = {
    "network": ("尽快检修基站", "改善小区信号", "派人上门测试"),
    "billing": ("核实并退还多收的费用", "提供详细账单", "退费并道歉"),
    "service": ("要求主管回电", "给出书面答复", "尽快处理"),
    "plan": ("恢复原来的套餐", "补发优惠", "立即退订"),
}
HELPED = ("已核实并处理，向您致歉", "问题已解决，请您再试", "已安排人员处理完毕", "已为您更正")
REFUSED = ("经核查未发现异常", "按规定无法办理", "已记录，请耐心等待", "该情况属正常现象")
CHANNELS = ("1860", "hall", "web", "manager", "letter")
HOUR_S = 3600


def complaint(state: State, rng: np.random.Generator) -> pa.Table:
    """Render the unit ``complaint``: one row per complaint filed in the month, replied to and closed within it."""
    people = state.people
    rows = np.flatnonzero((people["complaint"] > 0) & ~np.isin(people["status_before"], (*CLOSED, 0)))
    count, failed = len(rows), people["complaint_failed"][rows]
    categories = [CATEGORIES[kind] for kind in people["complaint"][rows].tolist()]
    filed = rng.integers(0, 22 * 24 * HOUR_S, count)
    reply = filed + np.where(failed, rng.integers(30, 80, count), rng.integers(1, 12, count)) * HOUR_S
    closed = reply + rng.integers(2, 36, count) * HOUR_S
    helped = np.array(["refunded" if one == "billing" else "solved" for one in categories], dtype=object)
    helped[rng.random(count) < 0.3] = "explained"
    start = np.datetime64(months.first_day(state.month), "s")
    columns = {
        "complaint_id": [f"T{state.month}{serial:010d}" for serial in people["serial"][rows].tolist()],
        "customer_id": identity.customer_ids(people["serial"][rows]),
        "filed_at": start + filed.astype("timedelta64[s]"),
        "channel": rng.choice(CHANNELS, count, p=[0.6, 0.15, 0.15, 0.07, 0.03]),
        "level": rng.choice(["1", "2", "3"], count, p=[0.7, 0.25, 0.05]),
        "category": categories,
        "content": [_pick(rng, WHEN) + _pick(rng, WHAT[one]) for one in categories],
        "request": [_pick(rng, REQUESTS[one]) for one in categories],
        "first_reply_at": start + reply.astype("timedelta64[s]"),
        "reply_text": [_pick(rng, REFUSED if bad else HELPED) for bad in failed],
        "result": np.where(failed, "rejected", helped),
        "closed_at": start + closed.astype("timedelta64[s]"),
        "satisfaction": np.where(failed, rng.integers(1, 4, count), rng.integers(5, 11, count)),
    }
    return pa.table(columns, schema=typed_schema(unit("complaint")))


def _pick(rng: np.random.Generator, words: tuple[str, ...]) -> str:
    return words[rng.integers(len(words))]
