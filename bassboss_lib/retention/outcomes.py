"""What became of a campaign's customers: assignment, answer and source months side by side, as of a month.

Who left is read from BOSS's monthly snapshots for listed and controls alike. Feedback says it too, of the listed alone,
so it only serves as a check: measuring one arm better than the other would make an effect of nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from bassboss_lib import campaigns, months
from bassboss_lib.campaigns import Leak, leaks, remember_outcomes, responses
from bassboss_lib.features import View
from bassboss_lib.ledger import Ledger
from bassboss_lib.retention.labels import DEFAULT, ChurnDefinition, window
from bassboss_lib.retention.planning import campaign_of
from bassboss_lib.warehouse.partitions import months as delivered_months
from bassboss_lib.workspace import Workspace

__all__ = [
    "Followed",
    "Place",
    "follow",
    "followed_campaigns",
    "known_months",
    "leaving",
    "place_of_campaigns",
    "revenue",
    "states",
]

HORIZON = DEFAULT.horizon_months


@dataclass(frozen=True)
class Followed:
    """One campaign, followed up to a month; what ``rows`` has of a care campaign, `care.following.follow_care` says.

    Parameters
    ----------
    campaign, month : str
        Its name and month of analysis.
    known_months : int
        Months after it that have been delivered, at most three: mature from three.
    rows : DataFrame
        One row per customer assigned (the waiting too), indexed by pseudonym: assignment, answer (``handled`` 0–3),
        ``reached``, ``accepted``, ``left_1`` … ``left_3`` (left of their own accord by then; missing if not known yet),
        ``left`` (by the newest month known), ``revenue_fen`` (receivable since), ``revenue_before_fen``.
    counts : mapping
        What was resolved by rule.
    leaks : tuple of Leak
        Controls that were handled all the same.
    """

    campaign: str
    month: str
    known_months: int
    rows: pd.DataFrame
    counts: Mapping[str, int]
    leaks: tuple[Leak, ...] = ()

    @property
    def mature(self) -> bool:
        """Whether three consecutive months have passed."""
        return self.known_months >= HORIZON


def followed_campaigns(workspace: Workspace, until: str, most: int = 12) -> list[Followed]:
    """Follow the newest campaigns up to a month, oldest first."""
    known = [month for month in campaigns.campaign_months(workspace) if month <= until]
    return [follow(workspace, month, until) for month in known[-most:]]


def follow(workspace: Workspace, month: str, until: str) -> Followed:
    """Follow a campaign and write its outcomes into the memory; a new version only if something is new.

    Parameters
    ----------
    month : str
        The campaign's month of analysis.
    until : str
        Last source month that counts; feedback counts if sent by the month after it.
    """
    campaign = campaign_of(month)
    rows = campaigns.assignments(workspace, month).set_index("pseudonym")
    said = responses(workspace, campaign, month, months.add(until, 1))
    known = known_months(workspace, month, until)
    rows = rows.join(said.rows)
    rows["handled"] = pd.to_numeric(rows["handled"]).fillna(0).astype("int64")
    rows["reached"], rows["accepted"] = rows["handled"] >= 2, rows["handled"] == 3
    rows = rows.join(leaving(workspace, month, rows.index, known)).join(revenue(workspace, month, rows.index, known))
    rows["left"] = rows[f"left_{known}"] if known else float("nan")
    controls = rows.index[rows["arm"].isin(["control", "universal"])]
    leaked = tuple(leaks(workspace, campaign, controls, months.add(until, 1)))
    counts = {**said.counts, "disagree": _disagreeing(rows, known), "leaked": sum(leak.customers for leak in leaked)}
    remember_outcomes(workspace, month, campaign, rows[rows["arm"] != "waiting"], counts)
    return Followed(campaign, month, known, rows, counts, leaked)


def known_months(workspace: Workspace, month: str, until: str) -> int:
    """Count the source months after a campaign's that are delivered without a gap, at most three."""
    delivered = set(delivered_months(workspace, "customer"))
    known = 0
    while known < HORIZON and months.add(month, known + 1) in delivered and months.add(month, known + 1) <= until:
        known += 1
    return known


def leaving(workspace: Workspace, month: str, index: pd.Index, known: int) -> pd.DataFrame:
    """Tell who left of their own accord within one, two, three months; who was pushed out did not."""
    columns: dict[str, Any] = {}
    for step in range(1, HORIZON + 1):
        if step > known:
            columns[f"left_{step}"] = float("nan")
            continue
        definition: ChurnDefinition = replace(DEFAULT, horizon_months=step)
        first = window(workspace, month, definition).reindex(index)
        columns[f"left_{step}"] = first.isin(definition.voluntary).astype(float).mask(first.isna())
    return pd.DataFrame(columns, index=index)


