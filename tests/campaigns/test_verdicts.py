import numpy as np
import pandas as pd
import pytest
from scipy.optimize import linprog

from bassboss_lib.campaigns import pooled, return_of, verdict
from bassboss_lib.campaigns.capacity import within
from bassboss_lib.campaigns.profit import acceptance, best_offers, profit
from bassboss_lib.learning import Estimate


@pytest.mark.parametrize(
    ("effect", "mature", "said"),
    [
        (Estimate(-0.05, -0.08, -0.02), True, "works"),
        (Estimate(0.05, 0.02, 0.08), True, "harms"),
        (Estimate(-0.05, -0.12, 0.02), True, "inconclusive"),
        (Estimate(-0.05, -0.08, -0.02), False, "collecting"),
        (None, True, "collecting"),
    ],
)
def test_a_verdict_is_what_the_interval_allows(effect: Estimate | None, mature: bool, said: str) -> None:
    assert verdict(effect, mature=mature) == said


def test_groups_that_differ_by_chance_alone_all_get_the_mean() -> None:
    groups = {
        name: Estimate(-0.05 + shift, -0.15 + shift, 0.05 + shift)
        for name, shift in zip("abc", (0.01, 0, -0.01), strict=True)
    }
    drawn = pooled(groups)
    assert {round(one.value, 6) for one in drawn.values()} == {-0.05}
    assert all(one.high - one.low < 0.2 for one in drawn.values())


def test_money_is_effect_times_listed_less_calls_and_offers() -> None:
    rows = pd.DataFrame({"handled": ["0", "1", "2", "3"], "offer": [None, None, "O01", "O01"]})
    money = return_of(
        Estimate(-0.1, -0.2, 0.0), Estimate(50.0, 10.0, 90.0), rows, listed=100, costs={"O01": 300}, call_fen=10
    )
    assert money.cost_fen == 3 * 10 + 300
    assert (money.saved.value, money.saved.low, money.saved.high) == (10.0, 0.0, 20.0)
    assert money.net_fen.value == 50.0 * 100 - 330
    assert money.return_on_cost is not None
    assert money.return_on_cost.value == pytest.approx((5000 - 330) / 330)


@pytest.mark.parametrize("seed", range(6))
def test_the_greedy_list_keeps_its_limits_and_the_bound_is_that_of_the_linear_programme(seed: int) -> None:
    random = np.random.default_rng(seed)
    gain, cost = random.normal(100, 120, 60), random.gamma(2, 20, 60)
    capacity, budget = 20, 500.0
    found = within(gain, cost, capacity, budget)
    best = linprog(-gain, A_ub=[np.ones(60), cost], b_ub=[capacity, budget], bounds=(0, 1))
    assert found.chosen.sum() <= capacity
    assert found.cost <= budget
    assert found.bound == pytest.approx(-best.fun, rel=1e-3)
    assert found.bound * 0.93 <= found.gain <= found.bound + 1e-6
    assert (gain[found.chosen] > 0).all()


def test_acceptance_of_few_answers_stays_near_that_of_the_offer() -> None:
    rows = pd.DataFrame(
        {
            "segment_id": ["V1T1"] * 100 + ["V3T3"] * 2,
            "offer": "O01",
            "reached": True,
            "accepted": [True] * 30 + [False] * 70 + [True, True],
        }
    )
    found = acceptance(rows).set_index("segment_id")
    assert found.loc["V1T1", "mean"] == pytest.approx(0.30, abs=0.02)
    assert 0.3 < found.loc["V3T3", "mean"] < 0.55
    assert (found["low"] < found["mean"]).all()


def test_profit_is_the_stated_formula() -> None:
    got = profit(
        np.array([-0.1]),
        np.array([5000.0]),
        reach=0.5,
        accept=np.array([0.4]),
        offer_cost=np.array([3000.0]),
        call_fen=800,
    )
    assert got.tolist() == pytest.approx([0.1 * 5000 * 12 - 800 - 0.5 * 0.4 * 3000])


def test_an_offer_is_proven_only_if_its_interval_says_so() -> None:
    def rows(bad: int, good: int, n: int) -> pd.DataFrame:
        left = [1.0] * bad + [0.0] * (n - bad) + [1.0] * good + [0.0] * (n - good)
        return pd.DataFrame(
            {"churn_reason": "R01", "recommended_offer": ["O01"] * n + ["O06"] * n, "month": "202610", "left": left}
        )

    assert best_offers(rows(60, 20, 200), {"R01": "O01"})["R01"][0] == "O06"
    assert best_offers(rows(60, 40, 200), {"R01": "O01"}) == {}  # would do at 95 %, not at 99 %
    assert best_offers(rows(30, 25, 200), {"R01": "O01"}) == {}
    assert best_offers(rows(10, 0, 20), {"R01": "O01"}) == {}


def test_the_more_pairs_of_offers_are_asked_the_more_each_must_show() -> None:
    def rows(reason: str) -> pd.DataFrame:
        left = [1.0] * 60 + [0.0] * 140 + [1.0] * 34 + [0.0] * 166
        told = {"churn_reason": reason, "recommended_offer": ["O01"] * 200 + ["O06"] * 200, "month": "202610"}
        return pd.DataFrame({**told, "left": left})

    reasons = [f"R0{number}" for number in range(1, 10)]
    assert set(best_offers(rows("R01"), {"R01": "O01"})) == {"R01"}
    assert best_offers(pd.concat([rows(one) for one in reasons]), dict.fromkeys(reasons, "O01")) == {}
