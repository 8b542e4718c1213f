"""The commands over our own rooms; each is thin and says what to do next.

``cli`` adds the commands of the stand-in BOSS and turns errors into lines and exit codes.
"""

import math
import os
import sys
import webbrowser
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from bassboss_lib import flow
from bassboss_lib.console import console
from bassboss_lib.errors import CallError
from bassboss_lib.features import dictionary
from bassboss_lib.ledger import Ledger
from bassboss_lib.workspace import open_workspace

__all__ = ["app"]

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="The open workbench that closes the loop between BASS and BOSS. "
    "Every command takes --workspace DIR, --now ISO and --debug.",
)
models = typer.Typer(no_args_is_help=True, help="Stored models.")
app.add_typer(models, name="models")

Month = Annotated[str, typer.Option("--month", "-m", help="Month YYYYMM; the newest delivered if left out.")]


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
    verdicts = judge(workspace, settled)
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
def run(
    target: Annotated[str, typer.Argument(help="Plan (params/NAME.yaml) or notebook (notebooks/NAME.ipynb).")],
    month: Month = "",
    parameter: Annotated[list[str], typer.Option("-p", metavar="NAME VALUE", help="May be repeated.")] = [],  # noqa: B006
    file: Annotated[Path | None, typer.Option("-f", help="YAML file of parameters.")] = None,
) -> None:
    """Run a plan or a notebook, with parameters checked before a kernel starts."""
    given: dict[str, object] = {name: value for name, _, value in (word.partition("=") for word in parameter)}
    if month:
        given["month"] = month
    flow.run_target(open_workspace(), target, given, file)


@models.command("list")
def models_list() -> None:
    """List the stored models, the champion of each source marked."""
    with Ledger(open_workspace().ledger) as ledger:
        rows = ledger.rows(
            "SELECT m.*, c.model IS NOT NULL AS champion FROM model m LEFT JOIN champion c ON c.model = m.id "
            "AND c.source = m.source ORDER BY m.created_at DESC, m.id"
        )
    for row in rows:
        mark = "*" if row["champion"] else " "
        console.print(f"{mark} {row['id']}  {row['function']}  {row['source']}  {row['month']}  {row['created_at']}")


@models.command("show")
def models_show(
    source: Annotated[str, typer.Option(help="boss, or the name of an imported table.")] = "boss",
) -> None:
    """Print the card of the champion."""
    from bassboss_lib.learning import card

    workspace = open_workspace()
    with Ledger(workspace.ledger) as ledger:
        console.print_json(data=card(workspace, ledger, "retention", source))


@app.command()
def features() -> None:
    """Print the feature dictionary."""
    table = Table("name", "group", "unit", "zh", "en", "meaning")
    for feature in dictionary():
        table.add_row(feature.name, feature.group, feature.unit, feature.zh, feature.en, feature.meaning)
    console.print(table)


@app.command()
def report(open_it: Annotated[bool, typer.Option("--open", help="Open it in the browser.")] = False) -> None:
    """Write the page that lists every run, and say where it is."""
    from bassboss_lib.reports.index import write_index

    page = write_index(open_workspace())
    console.print(str(page))
    if open_it:
        webbrowser.open(page.as_uri())


@app.command()
def lab(allow_root: Annotated[bool, typer.Option(help="Let JupyterLab run as root.")] = False) -> None:
    """Open JupyterLab on this project and workspace: loopback only, with its token."""
    workspace = open_workspace()
    os.environ["BASSBOSS_WORKSPACE"] = str(workspace.root)
    words = [
        sys.executable,
        "-m",
        "jupyterlab",
        "--ServerApp.ip=127.0.0.1",
        f"--notebook-dir={flow.home()}",
    ]
    os.execv(sys.executable, words + (["--allow-root"] if allow_root else []))  # noqa: S606 - no shell is meant


@app.command()
def doctor() -> None:
    """Say what is missing on this machine and how to get it."""
    missing = flow.missing()
    for line in missing or ["everything needed is here"]:
        console.print(line)
    if missing:
        raise CallError(f"{len(missing)} missing", where="this machine", remedy="see the lines above")
