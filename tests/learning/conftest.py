"""A small table with a signal, a code, and missing values, from which a model can be learnt in a blink."""

import numpy as np
import pandas as pd
import pytest

from bassboss_lib.contracts.feature import Feature
from bassboss_lib.learning import BoostingSettings, Sample

FEATURES = (
    Feature("arpu_fen", "bill", "fen", "月均消费", "ARPU"),
    Feature("calls", "call", "calls", "通话次数", "Calls"),
    Feature("brand", "customer", "", "品牌", "Brand", kind="category"),
)
QUICK = BoostingSettings(trees_max=60, patience=10, leaves=7, learning_rate=0.1, inner_folds=3)


def table(rows: int, seed: int = 0, months: tuple[str, ...] = ()) -> Sample:
    random = np.random.default_rng(seed)
    arpu, calls = random.integers(1000, 9000, rows).astype(float), random.poisson(20, rows).astype(float)
    brand = random.choice(["1", "2", "3"], rows)
    odds = -1.5 + (arpu - 5000) / 2000 + 1.2 * (brand == "2") - 0.08 * (calls - 20)
    y = (random.random(rows) < 1 / (1 + np.exp(-odds))).astype(np.int64)
    calls[::17] = np.nan
    keys = pd.DataFrame({"pseudonym": [f"p{number:05d}" for number in random.permutation(rows)]})
    if months:
        keys["month"] = np.resize(np.array(months, dtype=object), rows)
    return Sample(keys, pd.DataFrame({"arpu_fen": arpu, "calls": calls, "brand": brand}), y, FEATURES)


@pytest.fixture(scope="session")
def sample() -> Sample:
    return table(1500)
