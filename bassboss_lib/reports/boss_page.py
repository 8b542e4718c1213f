"""What the page on the stand-in BOSS shows: its marginals beside public facts, and what was planted."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from bassboss_lib.reports.display import Shown, show
from bassboss_lib.reports.figures_boss import BRANDS, LATENTS, brand_churn, call_lengths, day_profiles, type_latents
from bassboss_lib.reports.sentences import Language, Sentence, sentence
from bassboss_lib.reports.tables import Html, table
from bassboss_lib.reports.words import code_name

__all__ = [
    "arpu_table",
    "balances_table",
    "calls",
    "churn",
    "hours",
    "reasons_table",
    "transitions_table",
    "truth_sentence",
    "twins_table",
    "types",
    "use_table",
]

TITLES = {
    "zh": {"quantity": "项目", "quantile": "分位", "world": "模拟 BOSS", "public": "公开数据", "brand": "品牌",
           "arpu": "户均应收（元）", "low": "下限（元）", "high": "上限（元）", "inside": "在区间内",
           "before": "上月末状态", "after": "本月末状态", "customers": "客户数", "share": "占比", "figure": "指标",
           "value": "实测", "band": "区间", "reason": "离网原因", "effect": "接触的作用", "set": "设定",
           "shown": "孪生世界显示", "interval": "95 % 区间", "agrees": "与设定相符"},
    "en": {"quantity": "quantity", "quantile": "quantile", "world": "stand-in BOSS", "public": "public data",
           "brand": "brand", "arpu": "ARPU (yuan)", "low": "low (yuan)", "high": "high (yuan)", "inside": "inside",
           "before": "status before", "after": "status after", "customers": "customers", "share": "share",
           "figure": "figure", "value": "value", "band": "band", "reason": "reason to leave",
           "effect": "what contact does", "set": "set", "shown": "twins show",
           "interval": "95 % interval", "agrees": "agrees with what was set"},
}  # fmt: skip
QUANTITIES = {
    "minutes": ("主叫分钟", "outgoing minutes"),
    "messages": ("发送短信", "messages sent"),
    "megabytes": ("流量（MB）", "data (MB)"),
}
FIGURES = {
    "use_balance": ("详单费用与账单使用费之差", "call records against usage billed"),
    "flow": ("到达、新增、离网平衡差", "arrived, joined and left do not balance by"),
    "left_change": ("离网客户数月变动", "change of departures against last month"),
    "voice_share_1": ("全球通语音费占比", "share of calls in bills, GoTone"),
    "voice_share_2": ("神州行语音费占比", "share of calls in bills, EasyOwn"),
    "voice_share_3": ("动感地带语音费占比", "share of calls in bills, M-Zone"),
    "high_value_share": ("全球通高价值客户占比", "share of high value, GoTone"),
    "message_fen": ("短信单价（分）", "price of a message (fen)"),
}
CONTACT = {
    "best_offer": ("可挽留者获最合适优惠后少离网", "churn averted among persuadables by the best offer"),
    "sleeping_dog": ("不宜打扰者被呼叫后多离网", "churn added among sleeping dogs by a call"),
    "wake_up": ("其余客户被调查唤醒后多离网", "churn added among the others by a survey call"),
    "drift": ("身边人被挽留，未接触者少离网", "churn averted among those not contacted, by word of mouth"),
    "sleeping_dog_share": ("不宜打扰者占比", "share of sleeping dogs"),
}
ERRORS = 1.96
YES = {True: ("是", "yes"), False: ("否", "no")}


def calls(parts: Mapping[str, pd.DataFrame], language: Language) -> Shown:
    """Draw how long calls are, beside public ones."""
    frame = parts["calls"].set_index("quantile")
    ours, theirs = frame["world"].astype(float), frame["public"].astype(float)
    told = sentence(
        "平均 {mean} 秒（公开数据 {public_mean}），未接通 {missed}（公开数据 {public_missed}）。",
        "{mean} seconds on average (public data {public_mean}), {missed} not answered (public data {public_missed}).",
        language,
        kinds={"missed": "percent", "public_missed": "percent"},
        mean=float(ours["mean"]),
        public_mean=float(theirs["mean"]),
        missed=float(ours["unanswered"]),
        public_missed=float(theirs["unanswered"]),
    )
    return show(call_lengths(parts["calls"], language=language), told)


def hours(parts: Mapping[str, pd.DataFrame], language: Language) -> Shown:
    """Draw when in the day events happen, beside public ones."""
    frame = parts["hours"]
    apart = float((frame["world"] - frame["public"]).abs().groupby(frame["kind"]).sum().max() / 2)
    told = sentence(
        "与公开数据相差最大的一类，有 {apart} 的事件落在不同钟点。",
        "In the kind that differs most, {apart} of events fall in other hours than in public data.",
        language,
        kinds={"apart": "percent"},
        apart=apart,
    )
    return show(day_profiles(frame, language=language), told)


def churn(parts: Mapping[str, pd.DataFrame], language: Language) -> Shown:
    """Draw each brand's monthly churn."""
    frame = parts["churn"]
    worst = frame.iloc[int((frame["rate"] / frame["cap"]).to_numpy().argmax())]
    told = sentence(
        "月按天数折算。最接近上限的是 {month} 的{brand}：{rate}，上限 {cap}。",
        "Months are counted by their days. Nearest to its cap is {brand} in {month}: {rate} of {cap}.",
        language,
        kinds={"rate": "percent", "cap": "percent"},
        month=str(worst["month"]),
        brand=_brand(str(worst["brand"]), language),
        rate=float(worst["rate"]),
        cap=float(worst["cap"]),
    )
    return show(brand_churn(frame, language=language), told)


