"""Who is in which segment, for everybody who reads it: lists, pages, care, surveys.

A month's segments are two warehouse tables: ``segment`` (who is in which) and ``segment_name`` (what each is called,
and its traits). A month that was not divided is read with the newest model before it; where there never was one, the
interim rule answers, and says so.
"""

from pathlib import Path

import pandas as pd
import pyarrow as pa
from pydantic import BaseModel, ConfigDict, Field, field_validator

from bassboss_lib import months
from bassboss_lib.engine import read_table, write_table
from bassboss_lib.features import View
from bassboss_lib.ledger import Ledger
from bassboss_lib.segments.choice import Limits
from bassboss_lib.segments.dimensions import Words
from bassboss_lib.segments.dividing import Segmented, divide
from bassboss_lib.segments.interim import SEGMENTS, interim_segments
from bassboss_lib.segments.measures import IN_NETWORK, measures
from bassboss_lib.segments.model import SegmentModel, load_model, newest_model, store_model
from bassboss_lib.segments.names import Name, overridden
from bassboss_lib.segments.value import value_block
from bassboss_lib.warehouse.partitions import months as written_months
from bassboss_lib.warehouse.partitions import partition, paths
from bassboss_lib.workspace import Workspace, read_yaml, validated

__all__ = ["OWN_NAMES", "assigned", "earlier_model", "names_of", "segment", "titles", "write_segments"]

OWN_NAMES = "segments.yaml"
"""File of the workspace in which an operator gives segments names of their own: ``names: {S01: {zh: …, en: …}}``."""

TEXTS = ("name_zh", "name_en", "traits_zh", "traits_en")


