"""Random price lists over all features of the schema, made as the text that people would write."""

from contextlib import suppress
from typing import Any

import numpy as np

from bassboss_lib.errors import CallError
from bassboss_lib.rating import Catalogue, compile_plans
from bassboss_lib.rating.pricelist import check_catalogue

CLASSES = {
    "v.local.on": {"service": "voice", "dir": "mo", "zone": "local", "net": "on"},
    "v.local.off": {"service": "voice", "dir": "mo", "zone": "local", "net": "off"},
    "v.nat": {"service": "voice", "dir": "mo", "zone": "national"},
    "v.roam": {"service": "voice", "zone": "roam"},
    "v.cug": {"service": "voice", "dir": "mo", "group": "closed"},
    "sms": {"service": "sms"},
    "d.dom": {"service": "data", "zone": "domestic"},
    "d.dir": {"service": "data", "zone": "domestic", "app": "directed"},
}
SERVICES = {
    "voice": ["v.local.on", "v.local.off", "v.nat", "v.roam", "v.cug"],
    "sms": ["sms"],
    "data": ["d.dom", "d.dir"],
}
TIMINGS = {
    "night": {"from": "21:00", "to": "08:00"},
    "weekend": {"weekdays": [6, 7], "holidays": "CN"},
    "noon": {"weekdays": [1, 2, 3, 4, 5], "from": "11:30", "to": "13:00"},
}


def some(chance: np.random.Generator, share: float) -> bool:
    return bool(chance.random() < share)


def pick(chance: np.random.Generator, values: list) -> Any:
    return values[int(chance.integers(len(values)))]


def subset(chance: np.random.Generator, values: list) -> list:
    return [value for value in values if some(chance, 0.6)] or [pick(chance, values)]


def money(chance: np.random.Generator, most: float, digits: int = 2) -> str:
    return f"{chance.random() * most:.{digits}f}"


def conventions(chance: np.random.Generator) -> dict:
    return {
        "band_by": pick(chance, ["start", "split"]),
        "month_by": "start",
        "allowance": pick(chance, ["after_increment", "raw"]),
        "zero_duration": pick(chance, ["free", "first_increment"]),
        "rounding": {
            "per": pick(chance, ["call", "line", "bill"]),
            "to": pick(chance, ["0.01", "0.01", "0.10"]),
            "mode": pick(chance, ["half_up", "half_even", "up", "down"]),
        },
        "kilo": pick(chance, [1024, 1000]),
    }


def sizes(service: str) -> dict[str, list]:
    """Give pers, increments, tier ends, blocks and bundles that suit a service."""
    if service == "voice":
        return {
            "per": ["60s", "30s", "1s"],
            "increment": [[60, 60], [60, 1], [60, 6], [6, 6], [30, 6], [1, 1]],
            "ends": [180, 600, "30min"],
            "block": ["10min"],
            "units": ["10min", "0min", "25min", "95s"],
        }
    if service == "sms":
        return {"per": [1], "increment": [[1, 1]], "ends": [1, 3, 8], "block": [5], "units": [0, 2, 3]}
    return {
        "per": ["1MB", "1GB", "100KB"],
        "increment": [["1KB", "1KB"], ["1MB", "1MB"], ["3MB", "1MB"], ["1GB", "1GB"]],
        "ends": ["100MB", "1GB", "3GB"],
        "block": ["500MB"],
        "units": ["300MB", "1GB", "0MB"],
    }


def rate(chance: np.random.Generator, service: str, classes: list[str], weight: int) -> dict:
    size, made = sizes(service), {"of": classes, "weight": weight}
    if some(chance, 0.4):
        made["when"] = subset(chance, list(TIMINGS))
    kind = pick(
        chance, ["plain", "plain", "call", "graduated", "volume"] if service == "voice" else ["plain", "graduated"]
    )
    if kind == "plain":
        made |= {
            "price": money(chance, 0.5, 3),
            "per": pick(chance, size["per"]),
            "increment": pick(chance, size["increment"]),
        }
    elif kind == "call":
        steps = [
            {
                "to": 180,
                "price": money(chance, 0.5),
                "per": "60s",
                "increment": pick(chance, [[180, 180], [60, 60], [60, 1]]),
            }
        ]
        made |= {
            "steps": {"on": "call"},
            "tiers": [*steps, {"price": money(chance, 0.3), "per": "60s", "increment": [60, 6]}],
        }
    else:
        made |= monthly(chance, size, kind)
    if kind in ("plain", "call"):
        extras = {"connect": money(chance, 0.2), "max_per_call": money(chance, 3)}
        made |= {name: value for name, value in extras.items() if some(chance, 0.25)}
        if some(chance, 0.2):
            made["surcharge"] = pick(chance, [{"percent": "10"}, {"amount": "0.05"}, {"percent": "2.5"}])
    if some(chance, 0.25):
        per = "month" if kind in ("graduated", "volume") else pick(chance, ["day", "month"])
        made["cap"] = {"per": per, "amount": money(chance, 4)}
    return made


