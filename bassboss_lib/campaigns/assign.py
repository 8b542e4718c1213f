"""Assignments (分配): before a list leaves, every candidate is listed or kept as a control, with known probability.

Candidates are ordered; the first of them, and a share drawn at random from all others that may be contacted
(exploration), are up for the list. Who belongs to the universal control group stays out; of the rest a random share,
the same in every stratum of value and risk, is the campaign's control group. What was done by chance is written down
with its probability, because every later figure divides by it.
"""

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
from pydantic import BaseModel, ConfigDict, Field

from bassboss_lib.campaigns.control import uniforms, universal_control
from bassboss_lib.workspace import Workspace

__all__ = ["ARMS", "Assigned", "Design", "assign", "kept_back"]

ARMS = ("listed", "control", "universal", "waiting")
"""Sent to BOSS; kept by the campaign's draw; never contacted by anything; may be contacted, but found no place."""

MANY, SOME, FEW = 180, 80, 10
"""Candidates from which value and risk are cut into three, and into two classes; smaller strata are joined."""


class Design(BaseModel):
    """How a campaign is assigned; shares are of candidates, in [0, 1)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    size: int = Field(500, ge=1, description="customers listed at most (capacity of calls)")
    control_share: float = Field(0.10, ge=0, lt=1, description="campaign control among candidates")
    universal_share: float = Field(0.02, ge=0, lt=1, description="universal control among all customers")
    refresh_share: float = Field(0.25, ge=0, le=1, description="universal control replaced each year")
    explore_share: float = Field(0.10, ge=0, lt=1, description="places of the list filled at random")
    offer_explore_share: float = Field(0.20, ge=0, le=1, description="customers who get any suitable offer at random")


@dataclass(frozen=True)
class Assigned:
    """The assignments of one campaign.

    Parameters
    ----------
    rows : DataFrame
        One row per customer that may be contacted, in order of the ranking, indexed by pseudonym: ``arm``, ``rank``
        (from 1), ``explored`` (drawn at random), ``stratum``, ``p_listed`` (probability of being listed, over all
        draws), ``p_control`` (of being kept by the campaign's own draw, once a candidate).
    design : Design
        How it was done.
    """

    rows: pd.DataFrame
    design: Design

    def counts(self) -> dict[str, int]:
        """Arm → customers."""
        found = self.rows["arm"].value_counts()
        return {arm: int(found.get(arm, 0)) for arm in ARMS}


def assign(workspace: Workspace, ranked: pd.DataFrame, design: Design, *, campaign: str, month: str) -> Assigned:
    """Assign the customers of a campaign that may be contacted.

    Parameters
    ----------
    ranked : DataFrame
        One row per customer, best first, indexed by pseudonym, with ``value`` and ``churn_probability``.
    campaign : str
        Seeds the draws of control and exploration, together with the vault's salt.

    Examples
    --------
    >>> import tempfile
    >>> from bassboss_lib.workspace import open_workspace
    >>> people = pd.DataFrame({"value": range(100, 0, -1), "churn_probability": 0.5},
    ...                       index=pd.Index([f"{n:03}" for n in range(100)], name="pseudonym"))
    >>> design = Design(size=30, control_share=0.25, universal_share=0.0, explore_share=0.0)
    >>> assign(open_workspace(tempfile.mkdtemp()), people, design, campaign="R202610-01", month="202610").counts()
    {'listed': 30, 'control': 10, 'universal': 0, 'waiting': 60}
    """
    names = ranked.index.tolist()
    rows = pd.DataFrame({"arm": "waiting", "rank": range(1, len(ranked) + 1)}, index=ranked.index)
    shares = {"share": design.universal_share, "refresh_share": design.refresh_share}
    universal = universal_control(workspace, names, month, **shares)
    first, drawn, chance = _places(rows, design, uniforms(workspace, f"{campaign} explore", names))
    u = uniforms(workspace, f"{campaign} control", names)
    rows["explored"], rows["stratum"], rows["p_listed"], rows["p_control"] = drawn, "X", 0.0, 0.0
    stay = 1 - design.universal_share
    listed_max = _capacity(design, first, drawn, universal)
    for part, prefix, drawn_by in ((first, "", 1.0), (drawn, "X", chance)):
        about: dict[str, Any] = {"u": u, "universal": universal, "listed_max": listed_max[prefix], "prefix": prefix}
        _split(rows, ranked, part, design, **about)
        rows.loc[part, "p_listed"] = drawn_by * stay * (1 - rows.loc[part, "p_control"])
    if chance:
        kept = rows.loc[drawn, "p_control"].mean() if drawn.any() else 0.0
        rows.loc[~first & ~drawn, "p_listed"] = chance * stay * (1 - kept)
    return Assigned(rows, design)


def _places(rows: pd.DataFrame, design: Design, u: np.ndarray) -> tuple[np.ndarray, np.ndarray, float]:
    """Tell who is a candidate by rank, who by chance, and with which chance."""
    wanted = int(design.size / ((1 - design.control_share) * (1 - design.universal_share)) + 1e-9)
    wanted = min(wanted, len(rows))
    by_rank = wanted - round(design.explore_share * wanted)
    first = np.arange(len(rows)) < by_rank
    pool = np.flatnonzero(~first)
    count = min(wanted - by_rank, len(pool))
    drawn = np.zeros(len(rows), bool)
    drawn[pool[np.argsort(u[pool], kind="stable")[:count]]] = True
    return first, drawn, count / len(pool) if len(pool) else 0.0


def _capacity(design: Design, first: np.ndarray, drawn: np.ndarray, universal: np.ndarray) -> dict[str, int]:
    """Share the places of the list between candidates by rank and by chance."""
    able = {"": int((first & ~universal).sum()), "X": int((drawn & ~universal).sum())}
    both = max(able[""] + able["X"], 1)
    by_chance = min(able["X"], round(design.size * able["X"] / both))
    return {"": design.size - by_chance, "X": by_chance}


def _split(
    rows: pd.DataFrame,
    ranked: pd.DataFrame,
    part: np.ndarray,
    design: Design,
    *,
    u: np.ndarray,
    universal: np.ndarray,
    listed_max: int,
    prefix: str,
) -> None:
    """Draw the control group of candidates, stratum by stratum, and write down arms and probabilities."""
    places = np.flatnonzero(part)
    if not len(places):
        return
    stratum = np.array([prefix + name for name in _strata(ranked.iloc[places])], object)
    arm = np.where(universal[places], "universal", "listed").astype(object)
    able = ~universal[places]
    share = max(design.control_share, 1 - listed_max / max(able.sum(), 1))
    kept, p_control = kept_back(stratum, able, u[places], share)
    arm[kept] = "control"
    index = rows.index[places]
    rows.loc[index, "arm"], rows.loc[index, "stratum"] = arm, stratum
    rows.loc[index, "p_control"] = p_control


def kept_back(stratum: np.ndarray, able: np.ndarray, u: np.ndarray, share: float) -> tuple[np.ndarray, np.ndarray]:
    """Draw a share of each stratum: rather one too many than one too few, and one at least of two that are able.

    Parameters
    ----------
    stratum, able, u : ndarray
        Name of each candidate's stratum, whether it may be drawn, and its uniform number for this purpose.
    share : float
        Share of those able, over all strata.

    Returns
    -------
    tuple
        Who is drawn, and with which probability within the stratum.

    Examples
    --------
    >>> kept, p = kept_back(np.array(list("aabb")), np.ones(4, bool), np.array([0.4, 0.1, 0.2, 0.3]), 0.5)
    >>> kept.tolist(), p.tolist()
    ([False, True, True, False], [0.5, 0.5, 0.5, 0.5])
    """
    drawn, p = np.zeros(len(stratum), bool), np.full(len(stratum), share)
    done, kept = 0, 0
    names, codes = np.unique(np.asarray(stratum, str), return_inverse=True)
    order = np.lexsort((u, codes))
    starts = np.append(np.searchsorted(codes[order], np.arange(len(names))), len(order))
    for first, last in pairwise(starts.tolist()):
        inside = order[first:last]
        may = inside[able[inside]]
        done += len(may)
        count = min(max(_whole(share * done) - kept, 1 if share and len(may) > 1 else 0), len(may))
        kept += count
        drawn[may[:count]] = True
        p[inside] = count / len(may) if len(may) else share
    return drawn, p


def _whole(count: float) -> int:
    """Round up: rather a control too many than a call beyond capacity."""
    return int(np.ceil(count - 1e-9))


def _strata(candidates: pd.DataFrame) -> list[str]:
    """Name value class by risk class; few candidates have fewer classes."""
    classes = 3 if len(candidates) >= MANY else 2 if len(candidates) >= SOME else 1
    value, risk = (_classes(candidates[name], classes) for name in ("value", "churn_probability"))
    names = pd.Series([f"V{one}R{other}" for one, other in zip(value, risk, strict=True)])
    counts = names.value_counts()
    names = names.mask(names.map(counts) < FEW, "rest")
    if (names == "rest").sum() < FEW:
        names = names.mask(names == "rest", str(counts.index[0]))
    return names.tolist()


def _classes(numbers: pd.Series, count: int) -> np.ndarray:
    rank = numbers.rank(method="average", pct=True).to_numpy()
    return np.clip(np.ceil(rank * count - 1e-9), 1, count).astype(int)
