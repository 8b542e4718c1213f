"""The world set beside public facts: calls, the day, a month's use, what is paid, who leaves, how figures balance.

Everything is counted from what is delivered (states and call records of a month), nothing from the truth.
"""

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from bassboss_lib import months
from bassboss_lib.boss import history, settling
from bassboss_lib.boss.billing import ITEM_COLUMNS, brands
from bassboss_lib.boss.moments import KINDS
from bassboss_lib.boss.state import CLOSED, State
from bassboss_lib.boss.world import World, read_world
from bassboss_lib.errors import CallError
from bassboss_lib.workspace import Workspace, read_yaml

__all__ = ["PARTS", "described", "portrait", "public_figures"]

CUSTOMERS_MAX = 20_000  # whose call records are looked at
BRAND_NAMES = {"1": "全球通", "2": "神州行", "3": "动感地带"}
HIGH_VALUE_FEN_A_DAY = 700


@cache
def public_figures() -> dict[str, Any]:
    """Give the public figures that the world is set beside, with their sources."""
    content = read_yaml(Path(__file__).with_name("public_figures.yaml"))
    if not isinstance(content, dict):
        raise CallError("no mapping", where="public_figures.yaml", remedy="install the package again")
    return content


def portrait(workspace: Workspace, month: str = "", world: World | None = None) -> dict[str, pd.DataFrame]:
    """Describe a month of the world beside public facts.

    Parameters
    ----------
    workspace : Workspace
        Where the world lives.
    month : str, optional
        Default the newest that was lived.
    world : World, optional
        Default the shipped one.

    Returns
    -------
    dict of DataFrame
        ``calls`` (quantile, world, public; seconds of answered and unanswered calls), ``hours`` (kind, hour, world,
        public; shares of a day), ``use`` (quantity, quantile, world, public; a month), ``arpu`` (brand, arpu_fen, low,
        high), ``churn`` (month, brand, rate, cap), ``transitions`` (before, after, customers, share), ``balances``
        (figure, value, low, high). Rates and shares are between 0 and 1.
    """
    world, lived = world or read_world(), history.lived(workspace)
    states = [history.state_of(workspace, one) for one in lived if not month or one <= month]
    cdr = _cdr(world, states[-1])
    return {name: part(world, states, cdr) for name, part in PARTS.items()}


def described(parts: dict[str, pd.DataFrame], planted: dict[str, Any]) -> tuple[dict, dict, dict]:
    """Give figures, intervals and rows of a portrait and of `describe`, in the shape that a run ends with."""
    calls, arpu = parts["calls"].set_index("quantile")["world"], parts["arpu"].set_index("brand")["arpu_fen"]
    balances = parts["balances"]
    figures = {
        "call_seconds_median": float(calls["0.50"]),
        "unanswered": float(calls["unanswered"]),
        "arpu_fen": float(arpu["all"]),
        "churn_max": float(parts["churn"]["rate"].max()),
        "balances_outside": int((~balances["value"].between(balances["low"], balances["high"])).sum()),
    }
    figures |= {name: planted[name] for name in ("label_rate", "auc_truth") if name in planted}
    return figures, {}, {"customers": int(parts["transitions"]["customers"].sum())}


def _cdr(world: World, state: State) -> pd.DataFrame:
    """Give the call records of the first customers, with their brand."""
    some = state.rows(slice(0, CUSTOMERS_MAX))
    missing = settling.missing_partners(state)[:CUSTOMERS_MAX]
    event, _ = settling.charged(world, some, missing)
    frame = pd.DataFrame({name: event[name] for name in ("owner", "second", "kind", "outgoing", "duration_s")})
    frame["volume_bytes"], frame["charge_fen"] = event["volume_bytes"], event["charge_fen"]
    return frame.assign(brand=brands(world, some.people["plan"])[event["owner"]])


def _calls(world: World, states: list[State], cdr: pd.DataFrame) -> pd.DataFrame:
    public = public_figures()["call_records"]
    seconds = cdr.loc[cdr["kind"] == 0, "duration_s"]
    told = public["call_seconds"]
    rows = [(name, float(seconds.quantile(float(name))), float(value)) for name, value in told.items()]
    rows.append(("mean", float(seconds.mean()), public["call_seconds_mean"]))
    rows.append(("unanswered", float((seconds == 0).mean()), public["unanswered"]))
    return pd.DataFrame(rows, columns=["quantile", "world", "public"])


def _hours(world: World, states: list[State], cdr: pd.DataFrame) -> pd.DataFrame:
    rows = []
    for place, kind in enumerate(KINDS):
        hour = cdr.loc[cdr["kind"] == place, "second"] // 3600 % 24
        share = np.bincount(hour, minlength=24) / max(len(hour), 1)
        public = np.array(public_figures()["call_records"]["hours"][kind])
        rows.append(pd.DataFrame({"kind": kind, "hour": range(24), "world": share, "public": public / public.sum()}))
    return pd.concat(rows, ignore_index=True)


