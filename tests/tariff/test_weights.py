import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bassboss_lib.errors import CallError, GateRefused
from bassboss_lib.tariff.weights import design_effect, post_stratify, rake, response_classes


def test_raking_by_hand() -> None:
    cells = pd.DataFrame({"age": ["y", "y", "o", "o"], "area": ["c", "l", "c", "l"]})
    raked = rake([1, 1, 1, 1], cells, {"age": {"y": 40, "o": 60}, "area": {"c": 70, "l": 30}})
    assert raked.weights == pytest.approx([28, 12, 42, 18])
    assert raked.converged
    assert raked.margins["after"].tolist() == pytest.approx([40, 60, 70, 30])
    assert raked.margins["before"].tolist() == [50, 50, 50, 50]


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000))
def test_raking_hits_margins_to_a_billionth(seed: int) -> None:
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame({"a": rng.integers(0, 3, 200).astype(str), "b": rng.integers(0, 4, 200).astype(str)})
    people = pd.DataFrame({"a": rng.integers(0, 3, 5_000).astype(str), "b": rng.integers(0, 4, 5_000).astype(str)})
    totals = {name: people[name].value_counts().sort_index().astype(float).to_dict() for name in ("a", "b")}
    raked = rake(rng.uniform(0.5, 2, 200), frame, totals)
    assert raked.converged
    assert raked.weights.sum() == pytest.approx(5_000, rel=1e-9)
    for name, cells in totals.items():
        sums = pd.Series(raked.weights).groupby(frame[name].to_numpy()).sum()
        assert all(abs(sums[cell] / total - 1) <= 1e-9 for cell, total in cells.items())


def test_trimmed_weights_keep_their_bounds_and_the_margins() -> None:
    rng = np.random.default_rng(2)
    frame = pd.DataFrame({"a": rng.choice(list("xyz"), 300, p=[0.6, 0.3, 0.1]), "b": rng.choice(list("uv"), 300)})
    totals = {"a": {"x": 400.0, "y": 300.0, "z": 300.0}, "b": {"u": 350.0, "v": 650.0}}
    free = rake(np.ones(300), frame, totals)
    assert free.weights.max() / (1000 / 300) > 3.5
    trimmed = rake(np.ones(300), frame, totals, bounds=(0.3, 3.5))
    factor = trimmed.weights / (1000 / 300)
    assert trimmed.trimmed > 0
    assert trimmed.converged
    assert factor.min() >= 0.3 - 1e-12
    assert factor.max() <= 3.5 + 1e-12
    assert trimmed.design_effect < free.design_effect
    assert not rake(np.ones(300), frame, totals, bounds=(0.9, 1.1)).converged


def test_a_category_without_an_answer_or_margins_that_differ_are_refused() -> None:
    frame = pd.DataFrame({"a": ["x", "x"]})
    with pytest.raises(CallError, match="1 categories without an answer"):
        rake([1, 1], frame, {"a": {"x": 5, "y": 5}})
    with pytest.raises(CallError, match="1 not in the population"):
        rake([1, 1], pd.DataFrame({"a": ["x", "z"]}), {"a": {"x": 5}})
    with pytest.raises(CallError, match="sums differ"):
        rake([1, 1], frame.assign(b="u"), {"a": {"x": 5}, "b": {"u": 6}})
    with pytest.raises(CallError, match="cells: 1 categories"):
        post_stratify([1], ["a"], {"a": 1, "b": 2})


def test_non_response_weights_sum_to_the_population_and_take_the_bias_away() -> None:
    rng = np.random.default_rng(5)
    age = rng.uniform(18, 80, 8_000)
    likes = rng.random(8_000) < 0.1 + 0.005 * (80 - age)
    answered = rng.random(8_000) < 0.1 + 0.006 * (age - 18)
    weights = np.full(8_000, 25.0)
    said = response_classes(weights, answered, pd.DataFrame({"age": age}), classes=10)
    assert said.weights.sum() == pytest.approx(200_000)
    assert np.all(said.weights[~answered] == 0)
    naive = likes[answered].mean() - likes.mean()
    adjusted = np.average(likes, weights=said.weights) - likes.mean()
    assert naive < -0.04
    assert abs(adjusted) < 0.02
    assert said.classes["rate"].is_monotonic_increasing


def test_small_classes_merge_everybody_answering_changes_nothing_and_nobody_is_refused() -> None:
    ages = pd.DataFrame({"age": np.arange(60.0)})
    answered = np.arange(60) % 2 == 0
    merged = response_classes(np.ones(60), answered, ages, classes=5, least=12)
    assert (merged.classes["answered"] >= 12).all()
    assert merged.classes["answered"].sum() == 30
    assert response_classes(np.ones(60), np.ones(60), ages).weights.tolist() == [1.0] * 60
    with pytest.raises(GateRefused, match="nobody answered"):
        response_classes(np.ones(60), np.zeros(60), ages)


def test_the_design_effect_of_equal_weights_is_one() -> None:
    assert design_effect(np.full(7, 3.0)) == pytest.approx(1.0)
    assert design_effect([1, 3]) == pytest.approx(1.25)
