from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bassboss_lib.campaigns.capacity import within

SMALL = st.lists(st.tuples(st.integers(-5, 40), st.integers(0, 20)), min_size=1, max_size=9)


def best_by_trying(gain: np.ndarray, cost: np.ndarray, capacity: int, budget: float) -> float:
    """Try every list."""
    lists = (list(chosen) for size in range(capacity + 1) for chosen in combinations(range(len(gain)), size))
    return max(float(gain[one].sum()) for one in lists if cost[one].sum() <= budget)


@settings(max_examples=150, deadline=None)
@given(SMALL, st.integers(1, 5), st.integers(0, 60))
def test_a_list_keeps_its_limits_and_no_list_exceeds_the_bound(rows: list, capacity: int, budget: int) -> None:
    gain, cost = (np.array(column, float) for column in zip(*rows, strict=True))
    found = within(gain, cost, capacity, budget)
    assert found.chosen.sum() <= capacity
    assert cost[found.chosen].sum() <= budget
    assert (gain[found.chosen] > 0).all()
    assert found.gain == gain[found.chosen].sum()
    best = best_by_trying(gain, cost, capacity, budget)
    assert found.gain <= best <= found.bound + 1e-6


def test_the_gap_to_the_bound_is_less_than_one_customers_gain() -> None:
    random = np.random.default_rng(0)
    gain, cost = random.gamma(2, 500, 20_000), 800 + random.gamma(2, 400, 20_000)
    found = within(gain, cost, capacity=2000, budget=2_000_000)
    assert found.cost <= 2_000_000
    assert 0 <= found.bound - found.gain < gain.max()
    assert found.price > 0


def test_without_a_tight_budget_money_has_no_price() -> None:
    found = within(np.array([3.0, 2.0, 1.0]), np.array([1.0, 1.0, 1.0]), capacity=2, budget=10.0)
    assert (found.gain, found.bound, found.price) == (5.0, 5.0, pytest.approx(0.0))
