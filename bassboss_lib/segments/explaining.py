"""Why a customer is in a segment: trees that learnt the segments, and what each dimension adds for each customer.

The trees only explain; who is in which segment is decided by the groups and by hysteresis. How often the trees agree
with them, on rows that they did not learn from, stands beside every explanation.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from bassboss_lib.errors import CallError
from bassboss_lib.learning.boosting import model_text
from bassboss_lib.segments.dimensions import dimensions
from bassboss_lib.segments.model import SegmentModel

__all__ = ["Surrogate", "fit_surrogate", "membership", "segment_drivers"]

ROWS = 20_000
TREES = 60
HELD_SHARE = 0.25
STRONGEST = 3
PARAMETERS = {
    "objective": "multiclass", "learning_rate": 0.15, "num_leaves": 15, "max_depth": 5, "min_data_in_leaf": 20,
    "feature_fraction": 1.0, "deterministic": True, "force_row_wise": True, "num_threads": 1, "verbose": -1, "seed": 0,
}  # fmt: skip


@dataclass(frozen=True)
class Surrogate:
    """Trees as text, and how often they agree with the segments on rows that they did not learn from."""

    text: str
    agrees: float


def fit_surrogate(measured: pd.DataFrame, labels: pd.Series, numbers: tuple[str, ...]) -> Surrogate:
    """Learn who is in which segment; outliers, who are in none, take no part.

    Parameters
    ----------
    measured, labels : DataFrame, Series
        Customers in the order of their pseudonyms, which is an order by chance.
    numbers : tuple of str
        The segments, in the order in which the trees number them.
    """
    inside = labels.isin(numbers).to_numpy()
    step = max(1, -(-int(inside.sum()) // ROWS))
    x = measured[inside].iloc[::step].to_numpy(dtype=np.float64)
    y = labels[inside].iloc[::step].map({number: place for place, number in enumerate(numbers)}).to_numpy()
    held = int(len(y) * HELD_SHARE)
    if len(numbers) < 2 or held < 1:
        return Surrogate("", 1.0)
    import lightgbm as lgb

    names = list(measured.columns)
    data = lgb.Dataset(x[held:], y[held:], feature_name=names)
    booster = lgb.train({**PARAMETERS, "num_class": len(numbers)}, data, num_boost_round=TREES)
    right = np.asarray(booster.predict(x[:held])).argmax(axis=1) == y[:held]
    return Surrogate(model_text(booster, TREES), float(right.mean()))


def _contributions(model: SegmentModel, measured: pd.DataFrame) -> np.ndarray:
    """Give what each dimension adds to the log-odds of each segment, (customers, segments, dimensions)."""
    import lightgbm as lgb

    if not model.surrogate:
        raise CallError("there is one segment only", where="segments", remedy="nothing needs to be explained")
    booster: Any = lgb.Booster(model_str=model.surrogate)
    x = measured[booster.feature_name()].to_numpy(dtype=np.float64)
    both = np.asarray(booster.predict(x, pred_contrib=True), dtype=np.float64)
    return both.reshape(len(x), len(model.numbers), -1)[:, :, :-1]


def segment_drivers(model: SegmentModel, measured: pd.DataFrame, labels: pd.Series, rows: int = 2000) -> pd.DataFrame:
    """Say which dimensions put customers into each segment.

    Returns
    -------
    DataFrame
        One row per segment and dimension, strongest first: ``segment``, ``dimension``, ``push`` (mean contribution of
        the dimension to the log-odds of its members being in it).
    """
    step = max(1, -(-len(measured) // rows))
    shown, groups = measured.iloc[::step], labels.iloc[::step].to_numpy()
    phi = _contributions(model, shown)
    found = []
    for place, number in enumerate(model.numbers):
        members = phi[groups == number, place]
        push = members.mean(axis=0) if len(members) else np.zeros(phi.shape[2])
        found += [(number, name, float(one)) for name, one in zip(measured.columns, push, strict=True)]
    frame = pd.DataFrame(found, columns=["segment", "dimension", "push"])
    return frame.sort_values(["segment", "push", "dimension"], ascending=[True, False, True], ignore_index=True)


def membership(model: SegmentModel, measured: pd.DataFrame, labels: pd.Series, language: str = "zh") -> pd.Series:
    """Say in words why each customer is in their segment: the dimensions that speak most for it, with values.

    Meant for the customers of a list; of a million it takes minutes.

    Returns
    -------
    Series
        One text per customer, by pseudonym; empty for outliers.
    """
    phi = _contributions(model, measured)
    place = labels.map({number: at for at, number in enumerate(model.numbers)})
    words = pd.Series("", index=measured.index)
    for row, at in enumerate(place):
        if not pd.isna(at):
            words.iloc[row] = _why(phi[row, int(at)], measured.iloc[row], language)
    return words


def _why(push: np.ndarray, values: pd.Series, language: str) -> str:
    told = []
    for name in values.index[np.argsort(-push, kind="stable")[:STRONGEST]]:
        known, push_of = dimensions()[name], push[values.index.get_loc(name)]
        if push_of > 0:
            told.append(f"{known.title(language)} {known.number(float(values[name]), language)}")
    return ("；" if language == "zh" else "; ").join(told)
