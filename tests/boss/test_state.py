from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from bassboss_lib.boss.state import State, load, save
from bassboss_lib.errors import CallError


def test_a_state_comes_back_as_it_was_saved(tmp_path: Path, town: list[State]) -> None:
    state = town[0]
    back = load(save(state, tmp_path / "state.parquet"))
    assert (back.month, back.header) == (state.month, state.header)
    assert list(back.people) == list(state.people)
    assert all(np.array_equal(back.people[name], column) for name, column in state.people.items())
    assert np.array_equal(back.circle, state.circle)


def test_a_world_without_types_is_refused(tmp_path: Path, town: list[State]) -> None:
    old = replace(town[0], people={name: one for name, one in town[0].people.items() if name != "late_cdrs"})
    with pytest.raises(CallError, match=r"made by an earlier version.*use another workspace"):
        load(save(old, tmp_path / "state.parquet"))


def test_a_month_not_lived_is_said_to_be_missing(tmp_path: Path) -> None:
    with pytest.raises(CallError, match="not delivered yet"):
        load(tmp_path / "month=202508" / "state.parquet")
