"""The booster: LightGBM with one set of defaults for every table; the same rows give the same bytes.

How many trees there are is never guessed: rows that the trees do not learn from decide, either rows set
aside (a later month) or, where a table has none to spare, folds inside the training rows that all stop at
the same tree. Those same rows give the raw scores on which probabilities are calibrated. The native
interface is used because only it can stop folds together.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from bassboss_lib.progress import report

__all__ = ["Boosted", "BoostingSettings", "Progress", "boost", "boost_by_folds", "model_text"]

# Threads wait for each other at every split: on a busy machine two of them took fifteen times as long as one.
MANY_ROWS = 500_000

Progress = Callable[[str, int, int], None]
"""Told what is being done, how much of it is done, and of how much."""


class BoostingSettings(BaseModel):
    """How the booster grows; chosen by folds inside training rows, for small and large tables alike."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    trees_max: int = Field(default=2000, ge=1, description="most trees; early stopping ends long before")
    patience: int = Field(default=100, ge=1, description="trees without improvement before it stops")
    learning_rate: float = Field(default=0.03, gt=0, le=1)
    leaves: int = Field(default=31, ge=2, description="leaves of a tree")
    depth_max: int = Field(default=10, ge=1, description="splits above a leaf; deep trees explain slowly")
    rows_per_leaf_min: int = Field(default=20, ge=1)
    feature_share: float = Field(default=0.5, gt=0, le=1, description="features that one split may choose from")
    row_share: float = Field(default=0.8, gt=0, le=1, description="rows that one tree sees")
    l2: float = Field(default=0.0, ge=0)
    inner_folds: int = Field(default=5, ge=2, description="folds inside training rows, where no rows are set aside")
    seed: int = Field(default=0, ge=0)
    threads: int = Field(default=0, ge=0, description="0 = as many as help; the result does not depend on it")

    def parameters(self, rows: int) -> dict[str, Any]:
        """Give LightGBM's parameters for so many rows; few are faster on one thread."""
        return {
            "objective": "binary",
            "learning_rate": self.learning_rate,
            "num_leaves": self.leaves,
            "max_depth": self.depth_max,
            "min_data_in_leaf": self.rows_per_leaf_min,
            "feature_fraction_bynode": self.feature_share,
            "bagging_fraction": self.row_share,
            "bagging_freq": 1 if self.row_share < 1 else 0,
            "lambda_l2": self.l2,
            "seed": self.seed,
            "deterministic": True,
            "force_row_wise": True,
            "num_threads": self.threads or (1 if rows < MANY_ROWS else 0),
            "verbose": -1,
        }


@dataclass(frozen=True)
class Boosted:
    """A grown model as text, with raw log-odds and labels of rows that it, or its twins, did not see."""

    text: str
    trees: int
    held_raw: np.ndarray
    held_y: np.ndarray


def boost(
    x: np.ndarray,
    y: np.ndarray,
    held_x: np.ndarray,
    held_y: np.ndarray,
    settings: BoostingSettings,
    *,
    names: list[str],
    weight: np.ndarray | None = None,
    held_weight: np.ndarray | None = None,
    progress: Progress | None = None,
) -> Boosted:
    """Grow on ``x``, stop early on held-out rows; rows come in a total order, and count by their weight."""
    import lightgbm as lgb

    data = lgb.Dataset(x, y, weight=weight, feature_name=names)
    booster = lgb.train(
        settings.parameters(len(y)),
        data,
        num_boost_round=settings.trees_max,
        valid_sets=[data.create_valid(held_x, held_y, weight=held_weight)],
        callbacks=_callbacks(settings, progress),
    )
    text = model_text(booster, booster.best_iteration)
    return Boosted(text, booster.best_iteration, _raw(text, held_x), held_y)


def boost_by_folds(
    x: np.ndarray,
    y: np.ndarray,
    settings: BoostingSettings,
    *,
    names: list[str],
    weight: np.ndarray | None = None,
    progress: Progress | None = None,
) -> Boosted:
    """Grow on all of ``x``, with as many trees as folds inside it found best; rows come in a total order."""
    import lightgbm as lgb
    from sklearn.model_selection import StratifiedKFold

    parts = StratifiedKFold(settings.inner_folds, shuffle=True, random_state=settings.seed)
    folds = list(parts.split(x, y))
    data = lgb.Dataset(x, y, weight=weight, feature_name=names, free_raw_data=False)
    grown: Any = lgb.cv(
        settings.parameters(len(y)),
        data,
        num_boost_round=settings.trees_max,
        folds=folds,
        callbacks=_callbacks(settings, progress),
        return_cvbooster=True,
    )["cvbooster"]
    trees = int(grown.best_iteration)
    held_raw = np.empty(len(y))
    for twin, (_, held) in zip(grown.boosters, folds, strict=True):
        held_raw[held] = twin.predict(x[held], raw_score=True, num_iteration=trees)
    booster = lgb.train(settings.parameters(len(y)), data, num_boost_round=trees)
    return Boosted(model_text(booster, trees), trees, held_raw, y)


def model_text(booster: Any, trees: int) -> str:
    """Give LightGBM's text without the one line that depends on the machine: how many threads grew it."""
    return re.sub(r"\[num_threads: \d+\]", "[num_threads: 0]", booster.model_to_string(num_iteration=trees))


def _raw(text: str, x: np.ndarray) -> np.ndarray:
    import lightgbm as lgb

    return np.asarray(lgb.Booster(model_str=text).predict(x, raw_score=True))


def _callbacks(settings: BoostingSettings, progress: Progress | None) -> list[Callable]:
    import lightgbm as lgb

    told = progress or report

    def tell(state: Any) -> None:
        if state.iteration % 25 == 0:
            told("trees", state.iteration, settings.trees_max)

    return [lgb.early_stopping(settings.patience, verbose=False), tell]
