"""How far the choice model can be trusted: bands of the shares that follow, and whether plans compete evenly."""

from dataclasses import replace

import numpy as np
import pandas as pd

from bassboss_lib.errors import GateRefused
from bassboss_lib.tariff.choice import ChoiceModel, fit_choice, iia_test, model_draws
from bassboss_lib.tariff.rehearsal import Rehearsal
from bassboss_lib.tariff.scenarios import INERTIA, choices_of, logit_probabilities
from bassboss_lib.tariff.traits import TRAITS

__all__ = ["even_competition", "share_bands"]

CUSTOMERS = 20_000
"""Customers on whom bands are worked out: every k-th of them."""


def share_bands(said: Rehearsal, model: ChoiceModel, *, draws: int = 100, seed: int = 0) -> pd.DataFrame:
    """Give the share of every plan under the history scenario, with its band over draws of the coefficients.

    Returns
    -------
    DataFrame
        plan, share, p10, p50, p90; of plans that anybody may take.
    """
    part = _some(said)
    models = [model, *model_draws(model, draws, seed)]
    found = np.stack([logit_probabilities(part, one, inertia=INERTIA).mean(axis=0) for one in models])
    p10, p50, p90 = np.quantile(found[1:], [0.1, 0.5, 0.9], axis=0)
    table = pd.DataFrame({"plan": said.plans, "share": found[0], "p10": p10, "p50": p50, "p90": p90})
    return table[found[0] > 0].reset_index(drop=True)


def _some(said: Rehearsal) -> Rehearsal:
    """Give every k-th of the billed customers with all their months."""
    step = -(-len(said.billed) // CUSTOMERS)
    kept = np.isin(said.owner, said.billed[::step])
    rows = {name: getattr(said, name)[kept] for name in ("bills_fen", "current_fen", "owner", "month", "plan_of_row")}
    return replace(said, headroom=said.headroom[::step], **rows)


def even_competition(said: Rehearsal, *, most: int = 4) -> pd.DataFrame:
    """Test whether a plan that leaves the offer gives its customers to the others evenly, as a logit believes (IIA).

    Hausman and McFadden's test, for the plans held most. What the window does not tell (the cost of switching without
    enough changes) is left out of the model tested.

    Returns
    -------
    DataFrame
        plan, customers, p_value: below 0.05 a new plan will take more from some plans than the scenarios say.
    """
    data = choices_of(said)
    told = data.x.std(axis=0) > 0
    data = replace(data, names=tuple(np.array(TRAITS)[told].tolist()), x=data.x[:, told])
    places, counts = np.unique(data.alternative[data.chosen], return_counts=True)
    order = np.argsort(-counts, kind="stable")[:most]
    model = fit_choice(data)
    rows = []
    for place, count in zip(places[order].tolist(), counts[order].tolist(), strict=True):
        try:
            p_value = iia_test(data, model, [place])[place]
        except GateRefused:  # too few choices are left without it
            continue
        rows.append([said.plans[place], count, p_value])
    return pd.DataFrame(rows, columns=["plan", "customers", "p_value"])
