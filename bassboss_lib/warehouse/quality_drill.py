"""From a rule that failed to the codes behind it: which region, brand, fee item or kind the offending rows have.

It stops at codes. A code with few rows could point at a person, so cells below ten rows are not given.
"""

from collections.abc import Sequence
from pathlib import Path

import narwhals as nw
import pandas as pd

from bassboss_lib import months
from bassboss_lib.engine import Engine
from bassboss_lib.warehouse.quality_figures import measures
from bassboss_lib.warehouse.quality_passes import Measure, Tables, term
from bassboss_lib.warehouse.quality_rules import REGION_KINDS, ROW_KINDS, RULES, Rule, rules
from bassboss_lib.warehouse.quality_tables import tables_of
from bassboss_lib.workspace import Workspace

__all__ = ["CELL_ROWS_MIN", "offenders"]

CELL_ROWS_MIN = 10
COLUMNS = ["rule", "column", "code", "value", "compared"]


def offenders(workspace: Workspace, month: str, judged: pd.DataFrame, path: Path = RULES) -> pd.DataFrame:
    """Count offending rows by code, for the rules of a month that failed or are waived.

    Parameters
    ----------
    workspace : Workspace
        Whose warehouse is read.
    month : str
        Month judged.
    judged : DataFrame
        Its verdicts, as `quality.check` gives them.

    Returns
    -------
    DataFrame
        One row per rule and code, the largest first: ``rule``, ``column``, ``code``, ``value`` (what the rule sums,
        missing where it comes from 1 to 9 rows), ``compared`` (what that is divided by; of sums and row counts, the
        value of the month before).
    """
    outside = set(judged.loc[judged["verdict"].isin(["fail", "waived"]), "rule"])
    asked = [
        rule for rule in rules(path) if rule.id in outside and rule.drill and rule.kind in ROW_KINDS | REGION_KINDS
    ]
    with Engine(workspace.warehouse) as engine:
        tables = tables_of(workspace, engine, month)
        found = [_drilled(tables, rule) for rule in asked]
    return pd.concat(found, ignore_index=True) if found else pd.DataFrame(columns=COLUMNS)


def _drilled(tables: Tables, rule: Rule) -> pd.DataFrame:
    above, below = measures(rule)
    now = _by_code(tables, rule, tables.month, [above, below or above])
    if below is None:
        before = _by_code(tables, rule, months.add(tables.month, -1), [above, above])
        earlier = before["m0"].astype(float).mask(_few(before["rows"])).rename("m1")
        now = now.drop(columns="m1").join(earlier, how="outer")
    elif not below[0]:
        now["m1"] = now["m1"].astype(float).mask(_few(now["m1"]))
    shown = now.assign(value=now["m0"].astype(float).mask(_few(now["rows"])), compared=now["m1"].astype(float))
    shown = shown.rename_axis("code").reset_index().sort_values(["value", "code"], ascending=[False, True])
    return shown.assign(rule=rule.id, column=rule.drill)[COLUMNS]


def _by_code(tables: Tables, rule: Rule, month: str, wanted: Sequence[Measure]) -> pd.DataFrame:
    """Sum measures by the rule's code, with the number of rows behind the first."""
    frame = tables.scan(rule.unit, month)
    names = ["rows", "m0", "m1"]
    if frame is None:
        return pd.DataFrame(columns=names)
    parts = [("", wanted[0][1]), *wanted]
    terms = {name: term(part, month) for name, part in zip(names, parts, strict=True)}
    summed = (
        frame.select(code=nw.col(rule.drill), **terms).group_by("code").agg(*(nw.col(name).sum() for name in names))
    )
    return tables.collect(summed).to_pandas().set_index("code").sort_index()


def _few(rows: pd.Series) -> pd.Series:
    return rows.between(1, CELL_ROWS_MIN - 1)
