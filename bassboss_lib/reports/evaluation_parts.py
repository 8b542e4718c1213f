"""The evaluation as the notebook holds it: campaigns read together, and what is shown where nothing is known yet."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

import pandas as pd

from bassboss_lib import retention
from bassboss_lib.errors import CallError
from bassboss_lib.learning import card
from bassboss_lib.ledger import Ledger
from bassboss_lib.reports import evaluate_groups
from bassboss_lib.reports.display import Shown
from bassboss_lib.reports.sentences import Language, Sentence, sentence
from bassboss_lib.reports.tables import Html
from bassboss_lib.retention.evaluation import Accuracy, Effects
from bassboss_lib.retention.outcomes import Followed
from bassboss_lib.segments import titles
from bassboss_lib.workspace import Workspace

__all__ = ["Given", "agreed", "drifted", "due", "grouped", "of", "shown", "ways"]

Piece = TypeVar("Piece")


@dataclass(frozen=True)
class Given:
    """What an evaluation rests on.

    Parameters
    ----------
    workspace, month : Workspace, str
        Where, and up to when.
    followed, chosen : sequence of Followed
        All campaigns, and those read together.
    population : DataFrame, optional
        Everybody scored by the campaigns read together; None while no month has passed.
    right, caused : Accuracy, Effects, optional
        None while nothing is known.
    """

    workspace: Workspace
    month: str
    followed: Sequence[Followed]
    chosen: Sequence[Followed]
    population: pd.DataFrame | None
    right: Accuracy | None
    caused: Effects | None

    @cached_property
    def rows(self) -> pd.DataFrame:
        """Customers of all campaigns with what BOSS answered."""
        names = ["churn_reason", "opinion", "offer", "reached", "accepted", "left"]
        parts = [one.rows[names] for one in self.followed]
        return pd.concat(parts) if parts else pd.DataFrame(columns=names)


def of(workspace: Workspace, followed: Sequence[Followed], month: str) -> Given:
    """Read campaigns together as of a month."""
    chosen = retention.chosen(followed)
    if not chosen:
        return Given(workspace, month, followed, (), None, None, None)
    population = pd.concat([retention.scored_population(workspace, one, month) for one in chosen])
    try:
        right = retention.accuracy(population)
        caused = retention.effects(chosen)
    except CallError:
        return Given(workspace, month, followed, chosen, population, None, None)
    return Given(workspace, month, followed, chosen, population, right, caused)


def shown(given: Given, piece: Callable[[], Piece], language: Language) -> Piece | Sentence:
    """Show a piece of the page if something is known, else say so."""
    if given.right is None or given.caused is None:
        return sentence("名单送出后还没有一个月过去。", "No month has passed yet since a list left.", language)
    return piece()


def agreed(given: Given, by: str, language: Language) -> Html | Sentence:
    """Show predicted and actual churn rates by group."""
    population = given.population
    if population is None:
        return shown(given, lambda: Html(""), language)
    rows, named = retention.agreement(population, by), titles(given.workspace)
    return shown(given, lambda: evaluate_groups.agreed(rows, by, language, named), language)


def grouped(given: Given, by: str, language: Language) -> Shown | Html | Sentence:
    """Show effects by group."""
    return shown(
        given,
        lambda: evaluate_groups.groups_table(
            retention.grouped(given.chosen, by), by, language, titles(given.workspace)
        ),
        language,
    )


def ways(given: Given, language: Language) -> Shown | Sentence:
    """Draw what became of the customers of the newest campaign read."""
    if not given.followed:
        return sentence("还没有活动。", "No campaign yet.", language)
    one = (given.chosen or given.followed)[-1]
    return evaluate_groups.ways(retention.states(one), language)


def _learnt(given: Given) -> tuple[str, str]:
    """Give the month whose rows tested the champion, and the last month that it saw."""
    with Ledger(given.workspace.ledger) as ledger:
        facts = card(given.workspace, ledger, "retention", "boss")
    return str(facts["data"]["test_month"]), str(facts["month"])


def drifted(given: Given, language: Language) -> Shown:
    """Draw the drift of the score and the strongest features since the champion was tested."""
    return evaluate_groups.drifted(retention.drift(given.workspace, given.month, _learnt(given)[0]), language)


def due(given: Given, language: Language) -> Sentence:
    """Say whether the champion should learn again."""
    tested, learnt = _learnt(given)
    found = retention.drift(given.workspace, given.month, tested)
    ratio = (1.0, 1.0)
    mature = all(one.mature for one in given.chosen)
    if given.right is not None and mature:
        actual, predicted = given.right.figures["churn_rate"], given.right.figures["predicted_rate"].value
        ratio = (actual.low / predicted, actual.high / predicted)
    return evaluate_groups.due(retention.retraining_due(found, learnt, given.month, ratio), language)
