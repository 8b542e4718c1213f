"""Source quality (specification chapter 4): rule, figure, band, verdict, for every month delivered.

The rules are data (``rules.yaml``). All figures of one unit that need no second table come from one scan of it; the
expressions are narwhals, so they mean the same on every engine. Verdicts of a month are kept in ``warehouse/quality``.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import narwhals as nw
import pandas as pd
import pyarrow as pa
from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from bassboss_lib import months
from bassboss_lib.engine import Engine, read_table, write_table
from bassboss_lib.errors import CallError, GateRefused, InputRefused
from bassboss_lib.ledger import Ledger
from bassboss_lib.warehouse.partitions import partition, paths
from bassboss_lib.workspace import Workspace, read_yaml

__all__ = ["Rule", "check", "deliveries", "figures", "history", "history_until", "refuse_blocked", "rules"]

NUMBERS = ("figure", "previous", "judged", "low", "high")
RULES = Path(__file__).with_name("rules.yaml")


class Where(BaseModel):
    """Rows that a rule looks at: those whose code is not in a list."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    column: str
    not_in: tuple[str, ...]


class Rule(BaseModel):
    """One figure of one unit and month, and the band it must keep."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str
    unit: str
    dimension: Literal["timeliness", "completeness", "accuracy", "consistency"]
    figure: Literal[
        "rows", "null_share", "code_share", "mean", "sum", "duplicate_share", "orphan_share", "per_customer"
    ]
    columns: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()
    where: Where | None = None
    band: Literal["level", "change"]
    low: float | None = None
    high: float | None = None
    severity: Literal["warn", "block"]
    zh: str
    en: str


def rules(path: Path = RULES) -> tuple[Rule, ...]:
    """Read the rules; raise `CallError` with rule and key if one is wrong."""
    try:
        return TypeAdapter(tuple[Rule, ...]).validate_python(read_yaml(path))
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        raise CallError(f"rule {key}: {first['msg']}", where=path.name, remedy="mend the rule") from error


@dataclass(frozen=True)
class _Scope:
    engine: Engine
    workspace: Workspace
    month: str

    def scan(self, unit: str) -> Any:
        found = paths(self.workspace, unit, [self.month])
        return self.engine.scan(found) if found else None


def check(workspace: Workspace, month: str, path: Path = RULES) -> pd.DataFrame:
    """Judge the units of a month and keep the verdicts.

    Returns
    -------
    DataFrame
        One row per rule: ``rule``, ``unit``, ``dimension``, ``severity``, ``figure``, ``previous`` (the month before,
        missing without one), ``judged`` (the figure or its change), ``low``, ``high``, ``verdict`` (pass, fail or
        unknown where there is nothing to compare), ``zh``, ``en``.

    Raises
    ------
    InputRefused
        If nothing of the month was delivered.
    """
    known = rules(path)
    before = history(workspace, [months.add(month, -1)])
    previous = dict(zip(before["rule"], before["figure"], strict=True)) if len(before) else {}
    with Engine(workspace.warehouse) as engine:
        figures = _figures(_Scope(engine, workspace, month), known)
    if not figures:
        raise InputRefused("nothing of this month was delivered", where=month, remedy="run `bassboss ingest`")
    frame = pd.DataFrame([_verdict(rule, figures.get(rule.id), previous.get(rule.id)) for rule in known])
    frame = frame.astype(dict.fromkeys(NUMBERS, "float64"))
    table = pa.Table.from_pandas(frame.assign(month=month), preserve_index=False)
    write_table(table, partition(workspace, "quality", month) / "part-00.parquet", ["rule"])
    return frame


def history(workspace: Workspace, wanted: list[str]) -> pd.DataFrame:
    """Read the verdicts kept for some months: one row per rule and month."""
    found = paths(workspace, "quality", wanted)
    return read_table(found).to_pandas() if found else pd.DataFrame(columns=["rule", "month", "figure"])


def history_until(workspace: Workspace, month: str, count: int) -> pd.DataFrame:
    """Read the verdicts of the last ``count`` months up to ``month``."""
    return history(workspace, months.span(months.add(month, 1 - count), month))


def deliveries(workspace: Workspace, month: str) -> pd.DataFrame:
    """Read from the ledger what BOSS delivered for a month: one row per delivery, by unit."""
    columns = ["id", "state", "rows", "loaded", "quarantined", "integrity"]
    query = "SELECT * FROM delivery WHERE direction = 'in' AND period = ? ORDER BY unit, rr"
    with Ledger(workspace.ledger) as ledger:
        rows = [dict(row) for row in ledger.rows(query, (month,))]
    return pd.DataFrame(rows, columns=[*columns]) if rows else pd.DataFrame(columns=columns)


def figures(
    verdicts: pd.DataFrame, delivered: pd.DataFrame
) -> tuple[dict[str, float], dict[str, tuple[float, float]], dict[str, int]]:
    """Give what a notebook writes into ``result.json``: figures, no intervals, rows by state."""
    counts = verdicts["verdict"].value_counts()
    names = {"pass": "rules_passed", "fail": "rules_failed", "unknown": "rules_unknown"}
    rows = {name: int(delivered[name].fillna(0).sum()) for name in ("rows", "loaded", "quarantined")}
    return {name: int(counts.get(verdict, 0)) for verdict, name in names.items()}, {}, rows


def refuse_blocked(verdicts: pd.DataFrame, month: str) -> None:
    """Raise `GateRefused` if a blocking rule failed, naming the rules."""
    failed = verdicts.loc[(verdicts["verdict"] == "fail") & (verdicts["severity"] == "block"), "rule"]
    if len(failed):
        raise GateRefused(
            f"source quality refused {month}: {', '.join(failed)}",
            where=f"{len(failed)} of {len(verdicts)} rules",
            kept="the warehouse is unchanged, nothing was published",
            remedy="see `bassboss check`, ask BOSS for a corrected delivery, or waive the rule",
        )


def _figures(scope: _Scope, known: tuple[Rule, ...]) -> dict[str, float | None]:
    figures: dict[str, float | None] = {}
    for unit in dict.fromkeys(rule.unit for rule in known):
        frame = scope.scan(unit)
        if frame is None:
            continue
        of_unit = [rule for rule in known if rule.unit == unit]
        simple = {rule.id: _expression(rule) for rule in of_unit if rule.figure != "orphan_share"}
        figures |= scope.engine.collect(frame.select(**simple), []).to_pylist()[0]
        figures |= {rule.id: _orphan_share(scope, frame, rule) for rule in of_unit if rule.figure == "orphan_share"}
    return {name: None if value is None else float(value) for name, value in figures.items()}


def _expression(rule: Rule) -> Any:
    if rule.figure == "rows":
        return nw.len()
    column = nw.col(rule.columns[0])
    if rule.figure == "null_share":
        return _share(column.is_null())
    if rule.figure == "code_share":
        return _share(column.is_in(rule.codes))
    if rule.figure == "per_customer":
        return column.sum().cast(nw.Float64) / nw.col("pseudonym").n_unique()
    if rule.figure == "duplicate_share":
        return _duplicate_share(rule, column)
    return column.sum() if rule.figure == "sum" else column.mean()


def _share(condition: Any) -> Any:
    return nw.when(condition).then(nw.lit(1.0)).otherwise(nw.lit(0.0)).mean()


def _duplicate_share(rule: Rule, column: Any) -> Any:
    """Rows beyond the first of their value. ``n_unique`` over a condition would count the null, hence the minus."""
    keep = ~nw.col(rule.where.column).is_in(rule.where.not_in) if rule.where else ~column.is_null()
    kept = nw.when(keep).then(nw.lit(1)).otherwise(nw.lit(0))
    distinct = nw.when(keep).then(column).otherwise(nw.lit("")).n_unique()
    outside = (nw.lit(1) - kept).max()
    return (kept.sum() - (distinct - outside)).cast(nw.Float64) / nw.len()


def _orphan_share(scope: _Scope, frame: Any, rule: Rule) -> float | None:
    customer = scope.scan("customer")
    if customer is None:
        return None
    known = customer.select(pseudonym="pseudonym", known=nw.lit(1))
    joined = frame.select(*rule.columns).join(known, left_on=rule.columns[0], right_on="pseudonym", how="left")
    found = scope.engine.collect(joined.select(share=_share(nw.col("known").is_null())), [])
    return found.to_pylist()[0]["share"]


def _verdict(rule: Rule, figure: float | None, previous: float | None) -> dict[str, object]:
    judged = figure if rule.band == "level" else _change(figure, previous)
    verdict = "unknown" if judged is None else "pass" if _inside(rule, judged) else "fail"
    return {
        "rule": rule.id,
        "unit": rule.unit,
        "dimension": rule.dimension,
        "severity": rule.severity,
        "band": rule.band,
        "figure": figure,
        "previous": previous,
        "judged": judged,
        "low": rule.low,
        "high": rule.high,
        "verdict": verdict,
        "zh": rule.zh,
        "en": rule.en,
    }


def _change(figure: float | None, previous: float | None) -> float | None:
    return None if figure is None or not previous else figure / previous - 1


def _inside(rule: Rule, judged: float) -> bool:
    return (rule.low is None or judged >= rule.low) and (rule.high is None or judged <= rule.high)
