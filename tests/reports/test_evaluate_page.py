import pandas as pd
import pytest

from bassboss_lib.campaigns import Money
from bassboss_lib.learning import Estimate
from bassboss_lib.reports.display import Shown
from bassboss_lib.reports.evaluate_groups import groups_table
from bassboss_lib.reports.evaluate_page import money_table
from bassboss_lib.retention.evaluation import Effects


def effects(listed: int, control: int) -> Effects:
    money = Money(Estimate(9, 4, 14), Estimate(800, 500, 1100), 200, Estimate(600, 300, 900), Estimate(3, 1.5, 4.5))
    return Effects({}, "works", money, {"listed": listed, "control": control})


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("zh", "候选 999 人，少于 1,000 人：收入由少数高额客户决定，收入的区间可能偏窄"),
        ("en", "999 candidates, fewer than 1,000: few dear customers decide, intervals of money may be too narrow"),
    ],
)
def test_money_of_few_candidates_comes_with_a_caution(language: str, said: str) -> None:
    assert said in money_table(effects(800, 199), language).text  # type: ignore[arg-type]
    assert said not in money_table(effects(800, 200), language).text  # type: ignore[arg-type]
    assert "1,000" not in money_table(effects(800, 200), language).text  # type: ignore[arg-type]


def groups(*pooled: float) -> pd.DataFrame:
    rows = pd.DataFrame({"group": ["1", "2"], "customers": [600, 590], "pooled": pooled})
    return rows.assign(pooled_low=rows["pooled"] - 0.04, pooled_high=rows["pooled"] + 0.04)


def test_groups_that_differ_by_no_more_than_chance_are_not_ranked() -> None:
    same = groups_table(groups(-0.002, -0.002), "half", "en")
    assert isinstance(same, Shown)
    assert "groups differ by no more than chance, all are at -0.20 pp" in same.sentence.plain
    other = groups_table(groups(-0.002, -0.03), "half", "zh")
    assert isinstance(other, Shown)
    assert "降得最多的是 名单后半" in other.sentence.plain
