"""Figures of quality over months: control charts of the source rules, and rates with their intervals."""

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from bassboss_lib.reports.sentences import Language
from bassboss_lib.reports.style import BLUE, GREEN, GREY, RED, WIDTH_IN, canvas, drawn

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["quality_trend", "rate_by_month"]

COLUMNS = 2


@drawn
def quality_trend(history: pd.DataFrame, *, language: Language, panels_max: int = 12) -> "Figure":
    """Draw one small control chart per rule: its judged figure over the months, its band, what fell outside.

    Rules that failed come first; beyond ``panels_max`` the rest is left out.

    Parameters
    ----------
    history : DataFrame
        One row per rule and month: rule, zh, en, month, judged (NaN = unknown), low, high (NaN = open),
        verdict.
    language : {"zh", "en"}
        Language of titles.
    panels_max : int
        Charts shown.
    """
    from matplotlib.figure import Figure

    zh = language == "zh"
    failed = history.assign(failed=history["verdict"] == "fail").groupby("rule")["failed"].sum()
    rules = failed.reset_index().sort_values(["failed", "rule"], ascending=[False, True])["rule"].head(panels_max)
    months = sorted(history["month"].unique())
    lines = max(1, -(-len(rules) // COLUMNS))
    figure = Figure(figsize=(WIDTH_IN, 0.8 + 1.95 * lines), layout="constrained")
    grid = figure.subplots(lines, COLUMNS, squeeze=False, sharex=True)
    for place, axes in enumerate(grid.flat):
        if place >= len(rules):
            axes.set_visible(False)
            continue
        _control_chart(axes, history[history["rule"] == rules.iloc[place]], months, language)
    left_out = history["rule"].nunique() - len(rules)
    more = (f"，另有 {left_out} 条规则" if zh else f", {left_out} more rules") if left_out > 0 else ""
    title = "数据质量：阴影为允许范围，× 为超出" if zh else "Source quality: band allowed, × outside"
    figure.suptitle(title + more, x=0.01, ha="left", fontsize=15)
    return figure


def _control_chart(axes: "Axes", rule: pd.DataFrame, months: list[str], language: Language) -> None:
    row = rule.iloc[0]
    judged = rule.set_index("month")["judged"].reindex(months).to_numpy(dtype=float)
    outside = (rule.set_index("month")["verdict"].reindex(months) == "fail").to_numpy()
    x = np.arange(len(months))
    axes.plot(x, judged, color=BLUE, linewidth=1.6, marker="o", markersize=3.5)
    axes.plot(x[outside], judged[outside], "x", color=RED, markersize=10, markeredgewidth=2.5)
    axes.margins(y=0.15)
    ends = axes.get_ylim()
    low = ends[0] if pd.isna(row["low"]) else float(row["low"])
    high = ends[1] if pd.isna(row["high"]) else float(row["high"])
    axes.axhspan(min(low, high), max(low, high), color=GREEN, alpha=0.12, linewidth=0)
    axes.set_title(str(row[language]), fontsize=13, pad=4)
    axes.tick_params(labelsize=11)
    _month_ticks(axes, months, most=4)


@drawn
def rate_by_month(rows: pd.DataFrame, *, language: Language, title: str, axis: str) -> "Figure":
    """Draw a rate over months with its interval.

    Parameters
    ----------
    rows : DataFrame
        One row per month: month, value, low, high (shares), and rows (customers of the month).
    language : {"zh", "en"}
        Language of titles.
    title, axis : str
        Title of the figure and of the rate, with its population.
    """
    from matplotlib.ticker import FuncFormatter

    customers = int(rows["rows"].sum())
    note = f"n = {customers:,}（客户月）" if language == "zh" else f"n = {customers:,} customer-months"
    figure, axes = canvas(title, "账期" if language == "zh" else "Month", axis, note=note)
    x = np.arange(len(rows))
    axes.fill_between(x, rows["low"], rows["high"], color=BLUE, alpha=0.18, linewidth=0)
    axes.plot(x, rows["value"], color=BLUE, marker="o", markersize=5)
    axes.axhline(float(rows["value"].mean()), color=GREY, linestyle="--", linewidth=1.3)
    axes.set_ylim(0, None)
    axes.yaxis.set_major_formatter(FuncFormatter(lambda share, _: f"{share * 100:g} %"))
    _month_ticks(axes, rows["month"].tolist(), most=8)
    return figure


def _month_ticks(axes: "Axes", months: list[str], most: int) -> None:
    step = max(1, -(-len(months) // most))
    shown = range(0, len(months), step)
    axes.set_xticks(list(shown), [months[place] for place in shown])
