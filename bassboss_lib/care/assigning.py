"""From candidates to a campaign: explore, match, keep controls back, and write down with which probability.

In this order: the universal control group stays out; a share of customers, drawn at random, is matched by gains drawn
from what is believed (Thompson), to learn; the rest is matched by what is expected; of everybody who has a form, a
share is kept back, form by form. Of these controls a share is asked how satisfied they are, and gets no care. Controls
take no place of the list, so no capacity is ever exceeded.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from pydantic import BaseModel, ConfigDict, Field

from bassboss_lib.campaigns import kept_back, uniforms, universal_control
from bassboss_lib.care.beliefs import Beliefs, matrix
from bassboss_lib.care.catalogue import Catalogue
from bassboss_lib.care.matching import Limits, groups_of, match, spread
from bassboss_lib.care.people import Candidates
from bassboss_lib.care.traits import levels_of
from bassboss_lib.workspace import Workspace

__all__ = ["ARMS", "CareDesign", "Worth", "assign_care", "design_of", "limits_of", "worth_of"]

ARMS = ("listed", "asked", "control", "universal")
"""Sent with care; sent only to be asked; kept back; never contacted by anything. Nobody else is written down."""

DARING = 2.0
"""Standard deviations by which exploration draws for one that is believed: what was never tried is tried sooner."""
SMALL = 8
"""Smaller strata of one form are joined before controls are drawn."""


class CareDesign(BaseModel):
    """How a campaign of care is assigned; shares in [0, 1)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    size: int = Field(1000, ge=1, description="customers cared for at most")
    budget_fen: int = Field(0, ge=0, description="cost at most, fen; 0 = only capacities bind")
    control_share: float = Field(0.25, ge=0, lt=1, description="kept back of everybody who has a form")
    ask_share: float = Field(0.5, ge=0, le=1, description="of these, asked how satisfied they are")
    explore_share: float = Field(0.10, ge=0, lt=1, description="matched by gains drawn from the beliefs, to learn")
    universal_share: float = Field(0.02, ge=0, lt=1, description="universal control among all customers")
    refresh_share: float = Field(0.25, ge=0, le=1, description="universal control replaced each year")


def design_of(workspace: Workspace, **given: Any) -> CareDesign:
    """Give the design of a campaign: the universal control group is the workspace's, the rest the run's."""
    settings = workspace.settings
    return CareDesign(
        universal_share=settings.universal_control_share,
        refresh_share=settings.universal_control_refresh_share,
        **given,
    )


@dataclass(frozen=True)
class Worth:
    """What a form is expected to do for each group of customers.

    Parameters
    ----------
    group, first : ndarray of int
        Group of each candidate, and the first candidate of each group.
    points : ndarray of shape (groups, forms)
        Expected points of satisfaction of one task; NaN where the form does not suit.
    fen : ndarray
        The same as money, what is urgent counted more, less the cost of the task.
    drawn : ndarray
        As ``fen``, with gains drawn from the beliefs, for each group and form: what exploration goes by.
    """

    group: np.ndarray
    first: np.ndarray
    points: np.ndarray
    fen: np.ndarray
    drawn: np.ndarray


def limits_of(known: Catalogue, forms: tuple[str, ...], customers: int, design: CareDesign) -> Limits:
    """Give what a month can carry, for an operator of so many customers."""
    capacity, channel = known.capacities(customers), known.channel_capacities(customers)
    names = sorted(known.channels)
    return Limits(
        np.array([capacity[code] for code in forms], int),
        np.array([names.index(known.forms[code].channel) for code in forms], int),
        np.array([channel[name] for name in names], int),
        design.size,
        np.array([known.forms[code].cost_fen for code in forms], float),
        float(design.budget_fen) if design.budget_fen else float("inf"),
    )


def worth_of(known: Catalogue, given: Candidates, beliefs: Beliefs, seed: int) -> Worth:
    """Give what each form is expected to do, from the beliefs; ``seed`` draws for exploration.

    Customers alike in segment, suitable forms, earlier cares and level of welcoming care are one group. Each group
    draws for itself, so that a form is tried on as large a part of a segment as it may well be the best for.
    """
    segments = sorted(given.rows["segment_id"].unique())
    place = np.searchsorted(segments, given.rows["segment_id"].to_numpy())
    welcome = beliefs.welcome(given.rows)
    level = levels_of(welcome)
    group, first = groups_of(place, given.suits, given.urgent, given.rows["earlier"].to_numpy(), level)
    middle = np.bincount(level, welcome) / np.maximum(np.bincount(level), 1)
    gains = beliefs.gains(np.array(segments, object)[place[first]], given.forms, middle[level[first]])
    sd, reach = (matrix(beliefs, segments, given.forms, name)[place[first]] for name in ("sd", "reach"))
    tired = np.array([1 - known.forms[code].fatigue for code in given.forms])
    factor = reach * tired[None, :] ** given.rows["earlier"].to_numpy()[first][:, None]
    suits = given.suits[first]
    cost = np.array([known.forms[code].cost_fen for code in given.forms])
    fen = known.point_fen * np.where(given.urgent[first], known.urgent_weight, 1.0)
    points = np.where(suits, factor * gains, np.nan)
    drawn = np.random.default_rng(seed).standard_normal(points.shape)
    return Worth(group, first, points, points * fen - cost, (points + DARING * factor * sd * drawn) * fen - cost)


