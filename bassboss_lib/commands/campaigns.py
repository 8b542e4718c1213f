"""The commands of the closed loop: effects for any randomised table, and every campaign's place in the loop."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from bassboss_lib.commands.app import app
from bassboss_lib.console import console
from bassboss_lib.errors import CallError
from bassboss_lib.learning import Estimate
from bassboss_lib.workspace import open_workspace

if TYPE_CHECKING:
    from bassboss_lib.campaigns.table import RandomisedMapping, TableEffects

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
    """Give effects, Qini with interval and verdict for any randomised table.

    The mapping, such as:

    \b
    name: spring_mail
    zh: 春季邮件
    en: Spring mail
    format: csv
    treatment: {column: segment, treated: [Mail], control: [No mail]}
    outcome: {column: visit, positive: "1", better: more}
    probability: 0.5
    covariates: \\[recency, history]
    segments: \\[channel]

    An outcome in money has number: true instead of positive. The probability of treatment, covariates, segments and
    stratum (columns within which chance decided) may be left out.
    """
    from bassboss_lib.campaigns.table import evaluate_table, read_randomised_mapping
    from bassboss_lib.campaigns.verdicts import VERDICTS

    if file is None or mapping is None:
        raise CallError("a file and a mapping are needed", remedy="bassboss evaluate --file FILE --mapping MAPPING")
    what = read_randomised_mapping(mapping)
    found = evaluate_table(file, what)
    for line in _lines(found, what):
        console.print(line, markup=False)
    if len(found.groups):
        console.print(_groups(found, share=not what.outcome.number))
    zh, en = VERDICTS[found.verdict]
    console.print(f"verdict: {en} ({zh})")


def _lines(found: "TableEffects", what: "RandomisedMapping") -> list[str]:
    """Say who was compared, what happened in each arm, the effect, and whether customers differ in it."""
    share, column = not what.outcome.number, what.outcome.column
    treated, control = (f"{found.means[arm]:.2%}" if share else f"{found.means[arm]:.4g}" for arm in found.means)
    lines = [
        f"{what.name}: {found.rows['treated']:,} treated, {found.rows['control']:,} controls, "
        f"{found.rows['left_out']:,} rows left out; intervals are of 95 %",
        f"mean of {column}: {treated} of the treated, {control} of the controls",
        f"effect on {column}: {_said(found.effect, share)}",
        f"adjusted for covariates: {_said(found.adjusted, share)}",
    ]
    if found.ordering is None:
        return lines
    one = found.ordering.qini
    differ = "customers differ in the effect" if one.low > 0 else "no difference between customers is proven"
    return [
        *lines,
        f"Qini of an effect model: {one.value:.5f} [{one.low:.5f}, {one.high:.5f}] per customer: {differ}",
        "    (0 = a random order; area between the curve and its chord)",
    ]


def _groups(found: "TableEffects", *, share: bool) -> Table:
    table = Table("column", "group")
    for title in ("rows", "effect", "pooled"):
        table.add_column(title, justify="right")
    for row in found.groups.to_dict("records"):
        effect = _said(Estimate(row["value"], row["low"], row["high"]), share)
        drawn = f"{row['pooled'] * 100:+.2f} pp" if share else f"{row['pooled']:+.4g}"
        table.add_row(row["column"], row["group"], f"{row['rows']:,}", effect, drawn)
    return table


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
