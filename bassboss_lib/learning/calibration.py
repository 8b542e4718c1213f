"""From scores to probabilities that can be multiplied by money, and the table that shows whether they can.

A straight line on the log-odds (Platt) was chosen over a staircase (isotonic): two numbers hold still with
the few hundred churners of a month, customers keep their order, and no two customers are tied who were not
before. A change of the base rate between training rows and population is one more constant on the same
scale.
"""

import json
import warnings
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pandas as pd

from bassboss_lib.errors import GateRefused
from bassboss_lib.learning.estimates import LEVEL, Estimate

__all__ = [
    "Calibrator",
    "calibration_line",
    "calibration_table",
    "fit_calibrator",
    "log_odds",
    "prior_correction",
]

SMALLEST = 1e-9
FLATTEST = 1e-3


@dataclass(frozen=True)
class Calibrator:
    """The line from raw log-odds to calibrated log-odds.

    Examples
    --------
    >>> Calibrator(slope=1.0, intercept=0.0).probability(np.array([0.0])).tolist()
    [0.5]
    """

    slope: float = 1.0
    intercept: float = 0.0

    def log_odds(self, raw: np.ndarray) -> np.ndarray:
        """Give calibrated log-odds of raw ones."""
        return self.slope * raw + self.intercept

    def probability(self, raw: np.ndarray) -> np.ndarray:
        """Give probabilities of raw log-odds, in (0, 1)."""
        from scipy.special import expit

        return np.clip(expit(self.log_odds(raw)), SMALLEST, 1 - SMALLEST)

    def with_prior(self, trained: float, population: float) -> "Calibrator":
        """Give the line for a population of another base rate than the rows it was fitted on."""
        shift = float(log_odds(np.array(population)) - log_odds(np.array(trained)))
        return Calibrator(self.slope, self.intercept + shift)

    def to_json(self) -> str:
        """Give the line as JSON text."""
        return json.dumps(asdict(self), indent=1, sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> "Calibrator":
        """Read what `to_json` wrote."""
        return cls(**json.loads(text))


def fit_calibrator(raw: np.ndarray, y: np.ndarray, weight: np.ndarray | None = None) -> Calibrator:
    """Fit the line on rows that the model was not trained on.

    Parameters
    ----------
    weight : ndarray, optional
        How many customers each row stands for.

    Raises
    ------
    GateRefused
        If the scores do not rise with the label there: such a model must not rank anybody.
    """
    # Platt's targets, a little inside 0 and 1, keep the line finite where scores separate the classes.
    positives = int(y.sum())
    targets = np.where(y == 1, (positives + 1) / (positives + 2), 1 / (len(y) - positives + 2))
    intercept, slope = _logistic(targets, np.column_stack([np.ones(len(raw)), raw]), weight=weight).params
    if not slope > FLATTEST:
        raise GateRefused(
            f"scores do not rise with the label on the calibration rows (slope {slope:.3f})",
            where="calibration",
            kept="the champion keeps scoring",
            remedy="look at the features of the calibration month",
        )
    return Calibrator(float(slope), float(intercept))


def prior_correction(p: np.ndarray, trained: float, population: float) -> np.ndarray:
    """Turn probabilities for one base rate into those for another.

    Examples
    --------
    >>> prior_correction(np.array([0.5]), trained=0.5, population=0.0196).round(6).tolist()
    [0.0196]
    """
    return Calibrator().with_prior(trained, population).probability(log_odds(p))


def log_odds(p: np.ndarray) -> np.ndarray:
    """Give the log-odds of probabilities, finite at 0 and 1."""
    kept = np.clip(p, SMALLEST, 1 - SMALLEST)
    return np.log(kept) - np.log1p(-kept)


def calibration_line(
    y: np.ndarray, p: np.ndarray, level: float = LEVEL, weight: np.ndarray | None = None
) -> dict[str, Estimate]:
    """Regress the label on the log-odds of the probabilities.

    Parameters
    ----------
    weight : ndarray, optional
        How many customers each row stands for; the intervals then are robust ones, since a weight is no repetition.

    Returns
    -------
    dict
        ``calibration_slope`` (1 is right; below 1 the probabilities are too extreme) and
        ``calibration_intercept`` (calibration in the large, at slope 1: 0 is right, above 0 the
        probabilities are too low), each with interval.
    """
    scores = log_odds(p)
    ones = np.ones(len(y))
    sloped = _logistic(y, np.column_stack([ones, scores]), weight=weight)
    large = _logistic(y, ones[:, None], offset=scores, weight=weight)
    return {
        "calibration_slope": _estimate(sloped, 1, level),
        "calibration_intercept": _estimate(large, 0, level),
    }


def calibration_table(
    y: np.ndarray, p: np.ndarray, bins: int = 20, level: float = LEVEL, weight: np.ndarray | None = None
) -> pd.DataFrame:
    """Compare said and seen in bins of equal count.

    Parameters
    ----------
    weight : ndarray, optional
        How many customers each row stands for; intervals are as precise as the customers that the rows are worth.

    Returns
    -------
    DataFrame
        One row per bin from low to high probability: bin (from 1), rows, positives, predicted (mean
        probability), observed (share of positives) with its Wilson interval low, high.
    """
    from statsmodels.stats.proportion import proportion_confint

    order = np.argsort(p, kind="stable")
    parts = [part for part in np.array_split(order, bins) if len(part)]
    rows = np.array([len(part) for part in parts])
    positives = np.array([int(y[part].sum()) for part in parts])
    counts = np.ones(len(y)) if weight is None else weight
    observed = np.array([np.average(y[part], weights=counts[part]) for part in parts])
    worth = np.array([counts[part].sum() ** 2 / (counts[part] ** 2).sum() for part in parts])
    low, high = proportion_confint(observed * worth, worth, alpha=1 - level, method="wilson")
    return pd.DataFrame(
        {
            "bin": np.arange(1, len(parts) + 1),
            "rows": rows,
            "positives": positives,
            "predicted": [float(np.average(p[part], weights=counts[part])) for part in parts],
            "observed": observed,
            "low": low,
            "high": high,
        }
    )


def _logistic(y: np.ndarray, x: np.ndarray, offset: np.ndarray | None = None, weight: np.ndarray | None = None) -> Any:
    import statsmodels.api as sm
    from statsmodels.tools.sm_exceptions import PerfectSeparationWarning

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", PerfectSeparationWarning)  # the interval says it, by its width
        model = sm.GLM(y, x, family=sm.families.Binomial(), offset=offset, var_weights=weight)
        return model.fit() if weight is None else model.fit(cov_type="HC0")


def _estimate(fit: Any, position: int, level: float) -> Estimate:
    low, high = fit.conf_int(alpha=1 - level)[position]
    return Estimate(float(fit.params[position]), float(low), float(high))
