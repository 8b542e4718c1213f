"""Whom campaigns considered and whom they contacted: the draws of a month, and who stays for all after several.

Every campaign keeps a share back by chance, within strata of its own. Who was left alone by one may be considered by
the next, so the chance of staying untouched is a product over all of them, and who stayed stands for its inverse. The
universal control group is one draw for all campaigns, so it would be wrong to multiply it: it stands for itself alone.

What counts as contact is that somebody speaks to the customer: calls of retention and surveys, and care by hotline, by
account manager or in the hall. A message does not: it moves next to nobody, and counting it would leave out many.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from bassboss_lib.campaigns.accuracy import left_alone
from bassboss_lib.campaigns.memory import assignments, campaign_months
from bassboss_lib.campaigns.surveys import surveyed
from bassboss_lib.workspace import Workspace

__all__ = ["UNSPOKEN", "draws", "untouched"]

NEVER = "none"
CONSIDERED = ("listed", "control")
UNSPOKEN = ("20", "21")
"""Channels of care in which nobody speaks to the customer: message, web site."""


def draws(workspace: Workspace, month: str) -> list[pd.DataFrame]:
    """Give the draws of a month of analysis, which contact in the month after it, in their order.

    Returns
    -------
    list of DataFrame
        One row per customer considered, indexed by pseudonym: ``stratum`` (named with campaign, so that no two draws
        share one), ``contacted``.
    """
    found = [*_retention(workspace, month), *_care(workspace, month), *surveyed(workspace, month)]
    return [one.assign(stratum=f"{month}.{place} " + one["stratum"].astype(str)) for place, one in enumerate(found)]


def _retention(workspace: Workspace, month: str) -> list[pd.DataFrame]:
    if month not in campaign_months(workspace):
        return []
    rows = assignments(workspace, month).set_index("pseudonym")
    drawn = rows[rows["arm"].isin(CONSIDERED)]
    return [pd.DataFrame({"stratum": drawn["stratum"], "contacted": drawn["arm"] == "listed"})]


def _care(workspace: Workspace, month: str) -> list[pd.DataFrame]:
    """Give the draws of each campaign of care, of the forms in which somebody speaks."""
    if month not in campaign_months(workspace, "care"):
        return []
    rows = assignments(workspace, month, "care").set_index("pseudonym")
    rows = rows[rows["arm"] != "universal"]
    channel = rows["care_channel"] if "care_channel" in rows else pd.Series(None, rows.index, dtype=object)
    spoken = channel.notna() & ~channel.isin(UNSPOKEN)
    found = []
    for name in sorted(rows["campaign_id"].unique()):
        own = (rows["campaign_id"] == name).to_numpy()
        forms = rows.loc[own & spoken.to_numpy(), "care_form"].unique()
        drawn = own & rows["care_form"].isin(forms).to_numpy()
        found.append(pd.DataFrame({"stratum": rows.loc[drawn, "stratum"], "contacted": spoken[drawn]}))
    return found


def untouched(drawn: Sequence[pd.DataFrame], index: pd.Index) -> pd.DataFrame:
    """Tell who was contacted by any of some draws, and for how many customers each of the others stands.

    Parameters
    ----------
    drawn : sequence of DataFrame
        Draws in the order in which they were made (`draws`).
    index : Index
        Pseudonyms of the population.

    Returns
    -------
    DataFrame
        Index as given: ``treated``; ``stratum`` (of the last draw that considered the customer while untouched;
        ``none`` if none did); ``weight`` (0 for the treated).

    Examples
    --------
    >>> first = pd.DataFrame({"stratum": "a", "contacted": [True, True, False, False]}, index=list("wxyz"))
    >>> then = pd.DataFrame({"stratum": "b", "contacted": [True, False, False]}, index=list("yuv"))
    >>> untouched([first, then], pd.Index(list("uvwxyz")))["weight"].tolist()
    [1.5, 1.5, 0.0, 0.0, 0.0, 2.0]
    """
    weight, stratum = np.ones(len(index)), np.full(len(index), NEVER, object)
    for one in drawn:
        names = one["stratum"].to_numpy(object)
        stands = left_alone(names.astype(str), one["contacted"].to_numpy(bool))
        place = index.get_indexer(one.index)
        rows = place[place >= 0]
        stratum[rows] = np.where(weight[rows] > 0, names[place >= 0], stratum[rows])
        weight[rows] *= stands[place >= 0]
    return pd.DataFrame({"treated": weight == 0, "stratum": stratum, "weight": weight}, index=index)
