"""What care changed: satisfaction of the reached, complaints, bills and leaving, against controls kept back by chance.

Satisfaction is known only of whoever BOSS reaches. So its effect is that of care on customers who can be reached,
against controls who were asked the same question and got no care; both groups come from the same draw within a form,
and what is known before is adjusted for, since a message and a call do not reach quite the same people. Complaints,
bills and leaving are known of all: their effect is that of being listed, reached or not.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from bassboss_lib import campaigns
from bassboss_lib.campaigns import compare
from bassboss_lib.care.catalogue import Catalogue
from bassboss_lib.care.following import stacked
from bassboss_lib.errors import CallError
from bassboss_lib.learning import Estimate
from bassboss_lib.retention.outcomes import Followed

__all__ = ["KNOWN", "CareEffects", "answered", "care_effects", "form_verdicts", "grouped_care", "standard", "worked"]

KNOWN = ["earlier", "tenure_months", "arpu_fen", "age_years", "short_call_share", "months_owed", "complaints"]
"""What was known before the draw, and is adjusted for; of few answers only the last, which tell most."""
GROUP_MIN, ASKED_MIN = 30, 5
STRATUM_MIN, PER_COLUMN = 10, 5
"""Customers of each arm in a stratum, and customers of the smaller arm for each column that is adjusted for."""


@dataclass(frozen=True)
class CareEffects:
    """What care changed: figures with intervals, and the customers they rest on."""

    figures: Mapping[str, Estimate]
    rows: Mapping[str, int]


def care_effects(followed: Sequence[Followed]) -> CareEffects:
    """Estimate what care changed, over campaigns read together; what cannot be told yet is left out.

    Returns
    -------
    CareEffects
        ``satisfaction_effect`` (points, of the reached), ``complaint_effect`` and ``churn_effect`` (shares),
        ``arpu_effect_fen`` (bills since, per customer listed).
    """
    rows = stacked(followed)
    figures: dict[str, Estimate] = {}
    if len(rows):
        told = answered(rows)
        figures |= _maybe("satisfaction_effect", told, "satisfaction")
        known = rows[rows["left"].notna() & rows["arm"].isin(["listed", "asked", "control"])]
        figures |= _maybe("complaint_effect", known, "complained")
        figures |= _maybe("churn_effect", known, "left")
        figures |= _maybe("arpu_effect_fen", known, "revenue_fen")
    arms = rows["arm"].value_counts() if len(rows) else pd.Series(dtype=int)
    counts = {name: int(arms.get(name, 0)) for name in ("listed", "asked", "control")}
    counts["reached"] = int((rows["reached"] & (rows["arm"] == "listed")).sum()) if len(rows) else 0
    counts["measured"] = len(answered(rows)) if len(rows) else 0
    return CareEffects(figures, counts)


def answered(rows: pd.DataFrame) -> pd.DataFrame:
    """Give the listed and the controls asked who said how satisfied they are."""
    return rows[rows["arm"].isin(["listed", "asked"]) & rows["satisfaction"].notna()]


def _maybe(name: str, rows: pd.DataFrame, outcome: str) -> dict[str, Estimate]:
    try:
        return {name: _effect(rows, outcome)}
    except CallError:  # an arm without two customers: nothing can be told yet
        return {}


def _effect(rows: pd.DataFrame, outcome: str) -> Estimate:
    rows = rows[rows["p_control"] < 1]  # who was kept back for certain says nothing about chance
    listed = (rows["arm"] == "listed").to_numpy()
    arms = compare(listed, coarse(rows, listed))
    y = rows[outcome].to_numpy(float)
    if outcome in ("left", "complained"):
        return campaigns.difference_in_rates(y, arms)
    names = [*KNOWN, "revenue_before_fen"] if outcome == "revenue_fen" else KNOWN
    most = int(min(listed.sum(), (~listed).sum())) // PER_COLUMN - len(arms.weight)
    return campaigns.adjusted_difference(y, arms, standard(rows[names[-max(most, 0) :] if most > 0 else []]))


def coarse(rows: pd.DataFrame, listed: np.ndarray) -> np.ndarray:
    """Name strata that hold at least ten customers of each arm: form by campaign, else form, else all the rest.

    The chance of being kept back hardly differs between forms, and a regression within hundreds of strata of two
    would fit noise.
    """
    form = rows["care_form"].astype(str)
    names = rows["stratum"].astype(str).str.split(" ").str[0] + " " + form
    for wider in (form, pd.Series("the rest", index=rows.index)):
        names = names.mask(_small(names, listed), wider)
    return names.to_numpy(object)


def _small(names: pd.Series, listed: np.ndarray) -> np.ndarray:
    arms = [names.map(names[mask].value_counts()).fillna(0).to_numpy(float) for mask in (listed, ~listed)]
    return np.minimum(*arms) < STRATUM_MIN


def standard(frame: pd.DataFrame) -> np.ndarray:
    """Give columns of mean 0 and deviation 1; a column that is all alike becomes 0."""
    x = frame.astype(float).fillna(0.0).to_numpy()
    spread = x.std(axis=0)
    return (x - x.mean(axis=0)) / np.where(spread > 0, spread, 1.0)


def grouped_care(followed: Sequence[Followed], by: Sequence[str]) -> pd.DataFrame:
    """Estimate the effect on satisfaction by group; groups that say little by themselves borrow from the rest.

    Parameters
    ----------
    by : sequence of str
        Columns: ``care_form``, ``segment_id``, ``care_reason``, or several of them.

    Returns
    -------
    DataFrame
        One row per group: ``group``, ``treated``, ``control`` (answers), ``value``, ``low``, ``high``, ``pooled``,
        ``pooled_low``, ``pooled_high``.
    """
    rows = stacked(followed)
    own: dict[str, Estimate] = {}
    sizes: dict[str, tuple[int, int]] = {}
    told = answered(rows) if len(rows) else rows
    if len(told):
        for group, part in told.groupby(told[list(by)].astype(str).agg(" ".join, axis=1)):
            listed = int((part["arm"] == "listed").sum())
            if len(part) >= GROUP_MIN and min(listed, len(part) - listed) >= ASKED_MIN:
                own[str(group)], sizes[str(group)] = _effect(part, "satisfaction"), (listed, len(part) - listed)
    drawn = campaigns.pooled(own)
    names = ["group", "treated", "control", "value", "low", "high", "pooled", "pooled_low", "pooled_high"]
    return pd.DataFrame(
        [(name, *sizes[name], one.value, one.low, one.high, drawn[name].value, drawn[name].low, drawn[name].high)
         for name, one in own.items()], columns=names,
    )  # fmt: skip


def worked(followed: Sequence[Followed]) -> pd.DataFrame:
    """Count by form the tasks that BOSS worked, and how many reached."""
    rows = stacked(followed)
    names = ["care_form", "tasks", "reached"]
    if not len(rows):
        return pd.DataFrame(columns=names)
    listed = rows[(rows["arm"] == "listed") & (rows["handled"] >= 1)]
    by = listed.groupby("care_form")["reached"].agg(["size", "sum"]).reset_index()
    return by.set_axis(names, axis=1)


def form_verdicts(cells: pd.DataFrame, known: Catalogue) -> pd.DataFrame:
    """Say of each form whether to extend, keep or stop it, from what is believed of it in the segments that had it.

    ``extend`` if it pays in at least 95 of 100 draws from the belief, ``stop`` if in at most 5, ``keep`` between;
    ``learn on`` while it rests on fewer than thirty answers.

    Returns
    -------
    DataFrame
        One row per form: ``care_form``, ``answers``, ``gain`` (points of the reached), ``net_fen`` (per task),
        ``p_pays``, ``verdict``.
    """
    from scipy.stats import norm

    found = []
    for code, part in cells.groupby("care_form"):
        form = known.forms[str(code)]
        answers = int(part["answers"].sum())
        weight = part["answers"] + 1.0
        gain = float(np.average(part["mean"], weights=weight))
        sd = float(np.average(part["sd"], weights=weight))
        scale = float(part["reach"].iloc[0]) * known.point_fen
        net = gain * scale - form.cost_fen
        pays = float(norm.cdf(net / max(sd * scale, 1e-9)))
        verdict = "learn" if answers < GROUP_MIN else "extend" if pays >= 0.95 else "stop" if pays <= 0.05 else "keep"
        found.append((code, answers, gain, net, pays, verdict))
    return pd.DataFrame(found, columns=["care_form", "answers", "gain", "net_fen", "p_pays", "verdict"])
