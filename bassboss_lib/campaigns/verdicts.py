"""From intervals to words: does the campaign work, how do groups differ, what did it bring and cost."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from bassboss_lib.learning.estimates import LEVEL, Estimate

__all__ = ["VERDICTS", "Money", "pooled", "return_of", "verdict"]

VERDICTS = {
    "collecting": ("仍在收集", "collecting"),
    "inconclusive": ("尚无定论", "inconclusive"),
    "works": ("有效", "works"),
    "harms": ("有害", "harms"),
}
"""Verdict → its title in zh and en."""


def verdict(effect: Estimate | None, *, mature: bool, good: int = -1) -> str:
    """Give the verdict on an effect.

    Parameters
    ----------
    effect : Estimate, optional
        The effect of being listed; None where it cannot be told.
    mature : bool
        Whether three consecutive months have passed.
    good : int
        -1 if less is better (leaving), 1 if more is (staying, revenue).

    Examples
    --------
    >>> verdict(Estimate(-0.04, -0.07, -0.01), mature=True), verdict(Estimate(-0.04, -0.07, -0.01), mature=False)
    ('works', 'collecting')
    """
    if effect is None or not mature:
        return "collecting"
    low, high = sorted((effect.low * good, effect.high * good))
    return "works" if low > 0 else "harms" if high < 0 else "inconclusive"


def pooled(groups: Mapping[str, Estimate]) -> dict[str, Estimate]:
    """Draw the effects of groups towards their mean, the more so the less they say (empirical Bayes).

    The spread between groups is DerSimonian and Laird's; where groups differ no more than chance, all get the mean.

    Examples
    --------
    >>> drawn = pooled({"a": Estimate(-0.2, -0.4, 0.0), "b": Estimate(0.0, -0.02, 0.02)})
    >>> round(drawn["a"].value, 3), round(drawn["b"].value, 3)
    (-0.148, -0.001)
    """
    from scipy.stats import norm

    if len(groups) < 2:
        return dict(groups)
    z = float(norm.ppf((1 + LEVEL) / 2))
    value = np.array([one.value for one in groups.values()])
    variance = np.array([max((one.high - one.low) / (2 * z), 1e-9) ** 2 for one in groups.values()])
    weight = 1 / variance
    mean = weight @ value / weight.sum()
    excess = weight @ (value - mean) ** 2 - (len(groups) - 1)
    between = max(excess / (weight.sum() - weight @ weight / weight.sum()), 0.0)
    overall = 1 / (between + variance)
    mean, mean_variance = overall @ value / overall.sum(), 1 / overall.sum()
    kept = between / (between + variance)
    drawn = kept * value + (1 - kept) * mean
    half = z * np.sqrt(kept * variance + (1 - kept) ** 2 * mean_variance)
    return {
        name: Estimate(float(one), float(one - h), float(one + h))
        for name, one, h in zip(groups, drawn, half, strict=True)
    }


@dataclass(frozen=True)
class Money:
    """What a campaign brought: churners saved, revenue kept and cost (fen), net and return."""

    saved: Estimate
    revenue_kept_fen: Estimate
    cost_fen: int
    net_fen: Estimate
    return_on_cost: Estimate | None


def return_of(
    effect: Estimate, revenue_fen: Estimate, rows: pd.DataFrame, *, listed: int, costs: Mapping[str, int], call_fen: int
) -> Money:
    """Give what a campaign brought for its listed customers.

    Churners saved = −effect on leaving × listed; revenue kept = effect on three months' revenue × listed;
    cost = calls made × cost of a call + offers accepted × their cost; return = net ÷ cost.

    Parameters
    ----------
    rows : DataFrame
        Answers: ``handled`` (0–3), ``offer``.
    costs : mapping
        Offer → cost once accepted, fen.
    call_fen : int
        Cost of one call.
    """
    handled = pd.to_numeric(rows["handled"]).fillna(0)
    accepted = rows.loc[handled == 3, "offer"]
    cost = int((handled >= 1).sum()) * call_fen + int(accepted.map(costs).fillna(0).sum())
    saved = Estimate(-effect.value * listed, -effect.high * listed, -effect.low * listed)
    kept = Estimate(*(end * listed for end in (revenue_fen.value, revenue_fen.low, revenue_fen.high)))
    net = Estimate(kept.value - cost, kept.low - cost, kept.high - cost)
    share = Estimate(net.value / cost, net.low / cost, net.high / cost) if cost else None
    return Money(saved, kept, cost, net, share)
