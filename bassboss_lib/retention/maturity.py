"""Is it mature? What is to be expected of a campaign before three months have passed, and how right that was.

A customer with probability p of leaving within three months, of whom k months have passed without leaving, leaves in
the rest with probability p · (1 − k/3) / (1 − p · k/3): the hazard is taken as even over the window. The estimate of
the final rate is what has happened plus what is still to be expected; on controls, since p speaks of the untreated.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from bassboss_lib.campaigns import rate, untreated
from bassboss_lib.retention.outcomes import HORIZON, Followed

__all__ = ["expected_final", "still_to_leave", "track_record"]


def still_to_leave(p: np.ndarray, months_passed: int) -> np.ndarray:
    """Give the probability of leaving in the rest of the window, for customers who have not left yet.

    Examples
    --------
    >>> still_to_leave(np.array([0.3]), 0).tolist(), still_to_leave(np.array([0.3]), 3).tolist()
    ([0.3], [0.0])
    """
    passed = months_passed / HORIZON
    return p * (1 - passed) / (1 - p * passed)


def expected_final(one: Followed, months_passed: int) -> float | None:
    """Estimate the final churn rate of a campaign's candidates, had nobody been called, after some months.

    Returns
    -------
    float or None
        None if so many months have not passed, or no control is left to tell.
    """
    rows = one.rows[one.rows["arm"] != "waiting"]
    if months_passed > one.known_months:
        return None
    left = rows[f"left_{months_passed}"] if months_passed else pd.Series(0.0, index=rows.index)
    p = rows["churn_probability"].to_numpy()
    final = left + (1 - left) * still_to_leave(p, months_passed)
    controls = (rows["arm"] != "listed").to_numpy() & final.notna().to_numpy()
    if not controls.any():
        return None
    sample = untreated(~controls, rows["stratum"].to_numpy(), final.notna().to_numpy())
    return float(sample.weight @ final.to_numpy()[sample.rows] / sample.weight.sum())


def track_record(followed: Sequence[Followed]) -> pd.DataFrame:
    """Compare estimates with what came: one row per campaign and months passed.

    Returns
    -------
    DataFrame
        ``campaign``, ``month``, ``months_passed`` (0–2), ``estimate``, and of mature campaigns ``final``, ``low``,
        ``high`` (churn rate of the candidates, read on controls); missing while it is not known.
    """
    told = []
    for one in followed:
        final = _final(one) if one.mature else (float("nan"),) * 3
        for passed in range(min(one.known_months, HORIZON - 1) + 1):
            estimate = expected_final(one, passed)
            if estimate is not None:
                about = {"campaign": one.campaign, "month": one.month, "months_passed": passed, "estimate": estimate}
                told.append({**about, "final": final[0], "low": final[1], "high": final[2]})
    return pd.DataFrame(told)


def _final(one: Followed) -> tuple[float, float, float]:
    rows = one.rows[one.rows["arm"] != "waiting"]
    known = rows["left"].notna().to_numpy()
    sample = untreated((rows["arm"] == "listed").to_numpy(), rows["stratum"].to_numpy(), known)
    y = rows["left"].to_numpy()[sample.rows]
    said = rate(sample, y, np.ones(len(y)))
    return said.value, said.low, said.high