def monthly(chance: np.random.Generator, size: dict[str, list], kind: str) -> dict:
    ends = size["ends"][: int(chance.integers(1, 3))]
    tiers: list[dict] = []
    for end in [*ends, None]:
        tier = {"price": money(chance, 0.5, 3), "per": pick(chance, size["per"])}
        if end is not None:
            tier["to"] = end
        if kind == "graduated" and some(chance, 0.3):
            tier["block"] = {"size": pick(chance, size["block"]), "cap": money(chance, 2)}
        if kind == "graduated" and some(chance, 0.3):
            tier["increment"] = pick(chance, size["increment"])
        tiers.append(tier)
    made = {"steps": {"on": pick(chance, ["month", "month_overage"]), "policy": kind}, "tiers": tiers}
    return made | ({"increment": pick(chance, size["increment"])} if some(chance, 0.7) else {})


def allowance(chance: np.random.Generator, number: int, service: str, group: bool) -> dict:
    made = {"id": f"a{number}", "units": pick(chance, sizes(service)["units"]), "of": subset(chance, SERVICES[service])}
    made["priority"] = int(chance.integers(1, 20))
    if some(chance, 0.3):
        made["when"] = subset(chance, list(TIMINGS))
    if some(chance, 0.3):
        made["rollover"] = int(chance.integers(1, 3))
    if group and some(chance, 0.5):
        made["shared"] = "group"
    return made


def plan(chance: np.random.Generator, number: int, to: str) -> dict:
    group = some(chance, 0.3)
    services = [service for service in SERVICES if some(chance, 0.85)] or ["voice"]
    rates = []
    for service in services:
        for _ in range(int(chance.integers(1, 4))):
            rates.append(rate(chance, service, subset(chance, SERVICES[service]), len(rates)))
    bundles = [allowance(chance, at, pick(chance, services), group) for at in range(int(chance.integers(0, 4)))]
    made: dict[str, Any] = {
        "id": f"P{number}",
        "scope": "group" if group else "customer",
        "rates": rates,
        "allowances": bundles,
    }
    if some(chance, 0.8):
        made["fee"] = {"amount": money(chance, 50), "period": pick(chance, ["month", "month", "day"])}
        made["fee"]["prorate"] = pick(chance, ["none", "daily"])
        if group and some(chance, 0.5):
            made["fee"]["per_member"] = money(chance, 10)
    places = 2 if to == "0.01" else 1
    if some(chance, 0.3):
        made["discounts"] = [{"of": pick(chance, ["bill", "fee", "usage"]), "percent": pick(chance, ["5", "12.5"])}]
        made["discounts"].append({"of": "bill", "amount": "1.50", "when": {"bill_over": "20.00"}})
    if some(chance, 0.3):
        made["cap"] = {"per": "month", "amount": f"{50 + chance.random() * 20:.{places}f}"}
    if some(chance, 0.3):
        made["min_spend"] = f"{chance.random() * 40:.{places}f}"
    return made


def random_catalogue(seed: int, plans: int = 5) -> Catalogue:
    chance = np.random.default_rng(seed)
    chosen = conventions(chance)
    exclusive = {"mode": "exclusive", "percent": "6"}
    head = {"id": "random", "currency": "CNY", "tz": "Asia/Shanghai", "conventions": chosen}
    head |= {"timings": TIMINGS, "classes": CLASSES, "tax": exclusive if some(chance, 0.3) else {"mode": "inclusive"}}
    made: list[dict] = []
    while len(made) < plans:
        drawn = plan(chance, len(made), chosen["rounding"]["to"])
        with suppress(CallError):  # prices without parts in common are refused; draw again
            compile_plans(check_catalogue({"catalogue": head, "plans": [drawn]}, "random"))
            made.append(drawn)
    return check_catalogue({"catalogue": head, "plans": made}, "random")
