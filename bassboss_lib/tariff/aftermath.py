"""What happened after calls and launches: the wake-up effect of being asked, and forecast against fact (后评估)."""

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from bassboss_lib import months as calendar
from bassboss_lib.campaigns import stored_surveys, survey_folder
from bassboss_lib.engine import read_table
from bassboss_lib.tariff.estimate import Band, student
from bassboss_lib.tariff.survey import Survey, read_survey
from bassboss_lib.warehouse.feedback import feedback
from bassboss_lib.warehouse.partitions import months, paths
from bassboss_lib.workspace import Workspace

__all__ = [
    "Fact",
    "answers_of",
    "forecast_path",
    "launch_fact",
    "launches",
    "left_more",
    "past_launches",
    "wake_up",
]

GONE = ("1021", "1022", "2010", "2020", "2030")
HORIZON_MONTHS = 3


@dataclass(frozen=True)
class Fact:
    """What a launch brought by a month: customers of the frame still there, those of them who hold the plan, and by how
    many fen a month takers' bills changed in all, less what those of the others changed by. None without bills.
    """

    month: str
    customers: int
    takers: int
    revenue_change_fen: float | None

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
    arms = []
    for rows in (survey.asked, survey.control):
        state = status.reindex(rows["pseudonym"])
        arms.append((state.isna() | state.isin(GONE)).to_numpy(dtype=np.float64))
    weights = [1 / rows["inclusion_probability"].to_numpy(dtype=np.float64) for rows in (survey.asked, survey.control)]
    return left_more(arms[0], weights[0], arms[1], weights[1]), delivered[-1]


def left_more(asked: np.ndarray, weights: np.ndarray, control: np.ndarray, control_weights: np.ndarray) -> Band:
    """Give by how much more of those asked left (0, 1) than of the control, both weighted to the population.

    Examples
    --------
    >>> left_more(np.array([1.0, 0.0]), np.ones(2), np.array([0.0, 0.0]), np.ones(2)).value
    0.5
    """
    shares, variances = [], []
    for left, weight in ((asked, weights), (control, control_weights)):
        share = float(weight @ left / weight.sum())
        smoothed = (share * len(left) + 1) / (len(left) + 2)  # Agresti and Caffo: no interval of width nought
        effective = weight.sum() ** 2 / float(weight @ weight)
        shares.append(share)
        variances.append(smoothed * (1 - smoothed) / effective)
    return student(shares[0] - shares[1], float(np.sqrt(sum(variances))), np.inf)


def launch_fact(workspace: Workspace, survey: Survey) -> Fact | None:
    """Give what became of the plan, once anybody of the frame holds it in a later month."""
    for month in reversed(months(workspace, "customer")):
        if month < survey.day[:6]:
            return None
        held = _held(workspace, month).reindex(survey.frame["pseudonym"])
        takes = (held == survey.plan).to_numpy()
        if takes.any():
            change = _revenue_change(workspace, month, survey.frame, takes, held.notna().to_numpy())
            return Fact(month, int(held.notna().sum()), int(takes.sum()), change)
    return None


def _held(workspace: Workspace, month: str) -> pd.Series:
    rows = read_table(paths(workspace, "customer", [month]), ["pseudonym", "plan_id"]).to_pandas()
    return rows.set_index("pseudonym")["plan_id"]


def _revenue_change(
    workspace: Workspace, month: str, frame: pd.DataFrame, takes: np.ndarray, there: np.ndarray
) -> float | None:
    """Give the change of takers' bills since the rehearsal, less that of customers who did not take the plan."""
    found = paths(workspace, "bill_item", [month])
    if not found:
        return None
    items = read_table(found, ["pseudonym", "receivable_fen", "discount_fen"]).to_pandas()
    bills = (items["receivable_fen"] + items["discount_fen"]).groupby(items["pseudonym"]).sum()
    change = bills.reindex(frame["pseudonym"]).fillna(0.0).to_numpy() - frame["current_fen"].to_numpy()
    others = change[there & ~takes]
    return float((change[takes] - (others.mean() if len(others) else 0.0)).sum())


def forecast_path(workspace: Workspace, survey: Survey) -> Path:
    """Give where the forecast of a survey is kept."""
    return survey_folder(workspace, survey.id) / "forecast.json"


def launches(workspace: Workspace) -> pd.DataFrame:
    """Hold kept forecasts against what happened: one row per figure of every survey whose plan somebody holds now.

    Columns: survey, plan, month (of the fact), figure (take_up, revenue_change_fen), forecast, low, high, p10, p90,
    fact, within (whether the fact lies in the 90 % interval). The revenue of the fact is that of takers against the
    others: takers choose themselves, so it tells what they pay, not what the plan does to them.
    """
    columns = ["survey", "plan", "month", "figure", "forecast", "low", "high", "p10", "p90", "fact", "within"]
    rows = []
    for name in stored_surveys(workspace):
        survey = read_survey(workspace, name)
        path, fact = forecast_path(workspace, survey), launch_fact(workspace, survey)
        if fact is None or not path.exists():
            continue
        kept = json.loads(path.read_text(encoding="utf-8"))
        for figure, value in (("take_up", fact.take_up), ("revenue_change_fen", fact.revenue_change_fen)):
            if value is not None and figure in kept:
                band = kept[figure]
                said = [band[one] for one in ("value", "low", "high", "p10", "p90")]
                within = band["low"] <= value <= band["high"]
                rows.append([survey.id, survey.plan, fact.month, figure, *said, value, within])
    return pd.DataFrame(rows, columns=columns)


def past_launches(workspace: Workspace, survey: Survey) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Give what people said, did and would have saved in earlier surveys whose plan was launched.

    Returns
    -------
    tuple of array
        stated (0–10), bought (0, 1), saving (yuan a month by the rehearsal).
    """
    parts: list[list[np.ndarray]] = [[np.zeros(0)], [np.zeros(0)], [np.zeros(0)]]
    for name in stored_surveys(workspace):
        earlier = read_survey(workspace, name)
        fact = launch_fact(workspace, earlier) if earlier.day < survey.day else None
        if fact is None:
            continue
        held, said = _held(workspace, fact.month), answers_of(workspace, earlier)
        said = said[said["answered"] & said["pseudonym"].isin(held.index)]
        change = earlier.frame.set_index("pseudonym")["change_fen"].reindex(said["pseudonym"])
        bought = (held.reindex(said["pseudonym"]) == earlier.plan).to_numpy(dtype=np.float64)
        for part, values in zip(parts, (said["stated"].to_numpy(), bought, -change.to_numpy() / 100), strict=True):
            part.append(values)
    stated, bought, saving = (np.concatenate(part) for part in parts)
    return stated, bought, saving
