"""The commands around runs: run a plan or notebook, reproduce a run, make a notebook, hand a plan to a scheduler."""

import os
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from bassboss_lib import flow
from bassboss_lib.commands.app import app
from bassboss_lib.console import console
from bassboss_lib.errors import CallError
from bassboss_lib.workspace import open_workspace

__all__ = ["export", "new", "notebooks"]

new = typer.Typer(no_args_is_help=True, help="Make something of one's own.")
app.add_typer(new, name="new")
notebooks = typer.Typer(no_args_is_help=True, help="The notebooks of this project.")
app.add_typer(notebooks, name="notebooks")
export = typer.Typer(no_args_is_help=True, help="Hand a plan to a scheduler: files that work as they are.")
app.add_typer(export, name="export")

Parameters = Annotated[list[str], typer.Option("-p", metavar="NAME VALUE", help="May be repeated.")]
Plan = Annotated[str, typer.Option(help="The plan that is scheduled.")]
Out = Annotated[Path, typer.Option(help="Folder that takes the files.")]


@app.command(context_settings={"help_option_names": []})
def run(  # noqa: PLR0917 - the options of a command
    context: typer.Context,
    target: Annotated[str, typer.Argument(help="Plan (params/NAME.yaml) or notebook (notebooks/NAME.ipynb).")] = "",
    month: Annotated[str, typer.Option("--month", "-m", help="YYYYMM, or 202601..202606: each as of then.")] = "",
    parameter: Parameters = [],  # noqa: B006
    file: Annotated[Path | None, typer.Option("-f", help="YAML file of parameters.")] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on at the step that failed.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Run steps though nothing changed.")] = False,
    start: Annotated[str, typer.Option("--from", metavar="STEP", help="The first step looked at.")] = "",
    only: Annotated[str, typer.Option("--only", metavar="STEP[,STEP]", help="The only steps looked at.")] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would run and why.")] = False,
    as_of: Annotated[bool, typer.Option("--as-of", help="Read what was known when the month was run.")] = False,
    allow_version_drift: Annotated[
        bool, typer.Option(help="Score with other library versions than trained the model; it is written down.")
    ] = False,
    explain: Annotated[bool, typer.Option("--help", help="Show the parameters of the plan or notebook.")] = False,
) -> None:
    """Run a plan or a notebook, with parameters checked before a kernel starts."""
    if explain:
        _explain(context, target)
        return
    if not target:
        raise CallError("a plan or notebook is needed", where="run", remedy="bassboss run monthly")
    from bassboss_lib.learning.drift import ALLOW_DRIFT
    from bassboss_lib.runs import Choice

    given: dict[str, object] = {name: value for name, _, value in (word.partition("=") for word in parameter)}
    if month:
        given["month"] = month
    os.environ[ALLOW_DRIFT] = "1" if allow_version_drift else ""
    choice = Choice(resume, force, start, tuple(name for name in only.split(",") if name))
    act = flow.would_run if dry_run else flow.run_target
    act(open_workspace(), target, given, file, choice, then=as_of)


def _explain(context: typer.Context, target: str) -> None:
    """Print the usage of the command; with a target, what it declares."""
    from bassboss_lib.runs import find
    from bassboss_lib.runs.help import COLUMNS, STEP_COLUMNS, rows, step_rows

    if not target:
        console.print(context.get_help(), markup=False)
        return
    path = find(target, flow.home())
    found = rows(path) if path.suffix == ".ipynb" else step_rows(path, flow.home())
    table = Table(*(COLUMNS if path.suffix == ".ipynb" else STEP_COLUMNS), title=path.stem, title_justify="left")
    for row in found:
        table.add_row(*map(escape, row))
    console.print(table)


@app.command()
def reproduce(
    run_id: Annotated[str, typer.Argument(metavar="RUN", help="A run, as `bassboss status` and its report name it.")],
    open_it: Annotated[bool, typer.Option("--open", help="Open it in JupyterLab.")] = False,
    allow_root: Annotated[bool, typer.Option("--allow-root", help="Let JupyterLab run as root.")] = False,
) -> None:
    """Make an editable copy of a run's notebook, with its parameters and the inputs that it read."""
    from bassboss_lib.lab import open_lab
    from bassboss_lib.runs.reproduce import reproduce as lay

    copy = lay(open_workspace(), run_id)
    console.print(f"notebook  {copy.notebook}\nworkspace {copy.workspace}", markup=False)
    if open_it:
        open_lab(copy.notebook.parent, copy.notebook.name, allow_root=allow_root)


@new.command("notebook")
def new_notebook(name: Annotated[str, typer.Argument(help="NN_function_step, such as 13_retention_offers.")]) -> None:
    """Make a notebook that passes the notebook checks, and its parameter file."""
    from bassboss_lib.runs.new_notebook import new_notebook as make

    for path in make(name, flow.home()):
        console.print(str(path), markup=False)


@notebooks.command("check")
def notebooks_check(
    paths: Annotated[list[Path] | None, typer.Argument(help="Notebooks; all of the project if left out.")] = None,
) -> None:
    """Hold notebooks against the rules of the house."""
    from bassboss_lib.runs.notebook_checks import require_sound

    found = paths or sorted((flow.home() / "notebooks").glob("*.ipynb"))
    require_sound(found)
    console.print(f"{len(found)} notebooks as they should be")


@notebooks.command("release")
def notebooks_release() -> None:
    """Release the notebooks as they are: a later change is named in every run of them."""
    from bassboss_lib.runs.released import write_sums

    console.print(str(write_sums(flow.home() / "notebooks")), markup=False)


@export.command("cron")
def export_cron(plan: Plan = "monthly", out: Out = Path("schedule")) -> None:
    """Write a crontab."""
    _export("cron", plan, out)


@export.command("systemd")
def export_systemd(plan: Plan = "monthly", out: Out = Path("schedule")) -> None:
    """Write units and timers for systemd."""
    _export("systemd", plan, out)


@export.command("airflow")
def export_airflow(plan: Plan = "monthly", out: Out = Path("schedule")) -> None:
    """Write a DAG for Airflow."""
    _export("airflow", plan, out)


def _export(kind: str, plan: str, out: Path) -> None:
    from bassboss_lib.runs.export import export as write

    for path in write(kind, plan, flow.home(), open_workspace(), out):
        console.print(str(path), markup=False)
