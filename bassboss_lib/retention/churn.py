"""The churn model: trained on `Material`, stored, and used to score everybody at risk.

Scores are warehouse tables (``warehouse/score``), one file per month and model, so that a newer model never overwrites
what an older one said; lists and evaluations are their readers.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pyarrow as pa

from bassboss_lib.engine import write_table
from bassboss_lib.features import View, as_of
from bassboss_lib.learning import BoostingSettings, Explanation, Fitted, Model, Progress, load, save, train
from bassboss_lib.ledger import Ledger
from bassboss_lib.retention.labels import DEFAULT, ChurnDefinition, population
from bassboss_lib.retention.material import Material
from bassboss_lib.retention.reasons import main_reasons
from bassboss_lib.warehouse.partitions import partition
from bassboss_lib.workspace import Workspace

__all__ = [
    "Scored",
    "champion",
    "score",
    "score_rows",
    "store_churn",
    "train_churn",
    "write_scores",
    "write_tested",
]

FUNCTION = "retention"
DELIVERIES = "boss"


@dataclass(frozen=True)
class Scored:
    """Scores of one population with their explanations.

    Parameters
    ----------
    rows : DataFrame
        One row per customer: ``churn_probability`` (calibrated, three months), ``churn_reason``.
    x : DataFrame
        The features, same rows.
    explanation : Explanation
        Contributions to the calibrated log-odds, same rows.
    """

    rows: pd.DataFrame
    x: pd.DataFrame
    explanation: Explanation


def train_churn(
    workspace: Workspace,
    given: Material,
    boosting: BoostingSettings | None = None,
    *,
    seed: int = 0,
    progress: Progress | None = None,
) -> Fitted:
    """Train by the material's split, behind the gates of the settings.

    Parameters
    ----------
    boosting : BoostingSettings, optional
        How trees grow; the shipped defaults where left out.
    seed : int
        Of the bootstrap intervals.

    Raises
    ------
    GateRefused
        If there are too few churners or rows (R19).
    """
    settings = workspace.settings
    return train(
        given.sample,
        given.split,
        boosting,
        prior=given.prior,
        rows_min=settings.rows_min,
        positives_min=settings.positives_min,
        seed=seed,
        progress=progress,
    )


def store_churn(
    workspace: Workspace,
    given: Material,
    fitted: Fitted,
    *,
    month: str,
    source: str,
    pictures: Mapping[str, bytes] | None = None,
) -> str:
    """Store the model and keep what it said of the rows that tested it; the first of its source becomes champion.

    Parameters
    ----------
    pictures : mapping, optional
        Figures that lie beside it in the store, file name → PNG.
    """
    data = {"left_out": dict(given.left_out), "test_month": given.test_month, "rows_sha256": _hash_of(given)}
    about = {"function": FUNCTION, "source": source or DELIVERIES, "month": month}
    with Ledger(workspace.ledger) as ledger:
        model_id = save(workspace, ledger, fitted, data=data, pictures=pictures, **about)
    write_tested(workspace, given, fitted, model_id, source)
    return model_id


def _hash_of(given: Material) -> str:
    """Hash what was learnt from: keys and labels, in order."""
    rows = given.sample.keys.assign(y=given.sample.y)
    return hashlib.sha256(pd.util.hash_pandas_object(rows, index=False).to_numpy().tobytes()).hexdigest()


def write_tested(workspace: Workspace, given: Material, fitted: Fitted, model_id: str, source: str) -> Path:
    """Keep the probabilities of the test rows, which the model had not seen.

    Returns
    -------
    Path
        ``warehouse/score/month=<test month>/<model id>.parquet``; for a table, ``warehouse/score/source=<name>/…``
        with the mean over folds.
    """
    keys = list(given.sample.keys.columns)
    tested = fitted.predictions.groupby(keys, sort=True)[["y", "model"]].mean().reset_index()
    tested = tested.rename(columns={"model": "churn_probability", "y": "churn"}).astype({"churn": "int64"})
    folder = tested_folder(workspace, source) if source else partition(workspace, "score", given.test_month)
    return write_table(pa.Table.from_pandas(tested, preserve_index=False), folder / f"{model_id}.parquet", keys)


def tested_folder(workspace: Workspace, source: str) -> Path:
    """Give the folder of the probabilities that models gave the test rows of an operator's own table."""
    return workspace.warehouse / "score" / f"source={source}"


def champion(workspace: Workspace, source: str = "", id: str | None = None) -> Model:
    """Load the model that scores, or another stored one by its id, after its bytes were checked.

    Raises
    ------
    CallError
        If none was trained yet.
    SecurityRefused
        If a file of it was altered (R26).
    """
    with Ledger(workspace.ledger) as ledger:
        return load(workspace, ledger, FUNCTION, source or DELIVERIES, id)


def score(view: View, model: Model, definition: ChurnDefinition = DEFAULT) -> Scored:
    """Score everybody at risk as of a month: one row per customer, indexed by pseudonym, with ``silent``."""
    at_risk = population(view, definition)
    scored = score_rows(as_of(view).loc[at_risk.index], model)
    return Scored(scored.rows.assign(silent=at_risk["silent"]), scored.x, scored.explanation)


def score_rows(x: pd.DataFrame, model: Model) -> Scored:
    """Score and explain rows of features."""
    x = model.completed(x)
    explanation = model.explain(x)
    reasons = main_reasons(explanation.phi, explanation.features)
    rows = pd.DataFrame({"churn_probability": model.probability(x), "churn_reason": reasons}, index=x.index)
    return Scored(rows, x, explanation)


def write_scores(workspace: Workspace, month: str, model_id: str, rows: pd.DataFrame) -> Path:
    """Keep the scores of a month: ``warehouse/score/month=<month>/<model id>.parquet``, one row per customer."""
    table = pa.Table.from_pandas(rows.assign(month=month).reset_index(), preserve_index=False)
    return write_table(table, partition(workspace, "score", month) / f"{model_id}.parquet", ["pseudonym"])
