"""What moves satisfaction: a boosted model of the answers, explained by SHAP, in points of ten.

It says which customers are more and less satisfied, not what would change if they were treated otherwise; only whether
they were cared for was decided by chance. How much of the answers it explains is measured on answers it has not seen.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from bassboss_lib.care.evaluation import KNOWN, answered
from bassboss_lib.care.following import stacked
from bassboss_lib.learning.explanations import contributions
from bassboss_lib.retention.outcomes import Followed

__all__ = ["ANSWERS_MIN", "Drivers", "satisfaction_drivers"]

ANSWERS_MIN, FOLDS, TREES = 300, 5, 120
CARED = "cared"
TITLES = {
    CARED: ("受到关怀（对照只被询问）", "cared for (controls were only asked)"),
    "earlier": ("近期关怀次数", "earlier cares"),
    "tenure_months": ("在网月数", "tenure, months"),
    "arpu_fen": ("月均账单", "mean bill"),
    "age_years": ("年龄", "age"),
    "short_call_share": ("短通话占比（断线）", "share of very short calls"),
    "months_owed": ("欠费月数", "months in arrears"),
    "complaints": ("三个月投诉", "complaints in three months"),
}
SETTINGS: dict[str, Any] = {
    "objective": "regression", "num_leaves": 7, "min_data_in_leaf": 25, "learning_rate": 0.05, "verbosity": -1,
    "deterministic": True, "force_row_wise": True, "num_threads": 1, "seed": 0,
}  # fmt: skip


@dataclass(frozen=True)
class Drivers:
    """What moves satisfaction.

    Parameters
    ----------
    rows : DataFrame
        One row per driver, strongest first: ``name``, ``zh``, ``en``, ``mean_abs`` (points of ten by which it moves an
        answer on average), ``high_minus_low`` (its effect where it is above its mean, less that where it is not).
    explained : float
        Share of the variance of unseen answers that the model explains; may be below zero.
    answers : int
        Answers it rests on.
    """

    rows: pd.DataFrame
    explained: float
    answers: int


def satisfaction_drivers(followed: Sequence[Followed]) -> Drivers | None:
    """Fit and explain the model; None while there are fewer than three hundred answers."""
    rows = stacked(followed)
    told = answered(rows).sort_index() if len(rows) else rows
    if len(told) < ANSWERS_MIN:
        return None
    frame = told[KNOWN].astype(float).assign(**{CARED: (told["arm"] == "listed").astype(float)})
    x, y = frame.to_numpy(), told["satisfaction"].to_numpy(float)
    fold = np.arange(len(y)) % FOLDS
    unseen = np.empty(len(y))
    for one in range(FOLDS):
        unseen[fold == one] = _fitted(x[fold != one], y[fold != one]).predict(x[fold == one])
    phi, _ = contributions(_fitted(x, y), x)
    high = x > x.mean(axis=0)
    found = [
        (name, *TITLES[name], float(np.abs(phi[:, at]).mean()), _gap(phi[:, at], high[:, at]))
        for at, name in enumerate(frame.columns)
    ]
    table = pd.DataFrame(found, columns=["name", "zh", "en", "mean_abs", "high_minus_low"])
    ranked = table.sort_values(["mean_abs", "name"], ascending=[False, True], ignore_index=True)
    return Drivers(ranked, 1 - float(((y - unseen) ** 2).mean() / max(y.var(), 1e-9)), len(y))


def _fitted(x: np.ndarray, y: np.ndarray) -> Any:
    import lightgbm

    return lightgbm.train(SETTINGS, lightgbm.Dataset(x, y), num_boost_round=TREES)


def _gap(phi: np.ndarray, high: np.ndarray) -> float:
    if high.all() or not high.any():
        return 0.0
    return float(phi[high].mean() - phi[~high].mean())