def assign_care(
    workspace: Workspace,
    given: Candidates,
    beliefs: Beliefs,
    known: Catalogue,
    design: CareDesign,
    *,
    campaign: str,
    month: str,
) -> pd.DataFrame:
    """Assign a campaign of care.

    Returns
    -------
    DataFrame
        One row per customer with a form, and of the universal control group, indexed by pseudonym: ``arm``,
        ``care_form``, ``explored``, ``stratum``, ``p_form`` (probability of this form, given how many of the group got
        it), ``p_control``, ``expected_points``, ``cost_fen``, ``segment_id``, ``earlier``.
    """
    names = given.rows.index.tolist()
    u = {purpose: uniforms(workspace, f"{campaign} {purpose}", names) for purpose in ("explore", "form", "who", "keep")}
    out = universal_control(workspace, names, month, share=design.universal_share, refresh_share=design.refresh_share)
    worth = worth_of(known, given, beliefs, seed=int(month))
    limits = limits_of(known, given.forms, given.customers, design).scaled(1 / (1 - design.control_share))
    chosen = np.full(len(names), -1)
    explored = _explore(worth, limits, design, out, u)
    chosen[explored >= 0] = explored[explored >= 0]
    used = np.bincount(chosen[chosen >= 0], minlength=len(given.forms))
    free = np.where(out | (explored >= 0), -1, worth.group)
    sizes = np.bincount(free[free >= 0], minlength=len(worth.first))
    counts = match(worth.fen, sizes, limits.less(used))
    chosen = np.where(explored >= 0, chosen, spread(counts, free, u["who"]))
    rows = _chosen(given, worth, known, chosen, explored >= 0)
    rows["arm"] = np.where(out, "universal", np.where(chosen >= 0, "listed", ""))
    rows = rows[rows["arm"] != ""]
    ask = uniforms(workspace, f"{campaign} ask", rows.index.tolist())
    return _kept_back(rows, design, pd.Series(u["keep"], names).reindex(rows.index).to_numpy(), ask)


def _explore(worth: Worth, limits: Limits, design: CareDesign, out: np.ndarray, u: dict[str, np.ndarray]) -> np.ndarray:
    """Give the form of each customer who is drawn to be explored, -1 for all others; within a share of every limit.

    They are matched as everybody is, by gains drawn from the beliefs (Thompson): what may well be the best is tried as
    often as it may be, and what certainly is not is left alone.
    """
    pool = np.flatnonzero(~out)
    pool = pool[np.argsort(u["explore"][pool], kind="stable")][: int(len(pool) * design.explore_share)]
    group = np.full(len(out), -1)
    group[pool] = worth.group[pool]
    sizes = np.bincount(worth.group[pool], minlength=len(worth.first))
    return spread(match(worth.drawn, sizes, limits.scaled(design.explore_share)), group, u["form"])


def _chosen(
    given: Candidates, worth: Worth, known: Catalogue, chosen: np.ndarray, explored: np.ndarray
) -> pd.DataFrame:
    """Give every candidate the form, with its probability, expectation and cost; a chosen -1 is none."""
    at = (worth.group, np.maximum(chosen, 0))
    rows = given.rows[["segment_id", "earlier"]].copy()
    rows["care_form"] = np.array([*given.forms, ""], object)[chosen]
    rows["explored"] = explored
    rows["p_form"] = _realised(worth.group, chosen, explored)
    rows["expected_points"] = np.where(chosen >= 0, worth.points[at], 0.0)
    rows["cost_fen"] = np.array([*(known.forms[code].cost_fen for code in given.forms), 0])[chosen]
    return rows


def _realised(group: np.ndarray, chosen: np.ndarray, explored: np.ndarray) -> np.ndarray:
    """Give the share of each customer's group (of those explored, or matched) that got the same form."""
    key, _ = groups_of(group, explored)
    size = np.bincount(key)[key]
    same, _ = groups_of(key, chosen + 1)
    return np.where(chosen >= 0, np.bincount(same)[same] / size, 0.0)


def _kept_back(rows: pd.DataFrame, design: CareDesign, keep: np.ndarray, ask: np.ndarray) -> pd.DataFrame:
    """Draw the controls of each form, in every segment and among explored and matched alike; then who is asked."""
    form, arm = rows["care_form"].to_numpy(object), rows["arm"].to_numpy(object)
    fine = rows["care_form"] + "|" + rows["segment_id"] + rows["explored"].map({True: "|X", False: ""})
    names = fine.mask(fine.map(fine.value_counts()) < SMALL, rows["care_form"] + "|rest").to_numpy(object)
    p_control = np.zeros(len(rows))
    for code in sorted(set(form[arm == "listed"])):
        inside = np.flatnonzero((form == code) & (arm == "listed"))
        able = np.ones(len(inside), bool)
        drawn, p_control[inside] = kept_back(names[inside], able, keep[inside], design.control_share)
        arm[inside[drawn]] = "control"
    arm[(arm == "control") & (ask < design.ask_share)] = "asked"
    stratum = np.where(arm == "universal", "", names)
    return rows.assign(arm=arm, stratum=stratum, p_control=p_control)
