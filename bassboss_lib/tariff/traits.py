"""What makes a plan attractive to a customer, read from what he would have paid under it.

Six traits, each a number per customer and plan. Customers do not simply take the least bill: they dislike risk, like
flat fees and room to spare, and stay where they are (Lambrecht and Skiera 2006; Train, McFadden and Ben-Akiva 1987).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from bassboss_lib.tariff.choice import ChoiceModel, Choices

__all__ = ["TRAITS", "Attribution", "attribute", "history_choices", "trait_array", "traits"]

TRAITS = ("saving_yuan", "risk_yuan", "flat", "headroom", "switch", "switch_tenure")
TENURE_UNIT_MONTHS = 12.0


@dataclass(frozen=True)
class Attribution:
    """Why the take-up of a plan is what it is, exactly: SHAP values of a linear log-odds.

    ``values`` (customers, traits) sum, with ``base``, to each customer's log-odds (relative to his own menu).
    """

    names: tuple[str, ...]
    base: float
    values: np.ndarray

    def importance(self) -> dict[str, float]:
        """Give the mean absolute value of each trait, largest first."""
        mean = np.abs(self.values).mean(axis=0)
        return {self.names[place]: float(mean[place]) for place in np.argsort(-mean, kind="stable")}


def traits(
    current_fen: ArrayLike,
    bills_fen: ArrayLike,
    headroom: ArrayLike,
    *,
    fee_fen: ArrayLike,
    own: ArrayLike,
    tenure_months: ArrayLike,
) -> np.ndarray:
    """Give the traits of plans for customers.

    Parameters
    ----------
    current_fen : array (customers, months)
        What each paid under his own plan, re-rated.
    bills_fen : array (customers, months, plans)
        What each would have paid.
    headroom : array (customers, plans)
        Share of the bundles that would be left over, in [0, 1]; 0 where a plan has none.
    fee_fen : array (plans,)
        What the plan costs a month without use.
    own : array (customers,) of int
        Place of the customer's own plan among ``plans``; −1 if it is not among them.
    tenure_months : array (customers,)

    Returns
    -------
    array (customers, plans, 6)
        saving in yuan a month; standard deviation of the saving over months, in yuan; 1 if the bill is the
        fee and no more in every month; headroom; 1 if taking it is a switch; switch × tenure in years.

    Examples
    --------
    >>> one = traits([[5000, 7000]], [[[6000], [6000]]], [[0.4]], fee_fen=[6000], own=[-1], tenure_months=[24])
    >>> one.tolist()
    [[[0.0, 10.0, 1.0, 0.4, 1.0, 2.0]]]
    """
    paid, bills = np.asarray(current_fen, dtype=np.float64), np.asarray(bills_fen, dtype=np.float64)
    saving = (paid[:, :, None] - bills) / 100
    flat = np.all(bills <= np.asarray(fee_fen, dtype=np.float64), axis=1)
    return trait_array(saving.mean(axis=1), saving.std(axis=1), flat, headroom, own=own, tenure_months=tenure_months)


def trait_array(
    saving_yuan: ArrayLike,
    risk_yuan: ArrayLike,
    flat: ArrayLike,
    headroom: ArrayLike,
    *,
    own: ArrayLike,
    tenure_months: ArrayLike,
) -> np.ndarray:
    """Put traits together; the first four are (customers, plans), ``own`` and ``tenure_months`` (customers,)."""
    parts = [np.asarray(one, dtype=np.float64) for one in (saving_yuan, risk_yuan, flat, headroom)]
    switch = (np.arange(parts[0].shape[1])[None, :] != np.asarray(own)[:, None]).astype(np.float64)
    years = np.asarray(tenure_months, dtype=np.float64)[:, None] / TENURE_UNIT_MONTHS
    return np.stack([*parts, switch, switch * years], axis=2)


def history_choices(x: np.ndarray, taken: ArrayLike, customer: ArrayLike) -> Choices:
    """Give the choices of history: everybody chose among all plans of the menu; who stayed chose his own.

    Parameters
    ----------
    x : array (customers, plans, traits)
        As of before the choice.
    taken : array (customers,) of int
        Place of the plan chosen.
    customer : array (customers,)
        Whose choice it was.
    """
    rows, plans, width = x.shape
    chosen = np.arange(plans)[None, :] == np.asarray(taken)[:, None]
    situation, alternative = np.divmod(np.arange(rows * plans), plans)
    whose = np.unique(np.asarray(customer), return_inverse=True)[1]
    return Choices(TRAITS[:width], x.reshape(-1, width), situation, chosen.ravel(), alternative, whose[situation])


def attribute(model: ChoiceModel, x: np.ndarray) -> Attribution:
    """Explain log-odds of taking a plan, trait by trait: coefficient times distance from the mean customer.

    For a linear log-odds these are the SHAP values against independent traits; `shap.LinearExplainer` gives the same.

    Parameters
    ----------
    x : array (customers, traits)
    """
    mean = x.mean(axis=0)
    return Attribution(model.names, float(mean @ model.coefficients), (x - mean) * model.coefficients)
