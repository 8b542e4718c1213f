"""The commands of the model store: what there is, what it says, who scores, and the way back."""

from typing import Annotated

import typer
from rich.table import Table

from bassboss_lib.commands.app import app
from bassboss_lib.console import console
from bassboss_lib.ledger import Ledger
from bassboss_lib.workspace import open_workspace

__all__ = ["models"]

models = typer.Typer(no_args_is_help=True, help="Stored models: champion, challengers, and the way back.")
app.add_typer(models, name="models")

Function = Annotated[str, typer.Option(help="What the model is for.")]
Source = Annotated[str, typer.Option(help="boss, or the name of an imported table.")]
Model = Annotated[str, typer.Argument(help="Id of a model, as `bassboss models list` shows it.")]


@models.command("list")
def models_list() -> None:
    """List the stored models, the champion of each source marked."""
    with Ledger(open_workspace().ledger) as ledger:
        rows = ledger.rows(
            "SELECT m.*, c.model IS NOT NULL AS champion FROM model m LEFT JOIN champion c ON c.model = m.id "
            "AND c.source = m.source AND c.function = m.function ORDER BY m.created_at DESC, m.id"
        )
    for row in rows:
        mark = "*" if row["champion"] else " "
        console.print(f"{mark} {row['id']}  {row['function']}  {row['source']}  {row['month']}  {row['created_at']}")


@models.command("show")
def models_show(
    model: Annotated[str, typer.Argument(help="Id; the champion if left out.")] = "",
    source: Source = "boss",
    function: Function = "retention",
    words: Annotated[bool, typer.Option("--words", help="The card in words, in the settings' language.")] = False,
) -> None:
    """Print the card of a model, and how it came to score."""
    from bassboss_lib.learning import card
    from bassboss_lib.learning.cards import effect_written, segments_written, written

    workspace = open_workspace()
    with Ledger(workspace.ledger) as ledger:
        facts = card(workspace, ledger, function, source, model or None)
        steps = ledger.rows(
            "SELECT at, kind, model, why FROM promotion WHERE function = ? AND source = ? ORDER BY id",
            (function, source),
        )
    if words:
        told = {"effect": effect_written, "segments": segments_written}.get(function, written)
        console.print(told(facts, workspace.settings.language), markup=False)
    else:
        console.print_json(data=facts)
    for row in steps:
        console.print(f"{row['at']}  {row['kind']}  {row['model']}  {row['why']}", markup=False)


@models.command("promote")
def models_promote(model: Model, source: Source = "boss", function: Function = "retention") -> None:
    """Let a stored model score, by hand; it is written down."""
    from bassboss_lib.learning import load, promote

    workspace = open_workspace()
    with Ledger(workspace.ledger) as ledger:
        load(workspace, ledger, function, source, model)
        previous = promote(workspace, ledger, function, source, model, why="by hand", found=None)
    console.print(f"{model} scores; before it {previous or 'nobody'} did; `bassboss models rollback` leads back")


@models.command("rollback")
def models_rollback(source: Source = "boss", function: Function = "retention") -> None:
    """Let the previous champion score again."""
    from bassboss_lib.learning import rollback

    workspace = open_workspace()
    with Ledger(workspace.ledger) as ledger:
        left, serving = rollback(workspace, ledger, function, source)
    console.print(f"{serving} scores again; {left} does not")


@models.command("diff")
def models_diff(one: Model, other: Model, source: Source = "boss", function: Function = "retention") -> None:
    """Show in what two models differ: settings, data, figures."""
    from bassboss_lib.learning import card

    workspace = open_workspace()
    with Ledger(workspace.ledger) as ledger:
        both = [_flat(card(workspace, ledger, function, source, id)) for id in (one, other)]
    table = Table("what", one, other)
    for name in sorted(set(both[0]) | set(both[1])):
        first, second = (told.get(name, "") for told in both)
        if first != second:
            table.add_row(name, first, second)
    console.print(table if table.row_count else "the cards are the same")


def _flat(value: object, before: str = "") -> dict[str, str]:
    """Give every leaf of a card under its path."""
    if isinstance(value, dict):
        parts = [_flat(inner, f"{before}.{name}" if before else str(name)) for name, inner in value.items()]
        return {name: text for part in parts for name, text in part.items()}
    return {before: f"{value:.5g}" if isinstance(value, float) else str(value)}
