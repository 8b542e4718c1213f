"""Divide a month's customers: measure, scale, choose how many groups, find them, keep numbers and names, explain.

A month begins with what the month before left: its scales, its groups as the place to start from, its numbers and its
names. How many groups there are is asked again only where last month's answer no longer stands.
"""

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd

from bassboss_lib.segments.choice import Limits, candidates, chosen
from bassboss_lib.segments.clusters import Clusters, Method, fit_clusters, labels_of
from bassboss_lib.segments.explaining import fit_surrogate
from bassboss_lib.segments.keep import OUTLIERS, Kept, announcements, match, migration
from bassboss_lib.segments.model import SegmentModel
from bassboss_lib.segments.names import EXTREME, MIDDLE, Name, holds, named
from bassboss_lib.segments.space import fit_space

__all__ = ["Segmented", "divide", "result"]

LEAST = 200
"""Fewer customers than this are one segment: what would be found is chance."""

FIT_ROWS = 60_000
SLACK_AGREEMENT, SLACK_SHARE, CLEARER = 0.05, 0.5, 1.04
"""Last month's number of groups stands while it nearly passes and no neighbour of it lies clearly better apart."""


@dataclass(frozen=True)
class Segmented:
    """A month's customers, divided.

    Parameters
    ----------
    model : SegmentModel
        Groups, numbers, names.
    measured : DataFrame
        Of `measures`.
    labels, before : Series
        Segment number by pseudonym, this month and last (empty in the first).
    tried : DataFrame
        Of `candidates`.
    news : list of dict
        Of `announcements`.
    """

    model: SegmentModel
    measured: pd.DataFrame
    labels: pd.Series
    before: pd.Series
    tried: pd.DataFrame
    news: list[dict[str, Any]] = field(default_factory=list)

    @property
    def moves(self) -> pd.DataFrame:
        """Who went from which segment to which since last month (see `migration`)."""
        return migration(self.before, self.labels)

    @property
    def sizes(self) -> pd.Series:
        """Customers by segment; a segment without members is there with 0."""
        numbers = sorted({*self.model.numbers, OUTLIERS})
        return self.labels.value_counts().reindex(numbers, fill_value=0).rename("customers")

    @property
    def kept_share(self) -> float | None:
        """Share of the customers of both months who are in the segment they were in; nothing in the first month."""
        moves = self.moves
        if moves.empty:
            return None
        return float(moves.loc[moves["source"] == moves["target"], "customers"].sum() / moves["customers"].sum())


def divide(
    measured: pd.DataFrame,
    month: str,
    *,
    limits: Limits | None = None,
    earlier: SegmentModel | None = None,
    before: pd.Series | None = None,
    seed: int = 0,
) -> Segmented:
    """Divide customers into segments.

    Parameters
    ----------
    measured : DataFrame
        Of `measures`: one row per customer, ordered by pseudonym, which is an order by chance.
    month : str
        Goes into the model.
    limits : Limits, optional
        Of the business, and what counts as stable.
    earlier : SegmentModel, optional
        Last month's model; without it numbers begin at S01, by size.
    before : Series, optional
        Last month's segment number by pseudonym.
    seed : int
        Of random beginnings and bootstrap samples.
    """
    limits = limits or Limits()
    fresh = fit_space(measured)
    space = earlier.space if earlier and earlier.space.serves(fresh) else fresh
    points = space.points(measured)
    sample = _thinned(points, FIT_ROWS)
    start = None if earlier is None else earlier.space.recast(earlier.clusters.centres, space)
    if _alike(sample, limits):
        tried, clusters = candidates(sample[:0], limits), _everybody(len(space.names))
    else:
        tried, clusters = _grouped(sample, limits, earlier, start, seed)
    fence = _fence(clusters, sample)
    was = pd.Series(dtype="str") if before is None else before
    kept = _numbered(clusters, sample, earlier, start)
    plain = SegmentModel(month, space, clusters, kept.numbers, kept.highest, fence, {}, "", {})
    labels = plain.assign(measured, was)
    return _described(plain, measured, labels, was, tried, kept=kept, earlier=earlier)


