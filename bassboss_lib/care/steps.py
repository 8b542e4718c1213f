"""The steps of a month of care as functions: what the notebooks do, without a page."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from bassboss_lib.campaigns import remember_assignments
from bassboss_lib.care.assigning import CareDesign, assign_care, design_of
from bassboss_lib.care.beliefs import ANY_SEGMENT, Beliefs, beliefs_of, read_beliefs, write_beliefs
from bassboss_lib.care.catalogue import Catalogue, catalogue
from bassboss_lib.care.evaluation import CareEffects, care_effects, form_verdicts
from bassboss_lib.care.following import followed_care
from bassboss_lib.care.listing import CareList, care_list, interface_table
from bassboss_lib.care.people import PURPOSE, Candidates, candidates
from bassboss_lib.care.traits import score_names
from bassboss_lib.care.wording import UNIT
from bassboss_lib.errors import CallError
from bassboss_lib.exchange.outbox import Published
from bassboss_lib.exchange.publish import publish
from bassboss_lib.ledger import Ledger
from bassboss_lib.retention.outcomes import Followed
from bassboss_lib.vault import Vault
from bassboss_lib.warehouse.do_not_contact import contact_gate, do_not_contact, release_gates
from bassboss_lib.warehouse.quality_lists import list_gate
from bassboss_lib.workspace import Workspace

__all__ = [
    "EvaluatedCare",
    "Planned",
    "campaign_of",
    "evaluate_care",
    "evaluate_figures",
    "list_and_send",
    "list_figures",
    "plan",
    "remember",
    "send",
]


@dataclass(frozen=True)
class Planned:
    """A campaign of care before it leaves: candidates, beliefs, assignments and the list made of them."""

    month: str
    day: str
    known: Catalogue
    given: Candidates
    beliefs: Beliefs
    assigned: pd.DataFrame
    list: CareList

    @property
    def campaign(self) -> str:
        """The campaign's name."""
        return campaign_of(self.month, self.day)


def campaign_of(month: str, day: str = "") -> str:
    """Name the care campaign of a month of analysis, or of a list on demand by its day.

    Examples
    --------
    >>> campaign_of("202610"), campaign_of("202610", "20261105")
    ('K202610-01', 'K20261105')
    """
    return f"K{day}" if day else f"K{month}-01"


def plan(workspace: Workspace, month: str, design: CareDesign, *, day: str = "") -> Planned:
    """Plan the campaign of a month, or of a day for what is urgent.

    Raises
    ------
    CallError
        If nobody is to be sent.
    InputRefused
        If a unit of the month was not delivered.
    """
    known = catalogue()
    given = candidates(workspace, month, known, campaign=campaign_of(month, day), urgent_only=bool(day))
    beliefs = read_beliefs(workspace, month, known, sorted(given.rows["segment_id"].unique()))
    assigned = assign_care(workspace, given, beliefs, known, design, campaign=campaign_of(month, day), month=month)
    made = care_list(assigned, given, known, month, day)
    if not len(made.rows):
        raise CallError("nobody is to be cared for", where=day or month, remedy="check capacities, budget and rests")
    return Planned(month, day, known, given, beliefs, assigned, made)


def remember(workspace: Workspace, planned: Planned) -> Path:
    """Write the assignments down before the list leaves, with what was expected of them."""
    rows = planned.assigned.join(planned.given.rows[["arpu_fen", *score_names()]])
    facts = planned.given.found.facts.reindex(rows.index)
    known = facts[["age_years", "tenure_months", "months_owed", "complaints", "short_call_share"]].fillna(0.0)
    rows = rows.join(known)
    holds = planned.list.rows[["occasion", "care_reason", "care_channel"]].reindex(rows.index)
    rows = rows.join(holds)
    return remember_assignments(workspace, planned.month, planned.campaign, rows)


def send(workspace: Workspace, planned: Planned) -> Published:
    """Stage the list as unit 33001 and, if the settings say so, release it to ``outbox/``.

    Raises
    ------
    GateRefused
        If a blocking rule for lists fails or a customer must not be contacted (O20): nothing is staged. If the
        do-not-contact list is missing or too old (O21): it stays staged.
    LedgerMismatch
        If a file of that name with other bytes is there already.
    DiskFailed
        If the disk refuses; nothing is visible to BOSS then.
    """
    rows, period = planned.list.rows, planned.day or planned.month
    identities = Vault(workspace).identities(planned.month)
    table = interface_table(rows, identities, campaign=planned.campaign, month=planned.month)
    with Ledger(workspace.ledger) as ledger:
        return publish(
            workspace,
            ledger,
            UNIT,
            period,
            table,
            lineage={"analysis_month": planned.month, "do_not_contact": do_not_contact(workspace, PURPOSE).version},
            before_release=[list_gate(workspace, UNIT, period), contact_gate(workspace, PURPOSE)],
            on_leaving=release_gates(workspace, UNIT.code),
        )


def list_and_send(workspace: Workspace, month: str, *, day: str = "", **design: Any) -> list[Path]:
    """Plan, write assignments down and send the list; give the files."""
    planned = plan(workspace, month, design_of(workspace, **design), day=day)
    return [remember(workspace, planned), *send(workspace, planned).files]


def list_figures(planned: Planned) -> tuple[dict[str, float], dict[str, Sequence[float]], dict[str, int]]:
    """Give figures, intervals and row counts of a care list."""
    listed = planned.list.listed
    points, cost = float(listed["expected_points"].sum()), float(listed["cost_fen"].sum())
    figures = {
        "listed": float(len(listed)),
        "excluded": float(sum(planned.list.excluded.values())),
        "expected_points": points,
        "cost_fen": cost,
        "points_per_yuan": points / cost * 100 if cost else 0.0,
        "value_at_stake_fen": float(listed["arpu_fen"].sum()),
    }
    rows = {"customers": planned.given.customers, "candidates": len(planned.given.rows)}
    return figures, {}, {**rows, "asked": len(planned.list.rows) - len(listed), **planned.list.excluded}


@dataclass(frozen=True)
class EvaluatedCare:
    """What is known of all care campaigns by a month, and what is believed after it."""

    followed: list[Followed]
    caused: CareEffects
    beliefs: Beliefs
    verdicts: pd.DataFrame


def evaluate_care(workspace: Workspace, month: str, most: int = 12) -> EvaluatedCare:
    """Follow every care campaign up to a month, estimate what care changed, and update what is believed."""
    known, followed = catalogue(), followed_care(workspace, month, most)
    segments = {name for one in followed for name in one.rows["segment_id"]} | {ANY_SEGMENT}
    beliefs = beliefs_of(known, sorted(segments), followed)
    if followed:
        write_beliefs(workspace, month, beliefs)
    return EvaluatedCare(followed, care_effects(followed), beliefs, form_verdicts(beliefs.cells, known))


def evaluate_figures(
    found: EvaluatedCare,
) -> tuple[dict[str, float], dict[str, Sequence[float]], dict[str, int]]:
    """Give figures, intervals and row counts of an evaluation; what cannot be told yet is left out."""
    figures = {name: one.value for name, one in found.caused.figures.items()}
    intervals: dict[str, Sequence[float]] = {
        name: (one.low, one.high) for name, one in found.caused.figures.items() if one.low < one.high
    }
    rows = {"campaigns": len(found.followed), "mature": sum(one.mature for one in found.followed)}
    for one in found.followed:
        for name, count in one.counts.items():
            rows[name] = rows.get(name, 0) + int(count)
    return figures, intervals, {**rows, **found.caused.rows}