def _use(world: World, states: list[State], cdr: pd.DataFrame) -> pd.DataFrame:
    out = cdr[cdr["outgoing"]]
    by_customer = {
        "minutes": out[out["kind"] == 0].groupby("owner")["duration_s"].sum() / 60,
        "messages": out[out["kind"] == 1].groupby("owner").size(),
        "megabytes": out[out["kind"] == 2].groupby("owner")["volume_bytes"].sum() / 2**20,
    }
    public = public_figures()["monthly_use"]
    rows = [
        (name, quantile, float(values.quantile(float(quantile))), float(value))
        for name, values in by_customer.items()
        for quantile, value in public[name].items()
    ]
    return pd.DataFrame(rows, columns=["quantity", "quantile", "world", "public"])


def _arpu(world: World, states: list[State], cdr: pd.DataFrame) -> pd.DataFrame:
    state, bands = states[-1], public_figures()["bands"]["arpu_fen"]
    brand = brands(world, state.people["plan"])
    rows = []
    for code, (low, high) in bands.items():
        mine = state.active & ((brand == code) | (code == "all"))
        rows.append((code, float(state.people["bill_fen"][mine].mean()), low, high))
    return pd.DataFrame(rows, columns=["brand", "arpu_fen", "low", "high"])


def _churn(world: World, states: list[State], cdr: pd.DataFrame) -> pd.DataFrame:
    """Give each brand's monthly churn, a month counted as a twelfth of the year by its days."""
    rows = []
    for state in states:
        people, brand = state.people, brands(world, state.people["plan"])
        left = np.isin(people["status"], CLOSED) & ~np.isin(people["status_before"], CLOSED)
        month_part = months.days(state.month) * 12 / 365
        for code, cap in public_figures()["bands"]["churn_max"].items():
            mine = brand == code
            rate = float((left & mine).sum() / max((state.active & mine).sum(), 1)) / month_part
            rows.append((state.month, code, rate, cap))
    return pd.DataFrame(rows, columns=["month", "brand", "rate", "cap"])


def _transitions(world: World, states: list[State], cdr: pd.DataFrame) -> pd.DataFrame:
    people = states[-1].people
    frame = pd.DataFrame({"before": people["status_before"], "after": people["status"]})
    frame = frame[frame["before"] > 0]
    counted = frame.value_counts().rename("customers").reset_index().sort_values(["before", "after"])
    counted["share"] = counted["customers"] / counted.groupby("before")["customers"].transform("sum")
    return counted.astype({"before": str, "after": str}).reset_index(drop=True)


def _balances(world: World, states: list[State], cdr: pd.DataFrame) -> pd.DataFrame:
    state, bands = states[-1], public_figures()["bands"]
    people, brand = state.people, brands(world, state.people["plan"])
    rows: list[tuple[str, float, float, float]] = []
    use = sum(people[name].sum() for name in ITEM_COLUMNS[1:6])
    if len(state) <= CUSTOMERS_MAX:
        gap = abs(float(cdr["charge_fen"].sum()) / max(float(use), 1.0) - 1)
        rows.append(("use_balance", gap, 0.0, bands["use_balance_max"]))
    rows += _flows(states, bands)
    calls = np.sum([people[f"bill_{item}"] for item in ("0201", "0301", "0401")], axis=0)
    everything = np.sum([people[name] for name in ITEM_COLUMNS[:-1]], axis=0)
    for code, (low, high) in bands["voice_share"].items():
        mine = brand == code
        rows.append((f"voice_share_{code}", float(calls[mine].sum() / max(everything[mine].sum(), 1)), low, high))
    best = state.active & (brand == "1")
    dear = people["bill_fen"] >= HIGH_VALUE_FEN_A_DAY * months.days(state.month)
    rows.append(("high_value_share", float(dear[best].mean()), *bands["high_value_share"]))
    messages = cdr[(cdr["kind"] == 1) & (cdr["charge_fen"] > 0)]["charge_fen"]
    rows.append(("message_fen", float(messages.mean()), *bands["message_fen"]))
    return pd.DataFrame(rows, columns=["figure", "value", "low", "high"])


def _flows(states: list[State], bands: dict[str, Any]) -> list[tuple[str, float, float, float]]:
    """Give what balances between two months: who was there, came and left; and how departures changed."""
    if len(states) < 2:
        return []
    here, before = (_present(state) for state in states[:-3:-1])
    came = (states[-1].people["status_before"] == 0).sum()
    left = [_closed_now(state) for state in states[:-3:-1]]
    flow = abs(float(here - before - came + left[0])) / max(float(here), 1.0)
    change = abs(left[0] / max(left[1], 1) - 1)
    return [("flow", flow, 0.0, bands["flow_max"]), ("left_change", change, 0.0, bands["left_change_max"])]


def _present(state: State) -> int:
    return int((~np.isin(state.people["status"], CLOSED)).sum())


def _closed_now(state: State) -> int:
    people = state.people
    return int((np.isin(people["status"], CLOSED) & ~np.isin(people["status_before"], CLOSED)).sum())


PARTS: dict[str, Callable[[World, list[State], pd.DataFrame], pd.DataFrame]] = {
    "calls": _calls,
    "hours": _hours,
    "use": _use,
    "arpu": _arpu,
    "churn": _churn,
    "transitions": _transitions,
    "balances": _balances,
}
"""Part of the portrait to the function that counts it."""
