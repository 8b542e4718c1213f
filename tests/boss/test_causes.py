import numpy as np
import pytest

from bassboss_lib.boss import World
from bassboss_lib.boss.causes import drivers, hazards, observed
from bassboss_lib.boss.state import State
from bassboss_lib.boss.world import REASONS
from tests.boss.conftest import with_columns

QUIET = {"drop_share": 0.03, "pain": 0.0, "off_share": 0.2, "months_owed": 0, "activity": 0.0, "contract_end": -1}
QUIET |= {"life": 0.0, "hidden": 0.0, "group": False, "log_megabytes": -40.0, "log_calls": -40.0, "log_messages": -40.0}


def _quiet(town: list[State]) -> State:
    return with_columns(town[-1], **QUIET, terminal=45, join_day=int(town[-1].people["join_day"].max()) - 800)


@pytest.mark.parametrize(
    ("code", "change"),
    [
        ("R01", {"log_megabytes": 9.0, "plan": 4}),
        ("R02", {"drop_share": 0.45}),
        ("R03", {"pain": 1.0}),
        ("R04", {"off_share": 0.8}),
        ("R05", {"months_owed": 3}),
        ("R06", {"activity": -1.6}),
        ("R08", {"terminal": 0}),
        ("R09", {"life": 1.0}),
    ],
)
def test_a_planted_cause_raises_its_own_hazard_most(world: World, town: list[State], code: str, change: dict) -> None:
    quiet = _quiet(town)
    before, after = hazards(world, quiet), hazards(world, with_columns(quiet, **change))
    place = REASONS.index(code)
    assert (after[:, place] > 3 * before[:, place]).all()
    assert (after.argmax(axis=1) == place).all()


def test_the_end_of_a_contract_raises_the_hazard_and_a_running_contract_locks(world: World, town: list[State]) -> None:
    quiet, index = _quiet(town), town[-1].index
    free, ended, locked = (
        observed(world, with_columns(quiet, contract_end=end)).sum(axis=1) for end in (-1, index, index + 12)
    )
    assert (ended > 3 * free).all()
    assert (locked < free).all()


def test_an_old_terminal_counts_only_outside_a_contract(world: World, town: list[State]) -> None:
    old = with_columns(_quiet(town), terminal=0)
    in_contract = with_columns(old, contract_end=old.index + 12)
    assert (hazards(world, in_contract)[:, 7] == 0).all()


def test_a_dear_plan_hurts_more_where_the_circle_is_elsewhere(world: World, town: list[State]) -> None:
    dear = with_columns(_quiet(town), log_megabytes=9.0, plan=4)
    alone, pulled = (observed(world, with_columns(dear, off_share=share))[:, 0] for share in (0.1, 0.6))
    assert np.allclose(pulled / alone, 1 + world.interaction.price_by_off_net, rtol=0.05)


def test_hazards_stay_below_their_limit(world: World, town: list[State]) -> None:
    worst = with_columns(town[-1], drop_share=0.9, pain=1.0, off_share=0.9, activity=-3.0, hidden=5.0)
    assert hazards(world, worst).sum(axis=1).max() <= world.hazard_max + 1e-12


def test_every_cause_has_a_driver_for_everybody(world: World, town: list[State]) -> None:
    driver = drivers(world, town[-1])
    assert tuple(driver) == REASONS
    assert all(np.isfinite(values).all() and len(values) == len(town[-1]) for values in driver.values())
