"""Figures of what contact changed: effects with their intervals, estimates against what came, ways of the customers."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from bassboss_lib.reports.sentences import Language
from bassboss_lib.reports.style import AMBER, BLUE, GREEN, GREY, PALETTE, RED, WIDTH_IN, canvas, drawn

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.patches import Rectangle

__all__ = ["estimates_and_finals", "flows", "forest", "stability"]

Place = tuple[int, str]


@drawn
def forest(rows: pd.DataFrame, *, language: Language, title: str, axis: str, percent: bool = True) -> "Figure":
    """Draw one line per figure with its interval; grey lines are figures that mislead.

    Parameters
    ----------
    rows : DataFrame
        ``title``, ``value``, ``low``, ``high`` and optionally ``naive`` (True = grey), top line first.
    axis : str
        Title of the axis, with its unit.
    percent : bool
        Whether values are shares.
    """
    figure, axes = canvas(title, axis, "", height_in=1.6 + 0.42 * len(rows), long_labels=True)
    axes.set_xlabel(axis, loc="right")  # centred below narrow axes it would run out of the figure
    scale = 100.0 if percent else 1.0
    for place, row in enumerate(rows.to_dict("records")):
        colour = GREY if row.get("naive") else BLUE
        axes.plot([row["low"] * scale, row["high"] * scale], [place, place], color=colour, linewidth=2.4)
        axes.plot(row["value"] * scale, place, "o", color=colour, markersize=7)
    axes.axvline(0, color=RED, linewidth=1.2, linestyle="--")
    axes.set_yticks(range(len(rows)), rows["title"].tolist())
    axes.set_ylim(len(rows) - 0.5, -0.5)
    axes.grid(axis="y", visible=False)
    return figure


@drawn
def estimates_and_finals(record: pd.DataFrame, *, language: Language) -> "Figure":
    """Draw, per campaign, what was expected after none, one and two months, and what came.

    Parameters
    ----------
    record : DataFrame
        ``month``, ``months_passed``, ``estimate``, ``final``, ``low``, ``high`` (missing while not known).
    """
    zh = language == "zh"
    title = "预计与最终离网率（对照）" if zh else "Churn rate of the untreated: expected and final"
    titles = ("活动账期", "离网率（%）") if zh else ("month of the campaign", "churn rate (%)")
    figure, axes = canvas(title, *titles)
    months = sorted(record["month"].unique())
    x = {month: place for place, month in enumerate(months)}
    for passed, colour in zip((0, 1, 2), (AMBER, PALETTE[4], PALETTE[5]), strict=True):
        part = record[record["months_passed"] == passed]
        label = f"{passed} 个月后估计" if zh else f"expected after {passed} month{'s' * (passed != 1)}"
        at = [x[month] - 0.18 + 0.12 * passed for month in part["month"]]
        axes.plot(at, part["estimate"] * 100, "o", color=colour, label=label)
    final = record.dropna(subset=["final"]).drop_duplicates("month")
    if len(final):
        at = [x[month] + 0.2 for month in final["month"]]
        spread = np.abs(final[["low", "high"]].to_numpy().T - final["final"].to_numpy()) * 100
        label = "最终（95 % 区间）" if zh else "final (95 % interval)"
        axes.errorbar(at, final["final"] * 100, yerr=spread, fmt="s", color=BLUE, capsize=4, label=label)
    axes.set_xticks(range(len(months)), months)
    axes.set_ylim(0, None)
    figure.legend(loc="outside lower center", ncols=2)
    return figure


@drawn
def stability(found: pd.DataFrame, titles: Mapping[str, str], *, language: Language) -> "Figure":
    """Draw the stability index of the score and the strongest features, with what chance alone would make of it."""
    zh = language == "zh"
    n = f"n = {int(found['n_then'].min()):,} / {int(found['n_now'].min()):,}"
    figure, axes = canvas(
        "稳定性指数" if zh else "Stability index", "PSI", "", note=n, height_in=1.8 + 0.36 * len(found)
    )
    colours = {"stable": GREEN, "moderate": AMBER, "severe": RED}
    place = np.arange(len(found))
    axes.barh(place, found["psi"], color=[colours[grade] for grade in found["grade"]], height=0.6)
    axes.plot(found["by_chance"], place, "|", color="black", markersize=14, markeredgewidth=2)
    axes.axvline(0.25, color=RED, linestyle="--", linewidth=1.2)
    axes.set_yticks(place, [titles.get(name, name) for name in found["name"]])
    axes.invert_yaxis()
    return figure


@drawn
def flows(
    rows: pd.DataFrame, stages: Sequence[str], titles: Mapping[str, str], *, language: Language, title: str
) -> "Figure":
    """Draw customers flowing from state to state (a Sankey diagram): bands as wide as there are customers.

    Parameters
    ----------
    rows : DataFrame
        One column per stage with the state, and ``customers``.
    stages : sequence of str
        Columns, left to right.
    titles : mapping
        State → its title.
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(WIDTH_IN, 5.2), layout="constrained")
    axes = figure.add_subplot()
    axes.set(title=title, xlim=(-0.15, len(stages) - 0.6), ylim=(-0.04, 1.08))
    axes.axis("off")
    total = rows["customers"].sum()
    nodes: dict[Place, tuple[float, float]] = {}
    for stage, column in enumerate(stages):
        nodes |= _nodes(axes, rows.groupby(column, sort=False)["customers"].sum() / total, stage, titles)
    for stage in range(len(stages) - 1):
        _bands(axes, rows, (stages[stage], stages[stage + 1]), stage, nodes)
    return figure


