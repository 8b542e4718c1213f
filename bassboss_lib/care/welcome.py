"""Who welcomes care, and who is better left alone: what is believed of each customer.

Learnt from whether the reached accepted (`kinds`). A customer stays of one kind, so what it answered to earlier cares
adds to its log-odds: the record of a customer is the logarithm of how much likelier its answers are from somebody who
welcomes care. A row learns only from campaigns before its own.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from bassboss_lib.care.kinds import Kinds, Prior, share, times
from bassboss_lib.care.traits import BASE, TRAITS

__all__ = ["Welcome", "learn_welcome", "welcome_of"]


@dataclass(frozen=True)
class Welcome:
    """What is believed about who welcomes care.

    Parameters
    ----------
    accepts : ndarray of shape (segments, forms)
        Log-odds that whoever welcomes care accepts a form.
    lift : ndarray of shape (segments, forms)
        Of that, what is the segment's own.
    weights : DataFrame
        ``trait`` (`BASE`, then `TRAITS`), ``weight`` (log-odds of welcoming care for one standard deviation), ``sd``.
    record : Series
        By pseudonym, of whoever was reached so far, in log-odds.
    expected : ndarray
        Of each row that was learnt from: the probability that the customer welcomes care, as known before it answered.
    """

    accepts: np.ndarray
    lift: np.ndarray
    weights: pd.DataFrame
    record: pd.Series
    expected: np.ndarray


def learn_welcome(told: pd.DataFrame, segments: Sequence[str], forms: Sequence[str], prior: Prior) -> Welcome:
    """Learn from everybody who was reached with care.

    Parameters
    ----------
    told : DataFrame
        As `Kinds` has it: one row per customer reached and campaign.
    """
    kinds = Kinds(told, segments, forms, prior)
    mode = kinds.mode()
    weights, levels, _ = kinds.parts(mode)
    common, own = levels[: len(forms)], levels[len(forms) :].reshape(len(segments), len(forms))
    likelier = kinds.likelier(mode)
    return Welcome(
        common + own,
        own,
        pd.DataFrame({"trait": [BASE, *TRAITS], "weight": weights, "sd": kinds.trait_sd(mode)}),
        pd.Series(kinds.by_customer(likelier), kinds.names),
        share(times(kinds.traits, weights) + kinds.earlier(likelier)),
    )


def welcome_of(rows: pd.DataFrame, weights: pd.DataFrame, record: pd.Series) -> np.ndarray:
    """Give the probability that each customer welcomes care.

    Parameters
    ----------
    rows : DataFrame
        Indexed by pseudonym, with scores of traits; what is missing stands in the middle.
    weights, record
        Of `Welcome`.

    Examples
    --------
    >>> weights = pd.DataFrame({"trait": ["base", "age_years"], "weight": [0.0, -1.0]})
    >>> rows = pd.DataFrame({"score_age_years": [0.0, 1.0, 1.0]}, index=["a", "b", "c"])
    >>> welcome_of(rows, weights, pd.Series({"c": 1.0})).round(2).tolist()
    [0.5, 0.27, 0.5]
    """
    own = dict(zip(weights["trait"], weights["weight"], strict=True))
    known = record.reindex(rows.index).fillna(0.0).to_numpy(float) + own.pop(BASE)
    for name, weight in own.items():
        if f"score_{name}" in rows:
            known = known + weight * rows[f"score_{name}"].fillna(0.0).to_numpy(float)
    return share(known)
