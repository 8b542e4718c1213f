"""Does care tire? What it does to customers who were cared for before, against what it would do if they had not been.

Whoever is cared for often is somebody else than whoever never is: an effect by the number of earlier cares compares
people. Yet of those whom a campaign considered, chance decided who was cared for. So customers are compared who were
considered as often before, for the same form; what is left between them is the number of cares, and that was chance.

The curve is that of everybody who answered: the same forms, the same customers, at each number of earlier cares.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
import pandas as pd

from bassboss_lib import months
from bassboss_lib.care.evaluation import KNOWN, answered, standard
from bassboss_lib.care.following import stacked
from bassboss_lib.care.people import FATIGUE_MONTHS, FATIGUE_MOST
from bassboss_lib.learning import Estimate
from bassboss_lib.learning.estimates import LEVEL
from bassboss_lib.retention.outcomes import Followed

__all__ = ["Tiring", "considered_before", "tiring"]

CELL_MIN = 10
"""Answers of each arm below which a form is taken together with others, and a number of cares with the one below."""
NOTHING = pd.DataFrame(columns=["group", "treated", "control", "value", "low", "high"])


@dataclass(frozen=True)
class Tiring:
    """What earlier cares make of the effect of care.

    Parameters
    ----------
    curve : DataFrame
        One row per number of earlier cares, the last also of whoever had more: ``group``, ``treated``, ``control``
        (answers), ``value``, ``low``, ``high`` (points of satisfaction); empty while chance tells nothing of it.
    each : Estimate, optional
        What one more earlier care changes, in points.
    """

    curve: pd.DataFrame
    each: Estimate | None


def considered_before(rows: pd.DataFrame) -> pd.Series:
    """Count, for each row, the earlier months in which a campaign considered the customer, whatever chance decided.

    Parameters
    ----------
    rows : DataFrame
        Of several campaigns, indexed by pseudonym: ``month``, ``arm``, ``earlier`` (cares; none is forgotten).

    Examples
    --------
    >>> rows = pd.DataFrame({"month": ["202610", "202701", "202701"], "arm": ["control", "listed", "asked"],
    ...                      "earlier": 0}, index=["a", "a", "b"])
    >>> considered_before(rows).tolist()
    [0, 1, 0]
    """
    month, drawn = rows["month"].to_numpy(object), (rows["arm"] != "universal").to_numpy()
    who = {one: rows.index[(month == one) & drawn] for one in sorted(set(month))}
    found = np.zeros(len(rows), int)
    for now, one in product(who, who):
        if 0 < months.until(one, now) <= FATIGUE_MONTHS:
            found[month == now] += rows.index[month == now].isin(who[one])
    return pd.Series(np.maximum(np.minimum(found, FATIGUE_MOST), rows["earlier"]), index=rows.index)


def tiring(followed: Sequence[Followed]) -> Tiring:
    """Estimate what earlier cares make of the effect of care on satisfaction, over campaigns read together.

    What came before the first of ``followed`` is known as ``earlier`` alone, so at first there is little to compare.
    """
    rows = stacked(followed)
    if not len(rows):
        return Tiring(NOTHING, None)
    told = answered(rows.assign(considered=considered_before(rows)))
    told = told[told["p_control"] < 1]  # who was kept back for certain says nothing about chance
    spared = told["earlier"] < told["considered"]
    top = sum(1 for k in range(1, FATIGUE_MOST + 1) if _arms(told["earlier"] >= k, told).min() >= CELL_MIN)
    if not top or _arms(spared, told).min() < CELL_MIN:
        return Tiring(NOTHING, None)
    told = told.assign(earlier=told["earlier"].clip(upper=top))
    steps = np.eye(top + 1)[:, 1:]
    line = _line(told, steps[told["earlier"].to_numpy(int)])
    found = [line.at(step) for step in steps]
    arms = [_arms(told["earlier"] == k, told) for k in range(top + 1)]
    curve = pd.DataFrame(
        [(str(k), *arms[k].tolist(), one.value, one.low, one.high) for k, one in enumerate(found)],
        columns=NOTHING.columns,
    )
    return Tiring(curve, _line(told, told[["earlier"]].to_numpy(float)).slope())


def _arms(where: pd.Series, rows: pd.DataFrame) -> np.ndarray:
    """Count the listed and the asked among some rows."""
    listed = rows.loc[where, "arm"] == "listed"
    return np.array([listed.sum(), (~listed).sum()])


@dataclass(frozen=True)
class _Line:
    """Effects as a line of earlier cares: coefficients of being listed, alone and by earlier cares; covariance."""

    beta: np.ndarray
    covariance: np.ndarray

    def at(self, earlier: np.ndarray) -> Estimate:
        return self._estimate(np.append(1.0, earlier))

    def slope(self) -> Estimate:
        return self._estimate(np.array([0.0, 1.0]))

    def _estimate(self, wanted: np.ndarray) -> Estimate:
        from scipy.stats import norm

        value = float(wanted @ self.beta)
        half = float(norm.ppf((1 + LEVEL) / 2) * np.sqrt(wanted @ self.covariance @ wanted))
        return Estimate(value, value - half, value + half)


def _line(told: pd.DataFrame, earlier: np.ndarray) -> _Line:
    """Fit satisfaction: level and effect each by form, times considered and earlier cares; robust variance (HC2)."""
    listed = (told["arm"] == "listed").to_numpy(float)[:, None]
    form = told["care_form"].astype(str)
    alike = np.column_stack([_dummies(form.map(_few(told, form))), _dummies(told["considered"].astype(str))])
    alike = alike - alike.mean(axis=0)  # so that the effect is that of everybody who answered
    known = standard(told[[name for name in KNOWN if name != "earlier"]])
    x = np.column_stack([listed, listed * earlier, listed * alike, np.ones(len(told)), alike, earlier, known])
    y, inverse = told["satisfaction"].to_numpy(float), np.linalg.pinv(x.T @ x)
    residual = y - x @ (inverse @ (x.T @ y))
    leverage = np.einsum("ij,jk,ik->i", x, inverse, x)
    pull = x * (residual**2 / np.maximum(1 - leverage, 1e-6))[:, None]
    many = 1 + earlier.shape[1]
    return _Line((inverse @ (x.T @ y))[:many], (inverse @ (pull.T @ x) @ inverse)[:many, :many])


def _few(told: pd.DataFrame, form: pd.Series) -> dict[str, str]:
    """Name forms; those of which an arm has few answers share one name."""
    return {code: code if _arms(form == code, told).min() >= CELL_MIN else "rest" for code in sorted(set(form))}


def _dummies(names: pd.Series) -> np.ndarray:
    told = np.unique(names)
    return (names.to_numpy()[:, None] == told[None, 1:]).astype(float)
