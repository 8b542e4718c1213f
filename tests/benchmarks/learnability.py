"""How well the world can be learnt: a logistic model, a boosted one, the ceiling of the delivered data, and the truth.

``python -m tests.benchmarks.learnability [CUSTOMERS]`` delivers fifteen months, computes the shipped features and
prints four AUCs for three-month voluntary churn on the same later customers. The *ceiling* is the boosted model fitted
to the true probabilities of four times as many rows: what the delivered data could give to whoever knew the answers.
"""

import sys
import tempfile
from pathlib import Path

import lightgbm as lgb
import numpy as np
import pandas as pd
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from bassboss_lib import boss, flow, months
from bassboss_lib.features import View, as_of, dictionary
from bassboss_lib.retention.labels import DEFAULT, labels
from bassboss_lib.vault import Vault, create_key
from bassboss_lib.workspace import Workspace, open_workspace

__all__ = ["aucs", "delivered", "main"]

FIRST, LAST = "202508", "202610"
TRAIN, MORE, TEST = months.span("202601", "202602"), months.span("202510", "202605"), ["202606", "202607"]
TRUE = "churn_probability_3m"
TREES = {
    "n_estimators": 400,
    "learning_rate": 0.03,
    "num_leaves": 15,
    "min_child_samples": 80,
    "subsample": 0.8,
    "subsample_freq": 1,
    "colsample_bytree": 0.5,
    "reg_lambda": 5.0,
    "random_state": 1,
    "n_jobs": 2,
    "verbose": -1,
}


def delivered(root: Path, customers: int) -> Workspace:
    """Deliver and take in fifteen months of a world."""
    workspace = open_workspace(root, "2026-11-03T08:00")
    create_key(workspace, b"learnability")
    for month in months.span(FIRST, LAST):
        boss.deliver(workspace, month, customers=customers)
    flow.ingest(workspace)
    return workspace


def _rows(workspace: Workspace, month: str) -> pd.DataFrame:
    """Give features, label and true probability of a month's customers, the silent and pushed-out left out."""
    label = labels(workspace, month, DEFAULT)
    known = Vault(workspace).identities(month).select(["pseudonym", "customer_id"]).to_pandas()
    truth = boss.truth(workspace, month).to_pandas()[["customer_id", TRUE]]
    kept = label[label["churn"].notna() & ~label["silent"]]
    frame = as_of(View(workspace, month)).loc[kept.index].assign(churn=kept["churn"]).reset_index()
    return frame.merge(known, on="pseudonym").merge(truth, on="customer_id").assign(month=month)


def aucs(workspace: Workspace) -> dict[str, float]:
    """Give the AUC of each on the test months: ``logistic``, ``boosted``, ``ceiling``, ``truth``."""
    every = pd.concat([_rows(workspace, month) for month in (*MORE, *TEST)], ignore_index=True)
    x = _encoded(every)
    train, more, test = (every["month"].isin(list(part)).to_numpy() for part in (TRAIN, MORE, TEST))
    y = every["churn"].astype(int).to_numpy()
    probability = np.clip(every[TRUE].to_numpy(), 1e-5, 1 - 1e-5)
    boosted = lgb.LGBMClassifier(**TREES).fit(x[train], y[train]).predict_proba(x[test])[:, 1]
    odds = np.log(probability / (1 - probability))
    ceiling = lgb.LGBMRegressor(**(TREES | {"n_estimators": 1500})).fit(x[more], odds[more]).predict(x[test])
    wide = pd.get_dummies(x, dummy_na=True).astype(float)
    linear = make_pipeline(
        SimpleImputer(add_indicator=True), StandardScaler(), LogisticRegression(C=0.1, max_iter=2000)
    )
    logistic = linear.fit(wide[train], y[train]).predict_proba(wide[test])[:, 1]
    scores = {"logistic": logistic, "boosted": boosted, "ceiling": ceiling, "truth": probability[test]}
    return {name: float(roc_auc_score(y[test], score)) for name, score in scores.items()}


def _encoded(frame: pd.DataFrame) -> pd.DataFrame:
    kinds = {feature.name: feature.kind for feature in dictionary()}
    columns = {
        name: frame[name].astype("category") if kind == "category" else frame[name].astype(float)
        for name, kind in kinds.items()
    }
    return pd.DataFrame(columns)


def main(customers: int) -> None:
    """Print the four AUCs."""
    with tempfile.TemporaryDirectory(prefix="bassboss-learn-") as folder:
        found = aucs(delivered(Path(folder), customers))
    print("  ".join(f"{name} {value:.3f}" for name, value in found.items()))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000)
