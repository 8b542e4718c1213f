"""Coverage of the effect on satisfaction on fixed potential outcomes of the stand-in BOSS: assigned anew, looked up."""

import numpy as np
import pandas as pd
import pytest

from bassboss_lib.boss import deliver, read_world
from bassboss_lib.boss.contact.potential import Potential, potential_outcomes
from bassboss_lib.boss.history import state_of
from bassboss_lib.campaigns import kept_back
from bassboss_lib.care.evaluation import KNOWN, care_effects
from bassboss_lib.retention.outcomes import Followed
from bassboss_lib.workspace import Workspace, open_workspace

CUSTOMERS, MONTH, CANDIDATES = 4000, "202509", 1600
FORMS, ASK = ("F09", "F12", "F13"), "F22"
CONTROL_SHARE, ASK_SHARE = 0.3, 0.6


class Fixed:
    """A month's candidates, each with a form, and what each would say under it and when only asked."""

    def __init__(self, outcomes: Potential, people: dict[str, np.ndarray]) -> None:
        rng = np.random.default_rng(7)
        self.chosen = np.sort(rng.choice(len(outcomes.serial), CANDIDATES, replace=False))
        self.form = rng.choice(FORMS, CANDIDATES)
        place = [outcomes.options.index(form) for form in self.form]
        ask = outcomes.options.index(ASK)
        at = {name: column[self.chosen] for name, column in outcomes.columns.items()}
        rows = np.arange(CANDIDATES)
        self.said = {True: at["satisfaction"][rows, place].astype(float), False: at["satisfaction"][:, ask] * 1.0}
        self.reached = {True: at["reached"][rows, place], False: at["reached"][:, ask]}
        self.truth = float((self.said[True] - self.said[False])[self.reached[True]].mean())
        frame = pd.DataFrame({"care_form": self.form, "segment_id": "S01", "explored": False})
        frame[KNOWN] = 0.0
        frame["age_years"] = -people["birth_day"][self.chosen] / 365.25
        for ours, theirs in (
            ("months_owed", "months_owed"),
            ("short_call_share", "drop_share"),
            ("complaints", "pain"),
        ):
            frame[ours] = people[theirs][self.chosen].astype(float)
        self.rows = frame.assign(left=0.0, complained=0.0, revenue_fen=0, revenue_before_fen=0, stratum="K1 all")

    def replicate(self, rng: np.random.Generator) -> tuple[float, float]:
        """Assign anew, look up what would be said, and give the interval of the effect."""
        able, u = np.ones(CANDIDATES, bool), rng.random(CANDIDATES)
        kept, p = kept_back(self.form.astype(object), able, u, CONTROL_SHARE)
        asked = kept & (rng.random(CANDIDATES) < ASK_SHARE)
        arm = np.where(asked, "asked", np.where(kept, "control", "listed"))
        reached = np.where(kept, asked & self.reached[False], self.reached[True])
        said = np.where(reached, np.where(kept, self.said[False], self.said[True]), np.nan)
        rows = self.rows.assign(arm=arm, p_control=p, reached=reached, satisfaction=said)
        effect = care_effects([Followed("K202509-01", MONTH, 0, rows, {})]).figures["satisfaction_effect"]
        return effect.low, effect.high

    def coverage(self, count: int, seed: int) -> float:
        """Give the share of intervals that hold the truth."""
        rng = np.random.default_rng(seed)
        ends = [self.replicate(rng) for _ in range(count)]
        return float(np.mean([low <= self.truth <= high for low, high in ends]))


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Fixed:
    workspace: Workspace = open_workspace(tmp_path_factory.mktemp("care") / "work", "2025-10-03T08:00")
    for month in ("202508", MONTH):
        deliver(workspace, month, customers=CUSTOMERS)
    state = state_of(workspace, MONTH)
    outcomes = potential_outcomes(read_world(), state, [*FORMS, ASK])
    there = np.isin(state.people["serial"], outcomes.serial)
    return Fixed(outcomes, {name: column[there] for name, column in state.people.items()})


@pytest.mark.truth
def test_intervals_cover_the_true_effect_on_satisfaction_in_300_assignments(world: Fixed) -> None:
    share = world.coverage(300, seed=1)
    print(f"coverage {share:.3f} of 300, true effect {world.truth:+.3f}")
    assert 0.91 <= share <= 0.99


@pytest.mark.slow
def test_intervals_cover_the_true_effect_on_satisfaction_in_2000_assignments(world: Fixed) -> None:
    share = world.coverage(2000, seed=2)
    print(f"coverage {share:.4f} of 2000, true effect {world.truth:+.3f}")
    assert 0.935 <= share <= 0.965
