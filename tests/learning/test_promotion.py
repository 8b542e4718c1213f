import os
import signal
from pathlib import Path

import numpy as np
import pytest

from bassboss_lib.errors import CallError, GateRefused, SecurityRefused
from bassboss_lib.learning import (
    Challenge,
    Estimate,
    Fitted,
    challenge,
    declared_split,
    load,
    promote,
    rollback,
    save,
    train,
)
from bassboss_lib.ledger import Ledger
from bassboss_lib.workspace import Workspace
from tests.learning.conftest import QUICK, table

ABOUT = ("retention", "boss")


@pytest.fixture(scope="module")
def fitted() -> list[Fitted]:
    found = []
    for seed in (0, 1):
        sample = table(500, seed=seed)
        found.append(
            train(sample, declared_split(["1"] * 400 + ["0"] * 100, "1", "0"), QUICK, rows_min=100, positives_min=20)
        )
    return found


@pytest.fixture
def two(workspace: Workspace, fitted: list[Fitted]) -> tuple[Workspace, str, str]:
    with Ledger(workspace.ledger) as ledger:
        ids = [save(workspace, ledger, one, function="retention", source="boss", month="202607") for one in fitted]
    return workspace, ids[0], ids[1]


def champion(workspace: Workspace) -> str:
    with Ledger(workspace.ledger) as ledger:
        return load(workspace, ledger, *ABOUT).id


def said(quality: float, rows: int = 4000) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Give labels, a champion that knows half, and a challenger that knows ``quality`` of the truth."""
    random = np.random.default_rng(0)
    z = random.normal(size=rows)
    y = (random.random(rows) < 1 / (1 + np.exp(2 - 1.5 * z))).astype(float)
    noise = random.normal(size=(2, rows))

    def probability(share: float, place: int) -> np.ndarray:
        return 1 / (1 + np.exp(2 - 1.5 * (share * z + 0.2 * noise[place])))

    return y, probability(0.5, 0), probability(quality, 1)


def test_the_second_model_is_a_challenger_and_no_champion(two: tuple[Workspace, str, str]) -> None:
    workspace, first, second = two
    assert first != second
    assert champion(workspace) == first


def test_a_clearly_better_challenger_passes() -> None:
    found = challenge(("a", "b"), *said(0.95))
    assert found.gain.low > 0
    assert found.passed


def test_R23_a_worse_challenger_and_one_better_by_noise_are_not_promoted(two: tuple[Workspace, str, str]) -> None:
    workspace, first, second = two
    worse, same = challenge((first, second), *said(0.1)), challenge((first, second), *said(0.505))
    assert worse.refusals == ("R23: worse",)
    assert same.refusals == ("R23: the interval of the difference includes 0",)
    with Ledger(workspace.ledger) as ledger, pytest.raises(GateRefused, match="R23") as caught:
        promote(workspace, ledger, *ABOUT, second, why="better", found=same)
    assert caught.value.exit_code == 5
    assert champion(workspace) == first


def test_high_value_customers_must_not_be_served_worse() -> None:
    y, current, other = said(0.95)
    high = np.arange(len(y)) < 1500
    spoilt = np.where(high, 1 - other, other)
    found = challenge(("a", "b"), y, current, np.where(high, 0.5 * spoilt + 0.25, other), high_value=high)
    assert any("high-value" in why for why in found.refusals)


def test_R22_drift_blocks_promotion_whatever_the_gain() -> None:
    found = challenge(("a", "b"), *said(0.95), blocked=("R22: call_out_min drifted (PSI 0.31)",))
    assert found.gain.low > 0
    assert not found.passed


def test_weights_let_controls_count_for_those_they_stand_for() -> None:
    y, current, other = said(0.95, 1000)
    rows = np.repeat(np.arange(1000), 3)
    repeated = challenge(("a", "b"), y[rows], current[rows], other[rows])
    weighted = challenge(("a", "b"), y, current, other, weight=np.full(1000, 3.0))
    assert weighted.gain.value == pytest.approx(repeated.gain.value)


def test_R25_rollback_brings_the_previous_champion_back_and_is_logged(two: tuple[Workspace, str, str]) -> None:
    workspace, first, second = two
    with Ledger(workspace.ledger) as ledger:
        promote(workspace, ledger, *ABOUT, second, why="by hand", found=None)
        assert load(workspace, ledger, *ABOUT).id == second
        assert rollback(workspace, ledger, *ABOUT) == (second, first)
        kinds = [row["kind"] for row in ledger.rows("SELECT kind FROM promotion ORDER BY id")]
        assert kinds == ["promote", "promote", "rollback"]
        with pytest.raises(CallError, match="no earlier champion"):
            rollback(workspace, ledger, *ABOUT)
    assert champion(workspace) == first


def test_after_a_rollback_promotions_stack_as_before(two: tuple[Workspace, str, str]) -> None:
    workspace, first, second = two
    with Ledger(workspace.ledger) as ledger:
        for _ in range(2):
            promote(workspace, ledger, *ABOUT, second, why="by hand", found=None)
            rollback(workspace, ledger, *ABOUT)
    assert champion(workspace) == first


@pytest.mark.parametrize("step", ["promote:1", "promote:2", "promote:3"])
def test_R24_a_promotion_killed_at_any_step_leaves_a_champion(two: tuple[Workspace, str, str], step: str) -> None:
    workspace, first, second = two
    child = os.fork()
    if child == 0:
        os.environ["BASSBOSS_FAIL"] = step
        with Ledger(workspace.ledger) as ledger:
            promote(workspace, ledger, *ABOUT, second, why="by hand", found=None)
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL
    assert champion(workspace) == first
    with Ledger(workspace.ledger) as ledger:
        promote(workspace, ledger, *ABOUT, second, why="by hand", found=None)
    assert champion(workspace) == second


def test_an_unknown_model_is_a_bad_call(two: tuple[Workspace, str, str]) -> None:
    with Ledger(two[0].ledger) as ledger, pytest.raises(CallError, match="no model 0123"):
        promote(two[0], ledger, *ABOUT, "0123", why="by hand", found=None)


def test_S01_a_signature_made_with_another_key_is_refused(two: tuple[Workspace, str, str]) -> None:
    workspace, first, _ = two
    path: Path = workspace.models / "retention" / first / "SIGNATURE"
    path.write_text("0" * 64 + "\n")
    with pytest.raises(SecurityRefused, match="R26: model altered: SIGNATURE"):
        champion(workspace)


def test_a_challenge_says_why_it_was_refused() -> None:
    found = Challenge("a", "b", Estimate(-0.1, -0.2, -0.05), Estimate(-0.2, -0.3, -0.1), 10, 5)
    assert found.refusals == ("R23: worse", "high-value customers are served worse")
