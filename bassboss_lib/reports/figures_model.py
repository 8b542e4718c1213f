"""Figures of how good a model is: what a short list finds, whether probabilities hold, how models compare.

Every function takes a tidy frame and gives a matplotlib figure; nothing is computed here that a reader
could quote. Axes name their units, the number of rows stands at the top right, bands are 95 % intervals.
"""

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from bassboss_lib.reports.numbers import Kind, number
from bassboss_lib.reports.sentences import Language
from bassboss_lib.reports.style import AMBER, BLUE, GREY, PALETTE, RED, SMALL, WIDTH_IN, canvas, drawn, in_units, short

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["calibration", "comparison", "gain_curve", "gains", "lift", "score_distribution"]


def gain_curve(y: ArrayLike, p: ArrayLike, points: int = 100, *, weight: ArrayLike | None = None) -> pd.DataFrame:
    """Give what calling the top share of customers finds.

    Parameters
    ----------
    y, p : array
        Outcome (0 or 1) and probability of the same customers; equal probabilities keep their order.
    points : int
        Number of shares from above 0 to 1.
    weight : array, optional
        How many customers each row stands for.

    Returns
    -------
    DataFrame
        One row per share: share (of customers), found (share of positives among them) with its Wilson
        interval low, high, and rows, positives (of all, the same in every row).

    Examples
    --------
    >>> gain_curve([1, 0, 0, 1], [0.9, 0.8, 0.2, 0.7], points=2)[["share", "found"]].values.tolist()
    [[0.5, 0.5], [1.0, 1.0]]
    """
    from statsmodels.stats.proportion import proportion_confint

    labels, scores = np.asarray(y, dtype=np.int64), np.asarray(p, dtype=np.float64)
    count = np.ones(len(labels)) if weight is None else np.asarray(weight, dtype=np.float64)
    order = np.argsort(-scores, kind="stable")
    called, hits = np.cumsum(count[order]), np.cumsum((count * labels)[order])
    shares = np.arange(1, points + 1) / points
    taken = np.minimum(np.searchsorted(called, shares * called[-1] - 1e-9), len(labels) - 1)
    found = hits[taken] / max(hits[-1], 1.0)
    worth = max(hits[-1] ** 2 / max((count**2 * labels).sum(), 1e-12), 1.0)  # positives that the weights are worth
    low, high = proportion_confint(found * worth, worth, method="wilson")
    columns = {"share": shares, "found": found, "low": low, "high": high}
    return pd.DataFrame(columns | {"rows": len(labels), "positives": int(labels.sum())})


@drawn
def gains(curve: pd.DataFrame, *, language: Language, outcome: str = "") -> "Figure":
    """Draw a `gain_curve`: share of customers called against share of positives found.

    ``outcome`` names the positives in the language of the figure ("离网客户", "churners").
    """
    zh = language == "zh"
    figure, axes = canvas(
        "累计捕获（增益）曲线" if zh else "Cumulative gains",
        "按概率排序后的客户占比" if zh else "Share of customers, most likely first",
        f"找到的{outcome or '目标客户'}占比" if zh else f"Share of {outcome or 'positives'} found",
        note=_counts(curve, zh),
    )
    origin = pd.DataFrame({"share": [0.0], "found": [0.0], "low": [0.0], "high": [0.0]})
    line = pd.concat([origin, curve[list(origin.columns)]], ignore_index=True)
    axes.fill_between(line["share"], line["low"], line["high"], color=BLUE, alpha=0.18, linewidth=0)
    axes.plot(line["share"], line["found"], color=BLUE, label="模型" if zh else "Model")
    axes.plot([0, 1], [0, 1], color=GREY, linestyle="--", linewidth=1.5, label="随机" if zh else "Chance")
    axes.set(xlim=(0, 1), ylim=(0, 1.01))
    _percent(axes, "x", "y")
    axes.legend(loc="lower right")
    return figure


@drawn
def lift(curve: pd.DataFrame, *, language: Language) -> "Figure":
    """Draw the lift of a `gain_curve`: rate among the called over the rate of all."""
    zh = language == "zh"
    figure, axes = canvas(
        "提升度" if zh else "Lift",
        "按概率排序后的客户占比" if zh else "Share of customers, most likely first",
        "提升度（相对全体的倍数）" if zh else "Lift (times the rate of all)",
        note=_counts(curve, zh),
    )
    low, high = curve["low"] / curve["share"], curve["high"] / curve["share"]
    axes.fill_between(curve["share"], low, high, color=BLUE, alpha=0.18, linewidth=0)
    axes.plot(curve["share"], curve["found"] / curve["share"], color=BLUE)
    axes.axhline(1, color=GREY, linestyle="--", linewidth=1.5)
    axes.set(xlim=(0, 1), ylim=(0, None))
    _percent(axes, "x")
    return figure


