"""A fitted model: encoding, trees, calibration and meaning, as one thing that scores and explains."""

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from bassboss_lib.contracts.feature import Feature
from bassboss_lib.learning.boosting import BoostingSettings, Progress, boost, boost_by_folds
from bassboss_lib.learning.calibration import Calibrator, fit_calibrator
from bassboss_lib.learning.encoding import Encoding, fit_encoding
from bassboss_lib.learning.explanations import Explanation, contributions
from bassboss_lib.learning.tables import Sample
from bassboss_lib.markup import about, listing

__all__ = ["Model", "fit_model"]


@dataclass(frozen=True)
class Model:
    """What was fitted; all of it can be written as text.

    Parameters
    ----------
    text : str
        The trees in LightGBM's text format.
    encoding : Encoding
        From frame to matrix.
    calibrator : Calibrator
        From raw log-odds to probability, base rate of the population included.
    features : tuple of Feature
        What the columns of the matrix are, in its order.
    id : str
        Name of the stored model; empty until it is stored.
    """

    text: str
    encoding: Encoding
    calibrator: Calibrator
    features: tuple[Feature, ...]
    id: str = ""

    def _repr_html_(self) -> str:
        facts = {"features": len(self.features), "trees": self.trees,
                 "calibration slope": f"{self.calibrator.slope:.3f}",
                 "calibration intercept": f"{self.calibrator.intercept:.3f}"}  # fmt: skip
        rows = [(one.name, one.group, one.unit, one.zh, one.en) for one in self.features]
        return about(
            f"model {self.id or '(not stored)'}", facts, listing(["feature", "group", "unit", "zh", "en"], rows)
        )

    @cached_property
    def booster(self) -> Any:
        """The trees, parsed once."""
        import lightgbm as lgb

        return lgb.Booster(model_str=self.text)

    @property
    def trees(self) -> int:
        """How many trees there are."""
        return int(self.booster.num_trees())

    def raw(self, frame: pd.DataFrame) -> np.ndarray:
        """Give raw log-odds, one per row."""
        return np.asarray(self.booster.predict(self.matrix(frame), raw_score=True), dtype=np.float64)

    def probability(self, frame: pd.DataFrame) -> np.ndarray:
        """Give calibrated probabilities, one per row, in (0, 1)."""
        return self.calibrator.probability(self.raw(frame))

    def contributions(self, frame: pd.DataFrame) -> np.ndarray:
        """Give what each feature adds to the raw log-odds of each row, (rows, features)."""
        return contributions(self.booster, self.matrix(frame))[0]

    def explain(self, frame: pd.DataFrame) -> Explanation:
        """Explain each row's calibrated log-odds: base and contributions add up to its probability's."""
        matrix = self.matrix(frame)
        phi, base = contributions(self.booster, matrix)
        slope = self.calibrator.slope
        codes = {one.name: one.categories for one in self.encoding.columns if one.kind == "category"}
        return Explanation(phi * slope, base * slope + self.calibrator.intercept, matrix, self.features, codes)

    def for_population(self, trained: float, population: float) -> "Model":
        """Give the model for a population with another base rate than the rows it was calibrated on."""
        return replace(self, calibrator=self.calibrator.with_prior(trained, population))

    def matrix(self, frame: pd.DataFrame) -> np.ndarray:
        """Give the rows as the trees read them; raise `InputRefused` if columns are missing (I20)."""
        return self.encoding.matrix(self.completed(frame))

    def completed(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Add the columns that are no longer made and that their `Feature` has a value for (``absent``)."""
        known = {one.name: one.absent for one in self.features if one.absent is not None}
        return frame.assign(**{name: value for name, value in known.items() if name not in frame})


def fit_model(
    train: Sample,
    calibrate: Sample | None = None,
    settings: BoostingSettings | None = None,
    *,
    prior: float | None = None,
    progress: Progress | None = None,
) -> Model:
    """Fit encoding, trees and calibration.

    Parameters
    ----------
    train : Sample
        Rows to learn from; they are put into key order first.
    calibrate : Sample, optional
        Later rows on which trees stop and probabilities are calibrated; without them folds inside
        `train` do both.
    settings : BoostingSettings, optional
        The shipped defaults where left out.
    prior : float, optional
        Base rate of the population, where training rows were sampled by label.
    progress : callable, optional
        Told how many trees have grown.
    """
    settings = settings or BoostingSettings()
    rows = train.ordered()
    encoding = fit_encoding(rows)
    x = encoding.matrix(rows.x)
    shared: dict[str, Any] = {"names": encoding.names, "weight": rows.weight, "progress": progress}
    held = None if calibrate is None else calibrate.ordered()
    counted = rows.weight if held is None else held.weight
    if held is None:
        boosted = boost_by_folds(x, rows.labels, settings, **shared)
    else:
        held_x = encoding.matrix(held.x)
        boosted = boost(x, rows.labels, held_x, held.labels, settings, held_weight=held.weight, **shared)
    by_name = {feature.name: feature for feature in train.features}
    features = tuple(by_name[name] for name in encoding.names)
    model = Model(boosted.text, encoding, fit_calibrator(boosted.held_raw, boosted.held_y, counted), features)
    return model if prior is None else model.for_population(float(boosted.held_y.mean()), prior)
