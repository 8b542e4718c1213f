"""What use costs: the bills customers expect, and the charges of real CDRs, item by item, in whole fen.

A first, simple rating: calls round up to minutes, sessions to megabytes, bundles are used up in the order of time. The
room ``rating`` will take its place; until then this is the price list of the world.
"""

import json

import numpy as np

from bassboss_lib.boss.world import Plan, World

__all__ = [
    "FEE",
    "ITEMS",
    "ITEM_COLUMNS",
    "MEGABYTE",
    "PREPAID",
    "beyond",
    "brands",
    "charges",
    "cheapest_of_brand",
    "expected_bills",
    "marginal_prices",
    "terms",
    "totals",
]

MEGABYTE = 1 << 20

PREPAID = "2"
"""The brand whose customers pay before they call."""
FEE = "0101"
ITEMS = ("0201", "0301", "0401", "0601", "0633")
"""Fee items of use: roaming, toll, local calls, messages, data; `charges` gives each event its place in this list."""


ITEM_COLUMNS = tuple(f"bill_{code}" for code in ("0101", *ITEMS, "0501", "0901", "discount"))
"""Columns of the state that hold the month's bill, fen by fee item, and the discount on the fee."""


def totals(world: World, habits: dict[str, np.ndarray], activity: np.ndarray) -> dict[str, np.ndarray]:
    """Give a month's outgoing minutes, megabytes and outgoing messages that follow from habits (logs)."""
    level = np.exp(activity)
    return {
        "minutes": np.exp(habits["log_calls"] + habits["log_minutes"]) * level * world.usage.outgoing,
        "megabytes": np.exp(habits["log_megabytes"]) * level,
        "messages": np.exp(habits["log_messages"]) * level * world.usage.outgoing,
    }


def expected_bills(world: World, habits: dict[str, np.ndarray], activity: np.ndarray) -> np.ndarray:
    """Give the bill in fen that habits lead to under each plan: one row per customer, one column per plan."""
    use = totals(world, habits, activity)
    # A call of given seconds is billed about half a minute longer.
    billed_minutes = use["minutes"] * (1.0 + 0.5 / np.exp(habits["log_minutes"]))
    rows = []
    for plan in world.plans:
        voice = np.maximum(billed_minutes - plan.minutes, 0.0) * plan.price_voice
        data = np.maximum(use["megabytes"] - plan.megabytes, 0.0) * plan.price_data
        messages = np.maximum(use["messages"] - plan.messages, 0.0) * world.prices.message
        rows.append(plan.fee_fen + voice + data + messages)
    return np.stack(rows, axis=1)


def cheapest_of_brand(world: World, bills: np.ndarray, brand: np.ndarray) -> np.ndarray:
    """Give the position of the cheapest plan within each customer's brand; ``bills`` as `expected_bills` gives them."""
    other = np.array([plan.brand for plan in world.plans])[None, :] != brand[:, None]
    return np.where(other, np.inf, bills).argmin(axis=1)


def marginal_prices(world: World, habits: dict[str, np.ndarray], plan: np.ndarray) -> dict[str, np.ndarray]:
    """Give what one more minute and one more megabyte is felt to cost under each customer's plan.

    The price beyond the bundle, by how far use reaches into it: next to nothing for those who never use it up.
    """
    use = totals(world, habits, np.zeros(len(plan)))
    felt = {}
    for name, unit, price in (("voice", "minutes", "price_voice"), ("data", "megabytes", "price_data")):
        reach = use[unit] / np.maximum(_of(world, unit)[plan], 1e-3)
        felt[name] = _of(world, price)[plan] * (0.1 + 0.9 * reach**4 / (1.0 + reach**4))
    return felt


def brands(world: World, plan: np.ndarray) -> np.ndarray:
    """Give the brand code of each plan position."""
    return np.array([plan.brand for plan in world.plans])[plan]


