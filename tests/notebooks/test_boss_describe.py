"""The page on the stand-in BOSS runs on a small world, in both languages."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from bassboss_lib import boss, flow
from bassboss_lib.vault import create_key
from bassboss_lib.workspace import Workspace
from tests.monthly_world import open_world

pytestmark = pytest.mark.notebooks


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    workspace = open_world(tmp_path_factory.mktemp("described") / "work")
    create_key(workspace, b"tests")
    for month in ("202508", "202509"):
        boss.deliver(workspace, month, customers=500)
    flow.ingest(workspace)
    yield workspace
    shutil.rmtree(workspace.root)


@pytest.mark.parametrize(("language", "title"), [("zh", "通话有多长"), ("en", "How long calls last")])
def test_the_portrait_runs_and_ends_with_its_figures(world: Workspace, language: str, title: str) -> None:
    flow.run_target(world, "91_boss_describe", {"month": "202509", "language": language})
    newest = max(world.runs.glob("202509/91_boss_describe/*/result.json"), key=lambda path: path.stat().st_mtime_ns)
    said = json.loads(newest.read_text(encoding="utf-8"))
    assert 3500 < said["figures"]["arpu_fen"] < 15000
    assert 0 < said["figures"]["unanswered"] < 0.2
    assert said["rows"]["customers"] > 400
    page = Path(newest.with_name("report.html")).read_text(encoding="utf-8")
    assert title in page
    assert page.count("data:image/png") >= 4
    assert ("被调查唤醒" if language == "zh" else "by a survey call") in page
