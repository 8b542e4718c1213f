"""What a menu of plans earns, and what one more plan changes: a logit's sums are kept, so that a plan costs one pass.

For every customer the existing menu is two numbers: the log-sum of its utilities and its expected margin. One new plan
then needs one logistic (tariff searches rest on it); the numbers equal those of the whole menu computed anew.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

__all__ = ["Added", "Menu", "add_plan", "menu_of"]


@dataclass(frozen=True)
class Menu:
    """Per customer: log of the sum of exp(utility), expected revenue and expected margin, both in fen a month."""

    log_sum: np.ndarray
    revenue_fen: np.ndarray
    margin_fen: np.ndarray


@dataclass(frozen=True)
class Added:
    """What one more plan does: probability per customer, and sums in fen a month.

    ``cannibalised_fen`` is the margin that its takers no longer bring elsewhere; gain = margin − cannibalised.
    """

    probability: np.ndarray
    take_up: float
    revenue_change_fen: float
    margin_change_fen: float
    cannibalised_fen: float
    menu: Menu


def menu_of(utility: ArrayLike, revenue_fen: ArrayLike, margin_fen: ArrayLike) -> Menu:
    """Keep the sums of a menu.

    Parameters
    ----------
    utility, revenue_fen, margin_fen : array (customers, plans)

    Examples
    --------
    >>> menu_of([[0.0, 0.0]], [[100, 300]], [[10, 30]]).revenue_fen.tolist()
    [200.0]
    """
    v = np.asarray(utility, dtype=np.float64)
    top = v.max(axis=1, keepdims=True)
    powers = np.exp(v - top)
    sums = powers.sum(axis=1)
    shares = powers / sums[:, None]
    revenue, margin = (np.asarray(one, dtype=np.float64) for one in (revenue_fen, margin_fen))
    return Menu(np.log(sums) + top[:, 0], (shares * revenue).sum(axis=1), (shares * margin).sum(axis=1))


def add_plan(menu: Menu, utility: ArrayLike, revenue_fen: ArrayLike, margin_fen: ArrayLike) -> Added:
    """Add one plan to a menu.

    Parameters
    ----------
    utility, revenue_fen, margin_fen : array (customers,)

    Examples
    --------
    >>> before = menu_of([[0.0]], [[100]], [[40]])
    >>> after = add_plan(before, [0.0], [60], [20])
    >>> after.take_up, after.revenue_change_fen, after.margin_change_fen, after.cannibalised_fen
    (0.5, -20.0, -10.0, 20.0)
    """
    from scipy.special import expit

    v = np.asarray(utility, dtype=np.float64)
    revenue, margin = (np.asarray(one, dtype=np.float64) for one in (revenue_fen, margin_fen))
    p = expit(v - menu.log_sum)
    to_revenue, to_margin = p * (revenue - menu.revenue_fen), p * (margin - menu.margin_fen)
    after = Menu(np.logaddexp(menu.log_sum, v), menu.revenue_fen + to_revenue, menu.margin_fen + to_margin)
    lost = float((p * menu.margin_fen).sum())
    return Added(p, float(p.mean()), float(to_revenue.sum()), float(to_margin.sum()), lost, after)
