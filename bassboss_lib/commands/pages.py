"""The commands for people who read and who explore: the page of all runs, a list as Excel, JupyterLab."""

import os
import webbrowser
from typing import Annotated

import typer

from bassboss_lib import flow
from bassboss_lib.commands.app import app
from bassboss_lib.console import console
from bassboss_lib.errors import CallError
from bassboss_lib.workspace import open_workspace

__all__ = ["lab", "report"]


@app.command()
def report(
    open_it: Annotated[bool, typer.Option("--open", help="Open it in the browser.")] = False,
    excel: Annotated[str, typer.Option(metavar="DELIVERY", help="Write this list as .xlsx beside its file.")] = "",
    in_clear: Annotated[
        bool, typer.Option("--in-clear", help="Names and numbers in clear; kept in the ledger.")
    ] = False,
) -> None:
    """Write the page that lists every run, or a list as an Excel file, and say where it is."""
    workspace = open_workspace()
    if in_clear and not excel:
        raise CallError("--in-clear goes with --excel", where="report", remedy="say --excel DELIVERY --in-clear")
    if excel:
        from bassboss_lib.reports.excel import excel_list

        page = excel_list(workspace, excel, language=workspace.settings.language, in_clear=in_clear)
    else:
        from bassboss_lib.reports.index import write_index

        page = write_index(workspace)
    console.print(str(page), markup=False, soft_wrap=True)
    if open_it:
        webbrowser.open(page.as_uri())


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def lab(
    context: typer.Context,
    allow_root: Annotated[bool, typer.Option("--allow-root", help="Let JupyterLab run as root.")] = False,
) -> None:
    """Open JupyterLab on this project and workspace, at its desk: loopback only, with its token.

    What follows is handed to JupyterLab, such as --no-browser or --port=9000.
    """
    from bassboss_lib.lab import START, open_lab

    os.environ["BASSBOSS_WORKSPACE"] = str(open_workspace().root)
    open_lab(flow.home(), START, context.args, allow_root=allow_root)
