"""From everybody's scores to a campaign: contact rules, ranking, offers, assignments; then the listed and nobody else.

For an operator's own table there is nobody to assign: the list is chosen by value at stake alone.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from bassboss_lib.campaigns import Design, assign, choose, excluded_by, remember_assignments, uniforms
from bassboss_lib.features import View
from bassboss_lib.retention.listing import Selection, select
from bassboss_lib.retention.prospects import Prospects
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
    """

    selection: Selection
    assignments: pd.DataFrame | None = None


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
    gain: pd.Series | None = None,
    best_offers: Mapping[str, str] | None = None,
) -> Planned:
    """Plan the campaign of a month.

    Parameters
    ----------
    given : Prospects
        Everybody's scores and values.
    probability_min : float
        Below this calibrated probability nobody is contacted.
    gain : Series, optional
        Expected gain of contacting each customer, by pseudonym, where an effect model has earned its place; else
        customers are ranked by value at stake.
    best_offers : mapping, optional
        Reason → offer proven to be better than the catalogue's first.
    """
    if source:
        return Planned(select(given.rows, size=design.size, probability_min=probability_min))
    rows, excluded = _contactable(workspace, month, given.rows, probability_min)
    worth = rows["value_at_stake"] if gain is None else gain.reindex(rows.index).fillna(0.0)
    ranked = rows.assign(worth=worth).sort_index().sort_values("worth", ascending=False, kind="stable")
    campaign = campaign_of(month)
    assigned = assign(workspace, ranked, design, campaign=campaign, month=month)
    u = uniforms(workspace, f"{campaign} offer", ranked.index.tolist())
    offers = choose(ranked["churn_reason"], u, explore_share=design.offer_explore_share, learnt=best_offers)
    whole = ranked.join(offers)
    counts = assigned.counts()
    excluded |= {"campaign_control": counts["control"], "universal_control": counts["universal"]}
    excluded["beyond_size"] = counts["waiting"]
    listed = whole[assigned.rows["arm"] == "listed"]
    listed = listed.assign(priority=range(1, len(listed) + 1))
    assignments = assigned.rows.join(whole[KEPT]).assign(priority=listed["priority"])
    return Planned(Selection(listed, excluded), assignments)


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
