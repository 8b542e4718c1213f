"""From everybody's scores to a campaign: contact rules, ranking, offers, assignments; then the listed and nobody else.

For an operator's own table there is nobody to assign: the list is chosen by value at stake alone.
"""

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from bassboss_lib.campaigns import Assigned, Design, assign, choose, excluded_by, remember_assignments, uniforms
from bassboss_lib.features import View
from bassboss_lib.retention.listing import Selection, select
from bassboss_lib.retention.prospects import Prospects
from bassboss_lib.retention.spending import Guidance, Spent, best_within, expected_costs, longest, spent
from bassboss_lib.workspace import Workspace

__all__ = ["Planned", "campaign_of", "design_of", "plan", "remember"]

OFFERS_AT_RANDOM = 0.2
"""Share of customers who get any suitable offer at random: without it offers could never be told apart."""

KEPT = ["churn_probability", "value", "churn_reason", "segment_id", "recommended_offer", "offer_probability"]


@dataclass(frozen=True)
class Planned:
    """A campaign before it leaves.

    Parameters
    ----------
    selection : Selection
        Who is listed, in order, and how many were left out for which reason.
    assignments : DataFrame, optional
        One row per customer that may be contacted (see `campaigns.assign`), with score, value, reason and offer; None
        for a table of one's own.
    spent : Spent, optional
        What the list is expected to bring and to cost; None for a table of one's own, which knows no offers.
    """

    selection: Selection
    assignments: pd.DataFrame | None = None
    spent: Spent | None = None


def campaign_of(month: str) -> str:
    """Name the retention campaign of a month of analysis.

    Examples
    --------
    >>> campaign_of("202610")
    'R202610-01'
    """
    return f"R{month}-01"


def design_of(workspace: Workspace, *, size: int, control_share: float, explore_share: float) -> Design:
    """Give the design of a campaign: the universal control group is the workspace's, the rest the run's."""
    settings = workspace.settings
    return Design(
        size=size,
        control_share=control_share,
        explore_share=explore_share,
        universal_share=settings.universal_control_share,
        refresh_share=settings.universal_control_refresh_share,
        offer_explore_share=OFFERS_AT_RANDOM,
    )


def plan(
    workspace: Workspace,
    month: str,
    source: str,
    given: Prospects,
    design: Design,
    *,
    probability_min: float,
    guidance: Guidance | None = None,
    budget_yuan: float = 0.0,
) -> Planned:
    """Plan the campaign of a month.

    Parameters
    ----------
    given : Prospects
        Everybody's scores and values.
    probability_min : float
        Below this calibrated probability nobody is contacted.
    guidance : Guidance, optional
        What past campaigns say: gain, offers, and how many are reached and accept.
    budget_yuan : float
        What calls and offers accepted may cost; 0 for no limit.

    Raises
    ------
    CallError
        If the budget does not pay for anybody.
    """
    if source:
        return Planned(select(given.rows, size=design.size, probability_min=probability_min))
    guidance, budget = guidance or Guidance(), budget_yuan * 100 or None
    rows, excluded = _contactable(workspace, month, given.rows, probability_min)
    rows = _with_offers(workspace, month, rows, design, guidance)
    best = best_within(rows["worth"].to_numpy(float), rows["cost"].to_numpy(), design.size, budget)
    order = rows["worth"] - best.price * rows["cost"]
    ranked = rows.assign(order=order).sort_index().sort_values("order", ascending=False, kind="stable")

    def assigned_for(size: int) -> Assigned:
        wanted = design.model_copy(update={"size": size})
        return assign(workspace, ranked, wanted, campaign=campaign_of(month), month=month)

    assigned = longest(assigned_for, ranked["cost"], design.size, budget)
    counts = assigned.counts()
    excluded |= {"campaign_control": counts["control"], "universal_control": counts["universal"]}
    excluded["beyond_size"] = counts["waiting"]
    listed = ranked[assigned.rows["arm"] == "listed"]
    listed = listed.assign(priority=range(1, len(listed) + 1))
    assignments = assigned.rows.join(ranked[KEPT]).assign(priority=listed["priority"])
    bill = spent(listed, best, budget, by_effect=guidance.gain is not None)
    return Planned(Selection(listed, excluded), assignments, bill)


def _with_offers(
    workspace: Workspace, month: str, rows: pd.DataFrame, design: Design, guidance: Guidance
) -> pd.DataFrame:
    """Add to each customer what a call is worth, the offer, and what it is expected to cost."""
    worth = rows["value_at_stake"] if guidance.gain is None else guidance.gain.reindex(rows.index).fillna(0.0)
    u = uniforms(workspace, f"{campaign_of(month)} offer", rows.index.tolist())
    offers = choose(rows["churn_reason"], u, explore_share=design.offer_explore_share, learnt=guidance.offers)
    return rows.assign(worth=worth, cost=expected_costs(offers["recommended_offer"], guidance)).join(offers)


def _contactable(
    workspace: Workspace, month: str, rows: pd.DataFrame, probability_min: float
) -> tuple[pd.DataFrame, dict[str, int]]:
    """Leave out who must not or should not be contacted, each counted under the first reason that applies."""
    rule = excluded_by(View(workspace, month), rows["do_not_contact"])
    rule = rule.mask((rule == "") & rows["silent"].astype(bool), "silent")
    rule = rule.mask((rule == "") & (rows["churn_probability"] < probability_min), "below_probability")
    counts = rule[rule != ""].value_counts()
    names = ["do_not_contact", "minor", "open_complaint", "frequency_cap", "cool_down", "control_hold", "plan_change"]
    excluded = {name: int(counts.get(name, 0)) for name in [*names, "silent", "below_probability"]}
    kept = rows[rule == ""]
    return kept.assign(value_at_stake=kept["value"] * kept["churn_probability"]), excluded


def remember(workspace: Workspace, month: str, planned: Planned, *, model_id: str) -> list[Path]:
    """Write the assignments down before the list leaves; nothing for a table of one's own."""
    if planned.assignments is None:
        return []
    rows = planned.assignments.assign(model_id=model_id)
    return [remember_assignments(workspace, month, campaign_of(month), rows)]
