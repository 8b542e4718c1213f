"""What earlier answers of the same customers say: surprises of campaigns before, drawn towards none."""

import numpy as np
import pandas as pd

__all__ = ["records"]


def records(told: pd.DataFrame, surprise: np.ndarray, worth: float) -> tuple[np.ndarray, pd.Series]:
    """Give the record of each row before its campaign, and that of every customer after all of them.

    Parameters
    ----------
    told : DataFrame
        Indexed by pseudonym, with ``campaign`` in order of time; a customer once in each at most.
    surprise : ndarray
        Of each row: what came beyond what was expected.
    worth : float
        Worth of knowing nothing about a customer, in answers.

    Examples
    --------
    >>> told = pd.DataFrame({"campaign": ["1", "2", "2"]}, index=["a", "a", "b"])
    >>> before, after = records(told, np.array([0.6, -0.3, 0.9]), 1.0)
    >>> before.round(2).tolist(), after.round(2).to_dict()
    ([0.0, 0.3, 0.0], {'a': 0.1, 'b': 0.45})
    """
    frame = pd.DataFrame({"who": told.index, "campaign": told["campaign"].to_numpy(), "surprise": surprise})
    ordered = frame.sort_values("campaign", kind="stable")
    by = ordered.groupby("who", sort=False)["surprise"]
    before = (by.cumsum() - ordered["surprise"]) / (by.cumcount() + worth)
    whole = by.agg(["sum", "size"])
    after = (whole["sum"] / (whole["size"] + worth)).rename_axis("pseudonym").sort_index()
    return before.reindex(frame.index).to_numpy(float), after
