import numpy as np
import pandas as pd

from bassboss_lib.segments.keep import Kept, announcements, match, migration, settle


def test_numbers_follow_centres_whatever_their_order() -> None:
    earlier = np.array([[0.0, 0.0], [5.0, 0.0], [0.0, 5.0]])
    kept = match(earlier[[2, 0, 1]] + 0.3, earlier, ["S01", "S02", "S07"], 7)
    assert kept == Kept(("S07", "S01", "S02"), (), 7)


def test_a_centre_that_moved_too_far_is_another_segment() -> None:
    earlier = np.array([[0.0], [4.0]])
    assert match(np.array([[0.1], [9.0]]), earlier, ["S01", "S02"], 2) == Kept(("S01", "S03"), ("S02",), 3)


def test_settle_keeps_whoever_is_not_much_better_off_elsewhere() -> None:
    misfit = np.array([[5.0, 0.0], [9.0, 0.0], [9.0, 0.0], [0.0, 9.0]])
    before = np.array([0, 0, -2, -1])
    assert settle(misfit, np.zeros(4), 3.0, before).tolist() == [0, 1, 1, 0]


def test_outliers_have_hysteresis_too() -> None:
    misfit, away = np.zeros((4, 1)), np.array([3.2, 3.4, 2.9, 2.6])
    assert settle(misfit, away, 3.0, np.array([0, 0, -1, -1])).tolist() == [0, -1, -1, 0]


def test_moves_are_announced_as_what_most_did() -> None:
    before = pd.Series(["S01"] * 4 + ["S02"] * 4, index=list("abcdefgh"))
    now = pd.Series(["S01", "S01", "S03", "S03", "S01", "S01", "S01", "S03"], index=list("abcdefgh"))
    told = announcements(Kept(("S01", "S03"), ("S02",), 3), migration(before, now), ["S01", "S02"])
    assert [(one["kind"], one["segment"], one["other"]) for one in told] == [
        ("split", "S03", "S01"),
        ("merged", "S02", "S01"),
    ]
    assert round(float(told[1]["share"]), 2) == 0.75


def test_who_was_not_there_before_does_not_count_as_moved() -> None:
    assert migration(pd.Series(dtype="str"), pd.Series({"a": "S01"})).empty
