"""The decline that earlier contacts cause in the stand-in, and whether the curve of page 22 finds it.

A campaign three months ago, drawn anew each time, tires whom it reached: they accept less readily, and what they
accepted then still pleases them a little. What that does to a care of today is known customer by customer, since the
same customers also live without it. Contact tires five times as fast as in the shipped world: there a care takes some
hundredths of a point off the next, which no operator of this size could see.
"""

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from bassboss_lib.boss import read_world
from bassboss_lib.boss.contact.potential import Potential, potential_outcomes
from bassboss_lib.boss.contact.twins import orders_for
from bassboss_lib.boss.draws import Draws, Purpose
from bassboss_lib.boss.history import live
from bassboss_lib.boss.life import advance
from bassboss_lib.boss.state import State
from bassboss_lib.care.evaluation import KNOWN, grouped_care
from bassboss_lib.care.tiring import tiring
from bassboss_lib.retention.outcomes import Followed
from bassboss_lib.workspace import open_workspace

FORM, ASK, PER_CONTACT = "F03", "F22", -0.4
CARED, ASKED = 1, 2
"""Places of both in the options of the potential outcomes."""


class Tired:
    """Customers who live on from a month, with a campaign of care in it or without."""

    def __init__(self, state: State) -> None:
        world = read_world()
        accept = world.contact.accept.model_copy(update={"per_contact": PER_CONTACT})
        self.world = world.model_copy(update={"contact": world.contact.model_copy(update={"accept": accept})})
        self.state = state
        self.fresh = self.after(None)
        self.serial = state.people["serial"][state.active]
        fit = np.array(world.contact.care.forms[FORM].fit)[state.people["latent_type"][state.active]]
        self.prone = np.where(fit >= np.median(fit), 0.8, 0.3)  # whom the form suits is considered more often

    def after(self, orders: pa.Table | None) -> Potential:
        """Give the outcomes of a care three months later."""
        later = self.state
        for step in range(3):
            draws = Draws(later.origin.seed, later.index + 1, Purpose.USE)
            later = advance(self.world, later, draws, None if step else orders)
        return potential_outcomes(self.world, later, [FORM, ASK])

    def replicate(self, seed: int) -> tuple[float, tuple[float, float, float], float]:
        """Draw both campaigns; give the decline that is true, ours with its interval, and that between groups."""
        random = np.random.default_rng(seed)
        who = self.serial[random.random(len(self.serial)) < self.prone]
        cared = random.random(len(who)) < 0.5
        tasks = [(FORM, who[cared]), (ASK, who[~cared])]
        lists = [
            orders_for(self.world, self.state, np.isin(self.state.people["serial"], some), code) for code, some in tasks
        ]
        tired = self.after(pa.concat_tables(lists))
        earlier = np.isin(tired.serial, who[cared])
        first = campaign("202508", who, cared, np.zeros(len(who), int), np.full(len(who), np.nan))
        listed = random.random(len(tired.serial)) < 0.5
        seen = tired.observe(np.where(listed, CARED, ASKED), ["reached", "satisfaction"])
        said = np.where(seen["reached"], seen["satisfaction"].astype(float), np.nan)
        told = [first, campaign("202511", tired.serial, listed, earlier.astype(int), said)]
        found, by_people = tiring(told).each, grouped_care(told, ["earlier"]).set_index("group")["value"]
        assert found is not None
        spared = np.isin(tired.serial, who[~cared])
        true = self.changed(tired, earlier) - self.changed(tired, spared)
        return true, (found.value, found.low, found.high), float(by_people["1"] - by_people["0"])

    def changed(self, tired: Potential, whose: np.ndarray) -> float:
        """Give how far the effect of care on some customers differs from that on them had nobody called before."""
        means = []
        for one in (tired, self.fresh):
            there = np.isin(one.serial, tired.serial[whose]) & one.columns["reached"][:, CARED]
            said = one.columns["satisfaction"][there].astype(float)
            means.append(float((said[:, CARED] - said[:, ASKED]).mean()))
        return means[0] - means[1]


def campaign(month: str, serial: np.ndarray, listed: np.ndarray, earlier: np.ndarray, said: np.ndarray) -> Followed:
    rows = pd.DataFrame(0.0, index=pd.Index(serial.astype(str), name="pseudonym"), columns=KNOWN)
    arm, reached = np.where(listed, "listed", "asked"), ~np.isnan(said)
    rows = rows.assign(earlier=earlier, arm=arm, reached=reached, satisfaction=said)
    return Followed(f"K{month}-01", month, 0, rows.assign(care_form=FORM, stratum="all", p_control=0.5), {})


def declines(tmp_path_factory: pytest.TempPathFactory, customers: int, replicates: int) -> tuple[np.ndarray, ...]:
    workspace = open_workspace(tmp_path_factory.mktemp("tired") / "work", "2025-09-03T08:00")
    world = Tired(live(workspace, read_world(), "202508", customers, None))
    runs = [world.replicate(seed) for seed in range(replicates)]
    true, ours, between = (np.array([run[place] for run in runs]) for place in range(3))
    error = ours[:, 0].std() / np.sqrt(replicates)
    covered = np.mean((ours[:, 1] <= true) & (true <= ours[:, 2]))
    print(f"true {true.mean():+.4f}, ours {ours[:, 0].mean():+.4f} ± {error:.4f}, covered {covered:.3f}, "
          f"half width {np.mean(ours[:, 2] - ours[:, 1]) / 2:.3f}, between groups {between.mean():+.4f}")  # fmt: skip
    return true, ours, between


@pytest.mark.truth
def test_the_curve_falls_as_contact_tires(tmp_path_factory: pytest.TempPathFactory) -> None:
    true, ours, _ = declines(tmp_path_factory, 4000, 12)
    error = ours[:, 0].std() / np.sqrt(len(ours))
    assert ours[:, 0].mean() < -2 * error
    assert abs(ours[:, 0].mean() - true.mean()) < 3.3 * error


@pytest.mark.slow
def test_the_interval_of_each_care_covers_the_decline_and_groups_side_by_side_hide_it(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    true, ours, between = declines(tmp_path_factory, 8000, 150)
    error = ours[:, 0].std() / np.sqrt(len(ours))
    assert abs(ours[:, 0].mean() - true.mean()) < 3 * error
    assert np.mean((ours[:, 1] <= true) & (true <= ours[:, 2])) >= 0.92  # above .95: these customers are all there are
    assert between.mean() - true.mean() > 5 * between.std() / np.sqrt(len(between))
