"""Figures of what a tariff change does: how bills change, who wins and who loses, who moves from plan to plan."""

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from bassboss_lib.reports.numbers import number
from bassboss_lib.reports.sentences import Language
from bassboss_lib.reports.style import AMBER, BLUE, GREY, PALETTE, RED, SMALL, WIDTH_IN, canvas, drawn, short

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["bill_change", "sankey", "winners_losers"]

SAME_FEN = 100
"""A bill that changes by less than one yuan is the same bill to its reader."""
GAP = 0.02
NODE_WIDTH = 0.022


@drawn
def bill_change(change_fen: ArrayLike, *, language: Language, title: str = "", same_fen: int = SAME_FEN) -> "Figure":
    """Draw how customers' monthly bills change: who pays less to the left, who pays more to the right.

    Parameters
    ----------
    change_fen : array of shape (n_customers,)
        New bill less old bill of each customer, fen a month. The far hundredth at either end is gathered in the
        outermost bars.
    language : {"zh", "en"}
        Language of titles.
    title : str
        Replaces the general title, for instance with the plan's name.
    same_fen : int
        Below this a bill counts as unchanged.
    """
    zh = language == "zh"
    change = np.asarray(change_fen, dtype=np.float64)
    figure, axes = canvas(
        title or ("账单变化分布" if zh else "How bills change"),
        "月账单变化（元）" if zh else "Change of the monthly bill (yuan)",
        "客户数" if zh else "Customers",
        note=f"n = {len(change):,}",
    )
    low, high = np.quantile(change, [0.01, 0.99]) if len(change) else (-same_fen, same_fen)
    reach = max(abs(float(low)), abs(float(high)), 2.0 * same_fen) / 100
    edges = np.linspace(-reach, reach, 42)  # an odd number of bars: the middle one lies around no change
    counts, _ = np.histogram(np.clip(change / 100, -reach, reach), edges)
    middles = (edges[1:] + edges[:-1]) / 2
    colors = np.where(np.abs(middles) < same_fen / 100, GREY, np.where(middles > 0, RED, BLUE))
    axes.bar(middles, counts, width=np.diff(edges) * 0.92, color=colors.tolist(), linewidth=0)
    _middle(axes, change, zh)
    shares = _shares(change, same_fen)
    words = ("少付", "不变", "多付") if zh else ("pay less", "the same", "pay more")
    for place, (word, share, color) in enumerate(zip(words, shares, (BLUE, GREY, RED), strict=True)):
        said = f"{word} {number(share, 'percent')}"
        axes.text((0.02, 0.5, 0.98)[place], 1.01, said, transform=axes.transAxes, color=color, va="bottom",
                  ha=("left", "center", "right")[place])  # fmt: skip
    axes.set_title(axes.get_title("left"), loc="left", pad=34)
    axes.set_title(axes.get_title("right"), loc="right", pad=34, fontsize=SMALL, color=GREY)
    _cut_the_middle(axes, counts)
    return figure


def _cut_the_middle(axes: "Axes", counts: np.ndarray) -> None:
    """Let the bar of unchanged bills end at the top edge, its count beside it, if it would flatten the others."""
    middle = len(counts) // 2
    others = float(np.delete(counts, middle).max(initial=0))
    top = max(others, 1.0) * 1.6
    axes.set_ylim(0, top if counts[middle] > top else max(float(counts.max()), 1.0) * 1.12)
    if counts[middle] > top:
        axes.annotate(f"↑ {counts[middle]:,}", (0, 0.86), xycoords=("data", "axes fraction"), xytext=(-8, 0), va="top",
                      textcoords="offset points", ha="right", fontsize=SMALL, color=GREY)  # fmt: skip


def _middle(axes: "Axes", change: np.ndarray, zh: bool) -> None:
    median = float(np.median(change)) if len(change) else 0.0
    axes.axvline(median / 100, color="#111827", linewidth=1.6, linestyle="--")
    said = f"{'中位数' if zh else 'median'} {number(median, 'yuan')}"
    axes.annotate(said, (median / 100, 0.95), xycoords=("data", "axes fraction"), xytext=(6, 0), fontsize=SMALL,
                  textcoords="offset points", va="top")  # fmt: skip


def _shares(change: np.ndarray, same_fen: int) -> tuple[float, float, float]:
    rows = max(len(change), 1)
    less, more = int((change <= -same_fen).sum()), int((change >= same_fen).sum())
    return less / rows, (len(change) - less - more) / rows, more / rows


