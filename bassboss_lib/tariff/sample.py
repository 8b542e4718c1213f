"""Whom to ask: who may be asked at all, strata, a random draw that can be repeated, and a control that is not called.

Chance belongs to the customer: a keyed hash of survey and pseudonym orders each stratum, the first are asked and the
next are the control. So neither the order of rows nor other customers change who is drawn.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import blake2b

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from bassboss_lib.errors import CallError

__all__ = ["Eligible", "Sample", "draw", "eligible", "keyed_uniform", "quantile_classes", "systematic"]


@dataclass(frozen=True)
class Eligible:
    """Who may be asked: a mask over the rows given, and how many each exclusion took, in its order.

    A customer is counted once, under the first exclusion that holds: rows = eligible + the sum of counts.
    """

    mask: np.ndarray
    counts: dict[str, int]


@dataclass(frozen=True)
class Sample:
    """A drawn sample.

    ``asked`` and ``control``: pseudonym, stratum, inclusion_probability (of that draw; the weight is its inverse),
    ordered by stratum and chance. ``strata``: stratum, population, asked, control.
    """

    asked: pd.DataFrame
    control: pd.DataFrame
    strata: pd.DataFrame


def eligible(rows: int, exclusions: Mapping[str, ArrayLike]) -> Eligible:
    """Take out who must or should not be asked, and count each reason.

    Examples
    --------
    >>> eligible(4, {"opt-out": [True, False, False, False], "complaint": [True, True, False, False]}).counts
    {'opt-out': 1, 'complaint': 1}
    """
    left = np.ones(rows, dtype=bool)
    counts = {}
    for reason, holds in exclusions.items():
        taken = left & np.asarray(holds, dtype=bool)
        counts[reason] = int(taken.sum())
        left &= ~taken
    return Eligible(left, counts)


def quantile_classes(values: ArrayLike, classes: int) -> np.ndarray:
    """Give classes 0 … classes − 1 of nearly equal counts; equal values stay in one class.

    Examples
    --------
    >>> quantile_classes([1, 1, 1, 2, 3, 4], 2).tolist()
    [0, 0, 0, 1, 1, 1]
    """
    numbers = np.asarray(values, dtype=np.float64)
    edges = np.quantile(numbers, np.arange(1, classes) / classes, method="inverted_cdf")
    return np.searchsorted(np.unique(edges), numbers, side="left")


def keyed_uniform(keys: pd.Series, seed: str) -> np.ndarray:
    """Give each key its own number in [0, 1), the same wherever it stands.

    Examples
    --------
    >>> bool(keyed_uniform(pd.Series(["a", "b"]), "s")[1] == keyed_uniform(pd.Series(["b"]), "s")[0])
    True
    """
    salt = blake2b(seed.encode(), digest_size=16).digest()
    drawn = b"".join(blake2b(str(key).encode(), digest_size=8, key=salt).digest() for key in keys)
    return (np.frombuffer(drawn, dtype=">u8") >> np.uint64(11)).astype(np.float64) / 2.0**53


def draw(frame: pd.DataFrame, asked: Mapping[str, int], *, seed: str, control: int = 0) -> Sample:
    """Draw a stratified random sample and, apart from it, a control that nobody will call.

    Parameters
    ----------
    frame : DataFrame
        pseudonym, stratum; one row per customer who may be asked.
    asked : mapping
        Stratum → customers to ask.
    seed : str
        Identifier of the survey: another survey asks others.
    control : int
        Customers of the control, shared among strata as the sample is, as far as strata last.

    Raises
    ------
    CallError
        If a stratum has fewer customers than are to be asked, or a pseudonym occurs twice.
    """
    if frame["pseudonym"].duplicated().any():
        raise CallError("a customer occurs twice", where="sampling frame", remedy="one row per customer")
    ordered = frame.assign(chance=keyed_uniform(frame["pseudonym"], seed))
    ordered = ordered.sort_values(["stratum", "chance", "pseudonym"], ignore_index=True)
    rank = ordered.groupby("stratum").cumcount()
    table = _strata(ordered, asked, control)
    n, spare, population = (ordered["stratum"].map(table[name]) for name in ("asked", "control", "population"))
    ordered["inclusion_probability"] = np.where(rank < n, n, spare) / population
    columns = ["pseudonym", "stratum", "inclusion_probability"]
    chosen, apart = rank < n, (rank >= n) & (rank < n + spare)
    return Sample(
        ordered.loc[chosen, columns].reset_index(drop=True),
        ordered.loc[apart, columns].reset_index(drop=True),
        table.reset_index(),
    )


def _strata(ordered: pd.DataFrame, asked: Mapping[str, int], control: int) -> pd.DataFrame:
    table = ordered.groupby("stratum").size().rename("population").to_frame()
    table["asked"] = [asked.get(stratum, 0) for stratum in table.index]
    short = int((table["asked"] > table["population"]).sum()) + len(set(asked) - set(table.index))
    if short:
        raise CallError(f"{short} strata have too few customers", where="allocation", remedy="allocate anew")
    share = table["asked"] / max(int(table["asked"].sum()), 1) * control
    table["control"] = np.minimum(_whole(share.to_numpy()), table["population"] - table["asked"])
    return table


def _whole(shares: np.ndarray) -> np.ndarray:
    """Round shares so that their sum stays: the largest remainders go up."""
    floors = np.floor(shares + 1e-9).astype(np.int64)
    missing = round(float(shares.sum())) - int(floors.sum())
    floors[np.argsort(floors - shares, kind="stable")[:missing]] += 1
    return floors


def systematic(probabilities: ArrayLike, order: ArrayLike, start: float) -> np.ndarray:
    """Draw with unequal probabilities, every k-th along an order (systematic sampling; Madow 1949).

    Parameters
    ----------
    probabilities : array
        Inclusion probability of each customer, in [0, 1]; their sum is the sample's expected size.
    order : array
        What customers are ordered by first: a spread along it comes for nothing.
    start : float
        One number in [0, 1) drawn by chance.

    Returns
    -------
    array of bool

    Examples
    --------
    >>> systematic([0.5, 0.5, 0.5, 0.5], [3, 1, 2, 0], 0.3).tolist()
    [False, False, True, True]
    """
    pi = np.asarray(probabilities, dtype=np.float64)
    if np.any((pi < 0) | (pi > 1)):
        raise CallError("a probability is not in [0, 1]", where="sample", remedy="scale the sizes, or cut them at 1")
    path = np.argsort(np.asarray(order), kind="stable")
    reached = np.cumsum(pi[path])
    hit = np.zeros(len(pi), dtype=bool)
    hit[path] = np.floor(reached - start + 1e-12) > np.floor(np.append(0.0, reached[:-1]) - start + 1e-12)
    return hit
