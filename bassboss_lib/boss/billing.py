"""What use costs: the bills that customers expect of each plan, and the charges of real CDRs, by the rating room.

Everything that decides is approximate here and everything that is billed is exact: `charges` gives each event what the
rating engine gives it under its owner's plan.
"""

import numpy as np

from bassboss_lib.boss import latent, pricelist
from bassboss_lib.boss.world import World
from bassboss_lib.rating import FEE_ITEMS, Charged, ExpectedUse, Subscriptions, bill_items, charge_events, expected_bill
from bassboss_lib.rating.bills import Bills

__all__ = [
    "ITEM_COLUMNS",
    "MEGABYTE",
    "PREPAID",
    "best_plan",
    "brands",
    "charges",
    "cheapest_of_brand",
    "closed",
    "expected_bills",
    "marginal_prices",
    "near_own_bills",
    "totals",
    "use_by_class",
]

MEGABYTE = 1 << 20
PREPAID = "2"
"""The brand whose customers pay before they call."""
ON_NET = 0.75  # of local calls, on average
ITEM_COLUMNS = tuple(f"bill_{code}" for code in (*FEE_ITEMS[:-1], "0501", "0901", "discount"))
"""Columns of the state that hold the month's bill, fen by fee item, and the discount on the fee."""


def totals(world: World, habits: dict[str, np.ndarray], activity: np.ndarray) -> dict[str, np.ndarray]:
    """Give a month's outgoing minutes, megabytes and outgoing messages that follow from habits (logs)."""
    level = np.exp(activity)
    outgoing, answered = latent.outgoing_share(world, habits), 1.0 - world.usage.unanswered
    return {
        "minutes": np.exp(habits["log_calls"] + habits["log_minutes"]) * level * outgoing * answered,
        "megabytes": np.exp(habits["log_megabytes"]) * level,
        "messages": np.exp(habits["log_messages"]) * level * outgoing,
    }


def expected_bills(world: World, habits: dict[str, np.ndarray], activity: np.ndarray) -> np.ndarray:
    """Give about the bill in fen that habits lead to: one row per customer, one column per plan of the price list.

    Fee, and plain prices for what is expected beyond each bundle; `rating.expected_bill` is nearer and much slower.
    """
    use = totals(world, habits, activity)
    # A call of given seconds is billed about half a minute longer.
    use["minutes"] = use["minutes"] * (1.0 + 0.5 / np.exp(habits["log_minutes"]))
    rows = []
    for plan in world.plans:
        voice = np.maximum(use["minutes"] - plan.minutes, 0.0) * plan.price_voice
        data = np.maximum(use["megabytes"] - plan.megabytes, 0.0) * plan.price_data
        messages = np.maximum(use["messages"] - plan.messages, 0.0) * plan.price_message
        rows.append(plan.fee_fen + voice + data + messages)
    return np.stack(rows, axis=1)


def use_by_class(world: World, habits: dict[str, np.ndarray], activity: np.ndarray) -> dict[str, ExpectedUse]:
    """Give the same use by class of the price list, as `rating.expected_bill` takes it."""
    use, zones = totals(world, habits, activity), world.usage.zones
    roaming = latent.odds_of(zones.roaming, latent.factor(world, habits, "roaming"))
    home = (1 - roaming) / (1 - zones.roaming)
    local = home * (1 - zones.roaming - zones.international - zones.national)
    parts = {
        "v.roam": roaming,
        "v.intl": home * zones.international,
        "v.nat": home * zones.national,
        "v.local.on": local * ON_NET,
        "v.local.off": local * (1 - ON_NET),
    }
    seconds, calls = 60.0 * use["minutes"], use["minutes"] / np.exp(habits["log_minutes"])
    by_class = {name: ExpectedUse(seconds * part, calls * part) for name, part in parts.items()}
    by_class["sms"] = ExpectedUse(use["messages"], use["messages"])
    by_class["d.dom"] = ExpectedUse(use["megabytes"] * MEGABYTE, np.exp(habits["log_sessions"] + activity))
    return by_class


