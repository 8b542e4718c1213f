"""What customers say, in Chinese, from a small grammar: 实施反馈意见 (do they leave, and why), 客户建议 (suggestions).

The reason that a customer states is the true main cause only in part; the rest say what people commonly say. Themes of
suggestions belong to items of a plan, so that a reader can turn them into proposals.
"""

import numpy as np

from bassboss_lib.boss.contact_terms import CAUSES, Contact
from bassboss_lib.boss.draws import Draws, Purpose
from bassboss_lib.boss.state import People

__all__ = ["THEMES", "WHY", "care_opinions", "opinions", "said_causes", "says_leaving", "suggestions", "themes"]

WHY: dict[str, tuple[str, ...]] = {
    "R01": ("话费太贵了", "资费比别家高", "每个月超出套餐很多钱", "套餐不划算"),
    "R02": ("家里信号不好", "打电话老是断线", "网络质量太差", "室内没有信号"),
    "R03": ("投诉一直没有解决", "客服态度不好", "反映的问题没人管", "售后服务太差"),
    "R04": ("朋友都换到别的公司了", "家人都用对方的网", "对手公司优惠大", "同事推荐了别家"),
    "R05": ("欠费还不上", "最近手头紧", "被停机几次很麻烦"),
    "R06": ("这个号基本不用了", "现在都用另一个号", "很少打电话了"),
    "R07": ("合约到期了", "协议到期不想续", "合约期满想看看别家"),
    "R08": ("手机太旧了", "想换新手机", "别家送手机"),
    "R09": ("搬到外地了", "换工作去别的城市", "搬家以后不方便"),
    "R99": ("没什么特别原因", "就是随便看看", "说不上来"),
}
COMMON = ("R01", "R01", "R04", "R99")  # what is said when the true reason is not
STAYS = ("暂时不走", "还会继续用", "先用着", "不打算换")
LEAVES = ("准备换号", "过几天就去销户", "打算不用了", "想转到别家")
THANKS = ("谢谢来电", "这个方案可以", "愿意试试", "同意办理")
REFUSES = ("方案没兴趣", "不需要", "别再打了", "再考虑考虑")
NOBODY = ("多次拨打无人接听", "用户关机", "接通后挂断", "暂时无法接通")
CARED = {
    True: ("谢谢关心", "服务很好", "很满意", "收到了，不错"),
    False: ("不需要这些", "希望少打扰", "没什么用", "还是先解决问题吧"),
}
THEMES: dict[str, tuple[str, ...]] = {
    "fee": ("月费再低一点", "月租能不能降", "套餐太贵，便宜点就办"),
    "minutes": ("通话分钟多给些", "语音时长不够用", "希望增加通话时间"),
    "data": ("流量太少", "希望多送流量", "流量不够用，能翻倍就好"),
    "messages": ("短信条数多一点", "希望送短信"),
    "overage": ("超出部分太贵", "套餐外单价希望降", "超出后能不能便宜"),
    "roaming": ("漫游希望免费", "出差漫游费太高", "全国一个价就好"),
    "family": ("希望能和家人共享", "家里几个号一起优惠", "能加副卡就好"),
    "contract": ("不要捆绑合约期", "希望随时能退", "合约时间太长"),
    "night": ("晚上和周末能优惠", "夜间流量应该送"),
    "service": ("营业厅太远", "办理手续太麻烦", "希望网上能办"),
}
"""Themes of suggestions, each an item of a plan or of its sale, with its phrases."""
CHOOSES, SAYS, HONEST, LIES, SUGGESTS = 80, 81, 84, 85, 86  # slots of a customer's draws


def said_causes(terms: Contact, people: People, cause: np.ndarray, draws: Draws) -> np.ndarray:
    """Give the cause (place in `REASONS`) that each customer names: the true one with the share that is honest."""
    drawn = draws.of(Purpose.CONTACT)
    honest = drawn.uniform(people["serial"], HONEST) < terms.opinions.honest
    common = np.array([CAUSES.index(code) for code in COMMON])
    return np.where(honest, cause, common[drawn.integers(people["serial"], 0, len(COMMON), LIES)])


