"""The command that shows the interface handbook: every unit, one unit, or the page to hand to the BOSS team."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from bassboss_lib.commands.app import app
from bassboss_lib.console import console
from bassboss_lib.contracts import Unit, unit
from bassboss_lib.contracts import units as declared
from bassboss_lib.contracts.handbook import code_lists_of, example
from bassboss_lib.errors import CallError
from bassboss_lib.workspace import open_workspace

__all__ = ["units"]

WIDE_COLUMNS = 160
"""Width of tables where output is piped."""


@app.command()
def units(
    wanted: Annotated[str, typer.Argument(metavar="[UNIT]", help="Code or name of a unit.")] = "",
    html: Annotated[Path | None, typer.Option(help="Write the whole handbook as one page.")] = None,
    language: Annotated[str, typer.Option(help="zh or en; the settings' if left out.")] = "",
) -> None:
    """Show the interface handbook: all units, one unit with its layout, or the page."""
    settings = open_workspace().settings
    told = language or settings.language
    if told not in ("zh", "en"):
        raise CallError(f"language {told!r} is not known", where="--language", remedy="say zh or en")
    if html is not None:
        from bassboss_lib.reports.handbook_page import write_handbook

        console.print(str(write_handbook(html, told, settings.province)))  # type: ignore[arg-type]
    elif wanted:
        _show(unit(wanted), told)
    else:
        _wide().print(_list(told))


def _list(language: str) -> Table:
    table = _table("code", "name", language, "way", "cycle", "mode", "profile", "bytes", "fields")
    for one in declared():
        size = str(one.record_bytes) if one.profile == "fixed" else ""
        about = (one.direction, "/".join(one.cycles), " ".join(one.modes), one.profile, size, str(len(one.fields)))
        table.add_row(one.code, one.name, one.title[language], *about)
    return table


def _show(one: Unit, language: str) -> None:
    from bassboss_lib.reports.handbook_page import codes_frame, layout_frame, record

    console.print(f"{one.code} {one.name}  {one.title[language]}  key {', '.join(one.key)}  {one.encoding}")
    frame = layout_frame(one, language)  # type: ignore[arg-type]
    table = _table(*frame.columns)
    for row in frame.itertuples(index=False):
        table.add_row(*("✓" if value is True else "" if value is False else str(value) for value in row))
    _wide().print(table)
    for codes in code_lists_of(one):
        listed = codes_frame(codes, language)  # type: ignore[arg-type]
        pairs = (f"{code} {title}" for code, title in listed.itertuples(index=False))
        console.print(f"{codes.name} {codes.title[language]}: {', '.join(pairs)}", markup=False)
    console.print(record(one, example(one)), markup=False)


def _table(*columns: str) -> Table:
    """Give a plain table whose identifiers are never broken, so that its lines can be searched."""
    table = Table(box=None, padding=(0, 1, 0, 0))
    for name in columns:
        table.add_column(name, no_wrap=name in ("code", "name", "bytes"))
    return table


def _wide() -> Console:
    return console if console.is_terminal else Console(width=WIDE_COLUMNS)
