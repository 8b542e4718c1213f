"""Which plan customers take: a multinomial logit fitted by maximum likelihood, with honest standard errors.

The utility of a plan is linear in its traits for a customer (McFadden 1974). What the traits are is `traits`' business;
what a menu does with utilities is `menu`'s. Errors are clustered by customer, as his months are no independent choices.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from bassboss_lib.errors import GateRefused

__all__ = ["ChoiceModel", "Choices", "fit_choice", "iia_test", "model_draws"]


@dataclass(frozen=True)
class Choices:
    """Choice situations in long form: one row per situation and plan on offer, situations one after the other.

    ``x`` (rows, traits), ``situation`` (rows,) rising, ``chosen`` (rows,) bool with one plan per situation,
    ``alternative`` (rows,) which plan a row is, ``cluster`` (rows,) whose choice it is.
    """

    names: tuple[str, ...]
    x: np.ndarray
    situation: np.ndarray
    chosen: np.ndarray
    alternative: np.ndarray
    cluster: np.ndarray

    @property
    def starts(self) -> np.ndarray:
        """First row of each situation."""
        return np.flatnonzero(np.append(True, np.diff(self.situation) != 0))

    def without(self, alternative: int) -> "Choices":
        """Take a plan off the offer; situations in which it was chosen go, and those left without a choice."""
        kept = self.alternative != alternative
        place = np.cumsum(np.append(True, np.diff(self.situation) != 0)) - 1
        chosen = np.bincount(place, self.chosen & kept) > 0
        several = np.bincount(place, kept) > 1
        rows = kept & chosen[place] & several[place]
        columns = {name: getattr(self, name)[rows] for name in ("x", "situation", "chosen", "alternative", "cluster")}
        return Choices(self.names, **columns)


@dataclass(frozen=True)
class ChoiceModel:
    """A fitted logit: coefficients by name, robust covariance, log-likelihood and that of equal chances."""

    names: tuple[str, ...]
    coefficients: np.ndarray
    covariance: np.ndarray
    log_likelihood: float
    equal_chances: float
    situations: int

    def utility(self, x: ArrayLike) -> np.ndarray:
        """Give the utility of each row of traits (…, traits)."""
        return np.asarray(x, dtype=np.float64) @ self.coefficients

    def error(self, name: str) -> float:
        """Give the standard error of a coefficient."""
        place = self.names.index(name)
        return float(np.sqrt(self.covariance[place, place]))


def fit_choice(data: Choices, *, ridge: float = 0.0) -> ChoiceModel:
    """Fit the logit; the covariance is the sandwich, clustered.

    Parameters
    ----------
    data : Choices
    ridge : float
        Penalty on squared coefficients of standardised traits, for few choices; 0 is plain maximum likelihood.

    Raises
    ------
    GateRefused
        If a situation has not exactly one choice, or there are fewer choices than traits.
    """
    from scipy.optimize import minimize

    starts = data.starts if len(data.x) else np.zeros(0, dtype=np.int64)
    chosen = np.add.reduceat(data.chosen.astype(np.int64), starts) if len(starts) else starts
    if np.any(chosen != 1) or len(starts) <= len(data.names):
        what = f"{int(np.sum(chosen != 1)):,} of {len(starts):,} situations have not one choice"
        raise GateRefused(what, where="choices", remedy=f"one choice each, and more than {len(data.names)} situations")
    scale = data.x.std(axis=0)
    scale = np.where(scale > 0, scale, 1.0)
    x, sizes = data.x / scale, np.diff(np.append(starts, len(data.x)))

    def loss(at: np.ndarray) -> tuple[float, np.ndarray]:
        p, likelihood = _shares(x @ at, starts, sizes, data.chosen)
        return -likelihood + ridge * float(at @ at), -x.T @ (data.chosen - p) + 2 * ridge * at

    found = minimize(loss, np.zeros(x.shape[1]), jac=True, method="L-BFGS-B", options={"maxiter": 500, "ftol": 1e-13})
    p, likelihood = _shares(x @ found.x, starts, sizes, data.chosen)
    covariance = _sandwich(x, p, data, starts, ridge) / np.outer(scale, scale)
    equal = -float(np.log(sizes).sum())
    return ChoiceModel(data.names, found.x / scale, covariance, likelihood, equal, len(starts))


def _shares(v: np.ndarray, starts: np.ndarray, sizes: np.ndarray, chosen: np.ndarray) -> tuple[np.ndarray, float]:
    """Give the probability of each row and the log-likelihood of what was chosen."""
    top = np.repeat(np.maximum.reduceat(v, starts), sizes)
    powers = np.exp(v - top)
    sums = np.add.reduceat(powers, starts)
    p = powers / np.repeat(sums, sizes)
    return p, float((v - top)[chosen].sum() - np.log(sums).sum())


def _sandwich(x: np.ndarray, p: np.ndarray, data: Choices, starts: np.ndarray, ridge: float) -> np.ndarray:
    mean = np.add.reduceat(x * p[:, None], starts)
    hessian = (x * p[:, None]).T @ x - mean.T @ mean + 2 * ridge * np.eye(x.shape[1])
    scores = np.add.reduceat(x * (data.chosen - p)[:, None], starts)
    whose = np.unique(data.cluster[starts], return_inverse=True)[1]
    groups = int(whose.max()) + 1
    summed = np.stack([np.bincount(whose, column, groups) for column in scores.T], axis=1)
    bread = np.linalg.pinv(hessian)
    return bread @ (summed.T @ summed) @ bread * groups / max(groups - 1, 1)


def model_draws(model: ChoiceModel, count: int, seed: int) -> list[ChoiceModel]:
    """Give models whose coefficients are drawn from the fitted one's law, for bands of what follows from it."""
    random = np.random.default_rng(seed)
    drawn = random.multivariate_normal(model.coefficients, model.covariance, size=count, method="eigh")
    rest = (model.covariance, model.log_likelihood, model.equal_chances, model.situations)
    return [ChoiceModel(model.names, one, *rest) for one in drawn]


