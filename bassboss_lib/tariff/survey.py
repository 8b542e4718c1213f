"""A survey (资费计划调查): who is asked about which plan, by what chance, and what is known of everybody else.

The frame keeps every customer of the target population with what the rehearsal predicts for him, since the estimate is
made for all of them. A survey is stored under its identifier before its list leaves; several may run at once.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from bassboss_lib import months as calendar
from bassboss_lib.campaigns import stored_surveys, survey_folder
from bassboss_lib.engine import read_table, write_table
from bassboss_lib.errors import CallError, GateRefused
from bassboss_lib.rating import Plan
from bassboss_lib.tariff.allocation import allocate, mixed_spread, size_for, standard_error
from bassboss_lib.tariff.candidates import write_plan
from bassboss_lib.tariff.rehearsal import Rehearsal
from bassboss_lib.tariff.sample import Sample, draw, eligible
from bassboss_lib.tariff.scenarios import offered
from bassboss_lib.tariff.strata import StratifyBy, strata_of
from bassboss_lib.warehouse.do_not_contact import do_not_contact
from bassboss_lib.warehouse.partitions import paths
from bassboss_lib.workspace import Workspace

__all__ = [
    "REASONS",
    "Drawn",
    "Survey",
    "draw_survey",
    "read_survey",
    "store_survey",
    "survey_frame",
    "survey_id_of",
]

REST_MONTHS, HOLD_MONTHS = 3, 2
REASONS = {
    "do_not_contact": ("免打扰客户", "must not be contacted"),
    "universal": ("全局对照组", "universal control group"),
    "recently_called": ("近期已外呼", "recently called"),
    "control_hold": ("其他活动的对照", "control of another campaign"),
    "open_complaint": ("有未结投诉", "open complaint"),
}
"""Exclusion → its title in zh and en, in the order in which they are asked."""


@dataclass(frozen=True)
class Drawn:
    """A drawn survey before it is stored.

    ``frame``: one row per eligible customer of the target population: pseudonym, stratum, predicted (take-up),
    change_fen (revenue if he takes it), covariates. ``excluded``: reason → customers.
    ``expected``: standard errors of take-up and revenue change per customer that the allocation promises.
    ``segments``: titles in zh and en of the segments that strata are made of.
    """

    frame: pd.DataFrame
    sample: Sample
    excluded: dict[str, int]
    expected: dict[str, float]
    segments: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


@dataclass(frozen=True)
class Survey:
    """A stored survey: identifier, plan asked about, and its tables."""

    id: str
    month: str
    day: str
    plan: str
    about: Mapping[str, Any]
    frame: pd.DataFrame
    asked: pd.DataFrame
    control: pd.DataFrame

    @property
    def segments(self) -> Mapping[str, Mapping[str, str]]:
        """Titles in zh and en of the segments that its strata are made of; none if they are classes of the impact."""
        return self.about.get("segments", {})


def survey_id_of(workspace: Workspace, wanted: str) -> str:
    """Settle the identifier: as given (at most 16 letters, digits, hyphens), or by the clock's day.

    Raises
    ------
    CallError
        If it is not of that form.
    """
    name = wanted or f"S{workspace.now:%Y%m%d}-01"
    if not (name.replace("-", "").isascii() and name.replace("-", "").isalnum() and len(name) <= 16):
        raise CallError(
            f"survey {name!r} is no identifier", where="survey", remedy="at most 16 letters, digits, hyphens"
        )
    return name


def survey_frame(
    workspace: Workspace, said: Rehearsal, plan: str, shares: np.ndarray
) -> tuple[pd.DataFrame, dict[str, int]]:
    """Give everybody the plan is open to and who may be asked, with predictions; and the exclusions counted."""
    place = said.plans.index(plan)
    target = offered(said)[:, place] & (said.own != place)
    people = said.customers.iloc[said.billed].reset_index(drop=True)
    current, bills = said.mean(said.current_fen), said.mean(said.bills_fen[:, place])
    frame = pd.DataFrame(
        {
            "pseudonym": people["pseudonym"],
            "own_plan": np.array(said.plans)[said.own],
            "predicted": shares[:, place],
            "current_fen": current,
            "change_fen": bills - current,
            "tenure_months": people["tenure_months"].astype(float),
            "age_years": people.get("age_years", pd.Series(np.nan, index=people.index)).astype(float),
        }
    )[target].reset_index(drop=True)
    kept = eligible(len(frame), _exclusions(workspace, frame["pseudonym"]))
    return frame[kept.mask].reset_index(drop=True), kept.counts


def _exclusions(workspace: Workspace, whose: pd.Series) -> dict[str, np.ndarray]:
    """Tell who must or should not be asked; months count back from the clock's."""
    forbidden = set(do_not_contact(workspace, "survey").pseudonyms.to_pylist())
    month = f"{workspace.now:%Y%m}"
    arms = _arms(workspace, [calendar.add(month, -back) for back in range(HOLD_MONTHS + 1)])
    complaining: set[str] = set()
    for back in range(REST_MONTHS + 1):
        filed = paths(workspace, "complaint", [calendar.add(month, -back)])
        if filed:
            rows = read_table(filed, ["pseudonym", "closed_at"]).to_pandas()
            complaining |= set(rows.loc[rows["closed_at"].isna(), "pseudonym"])
    called = arms["listed"] | arms["asked"] | _surveyed_since(workspace, calendar.add(month, -REST_MONTHS))
    held = (forbidden, arms["universal"], called, arms["control"], complaining)
    return {name: whose.isin(names).to_numpy() for name, names in zip(REASONS, held, strict=True)}