def beyond(units: np.ndarray, allowance: np.ndarray, first: np.ndarray) -> np.ndarray:
    """Give the part of each event's units that lies beyond the owner's bundle.

    Parameters
    ----------
    units : ndarray of int
        Units of each event, ordered by owner and time.
    allowance : ndarray of int
        The bundle of the event's owner, in the same units.
    first : ndarray of int
        For each event, the position of its owner's first event.

    Examples
    --------
    >>> beyond(np.array([30, 30, 5]), np.array([40, 40, 0]), np.array([0, 0, 2])).tolist()
    [0, 20, 5]
    """
    running = np.cumsum(units)
    before_owner = running[first] - units[first]
    return np.clip(running - before_owner - allowance, 0, units)


def charges(world: World, plan: np.ndarray, event: dict[str, np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Charge each event under its owner's plan.

    Parameters
    ----------
    plan : ndarray of int
        Position of the plan of each event's owner.
    event : dict
        One entry per event, ordered by owner and time: ``first`` (position of the owner's first event), ``kind``
        (0 voice, 1 message, 2 data), ``zone`` (0 local, 1 national, 2 international, 3 roaming), ``outgoing``,
        ``duration_s``, ``volume_bytes``.

    Returns
    -------
    tuple of ndarray
        Charge in fen, and the place of the fee item in `ITEMS`, one per event.
    """
    kind, zone = event["kind"], event["zone"]
    minutes = -(-event["duration_s"] // 60) * (event["outgoing"] & (kind == 0))
    bundled = {
        "minutes": minutes * (zone <= 1),
        "messages": ((kind == 1) & event["outgoing"]).astype(np.int64),
        "megabytes": -(-event["volume_bytes"] // MEGABYTE),
    }
    over = {name: beyond(units, _of(world, name)[plan], event["first"]) for name, units in bundled.items()}
    charge = (
        over["minutes"] * _of(world, "price_voice")[plan]
        + over["messages"] * world.prices.message
        + over["megabytes"] * _of(world, "price_data")[plan]
        + minutes * (zone == 2) * world.prices.international_minute
        + minutes * (zone == 3) * world.prices.roaming_minute
    )
    voice_item = np.array([2, 1, 1, 0])[zone]
    return charge, np.where(kind == 0, voice_item, np.where(kind == 1, 3, 4))


def _of(world: World, name: str) -> np.ndarray:
    return np.array([getattr(plan, name) for plan in world.plans])


def terms(plan: Plan, world: World) -> str:
    """Write a plan's terms as JSON in the plan schema; money as decimal strings in yuan."""

    def yuan(fen: int) -> str:
        return f"{fen // 100}.{fen % 100:02d}"

    voice = ["v.local.on", "v.local.off", "v.nat"]
    bundles = [
        ("min", f"{plan.minutes}min", voice),
        ("gb", f"{plan.megabytes}MB", ["d.dom"]),
        ("sms", plan.messages, ["sms"]),
    ]
    minute = {"per": "60s", "increment": [60, 60]}
    content = {
        "id": plan.id,
        "payment": "prepaid" if plan.brand == "2" else "postpaid",
        "fee": {"amount": yuan(plan.fee_fen), "period": "month", "prorate": "none"},
        "allowances": [
            {"id": name, "units": units, "of": of} for name, units, of in bundles if units not in (0, "0min")
        ],
        "rates": [
            {"of": voice, "price": yuan(plan.price_voice)} | minute,
            {"of": ["v.intl"], "price": yuan(world.prices.international_minute)} | minute,
            {"of": ["v.roam"], "price": yuan(world.prices.roaming_minute)} | minute,
            {"of": ["v.in"], "price": "0"},
            {"of": ["sms"], "price": yuan(world.prices.message)},
            {"of": ["d.dom"], "price": yuan(plan.price_data), "per": "1MB", "increment": ["1MB", "1MB"]},
        ],
    }
    return json.dumps(content, ensure_ascii=False, separators=(",", ":"))
