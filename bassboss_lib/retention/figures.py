"""What the notebooks of this room write into ``result.json``, and what they show of the rows that tested the model."""

import math
from collections.abc import Mapping, Sequence

import pandas as pd

from bassboss_lib.learning import Estimate, Explanation, Fitted
from bassboss_lib.retention.evaluation import Accuracy, Effects
from bassboss_lib.retention.listing import Selection
from bassboss_lib.retention.material import Material
from bassboss_lib.retention.outcomes import Followed
from bassboss_lib.retention.prospects import Prospects
from bassboss_lib.retention.spending import Spent

__all__ = ["evaluate_figures", "explain_tested", "list_figures", "tested_probability", "train_figures"]

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


def list_figures(selection: Selection, given: Prospects, bill: Spent | None = None) -> tuple[Figures, Intervals, Rows]:
    """Give figures and row counts of a list; ``bill`` as `planning.Planned` has it."""
    figures = {
        "listed": len(selection.rows),
        "excluded": sum(selection.excluded.values()),
        "expected_churners": float(selection.rows["churn_probability"].sum()),
    }
    figures |= _at_stake(selection.value_at_stake, given.value_unit)
    if bill is not None:
        figures |= {"expected_cost_fen": bill.cost, "gain_of_the_bound": bill.gain / bill.bound if bill.bound else 1.0}
    return figures, {}, {"scored": len(given.rows), **selection.excluded}


def evaluate_figures(
    followed: Sequence[Followed], right: Accuracy | None, caused: Effects | None
) -> tuple[Figures, Intervals, Rows]:
    """Give figures, intervals and row counts of an evaluation; what cannot be told yet is left out.

    Figures of the model are on the untreated; those ending in ``_naive`` are not, and mislead.
    """
    named: dict[str, Estimate] = {}
    rows: Rows = {"campaigns": len(followed), "mature": sum(one.mature for one in followed)}
    for one in followed:
        for name, count in one.counts.items():
            rows[name] = rows.get(name, 0) + int(count)
    if right is not None:
        named |= right.figures
        named |= {f"{name}_naive": one for name, one in right.naive.items()}
        rows |= right.rows
    if caused is not None:
        named |= caused.figures
        money = caused.money
        named |= {"saved": money.saved, "revenue_kept_fen": money.revenue_kept_fen, "net_fen": money.net_fen}
        rows |= caused.rows
    figures, intervals = _split(named)
    if caused is not None:
        figures["cost_fen"] = caused.money.cost_fen
    return figures, intervals, rows


def _split(named: Mapping[str, Estimate]) -> tuple[Figures, Intervals]:
    known = {name: one for name, one in named.items() if math.isfinite(one.value)}
    bounded = {name: one for name, one in known.items() if math.isfinite(one.low) and math.isfinite(one.high)}
    wide = {name: (one.low, one.high) for name, one in bounded.items() if one.low < one.high}
    return {name: one.value for name, one in known.items()}, wide


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
    others = ("part", "y", "model", "logistic", "untuned", "weight")
    keys = [name for name in fitted.predictions if name not in others]
    return fitted.predictions.groupby(keys, sort=True)["model"].mean().reset_index()
