"""The truth's best matching of care, held against every matching there is."""

from itertools import product

import numpy as np
import pyarrow as pa
import pytest

from bassboss_lib.boss import World
from bassboss_lib.boss.contact import matching
from bassboss_lib.boss.contact.matching import best_matching, gain_by_type, gained_per_yuan
from bassboss_lib.boss.contact.true_effects import TrueEffects
from bassboss_lib.boss.state import State
from bassboss_lib.errors import CallError

COST = {"F01": 300, "F02": 100, "F03": 500}


def five() -> pa.Table:
    gains = np.array([[9, 2, 8], [5, 4, 1], [-1, 3, 7], [6, 1, 9], [2, -2, -3]]) / 10.0
    columns = {f"satisfaction_{form}": gains[:, at] for at, form in enumerate(COST)}
    return pa.table({"customer_id": list("abcde")} | columns)


def every(table: pa.Table, budget: int, capacity: dict[str, int]) -> float:
    """Give the most that any matching gains, by looking at all of them."""
    forms, best = [None, *COST], 0.0
    gain = {form: table[f"satisfaction_{form}"].to_pylist() for form in COST}
    for choice in product(forms, repeat=table.num_rows):
        used = [form for form in choice if form]
        if sum(COST[form] for form in used) <= budget and all(used.count(f) <= capacity.get(f, 9) for f in COST):
            best = max(best, sum(gain[form][row] for row, form in enumerate(choice) if form))
    return best


@pytest.mark.parametrize(("budget", "capacity"), [(9999, {}), (700, {}), (1400, {"F03": 1}), (9999, {"F01": 0})])
def test_no_matching_gains_more(budget: int, capacity: dict[str, int]) -> None:
    found = best_matching(five(), COST, budget, capacity)
    assert found["gain"].to_numpy().sum() == pytest.approx(every(five(), budget, capacity))
    assert found["cost_fen"].to_numpy().sum() <= budget
    assert len(set(found["customer_id"].to_pylist())) == found.num_rows
    for form, most in capacity.items():
        assert found["care_form"].to_pylist().count(form) <= most


def test_many_customers_are_matched_in_parts_and_lose_next_to_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(4)
    columns = {f"satisfaction_{form}": rng.normal(0.4, 0.4, 300) for form in COST}
    table = pa.table({"customer_id": [f"{at:03d}" for at in range(300)]} | columns)
    whole = best_matching(table, COST, 40_000, {"F02": 50})
    monkeypatch.setattr(matching, "FEW", 0)
    parts = best_matching(table, COST, 40_000, {"F02": 50})
    assert whole["gain"].to_numpy().sum() >= parts["gain"].to_numpy().sum() > 0.998 * whole["gain"].to_numpy().sum()
    assert parts["cost_fen"].to_numpy().sum() <= 40_000
    assert parts["care_form"].to_pylist().count("F02") <= 50


def test_without_money_nobody_is_matched_and_nothing_gained() -> None:
    found = best_matching(five(), COST, 0)
    assert found.num_rows == 0
    assert gained_per_yuan(found) == 0.0
    assert best_matching(five().slice(0, 0), COST, 100).num_rows == 0
    assert gained_per_yuan(best_matching(five(), {"F02": 100}, 100)) == pytest.approx(0.4)


def test_a_form_without_effects_is_refused() -> None:
    with pytest.raises(CallError, match="no effects of F77"):
        best_matching(five(), {"F77": 1}, 100)


def test_types_decide_which_form_is_best(world: World, town: list[State]) -> None:
    effects = TrueEffects(world, town[-1]).table()
    by_type = gain_by_type(effects)
    assert set(by_type.index) == set(world.types.kinds)
    assert by_type.loc["homebody", "F03"] > 3 * by_type.loc["night_owl", "F03"]
    assert by_type.loc["traveller", "F14"] > 5 * by_type.loc["light", "F14"]
    cost = dict.fromkeys(world.contact.care.forms, 500)
    best = best_matching(effects, cost, 100_000)
    worst = np.mean([effects[f"satisfaction_{form}"].to_numpy().mean() for form in cost]) / 5
    assert gained_per_yuan(best) > 3 * worst
