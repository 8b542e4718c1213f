"""Bills from totals equal bills from calls, at every level; where calls are gone, plans are refused or bracketed."""

from dataclasses import replace

import numpy as np
import pytest

from bassboss_lib.errors import InputRefused
from bassboss_lib.rating import Catalogue, Usage, compile_plans, read_catalogue
from bassboss_lib.rating.bills import close_bills
from bassboss_lib.rating.bounds import bounds
from bassboss_lib.rating.compiled import Compiled
from bassboss_lib.rating.direct import rate_direct
from bassboss_lib.rating.knees import knees
from bassboss_lib.rating.many import explain, levels_of, rate_everybody, rate_many
from bassboss_lib.rating.pricelist import check_catalogue
from bassboss_lib.rating.totals import compress
from tests.rating.plans import random_catalogue
from tests.rating.test_direct import SHIPPED
from tests.rating.test_pricelist import SMALL
from tests.rating.worlds import random_usage


def direct_bills(compiled: Compiled, usage: Usage) -> np.ndarray:
    made = []
    for place in range(len(compiled.plan)):
        plan_of_row = np.full(len(usage), place)
        use = rate_direct(compiled, usage, plan_of_row).cost_fen.sum(axis=1)
        made.append(close_bills(compiled, usage.rows, plan_of_row, use).total_fen)
    return np.stack(made)


@pytest.mark.parametrize("seed", range(100, 108))
def test_random_plans_cost_the_same_from_totals_and_from_calls(seed: int) -> None:
    compiled = compile_plans(random_catalogue(seed, plans=8))
    for members in (1, 3):
        usage = random_usage(np.random.default_rng(seed), 200, members=members, heavy=0.5)
        assert (rate_many(compress(compiled, usage)) == direct_bills(compiled, usage)).all()


def test_the_worlds_plans_cost_the_same_from_totals_and_from_calls() -> None:
    compiled = compile_plans(read_catalogue(SHIPPED))
    usage = random_usage(np.random.default_rng(3), 1500, heavy=0.4)  # over 20,000 bills
    bills = rate_many(compress(compiled, usage))
    assert bills.size > 20_000
    assert (bills == direct_bills(compiled, usage)).all()


def test_threads_and_shards_change_no_byte() -> None:
    compiled = compile_plans(read_catalogue(SHIPPED))
    usage = random_usage(np.random.default_rng(4), 300)
    whole = compress(compiled, usage)
    assert compress(compiled, usage, threads=3).values.tobytes() == whole.values.tobytes()
    plan_of_row = usage.rows.owner % 10
    once = rate_direct(compiled, usage, plan_of_row)
    assert rate_direct(compiled, usage, plan_of_row, threads=3).charge_fen.tobytes() == once.charge_fen.tobytes()
    cut = int(np.searchsorted(usage.rows.owner, 150))
    parts = [(0, cut), (cut, len(usage))]
    charges = [rate_direct(compiled, usage.part(*one), plan_of_row[slice(*one)]).charge_fen for one in parts]
    assert np.concatenate(charges).tobytes() == once.charge_fen.tobytes()
    bills = [rate_many(compress(compiled, usage.part(*one))) for one in parts]
    assert (np.concatenate(bills, axis=1) == rate_many(whole)).all()


def test_plans_together_cost_what_they_cost_alone() -> None:
    compiled = compile_plans(read_catalogue(SHIPPED))
    totals = compress(compiled, random_usage(np.random.default_rng(5), 100))
    together = rate_many(totals)
    for place, plan in enumerate(compiled.catalogue.plans):
        assert (rate_many(totals, [plan.id])[0] == together[place]).all()


def test_everybody_costs_the_same_in_parts_of_any_size() -> None:
    compiled = compile_plans(random_catalogue(3, plans=6))
    usage = random_usage(np.random.default_rng(8), 80, members=1)
    whole = rate_many(compress(compiled, usage))
    for part_rows, threads in ((1, 1), (40, 3), (10_000, 1)):
        assert (rate_everybody(compiled, usage, part_rows=part_rows, threads=threads) == whole).all()
    last = [plan.id for plan in compiled.catalogue.plans][-2:]
    assert (rate_everybody(compiled, usage, last, part_rows=30) == whole[-2:]).all()


