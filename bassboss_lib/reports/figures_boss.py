"""Figures of the stand-in's portrait: its calls and its day beside public ones."""

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from bassboss_lib.reports.sentences import Language
from bassboss_lib.reports.style import AMBER, BLUE, GREY, PALETTE, WIDTH_IN, canvas, drawn

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["brand_churn", "call_lengths", "day_profiles"]

KINDS = {"voice": ("通话", "calls"), "sms": ("短信", "messages"), "data": ("流量", "data sessions")}
BRANDS = {"1": ("全球通", "GoTone"), "2": ("神州行", "EasyOwn"), "3": ("动感地带", "M-Zone")}


@drawn
def call_lengths(calls: pd.DataFrame, *, language: Language) -> "Figure":
    """Draw quantiles of the seconds of a call, the world's beside the public ones.

    Parameters
    ----------
    calls : DataFrame
        Part ``calls`` of the portrait: quantile, world, public.
    language : {"zh", "en"}
        Language of titles.
    """
    from matplotlib.ticker import StrMethodFormatter

    zh = language == "zh"
    shown = calls[calls["quantile"].str.match(r"\d")]
    title = "通话时长的分位数" if zh else "Quantiles of the length of a call"
    figure, axes = canvas(title, "分位" if zh else "quantile", "秒" if zh else "seconds")
    place = np.arange(len(shown))
    axes.bar(place - 0.2, shown["world"], 0.4, color=BLUE, label="模拟 BOSS" if zh else "stand-in BOSS")
    axes.bar(place + 0.2, shown["public"], 0.4, color=AMBER, label="公开数据" if zh else "public data")
    axes.set_xticks(place, [f"{float(one):.0%}" for one in shown["quantile"]])
    axes.set_yscale("log")
    axes.yaxis.set_major_formatter(StrMethodFormatter("{x:,.0f}"))
    axes.legend()
    return figure


@drawn
def day_profiles(hours: pd.DataFrame, *, language: Language) -> "Figure":
    """Draw the share of events by hour of the day and kind, the world's beside the public ones.

    Parameters
    ----------
    hours : DataFrame
        Part ``hours`` of the portrait: kind, hour, world, public (shares of a day).
    language : {"zh", "en"}
        Language of titles.
    """
    from matplotlib.figure import Figure
    from matplotlib.ticker import PercentFormatter

    zh = language == "zh"
    figure = Figure(figsize=(WIDTH_IN, 6.4), layout="constrained")
    grid = figure.subplots(len(KINDS), 1, sharex=True)
    for axes, (kind, names) in zip(grid, KINDS.items(), strict=True):
        part = hours[hours["kind"] == kind]
        axes.plot(part["hour"], part["world"], color=BLUE, label="模拟 BOSS" if zh else "stand-in BOSS")
        axes.plot(part["hour"], part["public"], color=GREY, linestyle="--", label="公开数据" if zh else "public data")
        axes.set_title(names[0] if zh else names[1], fontsize=13, pad=4)
        axes.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
        axes.set_ylim(0, None)
    grid[0].legend()
    grid[-1].set_xlabel("钟点" if zh else "hour of the day")
    figure.suptitle(
        "一天之中各钟点的占比" if zh else "Share of events by hour of the day", x=0.01, ha="left", fontsize=15
    )
    return figure


@drawn
def brand_churn(churn: pd.DataFrame, *, language: Language) -> "Figure":
    """Draw each brand's monthly churn over the months.

    Parameters
    ----------
    churn : DataFrame
        Part ``churn`` of the portrait: month, brand, rate, cap (shares of customers in network).
    language : {"zh", "en"}
        Language of titles.
    """
    from matplotlib.ticker import PercentFormatter

    zh = language == "zh"
    title = "各品牌月离网率" if zh else "Monthly churn by brand"
    figure, axes = canvas(title, "账期" if zh else "month", "离网率" if zh else "churn")
    months = sorted(churn["month"].unique())
    for (code, names), color in zip(BRANDS.items(), PALETTE, strict=False):
        part = churn[churn["brand"] == code].set_index("month")["rate"].reindex(months)
        axes.plot(range(len(months)), part, color=color, marker="o", markersize=4, label=names[0] if zh else names[1])
    step = max(1, -(-len(months) // 8))
    shown = range(0, len(months), step)
    axes.set_xticks(list(shown), [months[place] for place in shown])
    axes.set_ylim(0, None)
    axes.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=1))
    axes.legend()
    return figure
