"""What six months of the loop gain per yuan, beside the truth's best matching, what fields can tell at all, and chance.

All of them under the same budget and capacities. The best matching knows each customer's attitude, of whose variance a
fifth shows in no field, so what anybody could know from fields is measured beside it. World and draws are others than
those on which the constants of care were chosen.
"""

from dataclasses import replace

import numpy as np
import pytest

from bassboss_lib import boss, flow, segments
from bassboss_lib.care.beliefs import Beliefs, beliefs_of
from bassboss_lib.features import View
from bassboss_lib.vault import create_key
from bassboss_lib.workspace import Workspace, open_workspace
from tests.care.learning import Learner, learner

pytestmark = pytest.mark.slow

CUSTOMERS, SEED, DRAWS = 40_000, 7, (11, 12, 13, 14)
MONTHS = ("202508", "202509", "202510", "202511", "202512", "202601")
FEN_A_CUSTOMER = 50
"""Budget of a month; the shipped parameters have 40 for ten thousand customers."""


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Learner:
    workspace: Workspace = open_workspace(tmp_path_factory.mktemp("learning") / "work", "2026-02-03T08:00")
    create_key(workspace, b"tests")
    for month in MONTHS:
        boss.deliver(workspace, month, customers=CUSTOMERS, seed=SEED if month == MONTHS[0] else None)
    flow.ingest(workspace)
    month = MONTHS[-1]
    view = View(workspace, month)
    segments.write_segments(view, segments.segment(view))
    return learner(workspace, month, FEN_A_CUSTOMER * CUSTOMERS)


def perfect(world: Learner) -> Beliefs:
    """Give the beliefs of somebody who knows the true mean gain of each form in each segment, but no customer's own."""
    prior = beliefs_of(world.known, world.segments)
    told = prior.cells.set_index(["segment_id", "care_form"])
    for place, code in enumerate(world.given.forms):
        for segment in world.segments:
            inside = (world.given.rows["segment_id"] == segment).to_numpy() & world.given.suits[:, place]
            if inside.any():
                reach = float(world.truth.reach[inside, place].mean())
                gain = world.truth.gain[inside, place].mean() / reach
                told.loc[(segment, code), ["reach", "welcome", "unwelcome"]] = [reach, gain, gain]
    return replace(prior, cells=told.reset_index())


def test_six_months_of_learning_beside_the_best_matching_and_chance(world: Learner) -> None:
    told = [[world.per_yuan(beliefs) for beliefs in world.learnt(seed)] for seed in DRAWS]
    course = np.mean(told, axis=0)
    learnt, best, by_chance = course[-1], world.best(), world.random()
    by_segment, knowable = world.per_yuan(perfect(world)), world.best(world.knowable)
    print(f"points per yuan: learnt {learnt:.4f} {np.round([one[-1] for one in told], 4)}, before {course[0]:.4f}, by "
          f"chance {by_chance:.4f}, best for each customer {best:.4f}; shares of the best, by month "
          f"{np.round(course / best, 3)}, perfect beliefs by segment {by_segment / best:.3f}, all that fields tell "
          f"{knowable / best:.3f}")  # fmt: skip
    assert learnt >= 1.5 * by_chance
    assert learnt >= by_segment
    assert learnt >= 0.9 * best
    assert learnt >= 0.95 * knowable


def test_a_form_that_does_nothing_is_left_alone_after_six_months(world: Learner) -> None:
    dull = world.given.forms.index("F13")  # believed in at first, cheap and common
    taken = world.truth.taken.copy()
    taken[:, dull] = 0.0
    told = replace(world, truth=replace(world.truth, taken=taken)).learnt(1)[-1].cells.set_index("care_form")
    assert abs(told.loc["F13", "mean"].mean()) < 0.15
    assert told.loc["F13", "answers"].sum() > 0
