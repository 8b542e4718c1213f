"""Figures of the stand-in's portrait: its calls and its day beside public ones."""

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from bassboss_lib.reports.sentences import Language
from bassboss_lib.reports.style import AMBER, BLUE, GREY, PALETTE, SMALL, WIDTH_IN, canvas, drawn

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["BRANDS", "brand_churn", "call_lengths", "day_profiles", "type_latents"]

KINDS = {"voice": ("通话", "calls"), "sms": ("短信", "messages"), "data": ("流量", "data sessions")}
LATENTS = {
    "voice": ("通话", "calls"),
    "data": ("流量", "data"),
    "sms": ("短信", "messages"),
    "night": ("夜间", "night"),
    "roaming": ("漫游", "roaming"),
    "circle": ("圈子", "circle"),
    "price": ("价格敏感", "price"),
    "complaint": ("投诉", "complaints"),
}
FAR = 2.5
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
        axes.yaxis.set_major_formatter(PercentFormatter(1.0))
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


@drawn
def type_latents(types: pd.DataFrame, *, language: Language) -> "Figure":
    """Draw where the latents of each planted type lie, in standard deviations over newcomers.

    Parameters
    ----------
    types : DataFrame
        As `boss.types_planted` gives them.
    language : {"zh", "en"}
        Language of titles.
    """
    title = "各类客户的潜在特征（标准差）" if language == "zh" else "Latents of each type (standard deviations)"
    names = {name: pair[language == "en"] for name, pair in LATENTS.items()}
    values = types[list(names)].to_numpy(dtype=float)
    figure, axes = canvas(title, "", "", height_in=2.2 + 0.44 * len(types), long_labels=True)
    axes.imshow(values, cmap="RdBu_r", vmin=-FAR, vmax=FAR, aspect="auto")
    for (line, column), value in np.ndenumerate(values):
        ink = "white" if abs(value) > FAR * 0.7 else "black"
        axes.text(column, line, f"{value:+.1f}", ha="center", va="center", fontsize=SMALL, color=ink)
    axes.set_xticks(range(len(names)), list(names.values()), fontsize=SMALL)
    if language == "en":  # its words are wider than a column
        for label in axes.get_xticklabels():
            label.set(rotation=30, ha="right", rotation_mode="anchor")
    labels = [f"{row[language]} {row['share']:.0%}" for _, row in types.iterrows()]
    axes.set_yticks(range(len(types)), labels, fontsize=SMALL)
    axes.grid(visible=False)
    return figure
