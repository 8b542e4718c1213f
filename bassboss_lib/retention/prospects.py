"""Who might leave and what is at stake: scores, value block and segments of one population, side by side.

For BOSS's deliveries it is everybody at risk as of the month. For an operator's own table it is the rows that tested
the model, with the probabilities given while the model had not seen them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from bassboss_lib.engine import read_table
from bassboss_lib.errors import CallError
from bassboss_lib.features import View
from bassboss_lib.features.said import complained_of
from bassboss_lib.learning import Model
from bassboss_lib.retention.churn import Scored, score, score_rows, tested_folder, write_scores
from bassboss_lib.retention.listing import PURPOSE, Selection, call_traits
from bassboss_lib.retention.material import from_source
from bassboss_lib.retention.reasons import traits
from bassboss_lib.segments import OUTLIERS, assigned, titles, value_block, write_values, year_value_fen
from bassboss_lib.warehouse.do_not_contact import do_not_contact
from bassboss_lib.warehouse.references import identifier_names
from bassboss_lib.workspace import Workspace

__all__ = ["Prospects", "prospects", "with_traits"]


@dataclass(frozen=True)
class Prospects:
    """One population, ready to choose from.

    Parameters
    ----------
    rows : DataFrame
        One row per customer: ``churn_probability``, ``churn_reason``, ``value``, ``silent``,
        ``do_not_contact``; for deliveries also the value block, ``year_value_fen``, ``segment_id`` and
        ``segment_traits``.
    scored : Scored
        The features and contributions of the same rows.
    value_unit : str
        Unit of ``value``: ``fen`` a month for deliveries, else what the table's mapping says.
    segments : mapping
        Segment number → its title in zh and en; empty for a table of one's own.
    names : mapping
        Feature → identifier → what it is called in zh and en: channels of joining and plans.
    """

    rows: pd.DataFrame
    scored: Scored
    value_unit: str = "fen"
    segments: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    names: Mapping[str, Mapping[str, Mapping[str, str]]] = field(default_factory=dict)

    @property
    def typical(self) -> pd.Series:
        """Median of each number over the population."""
        return self.scored.x.median(numeric_only=True)


def prospects(workspace: Workspace, month: str, source: str, model: Model) -> Prospects:
    """Score and value a population; for deliveries, keep scores and values in the warehouse.

    Raises
    ------
    InputRefused
        If the month was not delivered.
    CallError
        If the table's test rows were not scored by this model, or the table has changed since.
    """
    return _of_source(workspace, source, model) if source else _of_month(View(workspace, month), model)


def _of_month(view: View, model: Model) -> Prospects:
    scored = score(view, model)
    values = value_block(view).reindex(scored.rows.index)
    who = assigned(view).reindex(scored.rows.index)
    values["segment_id"] = who["segment_no"].fillna(OUTLIERS)
    values["year_value_fen"] = year_value_fen(
        values["arpu_fen"], scored.rows["churn_probability"], view.workspace.settings.margin_share
    )
    write_scores(view.workspace, view.month, model.id, scored.rows)
    write_values(view, values)
    forbidden = do_not_contact(view.workspace, PURPOSE).pseudonyms.to_pylist()
    rows = scored.rows.join(values).assign(value=values["arpu_fen"])
    rows["do_not_contact"] = rows.index.isin(forbidden)
    rows["segment_traits"] = who["traits_zh"].fillna("")
    where = (view.workspace, view.month)
    return Prospects(rows, scored, segments=titles(*where), names=identifier_names(*where))


def _of_source(workspace: Workspace, source: str, model: Model) -> Prospects:
    path = tested_folder(workspace, source) / f"{model.id}.parquet"
    if not path.exists():
        raise CallError("its test rows were not scored", where=source, remedy="run 10_retention_train on this source")
    given = from_source(workspace, source)
    tested = _newest(read_table([path]).to_pandas())
    if np.isnan(given.places(tested)).any():
        remedy = f"`bassboss models promote` the model that learnt from it, with --source {source}"
        raise CallError(f"the table has changed since model {model.id} learnt from it", where=source, remedy=remedy)
    scored = score_rows(given.sample.x.iloc[given.places(tested)].set_index(tested.iloc[:, 0]), model)
    value = 1.0 if given.value is None else given.value.iloc[given.places(tested)].to_numpy()
    probability = tested["churn_probability"].to_numpy()
    rows = scored.rows.assign(churn_probability=probability, value=value, silent=False, do_not_contact=False)
    return Prospects(rows, scored, given.value_unit)


def _newest(tested: pd.DataFrame) -> pd.DataFrame:
    """Of a table by customer and month, keep the newest month: a list names a customer once."""
    return tested[tested["month"] == tested["month"].max()] if "month" in tested else tested


def _called(x: pd.DataFrame, given: Prospects, language: str) -> pd.DataFrame:
    """Give rows of features with identifiers by their names; one that nobody named stays."""
    known = {column: {code: both[language] for code, both in names.items()} for column, names in given.names.items()}
    called = {name: x[name].map(codes).fillna(x[name]) for name, codes in known.items() if codes and name in x}
    return x.assign(**called)


def with_traits(selection: Selection, given: Prospects, language: str = "zh", rows: int | None = None) -> pd.DataFrame:
    """Add to the listed rows why (离网特征) and, for deliveries, how they communicate (通话行为特征), in words.

    Parameters
    ----------
    language : str
        ``zh`` as the interface wants it, or ``en``.
    rows : int, optional
        How many of the first rows; left out, all.
    """
    listed = selection.rows.head(len(selection.rows) if rows is None else rows)
    place = given.rows.index.get_indexer(listed.index)
    explanation = given.scored.explanation.take(place)
    x = _called(given.scored.x.iloc[place], given, language)
    columns = [feature.name for feature in explanation.features]
    why = traits(x[columns], explanation.phi, explanation.features, given.typical, language)
    words: dict[str, Any] = {"churn_traits": why}
    if "call_out_min" in x:
        said = complained_of(x, language, beside=why)  # whoever calls must know of it, however little it pushes
        words["churn_traits"] = ["; ".join(filter(None, both)) for both in zip(why, said, strict=True)]
        words["call_traits"] = call_traits(x, language)
    return listed.assign(**words)
