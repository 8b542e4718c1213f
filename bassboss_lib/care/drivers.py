"""What makes customers dissatisfied, on an operator's own survey: models, their drivers, and what care should do first.

Two models are trained on the same rows: one on operations fields alone, which are known of everybody and so can steer
care, and one that also knows the other answers of the survey, which says how much operations fields cannot see.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from bassboss_lib.learning import BoostingSettings, Explanation, Fitted, Sample, importance, sample_of, split_of, train
from bassboss_lib.warehouse.wide import load_source
from bassboss_lib.workspace import Workspace

__all__ = ["FORMS", "SURVEY", "WEAK", "Satisfaction", "drivers", "figures", "priorities", "satisfaction"]

SURVEY = ("scene", "trouble")
"""Groups of features that only those know who were asked."""

WEAK = BoostingSettings(leaves=7, feature_share=0.2, row_share=0.5, rows_per_leaf_min=60, l2=20.0)
"""For signals that are weak and rows that are few: small trees, each seeing little; chosen by folds."""

FORMS = {
    "network": "F11", "scene": "F11", "trouble": "F11", "terminal": "F15", "bill": "F09", "use": "F10",
    "roaming": "F14", "service": "F12", "customer": "F21",
}  # fmt: skip
"""Group of features → form of care that answers it."""

PUSHED = float(np.log(1.1))
"""A group counts for a customer from ten per cent more odds on."""


@dataclass(frozen=True)
class Satisfaction:
    """Both models, and the rows that they explain.

    Parameters
    ----------
    operations, asked : Fitted
        On operations fields alone; with the survey's other answers.
    sample : Sample
        The rows with operations fields.
    """

    operations: Fitted
    asked: Fitted
    sample: Sample


def satisfaction(workspace: Workspace, source: str, settings: BoostingSettings = WEAK) -> Satisfaction:
    """Train both models on an imported survey; the label is dissatisfaction, the split is the mapping's.

    Raises
    ------
    CallError
        If no table was imported under this name.
    GateRefused
        If too few rows, or too few dissatisfied (R19).
    """
    table = load_source(workspace, source)
    whole, split = sample_of(table), split_of(table)
    known = _without(whole, SURVEY)
    rows, positives = workspace.settings.rows_min, workspace.settings.positives_min
    operations, asked = (
        train(sample, split, settings, rows_min=rows, positives_min=positives) for sample in (known, whole)
    )
    return Satisfaction(operations, asked, known)


def _without(sample: Sample, groups: tuple[str, ...]) -> Sample:
    features = tuple(feature for feature in sample.features if feature.group not in groups)
    return Sample(sample.keys, sample.x[[feature.name for feature in features]], sample.y, features)


def drivers(found: Satisfaction) -> tuple[Explanation, pd.DataFrame]:
    """Give what each operations field adds to everybody's log-odds of dissatisfaction, and how much each matters."""
    explanation = found.operations.model.explain(found.sample.x)
    return explanation, importance(explanation)


def priorities(explanation: Explanation) -> pd.DataFrame:
    """Order what care should answer first.

    Returns
    -------
    DataFrame
        One row per group of features, most to gain first: ``group``, ``form`` (of care), ``reach`` (share of customers
        whom the group makes dissatisfied, by ten per cent more odds at least), ``fewer_per_1000`` (dissatisfied
        customers fewer, were the group to push nobody up; an association, not a promise).
    """
    groups = np.array([feature.group for feature in explanation.features])
    odds = explanation.base + explanation.phi.sum(axis=1)
    probability = _chance(odds)
    rows = []
    for group in sorted(set(groups)):
        push = explanation.phi[:, groups == group].sum(axis=1)
        gain = probability - _chance(odds - np.maximum(push, 0.0))
        rows.append((group, FORMS.get(group, "F01"), float((push > PUSHED).mean()), 1000.0 * float(gain.mean())))
    frame = pd.DataFrame(rows, columns=["group", "form", "reach", "fewer_per_1000"])
    return frame.sort_values(["fewer_per_1000", "group"], ascending=[False, True], ignore_index=True)


def _chance(log_odds: np.ndarray) -> np.ndarray:
    return 1.0 / (1.0 + np.exp(-log_odds))


def figures(found: Satisfaction) -> tuple[dict[str, float], dict[str, list[float]], dict[str, int]]:
    """Give figures, intervals and row counts for ``result.json``."""
    named = {"auc_operations": found.operations, "auc_asked": found.asked}
    estimates = {name: fitted.figures["model"]["auc"] for name, fitted in named.items()}
    values = {name: one.value for name, one in estimates.items()}
    values["dissatisfied_share"] = float(found.sample.labels.mean())
    intervals = {name: [one.low, one.high] for name, one in estimates.items()}
    return values, intervals, {"customers": len(found.sample.labels), "dissatisfied": int(found.sample.labels.sum())}
