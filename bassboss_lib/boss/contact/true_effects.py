"""The true effect of every offer, form of care and survey on every customer: what no operator knows.

It is the difference that a task of the coming month would make to the probability of leaving voluntarily within three
months, averaged over the same courses of the world as the truth itself. Reach and acceptance are part of it.
"""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from bassboss_lib.boss.contact import expected, scenarios, strengths
from bassboss_lib.boss.contact_terms import ATTITUDES
from bassboss_lib.boss.identity import customer_ids
from bassboss_lib.boss.state import State
from bassboss_lib.boss.world import World

__all__ = ["TrueEffects"]

COURSES_MOST = 10


class TrueEffects:
    """Gathers courses, and gives the table of effects.

    Parameters
    ----------
    world, state : World, State
        The world, and the end of the month after which BOSS would call.
    """

    def __init__(self, world: World, state: State) -> None:
        self.world, self.state = world, state
        self.left = np.zeros((len(state), len(scenarios.names(world.contact))))
        self.courses = 0

    def add(self, course: Sequence[State]) -> None:
        """Take one course of the coming months without contact in them; ten are enough, for a difference is steady."""
        if self.courses == COURSES_MOST:
            return
        passed = np.full(len(self.state), expected.mean_moment(self.world))
        whole = scenarios.course_of(self.world, course)
        power = strengths.of_header(self.state.header)
        self.left += scenarios.churn(self.world, whole, scenarios.monthly(self.world, power, whole, passed))
        self.courses += 1

    def table(self) -> pa.Table:
        """Give the effects.

        Returns
        -------
        pyarrow.Table
            One row per customer in network, ordered by ``customer_id`` (in clear): ``attitude``, ``latent_type``;
            ``effect_O01`` ... ``effect_F22`` and ``effect_survey`` (the wake-up effect), each the change of the
            three-month probability of voluntary churn if BOSS works that task; ``reach`` and ``accept_O01`` ... (of
            whoever is reached); ``satisfaction_F01`` ..., points of ten that a form of care adds on average.
        """
        world, terms, active = self.world, self.world.contact, self.state.active
        left = self.left / max(self.courses, 1)
        people = {name: column[active] for name, column in self.state.people.items()}
        types = people["latent_type"]
        columns = {
            "customer_id": pa.array(customer_ids(people["serial"])),
            "attitude": np.array(ATTITUDES)[people["attitude"]],
            "latent_type": np.array(list(world.types.kinds))[types],
        }
        dog = people["attitude"] == ATTITUDES.index("sleeping_dog")
        for item in [*terms.offers, *terms.care.forms, ""]:
            through, accepts = chance = expected.chances(world, self.state, item)
            tasked = expected.after_task(terms, left, item, chance)
            columns[f"effect_{item or 'survey'}"] = (tasked - left[:, 0])[active]
            columns[f"accept_{item or 'survey'}"] = accepts[active]
            if item in terms.care.forms:
                form = terms.care.forms[item]
                gained = form.satisfaction * np.array(form.fit)[types] * accepts[active] * ~dog
                annoyed = terms.satisfaction.sleeping_dog * form.loud * dog
                columns[f"satisfaction_{item}"] = through[active] * (gained + annoyed)
        columns["reach"] = expected.chances(world, self.state, "O01")[0][active]
        return pa.table(columns).sort_by("customer_id")
