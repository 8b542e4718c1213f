"""Strata of a survey: classes of the rehearsed impact, segments, or both; what is too small is joined by rule."""

from typing import Literal

import numpy as np
import pandas as pd

from bassboss_lib.segments import OUTLIERS
from bassboss_lib.tariff.sample import quantile_classes

__all__ = ["LEAST", "StratifyBy", "strata_of"]

StratifyBy = Literal["impact", "segment", "both"]
LEAST = 60
"""Customers of the frame below which a segment is no stratum of its own; it is cut in two from twice as many."""


def strata_of(frame: pd.DataFrame, by: StratifyBy, classes: int = 6) -> np.ndarray:
    """Name the stratum of each customer.

    Parameters
    ----------
    frame : DataFrame
        predicted (take-up), change_fen and, unless by impact alone, segment: one row per customer who may be asked.
    by : {"impact", "segment", "both"}
        ``both``: segments, each cut at its median impact.
    classes : int
        Of the impact, if it stands alone.

    Returns
    -------
    array of str
        ``H00`` … by impact, the number of the segment, or both (``S01H0``). A segment of fewer than `LEAST` customers
        joins the outliers; are these too few still, all of them join the largest segment.

    Examples
    --------
    >>> frame = pd.DataFrame({"predicted": 0.1, "change_fen": range(200), "segment": ["S01"] * 150 + ["S02"] * 50})
    >>> pd.Series(strata_of(frame, "both")).value_counts().sort_index().to_dict()
    {'S01H0': 100, 'S01H1': 100}
    """
    impact = (frame["predicted"] * frame["change_fen"]).to_numpy(float)
    if by == "impact":
        return np.array([f"H{place:02d}" for place in range(classes)])[quantile_classes(impact, classes)]
    segment = _joined(frame["segment"].fillna(OUTLIERS).astype(str))
    if by == "segment":
        return segment.to_numpy(str)
    size = segment.map(segment.value_counts())
    upper = impact > pd.Series(impact, frame.index).groupby(segment).transform("median")
    return segment.where(size < 2 * LEAST, segment + np.where(upper, "H1", "H0")).to_numpy(str)


def _joined(segment: pd.Series) -> pd.Series:
    """Join segments of few customers to the outliers, and outliers that are still few to the largest segment."""
    joined = segment.mask(segment.map(segment.value_counts()) < LEAST, OUTLIERS)
    counts = joined.value_counts()
    few = counts.get(OUTLIERS, LEAST) < LEAST and len(counts) > 1
    return joined.replace(OUTLIERS, str(counts.drop(OUTLIERS).sort_index().idxmax())) if few else joined