def opinions(
    people: People, handled: np.ndarray, said: np.ndarray, leaves: np.ndarray, draws: Draws
) -> list[str | None]:
    """Give 实施反馈意见 on retention tasks, one per task; null where none was worked.

    Parameters
    ----------
    people : dict
        Customers of the tasks.
    handled : ndarray of int
        是否处理.
    said : ndarray of int
        The cause named, as `said_causes` gives it.
    leaves : ndarray of bool
        Whether the customer says that they will leave.
    draws : Draws
        Of the month.
    """
    picks = _picks(people, draws, 4)
    return [
        None
        if done == 0
        else _one(NOBODY, pick[0])
        if done == 1
        else "，".join(
            (
                _one(WHY[CAUSES[why]], pick[1]),
                _one(LEAVES if goes else STAYS, pick[2]),
                _one(THANKS if done == 3 else REFUSES, pick[3]),
            )
        )
        for done, why, goes, pick in zip(handled.tolist(), said.tolist(), leaves.tolist(), picks, strict=True)
    ]


def care_opinions(people: People, handled: np.ndarray, draws: Draws) -> list[str | None]:
    """Give what customers say of a form of care; null where none was worked."""
    picks = _picks(people, draws, 1)
    return [
        None if done == 0 else _one(NOBODY, pick[0]) if done == 1 else _one(CARED[done == 3], pick[0])
        for done, pick in zip(handled.tolist(), picks, strict=True)
    ]


def themes(people: People, saves: np.ndarray, draws: Draws) -> list[str]:
    """Give the theme that is on each customer's mind: what they use most, or the price where a plan saves nothing."""
    drawn = draws.of(Purpose.CONTACT)
    names = list(THEMES)
    weights = np.ones((len(saves), len(names)))
    weights[:, names.index("fee")] += 4.0 * (saves <= 0)
    for name, column in (("minutes", "log_calls"), ("data", "log_megabytes"), ("messages", "log_messages")):
        usual = np.median(people[column]) if len(saves) else 0.0
        weights[:, names.index(name)] += 3.0 * (people[column] > usual + 0.5)
    weights[:, names.index("overage")] += 2.0 * (saves > 0)
    edges = weights.cumsum(axis=1) / weights.sum(axis=1)[:, None]
    chosen = (edges < drawn.uniform(people["serial"], CHOOSES)[:, None]).sum(axis=1)
    return [names[place] for place in chosen.tolist()]


def suggestions(
    terms: Contact, people: People, answered: np.ndarray, about: list[str], draws: Draws
) -> list[str | None]:
    """Give 客户建议 of those who answered and have one; the others' are null."""
    speaks = answered & (draws.of(Purpose.CONTACT).uniform(people["serial"], SUGGESTS) < terms.survey.suggests)
    picks = _picks(people, draws, 1)
    return [
        _one(THEMES[theme], pick[0]) if wants else None
        for wants, theme, pick in zip(speaks.tolist(), about, picks, strict=True)
    ]


def says_leaving(people: People, handled: np.ndarray, draws: Draws) -> np.ndarray:
    """Tell who says that they will leave: likelier where the month's hazard was high, and of those who decline."""
    hazard = sum(people[f"hazard_{code}"] for code in CAUSES)
    chance = np.clip(3.0 * hazard * np.where(handled == 3, 0.5, 1.5), 0.02, 0.9)
    return draws.of(Purpose.CONTACT).uniform(people["serial"], SAYS) < chance


def _picks(people: People, draws: Draws, count: int) -> list[list[float]]:
    drawn = draws.of(Purpose.CONTACT)
    return np.stack([drawn.uniform(people["serial"], 100 + slot) for slot in range(count)], axis=1).tolist()


def _one(phrases: tuple[str, ...], share: float) -> str:
    return phrases[int(share * len(phrases))]
