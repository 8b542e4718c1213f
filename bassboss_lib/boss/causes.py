"""Why people leave: the drivers of each cause as they stand at a customer, and the hazards that follow.

Causes compete: each has a hazard of its own, and the true main cause is the one with the largest. Every driver is
something that the delivered files show; one factor, ``hidden``, is shown by none.
"""

import numpy as np

from bassboss_lib.boss import terminals
from bassboss_lib.boss.billing import best_plan, expected_bills
from bassboss_lib.boss.state import People, State, day_number
from bassboss_lib.boss.world import REASONS, Cause, World

__all__ = ["drivers", "hazards", "observed"]

WORTH_A_CHANGE = 0.9


def drivers(world: World, state: State) -> People:
    """Give the driver of each cause, one number per customer; units as ``world.yaml`` names them."""
    people = state.people
    bills = expected_bills(world, people, people["activity"])
    everyone = np.arange(len(state))
    best = bills[everyone, best_plan(world, bills, people["plan"])]
    own = bills[everyone, people["plan"]]
    fee = np.array([plan.fee_fen for plan in world.plans])[people["plan"]]
    since_end = state.index - people["contract_end"]
    behind = terminals.newest_launch(world, state.month) - people["terminal"] // terminals.BANDS
    return {
        "R01": np.where(best < WORTH_A_CHANGE * own, 1.0 - fee / own, 0.0),
        "R02": people["drop_share"],
        "R03": people["pain"],
        "R04": people["off_share"],
        "R05": people["months_owed"].astype(float),
        "R06": -people["activity"],
        "R07": ((people["contract_end"] >= 0) & (since_end >= 0) & (since_end <= 2)).astype(float),
        "R08": behind * float(world.terminal.launch_every_months),
        "R09": people["life"],
        "R99": np.zeros(len(state)),
    }


def hazards(world: World, state: State) -> np.ndarray:
    """Give each cause's monthly hazard of voluntary churn: one row per customer, columns as `REASONS`."""
    scale = float(state.header["unobserved_sd"])
    factor = np.exp(scale * state.people["hidden"] - scale**2 / 2)
    hazard = observed(world, state) * factor[:, None]
    excess = hazard.sum(axis=1) / world.hazard_max
    return hazard / np.maximum(excess, 1.0)[:, None]


def observed(world: World, state: State) -> np.ndarray:
    """Give the hazards without the hidden factor and the upper limit."""
    people, driver, by = state.people, drivers(world, state), world.interaction
    causes = world.causes_in(state.month)
    hazard = np.stack([_steep(causes[code], driver[code]) for code in REASONS], axis=1)
    hazard[:, 0] *= 1.0 + by.price_by_off_net * _above(driver["R04"], by.off_net_mid)
    hazard[:, 2] *= 1.0 + by.service_by_network * _above(driver["R02"], by.drop_mid)
    in_contract = people["contract_end"] > state.index
    hazard[:, 7] *= ~in_contract
    return hazard * _factors(world, state)[:, None]


def _steep(cause: Cause, driver: np.ndarray) -> np.ndarray:
    return cause.full / (1.0 + np.exp(-np.clip((driver - cause.mid) / cause.width, -40, 40)))


def _above(share: np.ndarray, mid: float) -> np.ndarray:
    return 1.0 / (1.0 + np.exp(-(share - mid) / 0.04))


def _factors(world: World, state: State) -> np.ndarray:
    people, by = state.people, world.multipliers
    tenure_months = (day_number(state.month) - people["join_day"]) / 30.4
    brand = np.array([by.brand[plan.brand] for plan in world.plans])
    channel = np.array([one.hazard for one in world.channels.values()])
    return (
        brand[people["plan"]]
        * channel[people["join_channel"]]
        * np.where(tenure_months < by.first_months.months, by.first_months.factor, 1.0)
        * np.where(tenure_months > by.loyal.months, by.loyal.factor, 1.0)
        * np.where(people["group"], by.group, 1.0)
        * np.where(people["together"], by.household, 1.0)
        * np.where(people["contract_end"] > state.index + 3, by.locked, 1.0)
    )
