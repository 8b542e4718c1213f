import pandas as pd
import pytest

from bassboss_lib.campaigns import Assigned, Design, assign
from bassboss_lib.errors import CallError
from bassboss_lib.reports.list_page import afforded
from bassboss_lib.retention.spending import Guidance, Spent, expected_costs, longest
from bassboss_lib.vault import create_key
from bassboss_lib.workspace import Workspace

PEOPLE = pd.DataFrame(
    {"value": range(400, 0, -1), "churn_probability": 0.5},
    index=pd.Index([f"{n:03}" for n in range(400)], name="pseudonym"),
)
DESIGN = Design(control_share=0.2, universal_share=0.02, explore_share=0.1)


def test_a_call_costs_more_where_offers_are_dear_and_accepted() -> None:
    known = Guidance(reach=0.5, accept={"O01": 0.4, "O04": 0.1})
    assert expected_costs(pd.Series(["O01", "O04", "O06"]), known).tolist() == [1400.0, 1250.0, 1050.0]
    assert expected_costs(pd.Series(["O01"]), Guidance()).tolist() == [3800.0]


def test_the_list_is_as_long_as_the_budget_pays_for(workspace: Workspace) -> None:
    create_key(workspace, b"tests")
    cost = pd.Series(range(1000, 1400), index=PEOPLE.index, dtype=float)

    def assigned(size: int) -> Assigned:
        design = DESIGN.model_copy(update={"size": size})
        return assign(workspace, PEOPLE, design, campaign="R202610-01", month="202610")

    def spent(found: Assigned) -> float:
        return float(cost[found.rows.index[found.rows["arm"] == "listed"]].sum())

    free = longest(assigned, cost, 100, None)
    kept = longest(assigned, cost, 100, 50_000)
    assert free.counts()["listed"] > 80
    assert 45_000 < spent(kept) <= 50_000 < spent(free)
    assert kept.counts()["control"] >= 0.2 * kept.counts()["listed"]
    with pytest.raises(CallError, match=r"a budget of 5\.00 yuan does not pay for a list"):
        longest(assigned, cost, 100, 500)


def test_the_page_says_what_the_list_costs_and_what_bounds_it() -> None:
    bill = Spent(1_000_000, 150_000, 1_200_000, 1_210_000, 200_000, by_effect=True)
    said = afforded(bill, "en").plain
    assert "expected to cost ¥1,500 (of a budget of ¥2,000). The list holds ¥10,000 of expected profit" in said
    assert "it would be ¥12,000, and no list exceeds ¥12,100" in said
    zh = afforded(Spent(1_000_000, 150_000, 1_200_000, 1_210_000, None, by_effect=False), "zh").plain
    assert "未设预算" in zh
    assert "名单的风险价值 ¥10,000" in zh
