"""Simulated surveys of a population whose truth is known: 40,000 customers, 2,000 asked, fewer than half answer."""

from functools import cache

import numpy as np
import pandas as pd

from bassboss_lib.tariff.allocation import allocate
from bassboss_lib.tariff.estimate import greg_mean
from bassboss_lib.tariff.sample import quantile_classes
from bassboss_lib.tariff.weights import rake, response_classes

SIZE, ASKED = 40_000, 2_000


@cache
def population() -> pd.DataFrame:
    """Customers with age, rehearsed saving, what the model predicts and what they would do."""
    rng = np.random.default_rng(20)
    age, saving = rng.uniform(18, 80, SIZE), rng.normal(-4, 9, SIZE)
    truth = 1 / (1 + np.exp(-(-1.9 + 0.09 * saving - 0.02 * (age - 45) + rng.normal(0, 0.5, SIZE))))
    predicted = 1 / (1 + np.exp(-(-1.2 + 0.06 * saving)))
    takes = rng.random(SIZE) < truth
    stratum = quantile_classes(np.abs(saving), 5)
    return pd.DataFrame({"age": age, "saving": saving, "predicted": predicted, "takes": takes, "stratum": stratum})


def simulate(seed: int) -> dict[str, float]:
    """Draw, ask, weight and estimate once; say whether the truth was covered, and the bias."""
    people, rng = population(), np.random.default_rng(1_000 + seed)
    sizes = np.bincount(people["stratum"])
    spread = people.groupby("stratum")["saving"].std().to_numpy()
    asked = allocate(sizes, spread, ASKED)
    rows = np.concatenate([rng.choice(np.flatnonzero(people["stratum"] == h), n, False) for h, n in enumerate(asked)])
    drawn = people.iloc[rows]
    answered = rng.random(len(rows)) < 0.15 + 0.35 * (drawn["age"].to_numpy() - 18) / 62
    design = (sizes / asked)[drawn["stratum"].to_numpy()]
    weights = response_classes(design, answered, drawn[["age"]], classes=8).weights[answered]
    replied = drawn[answered].assign(band=lambda one: pd.cut(one["age"], [0, 30, 45, 60, 99]).astype(str))
    bands = pd.cut(people["age"], [0, 30, 45, 60, 99]).astype(str)
    raked = rake(weights, replied[["band"]], {"band": bands.value_counts().sort_index().astype(float).to_dict()})
    said = {}
    known = np.column_stack([replied["predicted"], replied["age"]])
    means = [people["predicted"].mean(), people["age"].mean()]
    for name, y, truth in (
        ("take_up", replied["takes"], people["takes"].mean()),
        ("revenue", -replied["saving"] * replied["takes"], float((-people["saving"] * people["takes"]).mean())),
    ):
        band = greg_mean(y, known, raked.weights, strata=replied["stratum"], means=means, population=SIZE)
        said |= {f"{name}_covered": float(band.low <= truth <= band.high), f"{name}_bias": band.value - truth}
    said["unadjusted_bias"] = np.average(replied["takes"], weights=design[answered]) - people["takes"].mean()
    return said
