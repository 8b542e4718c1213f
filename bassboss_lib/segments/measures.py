"""How each customer stands on every dimension: sums of up to six months, one row per customer in the network.

Six months, because who somebody is shows in habits and not in one month. Whoever joined later is measured over the
months since. Shares of few calls are drawn towards the share of all, so that three calls do not make a night owl.
"""

from typing import Any

import narwhals as nw
import pandas as pd

from bassboss_lib import months
from bassboss_lib.engine import Engine
from bassboss_lib.errors import InputRefused
from bassboss_lib.features import View
from bassboss_lib.segments.dimensions import dimensions
from bassboss_lib.warehouse.partitions import paths

__all__ = ["IN_NETWORK", "MONTHS", "measures"]

MONTHS = 6
IN_NETWORK = ("1010", "1031", "1032", "1033", "1039")
"""Status codes of customers who are divided; whoever has left is in no segment."""

PRIOR_EVENTS = 20.0
PRIOR_PAIRS = 50.0
PRIOR_FEN = 2000.0
BYTES_PER_MB = 1024 * 1024
DAYS_A_MONTH = 30.4
USAGE = (
    "call_out_count", "call_in_count", "call_short_count", "event_count", "night_event_count", "abroad_count",
    "sms_out_count", "data_bytes",
)  # fmt: skip
CIRCLE = ("event_pairs", "same_partner_pairs")
BILLS = ("receivable_fen", "fixed_fen")


def measures(view: View) -> pd.DataFrame:
    """Measure every customer in the network as of a month.

    Returns
    -------
    DataFrame
        One row per customer, indexed and ordered by pseudonym; one float64 column per dimension of
        ``dimensions.yaml``, in its natural unit.

    Raises
    ------
    InputRefused
        If a unit of the month, complaints among them, was not delivered: a segment that lacks a dimension for one
        month would move customers who did not change.
    """
    customer = view.customers()
    here = customer[customer["status"].isin(IN_NETWORK)].set_index("pseudonym")
    complaints = view.recent("complaint", MONTHS, ["pseudonym"]).groupby("pseudonym").size()
    with Engine(view.workspace.warehouse) as engine:
        tables = (("usage_month", USAGE), ("circle_month", CIRCLE), ("bill_month", BILLS))
        usage, circle, bills = (_sums(view, engine, *one).reindex(here.index).fillna(0.0) for one in tables)
    days = _days_known(view, here)
    seen = _months_seen(view, days)
    frame = pd.DataFrame(index=here.index)
    for name, column in (_habits(usage, seen) | _spending(bills, seen)).items():
        frame[name] = column
    frame["circle"] = _partners(circle)
    frame["tenure"] = days / DAYS_A_MONTH
    frame["complaints"] = complaints.reindex(here.index).fillna(0.0)
    return frame[list(dimensions())].astype("float64")


def _habits(usage: pd.DataFrame, seen: pd.Series) -> dict[str, pd.Series]:
    calls = usage["call_out_count"] + usage["call_in_count"]
    return {
        "calls": calls / seen,
        "data": usage["data_bytes"] / BYTES_PER_MB / seen,
        "sms": usage["sms_out_count"] / seen,
        "night": _share(usage["night_event_count"], usage["event_count"], PRIOR_EVENTS),
        "away": _share(usage["abroad_count"], calls, PRIOR_EVENTS),
        "outgoing": _share(usage["call_out_count"], calls, PRIOR_EVENTS),
        "short_calls": _share(usage["call_short_count"], calls, PRIOR_EVENTS),
    }


def _spending(bills: pd.DataFrame, seen: pd.Series) -> dict[str, pd.Series]:
    beyond = bills["receivable_fen"] - bills["fixed_fen"]
    return {"spend": bills["receivable_fen"] / seen, "beyond": _share(beyond, bills["receivable_fen"], PRIOR_FEN)}


def _partners(circle: pd.DataFrame) -> pd.Series:
    """Give the effective number of partners: one over the chance that two events are with the same one.

    Unlike a count of partners it does not grow with how much is called.
    """
    return 1.0 / _share(circle["same_partner_pairs"], circle["event_pairs"], PRIOR_PAIRS).clip(lower=1e-3)


def _sums(view: View, engine: Engine, table: str, columns: tuple[str, ...]) -> pd.DataFrame:
    span = months.span(months.add(view.month, 1 - MONTHS), view.month)
    found = paths(view.workspace, table, span, view.known.get(table))
    if not found or found[-1].parent.name != f"month={view.month}":
        what = f"{table} of {view.month} is not in the warehouse"
        raise InputRefused(what, where=view.month, kept="last month's segments", remedy="run `bassboss ingest`")
    sums: dict[str, Any] = {name: nw.col(name).sum() for name in columns}
    total = engine.collect(engine.scan(found).group_by("pseudonym").agg(**sums), ["pseudonym"])
    return total.to_pandas().set_index("pseudonym").astype("float64")


def _days_known(view: View, here: pd.DataFrame) -> pd.Series:
    end = pd.Timestamp(months.last_day(view.month))
    return (end - pd.to_datetime(here["join_date"])).dt.days.fillna(0.0).clip(lower=0.0)


def _months_seen(view: View, days: pd.Series) -> pd.Series:
    """Count the months in which a customer can have been seen: delivered, since joining; half a month at least."""
    span = months.span(months.add(view.month, 1 - MONTHS), view.month)
    delivered = len(paths(view.workspace, "usage_month", span, view.known.get("usage_month")))
    return ((days + 1) / DAYS_A_MONTH).clip(lower=0.5, upper=float(delivered))


def _share(part: pd.Series, whole: pd.Series, prior: float) -> pd.Series:
    """Give shares, drawn by a prior weight to what is usual among those with much to tell it by."""
    many = whole >= max(float(whole.median()), 1.0)
    usual = float((part[many] / whole[many]).median()) if many.any() else 0.0
    return (part + prior * usual) / (whole + prior)
