import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bassboss_lib.care.matching import FEW, Limits, groups_of, match, spread


def limits(
    forms: list[int], channels: list[int], most: list[int], size: int, money: tuple[list[float], float]
) -> Limits:
    return Limits(np.array(forms), np.array(channels), np.array(most), size, np.array(money[0]), money[1])


def brute(worth: np.ndarray, given_limits: Limits) -> float:
    """Try every way to give each of few customers one form or none."""
    people, forms = worth.shape
    best = 0.0
    for way in itertools.product(range(-1, forms), repeat=people):
        chosen = [(one, form) for one, form in enumerate(way) if form >= 0]
        if any(np.isnan(worth[one, form]) for one, form in chosen):
            continue
        counts = np.bincount([form for _, form in chosen], minlength=forms)
        by_channel = np.bincount(given_limits.channels, weights=counts, minlength=len(given_limits.channel_most))
        within = (counts <= given_limits.forms).all() and (by_channel <= given_limits.channel_most).all()
        cheap = counts.sum() <= given_limits.size and counts @ given_limits.cost <= given_limits.budget
        if within and cheap:
            best = max(best, sum(worth[one, form] for one, form in chosen))
    return best


@pytest.mark.parametrize("seed", range(25))
def test_the_matching_is_as_good_as_the_best_of_all_ways(seed: int) -> None:
    rng = np.random.default_rng(seed)
    people, forms = 5, 3
    worth = np.where(rng.random((people, forms)) < 0.7, rng.integers(-3, 12, (people, forms)), np.nan).astype(float)
    own = limits(
        rng.integers(0, 3, forms).tolist(), [0, 1, 1], rng.integers(1, 4, 2).tolist(), int(rng.integers(1, 5)),
        (rng.integers(1, 5, forms).astype(float).tolist(), float(rng.integers(3, 12))),
    )  # fmt: skip
    counts = match(worth, np.ones(people, int), own)
    assert float(np.nansum(np.where(counts > 0, worth * counts, 0))) == pytest.approx(brute(worth, own))


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 12), st.integers(1, 6), st.booleans())
def test_no_capacity_and_no_budget_is_ever_exceeded(seed: int, groups: int, forms: int, dear: bool) -> None:
    rng = np.random.default_rng(seed)
    worth = np.where(rng.random((groups, forms)) < 0.6, rng.normal(2, 3, (groups, forms)), np.nan)
    sizes = rng.integers(1, 30, groups)
    budget = float(rng.integers(0, 200)) if dear else float("inf")
    own = limits(
        rng.integers(0, 20, forms).tolist(), rng.integers(0, 2, forms).tolist(), rng.integers(0, 40, 2).tolist(),
        int(rng.integers(0, 60)), (rng.integers(0, 9, forms).astype(float).tolist(), budget),
    )  # fmt: skip
    counts = match(worth, sizes, own)
    assert (counts >= 0).all()
    assert (counts.sum(axis=1) <= sizes).all()
    assert (counts.sum(axis=0) <= own.forms).all()
    assert (np.bincount(own.channels, counts.sum(axis=0), 2) <= own.channel_most).all()
    assert counts.sum() <= own.size
    assert counts.sum(axis=0) @ own.cost <= budget + 1e-6
    assert not counts[~(np.nan_to_num(worth, nan=-1) > 0)].any()


def test_many_groups_come_within_a_customer_of_the_relaxed_bound() -> None:
    from scipy.optimize import linprog

    from bassboss_lib.care.matching import _constraints

    rng = np.random.default_rng(3)
    groups = 3 * FEW
    worth = np.where(rng.random((groups, 8)) < 0.5, rng.normal(2, 3, (groups, 8)), np.nan)
    sizes = rng.integers(1, 50, groups)
    own = limits([300] * 8, [0, 0, 1, 1, 2, 2, 2, 2], [500, 500, 700], 1500, ([1, 2, 3, 4, 5, 6, 7, 8.0], 4000.5))
    counts = match(worth, sizes, own)
    group, form = np.nonzero(np.nan_to_num(worth, nan=-1.0) > 0)
    rows, most = _constraints(group, form, sizes, own)
    bound = -linprog(-worth[group, form], A_ub=rows, b_ub=most, method="highs").fun
    reached = float(np.nansum(worth * counts))
    assert bound - np.nanmax(worth) <= reached <= bound + 1e-6
    assert counts.sum(axis=0) @ own.cost <= own.budget


def test_a_form_without_capacity_is_never_chosen_and_nothing_suits_nobody() -> None:
    own = limits([0, 5], [0, 0], [9], 9, ([1.0, 1.0], float("inf")))
    assert match(np.array([[9.0, 1.0], [9.0, np.nan]]), np.array([2, 2]), own).tolist() == [[0, 2], [0, 0]]
    assert match(np.full((2, 2), np.nan), np.array([2, 2]), own).sum() == 0


def test_chance_decides_within_a_group_and_rows_may_come_in_any_order() -> None:
    group, u = np.array([0, 0, 0, 1, -1]), np.array([0.3, 0.1, 0.2, 0.5, 0.0])
    counts = np.array([[1, 1], [0, 1]])
    assert spread(counts, group, u).tolist() == [-1, 0, 1, 1, -1]
    turned = np.array([4, 2, 0, 3, 1])
    assert spread(counts, group[turned], u[turned]).tolist() == spread(counts, group, u)[turned].tolist()


def test_customers_alike_in_everything_are_one_group() -> None:
    group, first = groups_of(np.zeros(1000, int), np.ones((1000, 3), bool))
    assert set(group.tolist()) == {0}
    assert first.tolist() == [0]