@drawn
def calibration(table: pd.DataFrame, *, language: Language) -> "Figure":
    """Draw a calibration table: predicted against observed with intervals, and where the customers are.

    Parameters
    ----------
    table : DataFrame
        One row per bin: predicted, observed, low, high, rows.
    language : {"zh", "en"}
        Language of titles.
    """
    zh = language == "zh"
    figure, axes, spread = _two_panels()
    axes.set(
        title="校准：预测概率与实际发生率" if zh else "Calibration: predicted and observed",
        ylabel="实际发生率" if zh else "Observed rate",
    )
    axes.set_title(f"n = {table['rows'].sum():,}", loc="right", fontsize=SMALL, color=GREY)
    top = 1.08 * float(max(table["high"].max(), table["predicted"].max()))
    # A score that misses its own interval must not give a negative bar length through rounding.
    below, above = (
        (table["observed"] - table["low"]).clip(lower=0),
        (table["high"] - table["observed"]).clip(lower=0),
    )
    axes.plot([0, top], [0, top], color=GREY, linestyle="--", linewidth=1.5, label="理想" if zh else "Ideal")
    axes.errorbar(
        table["predicted"],
        table["observed"],
        yerr=[below, above],
        fmt="o",
        markersize=6,
        color=BLUE,
        elinewidth=1.4,
    )
    axes.set(xlim=(0, top), ylim=(0, top))
    axes.legend(loc="upper left")
    _density(spread, table)
    spread.set_xlabel("预测概率" if zh else "Predicted probability")
    spread.set_ylabel("人数密度" if zh else "Customers")
    _percent(axes, "x", "y")
    return figure


def _two_panels() -> "tuple[Figure, Axes, Axes]":
    """Give a figure with a large panel over a small one that shares its horizontal axis."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(WIDTH_IN, 5.8), layout="constrained")
    upper, lower = figure.subplots(2, 1, sharex=True, height_ratios=(3.2, 1))
    return figure, upper, lower


def _density(axes: "Axes", table: pd.DataFrame) -> None:
    """Bars between the midpoints of neighbouring bins, as high as customers lie dense there."""
    predicted = table["predicted"].to_numpy()
    middles = (predicted[1:] + predicted[:-1]) / 2
    edges = np.concatenate([[max(0.0, predicted[0] * 2 - middles[0])], middles, [predicted[-1] * 2 - middles[-1]]])
    widths = np.maximum(np.diff(edges), 1e-9)
    axes.bar(edges[:-1], table["rows"] / widths, width=widths, align="edge", color=BLUE, alpha=0.35, linewidth=0)
    axes.set_yticks([])
    axes.grid(visible=False)


@drawn
def score_distribution(p: ArrayLike, *, language: Language, threshold: float | None = None) -> "Figure":
    """Draw how many customers have which probability (logarithmic), and the list's threshold if given."""
    zh = language == "zh"
    scores = np.asarray(p, dtype=np.float64)
    figure, axes = canvas(
        "预测概率分布" if zh else "Predicted probabilities",
        "预测概率（对数刻度）" if zh else "Predicted probability (logarithmic)",
        "客户数" if zh else "Customers",
        note=f"n = {len(scores):,}",
    )
    axes.set_xscale("log")
    least = max(float(scores[scores > 0].min(initial=1.0)), 1e-5)
    axes.hist(np.clip(scores, least, 1), bins=np.geomspace(least, 1, 50).tolist(), color=BLUE, alpha=0.75)
    if threshold:
        axes.axvline(threshold, color=RED, linewidth=2)
        axes.annotate(
            ("名单门槛 " if zh else "List threshold ") + number(threshold, "percent"),
            (threshold, 0.94),
            xycoords=("data", "axes fraction"),
            xytext=(6, 0),
            textcoords="offset points",
            color=RED,
        )
    _percent(axes, "x")
    return figure


@drawn
def comparison(rows: pd.DataFrame, *, language: Language, title: str, axis: str, kind: Kind = "number") -> "Figure":
    """Draw figures with intervals side by side: models, groups or effects.

    Parameters
    ----------
    rows : DataFrame
        One row per line from top to bottom: label, value, low, high.
    language : {"zh", "en"}
        Language of the note.
    title, axis : str
        Title of the figure and of its axis, with the unit.
    kind : str
        How the numbers beside the points are written.
    """
    note = "点为估计值，线为 95 % 区间" if language == "zh" else "point: estimate, line: 95 % interval"
    figure, axes = canvas(title, axis, "", note="", height_in=1.9 + 0.55 * len(rows))
    for place, row in enumerate(rows.to_dict("records")):
        value, color = float(row["value"]), PALETTE[0] if place == 0 else AMBER
        axes.plot([row["low"], row["high"]], [place, place], color=color, linewidth=3, alpha=0.6)
        axes.plot([value], [place], "o", color=color, markersize=9)
        axes.text(value, place - 0.18, number(value, kind), ha="center", va="bottom")
    axes.set_yticks(range(len(rows)), [short(label) for label in rows["label"]])
    axes.set_ylim(len(rows) - 0.4, -0.7)
    in_units(axes, kind)
    axes.grid(visible=False, axis="y")
    figure.supxlabel(note, fontsize=SMALL, color=GREY, x=0.99, ha="right")
    return figure


def _counts(curve: pd.DataFrame, zh: bool) -> str:
    rows, positives = curve["rows"].iloc[0], curve["positives"].iloc[0]
    return f"n = {rows:,}，目标 {positives:,}" if zh else f"n = {rows:,}, {positives:,} positive"


def _percent(axes: "Axes", *which: str) -> None:
    from matplotlib.ticker import FuncFormatter

    for name in which:
        getattr(axes, f"{name}axis").set_major_formatter(FuncFormatter(lambda share, _: f"{share * 100:g} %"))
