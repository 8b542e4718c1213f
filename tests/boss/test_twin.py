"""Twin worlds: the same seed, another contact; and the same world, other blocks and threads."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest

from bassboss_lib.boss import World, departures, settling
from bassboss_lib.boss.contact.effects import Worked
from bassboss_lib.boss.draws import Draws
from bassboss_lib.boss.history import live, orders_of, state_of, twin
from bassboss_lib.boss.life import month_later, opening
from bassboss_lib.boss.settling import cdr_blocks, happened
from bassboss_lib.boss.state import State
from bassboss_lib.boss.world import REASONS
from bassboss_lib.engine import write_table
from bassboss_lib.workspace import Workspace

DAY = 10.0
CONTACTED = 40


def _work(world: World, state: State, orders: pa.Table, moment: np.ndarray, draws: Draws) -> Worked | None:
    """Contact who is named, after ten days: from then on they leave thirty times as often."""
    found = np.isin(state.people["serial"], orders["serial"].to_numpy()) & (moment > DAY) & state.active
    people = {"contact_index": np.where(found, state.index, state.people["contact_index"])}
    factor = np.where(found[:, None], 30.0, np.ones(len(REASONS)))
    return Worked(people, np.where(found, DAY, 31.0), factor)


@pytest.fixture(scope="module")
def worlds(world: World, town: list[State]) -> Iterator[tuple[list[State], list[State]]]:
    """The town's last three months again, once with contacts in the first of them, once without."""
    orders = pa.table({"serial": town[0].people["serial"][town[0].active][:: len(town[0]) // CONTACTED]})
    touched, still = [town[0]], [town[0]]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(departures, "work_orders", _work)
        for at in range(3):
            touched.append(happened(world, month_later(world, touched[-1], orders if at == 0 else None)))
            still.append(happened(world, month_later(world, still[-1])))
    yield touched[1:], still[1:]


def _touched(states: list[State], serials: set[int]) -> set[int]:
    """Close a set of serials over circles, month by month: whoever has one of them as a partner belongs to it."""
    for state in states:
        partners = np.isin(state.circle, list(serials)).any(axis=1)
        serials = serials | set(state.people["serial"][partners].tolist())
    return serials


def test_customers_whom_no_contact_touched_live_the_same_life_in_both(
    worlds: tuple[list[State], list[State]], town: list[State]
) -> None:
    here, there = worlds
    contacted = set(here[-1].people["serial"][here[-1].people["contact_index"] >= 0].tolist())
    assert len(contacted) >= CONTACTED - 10
    affected = _touched(here, contacted) | _touched(there, contacted)
    (one, rows), (other, others) = (_without(world[-1], affected) for world in worlds)
    assert len(one["serial"]) > 200
    assert list(one) == list(other)
    assert all(np.array_equal(one[name], other[name]) for name in one)
    assert np.array_equal(here[-1].circle[rows], there[-1].circle[others])


def _without(state: State, serials: set[int]) -> tuple[dict, np.ndarray]:
    rows = ~np.isin(state.people["serial"], list(serials))
    return {name: column[rows] for name, column in state.people.items()}, rows


def test_the_same_people_arrive_in_both(worlds: tuple[list[State], list[State]]) -> None:
    here, there = (world[-1].people["serial"] for world in worlds)
    newest = max(here.max(), there.max()) - 100
    assert here[here > newest].tolist() == there[there > newest].tolist()


def test_whom_a_contact_drove_away_left_after_it_and_not_in_the_twin(
    worlds: tuple[list[State], list[State]], town: list[State]
) -> None:
    here, there = (world[0].people for world in worlds)
    contacted = here["contact_index"] >= 0
    only_here, only_there = here["voluntary"] & ~there["voluntary"], there["voluntary"] & ~here["voluntary"]
    assert only_here.any()
    assert contacted[only_here].all()
    assert not only_there.any()
    first = np.datetime64("2025-09-01").astype(int)
    assert (here["status_day"][only_here] >= first + DAY).all()


def test_without_orders_the_twin_is_the_world_itself(workspace: Workspace, world: World) -> None:
    live(workspace, world, "202509", 200, 3)
    assert orders_of(workspace, "202509") is None
    same = twin(workspace, world, "202509")
    assert all(np.array_equal(same.people[name], one) for name, one in state_of(workspace, "202509").people.items())
    assert not (workspace.boss / "twin").exists()


def test_a_twin_lives_from_the_first_orders_on_and_is_kept(
    workspace: Workspace, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(departures, "work_orders", _work)
    orders = pa.table({"serial": np.arange(1, 200)})
    write_table(orders, workspace.boss / "orders" / "month=202508" / "orders.parquet", ["serial"])
    live(workspace, world, "202509", 200, 3)
    here, there = state_of(workspace, "202509"), twin(workspace, world, "202509")
    assert (here.people["contact_index"] >= 0).sum() > 100
    assert (there.people["contact_index"] < 0).all()
    alone = opening(world, 200, 3)
    for _ in range(2):
        alone = happened(world, month_later(world, alone))
    assert all(np.array_equal(alone.people[name], there.people[name]) for name in alone.people)
    again = twin(workspace, world, "202509")
    assert all(np.array_equal(again.people[name], there.people[name]) for name in alone.people)


@pytest.mark.parametrize("block", [61, 100_000])
def test_blocks_of_customers_change_nothing(
    world: World, town: list[State], block: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    few = replace(town[0].rows(slice(0, 400)))
    expected, bills = pa.concat_tables(cdr_blocks(world, few)), happened(world, few).people
    monkeypatch.setattr(settling, "BLOCK_CUSTOMERS", block)
    assert pa.concat_tables(cdr_blocks(world, few)).equals(expected)
    assert all(np.array_equal(happened(world, few).people[name], bills[name]) for name in bills)
