"""Figures of who customers are: how long cohorts stay, and what sets segments apart."""

from textwrap import fill
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from bassboss_lib.reports.disclosure import FEW
from bassboss_lib.reports.sentences import Language
from bassboss_lib.reports.style import BLUE, GREY, RED, SMALL, WIDTH_IN, canvas, drawn, short

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["retention_heatmap", "segment_bars", "segment_radar"]

COLUMNS = 2
TITLE = 22
"""Characters of a panel's title in one line."""
SHADED = "#E5E7EB"


@drawn
def retention_heatmap(cohorts: pd.DataFrame, *, language: Language, title: str = "") -> "Figure":
    """Draw which share of each cohort is still there after so many months.

    Parameters
    ----------
    cohorts : DataFrame
        One row per cohort and age: cohort (month of joining), age (whole months since), kept (share, 0-1), customers
        (size of the cohort when it began). Cohorts of fewer than ten are left blank.
    language : {"zh", "en"}
        Language of titles.
    title : str
        Replaces the general title.
    """
    zh = language == "zh"
    wide = cohorts.pivot(index="cohort", columns="age", values="kept").sort_index()
    sizes = cohorts.groupby("cohort")["customers"].max().reindex(wide.index)
    wide = wide[sizes >= FEW].reindex(wide.index)
    figure, axes = canvas(
        title or ("同期入网客户的留存率（%）" if zh else "Customers kept (%), by month of joining"),
        "入网后月数" if zh else "Months since joining",
        "入网月份（人数）" if zh else "Joined in (customers)",
        note=f"n = {int(sizes[sizes >= FEW].sum()):,}",
        height_in=2.2 + 0.42 * len(wide),
    )
    values = wide.to_numpy(dtype=float)
    least = float(np.nanmin(values)) if np.isfinite(values).any() else 0.0
    axes.imshow(values, cmap="cividis", vmin=min(least, 0.999), vmax=1, aspect="auto")
    _numbers(axes, values, least)
    axes.set_xticks(range(wide.shape[1]), [str(age) for age in wide.columns])
    few = f"（<{FEW}）" if zh else f" (<{FEW})"
    begun = f"（{{:,}}）" if zh else " ({:,})"  # noqa: F541 - braces of the format
    axes.set_yticks(
        range(len(wide)), [f"{cohort}{begun.format(n) if n >= FEW else few}" for cohort, n in sizes.items()]
    )
    axes.grid(visible=False)
    axes.set_facecolor(SHADED)
    return figure


def _numbers(axes: "Axes", values: np.ndarray, least: float) -> None:
    """Write each share into its cell, dark on light and light on dark."""
    middle = (least + 1) / 2
    size = SMALL if values.shape[1] <= 10 else 9
    for (line, column), value in np.ndenumerate(values):
        if np.isfinite(value):
            ink = "black" if value > middle else "white"
            axes.text(column, line, f"{value * 100:.0f}", ha="center", va="center", fontsize=size, color=ink)


