"""Who would win and who would lose: the change of everybody's bill under a plan, with nothing else changed."""

from itertools import pairwise

import numpy as np
import pandas as pd

from bassboss_lib.tariff.rehearsal import Rehearsal

__all__ = ["by_trait", "change_fen", "winners"]

NOTICED_FEN = 100
"""A change of less than a yuan a month is called the same."""


def change_fen(said: Rehearsal, plan: str) -> np.ndarray:
    """Give each billed owner's mean monthly change in fen if he had been on a plan; negative is a saving."""
    place = said.plans.index(plan)
    return said.mean(said.bills_fen[:, place] - said.current_fen)


def winners(said: Rehearsal) -> pd.DataFrame:
    """Give one row per plan: winners, losers (shares), p5, p50, p95 of the change, revenue if everybody were on it.

    Changes in fen per customer and month; ``revenue_fen``: sum over customers of the mean month.
    """
    rows = []
    for plan in said.plans:
        change = change_fen(said, plan)
        low, middle, high = np.quantile(change, [0.05, 0.5, 0.95])
        revenue = float(said.mean(said.bills_fen[:, said.plans.index(plan)]).sum())
        shares = {"winners": float((change < -NOTICED_FEN).mean()), "losers": float((change > NOTICED_FEN).mean())}
        changes = {"p5_fen": float(low), "p50_fen": float(middle), "p95_fen": float(high)}
        rows.append({"plan": plan, "new": plan in said.new} | shares | changes | {"revenue_fen": revenue})
    return pd.DataFrame(rows)


def by_trait(said: Rehearsal, plan: str, probability: np.ndarray) -> pd.DataFrame:
    """Say who they are: by plan held and by thirds of age, tenure and bill: customers, winners, expected take-up.

    Groups of fewer than ten customers are left out, so that nobody can be told apart.
    """
    people = said.customers.iloc[said.billed]
    change, current = change_fen(said, plan), said.mean(said.current_fen)
    groups = {"plan": pd.Series(np.array(said.plans)[said.own])}
    for name, values in (("age_years", people.get("age_years")), ("tenure_months", people["tenure_months"])):
        if values is not None:
            groups[name] = _thirds(values.to_numpy(dtype=np.float64))
    groups["bill_yuan"] = _thirds(current / 100)
    parts = []
    for trait, group in groups.items():
        frame = pd.DataFrame({"group": group, "wins": change < -NOTICED_FEN, "take_up": probability, "customers": 1})
        table = frame.groupby("group", as_index=False).agg(
            customers=("customers", "sum"), winners=("wins", "mean"), take_up=("take_up", "mean")
        )
        parts.append(table.assign(trait=trait))
    together = pd.concat(parts, ignore_index=True)
    return together[together["customers"] >= 10][["trait", "group", "customers", "winners", "take_up"]]


def _thirds(values: np.ndarray) -> pd.Series:
    edges = np.unique(np.nanquantile(values, [0, 1 / 3, 2 / 3, 1]))
    places = np.clip(np.searchsorted(edges, values, side="right") - 1, 0, max(len(edges) - 2, 0))
    names = [f"{low:.0f}–{high:.0f}" for low, high in pairwise(edges)] or [f"{edges[0]:.0f}"]
    return pd.Series([names[place] for place in places])
