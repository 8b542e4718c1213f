"""Rows in any order and any number of threads give the same model, also above LightGBM's sample for bins."""

import numpy as np
import pandas as pd
import pytest

from bassboss_lib.contracts.feature import Feature
from bassboss_lib.learning.boosting import BoostingSettings
from bassboss_lib.learning.model import Model, fit_model
from bassboss_lib.learning.tables import Sample

SAMPLED_FOR_BINS = 200_000  # LightGBM's bin_construct_sample_cnt: above it, which rows it draws depends on their order
FEATURES = tuple(Feature(f"f{number}", "usage", "", f"f{number}", f"f{number}") for number in range(8))


def rows(count: int) -> Sample:
    random = np.random.default_rng(0)
    x = random.normal(size=(count, len(FEATURES)))
    x[:, 0] = x[:, 0].round(1)
    x[random.random(x.shape) < 0.05] = np.nan
    score = np.nan_to_num(x[:, 1]) - 2 + np.nan_to_num(x[:, 2]) * np.nan_to_num(x[:, 3])
    y = (random.random(count) < 1 / (1 + np.exp(-score))).astype(np.int64)
    keys = pd.DataFrame({"pseudonym": [f"{number:032x}" for number in random.permutation(count)], "month": "202601"})
    return Sample(keys, pd.DataFrame(x, columns=[feature.name for feature in FEATURES]), y, FEATURES)


def fitted(sample: Sample, order: np.ndarray, *, threads: int, trees: int) -> Model:
    shuffled = sample.take(order)
    held = np.array([key.endswith("0") for key in shuffled.keys["pseudonym"]])
    settings = BoostingSettings(threads=threads, trees_max=trees)
    return fit_model(shuffled.take(np.flatnonzero(~held)), shuffled.take(np.flatnonzero(held)), settings)


def bytes_of(model: Model) -> str:
    return model.text + model.calibrator.to_json() + model.encoding.to_json()


def check(count: int, attempts: int, trees: int) -> None:
    sample = rows(count)
    first = bytes_of(fitted(sample, np.arange(count), threads=1, trees=trees))
    for attempt in range(attempts):
        order = np.random.default_rng(attempt).permutation(count)
        assert bytes_of(fitted(sample, order, threads=1 + attempt % 2, trees=trees)) == first


def test_R17_shuffled_rows_and_two_threads_give_the_same_bytes() -> None:
    check(1_500, attempts=2, trees=4)


@pytest.mark.slow
def test_R17_so_they_do_above_the_sample_for_bins() -> None:
    check(SAMPLED_FOR_BINS * 13 // 10, attempts=10, trees=20)