@drawn
def segment_radar(profiles: pd.DataFrame, *, language: Language, panels_max: int = 6) -> "Figure":
    """Draw each segment's profile as a small radar: 100 is the mean of all customers, dashed.

    Good for three to eight traits and for the shape at a glance; `segment_bars` tells sizes.

    Parameters
    ----------
    profiles : DataFrame
        One row per segment and trait: segment (title), trait (title), index (100 = the mean of all), customers.
        Segments of fewer than ten are left out.
    language : {"zh", "en"}
        Language of titles.
    panels_max : int
        Segments shown, in the order of the frame.
    """
    from matplotlib.figure import Figure

    shown = profiles[profiles["customers"] >= FEW]
    segments = list(dict.fromkeys(shown["segment"]))[:panels_max]
    columns = min(COLUMNS, max(len(segments), 1))
    lines = max(1, -(-len(segments) // columns))
    figure = Figure(figsize=(WIDTH_IN, 0.9 + 3.3 * lines), layout="constrained")
    grid = figure.subplots(lines, columns, squeeze=False, subplot_kw={"projection": "polar"})
    top = max(150.0, float(shown["index"].max() if len(shown) else 0) * 1.05)
    for place, axes in enumerate(grid.flat):
        if place < len(segments):
            _radar(axes, shown[shown["segment"] == segments[place]], top)
        else:
            axes.set_visible(False)
    title = "细分客群画像：虚线为全体平均 = 100" if language == "zh" else "Segment profiles: dashed = mean of all = 100"
    figure.suptitle(title, x=0.01, ha="left")
    return figure


def _radar(axes: "Axes", one: pd.DataFrame, top: float) -> None:
    angles = np.linspace(0, 2 * np.pi, len(one), endpoint=False)
    around = np.append(angles, angles[0])
    values = np.append(one["index"].to_numpy(dtype=float), float(one["index"].iloc[0]))
    axes.plot(around, np.full(len(around), 100.0), color=GREY, linestyle="--", linewidth=1.2)
    axes.plot(around, values, color=BLUE, linewidth=2)
    axes.fill(around, values, color=BLUE, alpha=0.22)
    axes.set_ylim(0, top)
    axes.set_yticks([])
    axes.set_xticks(angles, [short(trait, 14) for trait in one["trait"]], fontsize=SMALL - 1)
    axes.tick_params(pad=1)
    axes.spines["polar"].set_visible(False)
    axes.set_title(
        f"{short(one['segment'].iloc[0], 32)}\nn = {int(one['customers'].iloc[0]):,}", fontsize=SMALL, loc="center"
    )


@drawn
def segment_bars(profiles: pd.DataFrame, *, language: Language, panels_max: int = 6) -> "Figure":
    """Draw each segment's traits as bars from the mean of all customers: longer is farther from it.

    Parameters
    ----------
    profiles : DataFrame
        As for `segment_radar`; with ``low`` and ``high`` (ends of the interval of the index) bars carry them.
    language : {"zh", "en"}
        Language of titles.
    panels_max : int
        Segments shown, in the order of the frame.
    """
    from matplotlib.figure import Figure

    zh = language == "zh"
    shown = profiles[profiles["customers"] >= FEW]
    segments = list(dict.fromkeys(shown["segment"]))[:panels_max]
    traits = list(dict.fromkeys(shown["trait"]))
    columns = min(COLUMNS, max(len(segments), 1))
    lines = max(1, -(-len(segments) // columns))
    figure = Figure(figsize=(WIDTH_IN, 1.3 + lines * (0.75 + 0.34 * len(traits))), layout="constrained")
    grid = figure.subplots(lines, columns, squeeze=False, sharey=True)
    reach = _reach(shown)
    for place, axes in enumerate(grid.flat):
        if place < len(segments):
            _bars(axes, shown[shown["segment"] == segments[place]].set_index("trait").reindex(traits))
            axes.set_xlim(*reach)
        else:
            axes.set_visible(False)
    figure.suptitle("细分客群与全体平均之差" if zh else "How segments differ from the mean", x=0.01, ha="left")
    figure.supxlabel("指数（全体平均 = 100）" if zh else "Index (mean of all = 100)", fontsize=SMALL)
    return figure


def _reach(shown: pd.DataFrame) -> tuple[float, float]:
    """Give the ends of the axis that all panels share: 100 inside, with room at both ends."""
    columns = [name for name in ("index", "low", "high") if name in shown]
    low, high = float(shown[columns].min().min()), float(shown[columns].max().max())
    return max(0.0, min(low, 90.0) - 10), max(high, 110.0) + 10


def _bars(axes: "Axes", one: pd.DataFrame) -> None:
    index = one["index"].to_numpy(dtype=float)
    colors = np.where(index >= 100, BLUE, RED).tolist()
    axes.barh(np.arange(len(one)), index - 100, left=100, color=colors, height=0.66)
    if {"low", "high"} <= set(one.columns):
        axes.hlines(np.arange(len(one)), one["low"], one["high"], color="#111827", linewidth=1.4)
    axes.axvline(100, color=GREY, linewidth=1.2)
    axes.set_yticks(range(len(one)), [short(trait, 32) for trait in one.index], fontsize=SMALL)
    axes.set_ylim(len(one) - 0.4, -0.6)
    axes.tick_params(axis="x", labelsize=SMALL)
    axes.grid(visible=False, axis="y")
    title = fill(short(one["segment"].iloc[0], 2 * TITLE), TITLE, max_lines=2, placeholder="…")  # a panel is narrow
    axes.set_title(f"{title}\nn = {int(one['customers'].iloc[0]):,}", fontsize=SMALL)
