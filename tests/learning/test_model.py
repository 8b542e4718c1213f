from dataclasses import replace

import numpy as np
import pytest

from bassboss_lib.errors import InputRefused
from bassboss_lib.learning import Sample, fit_model
from tests.learning.conftest import QUICK, table


def test_same_rows_in_another_order_give_the_same_bytes(sample: Sample) -> None:
    shuffled = sample.take(np.random.default_rng(5).permutation(len(sample)))
    first, second = fit_model(sample, None, QUICK), fit_model(shuffled, None, QUICK)
    assert (first.text, first.calibrator) == (second.text, second.calibrator)


def test_R17_thread_count_does_not_show(sample: Sample) -> None:
    texts = {fit_model(sample, None, QUICK.model_copy(update={"threads": n, "trees_max": 10})).text for n in (1, 2)}
    assert len(texts) == 1
    assert "[num_threads: 0]" in texts.pop()


def test_later_rows_stop_and_calibrate(sample: Sample) -> None:
    model = fit_model(sample, table(800, seed=9), QUICK)
    assert 0 < model.trees < 60
    held = table(4000, seed=11)
    assert model.probability(held.x).mean() == pytest.approx(held.labels.mean(), abs=0.03)


def test_probabilities_follow_the_population(sample: Sample) -> None:
    model = fit_model(sample, None, QUICK, prior=0.02)
    plain = fit_model(sample, None, QUICK)
    assert 0.01 < model.probability(sample.x).mean() < 0.04
    assert np.array_equal(np.argsort(model.raw(sample.x)), np.argsort(plain.raw(sample.x)))


def test_R20_odd_values_score_in_range(sample: Sample) -> None:
    odd = sample.x.head(4).copy()
    odd["arpu_fen"] = [np.inf, -np.inf, np.nan, 1e300]
    odd["brand"] = ["never seen", None, "2", ""]
    scores = fit_model(sample, None, QUICK).probability(odd)
    assert ((scores > 0) & (scores < 1)).all()


def test_explanation_adds_up_to_the_probability(sample: Sample) -> None:
    model = fit_model(sample, None, QUICK, prior=0.05)
    few = sample.x.head(50)
    explained = model.explain(few)
    said = 1 / (1 + np.exp(-(explained.base + explained.phi.sum(axis=1))))
    np.testing.assert_allclose(said, model.probability(few), atol=1e-4)


def test_progress_is_told(sample: Sample) -> None:
    told: list[tuple[str, int, int]] = []
    fit_model(sample, None, QUICK, progress=lambda *step: told.append(step))
    assert told[0] == ("trees", 0, 60)


def test_I20_a_column_no_longer_made_counts_as_declared_and_any_other_is_refused(sample: Sample) -> None:
    calls = replace(sample.features[1], absent=0.0)
    model = fit_model(replace(sample, features=(sample.features[0], calls, sample.features[2])), None, QUICK)
    few = sample.x.head(50)
    without = few.drop(columns="calls")
    assert model.completed(without)["calls"].tolist() == [0.0] * 50
    assert np.array_equal(model.raw(without), model.raw(few.assign(calls=0.0)))
    assert np.array_equal(model.explain(without).phi, model.explain(few.assign(calls=0.0)).phi)
    with pytest.raises(InputRefused, match="I20: 1 columns of the model are missing: arpu_fen"):
        model.raw(few.drop(columns="arpu_fen"))
