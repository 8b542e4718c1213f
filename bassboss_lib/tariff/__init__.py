"""Tariff rehearsal and survey (资费预演, 资费计划调查, specification 3.3.2): from a plan's idea to what it will earn.

Read in this order: `material` gathers usage, plans and bills (`importing` for an operator's own), `parity` holds
today's plans against the bills sent (`keeping` keeps both), `rehearsal` rates everybody under every plan (`groups`
groups of them, `cut_off` with the balances there were), `winners` and `scenarios` say what follows (`traits`, `choice`,
`choice_checks` and `menu` are the choice model), `allocation`, `sample`, `survey` and `survey_list` draw and send a
survey, `weights`, `estimate`, `pooling`, `intent`, `forecast`, `themes`, `aftermath` and `evaluation` read its answers,
`space`, `scene` and `search` find the plan that earns most.
"""

from bassboss_lib.tariff.aftermath import launches
from bassboss_lib.tariff.choice_checks import even_competition, share_bands
from bassboss_lib.tariff.cut_off import cut_off
from bassboss_lib.tariff.desk import desk_of
from bassboss_lib.tariff.evaluation import evaluate_survey, evaluation_figures, store_forecast
from bassboss_lib.tariff.groups import group_table
from bassboss_lib.tariff.prepare import Prepared, named_candidates, prepare, rehearsal_figures, response_table
from bassboss_lib.tariff.rehearsal import Rehearsal, rehearse
from bassboss_lib.tariff.scenarios import (
    Outcome,
    break_even,
    fit_history,
    scenarios,
    take_up_attribution,
)
from bassboss_lib.tariff.searching import read_search
from bassboss_lib.tariff.survey import read_survey
from bassboss_lib.tariff.surveying import plan_survey, proposals, send_survey, survey_figures
from bassboss_lib.tariff.winners import change_fen, winners

__all__ = [
    "Outcome",
    "Prepared",
    "Rehearsal",
    "break_even",
    "change_fen",
    "cut_off",
    "desk_of",
    "evaluate_survey",
    "evaluation_figures",
    "even_competition",
    "fit_history",
    "group_table",
    "launches",
    "named_candidates",
    "plan_survey",
    "prepare",
    "proposals",
    "read_search",
    "read_survey",
    "rehearsal_figures",
    "rehearse",
    "response_table",
    "scenarios",
    "send_survey",
    "share_bands",
    "store_forecast",
    "survey_figures",
    "take_up_attribution",
    "winners",
]
