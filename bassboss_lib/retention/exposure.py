"""Who was treated within the window of a month's label, and which customers stand for them.

The label of month *m* looks at the three months after it. Whoever a campaign of *m*, *m* + 1 or *m* + 2 contacted,
to keep, to care or to ask, was contacted inside that window, so what happened is not what would have happened. Every
campaign leaves some alone by chance, so whoever all of them left alone stands for the rest (`campaigns.draws`).
"""

import pandas as pd

from bassboss_lib import months
from bassboss_lib.campaigns import draws, untouched
from bassboss_lib.workspace import Workspace

__all__ = ["exposure", "stands_for"]


def exposure(workspace: Workspace, month: str, index: pd.Index, until: str, window: int = 3) -> pd.DataFrame:
    """Tell who was treated, within which stratum chance decided last, and for how many each of the others stands.

    Parameters
    ----------
    index : Index
        Pseudonyms of the population of ``month``.
    until : str
        Campaigns of later months do not count: an evaluation as of then does not know them.

    Returns
    -------
    DataFrame
        Index as given: ``treated``, ``stratum``, ``weight``, as `campaigns.untouched` gives them.
    """
    within = [one for one in months.span(month, months.add(month, window - 1)) if one <= until]
    return untouched([one for each in within for one in draws(workspace, each)], index)


def stands_for(found: pd.DataFrame, most: float = 20.0) -> pd.Series:
    """Give how many customers each untreated one stands for, at most ``most``; 0 for the treated.

    Examples
    --------
    >>> stands_for(pd.DataFrame({"weight": [0.0, 2.0, 31.0]})).tolist()
    [0.0, 2.0, 20.0]
    """
    return found["weight"].clip(upper=most)
