"""What the notebooks of this room write into ``result.json``, and what they show of the rows that tested the model."""

import pandas as pd

from bassboss_lib.learning import Explanation, Fitted
from bassboss_lib.retention.listing import Selection
from bassboss_lib.retention.material import Material
from bassboss_lib.retention.prospects import Prospects

__all__ = ["explain_tested", "list_figures", "tested_probability", "train_figures"]

MINOR_UNITS = {"fen": 1, "cent": 1, "cents": 1, "yuan": 100, "CNY": 100, "USD": 100, "EUR": 100}

Figures = dict[str, float]
Intervals = dict[str, tuple[float, float]]
Rows = dict[str, int]


def train_figures(given: Material, fitted: Fitted) -> tuple[Figures, Intervals, Rows]:
    """Give figures, intervals and row counts of a training run; baselines carry their name in front."""
    own = fitted.figures["model"]
    figures = {name: said.value for name, said in own.items()}
    intervals = {name: (said.low, said.high) for name, said in own.items()}
    for who in ("logistic", "untuned"):
        for name in ("auc", "log_loss", "lift_10pct"):
            said = fitted.figures[who][name]
            figures[f"{who}_{name}"] = said.value
            intervals[f"{who}_{name}"] = (said.low, said.high)
    return figures, intervals, {**fitted.rows, **given.left_out}


def list_figures(selection: Selection, given: Prospects) -> tuple[Figures, Intervals, Rows]:
    """Give figures and row counts of a list."""
    figures = {
        "listed": len(selection.rows),
        "excluded": sum(selection.excluded.values()),
        "expected_churners": float(selection.rows["churn_probability"].sum()),
    }
    figures |= _at_stake(selection.value_at_stake, given.value_unit)
    return figures, {}, {"scored": len(given.rows), **selection.excluded}


def _at_stake(amount: float, unit: str) -> Figures:
    """Name the amount by its unit: money in the smallest unit of its currency, else as it is."""
    minor_units = MINOR_UNITS.get(unit.split(" ", maxsplit=1)[0])
    return {"value_at_stake_fen": round(amount * minor_units)} if minor_units else {"value_at_stake": amount}


def tested_probability(fitted: Fitted) -> pd.Series:
    """Give the probability of every test row, mean over folds, in key order, indexed by the first key."""
    tested = _tested(fitted)
    return tested.set_index(tested.columns[0])["model"]


def explain_tested(given: Material, fitted: Fitted) -> Explanation:
    """Explain the rows that tested the model, in the order of `tested_probability`."""
    return fitted.model.explain(given.sample.x.iloc[given.places(_tested(fitted))])


def _tested(fitted: Fitted) -> pd.DataFrame:
    keys = [name for name in fitted.predictions if name not in ("part", "y", "model", "logistic", "untuned")]
    return fitted.predictions.groupby(keys, sort=True)["model"].mean().reset_index()
