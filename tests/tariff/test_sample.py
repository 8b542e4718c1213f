import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bassboss_lib.errors import CallError
from bassboss_lib.tariff.sample import draw, eligible, keyed_uniform, quantile_classes, systematic


def frame(size: int = 300) -> pd.DataFrame:
    names = [f"p{number:05d}" for number in range(size)]
    return pd.DataFrame({"pseudonym": names, "stratum": [f"s{number % 3}" for number in range(size)]})


def test_everybody_is_eligible_or_counted_once() -> None:
    rng = np.random.default_rng(1)
    said = eligible(500, {name: rng.random(500) < 0.2 for name in ("called", "complaint", "control", "opt-out")})
    assert int(said.mask.sum()) + sum(said.counts.values()) == 500
    assert all(count > 0 for count in said.counts.values())


def test_asked_and_control_are_apart_and_probabilities_add_up() -> None:
    sample = draw(frame(), {"s0": 10, "s1": 20, "s2": 5}, seed="S1", control=14)
    assert sample.strata.to_dict("list") == {
        "stratum": ["s0", "s1", "s2"],
        "population": [100, 100, 100],
        "asked": [10, 20, 5],
        "control": [4, 8, 2],
    }
    assert not set(sample.asked["pseudonym"]) & set(sample.control["pseudonym"])
    for part in (sample.asked, sample.control):
        assert (1 / part["inclusion_probability"]).sum() == pytest.approx(300)


def test_same_seed_same_sample_in_any_row_order_and_another_survey_asks_others() -> None:
    wanted = {"s0": 10, "s1": 20, "s2": 5}
    one = draw(frame(), wanted, seed="S1", control=9)
    again = draw(frame().sample(frac=1, random_state=3), wanted, seed="S1", control=9)
    other = draw(frame(), wanted, seed="S2", control=9)
    pd.testing.assert_frame_equal(one.asked, again.asked)
    pd.testing.assert_frame_equal(one.control, again.control)
    assert len(set(one.asked["pseudonym"]) & set(other.asked["pseudonym"])) < 15


def test_a_full_stratum_leaves_no_control_and_too_few_are_refused() -> None:
    assert draw(frame(3), {"s0": 1}, seed="S", control=5).control.empty
    with pytest.raises(CallError, match="1 strata have too few"):
        draw(frame(3), {"s0": 2}, seed="S")
    with pytest.raises(CallError, match="1 strata"):
        draw(frame(3), {"unknown": 1}, seed="S")
    with pytest.raises(CallError, match="occurs twice"):
        draw(pd.concat([frame(3), frame(3)]), {"s0": 1}, seed="S")


def test_chance_is_uniform_and_belongs_to_the_customer() -> None:
    keys = pd.Series([f"p{number}" for number in range(20_000)])
    drawn = keyed_uniform(keys, "S1")
    counts = np.bincount((drawn * 20).astype(int), minlength=20)
    assert np.sum((counts - 1000) ** 2 / 1000) < 43.8  # chi-square, 19 degrees, 1 in 1,000
    assert abs(np.corrcoef(drawn, keyed_uniform(keys, "S2"))[0, 1]) < 0.03
    assert drawn[7] == keyed_uniform(keys[7:8], "S1")[0]


def test_classes_keep_equal_values_together() -> None:
    assert quantile_classes([0, 0, 0, 0, 5], 4).tolist() == [0, 0, 0, 0, 1]
    assert np.bincount(quantile_classes(np.arange(100), 4)).tolist() == [25, 25, 25, 25]


@given(st.lists(st.floats(0, 1), min_size=1, max_size=30), st.floats(0, 0.999))
def test_systematic_draws_the_size_it_promises(probabilities: list[float], start: float) -> None:
    drawn = systematic(probabilities, range(len(probabilities)), start)
    assert abs(int(drawn.sum()) - sum(probabilities)) < 1 + 1e-6
    assert all(drawn[place] for place, one in enumerate(probabilities) if one == 1)


def test_systematic_keeps_inclusion_probabilities() -> None:
    pi = np.array([0.1, 0.7, 0.2, 0.5, 0.5])
    starts = (np.arange(2_000) + 0.5) / 2_000
    share = np.mean([systematic(pi, [4, 2, 0, 1, 3], start) for start in starts], axis=0)
    assert share == pytest.approx(pi, abs=1e-3)
    with pytest.raises(CallError):
        systematic([1.2], [0], 0.0)
