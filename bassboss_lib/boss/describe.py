"""The world's marginals in a few numbers: how many leave, what they pay, how much they call, how far truth can see."""

from typing import Any

import numpy as np

from bassboss_lib import months
from bassboss_lib.boss import history
from bassboss_lib.boss.billing import brands
from bassboss_lib.boss.deliver import truth
from bassboss_lib.boss.families import shared_plans
from bassboss_lib.boss.identity import customer_ids
from bassboss_lib.boss.state import State, month_index
from bassboss_lib.boss.world import REASONS, World, read_world
from bassboss_lib.workspace import Workspace

__all__ = ["describe", "labels"]


def describe(workspace: Workspace, world: World | None = None) -> dict[str, Any]:
    """Describe the months that the world has lived.

    Returns
    -------
    dict
        ``months`` (per month: ``active``, ``voluntary`` and ``arrears`` churn of the month over customers in network at
        its end, ``voluntary_by_brand``, ``arpu_fen``, ``cdrs_per_customer``, ``late_cdrs`` as a share, ``shared_plan``
        as a share of customers), ``reasons`` (share of voluntary departures by cause), ``since_contact`` (voluntary
        departures with our lists and in the twin without any, from the first month with orders on), and, of the newest
        month with three months behind it, ``label_rate`` and ``auc_truth`` (of the true probability against what
        happened); the last two are missing while no such month exists.
    """
    world = world or read_world()
    lived = history.lived(workspace)
    result: dict[str, Any] = {"months": {one: _month(world, history.state_of(workspace, one)) for one in lived}}
    if not lived:
        return result
    newest = history.state_of(workspace, lived[-1])
    left = newest.people["voluntary"]
    counts = np.bincount(newest.people["left_reason"][left], minlength=len(REASONS))
    result["reasons"] = dict(zip(REASONS, (counts / max(counts.sum(), 1)).round(4).tolist(), strict=True))
    result |= _beside_twin(workspace, world, newest)
    base = months.add(newest.month, -world.truth.horizon_months)
    return result | (_seen(workspace, world, base, newest) if base in lived else {})


def _beside_twin(workspace: Workspace, world: World, newest: State) -> dict[str, Any]:
    """Give voluntary departures since the first contact, with our lists and without; empty while there was none."""
    ordered = [one for one in history.lived(workspace) if history.orders_of(workspace, one) is not None]
    if not ordered:
        return {}
    first, alone = month_index(ordered[0]), history.twin(workspace, world, newest.month)
    left = [int((one.people["voluntary"] & (one.people["left_index"] >= first)).sum()) for one in (newest, alone)]
    return {"since_contact": {"from": ordered[0], "left_voluntarily": left[0], "in_the_twin": left[1]}}


def labels(base: State, later: State) -> np.ndarray:
    """Tell what became of ``base`` by the month of ``later``: 0 stayed, 1 left voluntarily, 2 for arrears."""
    place = np.searchsorted(later.people["serial"], base.people["serial"])
    left = later.people["left_index"][place]
    happened = (left > base.index) & (left <= later.index)
    return np.where(happened, np.where(later.people["voluntary"][place], 1, 2), 0)


def _month(world: World, state: State) -> dict[str, Any]:
    people, active = state.people, state.active
    left = people["left_index"] == state.index
    brand = brands(world, people["plan"])
    voluntary = left & people["voluntary"]
    here = active & (people["status"] == 1010)
    return {
        "active": int(active.sum()),
        "voluntary": round(float(voluntary.sum() / active.sum()), 5),
        "arrears": round(float((left & ~people["voluntary"]).sum() / active.sum()), 5),
        "voluntary_by_brand": {
            code: round(float((voluntary & (brand == code)).sum() / max((active & (brand == code)).sum(), 1)), 5)
            for code in sorted(set(brand.tolist()))
        },
        "arpu_fen": round(float(people["bill_fen"][active].mean())),
        "cdrs_per_customer": round(float(people["cdrs"][here].mean()), 2),
        "late_cdrs": round(float(people["late_cdrs"].sum() / max(people["cdrs"].sum(), 1)), 5),
        "shared_plan": round(float(shared_plans()[people["plan"]][active].mean()), 5),
    }


def _seen(workspace: Workspace, world: World, month: str, newest: State) -> dict[str, float]:
    from sklearn.metrics import roc_auc_score

    base = history.state_of(workspace, month)
    known = truth(workspace, month, world)
    probability = dict(zip(known["customer_id"].to_pylist(), known["churn_probability_3m"].to_pylist(), strict=True))
    label = labels(base, newest)
    counted = base.active & (label != 2)
    scores = [probability[one] for one in customer_ids(base.people["serial"][counted]).tolist()]
    figures = {"label_rate": round(float((label[counted] == 1).mean()), 5)}
    if 0 < figures["label_rate"] < 1:
        figures["auc_truth"] = round(float(roc_auc_score(label[counted] == 1, scores)), 4)
    return figures
