"""The command line's application, on which every topic registers its commands."""

from typing import Annotated

import typer

__all__ = ["Month", "app"]

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="The open workbench that closes the loop between BASS and BOSS. "
    "Every command takes --workspace DIR, --now ISO, --log-format json and --debug.",
)
Month = Annotated[str, typer.Option("--month", "-m", help="Month YYYYMM; the newest delivered if left out.")]
