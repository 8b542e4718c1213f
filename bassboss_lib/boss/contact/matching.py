"""The best that care could do: the matching of forms to customers that somebody who knew the truth would choose.

What a form brings each customer is known here (`TrueEffects.table`), so the best matching under a budget and under
capacities is a linear programme. A matching that was learnt is measured by its share of what this one reaches.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields

import numpy as np
import pandas as pd
import pyarrow as pa
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array, vstack

from bassboss_lib.errors import CallError

__all__ = ["best_matching", "gain_by_type", "gained_per_yuan"]

GAIN = "satisfaction_"
FEN_A_YUAN = 100
FEW = 2_000  # pairs


def gain_by_type(effects: pa.Table) -> pd.DataFrame:
    """Give the points of satisfaction that a task with each form adds on average, by planted type.

    Parameters
    ----------
    effects : pyarrow.Table
        As `TrueEffects.table` gives them, and ``effects.parquet`` of the truth keeps them.

    Returns
    -------
    DataFrame
        A row for each ``latent_type``, a column for each form; who is not reached or declines gains nothing.
    """
    gains = effects.select(["latent_type", *_columns(effects)]).to_pandas().groupby("latent_type").mean()
    return gains.rename(columns=lambda name: name.removeprefix(GAIN))


def best_matching(
    effects: pa.Table, cost_fen: Mapping[str, int], budget_fen: int, capacity: Mapping[str, int] | None = None
) -> pa.Table:
    """Give the matching that gains most: at most one form a customer, within a budget and capacities.

    Parameters
    ----------
    effects : pyarrow.Table
        Of the customers who may be cared for.
    cost_fen : mapping
        Form → what a task costs, whatever comes of it; forms that are not named are not used.
    budget_fen : int
        To be spent at most.
    capacity : mapping, optional
        Form → most tasks; forms that are not named have no limit.

    Returns
    -------
    pyarrow.Table
        A row for each customer who gets a form, ordered by ``customer_id``: ``care_form``, ``gain`` (expected points of
        satisfaction), ``cost_fen``.

    Raises
    ------
    CallError
        If a form is not among the effects.

    Examples
    --------
    >>> two = pa.table({"customer_id": ["a", "b"], "satisfaction_F01": [0.5, 0.4], "satisfaction_F02": [0.2, 0.3]})
    >>> best_matching(two, {"F01": 300, "F02": 100}, 400)["care_form"].to_pylist()
    ['F01', 'F02']
    """
    forms = list(cost_fen)
    missing = [one for one in forms if GAIN + one not in effects.column_names]
    if missing:
        raise CallError(f"no effects of {', '.join(missing)}", where="cost_fen", remedy="name forms of the catalogue")
    gain = np.column_stack([effects[GAIN + one].to_numpy() for one in forms])
    row, form = np.nonzero(gain > 0)
    cost = np.array([cost_fen[one] for one in forms], np.int64)
    most = np.array([(capacity or {}).get(one, len(gain)) for one in forms])
    pairs = _Pairs(gain[row, form], row, form, cost[form])
    best = pairs.only(_chosen(pairs, float(budget_fen), most))
    found = pa.table(
        {
            "customer_id": effects["customer_id"].take(pa.array(best.row)),
            "care_form": pa.array(np.array(forms, object)[best.form], pa.string()),
            "gain": best.gain,
            "cost_fen": best.cost,
        }
    )
    return found.sort_by("customer_id")


def gained_per_yuan(matching: pa.Table) -> float:
    """Give the points of satisfaction that a matching gains for each yuan; 0 for an empty one."""
    spent = float(matching["cost_fen"].to_numpy().sum()) / FEN_A_YUAN
    return float(matching["gain"].to_numpy().sum()) / spent if spent else 0.0


def _columns(effects: pa.Table) -> list[str]:
    return [name for name in effects.column_names if name.startswith(GAIN)]


@dataclass(frozen=True)
class _Pairs:
    """Pairs of customer (row) and form that would gain something."""

    gain: np.ndarray
    row: np.ndarray
    form: np.ndarray
    cost: np.ndarray

    def only(self, wanted: np.ndarray) -> "_Pairs":
        """Give some pairs."""
        return _Pairs(*(getattr(self, one.name)[wanted] for one in fields(self)))


def _chosen(pairs: _Pairs, budget_fen: float, most: np.ndarray) -> np.ndarray:
    """Choose among pairs, and give their places.

    In whole pairs this takes minutes for thousands of customers. The programme in parts is quick and splits no more
    customers than there are limits; for those alone whole pairs are then found in what is left.
    """
    if len(pairs.gain) <= FEW:
        return np.flatnonzero(_solved(pairs, budget_fen, most, whole=True) > 0.5)
    part = _solved(pairs, budget_fen, most, whole=False)
    whole = part > 1.0 - 1e-6
    split = np.flatnonzero(np.isin(pairs.row, pairs.row[(part > 1e-6) & ~whole]))
    left = budget_fen - float(pairs.cost[whole].sum())
    free = most - np.bincount(pairs.form[whole], minlength=len(most))
    again = split[_solved(pairs.only(split), left, free, whole=True) > 0.5]
    return np.sort(np.concatenate([np.flatnonzero(whole), again]))


def _solved(pairs: _Pairs, budget_fen: float, most: np.ndarray, *, whole: bool) -> np.ndarray:
    """Solve the programme: how much of each pair is chosen, 0 to 1."""
    count = len(pairs.gain)
    if not count:
        return np.empty(0)
    rows = np.unique(pairs.row, return_inverse=True)[1]
    once, within = (csr_array((np.ones(count), (by, np.arange(count)))) for by in (rows, pairs.form))
    spent = csr_array(pairs.cost[None, :].astype(float))
    limits = np.concatenate([np.ones(once.shape[0]), most[: within.shape[0]], [budget_fen]])
    under = LinearConstraint(vstack([once, within, spent]), ub=limits)
    integral = np.full(count, int(whole))
    return np.asarray(milp(-pairs.gain, integrality=integral, bounds=Bounds(0, 1), constraints=under).x)
