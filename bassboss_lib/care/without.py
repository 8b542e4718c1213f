"""What customers answered, and what says what they would have answered without care.

Beliefs learn from the difference, so both stand in one regression: levels of segments and occasions, what was known
before, and what the same customer answered earlier, whether cared for or only asked.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from bassboss_lib.care.evaluation import KNOWN, answered, standard
from bassboss_lib.care.records import records
from bassboss_lib.retention.outcomes import Followed

__all__ = ["Answers", "answers_of"]

CONTROLS_MIN = 40
LEVEL_SD, KNOWN_SD = 10.0, 1.0
"""Points by which the common level and the effect of what was known may differ from nothing before answers came."""
GROUP_SDS = (0.03, 0.1, 0.2, 0.3, 0.5)
"""The same for each segment's and occasion's own level: what is likeliest by the controls' answers is taken."""
ANSWERS_WORTH, NOISE_STEPS = 1.0, 20
"""Worth of knowing nothing of a customer's satisfaction, in answers; steps in which the variance settles."""


@dataclass(frozen=True)
class Answers:
    """What customers answered, of those cared for and of the controls who were asked.

    Parameters
    ----------
    rows : DataFrame
        Indexed by pseudonym, in order of time: what was assigned, ``handled``, ``satisfaction``, ``campaign``.
    before : ndarray
        Columns that say what each would have answered without care: a level, what was known before, each segment and
        occasion, and what the customer answered earlier.
    open_by : ndarray
        How far the coefficient of each column is expected to be from nothing, one standard deviation.
    noise : float
        Variance of an answer about what the columns say.
    """

    rows: pd.DataFrame
    before: np.ndarray
    open_by: np.ndarray
    noise: float

    @property
    def cared(self) -> np.ndarray:
        """Which rows are of customers who were cared for."""
        return (self.rows["arm"] == "listed").to_numpy()


def answers_of(followed: Sequence[Followed]) -> Answers:
    """Gather the answers that beliefs learn from; none while fewer than forty controls have answered."""
    parts = [one.rows.assign(campaign=f"{one.month} {one.campaign}") for one in followed]
    told = answered(pd.concat(parts)) if parts else pd.DataFrame()
    if not len(told) or (told["arm"] == "asked").sum() < CONTROLS_MIN:
        names = ["campaign", "arm", "segment_id", "care_form", "handled", "satisfaction"]
        return Answers(pd.DataFrame(columns=names), np.zeros((0, 0)), np.zeros(0), 1.0)
    asked, y = (told["arm"] == "asked").to_numpy(), told["satisfaction"].to_numpy(float)
    x, groups = _before(told)
    fits = [_fit(x[asked], y[asked], _open_by(x, groups, sd)) for sd in GROUP_SDS]
    likeliest = int(np.argmax([one.evidence for one in fits]))
    beyond = pd.Series(y - x @ fits[likeliest].weights)
    usual = beyond.groupby([told["care_form"].to_numpy(), asked]).transform("mean")
    x = np.column_stack([x, records(told, (beyond - usual).to_numpy(), ANSWERS_WORTH)[0]])
    open_by = np.append(_open_by(x[:, :-1], groups, GROUP_SDS[likeliest]), KNOWN_SD)
    return Answers(told, x, open_by, _fit(x[asked], y[asked], open_by).noise)


def _before(told: pd.DataFrame) -> tuple[np.ndarray, int]:
    """Lay out level, what was known before, and each segment and occasion; give the number of the last two too."""
    segments = pd.get_dummies(told["segment_id"]).to_numpy(float)
    reasons = pd.get_dummies(told["care_form"]).to_numpy(float)  # of controls, the form they would have had
    x = np.hstack([np.ones((len(told), 1)), standard(told[KNOWN]), segments, reasons])
    return x, segments.shape[1] + reasons.shape[1]


def _open_by(x: np.ndarray, groups: int, sd: float) -> np.ndarray:
    return np.concatenate([[LEVEL_SD], np.full(x.shape[1] - groups - 1, KNOWN_SD), np.full(groups, sd)])


@dataclass(frozen=True)
class _Fit:
    """A regression with a normal prior: log of the evidence for it, coefficients, variance of answers about them."""

    evidence: float
    weights: np.ndarray
    noise: float


def _fit(x: np.ndarray, y: np.ndarray, open_by: np.ndarray) -> _Fit:
    noise, seen, toward = float(y.var()), x.T @ x, x.T @ y
    for _ in range(NOISE_STEPS):
        hessian = seen / noise + np.diag(open_by**-2.0)
        weights = np.linalg.solve(hessian, toward / noise)
        used = float(np.trace(np.linalg.solve(hessian, seen / noise)))
        noise = float(((y - x @ weights) ** 2).sum() / max(len(y) - used, 1.0))
    fit = ((y - x @ weights) ** 2).sum() / noise + ((weights / open_by) ** 2).sum() + len(y) * np.log(noise)
    evidence = -0.5 * float(fit + np.linalg.slogdet(hessian)[1] + 2 * np.log(open_by).sum())
    return _Fit(evidence, weights, noise)
