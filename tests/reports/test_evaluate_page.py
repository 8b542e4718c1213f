import pytest

from bassboss_lib.campaigns import Money
from bassboss_lib.learning import Estimate
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
