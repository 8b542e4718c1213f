"""What must hold for any use: bills rise with use and fall with bundles, order matters only where prices differ."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from bassboss_lib.rating import compile_plans, make_usage
from bassboss_lib.rating.direct import rate_direct
from bassboss_lib.rating.itemised import explain_bill
from bassboss_lib.rating.many import rate_many
from bassboss_lib.rating.totals import compress
from tests.rating.test_levels import BUNDLE, CALLS, NIGHT, small

FEE = {"fee": {"amount": "10.00"}}
PLANS = {
    "plain": {"rates": [CALLS]} | FEE,
    "dearer": {"rates": [CALLS], "fee": {"amount": "12.34"}},
    "bundle": {"rates": [CALLS], "allowances": [BUNDLE]} | FEE,
    "larger": {"rates": [CALLS], "allowances": [BUNDLE | {"units": "4min"}]} | FEE,
    "night": {"rates": [CALLS, NIGHT], "allowances": [BUNDLE]} | FEE,
    "night4": {"rates": [CALLS, NIGHT], "allowances": [BUNDLE | {"units": "4min"}]} | FEE,
}
COMPILED = compile_plans(small(*({"id": name} | plan for name, plan in PLANS.items())))
START_S = int(np.datetime64("2026-10-12T00:00:00", "s").astype(np.int64))
calls = st.lists(st.tuples(st.integers(0, 86_399), st.integers(0, 400)), min_size=1, max_size=12)


def bills(made: list[tuple[int, int]]) -> dict[str, int]:
    """Rate a day's calls (second, length) under all plans."""
    at = np.array([second for second, _ in made])
    units = np.array([length for _, length in made])
    order = np.argsort(at, kind="stable")
    usage = make_usage(np.zeros(len(at), np.int64), START_S + at[order], np.zeros(len(at), np.int16), units[order])
    totals = rate_many(compress(COMPILED, usage))[:, 0].tolist()
    return dict(zip(PLANS, totals, strict=True))


@settings(max_examples=60, deadline=None)
@given(calls, st.tuples(st.integers(0, 86_399), st.integers(0, 400)))
def test_more_use_never_lowers_a_bill(made: list, one: tuple) -> None:
    before, after = bills(made), bills([*made, one])
    assert all(before[name] <= after[name] for name in ("plain", "bundle"))


@settings(max_examples=60, deadline=None)
@given(calls)
def test_a_larger_bundle_never_raises_a_bill_and_a_fee_is_added_as_it_is(made: list) -> None:
    cost = bills(made)
    assert cost["larger"] <= cost["bundle"] <= cost["plain"]
    assert cost["night4"] <= cost["night"]
    assert cost["dearer"] - cost["plain"] == 234


@settings(max_examples=40, deadline=None)
@given(calls, st.randoms(use_true_random=False))
def test_the_order_of_calls_changes_nothing_where_prices_are_alike(made: list, random: object) -> None:
    lengths = [length for _, length in made]
    random.shuffle(lengths)  # type: ignore[attr-defined]
    moved = [(second, length) for (second, _), length in zip(sorted(made), lengths, strict=True)]
    for name in ("plain", "bundle"):
        assert bills(made)[name] == bills(moved)[name]


@settings(max_examples=40, deadline=None)
@given(calls)
def test_the_lines_of_an_explained_bill_add_up_to_the_fast_one(made: list) -> None:
    at = sorted(second for second, _ in made)
    usage = make_usage(
        np.zeros(len(at), np.int64),
        START_S + np.array(at),
        np.zeros(len(at), np.int16),
        np.array([length for _, length in made]),
    )
    cost = dict(zip(PLANS, rate_many(compress(COMPILED, usage))[:, 0].tolist(), strict=True))
    for place, name in enumerate(PLANS):
        told = explain_bill(COMPILED, usage, name, 0)
        assert sum(line.amount_fen for line in told.lines) == cost[name]
        assert told.charges == rate_direct(COMPILED, usage, np.array([place])).charge_fen.tolist()


def test_the_order_of_calls_does_change_a_bill_where_prices_differ() -> None:
    day, night = (12 * 3600, 180), (22 * 3600, 180)
    assert bills([day, night])["night"] == 1000 + 15
    assert bills([(1, 180), (12 * 3600, 180)])["night"] == 1000 + 57
