"""Figures of a rehearsal: where customers would go, what a search found, forecasts beside facts."""

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from bassboss_lib.reports.sentences import Language
from bassboss_lib.reports.style import AMBER, BLUE, GREEN, GREY, PALETTE, RED, canvas, drawn

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["bars_by_scenario", "forecast_and_fact", "pareto_front", "sankey"]

SMOOTH = 40
LINE = 0.042
"""Height of a line of text as a share of all customers on a side."""


@drawn
def sankey(matrix: pd.DataFrame, *, new: tuple[str, ...], language: Language) -> "Figure":
    """Draw who goes where: plans held on the left, plans taken on the right; flows to new plans are coloured."""
    zh = language == "zh"
    total = float(matrix.to_numpy().sum())
    figure, axes = canvas("客户转移与渗透" if zh else "Migration and penetration", "", "", height_in=5.4)
    left, right = _stack(matrix.sum(axis=1), total), _stack(matrix.sum(axis=0), total)
    at_left, at_right = {name: span[0] for name, span in left.items()}, {name: span[0] for name, span in right.items()}
    for held in matrix.index:
        for taken in matrix.columns:
            width = float(matrix.loc[held, taken]) / total
            colour = PALETTE[list(new).index(taken) % len(PALETTE)] if taken in new else "#9CA3AF"
            if width > 0:
                _ribbon(axes, at_left[held], at_right[taken], width, colour)
            at_left[held] += width
            at_right[taken] += width
    for side, x, aligned in ((left, -0.02, "right"), (right, 1.02, "left")):
        named = {name: (start + size / 2, size) for name, (start, size) in side.items() if size > 0.004}
        heights = _apart([middle for middle, _ in named.values()])
        for (name, (_, size)), height in zip(named.items(), heights, strict=True):
            axes.text(x, height, f"{name} {size:.1%}", ha=aligned, va="center", fontsize=11)
    axes.set_xlim(-0.28, 1.28)
    axes.axis("off")
    return figure


def _stack(sums: pd.Series, total: float) -> dict[str, tuple[float, float]]:
    """Give each name its start and size on a side, with gaps."""
    spans, at = {}, 0.0
    for name, count in sums.items():
        size = float(count) / total
        spans[str(name)] = (at, size)
        at += size + 0.02
    return spans


def _apart(middles: list[float]) -> list[float]:
    """Move labels, given from bottom to top, up by as much as keeps them from lying on each other.

    Examples
    --------
    >>> [round(height, 3) for height in _apart([0.1, 0.11, 0.12, 0.5])]
    [0.1, 0.142, 0.184, 0.5]
    """
    heights: list[float] = []
    for middle in middles:
        heights.append(max(middle, heights[-1] + LINE if heights else middle))
    return heights


def _ribbon(axes: "Axes", start: float, end: float, width: float, colour: str) -> None:
    x = np.linspace(0, 1, SMOOTH)
    bend = 3 * x**2 - 2 * x**3
    lower = start + (end - start) * bend
    axes.fill_between(x, lower, lower + width, color=colour, alpha=0.55, linewidth=0)


@drawn
def bars_by_scenario(rows: pd.DataFrame, *, title: str, axis: str, language: Language) -> "Figure":
    """Draw a figure per scenario with its band: rows name, value, low, high (equal where there is none)."""
    figure, axes = canvas(title, axis, "", height_in=1.2 + 0.7 * len(rows))
    places = np.arange(len(rows))[::-1]
    errors = np.abs(rows[["low", "high"]].to_numpy().T - rows["value"].to_numpy())
    axes.barh(places, rows["value"], color=[BLUE, AMBER, GREEN][: len(rows)], height=0.55)
    axes.errorbar(rows["value"], places, xerr=errors, fmt="none", ecolor="#374151", capsize=4)
    axes.set_yticks(places, rows["name"])
    axes.axvline(0, color=GREY, linewidth=1.2)
    return figure


@drawn
def forecast_and_fact(rows: pd.DataFrame, *, language: Language) -> "Figure":
    """Draw forecast, interval and fact of each survey's take-up: rows name, forecast, low, high, fact, in per cent."""
    zh = language == "zh"
    title = "接受率：预测与实际（%）" if zh else "Take-up: forecast and fact (%)"
    figure, axes = canvas(title, "%", "", height_in=1.6 + 0.7 * len(rows))
    places = np.arange(len(rows))[::-1]
    errors = np.abs(rows[["low", "high"]].to_numpy().T - rows["forecast"].to_numpy())
    said, came = ("预测（90% 区间）", "实际") if zh else ("forecast (90 %)", "fact")
    axes.errorbar(rows["forecast"], places, xerr=errors, fmt="o", color=BLUE, capsize=4, label=said)
    axes.scatter(rows["fact"], places, marker="D", color=RED, zorder=3, label=came)
    axes.set_yticks(places, rows["name"])
    axes.set_ylim(-0.6, len(rows) - 0.4)
    axes.legend(loc="best", frameon=False)
    return figure


@drawn
def pareto_front(tried: pd.DataFrame, front: pd.DataFrame, *, language: Language) -> "Figure":
    """Draw gain against the share of losers among takers: all designs, those that keep the constraints, the front."""
    zh = language == "zh"
    title = "收益与多付客户占比" if zh else "Gain against losers"
    names = (
        ("多付的接受者占比", "收益变化（分／客户·月）")
        if zh
        else ("takers who would pay more", "gain (fen per customer, month)")
    )
    figure, axes = canvas(title, *names, note=f"n = {len(tried):,}")
    kept = tried["kept"].to_numpy(dtype=bool)
    axes.scatter(tried["losers"][~kept], tried["objective"][~kept], s=8, color="#D1D5DB")
    axes.scatter(tried["losers"][kept], tried["objective"][kept], s=10, color=BLUE, alpha=0.6)
    axes.plot(front["losers"], front["objective"], color=RED, marker="o", markersize=4)
    return figure
