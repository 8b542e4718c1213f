"""Two hundred thousand customers with every outcome written down, over twelve months in which campaigns assign them.

Ten thousand customers are lived, delivered, taken in and scored as ever. Each has twenty copies, whose coming months
are drawn apart (`boss.contact.potential` with its ``copy``): features are those of the original, fates are their own.
No contact is lived: a campaign looks its outcomes up, so that twelve of them are assigned within minutes.
"""

from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd

from bassboss_lib import boss, flow, months
from bassboss_lib.boss.ahead import look_ahead
from bassboss_lib.boss.contact.potential import potential_outcomes
from bassboss_lib.boss.contact.true_effects import TrueEffects
from bassboss_lib.boss.contact_terms import ATTITUDES
from bassboss_lib.boss.history import state_of
from bassboss_lib.boss.identity import customer_ids
from bassboss_lib.boss.state import State
from bassboss_lib.boss.world import World, read_world
from bassboss_lib.campaigns import catalogue
from bassboss_lib.retention import champion, prospects, steps
from bassboss_lib.retention.uplift import known_of
from bassboss_lib.vault import Vault, create_key
from bassboss_lib.workspace import Workspace, open_workspace

__all__ = ["CAMPAIGNS", "JUDGED", "OFFERS", "TIMES", "Everybody", "begun", "everybody", "true_effects", "without_types"]

LIVED, TIMES = 10_000, 20
FIRST, TRAINED, JUDGED = "202508", "202604", "202704"
CAMPAIGNS = months.span("202604", "202703")
OFFERS = tuple(catalogue().offers)


@dataclass(frozen=True)
class Everybody:
    """Customers of a month: ``rows`` (original customers: score, reason, value), what is known of them, their fates.

    ``fates`` has ``left``, ``reached`` and ``accepted``: copy, original customer, and option (nobody called first, then
    `OFFERS`).
    """

    rows: pd.DataFrame
    x: np.ndarray
    fates: dict[str, np.ndarray]


def begun(root: Path) -> Workspace:
    """Live, deliver and take in the months, and train the model that scores them all; months that are there stay."""
    workspace = open_workspace(root, f"{months.first_day(months.add(JUDGED, 1)):%Y-%m}-03T08:00")
    if not (workspace.vault / "key").exists():
        create_key(workspace, b"benchmark")
    for month in months.span(FIRST, JUDGED):
        if not (workspace.warehouse / "customer" / f"month={month}").exists():
            boss.deliver(workspace, month, customers=LIVED)
            flow.ingest(workspace)
    steps.train_and_settle(workspace, TRAINED)
    return workspace


def without_types(world: World, state: State) -> tuple[World, State]:
    """Give a world in which contact does the same to everybody: one attitude, one chance of reach and acceptance."""
    terms = world.contact
    accept = terms.accept.model_copy(update={"match": 0.0, "per_contact": 0.0})
    reach = terms.reach.model_copy(update={"per_decade": 0.0, "suspended": 0.0})
    offers = {code: dict.fromkeys(causes, 0.5) for code, causes in terms.offers.items()}
    contact = terms.model_copy(update={"accept": accept, "reach": reach, "offers": offers})
    same = np.full_like(state.people["attitude"], ATTITUDES.index("receptive"))
    return world.model_copy(update={"contact": contact}), replace(state, people=state.people | {"attitude": same})


def _then(workspace: Workspace, month: str, alike: bool) -> tuple[World, State]:
    world, state = read_world(), state_of(workspace, month)
    return without_types(world, state) if alike else (world, state)


def everybody(workspace: Workspace, month: str, *, alike: bool) -> Everybody:
    """Score the customers of a month, and look up what any offer would do to each of their copies."""
    rows, x = _scored(workspace, month)
    world, state = _then(workspace, month, alike)
    copies: dict[str, list[np.ndarray]] = {"left": [], "reached": [], "accepted": []}
    for copy in range(TIMES):
        found = potential_outcomes(world, state, OFFERS, copy=1 + copy)
        place = np.searchsorted(found.serial, rows["serial"].to_numpy())
        assert (found.serial[place] == rows["serial"]).all()
        for name, parts in copies.items():
            parts.append(found.columns["left_month" if name == "left" else name][place] > 0)
    return Everybody(rows, x, {name: np.stack(parts) for name, parts in copies.items()})


@cache
def _scored(workspace: Workspace, month: str) -> tuple[pd.DataFrame, np.ndarray]:
    """Give the customers who may be contacted at all, with what is known of them."""
    given = prospects(workspace, month, "", champion(workspace))
    rows = given.rows
    x = known_of(given.scored.x, rows["churn_probability"], rows["value"])
    known = Vault(workspace).identities(month).select(["pseudonym", "customer_id"]).to_pandas()
    state = state_of(workspace, month)
    serials = pd.Series(state.people["serial"], index=customer_ids(state.people["serial"]))
    active = set(customer_ids(state.people["serial"][state.active]))
    rows = rows.join(known.set_index("pseudonym"))
    kept = (~rows["silent"].astype(bool) & rows["customer_id"].isin(active)).to_numpy()
    rows = rows[kept].assign(serial=serials.reindex(rows["customer_id"][kept]).to_numpy())
    order = np.argsort(rows["serial"].to_numpy())
    return rows.iloc[order], x[kept][order]


def true_effects(workspace: Workspace, month: str, rows: pd.DataFrame, *, alike: bool) -> pd.DataFrame:
    """Give the true effect of every offer on each of the ``rows``: the change of the probability of leaving."""
    world, state = _then(workspace, month, alike)
    truth = TrueEffects(world, state)
    look_ahead(world, state, truth.add)
    table = truth.table().to_pandas().set_index("customer_id").loc[rows["customer_id"]]
    return table[[f"effect_{code}" for code in OFFERS]].set_axis(rows.index).set_axis(list(OFFERS), axis=1)
