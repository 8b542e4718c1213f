"""The churn label: who left of their own accord within three months, among the customers active at a month's end.

Status codes are those of unit 01002 (状态: 2010 主动销号, 2020 被动销号, 2030 冷冻期; 1021 and 1022 are the stages
before). Voluntary churn (主动离网) is the target: the first code of the leaving family reached in the window is 1021 or
2010. Customers pushed out (1022, 2020, 2030) are left out of training and of voluntary figures. Silent customers, with
no event of their own in the month, are a population of their own.
"""

from dataclasses import dataclass

import pandas as pd

from bassboss_lib import months
from bassboss_lib.features import View
from bassboss_lib.warehouse.partitions import months as delivered_months
from bassboss_lib.warehouse.partitions import paths
from bassboss_lib.workspace import Workspace

__all__ = ["ChurnDefinition", "first_leaving", "labelled_months", "labels", "population", "window"]


@dataclass(frozen=True)
class ChurnDefinition:
    """What counts as churn; the defaults are the specification's codes.

    Parameters
    ----------
    horizon_months : int
        Length of the window after the month.
    active : tuple of str
        Status codes of customers at risk.
    voluntary, pushed : tuple of str
        Leaving codes that are the customer's own decision, and those that are not.
    """

    horizon_months: int = 3
    active: tuple[str, ...] = ("1010", "1031", "1032", "1033", "1039")
    voluntary: tuple[str, ...] = ("1021", "2010")
    pushed: tuple[str, ...] = ("1022", "2020", "2030")


DEFAULT = ChurnDefinition()


def population(view: View, definition: ChurnDefinition = DEFAULT) -> pd.DataFrame:
    """Give who is at risk as of a month.

    Returns
    -------
    DataFrame
        One row per customer active on the month's last day, indexed by pseudonym, with ``silent`` (no outgoing
        call, message or data session in the month).
    """
    customer = view.customers()
    active = customer.loc[customer["status"].isin(definition.active), "pseudonym"]
    events = view.read("usage_month", 0, ["pseudonym", "own_event_count"]).set_index("pseudonym")["own_event_count"]
    return pd.DataFrame({"silent": (events.reindex(active).fillna(0) == 0).to_numpy()}, index=pd.Index(active))


def labelled_months(workspace: Workspace, definition: ChurnDefinition = DEFAULT) -> list[str]:
    """List the months whose whole window has been delivered, oldest first."""
    known = set(delivered_months(workspace, "customer"))
    window = range(definition.horizon_months + 1)
    return sorted(month for month in known if all(months.add(month, step) in known for step in window))


def labels(workspace: Workspace, month: str, definition: ChurnDefinition = DEFAULT) -> pd.DataFrame:
    """Label the population of a month; this is the only place of the library that looks ahead.

    Returns
    -------
    DataFrame
        One row per customer at risk, indexed by pseudonym: ``silent``; ``churn`` (1 left of their own accord, 0
        stayed, missing if pushed out or no longer delivered).
    """
    at_risk = population(View(workspace, month), definition)
    first = window(workspace, month, definition).reindex(at_risk.index)
    churn = pd.Series(0.0, index=at_risk.index)
    churn[first.isin(definition.voluntary)] = 1.0
    churn[first.isin(definition.pushed) | first.isna()] = float("nan")
    return at_risk.assign(churn=churn)


def window(workspace: Workspace, month: str, definition: ChurnDefinition = DEFAULT) -> pd.Series:
    """Give the first leaving code of every customer in the months after ``month`` (see `first_leaving`)."""
    return first_leaving(_statuses(workspace, month, definition), definition)


def _statuses(workspace: Workspace, month: str, definition: ChurnDefinition) -> pd.DataFrame:
    steps = range(1, definition.horizon_months + 1)
    views = [View(workspace, months.add(month, step)) for step in steps if _delivered(workspace, month, step)]
    parts = [view.customers().set_index("pseudonym")["status"].rename(view.month) for view in views]
    return pd.concat(parts, axis=1)


def _delivered(workspace: Workspace, month: str, step: int) -> bool:
    return bool(paths(workspace, "customer", [months.add(month, step)]))


def first_leaving(statuses: pd.DataFrame, definition: ChurnDefinition = DEFAULT) -> pd.Series:
    """Give the first leaving code of each customer.

    Parameters
    ----------
    statuses : DataFrame
        One row per customer, one column per month of the window, oldest first.

    Returns
    -------
    Series of str
        The code; empty text where the customer stayed; missing where a month was not delivered before one was reached.

    Examples
    --------
    >>> window = pd.DataFrame({"202608": ["1010", "1021", "1022"], "202609": ["1010", "2010", "2020"]})
    >>> first_leaving(window).tolist()
    ['', '1021', '1022']
    """
    first = pd.Series("", index=statuses.index).mask(statuses.isna().any(axis=1))
    for month in reversed(statuses.columns):
        leaving = statuses[month].isin(definition.voluntary + definition.pushed)
        first = first.mask(leaving, statuses[month])
    return first
