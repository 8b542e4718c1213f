"""Whether customers would take a plan if it were offered: a logit of what it would do to their bill.

It knows the saving, how uncertain it is, how much of the bill is a flat fee, how much bundle is left over, how long
they have been with us, and a taste that nobody sees (Train, McFadden and Ben-Akiva 1987; Lambrecht and Skiera 2006 on
the flat-rate bias). Parameters are in ``world.yaml`` under ``choice``.
"""

import numpy as np
import pyarrow as pa

from bassboss_lib.boss import pricelist
from bassboss_lib.boss.billing import near_own_bills, totals, use_by_class
from bassboss_lib.boss.draws import Draws, Purpose
from bassboss_lib.boss.identity import customer_ids
from bassboss_lib.boss.pricelist import Sketch
from bassboss_lib.boss.state import State, day_number
from bassboss_lib.boss.world import World
from bassboss_lib.rating import Catalogue, Plan, compile_plans, expected_bill

__all__ = ["take_up", "take_up_table"]

SWING = 0.2  # of a month's use, in logs, by which customers judge how uncertain a bill is


def take_up(world: World, state: State, plan: Plan) -> np.ndarray:
    """Give the probability that each customer takes a plan if it is offered.

    Parameters
    ----------
    world, state : World, State
        A month of the world.
    plan : rating.Plan
        Any plan for single customers in the schema, with the classes of the world's price list.

    Returns
    -------
    ndarray
        One probability per row of the state.
    """
    header = pricelist.catalogue().header
    offered = compile_plans(Catalogue(header=header, plans=(plan,)))
    bills = []
    for swing in (0.0, -SWING, SWING):
        use = use_by_class(world, state.people, state.people["activity"] + swing)
        current = near_own_bills(world, state.people, state.people["activity"] + swing, state.people["plan"])
        bills.append((current, expected_bill(offered, use)[:, 0]))
    return _logit(world, state, pricelist.sketch_of(plan), bills)


def _logit(world: World, state: State, plan: Sketch, bills: list[tuple[np.ndarray, np.ndarray]]) -> np.ndarray:
    by, people = world.choice, state.people
    saving, low, high = ((own - new) / 100 for own, new in bills)
    fee = np.array([one.fee_fen for one in world.plans])[people["plan"]]
    flat = plan.fee_fen / np.maximum(bills[0][1], 1) - fee / np.maximum(bills[0][0], 1)
    use = totals(world, people, people["activity"])
    left = np.minimum(plan.minutes / np.maximum(use["minutes"], 1), plan.megabytes / np.maximum(use["megabytes"], 1))
    years = (day_number(state.month) - people["join_day"]) / 365.25
    taste = by.taste * Draws(state.origin.seed, 0, Purpose.TASTE).normal(people["serial"])
    value = (
        by.constant
        + by.saving * saving / by.saving_scale
        + by.risk * np.abs(high - low) / 2
        + by.flat * flat
        + by.headroom * np.clip(left - 1.0, -1.0, 1.0)
        + by.tenure * np.minimum(years, 10.0)
        + taste
    )
    return 1.0 / (1.0 + np.exp(-np.clip(value, -40.0, 40.0)))


def take_up_table(world: World, state: State) -> pa.Table:
    """Give the truth about every plan of the price list.

    Returns
    -------
    pyarrow.Table
        One row per customer in network and plan other than his own, ordered by ``customer_id`` (in clear) and
        ``plan_id``, with ``take_up`` (probability if offered).
    """
    active = np.flatnonzero(state.active)
    ids = pa.array(customer_ids(state.people["serial"][active]))
    parts = []
    for place, plan in enumerate(pricelist.catalogue().plans):
        if plan.scope == "group":
            continue
        other = state.people["plan"][active] != place
        columns = {
            "customer_id": ids.filter(pa.array(other)),
            "plan_id": np.full(int(other.sum()), plan.id),
            "take_up": take_up(world, state, plan)[active][other],
        }
        parts.append(pa.table(columns))
    return pa.concat_tables(parts).sort_by([("customer_id", "ascending"), ("plan_id", "ascending")])
