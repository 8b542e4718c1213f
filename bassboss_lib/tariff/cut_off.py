"""Prepaid plans with the balances that there were: which calls an empty balance would have cut, and what that costs.

Balance at the end of the month before the window, and payments as top-ups, are what BOSS delivers. That people would
top up the same under another plan is an assumption, and the page says so.
"""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from bassboss_lib import months as calendar
from bassboss_lib.engine import read_table
from bassboss_lib.errors import CallError
from bassboss_lib.rating import Catalogue, Plan, compile_plans
from bassboss_lib.rating.prepaid import refuse_unsettled
from bassboss_lib.rating.purses import Cut, Purses, rate_purses
from bassboss_lib.tariff.candidates import with_plans
from bassboss_lib.tariff.material import Material, month_names
from bassboss_lib.warehouse.partitions import paths
from bassboss_lib.workspace import Workspace

__all__ = ["COLUMNS", "cut_off", "purses_of"]

COLUMNS = ("plan", "customer_months", "whole_fen", "made_fen", "cut_share", "short_share")
ENOUGH_FEN = 1 << 40


def purses_of(workspace: Workspace, given: Material) -> Purses | None:
    """Read balances before the window and top-ups in it; None where the month before was not delivered, or of a source.

    Who has no balance there starts with nothing.
    """
    names = month_names(np.unique(given.usage.rows.month)) if given.sent is not None else []
    before = paths(workspace, "balance", [calendar.add(names[0], -1)]) if names else []
    paid = paths(workspace, "payment", names)
    if not before or not paid:
        return None
    return _purses(before, paid, given)


def _purses(before: Sequence[Path], paid: Sequence[Path], given: Material) -> Purses:
    index, start = pd.Index(given.customers["pseudonym"]), np.zeros(len(given.customers), np.int64)
    held = read_table(before, ["pseudonym", "balance_fen"]).to_pandas()
    owner = index.get_indexer(held["pseudonym"])
    start[owner[owner >= 0]] = held["balance_fen"].to_numpy()[owner >= 0]
    topped = read_table(paid, ["pseudonym", "paid_at", "amount_fen"]).to_pandas()
    topped["owner"] = index.get_indexer(topped["pseudonym"])
    topped = topped[topped["owner"] >= 0].sort_values(["owner", "paid_at", "amount_fen"], ignore_index=True)
    when_s = topped["paid_at"].to_numpy().astype("datetime64[s]").astype(np.int64)
    return Purses(start, topped["owner"].to_numpy(), when_s, topped["amount_fen"].to_numpy())


def cut_off(workspace: Workspace, given: Material, candidates: Sequence[Plan] = ()) -> pd.DataFrame | None:
    """Rate those on prepaid plans as far as their balances go.

    Returns
    -------
    DataFrame, optional
        One row per prepaid plan, first those of today with who holds them, then candidates with everybody who is
        prepaid: plan, customer_months, whole_fen and made_fen (mean bill of a month, with balances that always suffice
        and with those there were), cut_share (of calls, messages, sessions), short_share (of customer-months with any
        cut). None without balances. Plans whose bills are closed by more than fee and use are left out
        (`refuse_unsettled`).
    """
    purses = purses_of(workspace, given)
    if purses is None:
        return None
    catalogue = with_plans(given.catalogue, candidates)
    known = [at for at, plan in enumerate(catalogue.plans) if plan.payment == "prepaid" and _settles(catalogue, plan)]
    today, compiled = len(given.catalogue.plans), compile_plans(catalogue)
    prepaid = np.isin(given.plan_of_row, [at for at in known if at < today])
    enough = replace(purses, start_fen=np.full_like(purses.start_fen, ENOUGH_FEN))
    rows = []
    for place in known:
        mine = given.plan_of_row == place if place < today else prepaid
        if mine.any():
            whole, made = (
                rate_purses(compiled, given.usage, np.where(mine, place, -1), one) for one in (enough, purses)
            )
            whole_fen = float(whole.total_fen[mine].mean())
            rows.append({"plan": catalogue.plans[place].id, "whole_fen": whole_fen} | _figures(given, mine, made))
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _figures(given: Material, mine: np.ndarray, made: Cut) -> dict[str, float]:
    asked, months = np.diff(given.usage.first), int(mine.sum())
    row = np.repeat(np.arange(len(mine)), asked)
    short = np.bincount(row, made.units < given.usage.units, len(mine))[mine]
    return {
        "customer_months": months,
        "made_fen": float(made.total_fen[mine].mean()),
        "cut_share": float(short.sum() / max(asked[mine].sum(), 1)),
        "short_share": float((short > 0).mean()),
    }


def _settles(catalogue: Catalogue, plan: Plan) -> bool:
    try:
        refuse_unsettled(catalogue.header, plan)
    except CallError:
        return False
    return True
