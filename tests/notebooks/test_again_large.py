"""The same month again with more customers than LightGBM samples for its bins and than a row group of Parquet holds."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from bassboss_lib import boss, flow, months
from bassboss_lib.boss import World, read_world
from bassboss_lib.vault import create_key
from bassboss_lib.workspace import Workspace
from tests.again_world import lay_shuffled, opened, what_is_there
from tests.monthly_world import SETTINGS

pytestmark = [pytest.mark.notebooks, pytest.mark.slow]

MONTH, NOW = "202601", "2026-02-03T08:00"
LIVED, TIMES = 7_000, 32
BUILT = ("usage_month", "circle_month", "bill_month")
COPIED_NOT = ("archive", "inbox", "boss")


def quiet_world() -> World:
    """Give the shipped world with a quarter of its calls: customers count here, not their records."""
    world = read_world()
    calls, messages, sessions = (
        spread.model_copy(update={"median": spread.median / 4})
        for spread in (world.usage.calls, world.usage.messages, world.usage.sessions)
    )
    usage = world.usage.model_copy(update={"calls": calls, "messages": messages, "sessions": sessions})
    return world.model_copy(update={"usage": usage})


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Six months of a quarter of a million customers, of which the last was scored and listed."""
    root = tmp_path_factory.mktemp("large") / "work"
    root.mkdir()
    (root / "settings.yaml").write_text(SETTINGS)
    workspace, world = opened(root, NOW), quiet_world()
    create_key(workspace, b"tests")
    for month in months.span("202508", MONTH):
        boss.deliver(workspace, month, customers=LIVED, world=world, cdr_form="parquet")
        boss.deliver_replicated(workspace, month, TIMES, world=world)
    flow.ingest(workspace)
    train_and_list(workspace)
    yield root
    shutil.rmtree(root)


def train_and_list(workspace: Workspace) -> None:
    for notebook, given in (("10_retention_train", {}), ("11_retention_list", {"list_size": 20_000})):
        flow.run_target(workspace, notebook, {"month": MONTH, **given})


@pytest.mark.parametrize("processors", [1, 2])
def test_R17_above_200_000_customers_threads_and_the_order_of_rows_change_no_byte(
    root: Path, tmp_path: Path, processors: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = what_is_there(root, MONTH)
    [score] = [name for name in before if name.startswith("warehouse/score")]
    assert pq.read_metadata(root / score).num_rows > 200_000
    lay_shuffled(root, tmp_path / "work", processors, but=(*BUILT, *COPIED_NOT))
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
        monkeypatch.setenv(name, str(processors))
    allowed = os.sched_getaffinity(0)
    os.sched_setaffinity(0, sorted(allowed)[:processors])
    try:
        workspace = opened(tmp_path / "work", NOW)
        flow.build_months(workspace)
        train_and_list(workspace)
    finally:
        os.sched_setaffinity(0, allowed)
    after = what_is_there(tmp_path / "work", MONTH)
    assert {name for name, content in before.items() if after.get(name) != content} == set()
    assert set(after) == set(before)
    assert sum(name.endswith((".dat", ".verf")) for name in after) == 2
