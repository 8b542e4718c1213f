"""Care, retention and a survey one after another on fixed potential outcomes: how right the model is, read on the rest.

Care is drawn first and considers anybody, retention then takes no notice of it, and the survey asks whom both left
alone. Whoever is contacted twice does what the later contact makes of them.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import pytest

from bassboss_lib.boss import read_world
from bassboss_lib.boss.ahead import truth_table
from bassboss_lib.boss.contact.potential import potential_outcomes
from bassboss_lib.boss.history import live
from bassboss_lib.campaigns import auc, kept_back, rate, standing, untouched
from bassboss_lib.learning import Estimate
from bassboss_lib.workspace import open_workspace

CUSTOMERS, CARED, CANDIDATES, ASKED = 10_000, 1500, 1000, 1000
FORMS, OFFER, SURVEY = ("F01", "F09", "F10", "F19"), "O01", "survey"
Found = dict[str, Estimate]


def classes(values: np.ndarray, count: int) -> np.ndarray:
    return np.minimum(values.argsort().argsort() * count // len(values), count - 1)


@dataclass(frozen=True)
class Fixed:
    """Everybody's leaving under every contact, a score, and whom care and retention consider, in which strata."""

    left: np.ndarray
    options: tuple[str, ...]
    score: np.ndarray
    value: np.ndarray
    cared: pd.Series
    candidates: pd.Series

    def truth(self) -> dict[str, float]:
        whole = self.estimates(self.left[:, 0], [])
        return {name: one.value for name, one in whole.items()}

    def estimates(self, y: np.ndarray, draws: list[pd.DataFrame]) -> Found:
        found = untouched(draws, pd.RangeIndex(len(y)))
        sample = standing(found["weight"].to_numpy(), found["stratum"].to_numpy(), np.ones(len(y), bool))
        z = np.isin(sample.rows, self.candidates.index).astype(float)
        y = y[sample.rows]
        return {
            "churn_rate": rate(sample, y, np.ones(len(y))),
            "hit_rate": rate(sample, y * z, z),
            "coverage": rate(sample, y * z, y),
            "auc": auc(sample, y, self.score[sample.rows]),
        }

    def replicate(self, random: np.random.Generator) -> tuple[Found, Found]:
        """Assign everything anew; give what is read with all contacts counted, and with those of retention alone."""
        place = np.zeros(len(self.left), int)
        draws = []
        for strata, share in ((self.cared, 0.25), (self.candidates, 0.2)):
            names = strata.to_numpy(object)
            kept, _ = kept_back(names, np.ones(len(names), bool), random.random(len(names)), share)
            draws.append(pd.DataFrame({"stratum": strata, "contacted": ~kept}))
            given = [name.split("|")[0] for name in names[~kept]]
            place[strata.index[~kept]] = [self.options.index(one) for one in given]
        free = np.flatnonzero(place == 0)
        asked = random.permutation(len(free)) < ASKED
        place[free[asked]] = self.options.index(SURVEY)
        draws.append(pd.DataFrame({"stratum": "survey", "contacted": asked}, index=free))
        y = self.left[np.arange(len(place)), place]
        return self.estimates(y, draws), self.estimates(y, draws[1:2])


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Fixed:
    known, random = read_world(), np.random.default_rng(3)
    workspace = open_workspace(tmp_path_factory.mktemp("several") / "work", "2025-11-03T08:00")
    state = live(workspace, known, "202510", CUSTOMERS, None)
    outcomes = potential_outcomes(known, state, [*FORMS, OFFER, SURVEY])
    told = truth_table(known, state).to_pandas().set_index("customer_id")["churn_probability_3m"]
    p = told.reindex(outcomes.customer_id).fillna(0.0).to_numpy()
    score, value = p * random.lognormal(0, 0.5, len(p)), outcomes.columns["revenue_fen"].max(axis=1) + 1.0
    first = np.argsort(-score * value, kind="stable")[:CANDIDATES]
    names = [
        f"{OFFER}|V{one}R{other}" for one, other in zip(classes(value[first], 3), classes(score[first], 3), strict=True)
    ]
    who = np.sort(np.argsort(-score - random.exponential(0.2, len(p)), kind="stable")[:CARED])
    forms = [f"{random.choice(FORMS)}|S{random.integers(5)}" for _ in who]
    left = (outcomes.columns["left_month"] > 0).astype(float)
    return Fixed(left, outcomes.options, score, value, pd.Series(forms, who), pd.Series(names, first))


@pytest.mark.truth
def test_the_untouched_of_all_campaigns_show_what_is_true_and_those_of_retention_alone_do_not(world: Fixed) -> None:
    random, truth, replicates = np.random.default_rng(14), world.truth(), 300
    runs = [world.replicate(random) for _ in range(replicates)]
    for name, true in truth.items():
        ours, alone = (np.array([run[place][name].value for run in runs]) - true for place in (0, 1))
        covered = np.mean([run[0][name].low <= true <= run[0][name].high for run in runs])
        noise = ours.std() / np.sqrt(replicates)
        print(f"{name}: true {true:.4f}, bias {ours.mean():+.5f} ± {noise:.5f}, covered {covered:.3f}")
        print(f"  read with the contacts of retention alone: bias {alone.mean():+.5f}")
        assert abs(ours.mean()) < 3.3 * noise
        assert 0.91 <= covered <= 0.995
    only = np.array([run[1]["churn_rate"].value for run in runs]) - truth["churn_rate"]
    assert only.mean() > 10 * only.std() / np.sqrt(replicates)
    inside = [run[1]["churn_rate"].low <= truth["churn_rate"] <= run[1]["churn_rate"].high for run in runs]
    print(f"churn rate with the contacts of retention alone: covered {np.mean(inside):.3f}")
    assert np.mean(inside) < 0.85
