"""What happens if a plan is launched: three scenarios side by side, and what each does to people and money.

Least bill: everybody takes what is cheapest (an upper bound of cannibalisation). History: the logit that explains the
plans people hold or changed to. Survey: the same logit with its level moved until it gives the take-up that the survey
found. A response of usage to price is an assumption with a band, and comes after the figures without it.
"""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from bassboss_lib.tariff.choice import ChoiceModel, Choices, fit_choice
from bassboss_lib.tariff.rehearsal import Rehearsal
from bassboss_lib.tariff.traits import TENURE_UNIT_MONTHS, TRAITS, Attribution, attribute, history_choices

__all__ = [
    "INERTIA",
    "Outcome",
    "break_even",
    "calibrated_probabilities",
    "choices_of",
    "effects",
    "fit_history",
    "least_bill",
    "logit_probabilities",
    "migration",
    "offered",
    "scenarios",
    "take_up_attribution",
    "usage_response",
]

INERTIA = 3.0
"""Utility of staying in log-odds, an assumption for where too few changes tell what switching costs."""
RIDGE = 0.05
"""Keeps coefficients finite where choices do not tell them."""


@dataclass(frozen=True)
class Outcome:
    """A scenario: probability of each plan per billed owner (owners, plans), and what follows, in fen a month.

    ``revenue_fen`` and ``before_fen`` are sums; ``cannibalised_fen``: what takers of new plans
    who pay less than now will no longer pay.
    """

    name: str
    shares: np.ndarray
    take_up: dict[str, float]
    revenue_fen: float
    before_fen: float
    cannibalised_fen: float


def fit_history(said: Rehearsal, *, rows: np.ndarray | None = None, movers_min: int = 50) -> ChoiceModel:
    """Fit the logit on what customers chose among the current plans of their own brand.

    Who changed his plan in the window chose anew, and who did not chose to stay: with at least ``movers_min`` changes,
    what switching costs is learnt too. With fewer, the plans held speak for saving, risk, flatness and room alone, and
    the cost of switching is left to ``inertia``, an assumption of whoever reads the scenarios. ``rows``: a mask over
    the billed owners, to fit on some of them.
    """
    return fit_choice(choices_of(said, rows=rows, movers_min=movers_min), ridge=RIDGE)


def choices_of(said: Rehearsal, *, rows: np.ndarray | None = None, movers_min: int = 50) -> Choices:
    """Give the choices of history as `fit_history` learns from them; ``alternative`` is a place among all plans."""
    current = [place for place, plan in enumerate(said.plans) if plan not in said.new]
    x = said.traits()[:, current, :]
    first = said.plan_of_row[np.flatnonzero(np.append(True, np.diff(said.owner) != 0))]
    if int(np.sum(first != said.own)) < movers_min:
        x[:, :, TRAITS.index("switch") :] = 0.0
    else:
        years = said.customers["tenure_months"].to_numpy()[said.billed] / TENURE_UNIT_MONTHS
        x[:, :, 4] = np.array(current)[None, :] != first[:, None]
        x[:, :, 5] = x[:, :, 4] * years[:, None]
    taken = np.searchsorted(current, said.own)
    kept = np.ones(len(taken), dtype=bool) if rows is None else rows
    made = history_choices(x, taken, said.customers["pseudonym"].to_numpy()[said.billed])
    brand = np.array([said.catalogue.plans[place].brand for place in current])
    chosen_from = ((brand[None, :] == brand[taken][:, None]) & kept[:, None]).ravel()
    columns = {
        name: getattr(made, name)[chosen_from] for name in ("x", "situation", "chosen", "alternative", "cluster")
    }
    return replace(made, **(columns | {"alternative": np.array(current)[columns["alternative"]]}))


def offered(said: Rehearsal) -> np.ndarray:
    """Tell which plans are open to whom: those of the customer's own brand, and new ones of it or of no brand."""
    brand = np.array([plan.brand for plan in said.catalogue.plans])
    return (brand[None, :] == brand[said.own][:, None]) | (brand == "")[None, :]


def least_bill(said: Rehearsal) -> np.ndarray:
    """Give shares if everybody takes the plan with the least mean bill; among equals he stays, else the first."""
    bills = np.where(offered(said), said.mean(said.bills_fen), np.inf)
    rows = np.arange(len(bills))
    best = bills.argmin(axis=1)
    stay = bills[rows, said.own] <= bills[rows, best]
    shares = np.zeros(bills.shape)
    shares[rows, np.where(stay, said.own, best)] = 1.0
    return shares


