"""From weighted answers to a forecast for everybody: take-up and revenue, sample and map uncertain together.

Answers are weighted for who did not answer and raked to the population; the rehearsal's prediction for everybody is
corrected by them (GREG). The error is that of the sample, and of what answers are worth, which is drawn.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from bassboss_lib.tariff.estimate import Band, regression, sampling_error, student
from bassboss_lib.tariff.weights import Raked, Responding, rake, response_classes

__all__ = ["DRAWS", "Weighted", "after_waking", "forecast", "weigh"]

DRAWS = 400
TRIMMED = (0.25, 4.0)
Answers = tuple[np.ndarray, np.ndarray]
"""What each answer is worth, and draws of what it may be worth."""
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


def forecast(frame: pd.DataFrame, given: Weighted, probable: np.ndarray, truths: np.ndarray) -> dict[str, Band]:
    """Forecast take-up (share) and the change of monthly revenue (fen, everybody) if the plan is offered to all.

    Parameters
    ----------
    probable : array (answers,)
        What each who answered would do: the probability of taking the plan, or the deed where it was seen.
    truths : array (draws, answers)
        Possible truths of it; the same row again where it was seen.
    """
    frame_bill, kept_bill = _bill_classes(frame, frame), _bill_classes(frame, given.kept)
    strata = given.kept["stratum"]
    drawn = strata.map(strata.value_counts() / frame["stratum"].value_counts()).to_numpy(dtype=np.float64)
    take_up = _band(given, drawn, (probable, truths), _known(given.kept, kept_bill), _known(frame, frame_bill))
    mine, everybody = (one["change_fen"].to_numpy(dtype=np.float64) for one in (given.kept, frame))
    worth = (probable * mine, truths * mine)
    revenue = _band(given, drawn, worth, _worth(given.kept, mine), _worth(frame, everybody))
    return {"take_up": take_up, "revenue_change_fen": _times(revenue, len(frame))}


def _bill_classes(frame: pd.DataFrame, rows: pd.DataFrame) -> np.ndarray:
    return np.searchsorted(np.quantile(frame["current_fen"], [1 / 3, 2 / 3]), rows["current_fen"].to_numpy())


def _known(rows: pd.DataFrame, bill: np.ndarray) -> np.ndarray:
    """Give what is known of everybody and tells of taking the plan: the prediction, and the third of the bill."""
    return np.column_stack([np.ones(len(rows)), rows["predicted"], bill == 1, bill == 2]).astype(np.float64)


def _worth(rows: pd.DataFrame, change_fen: np.ndarray) -> np.ndarray:
    """Give what is known of everybody and tells of revenue: the change of his bill, and the part of it predicted."""
    yuan = change_fen / 100
    return np.column_stack([np.ones(len(rows)), rows["predicted"] * yuan, yuan])


def _band(given: Weighted, drawn: np.ndarray, answers: Answers, mine: np.ndarray, everybody: np.ndarray) -> Band:
    """Give the regression estimate of a mean; its error is that of the sample and of the truth of answers together.

    ``drawn``: share of each answer's stratum that answered; ``mine``, ``everybody``: what is known of both.
    """
    fitted = regression(mine, given.raked.weights, everybody.mean(axis=0))
    y, truths = answers
    sampled, degrees = sampling_error(fitted.errors(y), given.kept["stratum"], np.clip(drawn, 0.0, 1.0))
    error = float(np.hypot(sampled, (truths @ fitted.weights).std(ddof=1)))
    return student(float(fitted.weights @ y), error, max(degrees * (error / sampled) ** 4 if sampled else degrees, 1.0))


def _times(band: Band, factor: float) -> Band:
    return Band(*(one * factor for one in vars(band).values()))


def after_waking(frame: pd.DataFrame, given: Weighted, revenue: Band, woken: Band, arpu_months: int) -> Band:
    """Charge the plan with the customers whom being asked woke up to leave: their bills of so many months, a month."""
    worth = float(frame["current_fen"].sum()) * arpu_months / 12
    error = float(np.hypot(revenue.error, woken.error * worth))
    degrees = max(len(given.kept) - given.kept["stratum"].nunique(), 1)
    return student(revenue.value - woken.value * worth, error, degrees)
