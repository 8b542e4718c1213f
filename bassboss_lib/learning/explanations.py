"""Why a score is what it is: contributions of features to log-odds, and tidy frames for figures.

Contributions are path-dependent SHAP values. They are computed by woodelf, which is about nine times as
fast as the usual way on a whole base and equal to it within float32, and are never given out before they
were seen to add up to the model's own raw score.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd

from bassboss_lib.contracts.feature import Feature
from bassboss_lib.errors import BassbossError
from bassboss_lib.progress import report

__all__ = [
    "Explanation",
    "beeswarm",
    "contributions",
    "dependence",
    "group_importance",
    "importance",
    "waterfall",
]

TOLERANCE = 1e-4
FEW_ROWS = 2000
MANY_ROWS = 100_000


@dataclass(frozen=True)
class Explanation:
    """Contributions of each feature to each row's log-odds.

    Parameters
    ----------
    phi : ndarray, (rows, features)
        Contributions in log-odds.
    base : float
        Log-odds before any feature speaks; base + sum of a row's phi = its log-odds.
    x : ndarray, (rows, features)
        Encoded values, NaN = missing.
    features : tuple of Feature
        What the columns are.
    codes : mapping
        Category's name → its codes in the order of their encoded numbers.
    """

    phi: np.ndarray
    base: float
    x: np.ndarray
    features: tuple[Feature, ...]
    codes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def take(self, rows: np.ndarray | Sequence[int]) -> "Explanation":
        """Give the rows of a mask or of an index array."""
        return replace(self, phi=self.phi[rows], x=self.x[rows])

    def value(self, row: int, column: int) -> float | str:
        """Give a value as it was before encoding: a number, NaN where it is missing, or a category's code."""
        encoded, known = float(self.x[row, column]), self.codes.get(self.features[column].name, ())
        return known[int(encoded)] if known and not np.isnan(encoded) else encoded

    def column(self, name: str) -> int:
        """Give the position of a feature."""
        return [feature.name for feature in self.features].index(name)


def contributions(booster: Any, x: np.ndarray) -> tuple[np.ndarray, float]:
    """Give contributions to the raw log-odds, (rows, features), and the base value.

    Raises
    ------
    BassbossError
        If they do not add up to the booster's raw score within 1e-4: that would be an error of ours.
    """
    if len(x) == 0:
        return np.empty(x.shape), 0.0
    base = float(booster.predict(x[:1], pred_contrib=True)[0, -1])
    phi = _few(booster, x) if len(x) < FEW_ROWS else _many(booster, x)
    worst = float(np.abs(phi.sum(axis=1) + base - booster.predict(x, raw_score=True)).max())
    if not worst <= TOLERANCE:
        raise BassbossError(f"contributions miss the raw score by {worst:.2g}", where="explanations")
    return phi, base


def _few(booster: Any, x: np.ndarray) -> np.ndarray:
    """LightGBM's own path: woodelf's cost is mostly per tree, so it pays only on many rows."""
    return np.asarray(booster.predict(x, pred_contrib=True), dtype=np.float64)[:, :-1]


def _many(booster: Any, x: np.ndarray) -> np.ndarray:
    from woodelf import WoodelfExplainer

    frame, explainer = pd.DataFrame(x, columns=booster.feature_name()), WoodelfExplainer(booster)
    report("explanations", 0, len(x))
    parts = []
    for start in range(0, len(x), MANY_ROWS):  # the cost per tree is small beside so many rows
        values = explainer.shap_values(frame.iloc[start : start + MANY_ROWS], verbose=False)
        parts.append(np.asarray(values, dtype=np.float64))
        report("explanations", min(start + MANY_ROWS, len(x)), len(x))
    return np.concatenate(parts)


