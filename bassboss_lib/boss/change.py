"""What moves a customer from one month to the next: use, terminal, home, plan, payments, network, complaints, circle.

Each function gives the columns that change, from those of the month before and the month's own draws; whoever has left
keeps moving too, unseen.
"""

from collections.abc import Callable

import numpy as np

from bassboss_lib.boss import billing, latent, terminals
from bassboss_lib.boss.draws import Draws, Purpose
from bassboss_lib.boss.state import People, month_text
from bassboss_lib.boss.world import World

__all__ = ["STEPS", "complaint", "complaint_chances", "network", "off_net", "switched"]

BILLING, PLAN = 2, 4  # places of complaint categories in `complaints.CATEGORIES`
CATEGORY_WEIGHTS = [
    0.34,
    0.22,
    0.22,
    0.06,
    0.08,
    0.08,
]  # of complaints from 2 on; 1, the network, has a chance of its own


def _use(world: World, people: People, draws: Draws) -> People:
    by, serial = world.dormancy, people["serial"]
    chance = draws.uniform(serial)
    fading = np.where(people["fading"], chance >= by.recovery, chance < by.onset)
    steady = by.rho * people["activity"] + by.sigma * draws.normal(serial, 1)
    activity = np.where(fading, people["activity"] - by.fall, steady)
    habits = ("log_calls", "log_minutes", "log_megabytes")
    drift = {name: people[name] + world.usage.drift * draws.normal(serial, 2 + at) for at, name in enumerate(habits)}
    for name in ("log_calls", "log_megabytes"):
        drift[name] += people["trend"]
    return {"fading": fading, "activity": np.maximum(activity, by.floor)} | drift


def _terminal_and_contract(world: World, people: People, draws: Draws) -> People:
    serial, index = people["serial"], draws.month_index
    upgrades = draws.uniform(serial) < world.terminal.upgrade
    launch = np.maximum(terminals.newest_launch(world, month_text(index)) - draws.integers(serial, 0, 3, 1), 0)
    higher = draws.uniform(serial, 2) < 0.15
    rank = np.minimum(people["terminal"] % terminals.BANDS + higher, terminals.BANDS - 1)
    ended = (people["contract_end"] >= 0) & (people["contract_end"] < index)
    chance = np.where(ended, world.contract.renewal, world.contract.signing)
    signs = (people["contract_end"] < index) & (draws.uniform(serial, 3) < chance)
    until = index + np.array([12, 24])[draws.integers(serial, 0, 2, 4)]
    forgotten = people["contract_end"] < index - 6  # an old contract's end means nothing any more
    kept = np.where(forgotten, -1, people["contract_end"])
    return {
        "terminal": np.where(upgrades, launch * terminals.BANDS + rank, people["terminal"]),
        "contract_end": np.where(signs, until, kept),
    }


def _move(world: World, people: People, draws: Draws) -> People:
    serial = people["serial"]
    moves = draws.uniform(serial) < world.life.chance
    return {
        "area": np.where(moves, draws.integers(serial, 0, world.place.areas, 1), people["area"]),
        "employer": np.where(moves, draws.integers(serial, 0, 2**20, 2), people["employer"]),
        "life": np.where(moves, 1.0, people["life"] * world.life.decay),
    }


def _plan(world: World, people: People, draws: Draws) -> People:
    """Let some find the cheapest plan of their brand by themselves, more of those for whom it is worth it."""
    by = world.plan_change
    bills = billing.expected_bills(world, people, people["activity"])
    best = billing.best_plan(world, bills, people["plan"])
    row = np.arange(len(best))
    saving = 1.0 - bills[row, best] / bills[row, people["plan"]]
    chance = by.base + by.worth * (saving > by.saving)
    return switched(world, people, (draws.uniform(people["serial"]) < chance), best, draws.month_index)


def switched(world: World, people: People, who: np.ndarray, plan: np.ndarray, index: int) -> People:
    """Give the columns that change when ``who`` (booleans) go over to ``plan``; their use answers to its price.

    The logarithm of use changes by minus the customer's elasticity times that of the marginal price, damped.
    """
    moves = who & (plan != people["plan"])
    new = np.where(moves, plan, people["plan"])
    before, after = (billing.marginal_prices(world, people, one) for one in (people["plan"], new))
    limit = world.plan_change.damping
    change = {
        name: -people["elasticity"] * np.clip(np.log(after[name] / before[name]), -limit, limit) for name in before
    }
    return {
        "plan": new,
        "plan_before": np.where(moves, people["plan"], people["plan_before"]),
        "plan_index": np.where(moves, index, people["plan_index"]),
        "log_calls": people["log_calls"] + change["voice"],
        "log_megabytes": people["log_megabytes"] + change["data"],
    }


