"""Figures of why: which features matter, in which direction, and what pushed one customer.

They draw the tidy frames of ``learning.explanations``; contributions are in log-odds, to the right raises the
probability.
"""

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from bassboss_lib.reports.numbers import number, quantity, unit_title
from bassboss_lib.reports.sentences import Language
from bassboss_lib.reports.style import BLUE, GREY, RED, SMALL, canvas, drawn, short
from bassboss_lib.reports.words import code_name

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["beeswarm", "dependence", "importance", "reasons", "waterfall"]


@drawn
def importance(frame: pd.DataFrame, *, language: Language, top: int = 15, rows: int | None = None) -> "Figure":
    """Draw mean absolute contributions as bars, strongest on top.

    Parameters
    ----------
    frame : DataFrame
        One row per feature or group, strongest first: the title in ``zh`` and ``en`` (or ``group``),
        ``mean_abs``.
    language : {"zh", "en"}
        Language of titles.
    top : int
        Bars shown.
    rows : int, optional
        How many customers the mean is over.
    """
    zh = language == "zh"
    shown = frame.head(top)
    figure, axes = canvas(
        "哪些因素最重要" if zh else "What matters most",
        "平均影响（对数几率的绝对值）" if zh else "Mean effect (absolute log-odds)",
        "",
        note="" if rows is None else f"n = {rows:,}",
        height_in=2.8 + 0.36 * len(shown),
        long_labels=True,
    )
    titles = shown[language] if language in shown else shown["group"]
    axes.barh(np.arange(len(shown)), shown["mean_abs"], color=BLUE, height=0.7)
    _lines(axes, titles.tolist())
    return figure


@drawn
def beeswarm(points: pd.DataFrame, *, language: Language, rows: int | None = None) -> "Figure":
    """Draw one point per customer and feature: its contribution across, the feature's value as colour.

    Parameters
    ----------
    points : DataFrame
        One row per point: rank (0 = top line), zh, en, phi, level (rank of the value, 0–1; NaN = missing or a
        category, drawn grey).
    language : {"zh", "en"}
        Language of titles.
    rows : int, optional
        How many customers are shown, if that is not the number of points per feature.
    """
    zh = language == "zh"
    titles = points.drop_duplicates("rank").sort_values("rank")[language].tolist()
    figure, axes = canvas(
        "各因素如何推动概率" if zh else "How features push the probability",
        "← 降低　对数几率　提高 →" if zh else "← lowers    log-odds    raises →",
        "",
        note=f"n = {rows or int((points['rank'] == 0).sum()):,}",
        height_in=2.9 + 0.46 * len(titles),
        long_labels=True,
    )
    height = points["rank"] + points.groupby("rank")["phi"].transform(_spread)
    colors = points["level"].to_numpy(dtype=float)
    missing = np.isnan(colors)
    axes.scatter(points["phi"][missing], height[missing], s=7, color="#C4C9D1", linewidths=0)
    dots = axes.scatter(
        points["phi"][~missing],
        height[~missing],
        c=colors[~missing],
        s=7,
        cmap="cividis",
        vmin=0,
        vmax=1,
        linewidths=0,
    )
    axes.axvline(0, color=GREY, linewidth=1)
    _lines(axes, titles)
    bar = figure.colorbar(dots, ax=axes, aspect=40, pad=0.02, ticks=[0, 1])
    bar.set_ticklabels(["值低", "值高"] if zh else ["low", "high"])
    bar.outline.set_visible(False)
    return figure