def near_own_bills(world: World, habits: dict[str, np.ndarray], activity: np.ndarray, plan: np.ndarray) -> np.ndarray:
    """Give the bill in fen that habits lead to under the plan that each customer has, as near as rating can tell.

    On a shared plan others call too: there it is the third part that `expected_bills` takes.
    """
    row = np.arange(len(plan))
    near = expected_bill(pricelist.compiled(), use_by_class(world, habits, activity))[row, plan]
    quick = expected_bills(world, habits, activity)[row, plan]
    return np.where(np.array([one.shared for one in world.plans])[plan], quick, near)


def marginal_prices(world: World, habits: dict[str, np.ndarray], plan: np.ndarray) -> dict[str, np.ndarray]:
    """Give what one more minute and one more megabyte is felt to cost under each customer's plan.

    The price beyond the bundle, by how far use reaches into it: next to nothing for those who never use it up.
    """
    use = totals(world, habits, np.zeros(len(plan)))
    felt = {}
    for name, unit, price in (("voice", "minutes", "price_voice"), ("data", "megabytes", "price_data")):
        reach = use[unit] / np.maximum(_of(world, unit)[plan], 1e-3)
        full = np.minimum(reach, 1e3) ** 4
        felt[name] = _of(world, price)[plan] * (0.1 + 0.9 * full / (1.0 + full))
    return felt


def cheapest_of_brand(world: World, bills: np.ndarray, brand: np.ndarray) -> np.ndarray:
    """Give the position of the cheapest plan within each customer's brand; ``bills`` as `expected_bills` gives them.

    A plan that families share is nobody's choice alone.
    """
    other = np.array([plan.brand for plan in world.plans])[None, :] != brand[:, None]
    other |= np.array([plan.shared for plan in world.plans])
    return np.where(other, np.inf, bills).argmin(axis=1)


def best_plan(world: World, bills: np.ndarray, plan: np.ndarray) -> np.ndarray:
    """Give the cheapest plan of the brand, or the customer's own where nothing is cheaper: a share in a family's."""
    best, row = cheapest_of_brand(world, bills, brands(world, plan)), np.arange(len(plan))
    return np.where(bills[row, best] < bills[row, plan], best, plan)


def brands(world: World, plan: np.ndarray) -> np.ndarray:
    """Give the brand code of each plan position."""
    return np.array([plan.brand for plan in world.plans])[plan]


def charges(
    plan: np.ndarray, event: dict[str, np.ndarray], started_s: np.ndarray, rows: Subscriptions, member: np.ndarray
) -> Charged:
    """Charge each event under its owner's plan, on the bill of the month that its record comes in.

    Parameters
    ----------
    plan : ndarray of int
        Position of each owner's plan.
    event : dict
        One entry per event, ordered by owner and time: ``owner`` (of a family, who pays), ``kind``, ``zone``,
        ``outgoing``, ``off_net``, ``duration_s``, ``volume_bytes``.
    started_s : ndarray of int
        Local seconds since 1970 of each event.
    rows : Subscriptions
        Who is billed: all for the same month.
    member : ndarray of int
        Place in the family of who made each event.

    Returns
    -------
    Charged
        ``charge_fen`` and ``item`` (place in `rating.FEE_ITEMS`) of each event, and what use costs each owner.
    """
    return charge_events(
        pricelist.compiled(),
        plan,
        owner=event["owner"],
        started_s=started_s,
        kind=event["kind"],
        outgoing=event["outgoing"],
        zone=event["zone"],
        on_net=~event["off_net"],
        duration_s=event["duration_s"],
        volume_bytes=event["volume_bytes"],
        rows=rows,
        member=member,
        month=np.full(len(started_s), rows.month[0] if len(rows) else 0),
    )


def closed(plan: np.ndarray, charged: Charged) -> Bills:
    """Close the bills of charged rows: fee, discounts, cap, least spend."""
    return bill_items(pricelist.compiled(), plan, charged)


def _of(world: World, name: str) -> np.ndarray:
    return np.array([getattr(plan, name) for plan in world.plans])
