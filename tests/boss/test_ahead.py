import numpy as np
import pytest

from bassboss_lib.boss import World, read_world
from bassboss_lib.boss.ahead import look_ahead, truth_table
from bassboss_lib.boss.causes import observed
from bassboss_lib.boss.describe import labels
from bassboss_lib.boss.life import month_later, opening
from bassboss_lib.boss.state import State
from bassboss_lib.boss.world import REASONS


def test_as_many_leave_as_the_truth_expects(world: World, town: list[State]) -> None:
    expected = happened = spread = 0.0
    for base, later in ((town[0], town[3]), (town[1], town[4])):
        probability = look_ahead(world, base).sum(axis=1)[base.active]
        expected += probability.sum()
        spread += (probability * (1 - probability)).sum()
        happened += (labels(base, later)[base.active] == 1).sum()
    # The two windows overlap, so their sum varies up to twice as much as independent ones.
    assert abs(happened - expected) < 4 * np.sqrt(2 * spread)


def test_those_with_the_higher_probability_leave_more_often(world: World, town: list[State]) -> None:
    base, later = town[1], town[4]
    probability = look_ahead(world, base).sum(axis=1)[base.active]
    left = (labels(base, later)[base.active] == 1)[np.argsort(probability)]
    fifth = len(left) // 5
    assert left[-fifth:].mean() > 4 * left[: 3 * fifth].mean()


def test_looking_ahead_leaves_the_world_as_it_was(world: World, town: list[State]) -> None:
    before = town[-1].people["hidden"].copy()
    first, again = (look_ahead(world, town[-1]) for _ in range(2))
    assert np.array_equal(first, again)
    assert np.array_equal(before, town[-1].people["hidden"])


def test_the_truth_names_the_largest_cause(world: World, town: list[State]) -> None:
    frame = truth_table(world, town[-1]).to_pandas()
    parts = frame[[f"probability_{code}" for code in REASONS]]
    assert np.allclose(parts.sum(axis=1), frame["churn_probability_3m"])
    assert (parts.idxmax(axis=1).str.removeprefix("probability_") == frame["main_cause"]).all()
    assert frame["churn_probability_3m"].between(0, 1).all()
    assert frame["customer_id"].is_unique
    assert len(frame) == town[-1].active.sum()


@pytest.mark.truth
def test_the_shipped_world_is_what_its_issue_asks_for() -> None:
    from sklearn.metrics import roc_auc_score

    world = read_world()
    state, states = opening(world, world.customers, world.seed), []
    for _ in range(9):
        state = month_later(world, state)
        states.append(state)
    for state in states:
        left = state.people["left_index"] == state.index
        voluntary = (left & state.people["voluntary"]).sum() / state.active.sum()
        arrears = (left & ~state.people["voluntary"]).sum() / state.active.sum()
        assert 0.015 < voluntary < 0.027
        assert 0.001 < arrears < 0.007
    base, later = states[5], states[8]
    label, probability = labels(base, later), look_ahead(world, base).sum(axis=1)
    counted = base.active & (label != 2)
    assert 0.05 < (label[counted] == 1).mean() < 0.07
    assert 0.80 < roc_auc_score(label[counted] == 1, probability[counted]) < 0.88
    seen = np.log(observed(world, base).sum(axis=1))[base.active].var()
    hidden = (float(base.header["unobserved_sd"]) * base.people["hidden"][base.active]).var()
    assert hidden / (hidden + seen) == pytest.approx(world.unobserved.share, abs=0.03)
