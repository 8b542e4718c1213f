"""Coverage of our intervals on the potential outcomes of the stand-in BOSS: assigned anew, looked up, estimated."""

import numpy as np
import pytest

from bassboss_lib.boss import read_world
from bassboss_lib.boss.ahead import truth_table
from bassboss_lib.boss.contact.potential import Potential, potential_outcomes
from bassboss_lib.boss.history import live
from bassboss_lib.workspace import open_workspace
from tests.campaigns.worlds import Fixed, coverage

CUSTOMERS, CANDIDATES = 20_000, 3000


@pytest.fixture(scope="module", params=["202509", "202511"])
def world(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Fixed:
    """A month of the stand-in: candidates by true risk times bill; BOSS may offer each of them O01."""
    known = read_world()
    workspace = open_workspace(tmp_path_factory.mktemp("potential") / "work", "2025-12-03T08:00")
    state = live(workspace, known, request.param, CUSTOMERS, None)
    outcomes = potential_outcomes(known, state, ["O01"])
    told = truth_table(known, state).to_pandas().set_index("customer_id")["churn_probability_3m"]
    return _fixed(outcomes, told.reindex(outcomes.customer_id).fillna(0.0).to_numpy())


def _fixed(outcomes: Potential, p: np.ndarray) -> Fixed:
    left, revenue, reached = (outcomes.columns[name] for name in ("left_month", "revenue_fen", "reached"))
    before = revenue.max(axis=1).astype(float)
    candidate = np.zeros(len(p), bool)
    candidate[np.argsort(-p * before, kind="stable")[:CANDIDATES]] = True
    stratum = np.full(len(p), "none", object)
    rows = np.flatnonzero(candidate)
    classes = [np.minimum(column[rows].argsort().argsort() * 3 // len(rows), 2) for column in (before, p)]
    stratum[rows] = [f"V{one}R{other}" for one, other in zip(*classes, strict=True)]
    gone = (left > 0).astype(float)
    return Fixed(candidate, stratum, p, before, (gone[:, 0], gone[:, 1]), (revenue[:, 0], revenue[:, 1]), reached[:, 1])


@pytest.mark.truth
def test_intervals_cover_the_stand_ins_truth_in_300_assignments(world: Fixed) -> None:
    shares, naive = coverage(world, 300, seed=1)
    assert all(0.91 <= share <= 0.99 for share in shares.values()), shares
    assert naive < world.truth["hit_rate"]


@pytest.mark.slow
def test_intervals_cover_the_stand_ins_truth_in_2000_assignments(world: Fixed) -> None:
    shares, _ = coverage(world, 2000, seed=2)
    most = {name: max(0.965, needed) for name, needed in world.unknowable.items()}
    assert all(0.935 <= share <= most[name] for name, share in shares.items()), (shares, most)
