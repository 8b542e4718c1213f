"""Who is changed by contact: a doubly robust learner of effects, and how far its ordering can be trusted.

With T whether a customer was treated, e the known probability of it, Y the outcome and m1, m0 regressions of Y on what
was known before, the pseudo-outcome

    G = m1(x) − m0(x) + (T − e) / (e · (1 − e)) · (Y − mT(x))

has the customer's effect as its mean, right if either e or m is [1]_. Regressing G on x gives the effect model.
Everything is cross-fitted: what is said of a customer comes from models that did not see that customer. Of an ordering,

    Q(f) = mean of G over all customers, those beyond the first f counted as zero
    Qini = integral over f of Q(f) − f · Q(1)

which is zero for a random ordering [2]_; both have bootstrap intervals.

.. [1] E. H. Kennedy, "Towards optimal doubly robust estimation of heterogeneous causal effects", EJS 17 (2023).
.. [2] N. J. Radcliffe, "Using control groups to target on predicted lift", Direct Marketing Analytics Journal (2007).
"""

from dataclasses import dataclass

import numpy as np

from bassboss_lib.learning.boosting import model_text
from bassboss_lib.learning.estimates import Estimate, percentiles

__all__ = [
    "EffectTrees",
    "Ordering",
    "better_order",
    "effect_of",
    "fit_effect",
    "on_the_list",
    "ordering",
    "pseudo_outcomes",
]

GATE_LEVEL = 0.99
"""The gate is asked every month: at 95 % it would open by chance once in three years."""
FOLDS = 5
REPLICATES = 300
TREES = 120


@dataclass(frozen=True)
class EffectTrees:
    """Effects as boosted trees say them, of any table: what `fit_effect` fits.

    Parameters
    ----------
    text : str
        The trees as LightGBM's text: what is stored, and read by `effect_of`.
    cross_fitted : ndarray
        Effect of each row learnt from, said by a model that did not see it.
    pseudo : ndarray
        Pseudo-outcome G of each row.
    fold : ndarray of int
        Which of the models said the effect of each row.
    """

    text: str
    cross_fitted: np.ndarray
    pseudo: np.ndarray
    fold: np.ndarray


@dataclass(frozen=True)
class Ordering:
    """How far an ordering finds those who are changed: its curve, Qini and the effect of treating everybody."""

    share: np.ndarray
    curve: np.ndarray
    qini: Estimate
    effect: Estimate


