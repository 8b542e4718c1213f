"""Figures over months: control charts of the source rules, rates with their intervals, drift of features."""

import textwrap
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from bassboss_lib.reports.sentences import Language
from bassboss_lib.reports.style import AMBER, BLUE, GREEN, GREY, RED, SMALL, WIDTH_IN, canvas, drawn, short

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.patches import Patch

__all__ = ["DRIFT_ALARM", "DRIFT_NOTICE", "drift_strip", "quality_trend", "rate_by_month"]

COLUMNS = 2
DRIFT_NOTICE, DRIFT_ALARM = 0.10, 0.25
"""Population stability index from which a shift is looked at, and from which it stops a promotion (R22)."""


@drawn
def quality_trend(history: pd.DataFrame, *, language: Language, panels_max: int = 12) -> "Figure":
    """Draw one small control chart per rule: its judged figure over the months, its band, what fell outside.

    Rules that failed come first, those that were never judged last; beyond ``panels_max`` the rest is left out.

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
    marks = history.assign(failed=history["verdict"] == "fail", known=history["judged"].notna())
    by_rule = marks.groupby("rule").agg({"failed": "sum", "known": "any"}).reset_index()
    rules = by_rule.sort_values(["failed", "known", "rule"], ascending=[False, False, True])["rule"].head(panels_max)
    months = sorted(history["month"].unique())
    lines = max(1, -(-len(rules) // COLUMNS))
    figure = Figure(figsize=(WIDTH_IN, 1.0 + 2.15 * lines), layout="constrained")
    grid = figure.subplots(lines, COLUMNS, squeeze=False, sharex=True)
    for place, axes in enumerate(grid.flat):
        if place >= len(rules):
            axes.set_visible(False)
            continue
        _control_chart(axes, history[history["rule"] == rules.iloc[place]], months, language)
    left_out = history["rule"].nunique() - len(rules)
    more = (f"，另有 {left_out} 条规则" if zh else f", {left_out} more rules") if left_out > 0 else ""
    title = "数据质量：阴影为允许范围，× 为超出" if zh else "Source quality: band allowed, × outside"
    figure.suptitle(title + more, x=0.01, ha="left")
    figure.supylabel("判定值" if zh else "Judged figure", fontsize=SMALL)
    return figure


def _control_chart(axes: "Axes", rule: pd.DataFrame, months: list[str], language: Language) -> None:
    row = rule.iloc[0]
    judged = rule.set_index("month")["judged"].reindex(months).to_numpy(dtype=float)
    outside = (rule.set_index("month")["verdict"].reindex(months) == "fail").to_numpy()
    x = np.arange(len(months))
    axes.plot(x, judged, color=BLUE, linewidth=1.6, marker="o", markersize=3.5)
    axes.plot(x[outside], judged[outside], "x", color=RED, markersize=10, markeredgewidth=2.5)
    axes.margins(y=0.15)
    bottom, top = axes.get_ylim()
    high = top if pd.isna(row["high"]) else float(row["high"])
    if not (judged < 0).any() and not row["low"] < 0:  # shares and counts have nothing below zero
        bottom, top = -0.04 * max(top, high), max(top, high)
        axes.set_ylim(bottom, top * 1.04)
    low = bottom if pd.isna(row["low"]) else float(row["low"])
    axes.axhspan(min(low, high), max(low, high), color=GREEN, alpha=0.12, linewidth=0)
    axes.set_title(_wrapped(str(row[language]), language), fontsize=SMALL, pad=4, linespacing=1.05)
    axes.tick_params(labelsize=SMALL - 1)
    _month_ticks(axes, months, most=3)


def _wrapped(title: str, language: Language) -> str:
    """Break a panel's title into two lines at most, so that it does not run into its neighbour's."""
    lines = textwrap.wrap(title, 16 if language == "zh" else 28, max_lines=2, placeholder="…")
    return "\n".join(lines)


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


@drawn
def drift_strip(rows: pd.DataFrame, *, language: Language, title: str = "", top: int = 15) -> "Figure":
    """Draw how far each feature has moved from the months that trained, month by month.

    Calm below 0.10, looked at from there on, alarming from 0.25 (population stability index).

    Parameters
    ----------
    rows : DataFrame
        One row per feature and month: feature (title), month, psi (>= 0; NaN = not computed), and optionally
        customers (of the month).
    language : {"zh", "en"}
        Language of titles.
    title : str
        Replaces the general title.
    top : int
        Features shown, those that moved most first.
    """
    zh = language == "zh"
    wide = rows.pivot(index="feature", columns="month", values="psi")
    order = wide.max(axis=1).fillna(-1).sort_values(ascending=False, kind="stable").index[:top]
    wide = wide.reindex(order)
    figure, axes = canvas(
        title or ("特征漂移（PSI）" if zh else "Drift of features (PSI)"),
        "账期" if zh else "Month",
        "",
        note=_drift_note(rows, zh),
        height_in=2.6 + 0.42 * len(wide),
        long_labels=True,
    )
    _drift_cells(axes, wide.to_numpy(dtype=float))
    axes.set_yticks(range(len(wide)), [short(name) for name in wide.index])
    _month_ticks(axes, [str(month) for month in wide.columns], most=6)
    axes.set(xlim=(-0.5, wide.shape[1] - 0.5), ylim=(len(wide) - 0.5, -0.5))
    axes.grid(visible=False)
    _drift_legend(axes, zh)
    return figure


def _drift_note(rows: pd.DataFrame, zh: bool) -> str:
    if "customers" not in rows:
        return ""
    return f"n = {int(rows.groupby('month')['customers'].first().sum()):,}{'（客户月）' if zh else ' customer-months'}"


def _drift_cells(axes: "Axes", values: np.ndarray) -> None:
    """Colour each cell by its class, and write the value into those that matter."""
    for (line, column), psi in np.ndenumerate(values):
        color = "#E5E7EB" if np.isnan(psi) else _drift_color(float(psi))
        axes.add_patch(_cell(column, line, color))
        if psi >= DRIFT_NOTICE:
            ink = "white" if psi >= DRIFT_ALARM else "black"
            size = SMALL if values.shape[1] <= 12 else 9
            axes.text(column, line, f"{psi:.2f}", ha="center", va="center", fontsize=size, color=ink)


def _cell(column: int, line: int, color: str) -> "Patch":
    from matplotlib.patches import Rectangle

    return Rectangle((column - 0.48, line - 0.44), 0.96, 0.88, facecolor=color, linewidth=0)


def _drift_color(psi: float) -> str:
    return RED if psi >= DRIFT_ALARM else AMBER if psi >= DRIFT_NOTICE else "#BFDCEB"


def _drift_legend(axes: "Axes", zh: bool) -> None:
    words = ("稳定 <0.10", "留意 0.10–0.25", "警报 ≥0.25") if zh else ("calm <0.10", "look 0.10–0.25", "alarm ≥0.25")
    patches = [_cell(0, 0, _drift_color(psi)) for psi in (0.0, DRIFT_NOTICE, DRIFT_ALARM)]
    axes.figure.legend(patches, words, loc="outside lower center", ncols=3, handlelength=1)


def _month_ticks(axes: "Axes", months: list[str], most: int) -> None:
    step = max(1, -(-len(months) // most))
    shown = range(0, len(months), step)
    axes.set_xticks(list(shown), [months[place] for place in shown])
