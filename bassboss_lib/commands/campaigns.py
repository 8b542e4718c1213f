"""The commands of the closed loop: effects for any randomised table, and every campaign's place in the loop."""

from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from bassboss_lib.commands.app import app
from bassboss_lib.console import console
from bassboss_lib.errors import CallError
from bassboss_lib.learning import Estimate
from bassboss_lib.workspace import open_workspace

__all__ = ["campaigns"]


def _said(one: Estimate, share: bool) -> str:
    if share:
        return f"{one.value * 100:+.2f} pp [{one.low * 100:+.2f}, {one.high * 100:+.2f}]"
    return f"{one.value:+.4g} [{one.low:+.4g}, {one.high:+.4g}]"


@app.command()
def evaluate(
    file: Annotated[Path | None, typer.Option(help="Table: one row per customer of a randomised campaign.")] = None,
    mapping: Annotated[Path | None, typer.Option(help="YAML: treatment, outcome, covariates.")] = None,
) -> None:
    """Give effects, Qini with interval and verdict for any randomised table."""
    from bassboss_lib.campaigns.table import evaluate_table, read_randomised_mapping
    from bassboss_lib.campaigns.verdicts import VERDICTS

    if file is None or mapping is None:
        raise CallError("a file and a mapping are needed", remedy="bassboss evaluate --file FILE --mapping MAPPING")
    what = read_randomised_mapping(mapping)
    found, share = evaluate_table(file, what), not what.outcome.number
    console.print(f"{what.name}: {found.rows['treated']:,} treated, {found.rows['control']:,} controls, "
                  f"{found.rows['left_out']:,} rows left out", markup=False)  # fmt: skip
    console.print(f"effect on {what.outcome.column}: {_said(found.effect, share)}", markup=False)
    console.print(f"adjusted for covariates: {_said(found.adjusted, share)}", markup=False)
    if found.ordering is not None:
        one = found.ordering.qini
        console.print(f"Qini of an effect model: {one.value:.5f} [{one.low:.5f}, {one.high:.5f}] per customer "
                      "(0 = a random order; area between the curve and its chord)", markup=False)  # fmt: skip
    if len(found.groups):
        table = Table("column", "group", "rows", "effect", "pooled")
        for row in found.groups.to_dict("records"):
            effect = _said(Estimate(row["value"], row["low"], row["high"]), share)
            drawn = f"{row['pooled'] * 100:+.2f} pp" if share else f"{row['pooled']:+.4g}"
            table.add_row(row["column"], row["group"], f"{row['rows']:,}", effect, drawn)
        console.print(table)
    zh, en = VERDICTS[found.verdict]
    console.print(f"verdict: {en} ({zh})")


@app.command()
def campaigns(
    month: Annotated[str, typer.Option("--month", "-m", help="Up to which month; the newest delivered.")] = "",
) -> None:
    """Show every campaign's place in the loop: planned, sent, answered, followed, mature."""
    from bassboss_lib import flow
    from bassboss_lib.retention.outcomes import place_of_campaigns

    workspace = open_workspace()
    table = Table("campaign", "listed", "controls", "list", "answers", "months known", "place")
    for one in place_of_campaigns(workspace, flow.newest(workspace, month)):
        known = f"{one.known_months}/3"
        table.add_row(one.campaign, f"{one.listed:,}", f"{one.controls:,}", one.delivery, f"{one.answers:,}", known,
                      one.place)  # fmt: skip
    console.print(table if table.row_count else "no campaign yet")