def _grown(x: np.ndarray, y: np.ndarray, seed: int, leaves: int, weight: np.ndarray | None = None) -> str:
    """Grow a regression and give its text; one thread, since on a busy machine several wait for each other."""
    import lightgbm as lgb

    parameters = {
        "objective": "regression",
        "learning_rate": 0.05,
        "num_leaves": leaves,
        "min_data_in_leaf": max(20, len(y) // 100),
        "lambda_l2": 1.0,
        "seed": seed,
        "deterministic": True,
        "force_row_wise": True,
        "num_threads": 1,
        "verbose": -1,
    }
    return model_text(lgb.train(parameters, lgb.Dataset(x, y, weight=weight), num_boost_round=TREES), TREES)


def effect_of(text: str, x: np.ndarray) -> np.ndarray:
    """Give the expected effect of treating, in units of the outcome, by the text of an effect model.

    Parameters
    ----------
    text : str
        `EffectTrees.text`.
    x : ndarray of shape (rows, columns)
        What is known, in the columns that it learnt from.
    """
    import lightgbm as lgb

    return np.asarray(lgb.Booster(model_str=text).predict(x, num_threads=1))


def _parts(count: int, treated: np.ndarray, seed: int) -> np.ndarray:
    """Put every row into a fold, treated and untreated alike."""
    random, fold = np.random.default_rng(seed), np.empty(count, int)
    for arm in (True, False):
        rows = np.flatnonzero(treated == arm)
        fold[random.permutation(rows)] = np.arange(len(rows)) % FOLDS
    return fold


def pseudo_outcomes(x: np.ndarray, y: np.ndarray, treated: np.ndarray, e: np.ndarray, seed: int = 0) -> np.ndarray:
    """Give the pseudo-outcome of every row, its regressions cross-fitted.

    Parameters
    ----------
    x : ndarray of shape (rows, columns)
        What was known before treatment; missing values are allowed.
    y : ndarray
        Outcome.
    treated : ndarray of bool
        Who was treated.
    e : ndarray
        Probability of treatment, in (0, 1), known by design.
    """
    fold = _parts(len(y), treated, seed)
    said = {arm: np.empty(len(y)) for arm in (True, False)}
    for part in range(FOLDS):
        held = fold == part
        for arm, values in said.items():
            learn = ~held & (treated == arm)
            values[held] = effect_of(_grown(x[learn], y[learn], seed, 15), x[held])
    own = np.where(treated, said[True], said[False])
    return said[True] - said[False] + (treated - e) / (e * (1 - e)) * (y - own)


def fit_effect(x: np.ndarray, y: np.ndarray, treated: np.ndarray, e: np.ndarray, seed: int = 0) -> EffectTrees:
    """Learn the effect of treating from a randomised table; parameters as `pseudo_outcomes`.

    Rows count by the inverse of their pseudo-outcome's noise.
    """
    treated = np.asarray(treated, bool)
    pseudo = pseudo_outcomes(x, y, treated, e, seed)
    weight, fold = e * (1 - e), _parts(len(y), treated, seed + 1)
    cross = np.empty(len(y))
    for part in range(FOLDS):
        held = fold == part
        cross[held] = effect_of(_grown(x[~held], pseudo[~held], seed, 6, weight[~held]), x[held])
    return EffectTrees(_grown(x, pseudo, seed, 6, weight), cross, pseudo, fold)


def ordering(score: np.ndarray, pseudo: np.ndarray, *, seed: int = 0, points: int = 50) -> Ordering:
    """Judge an ordering by the pseudo-outcomes of a randomised table.

    Parameters
    ----------
    score : ndarray
        Who is treated first, highest first; it must not have learnt from the same rows.
    pseudo : ndarray
        Pseudo-outcomes, signed so that more is better.

    Examples
    --------
    >>> random = np.random.default_rng(0)
    >>> changed = random.random(2000) < 0.3
    >>> found = ordering(changed + 0.01 * random.random(2000), changed + random.normal(0, 0.5, 2000))
    >>> found.qini.low > 0, round(found.effect.value, 1)
    (True, 0.3)
    """
    order = np.argsort(-score, kind="stable")
    gain = pseudo[order]
    count = np.ones(len(gain))
    random = np.random.default_rng(seed)
    drawn = [_qini(gain, random.poisson(1.0, len(gain)).astype(float)) for _ in range(REPLICATES)]
    qini, effect = _qini(gain, count)
    at = np.linspace(0, 1, points + 1)
    curve = np.interp(at, *_curve(gain, count))
    return Ordering(
        at, curve, percentiles(qini, [one for one, _ in drawn]), percentiles(effect, [one for _, one in drawn])
    )


def _curve(gain: np.ndarray, count: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    share = np.concatenate([[0.0], np.cumsum(count)]) / count.sum()
    return share, np.concatenate([[0.0], np.cumsum(count * gain)]) / count.sum()


def _qini(gain: np.ndarray, count: np.ndarray) -> tuple[float, float]:
    share, height = _curve(gain, count)
    return float(np.trapezoid(height - share * height[-1], share)), float(height[-1])


def better_order(
    pseudo: np.ndarray, worth: np.ndarray, one: np.ndarray, other: np.ndarray, part: np.ndarray | None = None
) -> Estimate:
    """Give the incremental value of the list that ``one`` orders minus that of ``other``, with its 99 % interval.

    It is the mean over all lengths of a list, from one customer to all: the area between two curves of value. A row
    counts by the share of lengths at which it is on one list and not on the other, so that every row says something.

    Parameters
    ----------
    pseudo : ndarray
        Pseudo-outcomes, more being better, of rows that neither score learnt from.
    worth : ndarray
        What one unit of the outcome is worth for each customer, fen.
    one, other : ndarray
        Scores that order the rows, highest first.
    part : ndarray, optional
        As `on_the_list` takes it.

    Examples
    --------
    >>> gain = np.array([3.0, 1.0, 0.0, 0.0])
    >>> better_order(gain, np.ones(4), np.array([4, 3, 2, 1]), np.array([1, 2, 3, 4])).value
    2.5
    """
    from scipy.stats import norm

    gap = (on_the_list(one, part) - on_the_list(other, part)) * pseudo * worth
    half = float(norm.ppf((1 + GATE_LEVEL) / 2) * np.sqrt(np.sum(gap**2) - gap.sum() ** 2 / len(gap)))
    value = float(gap.sum())
    return Estimate(value, value - half, value + half)


def on_the_list(score: np.ndarray, part: np.ndarray | None = None) -> np.ndarray:
    """Tell at which share of lengths each row is on the list, highest score first.

    Parameters
    ----------
    part : ndarray of int, optional
        Fold of each row, where each fold's scores come from a model of its own: every fold is a list by itself. For the
        model that did not see a fold is the higher the lower that fold happens to lie, and one list of all folds would
        take the wrong ones first.

    Examples
    --------
    >>> on_the_list(np.array([1.0, 2.0, 30.0, 40.0]), np.array([0, 0, 1, 1])).tolist()
    [0.5, 1.0, 0.5, 1.0]
    """
    parts = np.zeros(len(score), int) if part is None else part
    order = np.lexsort((-score, parts))
    sizes = np.bincount(parts)
    before = np.arange(len(score)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    share = np.empty(len(score))
    share[order] = 1.0 - before / np.repeat(sizes, sizes)
    return share
