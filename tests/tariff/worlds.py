"""A small warehouse: the world's price list, customers with calls, and bills that the reference engine made."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path

import numpy as np

from bassboss_lib import boss
from bassboss_lib.rating import FEE_ITEMS, Call, Catalogue, Month, rate_owner, read_catalogue, terms
from bassboss_lib.rating.classes import class_of
from tests.conftest import call, customer

CATALOGUE: Catalogue = read_catalogue(Path(boss.__file__).with_name("plans.yaml"))
MONTHS = ("202609", "202610")
SERVICE_ITEM = {"local": "0401", "national": "0301", "international": "0301", "roaming": "0201"}
Put = Callable[..., None]


def fill(
    put: Put, people: int = 60, seed: int = 1, changed: int = 0, exact: bool = True, *, late: int = 0
) -> dict[tuple[str, str], int]:
    """Fill the warehouse for two months; the first ``changed`` customers hold another plan in the second month.
    Bills are by the reference engine, or a yuan each where ``exact`` is not asked for. ``late`` call records of each
    customer and month come late: they are of the month before.

    Returns
    -------
    dict
        (pseudonym, month) → the bill by the reference engine, in fen.
    """
    rng = np.random.default_rng(seed)
    singles = [plan.id for plan in CATALOGUE.plans if plan.scope == "customer"]
    bills = {}
    for place, month in enumerate(MONTHS):
        customers, calls, items = [], [], []
        for number in range(people):
            name = f"p{number:03d}"
            held = CATALOGUE.plan(singles[(number + (place if number < changed else 0)) % len(singles)])
            brand = {"brand": held.brand, "plan_id": held.id}
            customers.append(customer(name, **brand, birth_date=date(1950 + number % 50, 1, 1)))
            own = _calls(rng, name, month)
            for one in own[:late]:
                one["started_at"] -= timedelta(days=28)
            calls += own
            said = _billed(held.id, month, own) if exact else {"0101": 100}
            bills[name, month] = sum(said.values())
            items += [_item(name, month, item, fen) for item, fen in said.items() if fen]
        put("customer", month, customers)
        put("cdr", month, calls)
        put("bill_item", month, items)
        put("plan", month, [{"plan_id": plan.id, "terms": terms(CATALOGUE, plan)} for plan in CATALOGUE.plans])
    return bills


def _item(name: str, month: str, item: str, fen: int) -> dict:
    amounts = {"receivable_fen": int(fen), "discount_fen": 0}
    return {"pseudonym": name, "month": month, "fee_item": item, **amounts}


def _calls(rng: np.random.Generator, name: str, month: str) -> list[dict]:
    first = datetime(int(month[:4]), int(month[4:]), 1)
    made = []
    for moment in sorted(rng.integers(0, 27 * 86_400, rng.integers(5, 40))):
        kind = ("voice", "sms", "data")[rng.integers(3)]
        seconds = int(rng.integers(0, 2_000)) if kind == "voice" else 0
        volume = int(rng.integers(0, 1 << 30)) if kind == "data" else 0
        changes = {"kind": kind, "direction": "mo", "duration_s": seconds, "volume_bytes": volume}
        changes["zone"] = "local" if kind == "data" else ("local", "national")[rng.integers(2)]
        changes["other_operator"] = ("CM", "CU")[rng.integers(2)]
        made.append(call(name, (first + timedelta(seconds=int(moment))).isoformat(), **changes))
    return made


def _billed(plan: str, month: str, calls: list[dict]) -> dict[str, int]:
    header, held = CATALOGUE.header, CATALOGUE.plan(plan)
    records = [
        Call(
            class_of(header.classes, one["kind"], one["direction"], one["zone"], on_net=one["other_operator"] == "CM"),
            one["started_at"],
            {"voice": one["duration_s"], "sms": 1, "data": one["volume_bytes"]}[one["kind"]],
        )
        for one in calls
    ]
    first = datetime(int(month[:4]), int(month[4:]), 1)
    days = (first.replace(day=28) + timedelta(days=4)).replace(day=1) - first
    bill = rate_owner(header, held, [Month(first, days.days, records)])[0]
    said = dict.fromkeys(FEE_ITEMS, 0)
    for one, fen in zip(calls, bill.charges, strict=True):
        item = {"sms": "0601", "data": "0633"}.get(one["kind"]) or SERVICE_ITEM[one["zone"]]
        said[item] += fen
    said["0101"] = sum(line.amount_fen for line in bill.lines if line.kind == "fee")
    said["0901"] = bill.total_fen - sum(said.values())
    return said
