"""The commands about tariff plans: check a price list, tell a plan in words, compare two, itemise a bill."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from bassboss_lib import flow
from bassboss_lib import months as calendar
from bassboss_lib.commands.app import Month, app
from bassboss_lib.console import console
from bassboss_lib.errors import CallError
from bassboss_lib.workspace import Workspace, open_workspace

if TYPE_CHECKING:  # rating and its libraries are loaded by the commands that use them
    from bassboss_lib.rating.pricelist import Catalogue
    from bassboss_lib.rating.words import Language

__all__ = ["tariff"]

tariff = typer.Typer(no_args_is_help=True, help="Tariff plans.")
app.add_typer(tariff, name="tariff")

FromFile = Annotated[Path | None, typer.Option("--file", help="A price list; else the plans that BOSS delivered.")]
Told = Annotated[str, typer.Option(help="zh or en; the settings' if left out.")]


@tariff.command("check")
def check(file: Annotated[Path, typer.Argument(help="Price list (YAML).")]) -> None:
    """Check a price list, and say at which level each plan can be rehearsed and what it leaves unrated."""
    from bassboss_lib.rating import compile_plans, read_catalogue
    from bassboss_lib.rating.many import explain
    from bassboss_lib.rating.pricelist import unrated

    catalogue = read_catalogue(file)
    for plan, level in zip(catalogue.plans, explain(compile_plans(catalogue)), strict=True):
        free = unrated(catalogue, plan)
        console.print(level + (f"; unrated, at no cost: {', '.join(free)}" if free else ""), markup=False)
    console.print(f"{file.name}: {len(catalogue.plans)} plans, nothing to mend")


@tariff.command("show")
def show(plan: Annotated[str, typer.Argument(help="Plan.")], file: FromFile = None, language: Told = "") -> None:
    """Tell a plan in words."""
    from bassboss_lib.rating.words import show as sentences

    workspace = open_workspace()
    catalogue = _catalogue(workspace, file)
    for line in sentences(catalogue, catalogue.plan(plan), _language(workspace, language)):
        console.print(line, markup=False, soft_wrap=True)


@tariff.command("diff")
def diff(
    first: Annotated[str, typer.Argument(help="Plan.")],
    second: Annotated[str, typer.Argument(help="Another plan.")],
    file: FromFile = None,
    language: Told = "",
) -> None:
    """List the items on which two plans differ."""
    from bassboss_lib.rating.words import differences

    workspace = open_workspace()
    catalogue = _catalogue(workspace, file)
    plans = (catalogue.plan(first), catalogue.plan(second))
    table = Table("item", "title", "unit", first, second)
    for one in differences(catalogue, *plans, _language(workspace, language)):
        table.add_row(one.item, one.title, one.unit, one.first, one.second)
    console.print(table)


@tariff.command("bill")
def bill(
    plan: Annotated[str, typer.Argument(help="Plan.")],
    customer: Annotated[str, typer.Option(help="Pseudonym of the customer.")],
    month: Month = "",
    file: FromFile = None,
    language: Told = "",
) -> None:
    """Itemise what a customer's call records of a month cost under a plan."""
    from bassboss_lib.rating import compile_plans
    from bassboss_lib.rating.delivered import delivered_usage
    from bassboss_lib.rating.itemised import explain_bill
    from bassboss_lib.rating.words import line_words

    workspace = open_workspace()
    settled = flow.newest(workspace, month)
    catalogue = _catalogue(workspace, file, settled)
    chosen = catalogue.plan(plan)
    back = max((one.rollover for one in chosen.allowances), default=0)
    own = delivered_usage(workspace, calendar.span(calendar.add(settled, -back), settled), customer)
    made = explain_bill(compile_plans(catalogue), own.usage, plan, len(own.usage) - 1)
    for line in made.lines:
        words = line_words(catalogue.header, chosen, line, _language(workspace, language))
        console.print(f"{line.amount_fen / 100:12.2f}  {words}", markup=False, soft_wrap=True)
    console.print(f"{made.total_fen / 100:12.2f}  {plan} {settled}, {len(made.charges)} call records", markup=False)


@tariff.command("groups")
def groups(
    plan: Annotated[str, typer.Argument(help="A group plan: of the plans delivered, or of --candidates.")],
    members: Annotated[Path, typer.Argument(help="Who belongs together: CSV of group and customer_id or pseudonym.")],
    month: Month = "",
    months_back: Annotated[int, typer.Option(min=1, max=12, help="Months rehearsed.")] = 3,
    candidates: Annotated[str, typer.Option(help="Name of a file of candidate plans.")] = "",
) -> None:
    """Rehearse a group plan: what groups would pay together, beside what their members pay now."""
    from bassboss_lib.tariff.groups import group_figures, read_members, rehearse_groups
    from bassboss_lib.tariff.keeping import kept_material
    from bassboss_lib.tariff.prepare import named_candidates

    workspace = open_workspace()
    given = kept_material(workspace, flow.newest(workspace, month), "", months_back)
    offered = {one.id: one for one in named_candidates(workspace, candidates, given.catalogue)}
    chosen = offered.get(plan) or given.catalogue.plan(plan)
    table = rehearse_groups(given, chosen, read_members(workspace, members))
    said = group_figures(table)
    p5, p50, p95, whole = (said[name] / 100 for name in ("p5_fen", "p50_fen", "p95_fen", "change_fen"))
    console.print(f"{said['groups']:,} groups of {said['members']:.1f} members on {plan}, {months_back} months")
    console.print(f"pay less {said['winners']:.1%}, pay more {said['losers']:.1%} (within a yuan: the same)")
    console.print(f"change a month, yuan: P5 {p5:,.2f}, P50 {p50:,.2f}, P95 {p95:,.2f}; all groups {whole:,.2f}")


def _catalogue(workspace: Workspace, file: Path | None, month: str = "") -> "Catalogue":
    from bassboss_lib.rating import read_catalogue
    from bassboss_lib.rating.delivered import delivered_catalogue

    return read_catalogue(file) if file is not None else delivered_catalogue(workspace, flow.newest(workspace, month))


def _language(workspace: Workspace, wanted: str) -> "Language":
    told = wanted or workspace.settings.language
    if told not in ("zh", "en"):
        raise CallError(f"language {told!r} is not known", where="--language", remedy="say zh or en")
    return told  # type: ignore[return-value]