def iia_test(data: Choices, model: ChoiceModel, alternatives: Sequence[int]) -> dict[int, float]:
    """Test whether the odds between plans stay when another leaves the offer (Hausman and McFadden 1984).

    The difference of coefficients is judged by the clustered covariance of both fits together, so that it is never
    negative. A small value says that a plan takes its customers from some plans more than a logit believes.

    Returns
    -------
    dict
        Plan left out → p-value.
    """
    from scipy.stats import chi2

    said = {}
    for one in alternatives:
        rest = data.without(one)
        again = fit_choice(rest)
        gap = again.coefficients - model.coefficients
        joint = _difference_covariance(data, model, rest, again)
        rank = int(np.linalg.matrix_rank(joint, hermitian=True))
        said[one] = float(chi2.sf(gap @ np.linalg.pinv(joint, hermitian=True) @ gap, max(rank, 1)))
    return said


def _influence(data: Choices, model: ChoiceModel, groups: np.ndarray) -> np.ndarray:
    """Give what each customer moves the coefficients by: (customers, traits)."""
    starts = data.starts
    sizes = np.diff(np.append(starts, len(data.x)))
    p, _ = _shares(data.x @ model.coefficients, starts, sizes, data.chosen)
    mean = np.add.reduceat(data.x * p[:, None], starts)
    hessian = (data.x * p[:, None]).T @ data.x - mean.T @ mean
    scores = np.add.reduceat(data.x * (data.chosen - p)[:, None], starts) @ np.linalg.pinv(hessian)
    place = np.searchsorted(groups, data.cluster[starts])
    return np.stack([np.bincount(place, column, len(groups)) for column in scores.T], axis=1)


def _difference_covariance(data: Choices, model: ChoiceModel, rest: Choices, again: ChoiceModel) -> np.ndarray:
    groups = np.unique(data.cluster)
    gap = _influence(rest, again, groups) - _influence(data, model, groups)
    return gap.T @ gap
