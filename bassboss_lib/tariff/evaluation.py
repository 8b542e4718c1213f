"""What a survey says about a plan (table 3-5): take-up, users and revenue with bands, and go, change or stop.

Answers are weighted for who did not answer and raked to the population; what people say becomes what they would do by
the intent map; the rehearsal's prediction for everybody is corrected by the answers (GREG). Uncertainty of the sample
and of the map are drawn together. The forecast is kept, to be held against the fact after a launch.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass

import numpy as np
import pandas as pd

from bassboss_lib.tariff.aftermath import answers_of, forecast_path, launch_fact, past_launches, wake_up
from bassboss_lib.tariff.estimate import Band, weighted_mean
from bassboss_lib.tariff.forecast import DRAWS, after_waking, forecast, weigh
from bassboss_lib.tariff.intent import IntentMap, fit_intent
from bassboss_lib.tariff.pooling import Pooled, pool
from bassboss_lib.tariff.survey import Survey
from bassboss_lib.tariff.themes import group_suggestions
from bassboss_lib.tariff.weights import Raked, Responding
from bassboss_lib.workspace import Workspace

__all__ = ["Evaluation", "evaluate_survey", "evaluation_figures", "store_forecast", "verdict"]


@dataclass(frozen=True)
class Evaluation:
    """A survey evaluated; money in fen a month, take-up as share of the population.

    ``estimates``: naive (share of answers as stated), unadjusted (design weights), take_up, revenue_change_fen (sum
    over the population, if offered to all), profit_fen (after what waking people up costs, where that is known).
    """

    survey: Survey
    answers: pd.DataFrame
    responding: Responding
    raked: Raked
    intent: IntentMap
    estimates: Mapping[str, Band]
    segments: pd.DataFrame
    pooled: Pooled
    themes: pd.DataFrame
    wake_up: Band | None
    wake_up_month: str


def evaluate_survey(workspace: Workspace, survey: Survey, *, arpu_months: int = 12, seed: int = 0) -> Evaluation:
    """Evaluate a survey.

    Parameters
    ----------
    arpu_months : int
        Months of revenue that a customer who leaves takes along.
    seed : int
        Of the draws of what answers are worth.

    Raises
    ------
    GateRefused
        If nobody, or only one, answered.
    """
    answers = answers_of(workspace, survey)
    drawn = survey.asked.merge(survey.frame.drop(columns="stratum"), on="pseudonym", how="left", validate="1:1")
    replied = answers["answered"].to_numpy()
    given = weigh(survey.frame, drawn, replied)
    intent = fit_intent(*past_launches(workspace, survey))
    stated = answers.loc[replied, "stated"].to_numpy(dtype=np.float64)
    found = wake_up(workspace, survey, answers)
    woken = found[0] if found else None
    saving = -given.kept["change_fen"].to_numpy(dtype=np.float64) / 100
    probable, drawn_truth = intent.probability(stated, saving), intent.draws(stated, DRAWS, seed + 1, saving)
    estimates = forecast(survey.frame, given, probable, drawn_truth)
    if woken is not None:
        revenue = estimates["revenue_change_fen"]
        estimates["profit_fen"] = after_waking(survey.frame, given, revenue, woken, arpu_months)
    estimates["naive"] = weighted_mean(stated / 10, np.ones(len(stated)), np.zeros(len(stated)), len(survey.frame))
    estimates["unadjusted"] = weighted_mean(stated / 10, given.design, given.kept["stratum"], len(survey.frame))
    by = given.kept.assign(y=probable, n=1.0).groupby("own_plan", as_index=False)[["y", "n"]].sum()
    pooled = pool(by["y"], by["n"])
    segments = pd.concat([by[["own_plan"]], pooled.segments], axis=1)
    themes = group_suggestions([one for one in answers["suggestion"] if isinstance(one, str)])
    month = found[1] if found else ""
    return Evaluation(
        survey, answers, given.responding, given.raked, intent, estimates, segments, pooled, themes, woken, month
    )


def verdict(said: Evaluation, take_up_min: float) -> tuple[str, list[str]]:
    """Say go, change or stop, with the reasons by name.

    go: the profit (or revenue, while wake-up is not known) is above nought at P10 and the take-up reaches its minimum;
    stop: it is below nought at P90 and a suggestion that would make it dearer for us leads; change: else.
    """
    money = said.estimates.get("profit_fen") or said.estimates["revenue_change_fen"]
    take_up, reasons = said.estimates["take_up"], []
    reasons.append("gains" if money.p10 > 0 else "loses" if money.p90 < 0 else "uncertain")
    reasons.append("taken" if take_up.p50 >= take_up_min else "not_taken")
    if said.wake_up is not None and said.wake_up.low > 0:
        reasons.append("wakes_up")
    if money.p10 > 0 and take_up.p50 >= take_up_min:
        return "go", reasons
    if money.p90 < 0:
        return "stop", reasons
    return "change", reasons


def store_forecast(workspace: Workspace, said: Evaluation) -> None:
    """Keep the forecast beside the survey, for the evaluation after launch; once the plan is held it stays as it is."""
    path = forecast_path(workspace, said.survey)
    if path.exists() and launch_fact(workspace, said.survey) is not None:
        return
    content = {name: asdict(band) for name, band in said.estimates.items()}
    path.write_text(json.dumps(content, indent=1, sort_keys=True) + "\n", encoding="utf-8")


def evaluation_figures(said: Evaluation) -> tuple[dict[str, float], dict[str, list[float]], dict[str, int]]:
    """Give figures, 90 % intervals and row counts for the result of an evaluation.

    ``wake_up`` is there once a month after the survey was delivered.
    """
    figures = {name: band.value for name, band in said.estimates.items()}
    intervals = {name: [band.low, band.high] for name, band in said.estimates.items()}
    for name in ("take_up", "revenue_change_fen"):
        band = said.estimates[name]
        figures |= {f"{name}_p10": band.p10, f"{name}_p90": band.p90}
    figures["users"] = said.estimates["take_up"].value * len(said.survey.frame)
    if said.wake_up is not None:
        figures["wake_up"] = said.wake_up.value
        intervals["wake_up"] = [said.wake_up.low, said.wake_up.high]
    asked = len(said.answers)
    figures["reach_rate"] = float(said.answers["reached"].sum() / asked)
    figures["response_rate"] = float(said.answers["answered"].sum() / asked)
    rows = {name: int(said.answers[name].sum()) for name in ("worked", "reached", "answered")} | {"asked": asked}
    return figures, intervals, rows | {"population": len(said.survey.frame)}
