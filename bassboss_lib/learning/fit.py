"""Train by a split, and say how well: the booster beside its baselines, on the same test rows.

One part (by time, or as the table declares): the model that is stored is the one the figures are about.
Repeated folds: every fold trains its own, figures are means over folds, and the model that is stored learns
from all rows.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from bassboss_lib.learning.baseline import fit_logistic, fit_untuned
from bassboss_lib.learning.boosting import BoostingSettings, Progress
from bassboss_lib.learning.calibration import calibration_line, prior_correction
from bassboss_lib.learning.estimates import Estimate, fold_mean
from bassboss_lib.learning.gates import require_enough
from bassboss_lib.learning.metrics import evaluate
from bassboss_lib.learning.model import Model, fit_model
from bassboss_lib.learning.splits import Part, Split
from bassboss_lib.learning.tables import Sample

__all__ = ["Fitted", "train"]

LEARNERS = ("model", "logistic", "untuned")
TESTED_MIN = 10


@dataclass(frozen=True)
class Fitted:
    """A trained model and what the test rows say about it.

    Parameters
    ----------
    model : Model
        The model to store.
    figures : dict
        Figures of ``model``, ``logistic`` and ``untuned`` by name, each with its interval.
    spread : dict
        Standard deviation of the model's figures over folds; empty for a single part.
    predictions : DataFrame
        One row per test row and part, in key order: the sample's keys, part, y, and the probability that
        each of ``model``, ``logistic`` and ``untuned`` gives; ``weight`` where rows count differently.
    split : Split
        Which rows did what.
    settings : BoostingSettings
        How the trees grew.
    rows : dict
        Rows and positives that trained, calibrated and tested.
    """

    model: Model
    figures: Mapping[str, dict[str, Estimate]]
    spread: Mapping[str, float]
    predictions: pd.DataFrame
    split: Split
    settings: BoostingSettings
    rows: Mapping[str, int]

    @property
    def weight(self) -> np.ndarray | None:
        """How many customers each row of ``predictions`` stands for; None where each stands for itself."""
        return self.predictions["weight"].to_numpy() if "weight" in self.predictions else None


def train(
    sample: Sample,
    split: Split,
    settings: BoostingSettings | None = None,
    *,
    prior: float | None = None,
    rows_min: int = 1000,
    positives_min: int = 200,
    seed: int = 0,
    progress: Progress | None = None,
) -> Fitted:
    """Train, test, and compare with the baselines.

    Parameters
    ----------
    sample : Sample
        All labelled rows, in the order that `split` numbers.
    split : Split
        Which rows train, calibrate and test.
    settings : BoostingSettings, optional
        The shipped defaults where left out.
    prior : float, optional
        Base rate of the population, where training rows were sampled by label; applied to the baselines too.
    rows_min, positives_min : int
        Gates on the rows that train (R19).
    seed : int
        Of the bootstrap intervals.
    progress : callable, optional
        Told which part is being fitted.

    Raises
    ------
    GateRefused
        If there is too little to learn from, or to test on.
    """
    settings = settings or BoostingSettings()
    _gates(sample, split, rows_min, positives_min)
    models, tables = [], []
    for number, part in enumerate(split.parts):
        if progress and len(split.parts) > 1:
            progress("folds", number, len(split.parts))
        model, table = _fit_part(sample, part, settings, prior, progress if len(split.parts) == 1 else None)
        models.append(model)
        tables.append(table.assign(part=number))
    final = models[0] if len(models) == 1 else fit_model(sample, None, settings, prior=prior, progress=progress)
    base_rate = _train_rate(sample, split) if prior is None else prior
    figures, spread = _compare(tables, split, base_rate, seed)
    return Fitted(final, figures, spread, pd.concat(tables, ignore_index=True), split, settings, _rows(sample, split))


def _compare(
    tables: list[pd.DataFrame], split: Split, base_rate: float, seed: int
) -> tuple[dict[str, dict[str, Estimate]], dict[str, float]]:
    """Figures of every learner, and the spread of the model's over folds."""
    if len(tables) == 1:
        table = tables[0]
        y, weight = table["y"], table.get("weight")
        own = {name: evaluate(y, table[name], base_rate=base_rate, weight=weight, seed=seed) for name in LEARNERS}
        return own, {}
    by_fold = {name: _by_fold(tables, name, base_rate) for name in LEARNERS}
    spread = {str(figure): float(value) for figure, value in by_fold["model"].std(ddof=1).items()}
    return {name: _means(values, split.parts[0]) for name, values in by_fold.items()}, spread


def _gates(sample: Sample, split: Split, rows_min: int, positives_min: int) -> None:
    for part in split.parts:
        require_enough(sample.labels[part.train], rows_min=rows_min, positives_min=positives_min)
        if part.calibrate is not None:
            calibrating = sample.labels[part.calibrate]
            require_enough(calibrating, rows_min=1, positives_min=TESTED_MIN, where="calibration rows")
        require_enough(sample.labels[part.test], rows_min=1, positives_min=TESTED_MIN, where="test rows")


def _fit_part(
    sample: Sample, part: Part, settings: BoostingSettings, prior: float | None, progress: Progress | None
) -> tuple[Model, pd.DataFrame]:
    learning, test = sample.take(part.train).ordered(), sample.take(part.test).ordered()
    calibrating = None if part.calibrate is None else sample.take(part.calibrate)
    model = fit_model(learning, calibrating, settings, prior=prior, progress=progress)
    scored = {"y": test.labels, "model": model.probability(test.x)}
    for name, fit in (("logistic", fit_logistic), ("untuned", fit_untuned)):
        said = fit(learning)(test.x)
        scored[name] = said if prior is None else prior_correction(said, float(learning.labels.mean()), prior)
    if test.weight is not None:
        scored["weight"] = test.weight
    return model, test.keys.assign(**scored)


def _by_fold(tables: list[pd.DataFrame], name: str, base_rate: float) -> pd.DataFrame:
    """One row per fold, one column per figure."""
    rows = []
    for table in tables:
        y, p = table["y"].to_numpy(), table[name].to_numpy()
        weight = table["weight"].to_numpy() if "weight" in table else None
        figures = evaluate(y, p, base_rate=base_rate, weight=weight, replicates=0)
        figures |= calibration_line(y, p, weight=weight)
        rows.append({figure: estimate.value for figure, estimate in figures.items()})
    return pd.DataFrame(rows)


def _means(by_fold: pd.DataFrame, part: Part) -> dict[str, Estimate]:
    test_share = len(part.test) / len(part.train)
    return {str(figure): fold_mean(values, test_share) for figure, values in by_fold.items()}


def _train_rate(sample: Sample, split: Split) -> float:
    """What "the same of everybody" says: known before the test rows."""
    rows = split.parts[0].train
    weight = None if sample.weight is None else sample.weight[rows]
    return float(np.average(sample.labels[rows], weights=weight))


def _rows(sample: Sample, split: Split) -> dict[str, int]:
    part = split.parts[0]
    groups = {"train": part.train, "calibrate": part.calibrate, "test": part.test}
    if split.kind == "folds":
        groups = {"train": np.arange(len(sample)), "calibrate": None, "test": np.arange(len(sample))}
    counts = {name: rows for name, rows in groups.items() if rows is not None}
    return {name: len(rows) for name, rows in counts.items()} | {
        f"{name}_positives": int(sample.labels[rows].sum()) for name, rows in counts.items()
    }
