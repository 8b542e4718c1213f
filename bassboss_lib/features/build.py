"""Join the groups of features into one table as of a month, and list them in a dictionary."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pandas as pd

from bassboss_lib.contracts.feature import Feature
from bassboss_lib.features import bill, call, customer, money, said, service
from bassboss_lib.features.view import View

__all__ = ["GROUPS", "Group", "as_of", "dictionary"]


@dataclass(frozen=True)
class Group:
    """Features that are computed together.

    Parameters
    ----------
    features : tuple of Feature
        What it declares; its table has exactly these columns.
    table : callable
        From a `View` to one row per customer, indexed by pseudonym.
    """

    features: tuple[Feature, ...]
    table: Callable[[View], pd.DataFrame]


GROUPS = tuple(Group(module.FEATURES, module.table) for module in (customer, bill, call, money, service, said))


def as_of(view: View, groups: Sequence[Group] = GROUPS) -> pd.DataFrame:
    """Compute all features as of a month.

    Returns
    -------
    DataFrame
        One row per customer in unit 01002 of the month, ordered and indexed by pseudonym; numbers are float64,
        missing is NaN; codes are text, missing is None.

    Raises
    ------
    InputRefused
        If a unit of the month was not delivered.
    GateRefused
        If a feature asks for a later month (R18).
    """
    index = view.pseudonyms()
    parts = [group.table(view).reindex(index)[[feature.name for feature in group.features]] for group in groups]
    frame = pd.concat(parts, axis=1)
    numbers = [feature.name for feature in dictionary(groups) if feature.kind == "number"]
    return frame.astype(dict.fromkeys(numbers, "float64"))


def dictionary(groups: Sequence[Group] = GROUPS) -> tuple[Feature, ...]:
    """List every feature in the order of the table's columns."""
    return tuple(feature for group in groups for feature in group.features)
