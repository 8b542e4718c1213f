import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bassboss_lib import months
from bassboss_lib.errors import CallError, GateRefused
from bassboss_lib.learning.splits import declared_split, repeated_folds, time_split


def test_enough_history_keeps_three_months_between_all_parts() -> None:
    split = time_split(months.span("202510", "202607"))
    assert split.train == tuple(months.span("202510", "202601"))
    assert (split.calibrate, split.test, split.full) == ("202604", "202607", True)


@pytest.mark.parametrize(
    ("known", "train", "calibrate", "test"),
    [
        (months.span("202601", "202606"), ("202601",), "202603", "202606"),
        (months.span("202601", "202604"), ("202601",), "202602", "202604"),
        (["202601", "202602", "202603"], ("202601",), "202602", "202603"),
    ],
)
def test_short_history_comes_closer(known: list[str], train: tuple[str, ...], calibrate: str, test: str) -> None:
    split = time_split(known)
    assert (split.train, split.calibrate, split.test, split.full) == (train, calibrate, test, False)


def test_short_history_is_said_on_the_page() -> None:
    split = time_split(["202601", "202602", "202603"])
    assert "overlap" in split.note_en
    assert "历史不足" in split.note_zh


@given(st.integers(3, 30), st.sets(st.integers(0, 29)))
def test_parts_never_meet(count: int, holes: set[int]) -> None:
    known = [month for number, month in enumerate(months.span("202401", "202612")[:count]) if number not in holes]
    if len(known) < 3:
        return
    split = time_split(known)
    assert max(split.train) < split.calibrate < split.test
    if split.full:
        assert months.until(split.train[-1], split.calibrate) >= 3
        assert months.until(split.calibrate, split.test) >= 3


def test_two_months_are_too_few() -> None:
    with pytest.raises(GateRefused, match="months with labels 2 < 3"):
        time_split(["202601", "202602"])


def test_on_finds_the_rows_of_each_month() -> None:
    part = time_split(["202601", "202604", "202607"]).on(["202607", "202601", "202604", "202601"]).parts[0]
    assert part.train.tolist() == [1, 3]
    assert part.calibrate is not None
    assert part.calibrate.tolist() == [2]
    assert part.test.tolist() == [0]


def test_declared_split_takes_the_column_at_its_word() -> None:
    part = declared_split(["1", "0", "1"], train="1", test="0").parts[0]
    assert (part.train.tolist(), part.test.tolist(), part.calibrate) == ([0, 2], [1], None)


def test_declared_split_without_test_rows_is_refused() -> None:
    with pytest.raises(CallError, match="no row says '0'"):
        declared_split(["1", "1"], train="1", test="0")


def test_folds_cover_every_row_once_each_time_and_are_stratified() -> None:
    y = np.array([1] * 20 + [0] * 80)
    split = repeated_folds(y, times=3, folds=5, seed=7)
    assert len(split.parts) == 15
    for time in range(3):
        tested = np.concatenate([part.test for part in split.parts[time * 5 : time * 5 + 5]])
        assert sorted(tested) == list(range(100))
    assert {int(y[part.test].sum()) for part in split.parts} == {4}


def test_folds_keep_groups_together() -> None:
    y, groups = np.tile([0, 1], 30), np.repeat(np.arange(30), 2)
    for part in repeated_folds(y, times=1, groups=groups).parts:
        assert not set(groups[part.train]) & set(groups[part.test])
