"""Weights of those who answered: for who did not answer, and so that known margins of the population are met.

First classes of equal propensity to answer, then post-stratification or raking, with trimming. Every step reports
what it did; Kish's design effect says what the weights cost.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from bassboss_lib.errors import CallError, GateRefused
from bassboss_lib.tariff.sample import quantile_classes

__all__ = ["Margins", "Raked", "Responding", "design_effect", "post_stratify", "rake", "response_classes"]

Margins = Mapping[str, Mapping[str, float]]
"""Margin → category → customers of the population."""

TOLERANCE = 1e-10
ROUNDS = 2_000


@dataclass(frozen=True)
class Responding:
    """Weights after adjustment for non-response (zero for who did not answer), and the report.

    ``classes``: class, asked, answered, rate (weighted), factor.
    """

    weights: np.ndarray
    classes: pd.DataFrame


@dataclass(frozen=True)
class Raked:
    """Raked weights and how it went.

    ``margins``: margin, category, population, before, after. ``worst`` is the largest relative distance left;
    ``trimmed`` counts weights held at a bound.
    """

    weights: np.ndarray
    margins: pd.DataFrame
    rounds: int
    worst: float
    converged: bool
    trimmed: int
    design_effect: float


def design_effect(weights: ArrayLike) -> float:
    """Give Kish's factor by which unequal weights raise the variance.

    Examples
    --------
    >>> design_effect([1, 1, 2, 2]), design_effect([0, 5, 5])
    (1.1111111111111112, 1.0)
    """
    kept = np.asarray(weights, dtype=np.float64)
    kept = kept[kept > 0]
    return float(len(kept) * np.sum(kept**2) / np.sum(kept) ** 2)


def response_classes(
    weights: ArrayLike, answered: ArrayLike, covariates: pd.DataFrame, *, classes: int = 5, least: int = 20
) -> Responding:
    """Give the weight of who did not answer to those who did and are alike: classes of the propensity to answer.

    Parameters
    ----------
    weights, answered : array
        Design weight and answer (bool) of everybody asked.
    covariates : DataFrame
        Numbers that tell who answers: usage, age, tenure; standardised here, missing values take the mean.
    classes, least : int
        Classes wanted; neighbours are merged until each holds so many answers.

    Raises
    ------
    GateRefused
        If nobody answered.
    """
    given, replied = np.asarray(weights, dtype=np.float64), np.asarray(answered, dtype=bool)
    if not replied.any():
        raise GateRefused("nobody answered", where="survey", kept="the feedback", remedy="wait for more, or ask again")
    place = _merged(quantile_classes(_propensity(given, replied, covariates), classes), replied, least)
    table = pd.DataFrame({"class": place, "asked": 1, "answered": replied, "weight": given, "kept": given * replied})
    table = table.groupby("class", as_index=False).sum()
    table["rate"] = table["kept"] / table["weight"]
    table["factor"] = 1 / table["rate"]
    adjusted = np.where(replied, given * table["factor"].to_numpy()[place], 0.0)
    return Responding(adjusted, table[["class", "asked", "answered", "rate", "factor"]])


def _propensity(weights: np.ndarray, replied: np.ndarray, covariates: pd.DataFrame) -> np.ndarray:
    from sklearn.linear_model import LogisticRegression

    numbers = covariates.astype(np.float64)
    numbers = numbers.fillna(numbers.mean()).fillna(0.0)
    spread = numbers.std(ddof=0).replace(0.0, 1.0)
    if replied.all() or numbers.shape[1] == 0:
        return np.full(len(replied), replied.mean())
    x = ((numbers - numbers.mean()) / spread).to_numpy()
    fitted = LogisticRegression(C=10.0, max_iter=500).fit(x, replied, sample_weight=weights / weights.mean())
    return np.round(fitted.predict_proba(x)[:, 1], 9)


def _merged(classes: np.ndarray, replied: np.ndarray, least: int) -> np.ndarray:
    """Merge neighbouring classes upwards until each holds ``least`` answers; what is left joins the last."""
    counts = np.bincount(classes, weights=replied)
    target, current, held = np.zeros(len(counts), dtype=np.int64), 0, 0.0
    for one, count in enumerate(counts):
        target[one] = current
        held += count
        if held >= least and counts[one + 1 :].sum() >= least:
            current, held = current + 1, 0.0
    return target[classes]


def post_stratify(weights: ArrayLike, cells: ArrayLike, totals: Mapping[str, float]) -> np.ndarray:
    """Scale weights so that each cell of the population is met.

    Raises
    ------
    CallError
        If a cell of the population has no weight, or a row's cell is not in the population.

    Examples
    --------
    >>> post_stratify([1, 1, 2], ["a", "a", "b"], {"a": 10, "b": 30}).tolist()
    [5.0, 5.0, 30.0]
    """
    given, cell = np.asarray(weights, dtype=np.float64), pd.Series(np.asarray(cells, dtype=object))
    sums = pd.Series(given).groupby(cell).sum()
    _require_cells("cells", sums, totals)
    return given * cell.map(pd.Series(totals) / sums).to_numpy(dtype=np.float64)


def _require_cells(name: str, sums: pd.Series, totals: Mapping[str, float]) -> None:
    empty = [one for one, total in totals.items() if total > 0 and not sums.get(one, 0.0) > 0]
    strange = [one for one in sums.index if one not in totals]
    if empty or strange:
        what = f"{name}: {len(empty)} categories without an answer, {len(strange)} not in the population"
        raise CallError(what, where="raking", remedy="merge small categories; name every category")


def rake(
    weights: ArrayLike, categories: pd.DataFrame, totals: Margins, *, bounds: tuple[float, float] | None = None
) -> Raked:
    """Rake weights to the margins of the population (iterative proportional fitting), trimmed if bounds are given.

    Parameters
    ----------
    weights : array
        Positive weights of those who answered.
    categories : DataFrame
        One column per margin, rows as the weights.
    totals : mapping
        Margin → category → population; the margins' sums must agree.
    bounds : (low, high), optional
        Of the factor by which a weight may change: a weight at a bound is held there and the others are raked to what
        is left. Bounds too narrow to meet the margins are reported as not converged, never silently loosened.

    Raises
    ------
    CallError
        If a category has no answer or no total, or the margins' sums differ.

    Examples
    --------
    >>> group = pd.DataFrame({"age": ["y", "y", "o"]})
    >>> rake([1, 1, 1], group, {"age": {"y": 30, "o": 70}}).weights.tolist()
    [15.0, 15.0, 70.0]
    """
    given = np.asarray(weights, dtype=np.float64)
    sums = {name: sum(cells.values()) for name, cells in totals.items()}
    if max(sums.values()) - min(sums.values()) > 1e-9 * max(sums.values()):
        raise CallError("the margins' sums differ", where="raking", remedy="take all margins from one population")
    codes = {}
    for name, cells in totals.items():
        column = categories[name].to_numpy(dtype=object)
        _require_cells(name, pd.Series(given).groupby(column).sum(), cells)
        codes[name] = pd.Index(list(cells)).get_indexer(pd.Index(column))
    goals = {name: np.array(list(cells.values()), dtype=np.float64) for name, cells in totals.items()}
    raked, rounds, held = _rounds(given, codes, goals, bounds)
    worst = _worst(raked, codes, goals)
    table = _margin_table(given, raked, codes, totals)
    return Raked(raked, table, rounds, worst, worst <= 1e-9, int(held.sum()), design_effect(raked))


Codes = Mapping[str, np.ndarray]


def _rounds(
    given: np.ndarray, codes: Codes, goals: Codes, bounds: tuple[float, float] | None
) -> tuple[np.ndarray, int, np.ndarray]:
    """Rake; hold what leaves the bounds; rake the others to what is left; until nothing leaves them."""
    total = next(iter(goals.values())).sum()
    base, held, rounds = given * (total / given.sum()), np.zeros(len(given), dtype=bool), 0
    weights = base.copy()
    while True:
        rounds += _fit(weights, ~held, codes, goals)
        if bounds is None:
            return weights, rounds, held
        factor = weights / base
        out = ~held & ((factor < bounds[0]) | (factor > bounds[1]))
        if not out.any():
            return weights, rounds, held
        held |= out
        weights[held] = base[held] * np.clip(factor[held], *bounds)


def _fit(weights: np.ndarray, free: np.ndarray, codes: Codes, goals: Codes) -> int:
    """Scale the free weights in place, margin by margin, until all are met or no round helps; give the rounds."""
    fixed = {name: np.bincount(code[~free], weights[~free], len(goals[name])) for name, code in codes.items()}
    for done in range(1, ROUNDS + 1):
        for name, code in codes.items():
            sums = np.bincount(code[free], weights[free], len(goals[name]))
            wanted = np.maximum(goals[name] - fixed[name], 0.0)
            factor = np.divide(wanted, sums, out=np.ones(len(sums)), where=sums > 0)
            weights[free] *= factor[code[free]]
        if _worst(weights, codes, goals) <= TOLERANCE:
            return done
    return ROUNDS


def _worst(weights: np.ndarray, codes: Codes, goals: Codes) -> float:
    gaps = [
        np.max(np.abs(np.bincount(code, weights, len(goals[name])) - goals[name]) / np.maximum(goals[name], 1e-12))
        for name, code in codes.items()
    ]
    return float(max(gaps))


def _margin_table(before: np.ndarray, after: np.ndarray, codes: Codes, totals: Margins) -> pd.DataFrame:
    total = sum(next(iter(totals.values())).values())
    parts = []
    for name, cells in totals.items():
        sums = [np.bincount(codes[name], weights, len(cells)) for weights in (before * total / before.sum(), after)]
        part = {"margin": name, "category": list(cells), "population": list(cells.values())}
        parts.append(pd.DataFrame({**part, "before": sums[0], "after": sums[1]}))
    return pd.concat(parts, ignore_index=True)
