"""From weighted answers to a forecast for everybody: take-up and revenue, sample and map uncertain together.

Answers are weighted for who did not answer and raked to the population; the rehearsal's prediction for everybody is
corrected by them (GREG). Replicates draw the sample anew (Rao and Wu), each with one possible truth of the answers.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from bassboss_lib.tariff.estimate import Band, band_of_draws, degrees_of, greg_parts, rao_wu, student
from bassboss_lib.tariff.weights import Raked, Responding, rake, response_classes

__all__ = ["REPLICATES", "Weighted", "after_waking", "forecast", "weigh"]

REPLICATES = 400
TRIMMED = (0.25, 4.0)
KNOWN = ["predicted", "current_fen", "age_years", "tenure_months"]


@dataclass(frozen=True)
class Weighted:
    """Who answered (``kept``, rows of the sample), their design weights, and their weights with the reports on them."""

    kept: pd.DataFrame
    design: np.ndarray
    responding: Responding
    raked: Raked


def weigh(frame: pd.DataFrame, drawn: pd.DataFrame, replied: np.ndarray) -> Weighted:
    """Weight answers to the population.

    Parameters
    ----------
    frame : DataFrame
        Everybody of the population: stratum, predicted, current_fen, change_fen.
    drawn : DataFrame
        Those asked, with the same columns, age and tenure, and inclusion_probability.
    replied : array of bool
        Who of them answered.

    Raises
    ------
    GateRefused
        If nobody answered.
    """
    design = 1 / drawn["inclusion_probability"].to_numpy(dtype=np.float64)
    responding = response_classes(design, replied, drawn[KNOWN])
    kept = drawn[replied].reset_index(drop=True)
    return Weighted(kept, design[replied], responding, _raked(responding.weights[replied], kept, frame))


def _raked(weights: np.ndarray, kept: pd.DataFrame, frame: pd.DataFrame) -> Raked:
    """Rake to strata and thirds of the bill; categories without an answer are joined to the largest."""
    edges = np.quantile(frame["current_fen"], [1 / 3, 2 / 3])
    margins = {
        "stratum": (kept["stratum"], frame["stratum"]),
        "bill": (_cut(kept["current_fen"], edges), _cut(frame["current_fen"], edges)),
    }
    columns: dict[str, pd.Series] = {}
    totals: dict[str, Mapping[str, float]] = {}
    for name, (mine, everybody) in margins.items():
        known = set(mine)
        most = str(everybody[everybody.isin(known)].value_counts().idxmax())
        columns[name] = mine
        counts = everybody.where(everybody.isin(known), most).value_counts().sort_index()
        totals[name] = {str(category): float(count) for category, count in counts.items()}
    return rake(weights, pd.DataFrame(columns), totals, bounds=TRIMMED)


def _cut(values: pd.Series, edges: np.ndarray) -> pd.Series:
    return pd.Series(np.searchsorted(edges, values.to_numpy()).astype(str), index=values.index)


def forecast(
    frame: pd.DataFrame, given: Weighted, probable: np.ndarray, truths: np.ndarray, *, seed: int = 0
) -> dict[str, Band]:
    """Forecast take-up (share) and the change of monthly revenue (fen, everybody) if the plan is offered to all.

    Parameters
    ----------
    probable : array (answers,)
        What each who answered would do: the probability of taking the plan, or the deed where it was seen.
    truths : array (replicates, answers)
        Possible truths of it; the same row again where it was seen.
    """
    kept, size, strata = given.kept, len(frame), given.kept["stratum"].to_numpy()
    change = kept["change_fen"].to_numpy(dtype=np.float64)
    aims = {"take_up": (np.ones(len(kept)), kept["predicted"], frame["predicted"], 1.0)}
    aims["revenue_change_fen"] = (
        change,
        kept["predicted"] * change,
        frame["predicted"] * frame["change_fen"],
        float(size),
    )
    share = pd.Series(strata).map(pd.Series(strata).value_counts() / frame["stratum"].value_counts())
    drawn = rao_wu(given.raked.weights, strata, replicates=len(truths), seed=seed, fractions=np.clip(share, 0.0, 1.0))
    said = {}
    for name, (worth, mine, everybody, scale) in aims.items():
        x, goal = np.column_stack([np.ones(len(kept)), mine]), np.array([1.0, float(everybody.mean())])
        value, parts = greg_parts(probable * worth, x, given.raked.weights, goal)
        draws = _gregs(drawn, truths * worth, x, goal)
        said[name] = band_of_draws(value * scale, draws * scale, max(degrees_of(parts, strata), 1.0))
    return said


def _gregs(weights: np.ndarray, y: np.ndarray, x: np.ndarray, goal: np.ndarray) -> np.ndarray:
    """Give the regression estimate under every row of weights and answers."""
    share = weights / weights.sum(axis=1, keepdims=True)
    width = x.shape[1]
    gram = (share @ (x[:, :, None] * x[:, None, :]).reshape(len(x), -1)).reshape(-1, width, width)
    beta = np.einsum("rij,rj->ri", np.linalg.pinv(gram, hermitian=True), (share * y) @ x)
    return beta @ goal + (share * y).sum(axis=1) - ((share @ x) * beta).sum(axis=1)


def after_waking(frame: pd.DataFrame, given: Weighted, revenue: Band, woken: Band, arpu_months: int) -> Band:
    """Charge the plan with the customers whom being asked woke up to leave: their bills of so many months, a month."""
    worth = float(frame["current_fen"].sum()) * arpu_months / 12
    error = float(np.hypot(revenue.error, woken.error * worth))
    degrees = max(len(given.kept) - given.kept["stratum"].nunique(), 1)
    return student(revenue.value - woken.value * worth, error, degrees)
