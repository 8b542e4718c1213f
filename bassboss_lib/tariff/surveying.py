"""The steps of the survey notebooks: plan a survey from a rehearsal, send it, propose edits from its suggestions."""

from dataclasses import dataclass
from pathlib import Path

from bassboss_lib.campaigns import survey_folder
from bassboss_lib.errors import CallError
from bassboss_lib.exchange.outbox import Published
from bassboss_lib.features import View
from bassboss_lib.rating import Catalogue, Plan
from bassboss_lib.segments import assigned, titles
from bassboss_lib.tariff.candidates import read_candidates, write_plan
from bassboss_lib.tariff.evaluation import Evaluation
from bassboss_lib.tariff.material import Material, boss_catalogue, month_names
from bassboss_lib.tariff.prepare import Prepared, candidates_folder
from bassboss_lib.tariff.rehearsal import Rehearsal
from bassboss_lib.tariff.scenarios import INERTIA, fit_history, logit_probabilities
from bassboss_lib.tariff.strata import StratifyBy
from bassboss_lib.tariff.survey import Drawn, Survey, draw_survey, store_survey, survey_frame, survey_id_of
from bassboss_lib.tariff.survey_list import send_surveys, survey_rows
from bassboss_lib.tariff.themes import edited_plan
from bassboss_lib.workspace import Workspace

__all__ = ["Planned", "Proposals", "plan_survey", "proposals", "send_survey", "survey_figures"]

CONTROL_SHARE = 0.5
"""Customers kept uncalled for each one asked: the wake-up effect is as uncertain as its smaller group."""

Planned = tuple[str, Plan, Drawn]
"""Identifier, the plan asked about, what was drawn."""


def plan_survey(
    workspace: Workspace,
    given: Prepared,
    said: Rehearsal,
    *,
    survey_id: str,
    sample_size: int,
    half_width: float,
    response_rate: float,
    target_weight: float,
    by: StratifyBy = "segment",
) -> Planned:
    """Draw the survey about the first candidate plan.

    Parameters
    ----------
    by : {"impact", "segment", "both"}
        What strata are made of; segments are those of the last month rehearsed.

    Raises
    ------
    CallError
        If there is no candidate.
    GateRefused
        If too few customers may be asked.
    """
    if not given.candidates:
        raise CallError("no candidate plan to ask about", where="candidates", remedy="name a file of candidates")
    plan, name = given.candidates[0], survey_id_of(workspace, survey_id)
    shares = logit_probabilities(said, fit_history(said), inertia=INERTIA)
    frame, excluded = survey_frame(workspace, said, plan.id, shares)
    month = month_names(said.month.max(keepdims=True))[0]
    if by != "impact":
        frame["segment"] = frame["pseudonym"].map(assigned(View(workspace, month))["segment_no"])
    control = round(CONTROL_SHARE * sample_size) if sample_size else round(0.05 * len(frame))
    frame, sample, expected = draw_survey(
        frame,
        name,
        size=sample_size,
        half_width=half_width,
        response_rate=response_rate,
        target_weight=target_weight,
        control=min(control, len(frame) // 3),
        by=by,
    )
    return name, plan, Drawn(frame, sample, excluded, expected, {} if by == "impact" else titles(workspace, month))


def send_survey(workspace: Workspace, month: str, given: Material, planned: Planned) -> tuple[Survey, Published]:
    """Keep the survey and publish it, with the other surveys of the day, as unit 32001."""
    name, plan, drawn = planned
    survey = store_survey(workspace, name, month, plan, drawn)
    return survey, send_surveys(workspace, survey, survey_rows(workspace, given, survey, plan))


def survey_figures(planned: Planned) -> tuple[dict[str, float], dict[str, list[float]], dict[str, int]]:
    """Give figures, intervals and row counts for the result of a survey."""
    _, _, drawn = planned
    figures = {f"expected_error_{name}": value for name, value in drawn.expected.items()}
    figures["asked"] = float(len(drawn.sample.asked))
    rows = {"population": len(drawn.frame), "asked": len(drawn.sample.asked), "control": len(drawn.sample.control)}
    return figures, {}, rows | {f"excluded_{name}": count for name, count in drawn.excluded.items()}


@dataclass(frozen=True)
class Proposals:
    """Edits of a surveyed plan that suggestions propose.

    Parameters
    ----------
    catalogue : Catalogue
        The price list whose classes the plans share.
    plan : Plan
        The plan as surveyed.
    edits : list of Plan
        The plan as proposed, one edit each.
    path : Path, optional
        ``candidates/<survey>.yaml``, where the edits are kept; None if there are none.
    """

    catalogue: Catalogue
    plan: Plan
    edits: list[Plan]
    path: Path | None


def proposals(workspace: Workspace, said: Evaluation, most: int = 3) -> Proposals:
    """Turn the most frequent themes into edits of the plan, kept as candidates to rehearse at once."""
    catalogue = boss_catalogue(workspace, said.survey.month)
    path = survey_folder(workspace, said.survey.id) / "plan.yaml"
    plan = read_candidates(path, catalogue)[0]
    found = [edited_plan(catalogue.header, plan, theme) for theme in said.themes["theme"]]
    edits = [one for one in found if one is not None][:most]
    if not edits:
        return Proposals(catalogue, plan, edits, None)
    folder = candidates_folder(workspace)
    folder.mkdir(exist_ok=True)
    return Proposals(catalogue, plan, edits, write_plan(folder / f"{said.survey.id}.yaml", edits))