def _payment(world: World, people: People, draws: Draws) -> People:
    """Settle last month's bill. ``net_fen`` above zero is a balance, below it a debt that is due."""
    by = world.payment
    prepaid = billing.brands(world, people["plan"]) == billing.PREPAID
    net = people["net_fen"] - people["bill_fen"]
    chance = np.where(people["months_owed"] > 0, by.again, 1 / (1 + np.exp(-people["risk"])))
    misses = draws.uniform(people["serial"]) < np.where(people["fraud"], np.maximum(chance, by.again), chance)
    # A prepaid customer tops up by whole notes, so that a bill and a half and ten yuan are in hand.
    wanted = np.maximum(1.5 * people["bill_fen"] + 1000 - net, 0.0)
    top_up = np.where(wanted > 1000, np.ceil(wanted / by.top_up_fen) * by.top_up_fen, 0).astype(np.int64)
    paid = np.where(misses, 0, np.where(prepaid, top_up, np.maximum(-net, 0)))
    owing = net + paid < 0
    owed = np.where(owing, people["months_owed"] + 1, 0)
    return {
        "net_fen": net + paid,
        "paid_fen": paid,
        "months_owed": owed,
        "suspensions": people["suspensions"] + (owed == by.suspend_after),
    }


def _hidden(world: World, people: People, draws: Draws) -> People:
    rho = world.unobserved.rho
    return {"hidden": rho * people["hidden"] + np.sqrt(1 - rho**2) * draws.normal(people["serial"])}


STEPS: tuple[tuple[Purpose, Callable[[World, People, Draws], People]], ...] = (
    (Purpose.USE, _use),
    (Purpose.TYPE_CHANGE, latent.change_of_type),
    (Purpose.TERMINAL, _terminal_and_contract),
    (Purpose.MOVE, _move),
    (Purpose.PLAN, _plan),
    (Purpose.PAYMENT, _payment),
    (Purpose.HIDDEN, _hidden),
)
"""What changes of itself, in this order, each with draws of its own."""


def network(world: World, people: People, draws: Draws, area_network: np.ndarray) -> People:
    """Move the customer's corner of the network; the share of dropped calls follows from it and the area."""
    by = world.network.own
    own = by.rho * people["own_network"] + np.sqrt(1 - by.rho**2) * by.sigma * draws.normal(people["serial"])
    return {"own_network": own, "drop_share": 1 / (1 + np.exp(-(area_network[people["area"]] + own)))}


def complaint_chances(world: World, people: People) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Give the chance to complain about the network, about that or the bill, and about anything at all."""
    by = world.complaints
    about_network = by.per_drop_share * people["drop_share"]
    rose = people["bill_fen"] > 1.5 * np.maximum(people["bill_before_fen"], 1000)
    about_bill = about_network + by.after_rise * rose
    return about_network, about_bill, about_bill + by.base * latent.factor(world, people, "complaint")


def complaint(world: World, people: People, draws: Draws, calmed: np.ndarray) -> People:
    """Let some complain: about the network where calls drop, the bill where it rose, or anything; some are failed.

    ``calmed`` is what care makes of each customer's chance to complain (`contact.complaint_factors`).
    """
    by, serial = world.complaints, people["serial"]
    about_network, about_bill, about_any = complaint_chances(world, people)
    chance, other = draws.uniform(serial) / calmed, 2 + draws.choice(serial, CATEGORY_WEIGHTS, 1)
    kind = np.select([chance < about_network, chance < about_bill, chance < about_any], [1, BILLING, other], 0)
    fails = np.where(people["pain"] > by.decay**2, by.failed_again, by.failed)
    failed = (kind > 0) & (draws.uniform(serial, 2) < fails)
    refunds = (kind == BILLING) & ~failed & (draws.uniform(serial, 3) < 0.7)
    amounts = np.array(world.extras.refund_fen)[draws.integers(serial, 0, len(world.extras.refund_fen), 4)]
    return {
        "complaint": kind,
        "complaint_failed": failed,
        "pain": np.where(failed, 1.0, people["pain"] * by.decay),
        "refund_fen": np.where(refunds, amounts, 0),
    }


def off_net(world: World, people: People, draws: Draws, left_share: np.ndarray) -> People:
    """Move the share of calls that go to other operators; ``left_share`` is the weight of partners who left."""
    by, offer, serial = world.circle.off_net, world.circle.offer, people["serial"]
    reached = draws.uniform(serial) < offer.chance
    noise = np.sqrt(1 - by.rho**2) * by.sigma * draws.normal(serial, 1)
    level = by.mean + by.rho * (people["off_net"] - by.mean) + noise + offer.lift * reached
    share = 1 / (1 + np.exp(-level))
    return {"off_net": level, "off_share": share + (1 - share) * left_share}
