"""Rehearsal of group plans (家庭、集团资费): what groups would have paid together, beside what members pay now.

Who belongs to a group is no delivery of BOSS's: a file says it. Calls of all members are rated in the order in which
they happened, since they may share bundles.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from bassboss_lib.errors import CallError, InputRefused
from bassboss_lib.rating import Catalogue, Plan, Subscriptions, Usage, compile_plans, make_usage
from bassboss_lib.rating.bills import close_bills, month_days
from bassboss_lib.rating.direct import rate_direct
from bassboss_lib.rating.usage import chronological
from bassboss_lib.tariff.candidates import with_plans
from bassboss_lib.tariff.material import Material
from bassboss_lib.tariff.prepare import candidates_folder
from bassboss_lib.vault import Vault
from bassboss_lib.workspace import Workspace

__all__ = ["group_figures", "group_table", "group_usage", "read_members", "rehearse_groups"]

SAME_FEN = 100
"""Within a yuan a bill counts as the same."""


def read_members(workspace: Workspace, path: Path) -> pd.DataFrame:
    """Read who belongs together: a CSV of ``group`` and ``customer_id``, or ``pseudonym``.

    Returns
    -------
    DataFrame
        pseudonym, group.

    Raises
    ------
    InputRefused
        If the file cannot be read, a column is missing, or a customer is in two groups.
    """
    try:
        rows = pd.read_csv(path, dtype=str, keep_default_na=False)
    except (OSError, UnicodeDecodeError, pd.errors.ParserError, pd.errors.EmptyDataError) as error:
        raise InputRefused("cannot be read as CSV", where=path.name, remedy="columns group, customer_id") from error
    if "group" not in rows or not {"customer_id", "pseudonym"} & set(rows):
        raise InputRefused("columns are missing", where=path.name, remedy="give group and customer_id, or pseudonym")
    if "pseudonym" not in rows:
        rows["pseudonym"] = Vault(workspace).pseudonyms(rows["customer_id"].tolist()).to_pylist()
    twice = int(rows["pseudonym"].duplicated().sum())
    if twice:
        raise InputRefused(f"{twice} customers are in two groups", where=path.name, remedy="one row per customer")
    return rows[["pseudonym", "group"]]


def group_table(workspace: Workspace, given: Material, candidates: Sequence[Plan], members: str) -> pd.DataFrame | None:
    """Rehearse every group plan, of today and of the candidates, on the groups of ``candidates/<members>.csv``.

    Returns
    -------
    DataFrame, optional
        One row per group plan: plan and `group_figures`. None if no file is named.
    """
    if not members:
        return None
    known = read_members(workspace, candidates_folder(workspace) / f"{Path(members).name}.csv")
    plans = [plan for plan in (*given.catalogue.plans, *candidates) if plan.scope == "group"]
    rows = [{"plan": plan.id} | group_figures(rehearse_groups(given, plan, known)) for plan in plans]
    return pd.DataFrame(rows)


def group_figures(table: pd.DataFrame) -> dict[str, float]:
    """Sum a rehearsal of groups up: how many, members, shares that pay less and more, change of the monthly bill."""
    change = table["group_fen"] - table["current_fen"]
    p5, p50, p95 = change.quantile([0.05, 0.5, 0.95]).tolist()
    return {
        "groups": len(table),
        "members": float(table["members"].mean()),
        "winners": float((change < -SAME_FEN).mean()),
        "losers": float((change > SAME_FEN).mean()),
        "p5_fen": p5,
        "p50_fen": p50,
        "p95_fen": p95,
        "change_fen": float(change.sum()),
    }


def rehearse_groups(given: Material, plan: Plan, members: pd.DataFrame) -> pd.DataFrame:
    """Rate groups on a group plan.

    Parameters
    ----------
    given : Material
    plan : Plan
        Of scope ``group``: of the price list, or a candidate that fits it.
    members : DataFrame
        pseudonym, group; customers without a bill in the window are left out.

    Returns
    -------
    DataFrame
        One row per group: group, members, months, current_fen (members' bills under the plans held, re-rated),
        group_fen (the group plan's), both means of a month. Groups with a member whose plan is rated by group already
        are left out.

    Raises
    ------
    CallError
        If the plan is no group plan, or no group is left.
    """
    if plan.scope != "group":
        raise CallError(f"plan {plan.id} is for single customers", where="plan", remedy="name a plan of scope group")
    catalogue = given.catalogue
    if plan not in catalogue.plans:
        catalogue = with_plans(catalogue, [plan])
    whose, names = _groups(given, members)
    if not len(names):
        raise CallError("no group has a member with a bill", where="members", remedy="check the file's customers")
    usage = group_usage(given.usage, whose)
    current = np.bincount(_keys(given.usage, whose), _current(catalogue, given)[whose[given.usage.rows.owner, 0] >= 0])
    place = np.full(len(usage), catalogue.plans.index(plan))
    compiled = compile_plans(catalogue)
    use = rate_direct(compiled, usage, place).cost_fen.sum(axis=1)
    bills = close_bills(compiled, usage.rows, place, use).total_fen
    rows = pd.DataFrame({"group": usage.rows.owner, "members": usage.rows.members, "months": 1})
    rows["current_fen"], rows["group_fen"] = current, bills
    table = rows.groupby("group").agg({"members": "max", "months": "sum", "current_fen": "mean", "group_fen": "mean"})
    return table.reset_index().assign(group=lambda one: np.array(names, dtype=object)[one["group"]])


def _groups(given: Material, members: pd.DataFrame) -> tuple[np.ndarray, list[str]]:
    """Give each owner's group and place in it (−1: none), and the groups' names; none with a plan of a group now."""
    scopes = np.array([plan.scope == "group" for plan in given.catalogue.plans])
    rows = given.usage.rows
    grouped = np.zeros(len(given.customers), dtype=bool)
    grouped[rows.owner[scopes[given.plan_of_row]]] = True
    grouped[given.grouped] = True
    owner = pd.Index(given.customers["pseudonym"]).get_indexer(pd.Index(members["pseudonym"]))
    named = members.assign(owner=owner)[owner >= 0]
    mixed = set(named.loc[grouped[named["owner"]], "group"])
    known = named[named["owner"].isin(rows.owner) & ~named["group"].isin(mixed)].sort_values(["group", "owner"])
    names = known["group"].drop_duplicates().tolist()
    whose = np.full((len(given.customers), 2), -1, dtype=np.int64)
    whose[known["owner"], 0] = pd.Index(names).get_indexer(pd.Index(known["group"]))
    whose[known["owner"], 1] = known.groupby("group").cumcount()
    return whose, names


def _keys(usage: Usage, whose: np.ndarray) -> np.ndarray:
    """Number the group-months of members' rows, in the order of group and month."""
    group, month = whose[usage.rows.owner, 0], usage.rows.month
    mine = group >= 0
    return np.unique(group[mine] * 65_536 + month[mine], return_inverse=True)[1]


def group_usage(usage: Usage, whose: np.ndarray) -> Usage:
    """Put the calls of members together.

    Parameters
    ----------
    usage : Usage
        Of single customers.
    whose : array of int (owners, 2)
        Group of each owner, −1 for none, and place among its members.
    """
    group = whose[usage.rows.owner, 0]
    mine, keys = np.flatnonzero(group >= 0), _keys(usage, whose)
    first = np.unique(keys, return_index=True)[1]
    month = usage.rows.month[mine][first]
    active = np.bincount(keys, usage.rows.active_days[mine]).astype(np.int64)
    size = np.bincount(whose[whose[:, 0] >= 0, 0])[group[mine][first]]  # who is away for a month stays a member
    rows = Subscriptions(group[mine][first], month, month_days(month), size, active)
    of_event = np.repeat(usage.rows.owner, np.diff(usage.first))
    kept = np.flatnonzero(whose[of_event, 0] >= 0)
    owner = whose[of_event[kept], 0]
    billed = np.repeat(usage.rows.month, np.diff(usage.first))[kept]
    order = chronological(owner, usage.started_s[kept], billed)
    at = kept[order]
    return make_usage(
        owner[order],
        usage.started_s[at],
        usage.code[at],
        usage.units[at],
        member=whose[of_event[at], 1],
        rows=rows,
        month=billed[order],
    )


def _current(catalogue: Catalogue, given: Material) -> np.ndarray:
    """Rate every customer-month under the plan held; zero where that is rated by group."""
    singles = np.array([plan.scope == "customer" for plan in given.catalogue.plans])[given.plan_of_row]
    compiled = compile_plans(catalogue)
    use = rate_direct(compiled, given.usage, np.where(singles, given.plan_of_row, -1)).cost_fen.sum(axis=1)
    return np.where(singles, close_bills(compiled, given.usage.rows, given.plan_of_row, use).total_fen, 0)