def _nodes(axes: "Axes", shares: pd.Series, stage: int, titles: Mapping[str, str]) -> dict[Place, tuple[float, float]]:
    """Draw the states of a stage from the top down; give where each begins and ends."""
    gap = 0.035
    room, top, found = 1 - gap * (len(shares) - 1), 1.0, {}
    for state, share in shares.items():
        height = share * room
        axes.add_patch(_rectangle(stage, top, height))
        axes.text(stage + 0.06, top - height / 2, f"{titles.get(str(state), str(state))} {share:.0%}", va="center",
                  fontsize=11)  # fmt: skip
        found[stage, str(state)] = (top, room)
        top -= height + gap
    return found


def _rectangle(stage: int, top: float, height: float) -> "Rectangle":
    from matplotlib.patches import Rectangle

    return Rectangle((stage - 0.03, top - height), 0.06, height, color=BLUE, linewidth=0)


def _bands(
    axes: "Axes", rows: pd.DataFrame, columns: tuple[str, str], stage: int, nodes: dict[Place, tuple[float, float]]
) -> None:
    from matplotlib.patches import PathPatch
    from matplotlib.path import Path as Outline

    used: dict[Place, float] = {}
    flow = rows.groupby(list(columns), sort=False)["customers"].sum() / rows["customers"].sum()
    ways = flow.index.to_frame().astype(str).to_numpy()
    for place, (way, share) in enumerate(zip(ways, flow.to_numpy(), strict=True)):
        ends = []
        for side, state in enumerate(way):
            top, room = nodes[stage + side, state]
            start = top - used.get((side, state), 0.0)
            used[side, state] = used.get((side, state), 0.0) + share * room
            ends.append((start, start - share * room))
        (a, b), (c, d) = ends
        x0, x1, middle = stage + 0.03, stage + 0.97, stage + 0.5
        points = [(x0, a), (middle, a), (middle, c), (x1, c), (x1, d), (middle, d), (middle, b), (x0, b), (x0, a)]
        kinds = [Outline.MOVETO, *[Outline.CURVE4] * 3, Outline.LINETO, *[Outline.CURVE4] * 3, Outline.CLOSEPOLY]
        axes.add_patch(PathPatch(Outline(points, kinds), color=PALETTE[place % len(PALETTE)], alpha=0.28, linewidth=0))
