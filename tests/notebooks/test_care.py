"""Care through the shipped notebooks: segments, the month's list, a list on demand, BOSS's answers, evaluation."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from bassboss_lib import boss, flow, months, segments
from bassboss_lib.campaigns import assignments
from bassboss_lib.exchange import receive
from bassboss_lib.features import View
from bassboss_lib.vault import create_key
from bassboss_lib.warehouse.load import load
from bassboss_lib.workspace import Workspace
from tests.loop_world import arrived, at

pytestmark = pytest.mark.notebooks
MONTHS, LAST, DAY, CUSTOMERS = ("202508", "202509", "202510"), "202510", "20251104", 3000
LISTS = {"list_size": 800, "budget_fen": 200_000, "control_share": 0.3}


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    root = tmp_path_factory.mktemp("care") / "work"
    workspace = at(root, LAST)
    create_key(workspace, b"tests")
    for month in MONTHS:
        boss.deliver(workspace, month, customers=CUSTOMERS)
    flow.ingest(workspace)
    flow.run_target(workspace, "20_care_segment", {"month": LAST, "language": "en"})
    flow.run_target(workspace, "21_care_list", {"month": LAST, "day": DAY, **LISTS})
    flow.run_target(workspace, "21_care_list", {"month": LAST, "language": "en", **LISTS})
    boss.respond(workspace, LAST)
    after = months.add(LAST, 1)
    receive(at(root, after), load)
    workspace = arrived(root, after)
    flow.run_target(workspace, "22_care_evaluate", {"month": after, "language": "en"})
    yield workspace
    shutil.rmtree(workspace.root)


def results(world: Workspace, stem: str) -> list[dict]:
    found = [json.loads(path.read_text(encoding="utf-8")) for path in world.runs.glob(f"*/{stem}/*/result.json")]
    return sorted(found, key=lambda one: one["figures"].get("listed", 0.0))


def test_segments_are_stable_enough_and_written_for_the_lists(world: Workspace) -> None:
    [found] = results(world, "20_care_segment")
    assert found["figures"]["ari"] >= 0.85
    assert len(segments.assigned(View(world, LAST))) >= 0.9 * CUSTOMERS


def test_a_list_on_demand_is_for_what_is_urgent_and_leaves_by_its_day(world: Workspace) -> None:
    urgent, _ = results(world, "21_care_list")
    files = [Path(one).name for one in urgent["files"]]
    assert f"s_10000_{DAY}_33001_00_001.dat" in files
    rows = assignments(world, LAST, "care").query("campaign_id == @name", local_dict={"name": f"K{DAY}"})
    assert 0 < urgent["figures"]["listed"] == (rows["arm"] == "listed").sum()
    assert set(rows.loc[rows["arm"] == "listed", "care_reason"]) <= {"C03", "C04"}  # complaints, network


def test_nobody_stands_in_both_lists(world: Workspace) -> None:
    rows = assignments(world, LAST, "care").query("arm == 'listed'")
    assert rows["campaign_id"].nunique() == 2
    assert rows["pseudonym"].is_unique


def test_boss_answers_both_lists_and_the_page_tells_of_both(world: Workspace) -> None:
    after = months.add(LAST, 1)
    told = pq.read_table(world.warehouse / "care_feedback" / f"month={after}", partitioning=None)
    assert set(told["campaign_id"].to_pylist()) == {f"K{DAY}", f"K{LAST}-01"}
    [found] = results(world, "22_care_evaluate")
    assert found["rows"]["campaigns"] == 2
    assert found["rows"]["reached"] > 100
    low, high = found["intervals"]["satisfaction_effect"]
    assert low < found["figures"]["satisfaction_effect"] < high


def test_what_was_learnt_is_on_the_page_and_kept_for_the_next_list(world: Workspace) -> None:
    [page] = world.runs.glob("*/22_care_evaluate/*/report.html")
    text = page.read_text(encoding="utf-8")
    for heading in ("Who welcomes care", "in the middle of every trait", "accept it, if welcome"):
        assert heading in text
    kept = [
        path.parent.parent.name for path in world.warehouse.glob(f"care_*/month={months.add(LAST, 1)}/part-00.parquet")
    ]
    assert {"care_gain", "care_kind", "care_answer"} <= set(kept)
