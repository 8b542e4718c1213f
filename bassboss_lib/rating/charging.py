"""Charging events as they happen: what the stand-in BOSS bills by, and what parity is judged by.

`charge_events` takes columns of CDRs of some owners, ordered by owner and time, with the plan of each owner, and gives
the charge and fee item of every event; blocks of owners may be charged apart and in any order. `bill_items` closes the
bills.
"""

from dataclasses import dataclass

import numpy as np

from bassboss_lib.errors import InputRefused
from bassboss_lib.rating.bills import Bills, close_bills
from bassboss_lib.rating.classes import FEE_ITEMS, class_codes
from bassboss_lib.rating.compiled import Compiled
from bassboss_lib.rating.usage import Subscriptions, Usage, make_usage

__all__ = ["Charged", "bill_items", "charge_events", "event_units", "events_usage"]

VOICE, SMS, DATA = range(3)


@dataclass(frozen=True)
class Charged:
    """``charge_fen`` and ``item`` (place in `FEE_ITEMS`) of each event; ``use_fen`` and ``rows`` by owner and month.

    ``item`` is that of "other" where no class fits. Charges of an owner's events add up to ``use_fen``.
    """

    charge_fen: np.ndarray
    item: np.ndarray
    rows: Subscriptions
    use_fen: np.ndarray


def event_units(kind: np.ndarray, duration_s: np.ndarray, volume_bytes: np.ndarray) -> np.ndarray:
    """Give what counts of an event: seconds of a call, one message, bytes of a session."""
    return np.where(kind == VOICE, duration_s, np.where(kind == SMS, 1, volume_bytes)).astype(np.int64)


def events_usage(
    *,
    owner: np.ndarray,
    started_s: np.ndarray,
    kind: np.ndarray,
    outgoing: np.ndarray,
    zone: np.ndarray,
    on_net: np.ndarray,
    duration_s: np.ndarray,
    volume_bytes: np.ndarray,
    rows: Subscriptions | None = None,
    month: np.ndarray | None = None,
    member: np.ndarray | None = None,
) -> Usage:
    """Make usage of CDR columns in the order of owner and time; parameters as in `charge_events`."""
    code, units = class_codes(kind, outgoing, zone, on_net=on_net), event_units(kind, duration_s, volume_bytes)
    return make_usage(owner, started_s, code, units, member=member, rows=rows, month=month)


def charge_events(
    compiled: Compiled,
    plan_of_owner: np.ndarray,
    *,
    owner: np.ndarray,
    started_s: np.ndarray,
    kind: np.ndarray,
    outgoing: np.ndarray,
    zone: np.ndarray,
    on_net: np.ndarray,
    duration_s: np.ndarray,
    volume_bytes: np.ndarray,
    rows: Subscriptions | None = None,
    month: np.ndarray | None = None,
    member: np.ndarray | None = None,
    threads: int = 1,
) -> Charged:
    """Charge events under the plans of their owners.

    Parameters
    ----------
    compiled : Compiled
        The catalogue, from `compile_plans`.
    plan_of_owner : ndarray of int
        Place of the plan in the catalogue, indexed by owner.
    owner, started_s : ndarray of int
        One entry per event, in the order of owner and time; local seconds since 1970.
    kind, zone : ndarray of int
        Places in `KINDS` and `ZONES`.
    outgoing, on_net : ndarray of bool
        Whether the owner called (mo), and whether the other party is a customer of this operator.
    duration_s, volume_bytes : ndarray of int
        Length of a call, size of a session.
    rows : Subscriptions, optional
        Who is billed for which month; default whoever has an event.
    month : ndarray of int, optional
        The month in whose bill each event stands; default that of its start (`make_usage`).
    member : ndarray of int, optional
        Place of who made each event among the members of a group; plans rated by group ask for it.
    threads : int
        Blocks of owners charged side by side; no byte depends on it.

    Returns
    -------
    Charged
        Equal to the reference engine, event by event.

    Raises
    ------
    InputRefused
        If events are out of order or of impossible size, or a plan is rated by group.
    """
    from bassboss_lib.rating.direct import rate_direct  # numba takes a second

    usage = events_usage(
        owner=owner,
        started_s=started_s,
        kind=kind,
        outgoing=outgoing,
        zone=zone,
        on_net=on_net,
        duration_s=duration_s,
        volume_bytes=volume_bytes,
        rows=rows,
        month=month,
        member=member,
    )
    plan_of_row = plan_of_owner[usage.rows.owner]
    if member is None:
        _refuse_groups(compiled, plan_of_row)
    rated = rate_direct(compiled, usage, plan_of_row, threads)
    item_of_code = np.where(compiled.class_of < 0, len(FEE_ITEMS) - 1, compiled.item_of[compiled.class_of])
    return Charged(rated.charge_fen, item_of_code[usage.code], usage.rows, rated.cost_fen.sum(axis=1))


def _refuse_groups(compiled: Compiled, plan_of_row: np.ndarray) -> None:
    for place in np.unique(plan_of_row):
        plan = compiled.catalogue.plans[place]
        if plan.scope == "group":
            raise InputRefused(
                f"plan {plan.id} is rated by group", where="charge_events", remedy="say whose calls are whose: `member`"
            )


def bill_items(compiled: Compiled, plan_of_owner: np.ndarray, charged: Charged) -> Bills:
    """Close the bills of charged rows: fee, discounts, cap, least spend, tax."""
    return close_bills(compiled, charged.rows, plan_of_owner[charged.rows.owner], charged.use_fen)
