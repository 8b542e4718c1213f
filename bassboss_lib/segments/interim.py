"""Interim segments: value tercile by tenure band, named so, until segments that last take their place."""

import math

import numpy as np
import pandas as pd

__all__ = ["SEGMENTS", "interim_segments"]

VALUES = (("低价值", "low value"), ("中价值", "middle value"), ("高价值", "high value"))
TENURES = (
    ("入网不足一年", "under one year"),
    ("入网一至三年", "one to three years"),
    ("入网三年以上", "over three years"),
)
BAND_ENDS_MONTHS = (12, 36)

SEGMENTS = {
    f"V{value}T{tenure}": {"zh": f"{VALUES[value - 1][0]}、{TENURES[tenure - 1][0]}",
                           "en": f"{VALUES[value - 1][1]}, {TENURES[tenure - 1][1]}"}
    for value in (1, 2, 3)
    for tenure in (1, 2, 3)
}  # fmt: skip
"""Segment id → its traits in zh and en."""


def interim_segments(arpu_fen: pd.Series, tenure_months: pd.Series) -> pd.Series:
    """Give each customer a segment: value tercile (V1 low to V3 high) by tenure band (T1 new to T3 old).

    Examples
    --------
    >>> interim_segments(pd.Series([100, 5000, 20000]), pd.Series([3, 30, 80])).tolist()
    ['V1T1', 'V2T2', 'V3T3']
    """
    tercile = (arpu_fen.rank(method="average", pct=True).fillna(0) * 3).map(math.ceil).clip(1, 3)
    band = np.searchsorted(BAND_ENDS_MONTHS, tenure_months.fillna(0), side="right") + 1
    return pd.Series([f"V{value}T{tenure}" for value, tenure in zip(tercile, band, strict=True)], index=arpu_fen.index)
