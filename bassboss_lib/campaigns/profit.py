"""What the next call is expected to bring: how readily offers are accepted, and which offer is proven to be better.

    profit of a call = value kept − call − P(reached) · P(accepted | reached) · cost of the offer
    value kept       = −effect on leaving · value of a customer (fen a month) · months that a customer kept stays

How readily is a Beta posterior by segment and offer; its prior is the offer's own rate over all segments, worth a few
answers, so that a segment with two answers does not run away.
"""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from bassboss_lib.campaigns.effects import compare, difference_in_rates
from bassboss_lib.learning.estimates import LEVEL, Estimate

__all__ = ["MONTHS_KEPT", "acceptance", "best_offers", "profit"]

PRIOR_ANSWERS = 10.0
MONTHS_KEPT = 12
"""Months that a customer kept is counted for; a year, since what comes after is another decision."""
ARM_MIN = 30
PROVEN_LEVEL = 0.99


def acceptance(rows: pd.DataFrame) -> pd.DataFrame:
    """Give the posterior of acceptance by segment and offer.

    Parameters
    ----------
    rows : DataFrame
        Listed customers: ``segment_id``, ``offer`` (made), ``reached``, ``accepted``.

    Returns
    -------
    DataFrame
        One row per segment and offer: ``segment_id``, ``offer``, ``reached``, ``accepted`` (counts), ``a``, ``b`` (of
        the Beta posterior), ``mean``, ``low``, ``high`` (95 %).

    Examples
    --------
    >>> rows = pd.DataFrame({"segment_id": "V1T1", "offer": "O01", "reached": True, "accepted": [True, False, False]})
    >>> round(float(acceptance(rows)["mean"].iloc[0]), 3)
    0.385
    """
    from scipy.stats import beta

    told = rows[rows["reached"].astype(bool) & rows["offer"].notna()]
    counts = told.groupby(["segment_id", "offer"])["accepted"].agg(["size", "sum"]).reset_index()
    counts.columns = pd.Index(["segment_id", "offer", "reached", "accepted"])
    by_offer = counts.groupby("offer")[["reached", "accepted"]].transform("sum")
    prior = (by_offer["accepted"] + 1) / (by_offer["reached"] + 2)
    a = counts["accepted"] + PRIOR_ANSWERS * prior
    b = counts["reached"] - counts["accepted"] + PRIOR_ANSWERS * (1 - prior)
    low, high = (beta.ppf(end, a, b) for end in ((1 - LEVEL) / 2, (1 + LEVEL) / 2))
    return counts.assign(a=a, b=b, mean=a / (a + b), low=low, high=high)


def profit(
    effect: np.ndarray,
    value_fen: np.ndarray,
    *,
    reach: float,
    accept: np.ndarray,
    offer_cost: np.ndarray,
    call_fen: float,
) -> np.ndarray:
    """Give the expected profit of calling each customer, fen, by the formula above.

    Parameters
    ----------
    effect : ndarray
        Expected change of the probability of leaving (negative = kept).
    value_fen : ndarray
        Value of each customer, fen a month.
    reach : float
        Probability that a call reaches.
    accept, offer_cost : ndarray
        Probability of acceptance once reached, and cost of the offer once accepted, fen.
    call_fen : float
        Cost of a call.
    """
    return -effect * value_fen * MONTHS_KEPT - call_fen - reach * accept * offer_cost


def best_offers(rows: pd.DataFrame, preferred: Mapping[str, str]) -> dict[str, tuple[str, Estimate]]:
    """Find, by reason, an offer proven to keep more customers than the preferred one.

    Offers are compared among listed customers of one reason and month, where chance alone decided who got which. It is
    asked every month, like the gate of the effect model, and of many pairs at once: so at 99 %, shared among the pairs.

    Parameters
    ----------
    rows : DataFrame
        Listed customers with known outcome: ``churn_reason``, ``recommended_offer``, ``month``, ``left``.
    preferred : mapping
        Reason → offer that is recommended today.

    Returns
    -------
    dict
        Reason → (offer, its churn rate minus that of the preferred one); only where the interval is below zero.
    """
    found: dict[str, tuple[str, Estimate]] = {}
    pairs = _pairs(rows, preferred)
    for reason, offer, other, both in pairs:
        level = 1 - (1 - PROVEN_LEVEL) / len(pairs)
        gap = difference_in_rates(both["left"].to_numpy(), compare(other, both["month"].to_numpy()), level)
        best = found.get(reason)
        if gap.high < 0 and (best is None or gap.value < best[1].value):
            found[reason] = (offer, gap)
    return found


def _pairs(rows: pd.DataFrame, preferred: Mapping[str, str]) -> list[tuple[str, str, np.ndarray, pd.DataFrame]]:
    """Give reason, another offer, who got it, and whoever got it or the preferred one; only where both are many."""
    found = []
    for reason, part in rows.groupby("churn_reason"):
        first = preferred.get(str(reason), "")
        for offer in sorted(set(part["recommended_offer"]) - {first}):
            both = part[part["recommended_offer"].isin([first, offer])]
            other = (both["recommended_offer"] == offer).to_numpy()
            if min(other.sum(), (~other).sum()) >= ARM_MIN:
                found.append((str(reason), str(offer), other, both))
    return found
