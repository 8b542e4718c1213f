import numpy as np
import pandas as pd
import pytest

from bassboss_lib.care.without import answers_of
from bassboss_lib.retention.outcomes import Followed
from tests.care.campaigns import campaign


def test_without_enough_controls_nothing_is_learnt_from() -> None:
    assert len(answers_of([]).rows) == 0
    assert len(answers_of([campaign(5, 90)]).rows) == 0
    assert len(answers_of([campaign(5, 300)]).rows) > 0


def test_answers_are_of_the_reached_with_care_and_of_controls_asked_and_the_noise_is_theirs() -> None:
    told = answers_of([campaign(3, 4000)])
    assert set(told.rows["arm"]) == {"listed", "asked"}
    assert told.rows["satisfaction"].notna().all()
    assert told.noise == pytest.approx(1.0, abs=0.12)  # as planted, once complaints are known
    assert told.before.shape == (len(told.rows), len(told.open_by))
    assert told.cared.sum() == (told.rows["arm"] == "listed").sum()


def test_groups_that_do_not_differ_are_held_together_and_those_that_do_are_let_apart() -> None:
    alike = campaign(3, 4000)
    assert answers_of([alike]).open_by[-2] == 0.03
    rows = alike.rows.assign(satisfaction=alike.rows["satisfaction"] + (alike.rows["segment_id"] == "S01"))
    assert answers_of([Followed(alike.campaign, alike.month, 0, rows, {})]).open_by[-2] >= 0.3


def test_earlier_answers_of_the_same_customers_lessen_the_noise() -> None:
    rng = np.random.default_rng(8)
    own = pd.Series(rng.normal(0, 1.5, 2000), [f"c{number:06}" for number in range(2000)])
    followed = []
    for seed in range(4):
        one = campaign(seed, 1500, month=f"2026{seed + 1:02}", names=2000)
        rows = one.rows.assign(satisfaction=one.rows["satisfaction"] + own.reindex(one.rows.index))
        followed.append(Followed(one.campaign, one.month, 0, rows, {}))
    assert answers_of(followed).noise < 0.75 * (1.0 + 1.5**2)
    assert answers_of(followed[:1]).noise == pytest.approx(1.0 + 1.5**2, rel=0.2)
