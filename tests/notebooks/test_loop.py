"""The closed loop through the shipped notebooks: list, answers, evaluation, walk; on a world without any effect."""

import json
import shutil
from collections.abc import Iterator

import pytest

from bassboss_lib import flow
from bassboss_lib.campaigns import assignments
from bassboss_lib.retention import steps
from bassboss_lib.retention.outcomes import place_of_campaigns
from bassboss_lib.workspace import Workspace
from tests import loop_world

pytestmark = pytest.mark.notebooks
LISTS = {"size": 150, "control_share": 0.3, "explore_share": 0.1}


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    root = tmp_path_factory.mktemp("loop") / "work"
    workspace = loop_world.begun(root)
    steps.train_and_settle(workspace, loop_world.LAST)
    for month in ("202604", "202605", "202606"):
        if month != loop_world.LAST:
            workspace = loop_world.arrived(root, month)
        steps.list_and_send(workspace, month, **LISTS)  # type: ignore[arg-type]
        loop_world.answered(workspace, month)
    workspace = loop_world.arrived(root, "202607")
    flow.run_target(workspace, "evaluate", {"month": "202607"})
    flow.run_target(workspace, "40_retention_walk", {"month": "202607", "language": "en"})
    yield workspace
    shutil.rmtree(workspace.root)


def result(world: Workspace, stem: str) -> dict:
    [path] = world.runs.glob(f"202607/{stem}/*/result.json")
    return json.loads(path.read_text(encoding="utf-8"))


def test_the_evaluation_has_the_figures_that_others_read(world: Workspace) -> None:
    found = result(world, "12_retention_evaluate")
    assert {"hit_rate", "hit_rate_naive", "coverage", "itt", "effect_reached"} <= set(found["figures"])
    assert found["rows"]["campaigns"] == 3
    assert found["rows"]["mature"] == 1
    low, high = found["intervals"]["itt"]
    assert low < 0 < high
    assert found["intervals"]["hit_rate"][0] < found["figures"]["hit_rate"] < found["intervals"]["hit_rate"][1]


def test_every_campaign_has_its_place(world: Workspace) -> None:
    places = [one.place for one in place_of_campaigns(world, "202607")]
    assert places == ["mature", "followed", "followed"]


def test_nobody_is_listed_again_while_cooling_down_and_controls_are_held(world: Workspace) -> None:
    earlier = assignments(world, "202604").set_index("pseudonym")["arm"]
    for month in ("202605", "202606"):
        later = assignments(world, month).set_index("pseudonym")["arm"]
        listed = later.index[later == "listed"]
        assert not set(listed) & set(earlier.index[earlier.isin(["listed", "control"])])


def test_the_walk_shows_the_whole_flow_in_english(world: Workspace) -> None:
    [page] = world.runs.glob("202607/40_retention_walk/*/report.html")
    text = page.read_text(encoding="utf-8")
    for heading in ("1. Analysis", "2. The list", "3. Sent", "4. Tasks", "5. What became", "6. Evaluation", "7. Back"):
        assert heading in text
    assert result(world, "40_retention_walk")["rows"]["campaigns"] == 1


def test_the_same_evaluation_again_writes_no_new_version(world: Workspace) -> None:
    before = sorted(path.name for path in world.warehouse.glob("outcome/*/*.parquet"))
    steps.evaluate(world, "202607")
    assert sorted(path.name for path in world.warehouse.glob("outcome/*/*.parquet")) == before
