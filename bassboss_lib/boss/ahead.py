"""The truth that only a stand-in has: each customer's probability of leaving, and the largest cause of it.

The world is run ahead in copies, each with random numbers of its own, and a customer's hazards are multiplied up along
every path. Averaging those products instead of counting departures makes forty copies as good as thousands.
"""

from collections.abc import Callable

import numpy as np
import pyarrow as pa

from bassboss_lib.boss import latent
from bassboss_lib.boss.draws import Draws, Purpose
from bassboss_lib.boss.identity import customer_ids
from bassboss_lib.boss.life import advance
from bassboss_lib.boss.state import State, month_text
from bassboss_lib.boss.world import REASONS, World

__all__ = ["Watch", "look_ahead", "truth_table"]


Watch = Callable[[list[State]], None]
"""Looks at one course of the months ahead, such as `contact.true_effects`."""


def look_ahead(world: World, state: State, watch: Watch | None = None) -> np.ndarray:
    """Give the probability of leaving by each cause within the horizon, for whoever is in network at the month's end.

    Every copy's months are shown to ``watch``, so that others can learn from the same courses.

    Returns
    -------
    ndarray
        One row per customer of the state, one column per code of `REASONS`; the row's sum is the probability of
        voluntary churn. Departures for arrears compete: after one, nothing else can happen.
    """
    by_cause = np.zeros((len(state), len(REASONS)))
    for copy in range(world.truth.copies):
        here, later, course = np.ones(len(state)), state, []
        for _ in range(world.truth.horizon_months):
            draws = Draws(state.origin.seed, later.index + 1, Purpose.USE, copy=1 + copy)
            later = advance(world, later, draws)
            hazard = np.column_stack([later.people[f"hazard_{code}"] for code in REASONS])
            by_cause += here[:, None] * hazard
            closed = later.people["months_owed"] >= world.payment.close_after
            here = here * (1.0 - hazard.sum(axis=1)) * ~closed
            course.append(later)
        if watch:
            watch(course)
    return by_cause / world.truth.copies


def truth_table(world: World, state: State, watch: Watch | None = None) -> pa.Table:
    """Give the truth of a month; ``watch`` as in `look_ahead`.

    Returns
    -------
    pyarrow.Table
        One row per customer in network at the month's end, ordered by ``customer_id`` (in clear):
        ``churn_probability_3m`` (voluntary, without contact), ``main_cause`` (code of the largest cause),
        ``probability_R01`` ... ``probability_R99`` (by cause, they add up), ``unobserved`` (factor on the hazard, in
        logs, that no delivered field shows), ``elasticity`` (of use to its marginal price), ``attitude`` (to contact),
        ``late_cdrs`` (records of the month before that this month's delivery brought),
        ``latent_type`` and ``latent_since`` (month from which the customer is of that type), ``latent_voice`` …
        ``latent_complaint`` (the latents as they stand, see `latent`).
    """
    active = state.active
    by_cause = look_ahead(world, state, watch)[active]
    columns = {
        "customer_id": pa.array(customer_ids(state.people["serial"][active])),
        "churn_probability_3m": by_cause.sum(axis=1),
        "main_cause": np.array(REASONS)[by_cause.argmax(axis=1)],
    }
    columns |= {f"probability_{code}": by_cause[:, place] for place, code in enumerate(REASONS)}
    columns["unobserved"] = float(state.header["unobserved_sd"]) * state.people["hidden"][active]
    columns["elasticity"] = -state.people["elasticity"][active]
    columns["attitude"] = np.array(list(world.attitudes))[state.people["attitude"][active]]
    people = {name: column[active] for name, column in state.people.items()}
    columns["late_cdrs"] = people["late_cdrs"]
    columns["latent_type"] = np.array(list(world.types.kinds))[people["latent_type"]]
    columns["latent_since"] = pa.array([month_text(index) for index in people["latent_since"].tolist()])
    columns |= {f"latent_{name}": column for name, column in latent.latents(world, people).items()}
    return pa.table(columns).sort_by("customer_id")
