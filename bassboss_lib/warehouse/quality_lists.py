"""The same rules for what we send: a list is judged like a delivery, before it may leave.

The rules are ``rules_lists.yaml``; verdicts are kept in ``warehouse/list_quality``, so that a list is compared with
those of the months before. Only figures are kept, never a row.
"""

from collections.abc import Callable
from pathlib import Path

import narwhals as nw
import pandas as pd
import pyarrow as pa

from bassboss_lib.contracts import Unit
from bassboss_lib.warehouse.quality import keep
from bassboss_lib.warehouse.quality_figures import figures_of
from bassboss_lib.warehouse.quality_passes import Tables, repeats_grouped
from bassboss_lib.warehouse.quality_rules import KEY_KINDS, LIST_RULES, ROW_KINDS, rules
from bassboss_lib.warehouse.quality_verdicts import refuse_blocked, verdicts
from bassboss_lib.workspace import Workspace

__all__ = ["check_list", "list_gate"]


def check_list(workspace: Workspace, unit: Unit, period: str, table: pa.Table, path: Path = LIST_RULES) -> pd.DataFrame:
    """Judge a list of a unit and period, and keep the verdicts.

    Parameters
    ----------
    period : str
        Of the delivery. A list of a day and that of its month share one place; the later one stands there.
    table : pyarrow.Table
        The list as the unit declares it.

    Returns
    -------
    DataFrame
        One row per rule of the unit, as `quality_verdicts.verdicts` gives it.
    """
    month = period[:6]
    known = [rule for rule in rules(path) if rule.unit == unit.name]
    if not known:
        return verdicts(known, {}, {}, {}, workspace.now.date())
    frame = nw.from_native(_numbers(unit, table))
    tables = Tables(month, lambda _unit, _month: frame, nw.to_native, repeats_grouped)
    found = figures_of(tables, [rule for rule in known if rule.kind in ROW_KINDS | KEY_KINDS])
    return keep(workspace, month, known, found, f"list_quality/{unit.name}")


def list_gate(workspace: Workspace, unit: Unit, period: str) -> Callable[[pa.Table], None]:
    """Give the gate that publishing calls: it raises `GateRefused` (exit 5) if a blocking rule fails."""

    def gate(table: pa.Table) -> None:
        refuse_blocked(check_list(workspace, unit, period, table), f"list {unit.code} of {period}")

    return gate


def _numbers(unit: Unit, table: pa.Table) -> pa.Table:
    """Turn decimals, which are text in files, into numbers."""
    for one in unit.fields:
        if one.type == "decimal" and one.name in table.column_names:
            place = table.column_names.index(one.name)
            table = table.set_column(place, one.name, table[one.name].cast(pa.float64()))
    return table
