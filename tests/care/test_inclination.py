import numpy as np
import pandas as pd
import pytest

from bassboss_lib.care.inclination import inclination_of, learn_inclination
from tests.care.campaigns import campaign

SEGMENTS, FORMS = ["S01", "S02", "S03"], ["F01", "F02", "F11", "F12"]


def told(*seeds: int, count: int = 3000) -> pd.DataFrame:
    made = [campaign(seed, count, month=f"2026{seed:02}") for seed in seeds]
    rows = pd.concat([one.rows.assign(campaign=one.campaign) for one in made])
    return rows[(rows["arm"] == "listed") & rows["reached"]]


def test_who_accepts_is_learnt_by_segment_and_trait() -> None:
    found = learn_inclination(told(1, 2), SEGMENTS, FORMS, 0.6)
    assert found.levels[0, [0, 1, 3]] == pytest.approx([1.0] * 3, abs=0.35)  # as planted
    assert found.levels[1, [0, 1, 3]] == pytest.approx([-1.0] * 3, abs=0.35)
    weight = found.weights.set_index("trait")
    assert weight.loc["age_years", "weight"] == pytest.approx(-1.0, abs=3 * weight.loc["age_years", "sd"])
    assert abs(weight.loc["data_mb", "weight"]) < 1e-9  # nothing is known of it
    assert weight.loc["data_mb", "sd"] == pytest.approx(0.5)


def test_what_was_never_seen_is_believed_as_the_catalogue_has_it() -> None:
    found = learn_inclination(told(1), SEGMENTS, FORMS, 0.6)
    assert found.levels[:, 2] == pytest.approx([np.log(1.5)] * 3)
    assert found.lift[2] == pytest.approx([0.0] * 4)  # a segment that nobody is in
    none = learn_inclination(told(1).iloc[:0], SEGMENTS, FORMS, 0.6)
    assert none.levels == pytest.approx(np.full((3, 4), np.log(1.5)))
    assert len(none.record) == len(none.expected) == 0


def test_whoever_accepted_before_is_likelier_to_accept_again_only_where_persons_differ() -> None:
    rng, names = np.random.default_rng(4), [f"c{number:03}" for number in range(400)]
    own = rng.normal(0, 2, 400)  # a liking that no trait tells
    parts = [
        pd.DataFrame(
            {
                "campaign": f"K{month}",
                "segment_id": "S01",
                "care_form": "F01",
                "handled": np.where(rng.random(400) < 1 / (1 + np.exp(-own)), 3, 2),
            },
            index=names,
        )
        for month in range(5)
    ]
    found = learn_inclination(pd.concat(parts), SEGMENTS, FORMS, 0.6)
    weight = found.weights.set_index("trait").loc["record"]
    assert weight["weight"] > 5 * weight["sd"]
    assert np.corrcoef(found.record.reindex(names), own)[0, 1] > 0.7
    rows = pd.DataFrame({"score_age_years": [0.0, 0.0]}, index=[names[own.argmax()], "stranger"])
    lean = inclination_of(rows, found.weights, found.record)
    assert lean[0] > 0.5
    assert lean[1] == 0.0


def test_no_record_is_learnt_where_nobody_was_met_twice() -> None:
    weight = learn_inclination(told(1, 2), SEGMENTS, FORMS, 0.6).weights.set_index("trait")
    assert weight.loc["record", "weight"] == pytest.approx(0.0, abs=1e-9)
