"""The commands around a workspace: make one, bring a table in, judge the sources, look at features and the machine."""

import math
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from bassboss_lib import flow
from bassboss_lib.commands.app import Month, app
from bassboss_lib.console import console, under_way
from bassboss_lib.errors import CallError
from bassboss_lib.workspace import open_workspace

__all__: list[str] = []


@app.command()
def init() -> None:
    """Make a workspace with settings to edit."""
    workspace = open_workspace()
    console.print(f"workspace {workspace.root}\nsettings  {workspace.root / 'settings.yaml'}")


@app.command("import")
def import_table(
    mapping: Annotated[Path | None, typer.Argument(help="Mapping YAML of an operator's own table.")] = None,
    files: Annotated[list[Path] | None, typer.Argument(help="The table: CSV, Excel or Parquet.")] = None,
    sketch: Annotated[Path | None, typer.Option(help="Propose a mapping for this file instead.")] = None,
) -> None:
    """Make an operator's own table a source for the training and list notebooks."""
    from bassboss_lib.tariff.importing import import_usage
    from bassboss_lib.tariff.mapping import is_usage_mapping
    from bassboss_lib.warehouse.sketch import sketch as propose
    from bassboss_lib.warehouse.wide import import_table as bring_in

    if sketch is not None:
        typer.echo(propose(sketch))
        return
    if mapping is None or not files:
        raise CallError(
            "a mapping and a file are needed", remedy="bassboss import MAPPING FILE, or import --sketch FILE"
        )
    if is_usage_mapping(mapping):
        usage = import_usage(open_workspace(), mapping, files)
        console.print(
            f"{usage.source}: {usage.customers:,} customers, {usage.months} months, plans {', '.join(usage.plans)}"
        )
        console.print(", ".join(f"{name}: {rows:,} rows" for name, rows in usage.tables.items()))
        console.print(f"next: bassboss run 30_tariff_rehearse -p source {usage.source}")
        return
    report = bring_in(open_workspace(), mapping, files)
    console.print(
        f"{report.source}: {report.rows:,} rows ({report.positives:,} positive), {report.features} features; "
        f"{report.duplicates_dropped:,} exact duplicates dropped"
    )
    for title, names in (("left out as leaking", list(report.left_out)), ("not in the mapping", report.ignored)):
        if names:
            console.print(f"{title}: {', '.join(names)}")
    console.print(f"next: bassboss run 10_retention_train -p source {report.source}")


@app.command()
def check(month: Month = "") -> None:
    """Judge the source quality of a month: rule, figure, band, verdict."""
    from bassboss_lib.warehouse.quality import check as judge
    from bassboss_lib.warehouse.quality import refuse_blocked
    from bassboss_lib.warehouse.quality_verdicts import scores

    workspace = open_workspace()
    settled = flow.newest(workspace, month)
    with under_way("judging") as now:
        verdicts = judge(workspace, settled, progress=now.tell)
    table = Table("rule", "unit", workspace.settings.language, "figure", "judged", "low", "high", "verdict")
    for row in verdicts.to_dict("records"):
        figures = [_plain(row[name]) for name in ("figure", "judged", "low", "high")]
        table.add_row(row["rule"], row["unit"], row[workspace.settings.language], *figures, row["verdict"])
    console.print(table)
    console.print(", ".join(f"{row['unit']} {_plain(row['score'])}" for row in scores(verdicts).to_dict("records")))
    refuse_blocked(verdicts, settled)


def _plain(value: float | None) -> str:
    return "" if value is None or math.isnan(value) else f"{value:.4g}"


@app.command()
def features() -> None:
    """Print the feature dictionary."""
    from bassboss_lib.features import dictionary

    table = Table("name", "group", "unit", "zh", "en", "meaning")
    for feature in dictionary():
        table.add_row(feature.name, feature.group, feature.unit, feature.zh, feature.en, feature.meaning)
    console.print(table)


@app.command()
def doctor() -> None:
    """Say what is missing on this machine and how to get it."""
    missing = flow.missing()
    for line in missing or ["everything needed is here"]:
        console.print(line)
    if missing:
        raise CallError(f"{len(missing)} missing", where="this machine", remedy="see the lines above")
