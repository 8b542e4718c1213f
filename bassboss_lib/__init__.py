"""The open workbench with which a mobile operator's analytics department closes the loop with its BOSS.

Read the packages in the order of the flow of data: ``contracts`` (what a file is), ``exchange`` (files in and out),
``warehouse`` (tables by month), ``features``, ``learning``, ``segments``, ``retention``, ``reports``, ``runs``
(notebooks). ``boss`` is the stand-in counterpart with a known truth; ``cli`` is the command line.

Every room is there as soon as it is named (``bassboss_lib.reports``), and nothing is imported before; in JupyterLab the
package shows itself as the list of its rooms, each with its paragraph.
"""

import ast
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from pkgutil import iter_modules
from types import ModuleType

_INSIDE = {"cli", "commands", "console", "demo", "flow", "lab", "markup"}
"""What serves the command line and the other rooms, and is nothing to call in a notebook."""
_ROOMS = sorted(found.name for found in iter_modules(__path__) if found.name not in _INSIDE)

__all__ = ["__version__", *_ROOMS]  # noqa: PLE0604 - names all the same

__version__ = version("bassboss")


def __getattr__(name: str) -> ModuleType:
    if name not in _ROOMS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return import_module(f"{__name__}.{name}")


def __dir__() -> list[str]:
    return [*__all__, "__doc__", "__file__", "__name__"]


def _paragraph(name: str) -> str:
    """Give the first paragraph of a room's docstring without importing the room."""
    here = Path(__file__).parent
    path = here / f"{name}.py" if (here / f"{name}.py").is_file() else here / name / "__init__.py"
    said = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
    return " ".join(said.partition("\n\n")[0].split())


def _repr_html_() -> str:
    from bassboss_lib.markup import about, listing

    rows = [(name, _paragraph(name)) for name in _ROOMS]
    return about(f"bassboss_lib {__version__}", {}, listing(["room", "what it is for"], rows))
