from dataclasses import replace

import numpy as np
import pytest

from bassboss_lib.errors import GateRefused
from bassboss_lib.learning import Fitted, Sample, declared_split, repeated_folds, time_split, train
from tests.learning.conftest import QUICK, table

MONTHS = ("202601", "202604", "202607")


def by_time(sample: Sample) -> Fitted:
    return train(sample, time_split(MONTHS).on(sample.keys["month"]), QUICK, rows_min=100, positives_min=20)


def test_a_split_by_time_stores_the_model_it_tested() -> None:
    sample = table(1500, months=MONTHS)
    fitted = by_time(sample)
    assert fitted.rows == {
        "train": 500,
        "train_positives": int(sample.labels[sample.keys["month"] == "202601"].sum()),
        "calibrate": 500,
        "calibrate_positives": int(sample.labels[sample.keys["month"] == "202604"].sum()),
        "test": 500,
        "test_positives": int(sample.labels[sample.keys["month"] == "202607"].sum()),
    }
    tested = sample.take(sample.keys["month"].to_numpy() == "202607").ordered()
    np.testing.assert_array_equal(fitted.predictions["model"], fitted.model.probability(tested.x))
    assert set(fitted.predictions["month"]) == {"202607"}
    assert fitted.spread == {}


def test_every_learner_is_judged_on_the_same_rows() -> None:
    figures = by_time(table(1500, months=MONTHS)).figures
    assert set(figures) == {"model", "logistic", "untuned"}
    assert figures["model"]["base_rate"] == figures["logistic"]["base_rate"]
    assert figures["model"]["auc"].low < figures["model"]["auc"].value < figures["model"]["auc"].high


def test_rows_that_stand_for_many_count_in_figures_and_in_calibration() -> None:
    sample = table(1500, months=MONTHS)
    weight = np.where(sample.labels == 1, 1.0, 4.0)
    plain, weighted = by_time(sample), by_time(replace(sample, weight=weight))
    assert plain.weight is None
    tested = weighted.predictions
    assert weighted.weight is not None
    assert weighted.weight.tolist() == np.where(tested["y"] == 1, 1.0, 4.0).tolist()
    rate = float(np.average(tested["y"], weights=weighted.weight))
    assert weighted.figures["model"]["base_rate"].value == pytest.approx(rate)
    assert rate < plain.figures["model"]["base_rate"].value / 2
    assert float(np.average(tested["model"], weights=weighted.weight)) == pytest.approx(rate, rel=0.2)


def test_shuffled_rows_give_the_same_result() -> None:
    sample = table(1500, months=MONTHS)
    shuffled = sample.take(np.random.default_rng(1).permutation(1500))
    first, second = by_time(sample), by_time(shuffled)
    assert first.model == second.model
    assert first.figures == second.figures


def test_folds_average_their_figures_and_store_a_model_of_all_rows() -> None:
    sample = table(600)
    split = repeated_folds(sample.labels, times=2, folds=3)
    fitted = train(sample, split, QUICK, rows_min=100, positives_min=20)
    assert len(fitted.predictions) == 1200
    assert sorted(fitted.predictions["part"].unique()) == [0, 1, 2, 3, 4, 5]
    assert fitted.rows["train"] == fitted.rows["test"] == 600
    assert fitted.spread["auc"] > 0
    assert "calibration_slope" in fitted.figures["model"]


def test_prior_moves_the_baselines_too() -> None:
    sample = table(1200)
    split = declared_split(np.where(np.arange(1200) < 900, "1", "0"), "1", "0")
    fitted = train(sample, split, QUICK, prior=0.02, rows_min=100, positives_min=20)
    means = fitted.predictions[["model", "logistic", "untuned"]].mean()
    assert means.between(0.005, 0.06).all()


def test_R19_no_churner_no_training() -> None:
    sample = table(1500, months=MONTHS)
    none = Sample(sample.keys, sample.x, np.zeros(1500, dtype=np.int64), sample.features)
    with pytest.raises(GateRefused, match="R19: positives 0 < 200"):
        train(none, time_split(MONTHS).on(none.keys["month"]), QUICK, rows_min=100)


def test_R19_test_rows_need_both_classes() -> None:
    sample = table(1500, months=MONTHS)
    y = np.where(sample.keys["month"] == "202607", 1, sample.labels)
    lopsided = Sample(sample.keys, sample.x, y, sample.features)
    with pytest.raises(GateRefused, match=r"negatives 0 < 10 .* test rows"):
        by_time(lopsided)
