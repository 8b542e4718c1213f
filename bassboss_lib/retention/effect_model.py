"""How far contact changes a customer's risk: a line of few terms, of which the strongest is who accepts an offer.

The effect of being listed is a share of the customer's risk. With T whether a candidate was listed, e the known
probability of it, Y whether the customer left and p the score given before,

    G = (T − e) / (e · (1 − e)) · (Y − p)

has the effect as its mean, whatever the score is worth; G / p has the share, and is learnt with the inverse of its
noise as weight. Leaving is a faint signal. Whether a listed customer is reached and accepts is a strong one of the same
thing: an offer keeps whoever takes it. So acceptance is learnt first, and stands among the terms, its slope without a
price where it differs between customers, beside the features by rank, the reason, and the pair of reason and offer.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass

import numpy as np
import pandas as pd

from bassboss_lib.learning.lines import Line, fit_line, knots, ranked

__all__ = ["ACCEPTED", "EffectModel", "Fitted", "cross_fitted", "effect_of", "model_of", "pseudo_outcomes", "risk_of"]

RISK_MIN, RISK_MAX = 0.01, 0.99
FOLDS = 5
ACCEPTED = "accepted"
SPREAD_MIN = 0.02
"""Where acceptance hardly differs between customers, what is said of it is noise and has a price, as all terms have."""
PAIR_MIN = 200
"""Customers of one reason with one offer; fewer are left to what is known of the reason."""


@dataclass(frozen=True)
class EffectModel:
    """An effect model.

    Parameters
    ----------
    knots : tuple of lists
        Of each feature (`learning.lines.knots`).
    pairs : tuple of (reason, offer)
        Pairs with a term of their own; an empty offer stands for any.
    accepted, share : Line
        Whether a listed customer is reached and accepts; the effect as a share of risk, whose first term is that.
    """

    knots: tuple[list[float], ...]
    pairs: tuple[tuple[str, str], ...]
    accepted: Line
    share: Line

    def text(self) -> str:
        """Give the model as JSON, one line per part: what is stored, and read by `effect_of`."""
        plain = asdict(self)
        for name in ("accepted", "share"):
            plain[name]["slopes"] = plain[name]["slopes"].tolist()
        parts = (f'"{name}": {json.dumps(plain[name], sort_keys=True, allow_nan=False)}' for name in sorted(plain))
        return "{\n" + ",\n".join(parts) + "\n}\n"

    def strongest(self, columns: Sequence[str], most: int = 5) -> list[tuple[str, float]]:
        """Name the terms that move the share most, with their slopes; a pair is named ``R04 O06``.

        Parameters
        ----------
        columns : sequence of str
            Names of the features.
        """
        names = [ACCEPTED, *columns, *(f"{reason} {offer}".strip() for reason, offer in self.pairs)]
        order = np.argsort(-np.abs(self.share.slopes), kind="stable")[:most]
        return [(names[place], float(self.share.slopes[place])) for place in order if self.share.slopes[place]]


@dataclass(frozen=True)
class Fitted:
    """A model learnt from randomised rows.

    Parameters
    ----------
    model : EffectModel
        Learnt from all of them.
    effect : ndarray
        Effect of listing each row, said by a model that did not see the customer.
    pseudo : ndarray
        Pseudo-outcome G of each row.
    fold : ndarray of int
        Which of the models said the effect of each row.
    """

    model: EffectModel
    effect: np.ndarray
    pseudo: np.ndarray
    fold: np.ndarray


def risk_of(probability: pd.Series | np.ndarray) -> np.ndarray:
    """Give the risk of which effects are shares: the probability, away from 0 and 1."""
    return np.clip(np.asarray(probability, float), RISK_MIN, RISK_MAX)


def pseudo_outcomes(rows: pd.DataFrame) -> np.ndarray:
    """Give G of each randomised row (``arm``, ``e``, ``left``, ``churn_probability``)."""
    listed, e = (rows["arm"] == "listed").to_numpy(float), rows["e"].to_numpy(float)
    return (listed - e) / (e * (1 - e)) * (rows["left"].to_numpy(float) - risk_of(rows["churn_probability"]))


def model_of(text: str) -> EffectModel:
    """Read a model that `EffectModel.text` wrote."""
    plain = json.loads(text)
    lines = (Line(one["level"], np.array(one["slopes"])) for one in (plain["accepted"], plain["share"]))
    return EffectModel(tuple(plain["knots"]), tuple((reason, offer) for reason, offer in plain["pairs"]), *lines)


def effect_of(text: str, x: np.ndarray, reason: pd.Series, offer: pd.Series, risk: np.ndarray) -> np.ndarray:
    """Give the expected change of the probability of leaving if each customer is listed with an offer.

    Parameters
    ----------
    text : str
        `EffectModel.text`.
    x : ndarray
        What is known, in the columns that it learnt from.
    reason, offer : Series of str
        Churn reason, and the offer that would be made.
    risk : ndarray
        `risk_of` the score.
    """
    model = model_of(text)
    terms = _terms(model.knots, model.pairs, x, reason, offer)
    return model.share.at(_with_accepted(model.accepted, terms)) * risk


def cross_fitted(rows: pd.DataFrame, x: np.ndarray, seed: int = 0) -> Fitted:
    """Learn from randomised rows, and say of each what a model says that did not see its customer.

    Parameters
    ----------
    rows : DataFrame
        As `uplift.randomised_rows` gives it.
    x : ndarray
        What was known of the same rows.
    """
    at = tuple(knots(column) for column in x.T)
    pairs = _pairs(rows["churn_reason"], rows["recommended_offer"])
    terms = _terms(at, pairs, x, rows["churn_reason"], rows["recommended_offer"])
    pseudo, risk, e = pseudo_outcomes(rows), risk_of(rows["churn_probability"]), rows["e"].to_numpy(float)
    target, weight = pseudo / risk, e * (1 - e) * risk / (1 - risk)
    listed, accepted = (rows["arm"] == "listed").to_numpy(), rows["accepted"].to_numpy(float)
    fold, effect = _folds(rows.index, seed), np.empty(len(rows))

    def learnt(inside: np.ndarray) -> tuple[Line, Line]:
        said = _fitted(terms, accepted, np.ones(len(terms)), fold, inside & listed)
        known = _with_accepted(said, terms)
        free = int(known[inside, 0].std() >= SPREAD_MIN)
        return said, _fitted(known, target, weight, fold, inside, free=free)

    for part in range(FOLDS):
        held = fold == part
        said, share = learnt(~held)
        effect[held] = share.at(_with_accepted(said, terms[held])) * risk[held]
    return Fitted(EffectModel(at, pairs, *learnt(np.ones(len(rows), bool))), effect, pseudo, fold)


def _folds(customers: pd.Index, seed: int) -> np.ndarray:
    """Put every customer into a fold, all rows of one into the same."""
    codes, known = pd.factorize(customers, sort=True)
    return np.random.default_rng(seed).integers(0, FOLDS, len(known))[codes]


def _fitted(
    x: np.ndarray, y: np.ndarray, weight: np.ndarray, fold: np.ndarray, inside: np.ndarray, *, free: int = 0
) -> Line:
    if len(np.unique(fold[inside])) < 2:
        return Line(0.0, np.zeros(x.shape[1]))
    return fit_line(x[inside], y[inside], weight[inside], fold[inside], free)


def _pairs(reason: pd.Series, offer: pd.Series) -> tuple[tuple[str, str], ...]:
    """Give the reasons, and the pairs of reason and offer, that enough customers have."""
    both = pd.DataFrame({"reason": reason.to_numpy(str), "offer": offer.to_numpy(str)})
    found = [(str(one), "") for one in sorted(set(both["reason"]))]
    counts = both.value_counts().reset_index()
    many = counts[counts["count"] >= PAIR_MIN]
    return (*found, *sorted(zip(many["reason"].map(str), many["offer"].map(str), strict=True)))


def _terms(
    at: Sequence[list[float]], pairs: Sequence[tuple[str, str]], x: np.ndarray, reason: pd.Series, offer: pd.Series
) -> np.ndarray:
    """Give the terms of each row: features by rank, then whether it has each pair."""
    reasons, offers = reason.to_numpy(str), offer.to_numpy(str)
    numbers = [ranked(column, own) for column, own in zip(x.T, at, strict=True)]
    return np.column_stack([*numbers, *((reasons == a) & ((offers == b) | (b == "")) for a, b in pairs)])


def _with_accepted(line: Line, terms: np.ndarray) -> np.ndarray:
    return np.column_stack([line.at(terms), terms])