def revenue(workspace: Workspace, month: str, index: pd.Index, known: int) -> pd.DataFrame:
    """Give what each customer was billed in the months known since, and in the three up to the campaign's."""

    def billed(steps: range) -> pd.Series:
        total = pd.Series(0, index=index, dtype="int64")
        for step in steps:
            one = months.add(month, step)
            if one in delivered:
                bills = View(workspace, one).read("bill_month", 0, ["pseudonym", "receivable_fen"])
                total += bills.groupby("pseudonym")["receivable_fen"].sum().reindex(index).fillna(0).astype("int64")
        return total

    delivered = set(delivered_months(workspace, "bill_month"))
    return pd.DataFrame(
        {"revenue_fen": billed(range(1, known + 1)), "revenue_before_fen": billed(range(-HORIZON + 1, 1))}
    )


def _disagreeing(rows: pd.DataFrame, known: int) -> int:
    """Count customers of whom feedback and source months say different things in a month that both know."""
    said = rows["active_3m"].fillna("")
    found = pd.Series(False, index=rows.index)
    for step in range(1, known + 1):
        word = said.str.slice(step - 1, step)
        found |= (word == "1") & (rows[f"left_{step}"] == 1)
    return int(found.sum())


def states(one: Followed) -> pd.DataFrame:
    """Give each group's way through the campaign: one row per assignment, answer and end, with the customers on it.

    Returns
    -------
    DataFrame
        ``arm``, ``answer`` (``not_sent``, ``no_answer``, ``not_worked``, ``not_reached``, ``declined``, ``accepted``),
        ``end`` (``active``, ``left``, ``open``), ``customers``.
    """
    rows = one.rows[one.rows["arm"] != "waiting"]
    names = {0: "not_worked", 1: "not_reached", 2: "declined", 3: "accepted"}
    answer = rows["handled"].map(names).mask(rows["feedback_no"].isna(), "no_answer")
    answer = answer.mask(rows["arm"] != "listed", "not_sent")
    end = rows["left"].map({0.0: "active", 1.0: "left"}).fillna("open")
    told = pd.DataFrame({"arm": rows["arm"], "answer": answer, "end": end})
    return told.groupby(["arm", "answer", "end"]).size().rename("customers").reset_index()


@dataclass(frozen=True)
class Place:
    """Where a campaign stands: how many were listed and kept back, the state of its list, answers, months known."""

    campaign: str
    listed: int
    controls: int
    delivery: str
    answers: int
    known_months: int

    @property
    def place(self) -> str:
        """Give the place in one word: ``assigned``, ``sent``, ``accepted``, ``answered``, ``followed``, ``mature``."""
        if self.known_months >= HORIZON:
            return "mature"
        if self.answers:
            return "followed" if self.known_months else "answered"
        return {"released": "sent", "accepted": "accepted", "partial": "accepted"}.get(self.delivery, "assigned")

    def line(self) -> str:
        """Say it on one line."""
        return (
            f"campaign {self.campaign}: {self.place}; {self.listed:,} listed, {self.controls:,} controls, "
            f"{self.answers:,} answered, {self.known_months} of {HORIZON} months known"
        )


def place_of_campaigns(workspace: Workspace, until: str) -> list[Place]:
    """Give every campaign's place in the loop, oldest first; nothing is written."""
    found = []
    for month in campaigns.campaign_months(workspace):
        if month > until:
            continue
        rows, campaign = campaigns.assignments(workspace, month), campaign_of(month)
        with Ledger(workspace.ledger) as ledger:
            sent = ledger.one(
                "SELECT state FROM delivery WHERE direction = 'out' AND unit = '31001' AND period = ? "
                "ORDER BY rr DESC LIMIT 1",
                (month,),
            )
        arms = rows["arm"].value_counts()
        controls = int(arms.get("control", 0)) + int(arms.get("universal", 0))
        answers = responses(workspace, campaign, month, months.add(until, 1)).counts["answers"]
        known = known_months(workspace, month, until)
        state = sent["state"] if sent else "not sent"
        found.append(Place(campaign, int(arms.get("listed", 0)), controls, state, answers, known))
    return found