def _thinned(points: np.ndarray, rows: int) -> np.ndarray:
    return points[:: max(1, -(-len(points) // rows))]


def _alike(sample: np.ndarray, limits: Limits) -> bool:
    """Too few customers, or too few who differ, for more than one segment."""
    return len(sample) < LEAST or sample.shape[1] == 0 or len(np.unique(sample, axis=0)) <= limits.fewest


def _everybody(dimensions: int) -> Clusters:
    return Clusters("kmeans", np.zeros((1, dimensions)), np.ones((1, dimensions)), np.ones(1))


def _grouped(
    sample: np.ndarray, limits: Limits, earlier: SegmentModel | None, start: np.ndarray | None, seed: int
) -> tuple[pd.DataFrame, Clusters]:
    compared = _thinned(sample, limits.rows)
    tried, method, count = _how_many(compared, limits, earlier, seed)
    same = earlier is not None and (method, count) == (earlier.clusters.method, earlier.clusters.count)
    first = fit_clusters(sample, method, count, seed=seed, start=start if same else None)
    inside = first.distance(sample, labels_of(first, sample)) <= _fence(first, sample)
    return tried, fit_clusters(sample[inside], method, count, seed=seed, start=first.centres)


def _how_many(
    compared: np.ndarray, limits: Limits, earlier: SegmentModel | None, seed: int
) -> tuple[pd.DataFrame, Method, int]:
    """Ask how many groups: of last month's method and its neighbours first, of all where that has no answer."""
    if earlier is not None and earlier.clusters.count > 1:
        method, count = earlier.clusters.method, earlier.clusters.count
        near = [one for one in (count - 1, count, count + 1) if limits.fewest <= one <= limits.most]
        tried = candidates(compared, limits, seed=seed, counts=near, methods=[method])
        if _stands(tried, count, limits):
            return tried, method, count
    tried = candidates(compared, limits, seed=seed)
    return (tried, *chosen(tried))


def _stands(tried: pd.DataFrame, count: int, limits: Limits) -> bool:
    mine = tried[tried["count"] == count]
    if mine.empty:
        return False
    row = mine.iloc[0]
    good = row["agreement"] >= limits.agreement_min - SLACK_AGREEMENT
    large = row["share_min"] >= limits.share_min * SLACK_SHARE
    better = tried.loc[tried["fit"], "separation"].max() if tried["fit"].any() else 0.0
    return bool(good and large and row["separation"] > 0 and better <= CLEARER * row["separation"])


def _fence(clusters: Clusters, sample: np.ndarray) -> float:
    """Give the distance beyond which a customer is an outlier: far outside the usual spread (Tukey's outer fence)."""
    if len(sample) == 0:
        return 0.0
    low, high = np.quantile(clusters.distance(sample, labels_of(clusters, sample)), [0.25, 0.75])
    return float(high + 3.0 * (high - low))


def _numbered(clusters: Clusters, sample: np.ndarray, earlier: SegmentModel | None, start: np.ndarray | None) -> Kept:
    """Give numbers: last month's by matching; in the first month by size, the largest S01."""
    if earlier is not None and start is not None:
        return match(clusters.centres, start, earlier.numbers, earlier.highest)
    sizes = np.bincount(labels_of(clusters, sample), minlength=clusters.count)
    rank = np.argsort(np.argsort(-sizes, kind="stable"), kind="stable") + 1
    return Kept(tuple(f"S{one:02d}" for one in rank), (), clusters.count)


def _described(
    plain: SegmentModel,
    measured: pd.DataFrame,
    labels: pd.Series,
    before: pd.Series,
    tried: pd.DataFrame,
    *,
    kept: Kept,
    earlier: SegmentModel | None,
) -> Segmented:
    """Name the segments, explain them, and put the figures on the card."""
    numbers = earlier.numbers if earlier else ()
    news = announcements(kept, migration(before, labels), numbers) if earlier else []
    names = _names(plain, measured, labels, earlier)
    surrogate = fit_surrogate(measured, labels, plain.numbers)
    first = Segmented(plain, measured, labels, before, tried, news)
    facts = {
        "figures": _figures(plain, first, tried) | {"surrogate_agrees": surrogate.agrees},
        "news": news,
        "claims_hold": bool(holds(names, measured, labels)["holds"].all()),
        "customers": {number: int(count) for number, count in first.sizes.items()},
    }
    model = replace(plain, names=names, surrogate=surrogate.text, facts=facts)
    return Segmented(model, measured, labels, before, tried, news)


def _names(
    model: SegmentModel, measured: pd.DataFrame, labels: pd.Series, earlier: SegmentModel | None
) -> dict[str, Name]:
    """Name every segment, also one without members: it keeps the name it had."""
    standard = pd.DataFrame(model.space.standard(measured), index=measured.index, columns=list(model.space.names))
    known: dict[str, Name] = dict(earlier.names) if earlier else {}
    names = named(measured, standard, labels, known)
    names.setdefault(OUTLIERS, Name(EXTREME["zh"], EXTREME["en"]))
    for number in model.numbers:
        names.setdefault(number, known.get(number) or Name(f"{MIDDLE['zh']}（{number}）", f"{MIDDLE['en']} ({number})"))
    return dict(sorted(names.items()))


def _figures(model: SegmentModel, found: Segmented, tried: pd.DataFrame) -> dict[str, float]:
    mine = tried[(tried["method"] == model.clusters.method) & (tried["count"] == model.clusters.count)]
    row = mine.iloc[0].to_dict() if len(mine) else {"agreement": 1.0, "separation": 0.0}
    outliers = float((found.labels == OUTLIERS).mean()) if len(found.labels) else 0.0
    kept = found.kept_share
    return {
        "ari": float(row["agreement"]),
        "separation": float(row["separation"]),
        "segments": float(model.clusters.count),
        "outlier_share": outliers,
    } | ({} if kept is None else {"kept_share": kept})


def result(found: Segmented) -> tuple[dict[str, float], dict[str, list[float]], dict[str, int]]:
    """Give figures, intervals and row counts for ``result.json``."""
    rows = {"customers": len(found.labels), "moved": 0}
    moves = found.moves
    rows["moved"] = int(moves.loc[moves["source"] != moves["target"], "customers"].sum())
    return dict(found.model.facts["figures"]), {}, rows
