"""Figures of what a campaign changed: effects with intervals, each beside the numbers of customers it rests on."""

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from bassboss_lib.reports.numbers import Kind, number
from bassboss_lib.reports.sentences import Language
from bassboss_lib.reports.style import BLUE, GREEN, GREY, RED, SMALL, canvas, drawn, in_units, short

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["effect_forest"]


@drawn
def effect_forest(
    rows: pd.DataFrame,
    *,
    language: Language,
    title: str,
    axis: str,
    kind: Kind = "points",
    better: int = 0,
    interval: str = "95 %",
) -> "Figure":
    """Draw effects with their intervals around the line of no effect: one line per campaign, segment or reason.

    Parameters
    ----------
    rows : DataFrame
        One row per line from top to bottom: label, value, low, high (ends of the interval; NaN = none), treated,
        control (customers of each arm). Optional: ``total`` (True = the whole, drawn as a diamond below a line) and
        ``provisional`` (True = not mature yet, drawn hollow).
    language : {"zh", "en"}
        Language of what the figure adds.
    title, axis : str
        Title of the figure and of its axis, with the unit and the population.
    kind : str
        How effects are written (see `number`): ``points`` for differences of shares, ``yuan`` for fen.
    better : {-1, 0, 1}
        The direction that is good: an interval wholly on that side of zero is green, wholly on the other red; 0 = blue.
    interval : str
        Which interval the lines are.

    Examples
    --------
    >>> one = pd.DataFrame({"label": ["all"], "value": [-0.02], "low": [-0.03], "high": [-0.01],
    ...                     "treated": [900], "control": [100]})
    >>> effect_forest(one, language="en", title="Effect", axis="pp", better=-1).axes[0].get_title("left")
    'Effect'
    """
    zh = language == "zh"
    figure, axes = canvas(title, axis, "", height_in=2.3 + 0.62 * len(rows))
    ends = rows[["value", "low", "high"]].to_numpy(dtype=float)
    for place, row in enumerate(rows.to_dict("records")):
        _line(axes, place, {str(name): value for name, value in row.items()}, better)
        said = number(row["value"], kind)
        axes.text(float(row["value"]), place - 0.2, said, ha="center", va="bottom", fontsize=SMALL)
        arms = f"{row['treated']:,} / {row['control']:,}"
        axes.text(1.01, place, arms, transform=axes.get_yaxis_transform(), va="center", fontsize=SMALL, color=GREY)
    heads = "处理 / 对照（人）" if zh else "treated / control"
    axes.text(1.01, -0.75, heads, transform=axes.get_yaxis_transform(), va="center", fontsize=SMALL, color=GREY)
    axes.axvline(0, color=GREY, linewidth=1.4)
    axes.set_yticks(range(len(rows)), [short(label, 26) for label in rows["label"]])
    axes.set_ylim(len(rows) - 0.4, -1.1)
    _scale(axes, ends, kind)
    axes.grid(visible=False, axis="y")
    figure.supxlabel(_legend(rows, interval, zh), fontsize=SMALL, color=GREY, x=0.99, ha="right")
    return figure


def _line(axes: "Axes", place: int, row: dict[str, object], better: int) -> None:
    value, low, high = (float(str(row[name])) for name in ("value", "low", "high"))
    color = _color(low, high, better)
    axes.plot([low, high], [place, place], color=color, linewidth=3.5, alpha=0.65, solid_capstyle="butt")
    whole = bool(row.get("total", False))
    inside = "white" if row.get("provisional", False) else color
    marker, size = ("D", 11) if whole else ("o", 9)
    axes.plot([value], [place], marker, color=color, markerfacecolor=inside, markersize=size, markeredgewidth=2)
    if whole and place:
        axes.axhline(place - 0.55, color="#D1D5DB", linewidth=1)


def _color(low: float, high: float, better: int) -> str:
    """Give the colour of an interval: its side of zero, where one side is good; grey-blue where zero is inside."""
    if better == 0 or np.isnan(low) or low <= 0 <= high:
        return BLUE
    return GREEN if (low > 0) == (better > 0) else RED


def _scale(axes: "Axes", ends: np.ndarray, kind: Kind) -> None:
    from matplotlib.ticker import MaxNLocator

    reach = float(np.nanmax(np.abs(ends))) * 1.15 or 1.0
    low, high = min(float(np.nanmin(ends)) * 1.15, -0.12 * reach), max(float(np.nanmax(ends)) * 1.15, 0.12 * reach)
    axes.set_xlim(low, high)
    axes.xaxis.set_major_locator(MaxNLocator(5))
    in_units(axes, kind)


def _legend(rows: pd.DataFrame, interval: str, zh: bool) -> str:
    said = f"点为估计值，线为 {interval} 区间" if zh else f"point: estimate, line: {interval} interval"
    if "provisional" in rows and rows["provisional"].any():
        said += "，空心为暂定" if zh else ", hollow: provisional"
    return said