def _arms(workspace: Workspace, wanted: Sequence[str]) -> dict[str, set[str]]:
    """Give who was in which arm of the retention and care campaigns of some months."""
    arms: dict[str, set[str]] = {"universal": set(), "listed": set(), "asked": set(), "control": set()}
    for table in ("assignment", "care_assignment"):
        found = paths(workspace, table, list(wanted))
        if found:
            rows = read_table(found, ["pseudonym", "arm"]).to_pandas()
            for arm, names in arms.items():
                names |= set(rows.loc[rows["arm"] == arm, "pseudonym"])
    return arms


def _surveyed_since(workspace: Workspace, month: str) -> set[str]:
    """Give whom earlier surveys asked or kept uncalled since a month; those of the clock's day do not count yet."""
    today = f"{workspace.now:%Y%m%d}"
    found: set[str] = set()
    for one in stored_surveys(workspace):
        survey = read_survey(workspace, one)
        if month <= survey.day[:6] and survey.day < today:
            found |= set(survey.asked["pseudonym"]) | set(survey.control["pseudonym"])
    return found


def draw_survey(
    frame: pd.DataFrame,
    survey_id: str,
    *,
    size: int,
    half_width: float,
    response_rate: float,
    target_weight: float,
    control: int,
    by: StratifyBy = "impact",
) -> tuple[pd.DataFrame, Sample, dict[str, float]]:
    """Stratify, allocate for the stated target, draw.

    Parameters
    ----------
    size : int
        Customers asked; 0 = as many as the wanted ``half_width`` of the take-up needs at the ``response_rate``.
    target_weight : float
        1 for the take-up, 0 for revenue, between them a mix.
    control : int
        Customers kept uncalled, for the wake-up effect.
    by : {"impact", "segment", "both"}
        What strata are made of (`strata.strata_of`).

    Raises
    ------
    GateRefused
        If fewer than twenty customers may be asked.
    """
    if len(frame) < 20:
        raise GateRefused(
            f"{len(frame)} customers may be asked", where="survey", remedy="widen the target or the brand"
        )
    frame = frame.assign(stratum=strata_of(frame, by))
    groups = frame.groupby("stratum")
    sizes = groups.size().to_numpy()
    p = groups["predicted"].mean().to_numpy()
    take_up = np.sqrt(np.clip(p * (1 - p), 0.01, None))
    revenue = np.sqrt(p * (1 - p)) * groups["change_fen"].apply(lambda one: float(np.sqrt((one**2).mean()))).to_numpy()
    wanted = size or size_for(sizes, take_up, half_width, response_rate=response_rate)
    most = np.maximum(sizes - np.ceil(sizes * control / len(frame)).astype(int), 1)  # every stratum has a control
    wanted = min(wanted, int(most.sum()))
    least = min(10, wanted // len(sizes))
    asked = allocate(sizes, mixed_spread(sizes, take_up, revenue, target_weight), wanted, minimum=least, maximum=most)
    answering = np.maximum(asked * response_rate, 1e-9)
    expected = {
        "take_up": standard_error(sizes, take_up, answering),
        "revenue_change_fen": standard_error(sizes, revenue, answering),
    }
    plan = {str(name): int(count) for name, count in zip(groups.groups, asked, strict=True)}
    return frame, draw(frame[["pseudonym", "stratum"]], plan, seed=survey_id, control=control), expected


def store_survey(workspace: Workspace, survey_id: str, month: str, plan: Plan, drawn: Drawn) -> Survey:
    """Keep a survey under its identifier, before its list leaves; the same again changes nothing.

    Raises
    ------
    CallError
        If the identifier is taken by another survey.
    """
    folder = survey_folder(workspace, survey_id)
    about = {
        "id": survey_id,
        "month": month,
        "day": f"{workspace.now:%Y%m%d}",
        "plan": plan.id,
        "population": len(drawn.frame),
        "excluded": drawn.excluded,
        "expected_error": drawn.expected,
        "segments": drawn.segments,
    }
    if (folder / "about.json").exists():
        earlier = read_survey(workspace, survey_id)
        same = earlier.asked["pseudonym"].equals(drawn.sample.asked["pseudonym"]) and earlier.plan == plan.id
        if not same:
            raise CallError(f"survey {survey_id} exists", where="survey_id", remedy="give another identifier")
        return earlier
    tables = {"frame": drawn.frame, "asked": drawn.sample.asked, "control": drawn.sample.control}
    for name, table in tables.items():
        write_table(pa.Table.from_pandas(table, preserve_index=False), folder / f"{name}.parquet", [])
    write_plan(folder / "plan.yaml", [plan])
    (folder / "about.json").write_text(json.dumps(about, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return read_survey(workspace, survey_id)


def read_survey(workspace: Workspace, survey_id: str) -> Survey:
    """Read a stored survey; empty identifier: the newest.

    Raises
    ------
    CallError
        If there is none.
    """
    known = stored_surveys(workspace)
    if not survey_id and known:
        survey_id = max(
            known, key=lambda one: (json.loads((survey_folder(workspace, one) / "about.json").read_text())["day"], one)
        )
    if survey_id not in known:
        raise CallError(f"no survey {survey_id!r}", where="warehouse/survey", remedy="run 31_tariff_survey first")
    folder = survey_folder(workspace, survey_id)
    about = json.loads((folder / "about.json").read_text(encoding="utf-8"))
    frame, asked, control = (
        read_table([folder / f"{name}.parquet"]).to_pandas() for name in ("frame", "asked", "control")
    )
    return Survey(survey_id, about["month"], about["day"], about["plan"], about, frame, asked, control)
