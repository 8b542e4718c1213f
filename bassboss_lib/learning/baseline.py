"""Models to stand beside the booster: a plain logistic regression, and boosting without any care.

Both see the training rows only. If the booster does not beat the first by more than noise, the report
should say so and the simpler model should be used.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from bassboss_lib.learning.encoding import Encoding, fit_encoding
from bassboss_lib.learning.tables import Sample

__all__ = ["Scorer", "fit_logistic", "fit_untuned"]

LOGISTIC_ROWS_MAX = 200_000

Scorer = Callable[[pd.DataFrame], np.ndarray]
"""Gives probabilities for the rows of a frame."""


def fit_logistic(train: Sample) -> Scorer:
    """Fit a logistic regression: median and a mark for missing, numbers scaled, codes one by one.

    A hundred terms learn nothing more from more than two hundred thousand rows, and a dense table of all of them would
    need more memory than all the rest of a training: of more rows, so many are taken evenly in key order.
    """
    rows = train.ordered()
    if len(rows) > LOGISTIC_ROWS_MAX:
        rows = rows.take(np.linspace(0, len(rows) - 1, LOGISTIC_ROWS_MAX).astype(np.int64))
    encoding = fit_encoding(rows)
    pipeline = _pipeline(encoding)
    pipeline.fit(encoding.matrix(rows.x), rows.labels, logisticregression__sample_weight=rows.weight)
    return lambda frame: pipeline.predict_proba(encoding.matrix(frame))[:, 1]


def fit_untuned(train: Sample) -> Scorer:
    """Fit boosting as a first try would: 300 trees, rate .03, 15 leaves, neither stopped nor calibrated."""
    from lightgbm import LGBMClassifier

    rows = train.ordered()
    encoding = fit_encoding(rows)
    booster = LGBMClassifier(
        n_estimators=300,
        learning_rate=0.03,
        num_leaves=15,
        random_state=0,
        n_jobs=1,
        verbose=-1,
        deterministic=True,
        force_row_wise=True,
    )
    booster.fit(_named(encoding, rows.x), rows.labels, sample_weight=rows.weight)
    return lambda frame: np.asarray(booster.predict_proba(_named(encoding, frame)))[:, 1]


def _named(encoding: Encoding, frame: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame(encoding.matrix(frame), columns=encoding.names)


def _pipeline(encoding: Encoding) -> Any:
    from sklearn.compose import make_column_transformer
    from sklearn.impute import SimpleImputer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder, StandardScaler

    numbers = [i for i, column in enumerate(encoding.columns) if column.kind == "number"]
    codes = [i for i, column in enumerate(encoding.columns) if column.kind == "category"]
    return make_pipeline(
        make_column_transformer(
            (make_pipeline(SimpleImputer(strategy="median", add_indicator=True), StandardScaler()), numbers),
            (OneHotEncoder(handle_unknown="ignore"), codes),
        ),
        LogisticRegression(max_iter=2000),
    )
