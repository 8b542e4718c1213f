from pathlib import Path

import numpy as np
import pytest

from bassboss_lib.rating import Catalogue, compile_plans, read_catalogue
from bassboss_lib.rating.bills import close_bills
from bassboss_lib.rating.direct import rate_direct, tables
from bassboss_lib.rating.many import rate_many
from bassboss_lib.rating.totals import compress
from tests.rating.plans import random_catalogue
from tests.rating.worlds import random_usage, reference_bills

HERE = Path(__file__).parent
SHIPPED = HERE.parent.parent / "bassboss_lib" / "boss" / "plans.yaml"


def differences(catalogue: Catalogue, seed: int, owners: int, **how: float) -> tuple[int, int]:
    """Rate random usage by all engines under every plan; count bills and differences of charge, line or total."""
    compiled = compile_plans(catalogue)
    usage = random_usage(np.random.default_rng(seed), owners, members=3, **how)
    bills = wrong = 0
    together = rate_many(compress(compiled, usage))
    for place in range(len(catalogue.plans)):
        plan_of_row = np.full(len(usage), place)
        rated = rate_direct(compiled, usage, plan_of_row)
        closed = close_bills(compiled, usage.rows, plan_of_row, rated.cost_fen.sum(axis=1))
        for row, bill in enumerate(reference_bills(catalogue, compiled, usage, place)):
            mine = rated.charge_fen[usage.first[row] : usage.first[row + 1]].tolist()
            bills += 1
            if mine != bill.charges or not closed.total_fen[row] == together[place, row] == bill.total_fen:
                wrong += 1
    return bills, wrong


def test_the_worlds_plans_cost_the_same_in_both_engines() -> None:
    bills, wrong = differences(read_catalogue(SHIPPED), 1, 40)
    assert bills > 500
    assert wrong == 0


@pytest.mark.parametrize("seed", range(12))
def test_random_plans_of_all_features_cost_the_same_in_both_engines(seed: int) -> None:
    bills, wrong = differences(random_catalogue(seed), seed, 12)
    assert bills > 80
    assert wrong == 0


@pytest.mark.slow
def test_a_million_bills_over_all_features_cost_the_same_in_both_engines() -> None:
    bills = wrong = seed = 0
    while bills < 1_000_000:
        seed += 1
        more, different = differences(random_catalogue(1000 + seed, plans=20), seed, 400, events=3)
        bills, wrong = bills + more, wrong + different
    assert wrong == 0


def test_what_costs_nothing_is_told_by_class_and_plan() -> None:
    shipped = read_catalogue(SHIPPED)
    view, names = tables(compile_plans(shipped)), list(shipped.header.classes)
    idle = {plan.id: {names[at] for at in np.flatnonzero(view.idle[row])} for row, plan in enumerate(shipped.plans)}
    assert all(found == {"v.in", "sms.in"} for found in idle.values())