def use_table(parts: Mapping[str, pd.DataFrame], language: Language) -> Html:
    """Show quantiles of a month's use beside the public case."""
    names = {name: pair[language == "en"] for name, pair in QUANTITIES.items()}
    frame = parts["use"].assign(quantity=parts["use"]["quantity"].map(names))
    return table(frame.round(1), titles=TITLES[language])


def arpu_table(parts: Mapping[str, pd.DataFrame], language: Language) -> Html:
    """Show what customers of each brand are billed, and the band that practice expected."""
    frame = parts["arpu"]
    rows = {
        "brand": [_brand(code, language) for code in frame["brand"]],
        "arpu": (frame["arpu_fen"] / 100).round(2),
        "low": frame["low"] / 100,
        "high": frame["high"] / 100,
        "inside": [YES[bool(one)][language == "en"] for one in frame["arpu_fen"].between(frame["low"], frame["high"])],
    }
    return table(pd.DataFrame(rows), titles=TITLES[language])


def transitions_table(parts: Mapping[str, pd.DataFrame], language: Language) -> Html:
    """Show from which status to which customers went in the month."""
    named = {
        side: [_coded("status", code, language) for code in parts["transitions"][side]] for side in ("before", "after")
    }
    return table(parts["transitions"].assign(**named), titles=TITLES[language], kinds={"share": "percent"})


def balances_table(parts: Mapping[str, pd.DataFrame], language: Language) -> Html:
    """Show how figures balance and what bills are made of, beside the bands of practice."""
    frame = parts["balances"]
    rows = {
        "figure": [FIGURES[name][language == "en"] for name in frame["figure"]],
        "value": [f"{value:,.4g}" for value in frame["value"]],
        "band": [f"{low:g} … {high:g}" for low, high in zip(frame["low"], frame["high"], strict=True)],
        "inside": [YES[bool(one)][language == "en"] for one in frame["value"].between(frame["low"], frame["high"])],
    }
    return table(pd.DataFrame(rows), titles=TITLES[language])


def reasons_table(figures: Mapping[str, Any], language: Language) -> Html:
    """Show the causes that made customers leave of their own accord, as planted."""
    rows = [
        {"reason": _coded("churn_reason", code, language), "share": share} for code, share in figures["reasons"].items()
    ]
    return table(pd.DataFrame(rows, columns=["reason", "share"]), titles=TITLES[language], kinds={"share": "percent"})


def types(frame: pd.DataFrame, language: Language) -> Shown:
    """Draw the planted types of `boss.types_planted`, and say which stands out most."""
    far = frame.set_index(language)[list(LATENTS)].abs()
    kind, name = str(far.max(axis=1).idxmax()), str(far.max().idxmax())
    told = sentence(
        "{types} 类客户；最突出的是{kind}的{latent}。占比为本月在网客户。",
        "{types} types of customers; what stands out most is {latent} of the {kind}. Shares are of those in network.",
        language,
        types=len(frame),
        kind=kind,
        latent=LATENTS[name][language == "en"],
    )
    return show(type_latents(frame, language=language), told)


def twins_table(twins: Sequence[Any], language: Language) -> Html:
    """Show what contact does: what was set, and what twin worlds show (`boss.twins_show`)."""
    rows = {
        "effect": [CONTACT[one.name][language == "en"] for one in twins],
        "set": [one.set for one in twins],
        "shown": [one.shown for one in twins],
        "interval": [_interval(one.shown, ERRORS * one.error) for one in twins],
        "customers": [one.customers for one in twins],
        "agrees": [YES[abs(one.shown - one.set) <= ERRORS * one.error][language == "en"] for one in twins],
    }
    return table(pd.DataFrame(rows), titles=TITLES[language], kinds={"set": "percent", "shown": "percent"})


def _interval(middle: float, half: float) -> str:
    return f"[{middle - half:.1%}, {middle + half:.1%}]"


def truth_sentence(figures: Mapping[str, Any], language: Language) -> Sentence:
    """Say how far the true probabilities can see, once three months have passed."""
    if "auc_truth" not in figures:
        return sentence(
            "真实概率的检验要等三个月。", "The truth can be tested once three months have passed.", language
        )
    return sentence(
        "三个月内主动离网 {rate}；即使知道每位客户的真实概率，AUC 也只有 {auc}：任何模型都到不了这里以上。",
        "{rate} leave of their own accord within three months; even the true probabilities reach an AUC of {auc}: no "
        "model can do better.",
        language,
        kinds={"rate": "percent"},
        rate=float(figures["label_rate"]),
        auc=float(figures["auc_truth"]),
    )


def _brand(code: str, language: Language) -> str:
    names = BRANDS.get(code, ("全部", "all"))
    return names[language == "en"]


def _coded(name: str, code: str, language: Language) -> str:
    return f"{code} {code_name(name, code, language)}"