@pytest.mark.parametrize("per", ["line", "bill"])
@pytest.mark.parametrize("mode", ["half_up", "up", "down"])
def test_calls_under_mixed_bundles_are_read_to_the_knee_and_no_further(per: str, mode: str) -> None:
    given = {"catalogue": SMALL["catalogue"] | {"conventions": SMALL["catalogue"]["conventions"].copy()}}
    given["catalogue"]["conventions"]["rounding"] = {"per": per, "to": "0.01", "mode": mode}
    weekend = {"of": ["calls"], "price": "0.02", "when": ["night"], "weight": 30, "per": "60s", "increment": [6, 6]}
    bundles = [BUNDLE | {"units": units} for units in ("0min", "1min", "95s", "7min", "40min")]
    plans = [
        {"id": f"{name}{at}", "rates": [CALLS, DATA, cheap], "allowances": [bundle]}
        for name, cheap in (("N", NIGHT), ("W", weekend))
        for at, bundle in enumerate(bundles)
    ]
    compiled = compile_plans(check_catalogue(given | {"plans": plans}, "mixed"))
    usage = random_usage(np.random.default_rng(12), 500, events=6, heavy=0.5)
    totals = compress(compiled, usage)
    assert sum(bool(knees(compiled, one)) for one in totals.formulas) == 8  # a bundle of nothing has no knee
    rated, exact = rate_many(totals), direct_bills(compiled, usage)
    assert (rated == exact).all()
    assert len(np.unique(exact[:, exact.any(axis=0)], axis=0)) == 10


def small(*plans: dict) -> Catalogue:
    return check_catalogue({"catalogue": SMALL["catalogue"], "plans": list(plans)}, "small")


MINUTE = {"per": "60s", "increment": [60, 60]}
CALLS, DATA = {"of": ["calls"], "price": "0.19"} | MINUTE, {"of": ["data"], "price": "0.03", "per": "1MB"}
BUNDLE = {"id": "min", "units": "3min", "of": ["calls"]}
TIER = {"price": "0.1", "per": "60s"}
NIGHT = {"of": ["calls"], "price": "0.05", "when": ["night"], "weight": 20} | MINUTE
CHOICES = [
    ({"rates": [CALLS, DATA]}, "L0", "totals of the month are enough"),
    ({"rates": [CALLS], "allowances": [BUNDLE]}, "L0", "totals of the month are enough"),
    ({"rates": [CALLS], "allowances": [BUNDLE | {"rollover": 2}]}, "L0", "totals of the month are enough"),
    (
        {"rates": [{"of": ["calls"], "steps": {"on": "call"}, "tiers": [{"price": "0.1", "per": "60s"}]}]},
        "L0+",
        "steps",
    ),
    ({"rates": [CALLS, NIGHT], "allowances": [BUNDLE]}, "L1", "different rates"),
    ({"rates": [CALLS | {"max_per_call": "1.00"}]}, "L1", "cap per call"),
    ({"rates": [CALLS | {"cap": {"per": "day", "amount": "1.00"}}]}, "L1", "cap per day"),
    ({"rates": [CALLS], "scope": "group", "allowances": [BUNDLE]}, "L4", "members"),
]


@pytest.mark.parametrize(("plan", "level", "why"), CHOICES, ids=[f"{level}-{why}" for _, level, why in CHOICES])
def test_the_lowest_exact_level_is_chosen_and_explained(plan: dict, level: str, why: str) -> None:
    compiled = compile_plans(small({"id": "A"} | plan))
    assert levels_of(compiled) == {"A": level}
    assert why in explain(compiled)[0]


def test_without_calls_an_order_that_matters_is_refused_and_bracketed() -> None:
    compiled = compile_plans(small({"id": "A", "rates": [CALLS, NIGHT], "allowances": [BUNDLE | {"units": "5min"}]}))
    usage = random_usage(np.random.default_rng(6), 400, events=6)
    totals = compress(compiled, usage)
    low, high = bounds(totals, "A")
    exact = rate_many(totals)[0]
    assert ((low <= exact) & (exact <= high)).all()
    assert (low < high).any()
    with pytest.raises(InputRefused, match="A needs the calls in their order"):
        rate_many(replace(totals, has_calls=False))


def test_what_cannot_be_bounded_is_refused() -> None:
    compiled = compile_plans(small({"id": "A", "rates": [CALLS | {"max_per_call": "1.00"}]}))
    with pytest.raises(InputRefused, match="cannot be bounded from totals: a rate has a cap per call"):
        bounds(compress(compiled, random_usage(np.random.default_rng(6), 5)), "A")
