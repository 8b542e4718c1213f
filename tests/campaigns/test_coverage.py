import numpy as np
import pytest

from tests.campaigns.worlds import coverage, fixed_world


@pytest.mark.truth
def test_intervals_cover_the_truth_in_300_assignments() -> None:
    world = fixed_world(seed=1)
    covered, naive = coverage(world, 300, seed=2)
    assert all(0.91 <= share <= 0.99 for share in covered.values()), covered
    assert naive < world.truth["hit_rate"] - 0.02


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_intervals_cover_the_truth_in_2000_assignments(seed: int) -> None:
    covered, _ = coverage(fixed_world(seed), 2000, seed=seed + 10)
    assert all(0.935 <= share <= 0.965 for share in covered.values()), covered


def test_the_naive_hit_rate_is_biased_and_ours_is_not() -> None:
    world = fixed_world(seed=4, customers=4000, candidates=800)
    random = np.random.default_rng(5)
    runs = [world.estimates(world.assigned(random)) for _ in range(60)]
    ours = float(np.mean([found["hit_rate"].value for found, _ in runs]))
    naive = float(np.mean([misleading for _, misleading in runs]))
    truth = world.truth["hit_rate"]
    assert abs(ours - truth) < 0.012
    assert truth - naive > 0.015