class _OwnNames(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    names: dict[str, Words] = Field(default_factory=dict)

    @field_validator("names")
    @classmethod
    def _different(cls, names: dict[str, Words]) -> dict[str, Words]:
        for language in ("zh", "en"):
            said = [words.text(language) for words in names.values()]
            if len(set(said)) < len(said):
                raise ValueError(f"two segments have the same {language} name")
        return names


def segment(view: View, limits: Limits | None = None, *, seed: int = 0) -> Segmented:
    """Divide the customers of a month, beginning with what the month before left.

    Raises
    ------
    InputRefused
        If a unit of the month was not delivered; last month's segments stay.
    """
    measured, earlier, before = measures(view), earlier_model(view), _before(view)
    return divide(measured, view.month, limits=limits, earlier=earlier, before=before, seed=seed)


def earlier_model(view: View) -> SegmentModel | None:
    """Give the newest model of a month before; None if there is none."""
    return _model(view.workspace, months.add(view.month, -1))


def write_segments(view: View, found: Segmented) -> list[Path]:
    """Store the model and write who is in which segment under which name; give the files.

    Names of the workspace's ``segments.yaml`` take the place of those that were built.
    """
    workspace = view.workspace
    with Ledger(workspace.ledger) as ledger:
        store_model(workspace, ledger, found.model)
    rows = found.labels.rename("segment_no").rename_axis("pseudonym").reset_index().assign(month=view.month)
    names = _names_table(names_of(workspace, found.model)).assign(month=view.month)
    names["customers"] = names["segment_no"].map(found.sizes).fillna(0).astype("int64")
    tables = (("segment", rows, "pseudonym"), ("segment_name", names, "segment_no"))
    return [
        write_table(
            pa.Table.from_pandas(frame, preserve_index=False),
            partition(workspace, table, view.month) / "part-00.parquet",
            [key],
        )
        for table, frame, key in tables
    ]


def names_of(workspace: Workspace, model: SegmentModel) -> dict[str, Name]:
    """Give a model's names with those of the workspace's ``segments.yaml``; raise `CallError` if that file is wrong."""
    path, names = workspace.root / OWN_NAMES, dict(model.names)
    if not path.exists():
        return names
    own = validated(_OwnNames, read_yaml(path) or {}, OWN_NAMES).names
    return overridden(names, {number: {"zh": words.zh, "en": words.en} for number, words in own.items()})


def assigned(view: View) -> pd.DataFrame:
    """Give every customer in the network their segment.

    Returns
    -------
    DataFrame
        Indexed by pseudonym: ``segment_no`` (``S01`` …, ``S00`` outliers), ``name_zh``, ``name_en``, ``traits_zh``,
        ``traits_en``, ``interim`` (whether the interim rule answered, since no segments were ever made).
    """
    written = paths(view.workspace, "segment", [view.month])
    if written:
        rows = read_table(written, ["pseudonym", "segment_no"]).to_pandas().set_index("pseudonym")["segment_no"]
        names = read_table(paths(view.workspace, "segment_name", [view.month])).to_pandas()
        return _joined(rows, names, interim=False)
    model = _model(view.workspace, view.month)
    if model is None:
        return _by_interim_rule(view)
    rows = model.assign(measures(view), _before(view))
    return _joined(rows, _names_table(names_of(view.workspace, model)), interim=False)


def titles(workspace: Workspace, month: str = "") -> dict[str, dict[str, str]]:
    """Give the title of every segment that was ever written, by its newest name, and those of the interim rule.

    Parameters
    ----------
    month : str
        Only the segments of this month (or of the newest before it); the interim rule's if there are none.

    Examples
    --------
    >>> from bassboss_lib.workspace import open_workspace
    >>> import tempfile
    >>> titles(open_workspace(tempfile.mkdtemp()))["V3T1"]["en"]
    'high value, under one year'
    """
    written = written_months(workspace, "segment_name")
    if month:
        written = [one for one in written if one <= month][-1:]
    found = {} if month and written else dict(SEGMENTS)
    for one in written:
        names = read_table(paths(workspace, "segment_name", [one])).to_pandas()
        for row in names.itertuples(index=False):
            found[str(row.segment_no)] = {"zh": str(row.name_zh), "en": str(row.name_en)}
    return found


def _model(workspace: Workspace, until: str) -> SegmentModel | None:
    with Ledger(workspace.ledger) as ledger:
        id = newest_model(ledger, until)
        return load_model(workspace, ledger, id) if id else None


def _before(view: View) -> pd.Series:
    """Give last month's segments by pseudonym; empty if it was not divided."""
    found = paths(view.workspace, "segment", [months.add(view.month, -1)])
    if not found:
        return pd.Series(dtype="str")
    return read_table(found, ["pseudonym", "segment_no"]).to_pandas().set_index("pseudonym")["segment_no"]


def _names_table(names: dict[str, Name]) -> pd.DataFrame:
    rows = [(number, one.zh, one.en, one.traits("zh"), one.traits("en")) for number, one in names.items()]
    frame = pd.DataFrame(rows, columns=["segment_no", *TEXTS])
    return frame.astype("str")


def _joined(rows: pd.Series, names: pd.DataFrame, *, interim: bool) -> pd.DataFrame:
    frame, by = rows.rename("segment_no").to_frame(), names.set_index("segment_no")
    for name in TEXTS:
        frame[name] = frame["segment_no"].map(by[name])
    return frame.assign(interim=interim)


def _by_interim_rule(view: View) -> pd.DataFrame:
    customer = view.customers().set_index("pseudonym")
    customer = customer[customer["status"].isin(IN_NETWORK)]
    values = value_block(view).reindex(customer.index)
    end, joined = pd.Timestamp(months.last_day(view.month)), pd.to_datetime(customer["join_date"])
    tenure = (end.year - joined.dt.year) * 12.0 + (end.month - joined.dt.month)
    rows = interim_segments(values["arpu_fen"], tenure)
    names = pd.DataFrame(
        [(number, *(title["zh"], title["en"]) * 2) for number, title in SEGMENTS.items()],
        columns=["segment_no", *TEXTS],
    )
    return _joined(rows, names, interim=True)
