"""Who takes which form of care: learnt from whether the reached accepted, in log-odds.

    log-odds that i accepts form f = level_f + level_fs + traits_i · w + record_i · v

All coefficients have normal priors around nothing (forms: around the catalogue's share), so that what was hardly seen
stays near the others; the posterior is normal around its mode. The record is what a customer made of earlier cares,
beyond what was expected: a row learns only from campaigns before its own.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from bassboss_lib.care.records import records
from bassboss_lib.care.traits import RECORD, TRAITS, score_names

__all__ = ["Inclination", "accepting", "inclination_of", "learn_inclination"]

ACCEPTED = 3
FORM_SD, CELL_SD, TRAIT_SD, RECORD_SD = 0.4, 0.4, 0.5, 2.0
"""How far log-odds are expected to differ: between forms, of a form between segments, by a trait, by the record."""
RECORD_ANSWERS = 2.0
"""Worth of knowing nothing about a customer, in answers."""
STEPS, CLOSE = 50, 1e-8


@dataclass(frozen=True)
class Inclination:
    """What is believed about who accepts.

    Parameters
    ----------
    levels : ndarray of shape (segments, forms)
        Log-odds of a customer in the middle of every trait.
    lift : ndarray of shape (segments, forms)
        Of that, what is the segment's own.
    sd : ndarray of shape (segments, forms)
        How uncertain the levels are.
    weights : DataFrame
        ``trait`` (of `TRAITS`, then ``record``), ``weight`` (log-odds for one standard deviation), ``sd``.
    record : Series
        By pseudonym, of whoever was reached so far.
    expected : ndarray
        Of each row that was learnt from: its probability of accepting, as known before it answered.
    """

    levels: np.ndarray
    lift: np.ndarray
    sd: np.ndarray
    weights: pd.DataFrame
    record: pd.Series
    expected: np.ndarray


def learn_inclination(told: pd.DataFrame, segments: Sequence[str], forms: Sequence[str], prior: float) -> Inclination:
    """Learn from everybody who was reached with care.

    Parameters
    ----------
    told : DataFrame
        Rows of `reached_rows`, indexed by pseudonym: ``campaign``, ``segment_id``, ``care_form``, ``handled``, scores.
    prior : float
        Share of the reached that is expected to accept.
    """
    design = _Design(told, segments, forms)
    accepted = (told["handled"] == ACCEPTED).to_numpy(float)
    base = float(np.log(prior / (1 - prior)))
    without = _mode(design.columns(np.zeros(len(told))), accepted, design.mean(base), design.sd)[0]
    surprise = accepted - accepting(design.columns(np.zeros(len(told))) @ without)
    before, record = records(told, surprise, RECORD_ANSWERS)
    mode, covariance = _mode(design.columns(before), accepted, design.mean(base), design.sd)
    at = len(forms) * (1 + len(segments))
    lift = mode[len(forms) : at].reshape(len(forms), len(segments)).T
    weights = {"trait": [*TRAITS, RECORD], "weight": mode[at:], "sd": np.sqrt(np.diag(covariance)[at:])}
    return Inclination(
        mode[None, : len(forms)] + lift,
        lift,
        _level_sd(covariance, len(segments), len(forms)),
        pd.DataFrame(weights),
        record,
        accepting(design.columns(before) @ mode),
    )


def _level_sd(covariance: np.ndarray, segments: int, forms: int) -> np.ndarray:
    """Give the standard deviations of the sums of each form's level and each segment's own."""
    form, segment = (each.ravel() for each in np.indices((forms, segments)))
    cell = forms + form * segments + segment
    variance = covariance[form, form] + covariance[cell, cell] + 2 * covariance[form, cell]
    return np.sqrt(variance).reshape(forms, segments).T


def inclination_of(rows: pd.DataFrame, weights: pd.DataFrame, record: pd.Series) -> np.ndarray:
    """Give how much more than in the middle each customer is inclined to accept, in log-odds.

    Parameters
    ----------
    rows : DataFrame
        Indexed by pseudonym, with scores of traits; what is missing stands in the middle.
    weights, record
        Of `Inclination`.

    Examples
    --------
    >>> weights = pd.DataFrame({"trait": ["age_years", "record"], "weight": [-0.5, 2.0]})
    >>> rows = pd.DataFrame({"score_age_years": [1.0, -1.0]}, index=["a", "b"])
    >>> inclination_of(rows, weights, pd.Series({"a": 0.25})).tolist()
    [0.0, 0.5]
    """
    own = dict(zip(weights["trait"], weights["weight"], strict=True))
    known = record.reindex(rows.index).fillna(0.0).to_numpy(float) * own.pop(RECORD, 0.0)
    for name, weight in own.items():
        if f"score_{name}" in rows:
            known = known + weight * rows[f"score_{name}"].fillna(0.0).to_numpy(float)
    return known


def accepting(log_odds: np.ndarray) -> np.ndarray:
    """Give probabilities for log-odds."""
    from scipy.special import expit

    return np.asarray(expit(log_odds))


class _Design:
    """Columns of the regression: forms, forms by segment, traits, record; rows that are not of them are zero."""

    def __init__(self, told: pd.DataFrame, segments: Sequence[str], forms: Sequence[str]) -> None:
        from scipy.sparse import csr_array

        form = pd.Index(forms).get_indexer(pd.Index(told["care_form"]))
        segment = pd.Index(segments).get_indexer(pd.Index(told["segment_id"]))
        row, one = np.arange(len(told)), np.ones(len(told))
        cells = len(forms) * len(segments)
        own = csr_array((one, (row, form)), shape=(len(told), len(forms)))
        both = csr_array((one, (row, form * len(segments) + segment)), shape=(len(told), cells))
        self.fixed = (own, both, told.reindex(columns=score_names()).fillna(0.0).to_numpy(float))
        traits = np.full(len(TRAITS), TRAIT_SD)
        self.sd = np.concatenate([np.full(len(forms), FORM_SD), np.full(cells, CELL_SD), traits, [RECORD_SD]])
        self.forms = len(forms)

    def columns(self, record: np.ndarray):  # type: ignore[no-untyped-def]
        """Lay the columns out, sparse, with the record as the last."""
        from scipy.sparse import csr_array, hstack

        own, both, scores = self.fixed
        return csr_array(hstack([own, both, csr_array(scores), csr_array(record[:, None])]))

    def mean(self, base: float) -> np.ndarray:
        """Give the prior means: forms at the expected share, all else at nothing."""
        return np.concatenate([np.full(self.forms, base), np.zeros(len(self.sd) - self.forms)])


def _mode(x, y: np.ndarray, mean: np.ndarray, sd: np.ndarray) -> tuple[np.ndarray, np.ndarray]:  # type: ignore[no-untyped-def]
    """Give mode and covariance of a logistic regression with normal priors, by Newton's method."""
    at, precision = mean.copy(), np.diag(sd**-2.0)
    for _ in range(STEPS):
        p = accepting(x @ at)
        hessian = (x.T @ (x * (p * (1 - p))[:, None])).toarray() + precision
        step = np.linalg.solve(hessian, x.T @ (y - p) - precision @ (at - mean))
        at = at + step
        if np.abs(step).max() < CLOSE:
            break
    return at, np.linalg.inv(hessian)
