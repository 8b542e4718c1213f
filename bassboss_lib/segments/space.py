"""Where customers stand beside each other: robust scales, so that a few extreme customers do not decide for all."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from bassboss_lib.segments.dimensions import dimensions

__all__ = ["Space", "fit_space"]

NORMAL_IQR = 1.349
CLIP = 3.5
"""Beyond so many robust standard deviations a customer is no farther."""


@dataclass(frozen=True)
class Space:
    """Scales learnt from one month: median and robust spread of every dimension that varies.

    Parameters
    ----------
    names : tuple of str
        Dimensions that vary; a dimension that is the same for everybody tells nobody apart.
    centre, spread : tuple of float
        On the dimension's scale (log or plain), in the order of ``names``.
    weight : tuple of float
        How much a difference on each dimension counts.

    Examples
    --------
    >>> frame = pd.DataFrame({"calls": [0.0, 10.0, 100.0], "sms": [5.0, 5.0, 5.0]})
    >>> space = fit_space(frame)
    >>> space.names, space.points(frame).shape
    (('calls',), (3, 1))
    """

    names: tuple[str, ...]
    centre: tuple[float, ...]
    spread: tuple[float, ...]
    weight: tuple[float, ...]

    def standard(self, measured: pd.DataFrame) -> np.ndarray:
        """Give robust standard scores, (customers, dimensions), cut at 3.5."""
        columns = [_scaled(measured[name], name) for name in self.names]
        values = np.column_stack(columns) if columns else np.empty((len(measured), 0))
        return np.clip((values - np.array(self.centre)) / np.array(self.spread), -CLIP, CLIP)

    def points(self, measured: pd.DataFrame) -> np.ndarray:
        """Give standard scores times the weight of each dimension: what distances are taken in."""
        return self.standard(measured) * np.array(self.weight)

    def serves(self, fresh: "Space") -> bool:
        """Tell whether these scales can go on serving: every dimension that varies now is here, weighted as now."""
        mine = dict(zip(self.names, self.weight, strict=True))
        known = all(mine.get(name) == weight for name, weight in zip(fresh.names, fresh.weight, strict=True))
        return known and all(name in dimensions() for name in self.names)

    def recast(self, points: np.ndarray, other: "Space") -> np.ndarray:
        """Give points of this space in another; what this one does not know stands at the other's centre."""
        found = np.zeros((len(points), len(other.names)))
        for to, name in enumerate(other.names):
            if name in self.names:
                at = self.names.index(name)
                value = points[:, at] / self.weight[at] * self.spread[at] + self.centre[at]
                found[:, to] = (value - other.centre[to]) / other.spread[to] * other.weight[to]
        return found


def fit_space(measured: pd.DataFrame) -> Space:
    """Learn median and spread of each dimension; the standard deviation where most customers are alike."""
    found = []
    for name in measured.columns:
        values = _scaled(measured[name], name)
        if len(values) == 0 or not np.ptp(values) > 0:
            continue
        low, middle, high = np.quantile(values, [0.25, 0.5, 0.75])
        spread = float(max((high - low) / NORMAL_IQR, values.std()))
        found.append((name, float(middle), spread, dimensions()[name].weight))
    names, centre, spreads, weight = zip(*found, strict=True) if found else ((), (), (), ())
    return Space(names, centre, spreads, weight)


def _scaled(values: pd.Series, name: str) -> np.ndarray:
    """Take logs of amounts and of shares; half of what is seen once is added, so that nothing is a finite distance."""
    numbers = values.to_numpy(dtype=np.float64)
    known = dimensions()[name]
    if known.scale == "plain":
        return numbers
    return np.log(np.maximum(numbers, 0.0) + (0.005 if known.unit == "share" else 1.0))
