"""What a model learns from: keys, columns, labels and weights of the same rows, side by side.

Every other module of this room takes and gives a `Sample`, so that rows can never lose their labels on the
way.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from bassboss_lib.contracts.feature import Feature
from bassboss_lib.errors import CallError

__all__ = ["Sample"]


@dataclass(frozen=True)
class Sample:
    """Rows to learn from or to score; all parts have the same rows in the same order.

    Parameters
    ----------
    keys : DataFrame
        What names a row (pseudonym, month, or row number); one row per customer, or customer and month.
    x : DataFrame
        One column per feature, in the order of `features`.
    y : ndarray of int, optional
        1 for the positive class, 0 for the other; None where the label is not known.
    features : tuple of Feature
        What the columns of `x` are.
    weight : ndarray of float, optional
        Weight of each row in training; None for equal weights.

    Raises
    ------
    CallError
        If the parts differ in length, or the columns are not the features.

    Examples
    --------
    >>> age = Feature("age", "customer", "years", "年龄", "Age")
    >>> keys, x = pd.DataFrame({"pseudonym": ["b", "a"]}), pd.DataFrame({"age": [30.0, 40.0]})
    >>> sample = Sample(keys, x, np.array([1, 0]), (age,)).ordered()
    >>> sample.x["age"].tolist(), sample.y.tolist(), sample.positives
    ([40.0, 30.0], [0, 1], 1)
    """

    keys: pd.DataFrame
    x: pd.DataFrame
    y: np.ndarray | None
    features: tuple[Feature, ...]
    weight: np.ndarray | None = None

    def __post_init__(self) -> None:
        lengths = {len(part) for part in (self.keys, self.x, self.y, self.weight) if part is not None}
        if len(lengths) > 1:
            raise CallError(f"parts of a sample differ in length: {sorted(lengths)}", where="Sample")
        if list(self.x.columns) != self.names:
            raise CallError("the columns are not the features, in their order", where="Sample")

    def __len__(self) -> int:
        return len(self.keys)

    @property
    def names(self) -> list[str]:
        """Names of the features, in the order of the columns."""
        return [feature.name for feature in self.features]

    @property
    def labels(self) -> np.ndarray:
        """Labels as an array; raises `CallError` where they are not known."""
        if self.y is None:
            raise CallError("these rows have no label", where="Sample", remedy="take a month whose label is known")
        return self.y

    @property
    def positives(self) -> int:
        """How many rows are of the positive class."""
        return int(self.labels.sum())

    def take(self, rows: np.ndarray | Sequence[int]) -> "Sample":
        """Give the rows of a mask or of an index array, in that order."""
        picked = np.asarray(rows)
        index = np.flatnonzero(picked) if picked.dtype == bool else picked
        return Sample(
            self.keys.iloc[index].reset_index(drop=True),
            self.x.iloc[index].reset_index(drop=True),
            None if self.y is None else self.y[index],
            self.features,
            None if self.weight is None else self.weight[index],
        )

    def ordered(self) -> "Sample":
        """Give the rows in the order of their keys: training and ties go by it, not by the order of a file.

        Raises
        ------
        CallError
            If two rows have the same keys.
        """
        repeated = int(self.keys.duplicated().sum())
        if repeated:
            raise CallError(f"{repeated} rows repeat a key", fault="I23", where="Sample")
        order = self.keys.reset_index(drop=True).sort_values(list(self.keys.columns), kind="stable").index.to_numpy()
        in_order = bool((order == np.arange(len(order))).all())
        return self if in_order else self.take(order)
