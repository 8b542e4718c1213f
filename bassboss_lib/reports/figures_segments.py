"""Figures of segments from month to month: who went where, and how many groups the data bear."""

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from bassboss_lib.reports.disclosure import FEW, few
from bassboss_lib.reports.sentences import Language
from bassboss_lib.reports.style import BLUE, GREY, SMALL, canvas, drawn, short

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["agreement_curve", "migration_matrix"]

LABEL_MAX = 26


@drawn
def migration_matrix(moves: pd.DataFrame, *, language: Language) -> "Figure":
    """Draw which share of each segment's customers is in which segment a month later.

    Parameters
    ----------
    moves : DataFrame
        One row per pair that occurs: source, target (titles), customers.
    language : {"zh", "en"}
        Language of titles.
    """
    zh = language == "zh"
    counts = moves.pivot(index="source", columns="target", values="customers").fillna(0).sort_index()
    counts = counts.reindex(columns=sorted(counts.columns))
    whole = counts.to_numpy(dtype=np.int64)
    shares = counts.div(counts.sum(axis=1), axis=0).to_numpy(dtype=float)
    figure, axes = canvas(
        "客户在细分间的迁移（%）" if zh else "Customers between segments (%)",
        "本月" if zh else "this month",
        "上月（人数）" if zh else "last month (customers)",
        note=f"n = {int(counts.to_numpy().sum()):,}",
        height_in=2.6 + 0.44 * len(counts),
        long_labels=True,
    )
    axes.imshow(shares, cmap="Blues", vmin=0, vmax=1, aspect="auto")
    for (line, column), share in np.ndenumerate(shares):
        number = int(whole[line, column])
        if number:
            said = "·" if number < FEW else f"{share * 100:.0f}" if share >= 0.01 else "<1"
            ink = "white" if share > 0.5 else "black"
            axes.text(column, line, said, ha="center", va="center", fontsize=SMALL, color=ink)
    axes.set_xticks(range(counts.shape[1]), [str(one).split(" ")[0] for one in counts.columns])
    sizes = counts.sum(axis=1).astype(int)
    labels = [f"{short(one, LABEL_MAX)} ({few(int(n))})" for one, n in sizes.items()]
    axes.set_yticks(range(len(counts)), labels, fontsize=SMALL)
    axes.grid(visible=False)
    return figure


@drawn
def agreement_curve(tried: pd.DataFrame, *, language: Language, least: float, taken: tuple[str, int]) -> "Figure":
    """Draw how well the groups come back on other customers, by method and number of groups.

    Parameters
    ----------
    tried : DataFrame
        One row per candidate: method (title), count, agreement.
    language : {"zh", "en"}
        Language of titles.
    least : float
        Agreement below which a candidate is refused.
    taken : tuple
        Method (title) and number of the candidate that was taken.
    """
    zh = language == "zh"
    figure, axes = canvas(
        "换一批客户，分组还一样吗" if zh else "Do the groups come back on other customers?",
        "细分个数" if zh else "number of segments",
        "一致性（调整 Rand）" if zh else "agreement (adjusted Rand)",
    )
    for method, rows in tried.groupby("method", sort=True):
        axes.plot(rows["count"], rows["agreement"], marker="o", label=str(method))
    axes.axhline(least, color=GREY, linestyle="--", linewidth=1.4)
    mine = tried[(tried["method"] == taken[0]) & (tried["count"] == taken[1])]
    axes.scatter(mine["count"], mine["agreement"], s=220, facecolors="none", edgecolors=BLUE, linewidths=2.2, zorder=5)
    axes.set_xticks(sorted(set(tried["count"])))
    axes.set_ylim(min(0.5, float(tried["agreement"].min()) - 0.05), 1.02)
    axes.legend(loc="lower left")
    return figure