def importance(explanation: Explanation) -> pd.DataFrame:
    """Give one row per feature, strongest first: name, group, unit, zh, en, mean_abs (of phi, log-odds)."""
    return _strongest(
        pd.DataFrame(
            {
                "name": [feature.name for feature in explanation.features],
                "group": [feature.group for feature in explanation.features],
                "unit": [feature.unit for feature in explanation.features],
                "zh": [feature.zh for feature in explanation.features],
                "en": [feature.en for feature in explanation.features],
                "mean_abs": np.abs(explanation.phi).mean(axis=0),
            }
        ),
        "name",
    )


def group_importance(explanation: Explanation) -> pd.DataFrame:
    """Give one row per group, strongest first: group, mean_abs (mean of the group's |sum of phi|, log-odds).

    Within a group contributions are summed before the absolute value: features that offset each other
    count once.
    """
    groups = np.array([feature.group for feature in explanation.features])
    names = sorted(set(groups))
    strength = [float(np.abs(explanation.phi[:, groups == name].sum(axis=1)).mean()) for name in names]
    return _strongest(pd.DataFrame({"group": names, "mean_abs": strength}), "group")


def beeswarm(explanation: Explanation, top: int = 12, rows_max: int = 2000) -> pd.DataFrame:
    """Give the points of a beeswarm figure.

    Returns
    -------
    DataFrame
        One row per point: name, zh, en, rank (0 = strongest feature), row, value (NaN = missing),
        level (the value's rank among the feature's values, 0–1; NaN = missing, or a category, whose codes have no
        order), phi. At most `rows_max` rows, evenly spaced.
    """
    step = max(1, -(-len(explanation.phi) // rows_max))
    shown = explanation.take(np.arange(0, len(explanation.phi), step))
    frames = []
    for rank, name in enumerate(importance(explanation)["name"].head(top)):
        column = explanation.column(name)
        feature, value = explanation.features[column], pd.Series(shown.x[:, column])
        levels = (value.rank(method="average") - 1) / max(value.notna().sum() - 1, 1)
        if feature.kind == "category":
            levels[:] = np.nan
        named = {"name": name, "zh": feature.zh, "en": feature.en, "rank": rank}
        points = {
            "row": np.arange(len(value)) * step,
            "value": value,
            "level": levels,
            "phi": shown.phi[:, column],
        }
        frames.append(pd.DataFrame(named | points))
    return pd.concat(frames, ignore_index=True)


def dependence(explanation: Explanation, name: str, rows_max: int = 2000) -> pd.DataFrame:
    """Give value and phi of one feature, in the order of the value; at most `rows_max` rows."""
    column = explanation.column(name)
    step = max(1, -(-len(explanation.phi) // rows_max))
    points = pd.DataFrame({"value": explanation.x[::step, column], "phi": explanation.phi[::step, column]})
    return points.sort_values(["value", "phi"], kind="stable", ignore_index=True)


def waterfall(explanation: Explanation, row: int, top: int = 8) -> pd.DataFrame:
    """Give the steps from the base to one row's log-odds.

    Returns
    -------
    DataFrame
        One row per step, strongest first, the rest of the features last as ``rest``: name, zh, en,
        unit, value (a category's code), phi, start, end (log-odds before and after the step).
    """
    phi = explanation.phi[row]
    order = np.argsort(-np.abs(phi), kind="stable")
    named = [
        {
            "name": feature.name,
            "zh": feature.zh,
            "en": feature.en,
            "unit": feature.unit,
            "value": explanation.value(row, int(i)),
            "phi": phi[i],
        }
        for i in order[:top]
        for feature in [explanation.features[i]]
    ]
    others = order[top:]
    if len(others):
        zh, en = f"其余 {len(others)} 项", f"{len(others)} others"
        rest = {"name": "rest", "zh": zh, "en": en, "unit": "", "value": np.nan, "phi": phi[others].sum()}
        named.append(rest)
    steps = pd.DataFrame(named)
    steps["end"] = explanation.base + steps["phi"].cumsum()
    steps["start"] = steps["end"] - steps["phi"]
    return steps


def _strongest(frame: pd.DataFrame, name: str) -> pd.DataFrame:
    return frame.sort_values(["mean_abs", name], ascending=[False, True], ignore_index=True)
