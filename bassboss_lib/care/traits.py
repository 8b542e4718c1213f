"""What may make a customer welcome care: few traits, each as a normal score among all customers of the month.

Ranks, because a bill of a thousand yuan is no ten times as telling as one of a hundred; scores, because months are
compared: a score of 1 is a customer above five in six of all. What is unknown stands in the middle.
"""

import numpy as np
import pandas as pd

__all__ = ["BASE", "LEVELS", "TRAITS", "levels_of", "score_names", "trait_scores"]

TRAITS = {
    "age_years": ("年龄", "age"),
    "tenure_months": ("在网月数", "tenure"),
    "arpu_fen": ("月均账单", "mean bill"),
    "data_mb": ("月均流量", "data a month"),
    "calls": ("月均通话次数", "calls a month"),
    "messages": ("月均短信条数", "messages a month"),
    "short_call_share": ("短通话占比", "share of very short calls"),
    "complaints": ("三个月投诉", "complaints in three months"),
}
"""Facts of `Occasions` that are traits, with their titles in zh and en."""

BASE = "base"
"""Not a trait but the level of whoever stands in the middle of every trait; learnt beside them."""
LEVELS = 10


def score_names() -> list[str]:
    """Name the columns that hold the scores of the traits."""
    return [f"score_{name}" for name in TRAITS]


def trait_scores(facts: pd.DataFrame) -> pd.DataFrame:
    """Give each customer's scores.

    Parameters
    ----------
    facts : DataFrame
        Of `Occasions`, of all customers of the month; traits that it lacks are unknown of everybody.

    Examples
    --------
    >>> facts = pd.DataFrame({"age_years": [20.0, 40.0, 60.0, None]}, index=list("abcd"))
    >>> trait_scores(facts)["score_age_years"].round(2).tolist()
    [-0.97, 0.0, 0.97, 0.0]
    """
    from scipy.special import ndtri

    found = {}
    for name, column in zip(TRAITS, score_names(), strict=True):
        values = pd.to_numeric(facts[name]) if name in facts else pd.Series(np.nan, facts.index)
        share = (values.rank() - 0.5) / max(int(values.notna().sum()), 1)
        found[column] = pd.Series(ndtri(share.fillna(0.5).to_numpy()), facts.index)
    return pd.DataFrame(found)


def levels_of(welcome: np.ndarray) -> np.ndarray:
    """Put customers into at most ten levels of welcoming care, as many in each; all alike are one level.

    Examples
    --------
    >>> levels_of(np.array([0.5, 0.5])).tolist(), levels_of(np.linspace(0, 1, 20)).max().item()
    ([0, 0], 9)
    """
    edges = np.unique(np.quantile(welcome, np.arange(1, LEVELS) / LEVELS)) if len(welcome) else np.empty(0)
    return np.searchsorted(edges, welcome, side="left")
