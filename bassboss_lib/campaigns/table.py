"""Effects for any randomised table (such as Hillstrom's): treatment, outcome and covariates named in a mapping.

name: my_campaign
zh: 我的活动
en: My campaign
format: csv                  # or parquet, excel
treatment: {column: segment, treated: ["Mens E-Mail"], control: ["No E-Mail"]}
outcome: {column: visit, positive: "1", better: more}      # or `number: true` for money; better: more | less
probability: 0.5             # of treatment, if known; else the share treated within strata
stratum: [channel]           # columns within which chance decided; may be left out
covariates: [recency, history, newbie]
segments: [channel]          # columns whose groups are shown apart
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

import numpy as np
import pandas as pd
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from bassboss_lib.campaigns.effects import adjusted_difference, compare, difference_in_rates
from bassboss_lib.campaigns.verdicts import pooled, verdict
from bassboss_lib.errors import InputRefused
from bassboss_lib.learning.estimates import Estimate
from bassboss_lib.learning.uplift import Ordering, fit_effect, on_the_list, ordering
from bassboss_lib.warehouse.wide_file import read_file
from bassboss_lib.workspace import read_yaml, validated

__all__ = ["RandomisedMapping", "TableEffects", "evaluate_table", "read_randomised_mapping"]

LEVELS_MAX = 20
GROUP_MIN = 40


def _as_text(value: object) -> object:
    if isinstance(value, bool):
        raise ValueError("put it in quotes: YAML reads it as a truth value")
    return str(value) if isinstance(value, int | float) else value


Code = Annotated[str, BeforeValidator(_as_text)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Treatment(_Strict):
    """Which column says who was treated, with the values of both arms; rows with other values are left out."""

    column: str
    treated: tuple[Code, ...] = Field(min_length=1)
    control: tuple[Code, ...] = Field(min_length=1)


class Outcome(_Strict):
    """Which column says what happened: a code that counts as 1, or a number; and whether more of it is better."""

    column: str
    positive: Code | None = None
    number: bool = False
    better: Literal["more", "less"]

    @model_validator(mode="after")
    def _one(self) -> "Outcome":
        if self.number == (self.positive is not None):
            raise ValueError("say either positive: CODE or number: true")
        return self


class RandomisedMapping(_Strict):
    """A whole mapping."""

    name: str
    zh: str
    en: str
    format: Literal["csv", "excel", "parquet"]
    encoding: str = "utf-8"
    delimiter: str = ","
    treatment: Treatment
    outcome: Outcome
    probability: float | None = Field(None, gt=0, lt=1)
    stratum: tuple[str, ...] = ()
    covariates: tuple[str, ...] = ()
    segments: tuple[str, ...] = ()

    @property
    def columns(self) -> list[str]:
        """Columns that the table must have."""
        return list(dict.fromkeys([self.treatment.column, self.outcome.column, *self.stratum, *self.covariates,
                                   *self.segments]))  # fmt: skip


def read_randomised_mapping(path: Path) -> RandomisedMapping:
    """Read a mapping.

    Raises
    ------
    CallError
        If it is wrong; the line names file and key.
    """
    return validated(RandomisedMapping, read_yaml(path), path.name)


@dataclass(frozen=True)
class TableEffects:
    """What a randomised table shows.

    Parameters
    ----------
    effect, adjusted : Estimate
        Outcome of the treated minus that of the controls, plain and adjusted for the covariates.
    ordering : Ordering, optional
        Qini of a cross-fitted effect model, in units of the outcome that is better; None without covariates.
    groups : DataFrame
        One row per group of a segment column: ``column``, ``group``, ``rows``, ``value``, ``low``, ``high``,
        ``pooled``.
    verdict : str
        ``inconclusive``, ``works`` or ``harms``.
    rows : dict
        ``treated``, ``control``, ``left_out``.
    means : dict
        Mean outcome of the ``treated`` and of the ``control``.
    """

    effect: Estimate
    adjusted: Estimate
    ordering: Ordering | None
    groups: pd.DataFrame
    verdict: str
    rows: dict[str, int]
    means: dict[str, float]


def evaluate_table(file: Path, mapping: RandomisedMapping, *, seed: int = 0) -> TableEffects:
    """Evaluate a randomised table.

    Raises
    ------
    InputRefused
        If a column is missing, an outcome is no number, or an arm is empty.
    """
    frame = read_file(file, mapping.format, encoding=mapping.encoding, delimiter=mapping.delimiter)
    missing = [name for name in mapping.columns if name not in frame]
    if missing:
        raise InputRefused(f"no column {missing[0]!r}", where=file.name, kept="nothing", remedy="mend the mapping")
    arm = frame[mapping.treatment.column].astype(str)
    treated, control = arm.isin(mapping.treatment.treated), arm.isin(mapping.treatment.control)
    kept = frame[treated | control].reset_index(drop=True)
    t = treated[treated | control].to_numpy()
    if min(t.sum(), (~t).sum()) < GROUP_MIN:
        what = f"{int(t.sum())} treated and {int((~t).sum())} controls"
        raise InputRefused(what, where=file.name, kept="nothing", remedy="check the values of treatment in the mapping")
    y = _outcome(kept[mapping.outcome.column], mapping.outcome, file)
    stratum = _stratum(kept, mapping.stratum)
    x = _covariates(kept, mapping.covariates)
    arms = compare(t, stratum)
    plain = adjusted_difference(y, arms) if mapping.outcome.number else difference_in_rates(y, arms)
    known = np.nan_to_num(x, nan=0.0) if x.shape[1] else None
    sign = 1 if mapping.outcome.better == "more" else -1
    counts = {"treated": int(t.sum()), "control": int((~t).sum()), "left_out": len(frame) - len(kept)}
    return TableEffects(
        plain,
        adjusted_difference(y, arms, known),
        _ordering(x, sign * y, t, _probability(t, stratum, mapping.probability), seed=seed),
        _groups(kept, y, t, stratum, mapping),
        verdict(plain, mature=True, good=sign),
        counts,
        {"treated": float(y[t].mean()), "control": float(y[~t].mean())},
    )


def _outcome(column: pd.Series, what: Outcome, file: Path) -> np.ndarray:
    if not what.number:
        return (column.astype(str) == what.positive).to_numpy(float)
    numbers = pd.to_numeric(column, errors="coerce")
    bad = int(numbers.isna().sum())
    if bad:
        raise InputRefused(f"{bad:,} outcomes are no numbers", where=f"{file.name}, {what.column}", kept="nothing")
    return numbers.to_numpy(float)


def _stratum(frame: pd.DataFrame, names: Sequence[str]) -> np.ndarray:
    if not names:
        return np.full(len(frame), "all", object)
    return frame[list(names)].astype(str).agg("|".join, axis=1).to_numpy(object)


def _covariates(frame: pd.DataFrame, names: Sequence[str]) -> np.ndarray:
    """Give numbers as they are, few codes one by one, and leave out columns of many codes."""
    parts = [np.empty((len(frame), 0))]
    for name in names:
        numbers = pd.to_numeric(frame[name], errors="coerce")
        if numbers.notna().mean() > 0.5:
            parts.append(numbers.to_numpy(float)[:, None])
        elif frame[name].nunique() <= LEVELS_MAX:
            parts.append(pd.get_dummies(frame[name].astype(str), drop_first=True).to_numpy(float))
    return np.hstack(parts)


def _probability(treated: np.ndarray, stratum: np.ndarray, known: float | None) -> np.ndarray:
    if known is not None:
        return np.full(len(treated), known)
    share = pd.Series(treated.astype(float)).groupby(stratum).transform("mean").to_numpy()
    return np.clip(share, 0.01, 0.99)


def _ordering(x: np.ndarray, y: np.ndarray, treated: np.ndarray, e: np.ndarray, *, seed: int) -> Ordering | None:
    if not x.shape[1]:
        return None
    model = fit_effect(x, y, treated, e, seed)
    return ordering(on_the_list(model.cross_fitted, model.fold), model.pseudo, seed=seed)


def _groups(
    frame: pd.DataFrame, y: np.ndarray, treated: np.ndarray, stratum: np.ndarray, mapping: RandomisedMapping
) -> pd.DataFrame:
    found = []
    for name in mapping.segments:
        own: dict[str, Estimate] = {}
        sizes: dict[str, int] = {}
        for group in sorted(frame[name].astype(str).unique()):
            inside = (frame[name].astype(str) == group).to_numpy()
            if min(treated[inside].sum(), (~treated[inside]).sum()) < GROUP_MIN:
                continue
            arms = compare(treated[inside], stratum[inside])
            test = adjusted_difference if mapping.outcome.number else difference_in_rates
            own[group], sizes[group] = test(y[inside], arms), int(inside.sum())
        drawn = pooled(own)
        found += [{"column": name, "group": group, "rows": sizes[group], "value": one.value, "low": one.low,
                   "high": one.high, "pooled": drawn[group].value} for group, one in own.items()]  # fmt: skip
    return pd.DataFrame(found)
