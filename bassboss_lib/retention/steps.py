"""The steps of a month as functions: what the notebooks do, without a page; for demos, simulations and measurements."""

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from bassboss_lib.errors import CallError
from bassboss_lib.retention.challenging import challenge_churn, settle
from bassboss_lib.retention.churn import champion, store_churn, train_churn
from bassboss_lib.retention.drift import drift_blocks
from bassboss_lib.retention.evaluation import Accuracy, Effects, accuracy, chosen, effects, scored_population
from bassboss_lib.retention.material import material
from bassboss_lib.retention.outcomes import Followed, followed_campaigns
from bassboss_lib.retention.planning import design_of, plan, remember
from bassboss_lib.retention.prospects import prospects, with_traits
from bassboss_lib.retention.sending import send
from bassboss_lib.retention.uplift import learn
from bassboss_lib.workspace import Workspace

__all__ = ["Evaluated", "evaluate", "list_and_send", "train_and_settle"]


def train_and_settle(workspace: Workspace, month: str, *, train_months: int = 6, seed: int = 0) -> str:
    """Train, store, compare with the champion and settle who scores; give the outcome (see `challenging.settle`)."""
    given = material(workspace, month, train_months_max=train_months)
    fitted = train_churn(workspace, given, seed=seed)
    model_id = store_churn(workspace, given, fitted, month=month, source="")
    blocked = drift_blocks(workspace, given, fitted, month)
    found = challenge_churn(workspace, given, fitted, model_id, source="", blocked=blocked)
    return settle(workspace, found, model_id, source="")


def list_and_send(
    workspace: Workspace,
    month: str,
    *,
    size: int = 500,
    control_share: float = 0.1,
    explore_share: float = 0.1,
    probability_min: float = 0.05,
    budget_yuan: float = 0.0,
) -> list[Path]:
    """Score, plan, write assignments down and send the list; give the files."""
    model = champion(workspace)
    given = prospects(workspace, month, "", model)
    learnt = learn(workspace, month, given)
    design = design_of(workspace, size=size, control_share=control_share, explore_share=explore_share)
    limits = {"probability_min": probability_min, "budget_yuan": budget_yuan}
    planned = plan(workspace, month, "", given, design, guidance=learnt.guidance, **limits)
    kept = remember(workspace, month, planned, model_id=model.id)
    listed = with_traits(planned.selection, given)
    return [*kept, *send(workspace, month, listed, model_id=model.id).files]


@dataclass(frozen=True)
class Evaluated:
    """What is known of all campaigns by a month; the two halves are None while nothing is known."""

    followed: list[Followed]
    right: Accuracy | None
    caused: Effects | None


def evaluate(workspace: Workspace, month: str) -> Evaluated:
    """Follow every campaign up to a month, and read the mature ones together."""
    followed = followed_campaigns(workspace, month)
    read = chosen(followed)
    if not read:
        return Evaluated(followed, None, None)
    try:
        population = pd.concat([scored_population(workspace, one, month) for one in read])
        return Evaluated(followed, accuracy(population), effects(read))
    except CallError:
        return Evaluated(followed, None, None)
