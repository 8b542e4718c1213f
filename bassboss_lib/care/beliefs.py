"""What is believed of each form in each segment: a normal belief with partial pooling, updated by every campaign.

    gain of form f in segment s = m_f + d_fs,   m_f ~ N(catalogue's gain, form_sd²),   d_fs ~ N(0, cell_sd²)

A form that helps in one segment is believed to help somewhat in the others, so a segment with few answers borrows from
the rest. Observations are differences of satisfaction with their variances; the posterior is exact. The share reached
is a Beta posterior by form. Beliefs of a month are kept in ``warehouse/care_belief``; a list reads only those of
earlier months.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa

from bassboss_lib.care.catalogue import Catalogue
from bassboss_lib.engine import read_table, write_table
from bassboss_lib.warehouse.partitions import months as delivered_months
from bassboss_lib.warehouse.partitions import partition
from bassboss_lib.workspace import Workspace

__all__ = ["ANY_SEGMENT", "beliefs_of", "matrix", "read_beliefs", "write_beliefs"]

TABLE = "care_belief"
ANY_SEGMENT = "*"
"""Stands for a segment of which nothing was seen: it believes what the others have in common."""
REACH_ANSWERS = 20.0
"""Worth of the catalogue's share reached, in answers."""
COLUMNS = ["segment_id", "care_form", "mean", "sd", "answers", "reach"]


def beliefs_of(
    known: Catalogue, segments: Sequence[str], cells: pd.DataFrame | None = None, worked: pd.DataFrame | None = None
) -> pd.DataFrame:
    """Give the beliefs after everything observed so far.

    Parameters
    ----------
    known : Catalogue
        The prior.
    segments : sequence of str
        Segments that there are.
    cells : DataFrame, optional
        Observed: ``segment_id``, ``care_form``, ``gain`` (points), ``variance``, ``answers``.
    worked : DataFrame, optional
        By ``care_form``: ``tasks`` worked and ``reached``.

    Returns
    -------
    DataFrame
        One row per segment and form, ordered: ``mean`` and ``sd`` of the gain of whoever is reached, ``answers`` it
        rests on, ``reach``.

    Examples
    --------
    >>> from bassboss_lib.care.catalogue import catalogue
    >>> seen = pd.DataFrame({"segment_id": ["S01"], "care_form": ["F12"], "gain": [1.0], "variance": [0.01],
    ...                      "answers": [200]})
    >>> told = beliefs_of(catalogue(), ["S01", "S02"], seen).set_index(["care_form", "segment_id"])["mean"].round(2)
    >>> [float(told["F12", "S01"]), float(told["F12", "S02"]), float(told["F11", "S01"])]
    [0.97, 0.86, 0.5]
    """
    names = sorted(set(segments))
    given = pd.DataFrame(columns=["segment_id", "care_form", "gain", "variance", "answers"]) if cells is None else cells
    parts = []
    for code, form in sorted(known.forms.items()):
        seen = given[given["care_form"] == code].set_index("segment_id").reindex(names)
        mean, sd = _posterior(form.gain, known, seen["gain"].to_numpy(float), seen["variance"].to_numpy(float))
        reach = _reach(form.reach, worked, code)
        answers = pd.to_numeric(seen["answers"]).fillna(0).astype("int64").to_numpy()
        told = {"segment_id": names, "care_form": code, "mean": mean, "sd": sd, "answers": answers, "reach": reach}
        parts.append(pd.DataFrame(told))
    return pd.concat(parts, ignore_index=True)[COLUMNS]


def _posterior(gain: float, known: Catalogue, seen: np.ndarray, variance: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Give mean and standard deviation of the gains of one form in all segments; NaN was not observed."""
    count = len(seen)
    prior = known.belief.form_sd**2 * np.ones((count, count)) + known.belief.cell_sd**2 * np.eye(count)
    told = np.isfinite(seen) & (variance > 0)
    if not told.any():
        return np.full(count, gain), np.sqrt(np.diag(prior))
    across = prior[:, told]
    weight = np.linalg.solve(prior[np.ix_(told, told)] + np.diag(variance[told]), across.T).T
    mean = gain + weight @ (seen[told] - gain)
    return mean, np.sqrt(np.maximum(np.diag(prior - weight @ across.T), 0.0))


def _reach(expected: float, worked: pd.DataFrame | None, code: str) -> float:
    if worked is None:
        return expected
    own = worked[worked["care_form"] == code]
    tasks, reached = float(own["tasks"].sum()), float(own["reached"].sum())
    return (REACH_ANSWERS * expected + reached) / (REACH_ANSWERS + tasks)


def matrix(beliefs: pd.DataFrame, segments: Sequence[str], forms: Sequence[str], column: str) -> np.ndarray:
    """Lay a column of beliefs out, a row per segment and a column per form."""
    wide = beliefs.pivot(index="segment_id", columns="care_form", values=column)
    return wide.reindex(index=list(segments), columns=list(forms)).to_numpy(float)


def write_beliefs(workspace: Workspace, month: str, beliefs: pd.DataFrame) -> Path:
    """Keep the beliefs as of a month's evaluation."""
    table = pa.Table.from_pandas(beliefs.assign(month=month), preserve_index=False)
    return write_table(table, partition(workspace, TABLE, month) / "part-00.parquet", ["care_form", "segment_id"])


def read_beliefs(workspace: Workspace, month: str, known: Catalogue, segments: Sequence[str]) -> pd.DataFrame:
    """Read the newest beliefs before ``month``; a new segment gets what the others share, a new form the prior."""
    earlier = [one for one in delivered_months(workspace, TABLE) if one < month]
    prior = beliefs_of(known, segments)
    if not earlier:
        return prior
    path = partition(workspace, TABLE, earlier[-1]) / "part-00.parquet"
    kept = read_table([path], COLUMNS).to_pandas().set_index(["segment_id", "care_form"])
    own = prior.set_index(["segment_id", "care_form"])
    shared = kept.xs(ANY_SEGMENT, level="segment_id") if ANY_SEGMENT in kept.index.levels[0] else kept.iloc[:0]
    for segment, code in own.index:
        if (segment, code) in kept.index:
            own.loc[(segment, code)] = kept.loc[(segment, code)]
        elif code in shared.index:
            own.loc[(segment, code)] = shared.loc[code]
    return own.reset_index()[COLUMNS].astype({"answers": "int64"})