def logit_probabilities(said: Rehearsal, model: ChoiceModel, shift: float = 0.0, inertia: float = 0.0) -> np.ndarray:
    """Give shares by the logit; ``shift`` moves the utility of new plans, ``inertia`` that of the plan held."""
    v = model.utility(said.traits())
    v[:, [said.plans.index(plan) for plan in said.new]] += shift
    v[np.arange(len(v)), said.own] += inertia
    v = np.where(offered(said), v, -np.inf)
    powers = np.exp(v - v.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


def calibrated_probabilities(said: Rehearsal, model: ChoiceModel, take_up: float, inertia: float = 0.0) -> np.ndarray:
    """Give shares whose take-up of the new plans is what a survey found (level moved, order kept)."""
    from scipy.optimize import brentq

    new = [said.plans.index(plan) for plan in said.new]

    def gap(shift: float) -> float:
        return float(logit_probabilities(said, model, shift, inertia)[:, new].sum(axis=1).mean()) - take_up

    shift = brentq(gap, -40, 40, xtol=1e-10)
    return logit_probabilities(said, model, float(shift), inertia)


def effects(name: str, said: Rehearsal, shares: np.ndarray) -> Outcome:
    """Say what a scenario's shares do to take-up and revenue."""
    bills = said.mean(said.bills_fen)
    before = said.mean(said.current_fen)
    new = [said.plans.index(plan) for plan in said.new]
    lost = np.maximum(before[:, None] - bills[:, new], 0.0) * shares[:, new]
    take_up = {plan: float(shares[:, said.plans.index(plan)].mean()) for plan in said.new}
    return Outcome(name, shares, take_up, float((shares * bills).sum()), float(before.sum()), float(lost.sum()))


def migration(said: Rehearsal, shares: np.ndarray) -> pd.DataFrame:
    """Give the migration matrix (转移): rows the plan held, columns the plan taken, expected customers."""
    held = pd.DataFrame(shares, columns=said.plans).groupby(np.array(said.plans)[said.own]).sum()
    return held.reindex([plan for plan in said.plans if plan in held.index])


def usage_response(said: Rehearsal, shares: np.ndarray, elasticity: float) -> float:
    """Give the revenue of a scenario when use follows its price: charges beyond the fee grow with what they save.

    Constant elasticity on the part of the bill beyond the fee: use × (bill new / bill old)^elasticity for who switches.
    An assumption, never an observation; 0 gives the static figure.
    """
    from bassboss_lib.rating.quantities import fen

    bills, before = said.mean(said.bills_fen), said.mean(said.current_fen)
    fees = np.array([float(fen(plan.fee.amount)) if plan.fee else 0.0 for plan in said.catalogue.plans])
    ratio = np.clip((bills + 100.0) / (before[:, None] + 100.0), 0.2, 5.0)
    grown = np.minimum(bills, fees) + np.maximum(bills - fees, 0.0) * ratio**elasticity
    grown[np.arange(len(bills)), said.own] = bills[np.arange(len(bills)), said.own]
    return float((shares * grown).sum())


def break_even(said: Rehearsal, shares: np.ndarray) -> float:
    """Give the elasticity of use at which a scenario's revenue equals today's; NaN if none in −10 … 0 does."""
    from scipy.optimize import brentq

    before = float(said.mean(said.current_fen).sum())
    ends = [usage_response(said, shares, one) - before for one in (-10.0, 0.0)]
    if ends[0] * ends[1] > 0:
        return float("nan")
    return float(brentq(lambda one: usage_response(said, shares, one) - before, -10.0, 0.0, xtol=1e-6))


def scenarios(said: Rehearsal, model: ChoiceModel, *, survey_take_up: float, inertia: float = INERTIA) -> list[Outcome]:
    """Give the scenarios that can be told: least bill, history, and the survey's where a take-up is given."""
    found = [effects("least", said, least_bill(said))]
    found.append(effects("history", said, logit_probabilities(said, model, inertia=inertia)))
    if survey_take_up > 0 and said.new:
        shares = calibrated_probabilities(said, model, survey_take_up, inertia)
        found.append(effects("survey", said, shares))
    return found


def take_up_attribution(said: Rehearsal, model: ChoiceModel) -> Attribution:
    """Explain the log-odds of taking the first new plan (or the first plan): SHAP values by trait, per billed owner."""
    plan = said.new[0] if said.new else said.plans[0]
    return attribute(model, said.traits()[:, said.plans.index(plan), :])
