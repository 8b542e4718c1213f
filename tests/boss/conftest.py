"""Small worlds that have lived a few months, shared by the tests of this room and never altered by them."""

from dataclasses import replace

import pyarrow as pa
import pytest

from bassboss_lib import months
from bassboss_lib.boss import World, read_world
from bassboss_lib.boss.life import month_later, opening
from bassboss_lib.boss.records import records
from bassboss_lib.boss.settling import happened
from bassboss_lib.boss.state import State

MONTHS = months.span("202508", "202512")


@pytest.fixture(scope="session")
def world() -> World:
    return read_world()


def live(world: World, customers: int, seed: int) -> list[State]:
    """Live five months and give their states."""
    state, states = opening(world, customers, seed), []
    for _ in MONTHS:
        state = happened(world, month_later(world, state))
        states.append(state)
    return states


@pytest.fixture(scope="session")
def town(world: World) -> list[State]:
    """Two thousand customers at the end of each of five months."""
    return live(world, 2000, 11)


@pytest.fixture(scope="session")
def files(world: World, town: list[State]) -> list[dict[str, pa.Table]]:
    """The town's tables, month by month."""
    return [records(world, state) for state in town]


def with_columns(state: State, **columns: object) -> State:
    """Give a state in which everybody has these values."""
    return replace(
        state, people=state.people | {name: state.people[name] * 0 + value for name, value in columns.items()}
    )
