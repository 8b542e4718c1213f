"""What all models share: splits, boosting, calibration, metrics, explanations, and the store.

A `Sample` goes in and a `Fitted` comes out (`train`); its model is stored as text (`save`), read back only
if nobody touched it (`load`), and then scores and explains rows. Nothing here knows of churn, and the same
rows give the same bytes on any number of threads.
"""

from bassboss_lib.contracts.feature import Feature
from bassboss_lib.learning.boosting import BoostingSettings, Progress
from bassboss_lib.learning.calibration import calibration_line, calibration_table, prior_correction
from bassboss_lib.learning.estimates import Estimate, share
from bassboss_lib.learning.explanations import (
    Explanation,
    beeswarm,
    dependence,
    group_importance,
    importance,
    waterfall,
)
from bassboss_lib.learning.fit import Fitted, train
from bassboss_lib.learning.gates import require_enough
from bassboss_lib.learning.metrics import difference, evaluate
from bassboss_lib.learning.model import Model, fit_model
from bassboss_lib.learning.promotion import Challenge, challenge, promote, rollback
from bassboss_lib.learning.sources import sample_of, split_of
from bassboss_lib.learning.splits import Split, TimeSplit, declared_split, repeated_folds, time_split
from bassboss_lib.learning.store import card, load, save
from bassboss_lib.learning.tables import Sample

__all__ = [
    "BoostingSettings",
    "Challenge",
    "Estimate",
    "Explanation",
    "Feature",
    "Fitted",
    "Model",
    "Progress",
    "Sample",
    "Split",
    "TimeSplit",
    "beeswarm",
    "calibration_line",
    "calibration_table",
    "card",
    "challenge",
    "declared_split",
    "dependence",
    "difference",
    "evaluate",
    "fit_model",
    "group_importance",
    "importance",
    "load",
    "prior_correction",
    "promote",
    "repeated_folds",
    "require_enough",
    "rollback",
    "sample_of",
    "save",
    "share",
    "split_of",
    "time_split",
    "train",
    "waterfall",
]
