"""What customers said (实施反馈意见), coded: which reason, and whether they will leave.

A list of weighted words in YAML that anybody can read, argue with and mend; not a model, since a few hundred short
sentences a month would not feed one, and nobody could say why it judged as it did. Its accuracy is a figure of every
report where the truth is known.
"""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
from pydantic import BaseModel, ConfigDict

from bassboss_lib.contracts.declarations import code_list
from bassboss_lib.errors import CallError
from bassboss_lib.retention.reasons import NONE_CLEAR
from bassboss_lib.workspace import read_yaml, validated

__all__ = ["Heard", "Words", "classify", "heard", "kappa", "words"]

FILE = Path(__file__).with_name("opinions.yaml")


class Words(BaseModel):
    """Words and weights: by reason, and for leaving and staying."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    least_weight: float
    reasons: dict[str, dict[str, float]]
    leave: dict[str, float]
    stay: dict[str, float]


@cache
def words(path: Path = FILE) -> Words:
    """Read the words; raise `CallError` with file and key if they are wrong."""
    given = validated(Words, read_yaml(path), path.name)
    unknown = sorted(set(given.reasons) - set(code_list("churn_reason").codes))
    if unknown:
        raise CallError(f"reasons: {unknown[0]} is not a code", where=path.name, remedy="see `bassboss units 31001`")
    return given


def classify(opinions: pd.Series) -> pd.DataFrame:
    """Code what customers said.

    Parameters
    ----------
    opinions : Series of str
        One text per customer; empty or missing where nothing was said.

    Returns
    -------
    DataFrame
        Index as given: ``reason`` (code; ``R99`` none clear; missing where nothing was said), ``will_leave`` (1, 0, or
        missing if the text does not tell).

    Examples
    --------
    >>> told = classify(pd.Series(["套餐太贵，打算换一家", "信号不好，先用着吧", None]))
    >>> told["reason"].tolist()[:2], told["will_leave"].tolist()[:2]
    (['R01', 'R02'], [1.0, 0.0])
    """
    given, said = words(), opinions.fillna("").astype(str)
    codes = list(given.reasons)
    weight = np.column_stack([_weight(said, given.reasons[code]) for code in codes])
    best, strength = weight.argmax(axis=1), weight.max(axis=1)
    reason = np.where(strength >= given.least_weight, np.array(codes, object)[best], NONE_CLEAR)
    leave, stay = _weight(said, given.leave), _weight(said, given.stay)
    told = np.where(leave > stay, 1.0, np.where(stay > 0, 0.0, np.nan))
    frame = pd.DataFrame({"reason": reason, "will_leave": told}, index=opinions.index)
    frame.loc[said == "", "reason"] = None
    return frame


def _weight(said: pd.Series, known: dict[str, float]) -> np.ndarray:
    total = np.zeros(len(said))
    for word, weight in known.items():
        total += weight * said.str.contains(word, regex=False).to_numpy()
    return total


def kappa(one: pd.Series, other: pd.Series) -> float:
    """Give Cohen's kappa of two codings of the same rows: agreement beyond chance, 1 at most.

    Examples
    --------
    >>> kappa(pd.Series(["a", "a", "b", "b"]), pd.Series(["a", "a", "b", "a"]))
    0.5
    """
    seen = float((one == other).mean())
    shares = one.value_counts(normalize=True), other.value_counts(normalize=True)
    chance = float(shares[0].mul(shares[1], fill_value=0).sum())
    return (seen - chance) / (1 - chance) if chance < 1 else 1.0


@dataclass(frozen=True)
class Heard:
    """What customers said against what the model had named.

    Parameters
    ----------
    crossed : DataFrame
        One row per our code, one column per theirs: customers.
    agreed, kappa : float
        Share of customers who named our reason, and agreement beyond chance; of those who named any.
    count : int
        Customers who named a reason.
    saves : DataFrame
        One row per reason and offer made: ``reason``, ``offer``, ``reached``, ``accepted`` (share), ``active`` (share
        still active so far).
    """

    crossed: pd.DataFrame
    agreed: float
    kappa: float
    count: int
    saves: pd.DataFrame


def heard(rows: pd.DataFrame) -> Heard:
    """Read the opinions on campaigns.

    Parameters
    ----------
    rows : DataFrame
        Of `outcomes.Followed`, one or several stacked: ``churn_reason``, ``opinion``, ``offer``, ``reached``,
        ``accepted``, ``left``.
    """
    rows = rows.reset_index(drop=True)  # a customer may stand in several campaigns
    said = classify(rows["opinion"])["reason"]
    named = (said.notna() & (said != NONE_CLEAR)).to_numpy()
    ours, theirs = rows["churn_reason"][named], said[named]
    crossed = pd.crosstab(ours.rename("ours"), theirs.rename("said"))
    share = float((ours == theirs).mean()) if named.any() else 0.0
    reached = rows[rows["reached"] & rows["offer"].notna()]
    by = reached.groupby(["churn_reason", "offer"])
    saves = pd.DataFrame({"reached": by.size(), "accepted": by["accepted"].mean(), "active": 1 - by["left"].mean()})
    told = saves.reset_index().rename(columns={"churn_reason": "reason"})
    return Heard(crossed, share, kappa(ours, theirs) if named.any() else 0.0, int(named.sum()), told)
