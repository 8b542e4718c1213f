"""The commands of the interface layer: what comes in, what is answered, what leaves, what was set aside."""

import json
import sys
from typing import Annotated

import typer
from rich.table import Table

from bassboss_lib import flow
from bassboss_lib.commands.app import Month, app
from bassboss_lib.console import console
from bassboss_lib.ledger import Ledger
from bassboss_lib.reports.mask import mask
from bassboss_lib.workspace import open_workspace

__all__ = ["quarantine"]

quarantine = typer.Typer(no_args_is_help=True, help="Refused rows: masked, and judged again.")
app.add_typer(quarantine, name="quarantine")

Delivery = Annotated[str, typer.Argument(help="A delivery, as `bassboss status` names it.")]


def _warn(lines: list[str]) -> None:
    """Say on standard error what somebody should look at."""
    for line in lines:
        print(mask(line), file=sys.stderr)


@app.command()
def ingest(
    month: Month = "",
    accept_volume: Annotated[
        list[str], typer.Option(help="Stem of a delivery whose number of rows is right; it is written down.")
    ] = [],  # noqa: B006
) -> None:
    """Bring the inbox into the warehouse, with receipts of our own."""
    flow.ingest(open_workspace(), month, accept_volume)


@app.command()
def receive() -> None:
    """Bring BOSS's receipts and feedback into the ledger and the warehouse."""
    from bassboss_lib.exchange import receive as take
    from bassboss_lib.warehouse.load import load

    report = take(open_workspace(), load)
    console.print(report.line())
    for line in report.feedback.waiting:
        console.print(f"waiting for: {line}")
    _warn(report.warnings())


@app.command()
def status(
    check: Annotated[bool, typer.Option("--check", help="Leave with 11 if something is overdue or refused.")] = False,
) -> None:
    """Show deliveries, runs and campaigns; with --check, what is overdue, disputed or refused."""
    from bassboss_lib.campaigns import campaign_months
    from bassboss_lib.exchange.overdue import require_nothing_overdue, what_is_overdue
    from bassboss_lib.warehouse.versions import stale

    workspace = open_workspace()
    if campaign_months(workspace):
        from bassboss_lib.retention.outcomes import place_of_campaigns

        for place in place_of_campaigns(workspace, flow.newest(workspace, "")):
            console.print(place.line(), markup=False)
    with Ledger(workspace.ledger) as ledger:
        for title, query in flow.STATUS.items():
            table = Table(title=title, title_justify="left")
            rows = ledger.rows(query)
            for name in rows[0].keys() if rows else ():
                table.add_column(name, min_width=max(len(str(row[name])) for row in rows) if name == "id" else None)
            for row in rows:
                table.add_row(*("" if value is None else str(value) for value in row))
            console.print(table if rows else f"{title}: none")
        for restated in stale(workspace, ledger):
            console.print(f"stale: {restated.line()}", markup=False)
        for one in what_is_overdue(workspace, ledger):
            console.print(f"{one.fault}: {one.where}: {one.what}; next: {one.remedy}", markup=False)
        if check:
            require_nothing_overdue(workspace, ledger)


@app.command()
def release(delivery: Delivery) -> None:
    """Let a staged list leave for BOSS, if nobody on it has opted out meanwhile."""
    from bassboss_lib.exchange import release as let_leave
    from bassboss_lib.warehouse.do_not_contact import gates_of

    workspace = open_workspace()
    with Ledger(workspace.ledger) as ledger:
        published = let_leave(workspace, ledger, delivery, gates_of(workspace, delivery))
    console.print(f"{published.id}: {published.state}")


@app.command()
def correct(delivery: Delivery) -> None:
    """Send again the rows that BOSS refused of a list that it accepted in part.

    For retention, survey and care lists (31001, 32001, 33001, by month or by day). Number and name are taken from the
    vault as they are now, whoever opted out meanwhile is left out, and nothing else is altered: for other changes run
    the list again. The correction has mode a and the next resend number, and quotes the receipt.
    """
    from bassboss_lib.warehouse.correcting import correct_list

    published = correct_list(open_workspace(), delivery)
    console.print(f"{published.id}: {published.state}{', as before' if published.already else ''}")


@app.command()
def withdraw(delivery: Delivery) -> None:
    """Take back a list that BOSS has neither picked up nor answered."""
    from bassboss_lib.exchange import withdraw as take_back

    workspace = open_workspace()
    with Ledger(workspace.ledger) as ledger:
        console.print(f"{delivery}: {take_back(workspace, ledger, delivery).state}")


@app.command()
def recover() -> None:
    """Put right what an interrupted publication left: finish it or take it back."""
    from bassboss_lib.exchange import recover as put_right

    workspace = open_workspace()
    with Ledger(workspace.ledger) as ledger:
        for line in put_right(workspace, ledger) or ["nothing to recover"]:
            console.print(line)


@quarantine.command("list")
def quarantine_list() -> None:
    """List what lies in quarantine: by delivery, how many rows, and why."""
    from bassboss_lib.exchange.replay import kept

    table = Table("delivery", "rows", "codes")
    for one in kept(open_workspace()):
        table.add_row(one.delivery, f"{one.rows:,}", json.dumps(one.reasons).strip("{}").replace('"', ""))
    console.print(table if table.row_count else "nothing in quarantine")


@quarantine.command("show")
def quarantine_show(
    delivery: Delivery,
    limit: Annotated[int, typer.Option(min=1, help="Rows shown at most.")] = 20,
    clear: Annotated[bool, typer.Option("--clear", help="Show lines as they came; it is written down.")] = False,
) -> None:
    """Show refused rows of a delivery, personal fields masked."""
    from bassboss_lib.exchange.replay import show

    workspace = open_workspace()
    if clear:
        with Ledger(workspace.ledger) as ledger:
            ledger.event(workspace.now, "quarantine shown in clear", delivery, {"limit": limit})
    for row in show(workspace, delivery, workspace.settings.language, limit=limit, clear=clear):
        line = f"{row.file}, line {row.line}: {row.code} {row.field} {row.reason}: {row.text}"
        typer.echo(line if clear else mask(line))


@quarantine.command("replay")
def quarantine_replay(delivery: Delivery) -> None:
    """Judge the rows of a delivery again, after a declaration or value list was mended."""
    from bassboss_lib.exchange.replay import replay
    from bassboss_lib.warehouse.load import load

    left = replay(open_workspace(), load, delivery)
    console.print(f"{left.delivery}: {left.rows:,} rows still refused")
