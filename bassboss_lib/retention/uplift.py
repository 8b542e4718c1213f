"""Who is changed by contact: learnt from past campaigns, used for the list only where it has proven to be better.

Every mature campaign is a randomised table: candidates, some by rank and some by chance, of whom some were listed. The
effect of being listed on leaving is learnt from it (`effect_model`) and held against the ranking by value at stake:
both order the candidates of the past, and the value of the two lists is compared over all lengths. The gate opens if
the interval of the difference lies above zero.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from bassboss_lib.campaigns import catalogue, suitable
from bassboss_lib.campaigns.profit import MONTHS_KEPT, acceptance, best_offers, profit
from bassboss_lib.features import View, as_of
from bassboss_lib.learning import Estimate
from bassboss_lib.learning.uplift import Ordering, better_order, on_the_list, ordering
from bassboss_lib.retention.effect_model import cross_fitted, effect_of, risk_of
from bassboss_lib.retention.effect_store import COLUMNS, Judged, find, inputs_of, store
from bassboss_lib.retention.outcomes import Followed, followed_campaigns
from bassboss_lib.retention.prospects import Prospects
from bassboss_lib.retention.spending import Guidance
from bassboss_lib.workspace import Workspace

__all__ = ["Learnt", "judge", "known_of", "learn", "randomised_rows"]

ROWS_MIN, CONTROLS_MIN, LEAVERS_MIN = 1000, 200, 100
"""Fewer customers say nothing about differences between customers."""


@dataclass(frozen=True)
class Learnt:
    """What past campaigns teach about the next list.

    Parameters
    ----------
    guidance : Guidance
        What the next list goes by; its gain is None while the gate is shut.
    gate : Estimate, optional
        Value of the list by effect minus that of the list by risk, fen, over the past campaigns and the mean of all
        lengths; None where too little is known.
    ordering : Ordering, optional
        Qini of the effect model on the past campaigns, per candidate.
    rows : dict
        ``candidates``, ``controls``, ``leavers`` learnt from.
    """

    guidance: Guidance = field(default_factory=Guidance)
    gate: Estimate | None = None
    ordering: Ordering | None = None
    rows: dict[str, int] = field(default_factory=dict)

    @property
    def opened(self) -> bool:
        """Whether the list is ordered by effect."""
        return self.guidance.gain is not None


def known_of(x: pd.DataFrame, probability: pd.Series, value: pd.Series) -> np.ndarray:
    """Give what the effect model looks at, in its columns."""
    return x.assign(churn_probability=probability, value=value)[list(COLUMNS)].to_numpy(float)


def randomised_rows(followed: Sequence[Followed]) -> pd.DataFrame:
    """Stack the listed and the controls of mature campaigns.

    Returns
    -------
    DataFrame
        One row per candidate and campaign: the assignment and the answer, ``left``, ``e`` (probability of being listed
        once a candidate), ``month``.
    """
    parts = []
    for one in followed:
        rows = one.rows[one.rows["arm"].isin(["listed", "control"]) & one.rows["left"].notna()]
        rows = rows[(rows["p_control"] > 0) & (rows["p_control"] < 1)]
        parts.append(rows.assign(e=1 - rows["p_control"], month=one.month))
    return pd.concat(parts)


def _known_then(workspace: Workspace, rows: pd.DataFrame) -> np.ndarray:
    """Give what was known of each row of `randomised_rows` in its month."""
    parts = []
    for month, part in rows.groupby("month", sort=False):
        x = as_of(View(workspace, str(month))).loc[part.index]
        parts.append(known_of(x, part["churn_probability"], part["value"]))
    return np.vstack(parts)


def judge(rows: pd.DataFrame, x: np.ndarray, seed: int = 0) -> Judged:
    """Learn who is changed by contact, and hold the list ordered so against the one ordered by risk.

    Parameters
    ----------
    rows : DataFrame
        As `randomised_rows` gives it.
    x : ndarray
        What was known of the same rows, in `COLUMNS`.
    """
    worth = rows["value"].to_numpy(float)
    found = cross_fitted(rows, x, seed)
    by_risk = rows["churn_probability"].to_numpy() * worth
    gate = better_order(-found.pseudo, worth * MONTHS_KEPT, -found.effect * worth, by_risk, found.fold)
    order = ordering(on_the_list(-found.effect, found.fold), -found.pseudo, seed=seed)
    return Judged(found.model.text(), gate, order)


def learn(workspace: Workspace, month: str, given: Prospects, *, source: str = "", seed: int = 0) -> Learnt:
    """Learn from the campaigns that are mature by a month, and say whether the list may be ordered by effect.

    Parameters
    ----------
    source : str
        A table of one's own has no campaigns, so nothing is learnt of it.
    given : Prospects
        Everybody who might be listed, of whom the gain is wanted.
    """
    mature = [] if source else [one for one in followed_campaigns(workspace, month) if one.mature]
    if not mature:
        return Learnt()
    rows = randomised_rows(mature)
    listed = rows[rows["arm"] == "listed"]
    first = {reason: suitable(reason)[0] for reason in rows["churn_reason"].unique()}
    offers = {reason: offer for reason, (offer, _) in best_offers(listed, first).items()}
    known = Guidance(None, offers, float(listed["reached"].mean()), _accepting(listed))
    counts = {"candidates": len(rows), "controls": len(rows) - len(listed), "leavers": int(rows["left"].sum())}
    if counts["candidates"] < ROWS_MIN or counts["controls"] < CONTROLS_MIN or counts["leavers"] < LEAVERS_MIN:
        return Learnt(known, rows=counts)
    inputs = inputs_of(workspace, mature, seed)
    judged = find(workspace, mature[-1].month, inputs)
    if judged is None:
        judged = judge(rows, _known_then(workspace, rows), seed)
        store(workspace, mature[-1].month, inputs, judged, counts)
    gain = _gain(judged.text, given, known) if judged.gate.low > 0 else None
    return Learnt(replace(known, gain=gain), judged.gate, judged.ordering, counts)


def _accepting(listed: pd.DataFrame) -> dict[str, float]:
    """Give how readily each offer is accepted by whoever is reached, over all segments."""
    ready = acceptance(listed).groupby("offer")[["accepted", "reached"]].sum()
    return {str(offer): float(chance) for offer, chance in ((ready["accepted"] + 1) / (ready["reached"] + 2)).items()}


def _gain(text: str, given: Prospects, known: Guidance) -> pd.Series:
    """Give everybody's expected profit: the effect in money, less the call and the offer that is likely to be taken."""
    rows = given.rows
    known_now = known_of(given.scored.x, rows["churn_probability"], rows["value"])
    prices = catalogue()
    made = rows["churn_reason"].map(lambda reason: known.offers.get(reason, suitable(reason)[0]))
    said = effect_of(text, known_now, rows["churn_reason"], made, risk_of(rows["churn_probability"]))
    worth = profit(
        said,
        rows["value"].to_numpy(float),
        reach=known.reach,
        accept=made.map(lambda offer: known.accept.get(offer, 0.5)).to_numpy(float),
        offer_cost=made.map(prices.costs).to_numpy(float),
        call_fen=prices.contact_cost_fen,
    )
    return pd.Series(worth, index=rows.index)
