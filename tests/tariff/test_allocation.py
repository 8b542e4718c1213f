import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bassboss_lib.errors import CallError
from bassboss_lib.tariff.allocation import allocate, mixed_spread, size_for, standard_error


def test_neyman_by_hand() -> None:
    assert allocate([600, 300, 100], [1.0, 2.0, 6.0], 90).tolist() == [30, 30, 30]


def test_minimum_maximum_and_a_stratum_smaller_than_the_minimum() -> None:
    assert allocate([1, 1000, 1000], [9.0, 1.0, 1.0], 31, minimum=5).tolist() == [1, 15, 15]
    assert allocate([1000, 1000], [1.0, 99.0], 100, maximum=60).tolist() == [40, 60]


def test_an_empty_stratum_gets_nothing_and_no_spread_means_by_size() -> None:
    assert allocate([0, 100, 300], [5.0, 0.0, 0.0], 40).tolist() == [0, 10, 30]


@pytest.mark.parametrize("n", [3, 2001])
def test_what_cannot_be_asked_is_refused(n: int) -> None:
    with pytest.raises(CallError, match="the strata allow 4 to 2,000"):
        allocate([1000, 1000], [1.0, 1.0], n)


@given(
    st.lists(st.tuples(st.integers(0, 40), st.floats(0, 9)), min_size=1, max_size=6).flatmap(
        lambda strata: st.tuples(st.just(strata), st.integers(0, sum(size for size, _ in strata)))
    )
)
def test_allocation_sums_to_n_and_never_exceeds_a_stratum(case: tuple[list[tuple[int, float]], int]) -> None:
    strata, n = case
    sizes, spreads = zip(*strata, strict=True)
    asked = allocate(sizes, spreads, n, minimum=0)
    assert asked.sum() == n
    assert np.all((asked >= 0) & (asked <= np.array(sizes)))


@given(st.lists(st.tuples(st.integers(2, 6), st.floats(0.1, 9)), min_size=3, max_size=3), st.integers(3, 6))
def test_no_other_integer_allocation_is_better(strata: list[tuple[int, float]], n: int) -> None:
    sizes, spreads = zip(*strata, strict=True)
    best = min(
        standard_error(sizes, spreads, other)
        for other in itertools.product(*(range(1, size + 1) for size in sizes))
        if sum(other) == n
    )
    assert standard_error(sizes, spreads, allocate(sizes, spreads, n, minimum=1)) == pytest.approx(best, rel=1e-12)


def test_the_size_gives_the_interval_that_was_wanted() -> None:
    sizes, spreads = [500_000, 300_000, 200_000], [0.3, 0.4, 0.5]
    n = size_for(sizes, spreads, 0.02)
    assert 1.6449 * standard_error(sizes, spreads, allocate(sizes, spreads, n)) == pytest.approx(0.02, rel=2e-3)
    assert size_for(sizes, spreads, 0.02, response_rate=0.25) == pytest.approx(4 * n, abs=4)
    with pytest.raises(CallError):
        size_for(sizes, spreads, 0.0)


def test_a_mix_lies_between_its_targets() -> None:
    sizes, take_up, revenue = [1000, 1000], [0.4, 0.4], [10.0, 90.0]
    shares = [allocate(sizes, mixed_spread(sizes, take_up, revenue, w), 100)[1] for w in (1.0, 0.5, 0.0)]
    assert shares[0] == 50
    assert shares[0] < shares[1] < shares[2] == 90