@drawn
def winners_losers(rows: pd.DataFrame, *, language: Language, title: str = "") -> "Figure":
    """Draw for each group of customers which share pays less, the same, or more.

    Parameters
    ----------
    rows : DataFrame
        One row per group from top to bottom: label, winners, same, losers (customers), mean_change_fen (fen a month).
    language : {"zh", "en"}
        Language of titles.
    title : str
        Replaces the general title.
    """
    zh = language == "zh"
    figure, axes = canvas(
        title or ("谁少付，谁多付" if zh else "Winners and losers"),
        "客户占比" if zh else "Share of customers",
        "",
        height_in=2.4 + 0.5 * len(rows),
    )
    counts = rows[["winners", "same", "losers"]].to_numpy(dtype=float)
    totals = np.maximum(counts.sum(axis=1), 1)
    words = ("少付", "不变", "多付") if zh else ("pay less", "the same", "pay more")
    left = np.zeros(len(rows))
    for column, (word, color) in enumerate(zip(words, (BLUE, "#C4C9D1", AMBER), strict=True)):
        share = counts[:, column] / totals
        axes.barh(np.arange(len(rows)), share, left=left, color=color, height=0.66, label=word)
        for place, (start, part) in enumerate(zip(left, share, strict=True)):
            if part >= 0.08:
                ink = "white" if column == 0 else "black"
                axes.text(
                    start + part / 2, place, f"{part * 100:.0f} %", ha="center", va="center", color=ink, fontsize=SMALL
                )
        left = left + share
    for place, (total, mean) in enumerate(zip(counts.sum(axis=1), rows["mean_change_fen"], strict=True)):
        said = f"{_signed(mean)} · n = {int(total):,}"
        axes.text(1.01, place, said, transform=axes.get_yaxis_transform(), va="center", fontsize=SMALL, color=GREY)
    _frame(axes, rows["label"].astype(str).tolist(), "平均变化" if zh else "mean change")
    return figure


def _signed(fen: float) -> str:
    return ("+" if fen > 0 else "") + number(fen, "yuan")


def _frame(axes: "Axes", labels: list[str], head: str) -> None:
    from matplotlib.ticker import FuncFormatter

    axes.text(1.01, -0.72, head, transform=axes.get_yaxis_transform(), va="center", fontsize=SMALL, color=GREY)
    axes.set_yticks(range(len(labels)), [short(label, 26) for label in labels])
    axes.set(xlim=(0, 1), ylim=(len(labels) - 0.4, -0.9))
    axes.grid(visible=False)
    axes.xaxis.set_major_formatter(FuncFormatter(lambda share, _: f"{share * 100:g} %"))
    axes.legend(loc="upper center", bbox_to_anchor=(0.5, -0.16 - 0.2 / max(len(labels), 1)), ncols=3)


@drawn
def sankey(flows: pd.DataFrame, *, language: Language, title: str, stages: tuple[str, ...] = ()) -> "Figure":
    """Draw who moves from where to where, as ribbons as wide as the customers are many.

    Parameters
    ----------
    flows : DataFrame
        One row per flow: source, target (titles), customers (> 0); optional ``stage`` (0 = from the first column to
        the second, 1 = from the second to the third …). Whoever stays (source = target) is grey.
    language : {"zh", "en"}
        Language of the note.
    title : str
        Title of the figure.
    stages : tuple of str
        What each column is ("2026-10", "2027-01"), left to right.
    """
    from matplotlib.figure import Figure

    known = flows.assign(stage=flows.get("stage", 0))
    known = known[known["customers"] > 0].sort_values(["stage", "source", "target"], kind="stable")
    columns = _columns(known)
    figure = Figure(figsize=(WIDTH_IN, 1.6 + 0.62 * max((len(nodes) for nodes in columns), default=1)))
    figure.set_layout_engine("constrained")
    axes = figure.add_subplot()
    total = int(known.loc[known["stage"] == 0, "customers"].sum())
    axes.set_title(title)
    axes.set_title(f"n = {total:,}{'（人）' if language == 'zh' else ''}", loc="right", fontsize=SMALL, color=GREY)
    places = [_places(nodes) for nodes in columns]
    colors = {name: PALETTE[place % len(PALETTE)] for place, name in enumerate(dict.fromkeys(columns[0]))}
    for stage in range(len(columns) - 1):
        _ribbons(axes, known[known["stage"] == stage], places, stage, colors)
    for stage, nodes in enumerate(columns):
        _nodes(axes, nodes, places[stage], stage, len(columns) - 1)
    for stage, text in enumerate(stages):
        axes.text(stage, 1.03, text, ha=_side(stage), va="bottom", fontsize=SMALL, color=GREY)
    axes.set(xlim=(-0.42, len(columns) - 1 + 0.42), ylim=(0, 1.1 if stages else 1.0))
    axes.axis("off")
    return figure


