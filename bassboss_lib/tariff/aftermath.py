"""What happened after calls and launches: the wake-up effect of being asked, and forecast against fact (后评估)."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from bassboss_lib import months as calendar
from bassboss_lib.engine import read_table
from bassboss_lib.tariff.estimate import Band, student
from bassboss_lib.tariff.survey import Survey, read_survey, stored_surveys
from bassboss_lib.warehouse.feedback import feedback
from bassboss_lib.warehouse.partitions import months, paths
from bassboss_lib.workspace import Workspace

__all__ = ["Fact", "answers_of", "launch_fact", "past_launches", "wake_up"]

GONE = ("1021", "1022", "2010", "2020", "2030")
HORIZON_MONTHS = 3


@dataclass(frozen=True)
class Fact:
    """What a launch brought by a month: customers of the frame, who holds the plan, mean change of their bills' fen."""

    month: str
    customers: int
    takers: int

    @property
    def take_up(self) -> float:
        """Share of the frame that holds the plan."""
        return self.takers / self.customers if self.customers else 0.0


def answers_of(workspace: Workspace, survey: Survey) -> pd.DataFrame:
    """Give one row per customer asked: reached, answered (bool), stated (0–10 or NaN), suggestion; the newest version.

    Customers without feedback were not worked: reached and answered are false.
    """
    rows = feedback(workspace, "survey_feedback").to_pandas()
    mine = rows[rows["survey_id"] == survey.id].set_index("pseudonym")
    said = mine.reindex(survey.asked["pseudonym"])
    stated = pd.to_numeric(said["response"], errors="coerce").to_numpy(dtype=np.float64)
    return pd.DataFrame(
        {
            "pseudonym": survey.asked["pseudonym"],
            "worked": said["reached"].notna().to_numpy(),
            "reached": (said["reached"].astype(object) == "1").to_numpy(),
            "answered": np.isfinite(stated),
            "stated": stated,
            "suggestion": said["suggestion"].astype(object).where(said["suggestion"].notna(), None).to_numpy(),
        }
    )


def _status(workspace: Workspace, month: str) -> pd.Series:
    rows = read_table(paths(workspace, "customer", [month]), ["pseudonym", "status"]).to_pandas()
    return rows.set_index("pseudonym")["status"]


def wake_up(workspace: Workspace, survey: Survey, answers: pd.DataFrame) -> tuple[Band, str] | None:
    """Give by how much more of those to be called left than of the control, by the newest month within three.

    Everybody drawn is compared as drawn, reached or not, so chance alone tells the groups apart; both are weighted to
    the population. None before a month after the survey has been delivered.
    """
    last = calendar.add(survey.day[:6], HORIZON_MONTHS)
    delivered = [month for month in months(workspace, "customer") if survey.day[:6] <= month <= last]
    if not delivered or not answers["worked"].any() or survey.control.empty:
        return None
    status = _status(workspace, delivered[-1])
    shares, variances = [], []
    for rows in (survey.asked, survey.control):
        state = status.reindex(rows["pseudonym"])
        left = (state.isna() | state.isin(GONE)).to_numpy(dtype=np.float64)
        weight = 1 / rows["inclusion_probability"].to_numpy(dtype=np.float64)
        share = float(weight @ left / weight.sum())
        smoothed = (share * len(left) + 1) / (len(left) + 2)  # Agresti and Caffo: no interval of width nought
        effective = weight.sum() ** 2 / float(weight @ weight)
        shares.append(share)
        variances.append(smoothed * (1 - smoothed) / effective)
    return student(shares[0] - shares[1], float(np.sqrt(sum(variances))), np.inf), delivered[-1]


def launch_fact(workspace: Workspace, survey: Survey) -> Fact | None:
    """Give what became of the plan, once anybody of the frame holds it in a later month."""
    for month in reversed(months(workspace, "customer")):
        if month < survey.day[:6]:
            return None
        rows = read_table(paths(workspace, "customer", [month]), ["pseudonym", "plan_id"]).to_pandas()
        held = rows.set_index("pseudonym")["plan_id"].reindex(survey.frame["pseudonym"])
        if (held == survey.plan).any():
            return Fact(month, int(held.notna().sum()), int((held == survey.plan).sum()))
    return None


def past_launches(workspace: Workspace, survey: Survey) -> tuple[np.ndarray, np.ndarray]:
    """Give what people said and what they did in earlier surveys whose plan was launched: (stated, bought)."""
    stated: list[np.ndarray] = [np.zeros(0)]
    bought: list[np.ndarray] = [np.zeros(0)]
    for name in stored_surveys(workspace):
        earlier = read_survey(workspace, name)
        fact = launch_fact(workspace, earlier) if earlier.day < survey.day else None
        if fact is None:
            continue
        rows = read_table(paths(workspace, "customer", [fact.month]), ["pseudonym", "plan_id"]).to_pandas()
        held = rows.set_index("pseudonym")["plan_id"]
        said = answers_of(workspace, earlier)
        said = said[said["answered"] & said["pseudonym"].isin(held.index)]
        stated.append(said["stated"].to_numpy())
        bought.append((held.reindex(said["pseudonym"]) == earlier.plan).to_numpy(dtype=np.float64))
    return np.concatenate(stated), np.concatenate(bought)
