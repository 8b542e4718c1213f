"""Prepaid balances that run out: literal cases in the reference engine, and the compiled rules equal to it."""

from datetime import datetime, timedelta
from itertools import pairwise

import numpy as np
import pytest

from bassboss_lib.errors import CallError
from bassboss_lib.rating import Call, Catalogue, Month, Plan, compile_plans, make_usage, read_catalogue
from bassboss_lib.rating.catalogue import Tax
from bassboss_lib.rating.itemised import months_of
from bassboss_lib.rating.moments import EPOCH, Timetable
from bassboss_lib.rating.prepaid import Prepaid, Purse, rate_prepaid, refuse_unsettled
from bassboss_lib.rating.pricelist import check_catalogue
from bassboss_lib.rating.purses import Purses, rate_purses
from tests.rating.plans import random_catalogue
from tests.rating.test_direct import SHIPPED
from tests.rating.test_pricelist import SMALL
from tests.rating.worlds import random_usage

FEE = {"amount": "5.00"}
CALLS = {"of": ["calls"], "price": "0.30", "per": "60s", "increment": [60, 60]}
DAY, MIDNIGHT = datetime(2026, 10, 1), datetime(EPOCH.year, EPOCH.month, EPOCH.day)


def lived(plan: dict, calls: list[tuple[int, int]], purse: Purse) -> Prepaid:
    """Live a month of calls (minute of the month, seconds) under a plan and a balance."""
    known = check_catalogue(SMALL | {"plans": [{"id": "A", "rates": [CALLS]} | plan]}, "prepaid")
    made = [Call("calls", DAY.replace(hour=at // 60, minute=at % 60), seconds) for at, seconds in calls]
    return rate_prepaid(known.header, known.plans[0], [Month(DAY, 31, made)], purse)[0]


def test_a_balance_that_suffices_changes_nothing() -> None:
    month = lived({"fee": FEE}, [(10, 61), (20, 60)], Purse(1_000))
    assert (month.units, month.bill.charges, month.left_fen) == ([61, 60], [60, 30], 410)
    assert month.bill.total_fen == 590


def test_a_call_ends_with_the_last_increment_that_the_balance_pays_for() -> None:
    month = lived({}, [(10, 600), (30, 60)], Purse(100))
    assert (month.units, month.bill.charges, month.left_fen) == ([180, 0], [90, 0], 10)


def test_an_empty_balance_makes_no_call_and_a_top_up_between_calls_does() -> None:
    top_up = (DAY.replace(minute=20), 60)
    month = lived({}, [(10, 30), (20, 90), (21, 30)], Purse(0, [top_up]))  # there in the second it comes in
    assert (month.units, month.bill.charges, month.left_fen) == ([0, 90, 0], [0, 60, 0], 0)


def test_a_fee_may_take_the_balance_below_zero_and_bundles_go_on() -> None:
    bundle = {"id": "min", "units": "2min", "of": ["calls"]}
    month = lived({"fee": FEE, "allowances": [bundle]}, [(10, 60), (20, 150), (30, 60)], Purse(200))
    assert (month.units, month.bill.charges, month.left_fen) == ([60, 60, 0], [0, 0, 0], -300)
    assert month.bill.total_fen == 500


def test_a_top_up_after_the_last_call_is_in_the_next_month() -> None:
    known = check_catalogue(SMALL | {"plans": [{"id": "A", "rates": [CALLS]}]}, "prepaid")
    late, november = DAY.replace(day=31, hour=23), datetime(2026, 11, 1)
    months = [Month(DAY, 31, [Call("calls", DAY, 60)]), Month(november, 30, [Call("calls", november, 60)])]
    purse = Purse(0, [(late, 30), (november.replace(day=2), 500)])
    first, second = rate_prepaid(known.header, known.plans[0], months, purse)
    assert (first.units, first.left_fen, second.units, second.left_fen) == ([0], 30, [60], 500)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"cap": {"per": "month", "amount": "50.00"}}, "closed by more"),
        ({"discounts": [{"of": "bill", "percent": "10"}]}, "closed by more"),
        ({"scope": "group"}, "for groups"),
    ],
)
def test_a_plan_whose_bill_is_not_the_sum_of_its_calls_is_refused(change: dict, said: str) -> None:
    known = check_catalogue(SMALL | {"plans": [{"id": "A", "rates": [CALLS]}]}, "prepaid")
    plan = Plan.model_validate({"id": "A", "rates": [CALLS]} | change)
    with pytest.raises(CallError, match=said):
        refuse_unsettled(known.header, plan)


