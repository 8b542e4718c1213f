import shutil
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from bassboss_lib.workspace import Workspace
from tests.faults.conftest import Scene
from tests.faults.crashes import KILLED, dump, failpoints, files, forked, mend, publish_list, take

VERIFICATION = "outbox/i_10000_202610_31001_01.verf"
KILLS, KILLS_SLOW = 100, 1000


def shown_whole(workspace: Workspace, scene: Scene) -> None:
    """What BOSS can see is a part of the undisturbed outbox, byte by byte, and with the verification file all of it."""
    wanted = {path: sha256 for path, sha256 in scene.undisturbed["files"].items() if path.startswith("outbox/")}
    seen = {path: sha256 for path, sha256 in files(workspace, "outbox").items() if "/." not in path}
    assert seen.items() <= wanted.items()
    if VERIFICATION in seen:
        assert seen == wanted


def loaded_whole(workspace: Workspace, scene: Scene) -> None:
    """What readers can see in the warehouse and the receipts is part of the undisturbed end, byte by byte."""
    wanted = scene.undisturbed["files"].items()
    for folder in ("warehouse", "outbox", "vault", "quarantine"):
        seen = {path: sha256 for path, sha256 in files(workspace, folder).items() if "/." not in path}
        assert seen.items() <= wanted


def after_publishing(workspace: Workspace, scene: Scene) -> None:
    shown_whole(workspace, scene)
    mend(workspace)
    shown_whole(workspace, scene)
    publish_list(workspace)
    assert dump(workspace) == scene.undisturbed


def after_intake(workspace: Workspace, scene: Scene) -> None:
    loaded_whole(workspace, scene)
    take(workspace)
    assert dump(workspace) == scene.undisturbed


@pytest.mark.faults
@pytest.mark.parametrize("step", failpoints("publish"))
def test_O01_O04_a_kill_at_every_failpoint_of_publish(publishing: Scene, tmp_path: Path, step: str) -> None:
    workspace = publishing.fresh(tmp_path / "w")
    assert forked(lambda: publish_list(workspace), step=step) == KILLED
    after_publishing(workspace, publishing)


@pytest.mark.faults
@pytest.mark.parametrize("step", failpoints("intake"))
def test_O01_a_kill_at_every_failpoint_of_intake(arriving: Scene, tmp_path: Path, step: str) -> None:
    workspace = arriving.fresh(tmp_path / "w")
    assert forked(lambda: take(workspace), step=step) == KILLED
    after_intake(workspace, arriving)


def test_the_matrix_covers_at_least_the_failpoints_the_fault_table_asks_for() -> None:
    assert len(failpoints("publish")) >= 12
    assert len(failpoints("intake")) >= 4


Step = Callable[[Workspace], None]


def killed_at_random(scene: Scene, folder: Path, work: Step, after: Callable, *, seed: int, count: int) -> None:
    """Kill some work at random moments until it has died so often; whatever became of it, it must be mended."""
    chance, killed, too_late, begun = np.random.default_rng(seed), 0, 0, time.perf_counter()
    timed = scene.fresh(folder / "timed")
    assert forked(lambda: work(timed)) == 0
    span_s = time.perf_counter() - begun
    while killed < count:
        workspace, moment_s = scene.fresh(folder / "w"), chance.uniform(0, span_s)
        code = forked(lambda at=workspace: work(at), kill_after_s=moment_s)  # type: ignore[misc]
        assert code in (KILLED, 0)
        after(workspace, scene)
        killed, too_late, span_s = killed + (code == KILLED), too_late + (code == 0), span_s if code else moment_s
        shutil.rmtree(workspace.root)
    print(f"{work.__name__}, seed {seed}: {killed} killed, {too_late} done before; 0 torn, all as undisturbed")


@pytest.mark.faults
@pytest.mark.parametrize("seed", range(4))
def test_O01_random_kills_of_publish(publishing: Scene, tmp_path: Path, seed: int) -> None:
    killed_at_random(publishing, tmp_path, publish_list, after_publishing, seed=seed, count=KILLS // 4)


@pytest.mark.faults
@pytest.mark.parametrize("seed", range(4))
def test_O01_random_kills_of_intake(arriving: Scene, tmp_path: Path, seed: int) -> None:
    killed_at_random(arriving, tmp_path, take, after_intake, seed=seed, count=KILLS // 4)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(100, 104))
def test_O01_a_thousand_random_kills(publishing: Scene, arriving: Scene, tmp_path: Path, seed: int) -> None:
    killed_at_random(publishing, tmp_path / "out", publish_list, after_publishing, seed=seed, count=KILLS_SLOW // 4)
    killed_at_random(arriving, tmp_path / "in", take, after_intake, seed=seed, count=KILLS_SLOW // 4)
