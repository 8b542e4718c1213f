"""The command that searches for the plan that earns most: `bassboss tariff search SPACE.yaml`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from bassboss_lib import flow
from bassboss_lib.commands.app import Month
from bassboss_lib.commands.tariff import tariff
from bassboss_lib.console import console, step
from bassboss_lib.workspace import open_workspace

if TYPE_CHECKING:  # the search and its libraries are loaded by the command that uses them
    from bassboss_lib.tariff.searching import Searched

__all__ = ["search"]


@tariff.command("search")
def search(
    space: Annotated[Path, typer.Argument(help="What may be designed: bounds, steps, objective, constraints (YAML).")],
    month: Month = "",
    source: Annotated[str, typer.Option(help="An imported usage source; else BOSS's deliveries.")] = "",
    months_back: Annotated[int, typer.Option(min=1, max=12, help="Months of usage searched on.")] = 3,
    parity_min: Annotated[float, typer.Option(min=0, max=1, help="Least share of bills within 1 fen.")] = 0.99,
) -> None:
    """Search the plan that earns most within bounds, judge it on held-out customers, and keep it as a candidate."""
    from bassboss_lib.tariff.candidates import write_plan
    from bassboss_lib.tariff.prepare import candidates_folder, prepare
    from bassboss_lib.tariff.searching import run_search, store_search
    from bassboss_lib.tariff.space import read_space

    asked, workspace = read_space(space), open_workspace()
    settled = "none" if source else flow.newest(workspace, month)
    with step("search") as under_way:
        about = {"months_back": months_back, "candidates": "", "parity_min": parity_min}
        given = prepare(workspace, settled, source or "", **about)  # type: ignore[arg-type]
        done = run_search(given.material, asked)
        under_way.outcome = f"{sum(len(one.tried) for one in done.found):,} designs, {done.customers:,} customers"
    _tell(done)
    folder = candidates_folder(workspace)
    folder.mkdir(exist_ok=True)
    store_search(workspace, asked.name, done)
    path = write_plan(folder / f"{asked.name}.yaml", done.plans)
    console.print(f"kept as {path}\nnext: bassboss run 30_tariff_rehearse -p candidates {asked.name}", soft_wrap=True)


def _tell(done: "Searched") -> None:
    """Print winners, how they were judged, how optimistic the search was, and the front of gain against losers."""
    from bassboss_lib.tariff.search import pareto

    for plan, one, gap in zip(done.plans, done.found, done.exact_gap_fen, strict=True):
        console.print(f"{plan.id}: " + ", ".join(f"{name} {value:g}" for name, value in one.winner.items()))
        judged = one.judged
        band = f"P10 {judged['p10']:.1f}, P50 {judged['p50']:.1f}, P90 {judged['p90']:.1f}"
        lost = f"cannibalised {judged['cannibalisation']:.1%} of the margin"
        console.print(f"gain per customer and month, held-out customers: {judged['objective']:.1f} fen ({band})")
        console.print(f"take-up {judged['take_up']:.2%}, losers among takers {judged['losers']:.1%}, {lost}")
        console.print(f"optimism (searched minus held-out): {one.optimism_fen:.1f} fen")
        console.print(f"rated call by call its bills are {gap:+.1f} fen from what the search took them for")
        front = pareto(one.tried[one.tried["kept"]]).tail(8)
        table = Table("losers", "gain (fen)", "fee (step)", title="gain against losers")
        for row in front.itertuples():
            table.add_row(f"{row.losers:.1%}", f"{row.objective:.1f}", str(row.fee_yuan))
        console.print(table)
