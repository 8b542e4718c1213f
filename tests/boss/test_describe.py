from bassboss_lib.boss import describe
from bassboss_lib.boss.history import live
from bassboss_lib.boss.world import REASONS, World
from bassboss_lib.workspace import Workspace


def test_a_world_not_yet_open_has_no_months(workspace: Workspace) -> None:
    assert describe(workspace) == {"months": {}}


def test_the_marginals_of_a_small_world(workspace: Workspace, world: World) -> None:
    live(workspace, world, "202511", 400, 3)
    figures = describe(workspace)
    assert list(figures["months"]) == ["202508", "202509", "202510", "202511"]
    month = figures["months"]["202511"]
    assert set(month["voluntary_by_brand"]) == {"1", "2", "3"}
    assert 3500 < month["arpu_fen"] < 15000
    assert 55 < month["cdrs_per_customer"] < 75
    assert 0.002 < month["late_cdrs"] < 0.006
    assert 0.0 < month["shared_plan"] < 0.08
    assert list(figures["reasons"]) == list(REASONS)
    assert abs(sum(figures["reasons"].values()) - 1) < 0.01
    assert 0 < figures["label_rate"] < 0.2
    assert 0.5 < figures["auc_truth"] <= 1
