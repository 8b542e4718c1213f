"""Feedback as it stands: of every assignment the row with the highest feedback number, whatever came when.

Every version stays in the warehouse as it was delivered; this is only the reading of it.
"""

import pyarrow as pa
import pyarrow.compute as pc

from bassboss_lib.contracts import unit, warehouse_schema
from bassboss_lib.engine import read_table
from bassboss_lib.errors import CallError
from bassboss_lib.warehouse.partitions import months, paths
from bassboss_lib.workspace import Workspace

__all__ = ["feedback"]

NUMBER = "feedback_no"


def feedback(workspace: Workspace, name: str) -> pa.Table:
    """Read a feedback unit.

    Parameters
    ----------
    workspace : Workspace
        Its warehouse.
    name : str
        ``retention_feedback``, ``survey_feedback`` or ``care_feedback``.

    Returns
    -------
    pyarrow.Table
        One row per campaign (or survey) and customer, by pseudonym: the one with the highest ``feedback_no``; of two
        with the same number, the one of the later period. Ordered by its key.

    Raises
    ------
    CallError
        If the unit is no feedback.
    """
    what = unit(name)
    if not what.feedback:
        raise CallError("not a feedback unit", where=name, remedy="see `bassboss units`")
    files = paths(workspace, what.name, months(workspace, what.name))
    tables = [read_table([path]) for path in files]
    rows = pa.concat_tables(tables or [warehouse_schema(what).empty_table()])
    key = [what.field(one).stored_as for one in what.key if one != NUMBER]
    placed = rows.append_column("place", pa.array(range(rows.num_rows), pa.int64()))
    ordered = placed.sort_by([(one, "ascending") for one in [*key, NUMBER, "place"]])
    if ordered.num_rows < 2:
        return ordered.drop_columns(["place"])
    last = pa.array([False] * (ordered.num_rows - 1))
    for one in key:
        column = ordered[one].combine_chunks()
        last = pc.or_(last, pc.not_equal(column[:-1], column[1:]))
    return ordered.filter(pa.concat_arrays([last, pa.array([True])])).drop_columns(["place"])