def _columns(flows: pd.DataFrame) -> list[dict[str, float]]:
    """Give the nodes of each column with their size (the larger of what comes in and goes out), largest on top."""
    last = int(flows["stage"].max()) + 1 if len(flows) else 1
    columns = []
    for stage in range(last + 1):
        leaving = flows[flows["stage"] == stage].groupby("source")["customers"].sum()
        coming = flows[flows["stage"] == stage - 1].groupby("target")["customers"].sum()
        sizes = pd.concat([leaving, coming], axis=1).max(axis=1)
        ordered = sorted(sizes.items(), key=lambda item: (-float(item[1]), str(item[0])))
        columns.append({str(name): float(size) for name, size in ordered})
    return columns


def _places(nodes: dict[str, float]) -> dict[str, tuple[float, float]]:
    """Give top and height of each node in a column of height one; all columns share the gaps' height."""
    room = 1 - GAP * max(len(nodes) - 1, 0)
    scale, top, places = room / max(sum(nodes.values()), 1.0), 1.0, {}
    for name, size in nodes.items():
        places[name] = (top, size * scale)
        top -= size * scale + GAP
    return places


def _ribbons(
    axes: "Axes",
    flows: pd.DataFrame,
    places: list[dict[str, tuple[float, float]]],
    stage: int,
    colors: dict[str, str],
) -> None:
    start, end = places[stage], places[stage + 1]
    sizes = [sum(flows.groupby(side)["customers"].sum()) for side in ("source", "target")]
    heights = [sum(height for _, height in column.values()) for column in (start, end)]
    left = {name: top for name, (top, _) in start.items()}
    right = {name: top for name, (top, _) in end.items()}
    order = {name: place for place, name in enumerate(end)}
    rank = {name: place for place, name in enumerate(start)}
    for row in sorted(flows.to_dict("records"), key=lambda one: (rank[one["source"]], order[one["target"]])):
        source, target, customers = str(row["source"]), str(row["target"]), float(row["customers"])
        thick = [customers / max(size, 1) * height for size, height in zip(sizes, heights, strict=True)]
        color = "#C4C9D1" if source == target else colors.get(source, BLUE)
        _ribbon(axes, (stage, left[source], thick[0]), (stage + 1, right[target], thick[1]), color)
        left[source] -= thick[0]
        right[target] -= thick[1]


def _ribbon(axes: "Axes", start: tuple[int, float, float], end: tuple[int, float, float], color: str) -> None:
    from matplotlib.patches import PathPatch
    from matplotlib.path import Path

    (from_stage, top0, height0), (to_stage, top1, height1) = start, end
    x0, x1 = from_stage + NODE_WIDTH, to_stage - NODE_WIDTH
    half = (x0 + x1) / 2
    points = [(x0, top0), (half, top0), (half, top1), (x1, top1), (x1, top1 - height1), (half, top1 - height1),
              (half, top0 - height0), (x0, top0 - height0), (x0, top0)]  # fmt: skip
    codes = [Path.MOVETO, *[Path.CURVE4] * 3, Path.LINETO, *[Path.CURVE4] * 3, Path.CLOSEPOLY]
    axes.add_patch(PathPatch(Path(points, codes), facecolor=color, alpha=0.55, linewidth=0))


def _nodes(
    axes: "Axes", nodes: dict[str, float], places: dict[str, tuple[float, float]], stage: int, last: int
) -> None:
    side = _side(stage)
    shift = -0.035 if side == "right" else 0.035
    halo = {"facecolor": "white", "alpha": 0.72, "linewidth": 0, "pad": 1.5} if 0 < stage < last else None
    for name, size in nodes.items():
        top, height = places[name]
        axes.bar([stage], [height], bottom=[top - height], width=2 * NODE_WIDTH, color="#374151", linewidth=0)
        said = f"{short(name, 16)}\n{int(size):,}" if height > 0.08 else f"{short(name, 16)} {int(size):,}"
        axes.text(
            stage + shift, top - height / 2, said, ha=side, va="center", fontsize=SMALL, linespacing=1.15, bbox=halo
        )


def _side(stage: int) -> str:
    """The first column has its titles on the left, every other on the right."""
    return "right" if stage == 0 else "left"