def _purses(chance: np.random.Generator, owners: int, low_s: int, high_s: int) -> Purses:
    count = chance.poisson(2, owners)
    owner = np.repeat(np.arange(owners), count)
    when = chance.integers(low_s, high_s, len(owner))
    order = np.lexsort((when, owner))
    amounts = chance.choice([-500, 1_000, 3_000, 5_000], len(owner))
    return Purses(chance.integers(-100, 4_000, owners), owner, when[order], amounts)


def _differences(catalogue: Catalogue, seed: int, owners: int) -> tuple[int, int, int]:
    """Live random usage under random balances in both engines; count months, cut events, and differences."""
    chance, compiled = np.random.default_rng(seed), compile_plans(catalogue)
    usage = random_usage(chance, owners, heavy=0.5)
    purses = _purses(chance, owners, int(usage.started_s.min()), int(usage.started_s.max()))
    edges = [0, *(np.flatnonzero(np.diff(usage.rows.owner)) + 1).tolist(), len(usage)]
    months = cut = wrong = 0
    for place, plan in enumerate(catalogue.plans):
        made = rate_purses(compiled, usage, np.full(len(usage), place), purses)
        timetable = Timetable(catalogue.header.timings)
        for start, end in pairwise(edges):
            owner = int(usage.rows.owner[start])
            mine = purses.owner == owner
            top_ups = [
                (MIDNIGHT + timedelta(seconds=int(at)), int(fen))
                for at, fen in zip(purses.when_s[mine], purses.fen[mine], strict=True)
            ]
            purse = Purse(int(purses.start_fen[owner]), top_ups)
            said = rate_prepaid(catalogue.header, plan, months_of(compiled, usage, range(start, end)), purse, timetable)
            for row, one in zip(range(start, end), said, strict=True):
                events = slice(int(usage.first[row]), int(usage.first[row + 1]))
                months, cut = months + 1, cut + int((made.units[events] < usage.units[events]).sum())
                same = made.units[events].tolist() == one.units
                same &= made.charge_fen[events].tolist() == one.bill.charges
                same &= (made.total_fen[row], made.left_fen[row]) == (one.bill.total_fen, one.left_fen)
                wrong += not same
    return months, cut, wrong


def _settled(catalogue: Catalogue) -> Catalogue:
    """Keep the plans that can be simulated."""
    kept = []
    for plan in catalogue.plans:
        try:
            refuse_unsettled(catalogue.header, plan)
        except CallError:
            continue
        kept.append(plan)
    return Catalogue(header=catalogue.header, plans=tuple(kept))


def test_the_worlds_plans_are_cut_alike_in_both_engines() -> None:
    months, cut, wrong = _differences(_settled(read_catalogue(SHIPPED)), 1, 16)
    assert months >= 200
    assert cut > 200
    assert wrong == 0


@pytest.mark.parametrize("seed", range(300, 310))
def test_random_plans_are_cut_alike_in_both_engines(seed: int) -> None:
    whole = random_catalogue(seed, plans=10)
    untaxed = whole.header.model_copy(update={"tax": Tax()})
    plans = _settled(Catalogue(header=untaxed, plans=whole.plans))
    months, cut, wrong = _differences(plans, seed, 12)
    assert months >= 20
    assert cut > 5
    assert wrong == 0


def test_rows_left_out_cost_nothing_and_keep_no_balance() -> None:
    compiled = compile_plans(check_catalogue(SMALL | {"plans": [{"id": "A", "rates": [CALLS]}]}, "prepaid"))
    start = int(np.datetime64("2026-10-01", "s").astype(int))
    usage = make_usage(np.array([0, 1]), np.array([start, start]), np.array([0, 0]), np.array([60, 60]))
    none = np.zeros(0, np.int64)
    made = rate_purses(compiled, usage, np.array([-1, 0]), Purses(np.array([90, 90]), none, none, none))
    assert made.total_fen.tolist() == [0, 30]
    assert made.left_fen.tolist() == [0, 60]
