"""Coverage of our intervals on the potential outcomes of the stand-in BOSS: assigned anew, looked up, estimated."""

import numpy as np
import pytest

from bassboss_lib.boss import deliver, read_world
from bassboss_lib.boss.contact.potential import Potential, potential_outcomes
from bassboss_lib.boss.deliver import truth
from bassboss_lib.boss.history import state_of
from bassboss_lib.workspace import Workspace, open_workspace
from tests.campaigns.worlds import Fixed, coverage

CUSTOMERS, MONTH, CANDIDATES = 4000, "202509", 600


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Fixed:
    """A month of the stand-in: candidates by true risk times bill, each with the offer of its true main cause."""
    workspace: Workspace = open_workspace(tmp_path_factory.mktemp("potential") / "work", "2025-10-03T08:00")
    known = read_world()
    for month in ("202508", MONTH):
        deliver(workspace, month, customers=CUSTOMERS)
    state = state_of(workspace, MONTH)
    outcomes = potential_outcomes(known, state, ["O01"])
    told = truth(workspace, MONTH).to_pandas().set_index("customer_id")["churn_probability_3m"]
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


MONEY = "saved_revenue"
"""Four in a hundred candidates are moved here, and few dear ones make the sum: DECISIONS.md says what it covers."""


def _apart(covered: dict[str, float]) -> tuple[dict[str, float], float]:
    return {name: share for name, share in covered.items() if name != MONEY}, covered[MONEY]


@pytest.mark.truth
def test_intervals_cover_the_stand_ins_truth_in_300_assignments(world: Fixed) -> None:
    shares, money = _apart(coverage(world, 300, seed=1)[0])
    assert all(0.91 <= share <= 0.99 for share in shares.values()), shares
    assert money >= 0.85


@pytest.mark.slow
def test_intervals_cover_the_stand_ins_truth_in_2000_assignments(world: Fixed) -> None:
    shares, money = _apart(coverage(world, 2000, seed=2)[0])
    assert all(0.935 <= share <= 0.965 for share in shares.values()), shares
    assert money >= 0.87
