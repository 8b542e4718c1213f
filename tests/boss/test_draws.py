from itertools import product

import numpy as np
import pytest
from scipy import stats

from bassboss_lib.boss.draws import Draws, Purpose

SERIALS = np.arange(1, 100_001)
DRAWS = Draws(20250801, 24307, Purpose.USE)


def test_a_draw_belongs_to_the_customer_and_not_to_the_row() -> None:
    whole, shuffled = DRAWS.uniform(SERIALS), np.random.default_rng(1).permutation(SERIALS)
    assert np.array_equal(DRAWS.uniform(shuffled), whole[shuffled - 1])
    parts = [DRAWS.uniform(part) for part in np.array_split(SERIALS, 7)]
    assert np.array_equal(np.concatenate(parts), whole)


def test_the_numbers_stay_the_same_for_ever() -> None:
    assert DRAWS.bits(np.array([1, 2])).tolist() == [12963145129959709390, 1395998482903687591]
    assert DRAWS.bits(np.array([1]), slot=1).tolist() == [1658753783971142376]


@pytest.mark.parametrize(
    "draws",
    [DRAWS, Draws(0, 0, 0), Draws(1, 24308, Purpose.USE), Draws(1, 24307, Purpose.MOVE), Draws(1, 24307, 20, copy=3)],
)
def test_draws_are_uniform_over_customers_and_over_slots(draws: Draws) -> None:
    for values in (draws.uniform(SERIALS), draws.uniform(np.full(100_000, 77), np.arange(100_000))):
        assert 0 < values.min() < values.max() < 1
        assert stats.kstest(values, "uniform").pvalue > 1e-4
        assert stats.chisquare(np.bincount((values * 256).astype(int), minlength=256)).pvalue > 1e-4


def _neighbours() -> list[tuple[np.ndarray, np.ndarray]]:
    here = DRAWS.uniform(SERIALS)
    others = [
        DRAWS.uniform(SERIALS + 1),
        DRAWS.uniform(SERIALS, slot=1),
        Draws(20250801, 24308, Purpose.USE).uniform(SERIALS),
        Draws(20250801, 24307, Purpose.TERMINAL).uniform(SERIALS),
        Draws(20250802, 24307, Purpose.USE).uniform(SERIALS),
        Draws(20250801, 24307, Purpose.USE, copy=1).uniform(SERIALS),
        DRAWS.uniform(SERIALS + 1, slot=1),
    ]
    return [(here, other) for other in others]


def test_neighbours_in_customer_slot_month_purpose_seed_and_copy_are_independent() -> None:
    for here, other in _neighbours():
        assert abs(np.corrcoef(here, other)[0, 1]) < 0.015
        table = np.histogram2d(here, other, bins=16, range=[[0, 1], [0, 1]])[0]
        assert stats.chisquare(table.ravel()).pvalue > 1e-4


def test_pairs_of_customer_and_slot_do_not_collide() -> None:
    serial, slot = (np.array(part) for part in zip(*product(range(300), range(300)), strict=True))
    assert len(np.unique(DRAWS.bits(serial, slot))) == 90_000


def test_normals_integers_and_choices_have_the_shape_asked_for() -> None:
    assert stats.kstest(DRAWS.normal(SERIALS), "norm").pvalue > 1e-4
    dice = DRAWS.integers(SERIALS, 1, 7)
    assert set(dice.tolist()) == {1, 2, 3, 4, 5, 6}
    assert stats.chisquare(np.bincount(dice)[1:]).pvalue > 1e-4
    chosen = np.bincount(DRAWS.choice(SERIALS, [1.0, 0.0, 3.0]), minlength=3) / len(SERIALS)
    assert chosen[1] == 0
    assert chosen[2] == pytest.approx(0.75, abs=0.01)
