"""Two kinds of customers that nobody sees: who welcomes care, and who does not; told apart by what they accept.

    i welcomes care with log-odds x_i · w; whoever does accepts form f of segment s with log-odds level_f + level_fs,
    whoever does not accepts any form with the same small probability

A mixture of two logistic regressions, whose second part is shared by all answers of a customer, with normal priors for
every coefficient. Sums are taken without threads, so that they are the same on every machine.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from bassboss_lib.care.traits import score_names

__all__ = ["Kinds", "Prior", "share", "times"]

ACCEPTED = 3
STEPS, CLOSE = 3000, 1e-4
"""Steps of the search at most, and the slope of the log posterior at which it ends."""


@dataclass(frozen=True)
class Prior:
    """What is expected before anything is seen.

    Parameters
    ----------
    accept : float
        Share of the reached who accept.
    welcome : float
        Share of customers who welcome care.
    unwelcome : float
        Of whoever does not, the share that accepts all the same.
    base_sd, trait_sd, form_sd, cell_sd, unwelcome_sd : float
        How far log-odds may differ: of welcoming, by a trait; of accepting, between forms, of a form between segments,
        of whoever does not welcome care.
    """

    accept: float
    welcome: float
    unwelcome: float = 0.10
    base_sd: float = 1.0
    trait_sd: float = 1.5
    form_sd: float = 0.4
    cell_sd: float = 0.4
    unwelcome_sd: float = 0.7


class Kinds:
    """The posterior of all coefficients: of welcoming care, of accepting it, of accepting what is not welcome.

    Parameters
    ----------
    told : DataFrame
        One row per customer reached with care and campaign, indexed by pseudonym: ``campaign``, ``segment_id``,
        ``care_form``, ``handled``, scores of traits.
    """

    def __init__(self, told: pd.DataFrame, segments: Sequence[str], forms: Sequence[str], prior: Prior) -> None:
        from scipy.sparse import csr_array

        self.told, self.shape, self.prior = told, (len(segments), len(forms)), prior
        self.accepted = (told["handled"] == ACCEPTED).to_numpy(float)
        form = pd.Index(forms).get_indexer(pd.Index(told["care_form"]))
        segment = pd.Index(segments).get_indexer(pd.Index(told["segment_id"]))
        row, count = np.tile(np.arange(len(told)), 2), len(forms) * (1 + len(segments))
        column = np.concatenate([form, len(forms) * (1 + segment) + form])
        self.levels = csr_array((np.ones(len(row)), (row, column)), shape=(len(told), count))
        scores = told.reindex(columns=score_names()).fillna(0.0).to_numpy(float)
        self.traits = np.column_stack([np.ones(len(told)), scores])
        names, self.who = np.unique(told.index.to_numpy(str), return_inverse=True)
        self.names = pd.Index(names, name="pseudonym", dtype=object)

    @cached_property
    def latest(self) -> np.ndarray:
        """Traits of each customer, as of the last campaign that reached it."""
        order = np.argsort(self.told["campaign"].to_numpy(str), kind="stable")
        last = np.zeros(len(self.names), int)
        last[self.who[order]] = order
        return self.traits[last]

    @cached_property
    def mean(self) -> np.ndarray:
        """Prior means."""
        prior, (_, forms) = self.prior, self.shape
        mean = np.zeros(self.traits.shape[1] + self.levels.shape[1] + 1)
        mean[0], mean[-1] = _odds(prior.welcome), _odds(prior.unwelcome)
        self.parts(mean)[1][:forms] = _odds(prior.accept / prior.welcome)
        return mean

    @cached_property
    def sd(self) -> np.ndarray:
        """Prior standard deviations."""
        prior, (segments, forms) = self.prior, self.shape
        widths = [(prior.base_sd, 1), (prior.trait_sd, self.traits.shape[1] - 1), (prior.form_sd, forms),
                  (prior.cell_sd, segments * forms), (prior.unwelcome_sd, 1)]  # fmt: skip
        return np.concatenate([np.full(count, sd) for sd, count in widths])

    def parts(self, at: np.ndarray) -> tuple[np.ndarray, np.ndarray, float]:
        """Take coefficients apart: of welcoming, of accepting, and of accepting what is not welcome."""
        traits = self.traits.shape[1]
        return at[:traits], at[traits:-1], float(at[-1])

    def mode(self) -> np.ndarray:
        """Find the likeliest coefficients."""
        from scipy.optimize import minimize

        loss: Any = self._loss
        options: Any = {"maxiter": STEPS, "maxfun": STEPS, "gtol": CLOSE, "ftol": 1e-14}
        return np.asarray(minimize(loss, self.mean, jac=True, method="L-BFGS-B", options=options).x)

    def likelier(self, at: np.ndarray) -> np.ndarray:
        """Give of each answer the logarithm of how much likelier it is from a customer who welcomes care."""
        _, levels, unwelcome = self.parts(at)
        return self._said(self.levels @ levels) - self._said(np.full(len(self.who), unwelcome))

    def by_customer(self, rows: np.ndarray) -> np.ndarray:
        """Add rows up by customer."""
        return np.bincount(self.who, rows, len(self.names))

    def earlier(self, rows: np.ndarray) -> np.ndarray:
        """Add up, for each row, the rows of the same customer's earlier campaigns."""
        told = pd.DataFrame({"who": self.who, "campaign": self.told["campaign"].to_numpy(), "row": rows})
        ordered = told.sort_values("campaign", kind="stable")
        sums = ordered.groupby("who")["row"].cumsum() - ordered["row"]
        return sums.reindex(told.index).to_numpy(float)

    def trait_sd(self, at: np.ndarray) -> np.ndarray:
        """Give the standard deviations of what makes customers welcome care (from outer products of slopes)."""
        from scipy.sparse import csr_array, hstack

        traits, accepting, unwelcome = self._slopes(at)
        shape = (len(self.names), len(self.who))
        add = csr_array((np.ones(len(self.who)), (self.who, np.arange(len(self.who)))), shape=shape)
        rows = hstack([self.levels * accepting[:, None], csr_array(unwelcome[:, None])])
        each = hstack([csr_array(traits), add @ csr_array(rows)])
        precision = (each.T @ each).toarray() + np.diag(self.sd**-2.0)
        return np.sqrt(np.diag(np.linalg.inv(precision)))[: self.traits.shape[1]]

    def _said(self, log_odds: np.ndarray) -> np.ndarray:
        """Give the log-likelihood of each answer."""
        return self.accepted * log_odds - np.logaddexp(0.0, log_odds)

    def _slopes(self, at: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Give the slopes of the log-likelihood: by customer in the traits; by row in accepting, welcome or not."""
        weights, levels, unwelcome = self.parts(at)
        log_odds = times(self.latest, weights)
        kind = share(log_odds + self.by_customer(self.likelier(at)))
        own = kind[self.who]
        accepting, apart = self.accepted - share(self.levels @ levels), self.accepted - share(unwelcome)
        return (kind - share(log_odds))[:, None] * self.latest, own * accepting, (1 - own) * apart

    def _loss(self, at: np.ndarray) -> tuple[float, np.ndarray]:
        """Give the negative log posterior and its slope."""
        weights, levels, unwelcome = self.parts(at)
        log_odds = times(self.latest, weights)
        welcome = self.by_customer(self._said(self.levels @ levels)) - np.logaddexp(0.0, -log_odds)
        other = self.by_customer(self._said(np.full(len(self.who), unwelcome))) - np.logaddexp(0.0, log_odds)
        traits, accepting, apart = self._slopes(at)
        slope = np.concatenate([traits.sum(axis=0), self.levels.T @ accepting, [apart.sum()]])
        away = (at - self.mean) / self.sd
        value = np.logaddexp(welcome, other).sum() - 0.5 * (away**2).sum()
        return -float(value), away / self.sd - slope


def share(log_odds: np.ndarray | float) -> np.ndarray:
    """Give probabilities for log-odds."""
    from scipy.special import expit

    return np.asarray(expit(log_odds))


def _odds(probability: float) -> float:
    """Give log-odds for a probability."""
    return float(np.log(probability / (1 - probability)))


def times(rows: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Multiply rows by weights, without threads."""
    return np.asarray(np.einsum("ij,j->i", rows, weights))
