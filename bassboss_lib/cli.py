"""The command line: errors as one line with their exit code, quiet when piped.

It is the only place that knows both sides: our own rooms, whose commands are in ``commands``, and the stand-in BOSS.
Rooms are imported where a command needs them: a plan that has nothing to do should end at once.
"""

import os
import sys
from typing import Annotated, Literal

import typer

from bassboss_lib.commands import app
from bassboss_lib.console import console
from bassboss_lib.errors import BassbossError
from bassboss_lib.reports.mask import mask, mask_logs, masked_traceback
from bassboss_lib.workspace import open_workspace

__all__ = ["main"]

boss = typer.Typer(
    no_args_is_help=True, help="The stand-in BOSS: deliver a month; act on our lists; its truth; its marginals."
)
app.add_typer(boss, name="boss")
CdrForm = Literal["auto", "dat", "parquet"]


def main(arguments: list[str] | None = None) -> None:
    """Run a command; leave with its exit code."""
    given, debug = _take_global(list(sys.argv[1:] if arguments is None else arguments))
    mask_logs()
    try:
        sys.exit(app(given, standalone_mode=False) or 0)
    except BassbossError as error:
        _leave(error.line(), error.exit_code, debug)
    except KeyboardInterrupt:
        _leave("stopped | next: run the same command again", 130, debug)
    except typer.Exit as leaving:
        sys.exit(leaving.exit_code)
    except Exception as error:
        usage = getattr(error, "format_message", None)
        if usage is not None:
            _leave(f"{usage()} | next: see `bassboss --help`", 2, debug)
        _leave(
            f"a bug of ours: {type(error).__name__}: {error} | next: run again with --debug and report it",
            1,
            debug,
        )


def _take_global(given: list[str]) -> tuple[list[str], bool]:
    """Take what every command takes out of the call, wherever it stands; ``-p`` and what it names become one word."""
    rest: list[str] = []
    words = iter(given)
    for word in words:
        name, _, value = word.partition("=")
        if name in ("--workspace", "--now", "--log-format"):
            os.environ["BASSBOSS_" + name[2:].upper().replace("-", "_")] = value or next(words, "")
        elif word == "-p":
            named = next(words, "")
            rest.append(f"-p{named}" if "=" in named else f"-p{named}={next(words, '')}")
        elif word != "--debug":
            rest.append(word)
    return rest, "--debug" in given


def _leave(line: str, code: int, debug: bool) -> None:
    if debug:
        print(masked_traceback(), file=sys.stderr)
    print(mask(" ".join(line.split())), file=sys.stderr)
    sys.exit(code)


@app.command()
def demo(
    customers: Annotated[int, typer.Option(min=200, help="Customers of the stand-in BOSS.")] = 10_000,
) -> None:
    """Show the whole loop on the stand-in BOSS: fifteen months, then six times list, answer and evaluation."""
    from bassboss_lib import boss as stand_in
    from bassboss_lib import demo as demonstration

    demonstration.demo(stand_in, customers)


@boss.command("deliver")
def boss_deliver(
    month: Annotated[str, typer.Option("--month", "-m", help="Month YYYYMM.")],
    customers: Annotated[int | None, typer.Option(min=50, help="For a world that opens now.")] = None,
    fault: Annotated[list[str], typer.Option(help="Fault to plant, such as I05; may be repeated.")] = [],  # noqa: B006
    cdr_form: Annotated[
        CdrForm, typer.Option(help="Call records as text or Parquet; auto goes by their number.")
    ] = "auto",
) -> None:
    """Advance the stand-in BOSS to a month and write its files into the inbox."""
    from bassboss_lib import boss as stand_in

    files = stand_in.deliver(open_workspace(), month, customers=customers, fault=fault, cdr_form=cdr_form)
    console.print(f"{month}: {len(files)} files in the inbox")


@boss.command("respond")
def boss_respond(
    month: Annotated[str, typer.Option("--month", "-m", help="Month YYYYMM, delivered.")],
    personality: Annotated[str, typer.Option(help="How BOSS answers: prompt, sloppy or hostile.")] = "prompt",
) -> None:
    """Let the stand-in BOSS act on our lists after a month, live the next one, and answer into the inbox."""
    from bassboss_lib import boss as stand_in

    console.print(f"{month}: {stand_in.respond(open_workspace(), month, personality=personality).line()}")


@boss.command("truth")
def boss_truth(month: Annotated[str, typer.Option("--month", "-m", help="Month YYYYMM.")]) -> None:
    """Say where the truth of a month lies and what it holds on average."""
    from bassboss_lib import boss as stand_in

    table = stand_in.truth(open_workspace(), month)
    mean = sum(table["churn_probability_3m"].to_pylist()) / table.num_rows
    console.print(f"{month}: {table.num_rows:,} customers, mean probability of voluntary churn {mean:.4f}")


@boss.command("describe")
def boss_describe() -> None:
    """Print the marginals of the stand-in BOSS, beside public facts."""
    from bassboss_lib import boss as stand_in

    workspace = open_workspace()
    figures = stand_in.describe(workspace)
    for name, value in figures.items():
        console.print(f"{name}: {value}")
    for shown in stand_in.twins_show(workspace):
        console.print(f"contact, {shown.line()}")
    for name, frame in stand_in.portrait(workspace).items() if figures["months"] else ():
        console.print(f"\n{name}\n{frame.round(4).to_string(index=False)}")


@boss.command("replicate")
def boss_replicate(
    month: Annotated[str, typer.Option("--month", "-m", help="Month YYYYMM that was lived.")],
    times: Annotated[int, typer.Option(min=2, help="How often everybody is to be there.")],
) -> None:
    """Deliver a lived month with every customer several times over, under new keys: material for benchmarks."""
    from bassboss_lib import boss as stand_in

    files = stand_in.deliver_replicated(open_workspace(), month, times)
    console.print(f"{month}: {len(files)} files in the inbox")


if __name__ == "__main__":
    main()
