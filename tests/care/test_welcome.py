import numpy as np
import pandas as pd
import pytest

from bassboss_lib.care.kinds import Prior
from bassboss_lib.care.welcome import learn_welcome, welcome_of
from tests.care.campaigns import KINDS
from tests.care.welcomed import FORMS, SEGMENTS, told

PRIOR = Prior(0.6, 0.8)


def test_who_welcomes_care_is_told_by_traits() -> None:
    found = learn_welcome(told(1, 2), SEGMENTS, FORMS, PRIOR)
    weight = found.weights.set_index("trait")
    assert weight.index[0] == "base"
    assert weight.loc["age_years", "weight"] == pytest.approx(-1.0, abs=3 * weight.loc["age_years", "sd"])
    assert abs(weight.loc["data_mb", "weight"]) < 1e-3  # nothing is known of it
    assert weight.loc["data_mb", "sd"] == pytest.approx(1.5)
    rows = pd.DataFrame({"score_age_years": [-1.0, 0.0, 1.0]}, index=["x", "y", "z"])
    assert welcome_of(rows, found.weights, found.record) == pytest.approx([0.92, 0.82, 0.62], abs=0.06)


def test_what_was_never_seen_is_believed_as_the_catalogue_has_it() -> None:
    found = learn_welcome(told(1), SEGMENTS, FORMS, PRIOR)
    assert found.accepts[:, 2] == pytest.approx([np.log(3.0)] * 3, abs=1e-3)
    assert found.lift[2] == pytest.approx([0.0] * 4, abs=1e-3)  # a segment that nobody is in
    none = learn_welcome(told(1).iloc[:0], SEGMENTS, FORMS, PRIOR)
    assert none.accepts == pytest.approx(np.full((3, 4), np.log(3.0)))
    assert len(none.record) == len(none.expected) == 0


def test_the_record_tells_kinds_apart_that_no_trait_tells() -> None:
    rows = told(*range(1, 9), count=1000, names=1000).drop(columns="score_age_years")
    found = learn_welcome(rows, SEGMENTS, FORMS, PRIOR)
    own = pd.Series(KINDS[:1000], [f"c{number:06}" for number in range(1000)]).reindex(found.record.index)
    strangers = pd.DataFrame(index=["stranger"])
    welcome = pd.Series(welcome_of(pd.DataFrame(index=own.index), found.weights, found.record), own.index)
    assert welcome[own < 0.4].mean() > 0.9  # they welcome care at almost any age
    assert welcome[own > 0.97].mean() < 0.5
    assert welcome_of(strangers, found.weights, found.record) == pytest.approx([welcome.mean()], abs=0.05)


def test_a_row_learns_from_nothing_but_campaigns_before_its_own() -> None:
    rows = told(1, 2, count=1000, names=1000)
    found = learn_welcome(rows, SEGMENTS, FORMS, PRIOR)
    first = (rows["campaign"] == rows["campaign"].min()).to_numpy()
    plain = welcome_of(rows, found.weights, found.record.iloc[:0])
    assert found.expected[first] == pytest.approx(plain[first])
    again = rows.index[~first].isin(rows.index[first])
    assert (np.abs(found.expected[~first] - plain[~first]) > 1e-6).tolist() == again.tolist()
