"""What changed since the model learnt: features, scores, base rate; and whether it should learn again.

The population stability index compares the shares of ten classes (tenths of the reference, missing values apart, or
codes) then and now. It is never exactly zero: between two samples of the same customers it is about
(classes − 1) · (1/n + 1/m), which stands beside it.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from bassboss_lib import months
from bassboss_lib.features import View, as_of
from bassboss_lib.learning import Fitted, Model
from bassboss_lib.retention.churn import champion
from bassboss_lib.retention.labels import DEFAULT, labelled_months, labels, population
from bassboss_lib.retention.material import Material
from bassboss_lib.workspace import Workspace

__all__ = ["Psi", "base_rates", "drift", "drift_blocks", "psi", "retraining_due"]

CLASSES = 10
MODERATE, SEVERE = 0.10, 0.25
TOP = 10
OLD_MONTHS = 6


@dataclass(frozen=True)
class Psi:
    """A stability index with what chance alone would make of it, and the rows compared."""

    value: float
    by_chance: float
    n_then: int
    n_now: int


def psi(then: pd.Series, now: pd.Series) -> Psi:
    """Compare a column then and now.

    Examples
    --------
    >>> same = psi(pd.Series(range(1000)), pd.Series(range(1000)))
    >>> same.value, round(same.by_chance, 3)
    (0.0, 0.018)
    >>> round(psi(pd.Series(range(1000)), pd.Series(range(500, 1500))).value, 1) > 0.25
    True
    """
    old, new = _classes(then, now)
    kinds = sorted(set(old) | set(new))
    a, b = (pd.Series(one).value_counts().reindex(kinds, fill_value=0).to_numpy(float) for one in (old, new))
    a, b = np.maximum(a, 0.5) / max(a.sum(), 1), np.maximum(b, 0.5) / max(b.sum(), 1)
    value = float(np.sum((b - a) * np.log(b / a)))
    return Psi(value, (len(kinds) - 1) * (1 / max(len(then), 1) + 1 / max(len(now), 1)), len(then), len(now))


def _classes(then: pd.Series, now: pd.Series) -> tuple[np.ndarray, np.ndarray]:
    if not pd.api.types.is_numeric_dtype(then):
        return then.fillna("").astype(str).to_numpy(), now.fillna("").astype(str).to_numpy()
    known = then.dropna().to_numpy(float)
    edges = np.unique(np.quantile(known, np.arange(1, CLASSES) / CLASSES)) if len(known) else np.empty(0)
    told = []
    for one in (then, now):
        values = one.to_numpy(float)
        told.append(np.where(np.isnan(values), -1, np.searchsorted(edges, values, side="left")))
    return told[0], told[1]


def top_features(model: Model, most: int = TOP) -> list[str]:
    """Name the features that the trees gained most from, strongest first; ties by name."""
    gain = model.booster.feature_importance("gain")
    return [name for _, name in sorted(zip(-gain, model.encoding.names, strict=True))[:most]]


def drift(workspace: Workspace, month: str, since: str) -> pd.DataFrame:
    """Compare the population of a month with an earlier one: scores of the champion, and its strongest features.

    Returns
    -------
    DataFrame
        One row for ``score`` and for each feature: ``name``, ``psi``, ``by_chance``, ``n_then``, ``n_now``, ``grade``
        (``stable``, ``moderate`` above 0.10, ``severe`` above 0.25).
    """
    model = champion(workspace)
    then, now = (_population(workspace, one) for one in (since, month))
    found = {"score": psi(*(pd.Series(model.probability(x)) for x in (then, now)))}
    found |= {name: psi(then[name], now[name]) for name in top_features(model) if name in now}
    return _graded(found)


def _population(workspace: Workspace, month: str) -> pd.DataFrame:
    view = View(workspace, month)
    at_risk = population(view)
    return as_of(view).loc[at_risk.index[~at_risk["silent"]]]


def _graded(found: dict[str, Psi]) -> pd.DataFrame:
    rows = [{"name": name, "psi": one.value, "by_chance": one.by_chance, "n_then": one.n_then, "n_now": one.n_now}
            for name, one in found.items()]  # fmt: skip
    frame = pd.DataFrame(rows)
    frame["grade"] = np.select([frame["psi"] > SEVERE, frame["psi"] > MODERATE], ["severe", "moderate"], "stable")
    return frame


def drift_blocks(workspace: Workspace, given: Material, fitted: Fitted, month: str) -> tuple[str, ...]:
    """Say which strong features of a new model have drifted so far that it may not be promoted (R22).

    The newest month that it learnt from is compared with ``month``; scoring with the champion goes on.
    """
    if given.test_month == "none":
        return ()
    keys = given.sample.keys["month"]
    learnt = keys.iloc[fitted.split.parts[0].train].max()
    then = given.sample.x[(keys == learnt).to_numpy()]
    now = _population(workspace, month)
    found = {name: psi(then[name], now[name]) for name in top_features(fitted.model)}
    return tuple(f"R22: {name} drifted (PSI {one.value:.2f})" for name, one in found.items() if one.value > SEVERE)


def base_rates(workspace: Workspace, until: str, most: int = 12) -> pd.DataFrame:
    """Give the churn rate of every month whose window has passed: ``month``, ``churners``, ``rows``."""
    known = [one for one in labelled_months(workspace) if months.add(one, DEFAULT.horizon_months) <= until]
    told = []
    for month in known[-most:]:
        frame = labels(workspace, month)
        y = frame.loc[~frame["silent"], "churn"].dropna()
        told.append({"month": month, "churners": int(y.sum()), "rows": len(y)})
    return pd.DataFrame(told)


def retraining_due(found: pd.DataFrame, model_month: str, month: str, calibration: tuple[float, float]) -> list[str]:
    """Say why the champion should learn again; empty if it need not.

    Parameters
    ----------
    found : DataFrame
        Of `drift`.
    model_month, month : str
        When the champion learnt, and now.
    calibration : tuple of float
        Interval of actual over predicted churn, on the untreated.
    """
    reasons = [f"{row['name']}: PSI {row['psi']:.2f}" for row in found.to_dict("records") if row["grade"] == "severe"]
    if months.until(model_month, month) > OLD_MONTHS:
        reasons.append(f"{months.until(model_month, month)} months old")
    if calibration[0] > 1 or calibration[1] < 1:
        reasons.append(f"actual over predicted {calibration[0]:.2f}–{calibration[1]:.2f}")
    return reasons
