"""Who was treated within the window of a month's label, and which customers stand for them.

The label of month *m* looks at the three months after it. A customer listed by the campaigns of *m*, *m* + 1 or *m* + 2
was contacted inside that window, so what happened is not what would have happened. Contact rules keep a customer from
being listed twice in a window and leave its controls alone. So the first campaign that considers a customer decides by
chance, and within that campaign and stratum the untreated stand for all.
"""

import numpy as np
import pandas as pd

from bassboss_lib import months
from bassboss_lib.campaigns import assignments, campaign_months, untreated
from bassboss_lib.workspace import Workspace

__all__ = ["exposure", "stands_for"]

NEVER = "none"
CONSIDERED = ("listed", "control", "universal")


def exposure(workspace: Workspace, month: str, index: pd.Index, until: str, window: int = 3) -> pd.DataFrame:
    """Tell who was treated, and within which stratum chance decided.

    Parameters
    ----------
    index : Index
        Pseudonyms of the population of ``month``.
    until : str
        Campaigns of later months do not count: an evaluation as of then does not know them.

    Returns
    -------
    DataFrame
        Index as given: ``treated`` (listed by a campaign whose contact falls into the window), ``stratum`` (campaign
        and stratum of the first draw; ``none`` if never considered).
    """
    treated = pd.Series(False, index=index)
    stratum = pd.Series(NEVER, index=index)
    known = set(campaign_months(workspace))
    for one in months.span(month, months.add(month, window - 1)):
        if one not in known or one > until:
            continue
        rows = assignments(workspace, one).set_index("pseudonym")
        drawn = rows[rows["arm"].isin(CONSIDERED)]
        fresh = (stratum == NEVER) & index.isin(drawn.index)
        stratum = stratum.mask(fresh, one + " " + drawn["stratum"].reindex(index).fillna(""))
        treated |= index.isin(rows.index[rows["arm"] == "listed"])
    return pd.DataFrame({"treated": treated, "stratum": stratum})


def stands_for(found: pd.DataFrame, most: float = 20.0) -> pd.Series:
    """Give how many customers each untreated one stands for, at most ``most``; 0 for the treated.

    Examples
    --------
    >>> rows = pd.DataFrame({"treated": [True, True, False, False], "stratum": ["a", "a", "a", "a"]})
    >>> stands_for(rows).tolist()
    [0.0, 0.0, 2.0, 2.0]
    """
    sample = untreated(found["treated"].to_numpy(), found["stratum"].to_numpy(), np.ones(len(found), bool))
    weight = np.zeros(len(found))
    weight[sample.rows] = np.minimum(sample.weight, most)
    return pd.Series(weight, index=found.index)