def _spread(phi: pd.Series) -> np.ndarray:
    """Stack points of nearly equal contribution above and below their line, within ±0.4 of it."""
    width = max(float(phi.max() - phi.min()), 1e-12)
    stack = pd.Series(((phi - phi.min()) / width * 80).astype(int).to_numpy())
    place = stack.groupby(stack).cumcount().to_numpy()
    signed = np.where(place % 2 == 0, place // 2, -(place // 2) - 1)
    return signed / max(int(np.abs(signed).max()), 8) * 0.4


@drawn
def dependence(points: pd.DataFrame, *, title: str, unit: str, language: Language) -> "Figure":
    """Draw the contribution of one feature against its value; a line of running medians leads the eye.

    Parameters
    ----------
    points : DataFrame
        One row per customer: value (NaN = missing), phi.
    title, unit : str
        Title of the feature, and its unit as declared (``fen``, ``months`` …).
    language : {"zh", "en"}
        Language of titles.
    """
    zh = language == "zh"
    known = points.dropna(subset=["value"])
    missing = len(points) - len(known)
    left_out = (f"，缺失 {missing:,}" if zh else f", {missing:,} missing") if missing else ""
    figure, axes = canvas(
        title,
        " / ".join(filter(None, [title, unit_title(unit, language)])),
        "对数几率的变化" if zh else "Change of log-odds",
        note=f"n = {len(points):,}{left_out}",
    )
    if unit == "fen":
        known = known.assign(value=known["value"] / 100)
    axes.scatter(known["value"], known["phi"], s=12, color=BLUE, alpha=0.35, linewidths=0)
    bins = pd.qcut(known["value"], 20, duplicates="drop") if known["value"].nunique() > 2 else known["value"]
    middle = known.groupby(bins.rename("bin"), observed=True).median()
    axes.plot(middle["value"], middle["phi"], color=RED)
    _without_far_ends(axes, known["value"])
    axes.axhline(0, color=GREY, linewidth=1)
    return figure


def _without_far_ends(axes: "Axes", value: pd.Series) -> None:
    """Let the axis end where the values do, the far hundredth aside: one outlier must not flatten the rest."""
    low, high = float(value.quantile(0.01)), float(value.quantile(0.99))
    if high > low:
        margin = (high - low) * 0.05
        axes.set_xlim(low - margin, high + margin)


@drawn
def waterfall(steps: pd.DataFrame, *, language: Language, title: str = "") -> "Figure":
    """Draw how one customer's probability comes about, step by step from the average.

    Parameters
    ----------
    steps : DataFrame
        One row per step, strongest first: name, zh, en, unit, value (NaN = missing), phi, start, end (log-odds).
    language : {"zh", "en"}
        Language of titles.
    title : str
        Replaces the general title; a pseudonym at most, never a name or number.
    """
    zh = language == "zh"
    figure, axes = canvas(
        title or ("这位客户的概率从何而来" if zh else "Where this customer's probability comes from"),
        "",
        "",
        height_in=2.9 + 0.46 * len(steps),
        long_labels=True,
    )
    base, last = float(steps["start"].iloc[0]), float(steps["end"].iloc[-1])
    colors = np.where(steps["phi"] > 0, RED, BLUE).tolist()
    axes.barh(np.arange(len(steps)), steps["phi"], left=steps["start"], color=colors, height=0.62)
    edge = max(float(steps[["start", "end"]].max().max()), base)
    for place, phi in enumerate(steps["phi"]):
        axes.annotate(
            f"{phi:+.2f}", (edge, place), xytext=(8, 0), textcoords="offset points", va="center", fontsize=SMALL
        )
    axes.axvline(base, color=GREY, linestyle="--", linewidth=1.3)
    axes.axvline(last, color=GREY, linewidth=1.3)
    _lines(axes, [_step_title(step, language) for step in steps.to_dict("records")])
    axes.use_sticky_edges = False
    axes.margins(x=0.06)
    said = (_probability(base), _probability(last))
    axis = "对数几率（平均 {}，该客户 {}）" if zh else "Log-odds (average {}, here {})"
    figure.supxlabel(axis.format(*said), fontsize=15)
    return figure


@drawn
def reasons(counts: pd.DataFrame, *, language: Language) -> "Figure":
    """Draw how many customers have which main reason: one row per reason with ``title`` and ``count``."""
    zh = language == "zh"
    shown = counts.sort_values(["count", "title"], ascending=[False, True], ignore_index=True)
    total = int(shown["count"].sum())
    figure, axes = canvas(
        "主要离网原因" if zh else "Main churn reasons",
        "客户数" if zh else "Customers",
        "",
        note=f"n = {total:,}",
        height_in=2.8 + 0.42 * len(shown),
        long_labels=True,
    )
    axes.barh(np.arange(len(shown)), shown["count"], color=BLUE, height=0.68)
    for place, count in enumerate(shown["count"]):
        text = f"{count:,} ({number(count / max(total, 1), 'percent')})"
        axes.annotate(text, (count, place), xytext=(5, 0), textcoords="offset points", va="center", fontsize=SMALL)
    _lines(axes, shown["title"].tolist())
    axes.margins(x=0.2)
    return figure


def _lines(axes: "Axes", titles: list[str]) -> None:
    """Name the lines of a horizontal figure from top to bottom."""
    axes.set_yticks(range(len(titles)), [short(title) for title in titles])
    axes.set_ylim(len(titles) - 0.4, -0.6)
    axes.grid(visible=False, axis="y")


def _step_title(step: dict[Any, Any], language: Language) -> str:
    value = step["value"]
    if not isinstance(value, int | float | np.number):
        return f"{step[language]} = {code_name(str(step['name']), str(value), language)}"
    if np.isnan(value):
        rest, missing = step.get("name") == "rest", "缺失" if language == "zh" else "missing"
        return str(step[language]) if rest else f"{step[language]} = {missing}"
    return f"{step[language]} = {quantity(value, str(step['unit']), language)}"


def _probability(log_odds: float) -> str:
    return number(1 / (1 + np.exp(-log_odds)), "percent")
