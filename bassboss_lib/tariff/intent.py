"""Stated is not actual: a map from the answer 0–10 to the probability of buying.

A Bayesian logistic line (Laplace approximation) in what was said and what would be saved: who says the same but would
save more does it more often, as an answer is said with an error. Before any launch it is the visible, wide prior of
``intent.yaml``; every launch that was surveyed before and watched afterwards narrows it and takes the bias away.
"""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike
from pydantic import BaseModel, ConfigDict, Field

from bassboss_lib.errors import CallError
from bassboss_lib.workspace import read_yaml, validated

__all__ = ["IntentMap", "IntentPrior", "fit_intent", "prior"]

FILE = Path(__file__).with_name("intent.yaml")
SAVING_YUAN, SAVING_MOST = 10.0, 6.0
"""Savings count in tens of yuan a month, up to sixty yuan."""


class Law(BaseModel):
    """A normal law."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    mean: float
    sd: float = Field(gt=0)


class IntentPrior(BaseModel):
    """What is believed before a launch has been seen."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    shift: Law
    slope: Law
    saving: Law
    launch_sd: float = Field(ge=0)
    launch_saving_sd: float = Field(ge=0)
    zh: str
    en: str


@dataclass(frozen=True)
class IntentMap:
    """The map: coefficients (shift, slope, saving) with their covariance, from so many answers of past launches.

    ``launch_sd``: how much shift and saving differ from one launch to the next.
    """

    coefficients: np.ndarray
    covariance: np.ndarray
    launch_sd: tuple[float, float]
    answers: int

    def probability(self, stated: ArrayLike, saving_yuan: ArrayLike = 0.0) -> np.ndarray:
        """Give the probability of buying, the map's uncertainty averaged out.

        Examples
        --------
        >>> from bassboss_lib.tariff.intent import fit_intent
        >>> bool(fit_intent([], []).probability([10])[0] < 0.8)
        True
        """
        from scipy.special import expit

        nodes, weights = np.polynomial.hermite_e.hermegauss(15)
        x = _line(stated, saving_yuan)
        known = np.einsum("ij,jk,ik->i", x, self.covariance, x)
        spread = np.sqrt(known + self.launch_sd[0] ** 2 + (self.launch_sd[1] * x[:, 2]) ** 2)
        return expit((x @ self.coefficients)[:, None] + spread[:, None] * nodes) @ (weights / weights.sum())

    def draws(self, stated: ArrayLike, count: int, seed: int, saving_yuan: ArrayLike = 0.0) -> np.ndarray:
        """Give ``count`` possible truths: array (count, answers) of probabilities, one map and launch per row."""
        from scipy.special import expit

        random = np.random.default_rng(seed)
        drawn = random.multivariate_normal(self.coefficients, self.covariance, size=count, method="cholesky")
        drawn[:, [0, 2]] += random.normal(0.0, 1.0, (count, 2)) * self.launch_sd
        return expit(drawn @ _line(stated, saving_yuan).T)


@cache
def prior(path: Path = FILE) -> IntentPrior:
    """Read the prior.

    Raises
    ------
    CallError
        If a key is missing, unknown or wrong.
    """
    return validated(IntentPrior, read_yaml(path), path.name)


def _line(stated: ArrayLike, saving_yuan: ArrayLike) -> np.ndarray:
    """Give rows (1, log-odds of the stated tenth, saving)."""
    share = (np.asarray(stated, dtype=np.float64) + 0.5) / 11
    if np.any((share <= 0) | (share >= 1)):
        raise CallError("an answer is not in 0–10", where="stated", remedy="check the feedback")
    saved = np.clip(np.asarray(saving_yuan, dtype=np.float64) / SAVING_YUAN, -SAVING_MOST, SAVING_MOST)
    return np.column_stack([np.ones(len(share)), np.log(share / (1 - share)), np.broadcast_to(saved, share.shape)])


def fit_intent(
    stated: ArrayLike, bought: ArrayLike, saving_yuan: ArrayLike = 0.0, belief: IntentPrior | None = None
) -> IntentMap:
    """Learn the map from past launches: what was said in the survey and who bought after the launch.

    Parameters
    ----------
    stated, bought : array
        Answers 0–10 and what they did (0, 1) of everybody surveyed before a launch and offered the plan after it;
        empty before the first launch, which gives the prior.
    saving_yuan : array
        What each of them would save a month, by the rehearsal.

    Raises
    ------
    CallError
        If an answer is not in 0–10.
    """
    from scipy.special import expit

    held = belief or prior()
    laws = (held.shift, held.slope, held.saving)
    mean, precision = np.array([law.mean for law in laws]), np.diag([law.sd**-2 for law in laws])
    y, x, at = np.asarray(bought, dtype=np.float64), _line(stated, saving_yuan), mean.copy()
    for _ in range(100):
        p = expit(x @ at)
        gradient = x.T @ (y - p) - precision @ (at - mean)
        information = (x * (p * (1 - p))[:, None]).T @ x + precision
        step = np.linalg.solve(information, gradient)
        at += step / max(1.0, float(np.abs(step).max()))
        if np.abs(step).max() < 1e-10:
            break
    p = expit(x @ at)
    information = (x * (p * (1 - p))[:, None]).T @ x + precision
    return IntentMap(at, np.linalg.inv(information), (held.launch_sd, held.launch_saving_sd), len(y))
