"""Complaints in Chinese, from a small grammar: who, when, what happened, what it did, what is asked for, what was said.

Text, category, level, reply and satisfaction follow from the complaint that the state holds, so a reader of any
of them can learn whether the customer was helped. A few are still open when the month is delivered.
"""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from bassboss_lib import months
from bassboss_lib.boss import identity
from bassboss_lib.boss.draws import Draws, Purpose
from bassboss_lib.boss.state import CLOSED, State
from bassboss_lib.boss.world import World
from bassboss_lib.contracts import typed_schema, unit

__all__ = ["CATEGORIES", "complaint"]

CATEGORIES = ("network", "billing", "service", "plan", "terminal", "harassment", "other")
"""Categories in the order in which the state counts them, from 1."""
WHEN = ("近几天", "本月以来", "最近一周", "昨天晚上", "上个月开始", "今天上午", "连续三天", "从周末起")
WHERE = ("在家里", "在单位", "在地铁上", "在小区里", "在老家", "在学校")
WHAT = {
    "network": (
        "{where}信号很差",
        "{where}通话经常中断",
        "打电话总是掉线",
        "{where}没有信号",
        "说几句话就断",
        "{where}上网特别慢",
    ),
    "billing": ("话费比平时多了很多", "账单里有不认识的收费", "被多扣了流量费", "月租重复收取", "没订增值业务却被扣费"),
    "service": ("营业厅排队太久没人管", "客服态度不好", "反映的问题一直没有答复", "热线很难接通", "工作人员答非所问"),
    "plan": (
        "套餐不知什么时候被更改",
        "说好的优惠没有到账",
        "退订业务没有成功",
        "套餐内容与介绍不一致",
        "合约条款没有讲清楚",
    ),
    "terminal": ("购买的手机经常死机", "合约机质量有问题", "换卡后手机无法使用", "手机充电口损坏"),
    "harassment": ("一天接到十几个推销电话", "经常收到垃圾短信", "深夜有陌生号码打来", "被无故拉入营销名单"),
    "other": ("号码无法过户", "发票一直没有收到", "积分兑换没有成功", "实名登记信息有误"),
}
THEN = ("，影响工作", "，家里老人也受影响", "，已经反映过一次", "，非常不满意", "，再这样就要换号", "", "", "")
REQUESTS = {
    "network": ("尽快检修基站", "改善小区信号", "派人上门测试"),
    "billing": ("核实并退还多收的费用", "提供详细账单", "退费并道歉"),
    "service": ("要求主管回电", "给出书面答复", "尽快处理"),
    "plan": ("恢复原来的套餐", "补发优惠", "立即退订"),
    "terminal": ("更换手机", "免费维修", "退机"),
    "harassment": ("屏蔽骚扰号码", "停止营销来电", "追查来源"),
    "other": ("尽快办理", "说明原因", "补寄材料"),
}
HELPED = ("已核实并处理，向您致歉", "问题已解决，请您再试", "已安排人员处理完毕", "已为您更正", "已赠送话费作为补偿")
REFUSED = ("经核查未发现异常", "按规定无法办理", "已记录，请耐心等待", "该情况属正常现象", "需由您本人到营业厅办理")
CHANNELS = {"1860": 0.6, "hall": 0.15, "web": 0.15, "manager": 0.07, "letter": 0.03}
HOUR_S = 3600
LAST_DAYS_OPEN = 4


def complaint(world: World, state: State) -> pa.Table:
    """Render the unit ``complaint``: one row per complaint filed in the month, some of them not yet closed."""
    people, draws = state.people, state.draws(Purpose.COMPLAINT_RECORD)
    rows = np.flatnonzero((people["complaint"] > 0) & ~np.isin(people["status_before"], (*CLOSED, 0)))
    serial, failed = people["serial"][rows], people["complaint_failed"][rows]
    categories = [CATEGORIES[kind - 1] for kind in people["complaint"][rows].tolist()]
    unfinished = draws.uniform(serial) < world.complaints.open
    filed, reply, closed = _times(state, draws, serial, failed, unfinished)
    helped = np.where(people["refund_fen"][rows] > 0, "refunded", "solved").astype(object)
    helped[draws.uniform(serial, 1) < 0.3 * (helped == "solved")] = "explained"
    again = people["pain"][rows] > 0.5
    waiting = reply >= np.datetime64(months.first_day(months.add(state.month, 1)), "s")
    pleased = np.where(failed, draws.integers(serial, 1, 4, 2), draws.integers(serial, 5, 11, 3))
    columns = {
        "complaint_id": [f"T{state.month}{one:010d}" for one in serial.tolist()],
        "customer_id": identity.customer_ids(serial),
        "filed_at": filed,
        "channel": np.array(list(CHANNELS))[draws.choice(serial, list(CHANNELS.values()), 4)],
        "level": (1 + draws.choice(serial, [0.72, 0.24, 0.04], 5) * (again | failed)).astype(str),
        "category": categories,
        "content": _contents(draws, serial, categories),
        "request": [REQUESTS[one][int(at * len(REQUESTS[one]))] for one, at in _with(categories, draws, serial, 30)],
        "first_reply_at": pa.array(reply, mask=waiting),
        "reply_text": pa.array(_replies(draws, serial, failed), pa.string(), mask=waiting),
        "result": pa.array(np.where(failed, "rejected", helped), pa.string(), mask=unfinished),
        "closed_at": pa.array(closed, mask=unfinished),
        "satisfaction": pa.array(pleased, mask=unfinished),
    }
    return pa.table(columns, schema=typed_schema(unit("complaint")))


def _times(
    state: State, draws: Draws, serial: np.ndarray, failed: np.ndarray, unfinished: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Give when each was filed, first answered and closed; those still open were filed in the last days."""
    days = months.days(state.month)
    day = np.where(
        unfinished, days - 1 - draws.integers(serial, 0, LAST_DAYS_OPEN, 10), draws.integers(serial, 0, 22, 11)
    )
    filed = (day * 24 + draws.integers(serial, 8, 21, 12)) * HOUR_S + draws.integers(serial, 0, HOUR_S, 13)
    wait_h = np.where(failed, draws.integers(serial, 30, 80, 14), draws.integers(serial, 1, 12, 15))
    reply = filed + wait_h * HOUR_S
    closed = reply + draws.integers(serial, 2, 36, 16) * HOUR_S
    start = np.datetime64(months.first_day(state.month), "s")
    filed_at, reply_at, closed_at = (start + one.astype("timedelta64[s]") for one in (filed, reply, closed))
    return filed_at, reply_at, closed_at


def _contents(draws: Draws, serial: np.ndarray, categories: Sequence[str]) -> list[str]:
    parts = [draws.uniform(serial, 20 + at).tolist() for at in range(4)]
    return [
        _one(WHEN, when) + _one(WHAT[category], what).format(where=_one(WHERE, where)) + _one(THEN, then)
        for category, when, what, where, then in zip(categories, *parts, strict=True)
    ]


def _replies(draws: Draws, serial: np.ndarray, failed: np.ndarray) -> list[str]:
    chance = draws.uniform(serial, 31).tolist()
    return [_one(REFUSED if bad else HELPED, at) for bad, at in zip(failed.tolist(), chance, strict=True)]


def _with(categories: Sequence[str], draws: Draws, serial: np.ndarray, slot: int) -> list[tuple[str, float]]:
    return list(zip(categories, draws.uniform(serial, slot).tolist(), strict=True))


def _one(words: Sequence[str], chance: float) -> str:
    return words[int(chance * len(words))]
